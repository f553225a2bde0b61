//===- MemoryPlanner.h - offsets for buffers with lifetimes ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Gives each buffer an offset in one block of memory so that two whose
// lifetimes overlap do not share bytes: the largest first, each at the lowest
// place that is free of those already placed that live at the same time.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_RUNTIME_MEMORYPLANNER_H
#define TILEWRIGHT_RUNTIME_MEMORYPLANNER_H

#include "tilewright/Module/Lifetimes.h"

namespace tilewright {

struct MemoryRequest {
  int64_t bytes = 0;
  Lifetime life;
  /// The result: a multiple of 64.
  int64_t offset = 0;
};

/// Sets the offsets; returns the bytes of the whole block, a multiple of 64, or
/// an error if they do not fit in 63 bits.
Result<int64_t> planMemory(std::vector<MemoryRequest> &requests);

} // namespace tilewright

#endif // TILEWRIGHT_RUNTIME_MEMORYPLANNER_H

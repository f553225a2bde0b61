//===- Lifetimes.h - when a plan uses its buffers -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every command has a number, in the order of the text; a command that holds
// lists has a second one where it ends:
//
//     0 Kernel   1 Loop { 2 Kernel  3 Copy }4   5 Kernel
//
// A lifetime is a closed interval of these numbers. What is made before a loop
// and used in it lives to the loop's end, since the next trip uses it again.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_MODULE_LIFETIMES_H
#define TILEWRIGHT_MODULE_LIFETIMES_H

#include "tilewright/Module/Plan.h"

namespace tilewright {

struct Lifetime {
  uint32_t first = UINT32_MAX, last = 0;
  bool used() const { return first <= last; }
  bool overlaps(const Lifetime &other) const {
    return first <= other.last && other.first <= last;
  }
};

/// The buffer that has the memory: follows View::base to the end.
BufferId rootOf(const Plan &plan, BufferId id);

/// One per buffer, with the uses of its views; for views not `used`.
std::vector<Lifetime> computeLifetimes(const Plan &plan);

} // namespace tilewright

#endif // TILEWRIGHT_MODULE_LIFETIMES_H

//===- AllocationCounter.h - counts allocations ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Stands in front of operator new. Under a sanitizer, which does the same,
// nothing is counted.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TEST_UNIT_ALLOCATIONCOUNTER_H
#define TILEWRIGHT_TEST_UNIT_ALLOCATIONCOUNTER_H

#include <cstdint>

namespace tilewright::test {

/// How often this process has called operator new, in any thread.
int64_t allocationCount();

} // namespace tilewright::test

#endif // TILEWRIGHT_TEST_UNIT_ALLOCATIONCOUNTER_H

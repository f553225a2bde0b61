//===- AllocationCounter.h - counts allocations ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Stands in front of the C library's malloc and its kin, which operator new
// calls too. Under a sanitizer, which does the same, nothing is counted.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TEST_UNIT_ALLOCATIONCOUNTER_H
#define TILEWRIGHT_TEST_UNIT_ALLOCATIONCOUNTER_H

#include <cstdint>

namespace tilewright::test {

/// How often this process has asked for memory, in any thread.
int64_t allocationCount();

/// False under a sanitizer.
bool countsAllocations();

} // namespace tilewright::test

#endif // TILEWRIGHT_TEST_UNIT_ALLOCATIONCOUNTER_H

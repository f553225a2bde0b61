//===- MemoryPlannerTest.cpp - offsets of buffers in the arena ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Runtime/MemoryPlanner.h"

#include "TestSupport.h"

#include <random>

using namespace tilewright;

namespace {

MemoryRequest request(int64_t bytes, uint32_t first, uint32_t last) {
  MemoryRequest result;
  result.bytes = bytes;
  result.life.first = first;
  result.life.last = last;
  return result;
}

// A chain needs two buffers at a time, so the third takes the place of the
// first.
TEST(MemoryPlanner, SharesMemory) {
  std::vector<MemoryRequest> requests{request(100, 0, 1), request(100, 1, 2),
                                      request(100, 2, 3)};
  EXPECT_EQ(*planMemory(requests), 256);
  EXPECT_EQ(requests[0].offset, requests[2].offset);
}

// Buffers of no bytes still have an address of their own.
TEST(MemoryPlanner, EmptyBuffers) {
  std::vector<MemoryRequest> requests{request(0, 0, 1), request(0, 0, 1)};
  EXPECT_EQ(*planMemory(requests), 128);
}

// Sizes that do not fit are an error.
TEST(MemoryPlanner, TooLarge) {
  std::vector<MemoryRequest> requests{request(int64_t(1) << 60, 0, 1),
                                      request(int64_t(1) << 60, 0, 1),
                                      request(int64_t(1) << 60, 0, 1)};
  EXPECT_ERROR(planMemory(requests), "buffers of more than");
}

// On random requests: aligned, inside the block, no overlap of what lives at
// the same time, and never worse than no sharing at all.
TEST(MemoryPlanner, Random) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<MemoryRequest> requests;
    int64_t separate = 0;
    for (unsigned i = 0; i < 1 + random() % 40; ++i) {
      uint32_t first = random() % 30;
      requests.push_back(
          request(int64_t(random() % 1000), first, first + random() % 10));
      separate += std::max<int64_t>(64, (requests.back().bytes + 63) / 64 * 64);
    }
    int64_t total = *planMemory(requests);
    ASSERT_LE(total, separate);
    for (const MemoryRequest &a : requests) {
      ASSERT_EQ(a.offset % 64, 0);
      ASSERT_LE(a.offset + a.bytes, total);
      for (const MemoryRequest &b : requests)
        if (&a != &b && a.life.overlaps(b.life)) {
          ASSERT_TRUE(a.offset + a.bytes <= b.offset ||
                      b.offset + b.bytes <= a.offset);
        }
    }
  }
}

} // namespace

//===- ParallelTest.cpp - independent pieces of work ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/Parallel.h"

#include "TestSupport.h"

using namespace tilewright;

namespace {

auto noState = [] { return 0; };

// Every piece is done once, whatever the number of threads.
TEST(Parallel, EachOnce) {
  for (unsigned jobs : {0u, 1u, 2u, 7u})
    for (size_t count : {0, 1, 2, 100}) {
      std::vector<std::atomic<int>> calls(count);
      EXPECT_TRUE(parallelFor(count, {.jobs = jobs}, noState,
                              [&](size_t i, int) { ++calls[i]; }));
      for (const std::atomic<int> &each : calls)
        EXPECT_EQ(each, 1) << jobs << " jobs, " << count << " pieces";
    }
}

// A state belongs to one thread, and there are no more of them than jobs.
TEST(Parallel, StatePerThread) {
  std::atomic<int> states = 0;
  std::atomic<bool> shared = false;
  auto makeState = [&] {
    ++states;
    return std::this_thread::get_id();
  };
  parallelFor(1000, {.jobs = 3}, makeState, [&](size_t, std::thread::id owner) {
    if (owner != std::this_thread::get_id())
      shared = true;
  });
  EXPECT_FALSE(shared);
  EXPECT_LE(states, 3);
}

// Progress is told on the calling thread; false ends the work.
TEST(Parallel, Cancels) {
  int calls = 0, told = 0;
  auto caller = std::this_thread::get_id();
  ParallelOptions options;
  options.progress = [&](double fraction) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_DOUBLE_EQ(fraction, ++told / 10.0);
    return told < 4;
  };
  EXPECT_FALSE(
      parallelFor(10, options, noState, [&](size_t, int) { ++calls; }));
  EXPECT_EQ(calls, 4);
}

} // namespace

//===- LifetimesTest.cpp - when buffers are alive -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Module/Lifetimes.h"

#include "PlanBuilder.h"

using namespace tilewright;
using test::PlanBuilder;

namespace {

void expectLife(const Lifetime &life, uint32_t first, uint32_t last) {
  EXPECT_EQ(life.first, first);
  EXPECT_EQ(life.last, last);
}

// From the first use to the last; a view's uses are its base's.
TEST(Lifetimes, StraightLine) {
  PlanBuilder b;
  BufferId x = b.input("x", DType::F32, {"N"});
  BufferId t = b.temporary("t", DType::F32, {"N"});
  BufferId v = b.view(t, DType::F32, {"1", "N"});
  BufferId u = b.temporary("u", DType::F32, {"N"});
  BufferId y = b.output("y", DType::F32, {"N"});
  b.kernel("a", {x}, {t});
  b.kernel("b", {x}, {u});
  b.kernel("c", {v}, {y});
  std::vector<Lifetime> lives = computeLifetimes(b.plan);
  expectLife(lives[t], 0, 2);
  expectLife(lives[u], 1, 1);
  EXPECT_FALSE(lives[v].used());
}

// What comes from outside a loop lives to its end; what the body makes does
// not.
TEST(Lifetimes, LoopsKeepWhatTheyUse) {
  PlanBuilder b;
  BufferId x = b.input("x", DType::F32, {"N"});
  BufferId outside = b.temporary("outside", DType::F32, {"N"});
  BufferId inside = b.temporary("inside", DType::F32, {"N"});
  BufferId current = b.temporary("current", DType::F32, {"N"});
  BufferId next = b.temporary("next", DType::F32, {"N"});
  BufferId y = b.output("y", DType::F32, {"N"});
  b.kernel("a", {x}, {outside}); // 0
  LoopCommand loop;              // 1 ... 5
  loop.carried = {{x, current, next}};
  loop.trips = "T";
  b.loop(loop, [&] {
    b.kernel("b", {outside}, {inside});            // 2
    b.kernel("c", {inside, current}, {next});      // 3
    b.kernel("d", {next}, {inside}, {}, "1", "a"); // 4
  });
  b.copy(current, y); // 6
  std::vector<Lifetime> lives = computeLifetimes(b.plan);
  expectLife(lives[outside], 0, 5);
  expectLife(lives[inside], 2, 4);
  expectLife(lives[current], 1, 6);
  expectLife(lives[next], 1, 5);
}

} // namespace

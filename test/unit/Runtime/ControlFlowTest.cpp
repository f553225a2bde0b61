//===- ControlFlowTest.cpp - branches and loops of plans ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SessionHarness.h"

using namespace tilewright;
using test::dim;
using test::floats;
using test::Harness;
using test::values;
using Floats = std::vector<float>;

namespace {

// FillDims writes sizes, BindDims reads them back, CheckDims compares.
TEST(ControlFlow, Sizes) {
  Harness b;
  b.input("x", DType::F32, {"N"});
  BufferId sizes = b.output("sizes", DType::I64, {"2"});
  b.fillDims(sizes, {"N", "2*N + 1"});
  b.bindDims(sizes, {"A", "B"});
  b.checkDims({"B", "A"}, {"2*A + 1", "3"},
              "node 'reshape_1' (Reshape): sizes differ");
  ASSERT_VALUE(session, b.session());
  ASSERT_VALUE(outputs, session->run({floats({1, 2, 3})}));
  EXPECT_EQ(outputs[0].as<int64_t>()[1], 7);
  EXPECT_ERROR(session->run({floats({1, 2})}),
               "node 'reshape_1' (Reshape): sizes differ: A is 2, but 3 is 3");
}

// A size that is computed as a value sizes temporaries and outputs, of every
// integer type, and must be in its range.
TEST(ControlFlow, LateSizes) {
  for (DType type : {DType::I8, DType::U8, DType::I16, DType::U16, DType::I32,
                     DType::U32, DType::I64, DType::U64}) {
    Harness b;
    BufferId n = b.input("n", type, {});
    BufferId x = b.input("x", DType::F32, {"M"});
    BufferId t = b.temporary("t", DType::F32, {"K"});
    BufferId u = b.temporary("u", DType::F32, {"K"});
    BufferId y = b.output("y", DType::F32, {"K"});
    b.bindDims(n, {"K"});
    b.plan.commands.back().nodes = {"resize (Resize)"};
    b.copy(b.view(x, DType::F32, {"K"}), t);
    b.kernel("a", {t}, {u}, {"K"}, "K");
    b.kernel("b", {u}, {y}, {"K"}, "K", "a");
    b.addOne("a");
    b.addOne("b");
    b.info.signature.symbols["K"] = {0, 4, 1};
    ASSERT_VALUE(session, b.session());
    for (uint8_t k : {2, 0, 4, 2}) {
      Tensor size(type, {});
      size.as<uint8_t>()[0] = k;
      ASSERT_VALUE(outputs, session->run({size, floats({1, 2, 3, 4})}));
      Floats expected{3, 4, 5, 6};
      expected.resize(k);
      EXPECT_EQ(values(outputs[0]), expected);
    }
    Tensor size(type, {});
    size.as<uint8_t>()[0] = 5;
    EXPECT_ERROR(session->run({size, floats({1})}),
                 "node 'resize' (Resize): K = 5 is outside 0..4");
  }
}

// A late output in memory of the caller must have the right shape.
TEST(ControlFlow, LateGivenOutputs) {
  Harness b;
  BufferId n = b.input("n", DType::I64, {});
  BufferId x = b.input("x", DType::F32, {"M"});
  BufferId y = b.output("y", DType::F32, {"K"});
  b.bindDims(n, {"K"});
  b.copy(b.view(x, DType::F32, {"K"}), y);
  ASSERT_VALUE(session, b.session());
  Tensor two = Tensor::of<int64_t>(DType::I64, {}, {2});
  std::vector<Tensor> outputs{Tensor(DType::F32, {2})};
  ASSERT_OK(session->run({two, floats({1, 2, 3})}, outputs));
  EXPECT_EQ(values(outputs[0]), (Floats{1, 2}));
  outputs[0] = Tensor(DType::F32, {3});
  EXPECT_ERROR(session->run({two, floats({1, 2, 3})}, outputs),
               "output 'y' is f32[2], but the given tensor is f32[3]");
}

// What a kernel counts becomes a size: the positive elements.
TEST(ControlFlow, KernelsThatCount) {
  Harness b;
  BufferId x = b.input("x", DType::F32, {"N"});
  BufferId all = b.temporary("all", DType::F32, {"N"});
  BufferId count = b.temporary("count", DType::I64, {"1"});
  BufferId y = b.output("y", DType::F32, {"K"});
  b.kernel("positive", {x}, {all, count}, {"N"});
  b.bindDims(count, {"K"});
  b.copy(b.view(all, DType::F32, {"K"}), y);
  b.kernels["positive"] = [](const Launch &launch) {
    auto *x = static_cast<const float *>(launch.buffers[0]);
    auto *all = static_cast<float *>(launch.buffers[1]);
    auto *count = static_cast<int64_t *>(launch.buffers[2]);
    *count = 0;
    for (int64_t i = 0; i < launch.sizes[0]; ++i)
      if (x[i] > 0)
        all[(*count)++] = x[i];
  };
  ASSERT_VALUE(session, b.session());
  ASSERT_VALUE(some, session->run({floats({1, -1, 2, -2})}));
  EXPECT_EQ(values(some[0]), (Floats{1, 2}));
  ASSERT_VALUE(none, session->run({floats({-1})}));
  EXPECT_EQ(none[0].typeString(), "f32[0]");
}

// The branches give results of different sizes: x, or x without its first.
TEST(ControlFlow, Branches) {
  Harness b;
  BufferId flag = b.input("flag", DType::Bool, {});
  BufferId x = b.input("x", DType::F32, {"N"});
  BufferId result = b.temporary("result", DType::F32, {"S"});
  BufferId y = b.output("y", DType::F32, {"S"});
  b.branch(
      flag,
      [&] {
        b.setDims({"S"}, {"N"});
        b.copy(x, result);
      },
      [&] {
        b.setDims({"S"}, {"N - 1"});
        b.copy(b.view(x, DType::F32, {"N - 1"}, "4"), result);
      });
  b.copy(result, y);
  ASSERT_VALUE(session, b.session());
  for (bool value : {true, false, true}) {
    Tensor condition = Tensor::of<uint8_t>(DType::Bool, {}, {value});
    ASSERT_VALUE(outputs, session->run({condition, floats({1, 2, 3})}));
    EXPECT_EQ(values(outputs[0]), value ? (Floats{1, 2, 3}) : (Floats{2, 3}));
  }
}

// What is wrong in a branch that is not taken does not matter.
TEST(ControlFlow, OtherBranchMayBeUnsound) {
  Harness b;
  BufferId flag = b.input("flag", DType::Bool, {});
  BufferId x = b.input("x", DType::F32, {"N"});
  BufferId t = b.temporary("t", DType::F32, {"N - 5"});
  b.branch(flag, [&] { b.kernel("k", {x}, {t}, {"N*N*N*N*N*N"}); }, [&] {});
  ASSERT_VALUE(session, b.session());
  Tensor no(DType::Bool, {}), yes = Tensor::of<uint8_t>(DType::Bool, {}, {1});
  EXPECT_TRUE(bool(session->run({no, floats({1})})));
  EXPECT_ERROR(session->run({yes, floats({1})}), "has the negative size -4");
  // With a node's name the message says no buffer's.
  std::get<IfCommand>(b.plan.commands.back().body).thenCommands.back().nodes = {
      "conv1 (Conv)"};
  ASSERT_VALUE(named, b.session());
  EXPECT_ERROR(named->run({yes, floats({1})}),
               "node 'conv1' (Conv): axis 0 of the result has the negative "
               "size -4");
}

// A loop with a fixed number of trips that adds one each time, and stacks what
// it sees: the trip is in the iteration's buffer.
struct CountingLoop : Harness {
  CountingLoop() {
    BufferId trips = input("trips", DType::I64, {});
    BufferId x = input("x", DType::F32, {"N"});
    BufferId current = temporary("current", DType::F32, {"N"});
    BufferId next = temporary("next", DType::F32, {"N"});
    BufferId iteration = temporary("iteration", DType::I64, {});
    BufferId stack = temporary("stack", DType::I64, {"T"});
    BufferId y = output("y", DType::F32, {"N"});
    BufferId seen = output("seen", DType::I64, {"T"});
    LoopCommand body;
    body.maxTrips = trips;
    body.iteration = iteration;
    body.carried = {{x, current, next}};
    body.stacked = {{iteration, stack}};
    body.trips = "T";
    loop(body, [&] { kernel("k", {current}, {next}, {"N"}, "N"); });
    copy(current, y);
    copy(stack, seen);
    addOne("k");
  }
};

// Even and odd numbers of trips (the buffers change places), and none at all.
TEST(ControlFlow, LoopsWithCarriedValues) {
  CountingLoop b;
  ASSERT_VALUE(session, b.session());
  for (int64_t trips : {3, 4, 0, 100, 1}) {
    Tensor max = Tensor::of<int64_t>(DType::I64, {}, {trips});
    ASSERT_VALUE(outputs, session->run({max, floats({1, 2})}));
    EXPECT_EQ(values(outputs[0]), (Floats{float(1 + trips), float(2 + trips)}));
    ASSERT_EQ(outputs[1].shape(), std::vector<int64_t>{trips});
    for (int64_t i = 0; i < trips; ++i)
      EXPECT_EQ(outputs[1].as<int64_t>()[i], i);
  }
}

// A negative number of trips is none.
TEST(ControlFlow, NegativeTrips) {
  CountingLoop b;
  ASSERT_VALUE(session, b.session());
  Tensor max = Tensor::of<int64_t>(DType::I64, {}, {-2});
  ASSERT_VALUE(outputs, session->run({max, floats({1})}));
  EXPECT_EQ(values(outputs[0]), (Floats{1}));
}

// A carried value that grows: each trip appends the number of elements so far.
// The loop ends by its condition.
TEST(ControlFlow, GrowingCarriedValues) {
  Harness b;
  BufferId x = b.input("x", DType::F32, {"N"});
  BufferId limit = b.input("limit", DType::I64, {});
  BufferId current = b.temporary("current", DType::F32, {"S"});
  BufferId next = b.temporary("next", DType::F32, {"S + 1"});
  BufferId more = b.temporary("more", DType::Bool, {});
  BufferId twice = b.temporary("twice", DType::F32, {"2*S"});
  BufferId y = b.output("y", DType::F32, {"S"});
  BufferId trips = b.output("trips", DType::I64, {"1"});
  LoopCommand loop;
  loop.carried = {{x, current, next}};
  loop.carriedSymbols = {{"S", dim("N"), dim("S + 1")}};
  loop.bodyCondition = more;
  loop.trips = "T";
  b.loop(loop, [&] {
    b.copy(current, b.view(twice, DType::F32, {"S"}));
    b.copy(b.view(twice, DType::F32, {"S"}), b.view(next, DType::F32, {"S"}));
    b.kernel("append", {limit}, {next, more}, {"S"});
  });
  b.copy(current, y);
  b.fillDims(trips, {"T"});
  b.kernels["append"] = [](const Launch &launch) {
    int64_t size = launch.sizes[0];
    static_cast<float *>(launch.buffers[1])[size] = float(size);
    *static_cast<uint8_t *>(launch.buffers[2]) =
        size + 1 < *static_cast<const int64_t *>(launch.buffers[0]);
  };
  ASSERT_VALUE(session, b.session());
  for (int64_t end : {5, 300, 4, 5}) {
    Tensor size = Tensor::of<int64_t>(DType::I64, {}, {end});
    ASSERT_VALUE(outputs, session->run({floats({9, 9}), size}));
    ASSERT_EQ(outputs[0].size(), end);
    EXPECT_EQ(outputs[0].as<float>()[1], 9.0f);
    for (int64_t i = 2; i < end; ++i)
      ASSERT_EQ(outputs[0].as<float>()[i], float(i));
    EXPECT_EQ(outputs[1].as<int64_t>()[0], end - 2);
  }
}

// A carried value that is not what its symbols say.
TEST(ControlFlow, CarriedValuesFitTheirSymbols) {
  Harness b;
  BufferId x = b.input("x", DType::F32, {"N"});
  BufferId current = b.temporary("current", DType::F32, {"S"});
  BufferId next = b.temporary("next", DType::F32, {"S + 1"});
  LoopCommand loop;
  loop.carried = {{x, current, next}};
  loop.carriedSymbols = {{"S", dim("N"), dim("S + 2")}};
  loop.trips = "T";
  b.loop(loop, [&] { b.kernel("k", {}, {next}); });
  b.plan.commands.back().nodes = {"loop_1 (Loop)"};
  ASSERT_VALUE(session, b.session());
  EXPECT_ERROR(session->run({floats({1})}),
               "node 'loop_1' (Loop): the carried value 'current' of type "
               "f32[S] takes 12 "
               "bytes, but is given 8");
  Harness c;
  x = c.input("x", DType::F32, {"N"});
  current = c.temporary("current", DType::F32, {"2"});
  next = c.temporary("next", DType::F32, {"2"});
  loop.carried = {{x, current, next}};
  loop.carriedSymbols = {};
  loop.maxTrips = c.constant<int64_t>(DType::I64, {}, {1});
  c.loop(loop, [&] { c.kernel("k", {}, {next}); });
  ASSERT_VALUE(other, c.session());
  EXPECT_TRUE(bool(other->run({floats({1, 2})})));
  EXPECT_ERROR(other->run({floats({1, 2, 3})}),
               "takes 8 bytes, but is given 12");
}

/// Stacks the first i + 1 (or 2) elements of x in trip i.
struct StackingLoop : Harness {
  StackingLoop(const std::string &size, const std::string &rows) {
    BufferId trips = input("trips", DType::I64, {});
    BufferId x = input("x", DType::F32, {"N"});
    BufferId iteration = temporary("iteration", DType::I64, {});
    BufferId element = temporary("element", DType::F32, {rows, "E"});
    BufferId stack = temporary("stack", DType::F32, {"T", rows, "E"});
    BufferId y = output("y", DType::F32, {"T", rows, "E"});
    LoopCommand body;
    body.maxTrips = trips;
    body.iteration = iteration;
    body.stacked = {{element, stack}};
    body.trips = "T";
    loop(body, [&] {
      bindDims(iteration, {"I"});
      setDims({"E"}, {size});
      copy(view(x, DType::F32, {rows, "E"}), element);
    });
    plan.commands.back().nodes = {"scan_1 (Scan)"};
    copy(stack, y);
  }
};

// Elements whose size is known only in the body; with no trips it is 0.
TEST(ControlFlow, StackedLateElements) {
  StackingLoop b("N - 1", "1");
  ASSERT_VALUE(session, b.session());
  for (int64_t trips : {2, 0}) {
    Tensor max = Tensor::of<int64_t>(DType::I64, {}, {trips});
    ASSERT_VALUE(outputs, session->run({max, floats({1, 2, 3})}));
    EXPECT_EQ(outputs[0].shape(),
              (std::vector<int64_t>{trips, 1, trips ? 2 : 0}));
    EXPECT_EQ(values(outputs[0]), trips ? (Floats{1, 2, 1, 2}) : Floats{});
  }
}

// Elements to stack keep their shape.
TEST(ControlFlow, StackedElementsKeepTheirShape) {
  StackingLoop b("I + 1", "1");
  ASSERT_VALUE(session, b.session());
  Tensor two = Tensor::of<int64_t>(DType::I64, {}, {2});
  EXPECT_ERROR(session->run({two, floats({1, 2, 3})}),
               "node 'scan_1' (Scan): the stacked value 'element' has shape "
               "[1, 2] in trip "
               "1, but [1, 1] in trip 0");
}

// Loops in loops: the inner one starts anew each time. Counts trips of both.
TEST(ControlFlow, NestedLoops) {
  Harness b;
  BufferId x = b.input("x", DType::F32, {"N"});
  BufferId three = b.constant<int64_t>(DType::I64, {}, {3});
  BufferId two = b.constant<int64_t>(DType::I64, {}, {2});
  BufferId current = b.temporary("current", DType::F32, {"N"});
  BufferId next = b.temporary("next", DType::F32, {"N"});
  BufferId innerCurrent = b.temporary("innerCurrent", DType::F32, {"P"});
  BufferId innerNext = b.temporary("innerNext", DType::F32, {"P"});
  BufferId y = b.output("y", DType::F32, {"N"});
  LoopCommand outer, inner;
  outer.maxTrips = three;
  outer.carried = {{x, current, next}};
  outer.trips = "T";
  inner.maxTrips = two;
  inner.carried = {{current, innerCurrent, innerNext}};
  inner.carriedSymbols = {{"P", dim("N"), dim("P")}};
  inner.trips = "U";
  b.loop(outer, [&] {
    b.loop(inner,
           [&] { b.kernel("k", {innerCurrent}, {innerNext}, {"P"}, "P"); });
    b.copy(innerCurrent, next);
  });
  b.copy(current, y);
  b.addOne("k");
  ASSERT_VALUE(session, b.session());
  ASSERT_VALUE(outputs, session->run({floats({1, 2})}));
  EXPECT_EQ(values(outputs[0]), (Floats{7, 8}));
}

} // namespace

//===- PlanVerifierTest.cpp - plans that are not sound --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Module/PlanVerifier.h"

#include "PlanBuilder.h"

#include <functional>

using namespace tilewright;
using test::PlanBuilder;

namespace {

Status verify(PlanBuilder &b) {
  return verifyPlan(b.plan, b.info.signature, {});
}

/// x: f32[N] -> y: f32[N] with one temporary t.
struct Chain : PlanBuilder {
  BufferId x = input("x", DType::F32, {"N"});
  BufferId y = output("y", DType::F32, {"N"});
  BufferId t = temporary("t", DType::F32, {"N"});
};

// A plan with every command is sound.
TEST(PlanVerifier, AcceptsAllCommands) {
  Chain b;
  BufferId sizes = b.temporary("sizes", DType::I64, {"2"});
  BufferId flag = b.constant<uint8_t>(DType::Bool, {}, {1});
  BufferId current = b.temporary("current", DType::F32, {"S"});
  BufferId next = b.temporary("next", DType::F32, {"S + 1"});
  BufferId stack = b.temporary("stack", DType::F32, {"T", "N"});
  b.fillDims(sizes, {"N", "2*N"});
  b.bindDims(sizes, {"A", "B"});
  b.setDims({"C"}, {"A + B"});
  b.checkDims({"C"}, {"3*N"}, "sizes");
  b.branch(
      flag, [&] { b.kernel("k", {b.x}, {b.t}, {"N"}, "N"); },
      [&] { b.copy(b.x, b.t); });
  LoopCommand loop;
  loop.condition = flag;
  loop.carried = {{b.x, current, next}};
  loop.carriedSymbols = {{"S", test::dim("N"), test::dim("S + 1")}};
  loop.stacked = {{b.t, stack}};
  loop.trips = "T";
  b.loop(loop, [&] { b.kernel("grow", {current}, {next}, {"S"}); });
  b.kernel("last", {current, stack}, {b.y}, {"S", "T"});
  ASSERT_OK(verify(b));
}

// Each output is written, by its one buffer.
TEST(PlanVerifier, OutputsAreWritten) {
  Chain b;
  EXPECT_ERROR(verify(b),
               "at the end: plan: buffer 1 'y' is read, but nothing");
  b.plan.buffers[b.y].kind = BufferKind::Temporary;
  EXPECT_ERROR(verify(b), "output 'y' has 0 buffers, expected 1");
}

// A buffer is written before it is read, on every way.
TEST(PlanVerifier, WrittenBeforeRead) {
  Chain b;
  b.kernel("k", {b.t}, {b.y});
  EXPECT_ERROR(verify(b), "command 0 (kernel 'k') of k (Test): plan: buffer 2 "
                          "'t' is read, but nothing has written it");
  Chain c;
  BufferId flag = c.constant<uint8_t>(DType::Bool, {}, {1});
  c.branch(flag, [&] { c.copy(c.x, c.t); }, [] {});
  c.copy(c.t, c.y);
  EXPECT_ERROR(verify(c), "'t' is read, but nothing has written it");
}

// Inputs, weights and constants are read-only, through views too.
TEST(PlanVerifier, ReadOnly) {
  Chain b;
  b.copy(b.x, b.view(b.x, DType::F32, {"N"}));
  EXPECT_ERROR(verify(b), "'x.view' is written, but it is read-only");
}

// Symbols are bound before they are used.
TEST(PlanVerifier, BoundBeforeUse) {
  Chain b;
  BufferId m = b.temporary("m", DType::F32, {"M"});
  b.kernel("k", {b.x}, {m});
  EXPECT_ERROR(verify(b), "the symbol M in 'M' is not bound yet");
  Chain c;
  c.setDims({"N"}, {"3"});
  EXPECT_ERROR(verify(c), "the symbol N is bound by an input's shape");
  Chain d;
  d.setDims({"2*N"}, {"3"});
  EXPECT_ERROR(verify(d), "'2*N' is no symbol");
}

// Binding a symbol anew ends the buffers that were laid out for the old value.
TEST(PlanVerifier, RebindingEndsBuffers) {
  Chain b;
  BufferId m = b.temporary("m", DType::F32, {"M"});
  b.setDims({"M"}, {"N"});
  b.copy(b.x, m);
  b.setDims({"M"}, {"N + 1"});
  b.copy(m, b.y);
  EXPECT_ERROR(verify(b), "'m' is read, but nothing has written it");
}

// What a loop's body binds cannot come from the trip before.
TEST(PlanVerifier, LoopsStartFresh) {
  Chain b;
  BufferId m = b.temporary("m", DType::F32, {"M"});
  b.setDims({"M"}, {"N"});
  b.copy(b.x, m);
  LoopCommand loop;
  loop.trips = "T";
  b.loop(loop, [&] {
    b.kernel("k", {m}, {b.t});
    b.setDims({"M"}, {"M + 1"});
  });
  EXPECT_ERROR(verify(b),
               "(kernel 'k') of k (Test): plan: buffer 3 'm' is read");
}

// A loop's own buffers are temporaries that no other loop has, and the body
// leaves `current` alone.
TEST(PlanVerifier, LoopsOwnTheirBuffers) {
  Chain b;
  LoopCommand loop;
  loop.carried = {{b.x, b.t, b.t}};
  loop.trips = "T";
  b.loop(loop, [] {});
  EXPECT_ERROR(verify(b), "'t' has another part in this or another loop");
  Chain c;
  BufferId next = c.temporary("next", DType::F32, {"N"});
  loop.carried = {{c.x, c.t, next}};
  c.loop(loop, [&] { c.copy(c.x, c.t); });
  EXPECT_ERROR(verify(c), "'t' is written in the loop that carries it");
  Chain d;
  loop.carried = {{d.x, d.t, d.temporary("next", DType::F32, {"N"})}};
  d.loop(loop, [] {});
  EXPECT_ERROR(verify(d),
               "carried, after the body: plan: buffer 3 'next' is read");
}

// Scalars, counts and types of the commands.
TEST(PlanVerifier, CommandsGetWhatTheyNeed) {
  Chain b;
  b.branch(b.x, [] {}, [] {});
  EXPECT_ERROR(verify(b),
               "condition: plan: buffer 0 'x' is f32[N], expected one "
               "element of type bool");
  Chain c;
  c.fillDims(c.temporary("s", DType::I64, {"3"}), {"N"});
  EXPECT_ERROR(verify(c), "1 sizes are written to i64[3], expected i64[1]");
  Chain d;
  d.bindDims(d.x, {"M"});
  EXPECT_ERROR(verify(d),
               "1 symbols are bound from f32[N], expected 1 integers");
  Chain e;
  e.copy(e.x, e.temporary("i", DType::I32, {"N"}));
  EXPECT_ERROR(verify(e), "copy of f32[N] to i32[N]");
  Chain f;
  f.kernel("k", {f.x}, {f.y});
  f.plan.kernels[0].sizes = 2;
  EXPECT_ERROR(verify(f),
               "'k' takes 1 inputs, 1 outputs and 2 sizes, but got 1, "
               "1 and 0");
  Chain g;
  g.kernel("k", {g.x}, {g.y});
  g.kernel("k", {g.x}, {g.y});
  EXPECT_ERROR(verify(g), "another kernel has the same name");
}

// Indices that lead nowhere.
TEST(PlanVerifier, Indices) {
  Chain b;
  b.copy(99, b.y);
  EXPECT_ERROR(verify(b), "buffer 99 does not exist");
  Chain c;
  BufferId v = c.view(c.x, DType::F32, {"N"});
  c.plan.buffers[v].base = v;
  EXPECT_ERROR(verify(c), "a view must come after its base");
  Chain d;
  d.plan.buffers[d.t].kind = BufferKind::Weight;
  EXPECT_ERROR(verify(d), "weight 0 does not exist");
  Chain e;
  e.constant<uint8_t>(DType::Bool, {"3"}, {1});
  EXPECT_ERROR(verify(e), "bool[3] needs 3 bytes, but the constant has 1");
}

// Deep nesting is refused, so that recursion is bounded.
TEST(PlanVerifier, Nesting) {
  Chain b;
  BufferId flag = b.constant<uint8_t>(DType::Bool, {}, {1});
  std::function<void(int)> nest = [&](int depth) {
    if (depth > 0)
      b.branch(flag, [&] { nest(depth - 1); }, [] {});
  };
  nest(30);
  EXPECT_ERROR(verify(b), "more than 24 nested");
}

} // namespace

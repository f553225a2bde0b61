//===- ShapeInferenceTest.cpp - shape rules -------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/ShapeInference.h"

#include <gtest/gtest.h>

using namespace tilewright;
using namespace tilewright::graph;

namespace {

DimExpr expr(const char *text) { return *DimExpr::parse(text); }
std::string show(const Result<Dims> &dims) {
  return dims ? toString(*dims) : dims.error().message;
}

// Shapes align at the last axis, and 1 or a missing axis is repeated.
TEST(ShapeInference, Broadcast) {
  EXPECT_EQ(show(broadcastShapes({Dims{expr("N"), 1, 4}, Dims{3, 1}})),
            "[N, 3, 4]");
  EXPECT_EQ(show(broadcastShapes({Dims{}, Dims{expr("N")}})), "[N]");
  EXPECT_EQ(show(broadcastShapes({Dims{0}, Dims{1}})), "[0]");
}

// Two sizes that are not known to differ are taken as equal; a constant wins.
TEST(ShapeInference, BroadcastTakesAsEqual) {
  EXPECT_EQ(show(broadcastShapes({Dims{expr("N")}, Dims{expr("M")}})), "[N]");
  EXPECT_EQ(show(broadcastShapes({Dims{expr("N")}, Dims{5}})), "[5]");
}

TEST(ShapeInference, BroadcastFails) {
  EXPECT_EQ(show(broadcastShapes({Dims{2, 3}, Dims{4}})),
            "shapes do not broadcast: axis 1 has sizes 3 and 4");
}

TEST(ShapeInference, Matmul) {
  EXPECT_EQ(show(matmulShape(Dims{expr("B"), 5, 4}, Dims{7, 4}, false, true)),
            "[B, 5, 7]");
  EXPECT_EQ(show(matmulShape(Dims{5, 4}, Dims{5, 4}, false, false)),
            "expected equal contracted sizes, but got 4 and 5");
}

// The size formula, with symbols.
TEST(ShapeInference, Window) {
  EXPECT_EQ(windowedSize(expr("H"), 3, 2, 1, 1, 1).str(),
            expr("floordiv(H - 1, 2) + 1").str());
  EXPECT_EQ(windowedSize(224, 7, 2, 1, 3, 3).str(), "112");
}

// Ceil mode keeps the last partial window, unless it would start behind the
// input and its low padding.
TEST(ShapeInference, WindowCeilMode) {
  EXPECT_EQ(windowedSize(5, 2, 2, 1, 0, 0, true).str(), "3");
  EXPECT_EQ(windowedSize(2, 1, 3, 1, 0, 1, true).str(), "1");
}

TEST(ShapeInference, Conv) {
  EXPECT_EQ(show(convShape(Dims{expr("N"), 8, 4}, Dims{3, 2, 6}, {1}, {1},
                           Dims{1}, Dims{1}, 2)),
            "[N, 8, 6]");
  EXPECT_EQ(show(convShape(Dims{expr("N"), 1, 4}, Dims{3, 4, 6}, {1}, {1},
                           Dims{0}, Dims{0}, 1)),
            "the window of spatial axis 0 does not fit into the padded input");
}

} // namespace

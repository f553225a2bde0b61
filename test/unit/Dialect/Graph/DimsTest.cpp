//===- DimsTest.cpp - types taken apart and built -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

namespace {

struct DimsTest : testing::Test {
  DimsTest() { context.loadDialect<GraphDialect>(); }
  MLIRContext context;
  DimExpr n = DimExpr::symbol("N"), h = DimExpr::symbol("H");
};

// Constants go to the shape, other sizes to the encoding, and back.
TEST_F(DimsTest, TypeHoldsSizes) {
  Dims dims{n, 3, DimExpr(2) * h};
  RankedTensorType type =
      getTensorType(&context, dims, Float32Type::get(&context));
  EXPECT_EQ(type.getShape()[1], 3);
  EXPECT_TRUE(hasDims(type));
  EXPECT_EQ(toString(getDims(type)), "[N, 3, 2*H]");
}

// A static type has no encoding.
TEST_F(DimsTest, StaticTypeIsPlain) {
  RankedTensorType type =
      getTensorType(&context, Dims{2, 3}, Float32Type::get(&context));
  EXPECT_FALSE(type.getEncoding());
  EXPECT_EQ(type, RankedTensorType::get({2, 3}, Float32Type::get(&context)));
}

// A dynamic axis without a name is no size.
TEST_F(DimsTest, UnnamedAxisHasNoDims) {
  EXPECT_FALSE(hasDims(RankedTensorType::get({ShapedType::kDynamic},
                                             Float32Type::get(&context))));
}

// Every element type goes to MLIR and back.
TEST_F(DimsTest, ElementTypes) {
  for (int i = 0; i <= int(DType::F64); ++i)
    EXPECT_EQ(getDType(getElementType(&context, DType(i))), DType(i));
  EXPECT_FALSE(getDType(IntegerType::get(&context, 4)));
  EXPECT_FALSE(getDType(IndexType::get(&context)));
}

// Sizes differ for certain only if they are different constants.
TEST_F(DimsTest, Compatibility) {
  EXPECT_TRUE(mayBeEqual(n, h));
  EXPECT_TRUE(mayBeEqual(n, 3));
  EXPECT_FALSE(mayBeEqual(2, 3));
  EXPECT_EQ(merge(n, 3), DimExpr(3));
  EXPECT_EQ(merge(n, h), n);
}

// The ranges of symbols live on the module.
TEST_F(DimsTest, SymbolRanges) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  setSymbolRanges(*module, {{"N", {1, 32, 4}}});
  SymbolRanges ranges = getSymbolRanges(*module);
  EXPECT_EQ(ranges.size(), 1u);
  EXPECT_EQ(ranges["N"].hi, 32);
  EXPECT_EQ(ranges["N"].multiple, 4);
}

} // namespace

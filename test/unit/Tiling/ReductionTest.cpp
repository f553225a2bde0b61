//===- ReductionTest.cpp - reductions and norms in tiles ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TilingTest.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;
using test::TilingTest;

namespace {

// Reductions over every set of axes, rows longer and shorter than a tile.
TEST_F(TilingTest, Reductions) {
  for (bool dynamic : {false, true})
    for (ReduceKind kind : {ReduceKind::Sum, ReduceKind::Mean, ReduceKind::Prod,
                            ReduceKind::Max, ReduceKind::Min})
      for (const std::vector<int64_t> &axes : std::vector<std::vector<int64_t>>{
               {0}, {1}, {2}, {1, 2}, {0, 1, 2}, {0, 2}}) {
        start();
        Value x = input({5, 9, 130}, DType::F32, dynamic, 0.9, 1.1);
        check({ReduceOp::create(builder, loc(), kind, x, axes)});
      }
}

// Integer and bool reductions; no elements give the neutral value. The sum of a
// mean does not fit in 8 bits.
TEST_F(TilingTest, IntegerReductions) {
  for (DType type : {DType::I8, DType::U8, DType::I64, DType::Bool})
    for (ReduceKind kind :
         {ReduceKind::Sum, ReduceKind::Mean, ReduceKind::Max, ReduceKind::Min})
      for (int64_t n : {0, 3, 70}) {
        if (type == DType::Bool &&
            (kind == ReduceKind::Sum || kind == ReduceKind::Mean))
          continue;
        start();
        Value x = input({4, n}, type, false, -100, 100);
        check({ReduceOp::create(builder, loc(), kind, x, ArrayRef<int64_t>{1})},
              0);
      }
}

// argmax and argmin: first and last of equals.
TEST_F(TilingTest, ArgReductions) {
  for (ReduceKind kind : {ReduceKind::Max, ReduceKind::Min})
    for (bool last : {false, true})
      for (int64_t axis : {0, 1, 2}) {
        start();
        Value x = input({4, 70, 3}, DType::I32, false, -3, 3);
        check({ArgReduceOp::create(builder, loc(), kind, x, axis, last)}, 0);
      }
}

// Softmax with what comes before and after it is one kernel.
TEST_F(TilingTest, Softmax) {
  for (bool dynamic : {false, true})
    for (bool log : {false, true})
      for (const auto &[rows, columns] : std::vector<std::array<int64_t, 2>>{
               {1, 1}, {5, 64}, {4, 65}, {9, 131}, {3, 7}}) {
        start();
        Value x = input({rows, columns}, DType::F32, dynamic);
        x = BinaryOp::create(builder, loc(), BinaryKind::Mul, x, scalar(0.3));
        Value y = SoftmaxOp::create(builder, loc(), x, 1, log);
        y = BinaryOp::create(builder, loc(), BinaryKind::Add, y, scalar(1));
        EXPECT_EQ(check({y}), 1u);
        if (columns > 65)
          continue;
        start();
        x = input({rows, columns, 3}, DType::F32, dynamic);
        check({SoftmaxOp::create(builder, loc(), x, 1, log)});
      }
}

// LayerNorm, InstanceNorm and RMSNorm, with scale and bias.
TEST_F(TilingTest, Normalize) {
  for (bool rms : {false, true})
    for (const std::vector<int64_t> &axes :
         std::vector<std::vector<int64_t>>{{2}, {1, 2}, {1}}) {
      start();
      Value x = input({3, 10, 130}), scale = input({130}), bias = input({130});
      Value y =
          NormalizeOp::create(builder, loc(), x, axes, APFloat(1e-5), rms);
      y = BinaryOp::create(builder, loc(), BinaryKind::Mul, y, scale);
      y = BinaryOp::create(builder, loc(), BinaryKind::Add, y, bias);
      EXPECT_EQ(check({y}), 1u);
    }
}

} // namespace

//===- ElementwiseTest.cpp - elementwise kernels in tiles -----------------===//
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

// A chain of elementwise ops with broadcasts of every kind is one kernel.
TEST_F(TilingTest, ElementwiseWithBroadcasts) {
  for (bool dynamic : {false, true})
    for (int64_t n : {1, 3, 63, 64, 65, 131, 0}) {
      start();
      Value x = input({5, n}, DType::F32, dynamic),
            row = input({n}, DType::F32, dynamic),
            column = input({5, 1}, DType::F32, dynamic);
      Value y = BinaryOp::create(builder, loc(), BinaryKind::Add, x, row);
      y = BinaryOp::create(builder, loc(), BinaryKind::Mul, y, column);
      y = UnaryOp::create(builder, loc(), UnaryKind::Tanh, y);
      y = BinaryOp::create(builder, loc(), BinaryKind::Max, y, scalar(0.25));
      EXPECT_EQ(check({y}), 1u);
    }
}

// Every unary function on f32, f16 and f64, over its whole domain and outside.
TEST_F(TilingTest, EveryUnary) {
  for (int kind = 0; kind <= int(UnaryKind::IsNaN); ++kind) {
    if (UnaryKind(kind) == UnaryKind::Not)
      continue;
    for (DType type : {DType::F32, DType::F16, DType::F64}) {
      start();
      Value x = input({70}, type);
      check({UnaryOp::create(builder, loc(), UnaryKind(kind), x)},
            type == DType::F16 ? 1e-3 : 1e-5);
    }
  }
}

// Integer arithmetic is total: divisors and exponents include 0 and -1.
TEST_F(TilingTest, EveryBinaryOnIntegers) {
  for (BinaryKind kind :
       {BinaryKind::Add, BinaryKind::Sub, BinaryKind::Mul, BinaryKind::Div,
        BinaryKind::Mod, BinaryKind::Rem, BinaryKind::Max, BinaryKind::Min,
        BinaryKind::Pow, BinaryKind::And, BinaryKind::Or, BinaryKind::Xor,
        BinaryKind::Shl, BinaryKind::Shr})
    for (DType type : {DType::I8, DType::U8, DType::I32, DType::I64}) {
      start();
      Value x = input({200}, type, false, -130, 130),
            y = input({200}, type, false, -3, 4);
      check({BinaryOp::create(builder, loc(), kind, x, y)}, 0);
    }
}

// A bool is a byte in memory and a bit in a body.
TEST_F(TilingTest, CompareAndSelect) {
  start();
  Value x = input({3, 17}), y = input({3, 17}), keep = input({17}, DType::Bool);
  Value less = CompareOp::create(builder, loc(), CompareKind::Lt, x, y);
  Value both = BinaryOp::create(builder, loc(), BinaryKind::And, less, keep);
  Value z = SelectOp::create(builder, loc(), both, x, y);
  EXPECT_EQ(check({both, z}), 1u);
}

// Float to integer saturates and NaN gives 0, in every width.
TEST_F(TilingTest, Casts) {
  for (DType to : {DType::I8, DType::U8, DType::I32, DType::I64, DType::Bool,
                   DType::F16, DType::BF16, DType::F64}) {
    start();
    Value x = input({40}, DType::F32, false, -300, 300);
    inputs[0].as<float>()[0] = NAN;
    inputs[0].as<float>()[1] = INFINITY;
    inputs[0].as<float>()[2] = -INFINITY;
    inputs[0].as<float>()[3] = 3e38f;
    auto type = cast<RankedTensorType>(x.getType());
    check({CastOp::create(builder, loc(),
                          withElement(type, getElementType(&context, to)), x)},
          to == DType::F16 || to == DType::BF16 ? 1e-2 : 0);
  }
}

} // namespace

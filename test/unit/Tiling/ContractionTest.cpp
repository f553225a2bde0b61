//===- ContractionTest.cpp - matmuls, convolutions and pools in tiles -----===//
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

// Matrix products of odd sizes, with batches, broadcasts and transposed
// operands.
TEST_F(TilingTest, Matmul) {
  for (bool dynamic : {false, true})
    for (const auto &[m, n, k] : std::vector<std::array<int64_t, 3>>{
             {1, 1, 1}, {7, 33, 5}, {8, 32, 4}, {17, 64, 13}, {3, 100, 0}}) {
      start();
      Value x = input({m, k}, DType::F32, dynamic),
            w = input({k, n}, DType::F32, dynamic),
            b = input({n}, DType::F32, dynamic);
      Value y = MatmulOp::create(
          builder, loc(),
          typeOf({getDim(x, 0), getDim(w, 1)}, builder.getF32Type()), x, w,
          false, false);
      y = BinaryOp::create(builder, loc(), BinaryKind::Add, y, b);
      EXPECT_EQ(check({y}), 1u);
      start();
      x = input({2, 3, k, m}, DType::F32, dynamic),
      w = input({3, n, k}, DType::F32, dynamic);
      Dims xs = getDims(x), ws = getDims(w);
      y = MatmulOp::create(
          builder, loc(),
          typeOf({xs[0], xs[1], xs[3], ws[1]}, builder.getF32Type()), x, w,
          true, true);
      check({y});
    }
}

// f16 accumulates in f32, integers wrap.
TEST_F(TilingTest, MatmulTypes) {
  for (DType type : {DType::F16, DType::BF16, DType::F64, DType::I32}) {
    start();
    Value x = input({9, 40}, type), w = input({40, 21}, type);
    check({MatmulOp::create(builder, loc(),
                            typeOf({9, 21}, getElementType(&context, type)), x,
                            w, false, false)},
          type == DType::BF16  ? 1e-2
          : type == DType::F16 ? 1e-3
                               : 1e-5);
  }
}

// Operands of other types than the result's: each is widened by its own sign.
TEST_F(TilingTest, ContractionsOfMixedTypes) {
  Type i32 = builder.getI32Type(), f32 = builder.getF32Type();
  using Types = std::pair<DType, DType>;
  for (auto [a, b] : {Types{DType::U8, DType::I8},
                      {DType::U8, DType::U8},
                      {DType::I8, DType::I32},
                      {DType::I64, DType::U8}}) {
    double low = a == DType::U8 ? 0 : -120, high = a == DType::U8 ? 255 : 120;
    double rightLow = b == DType::U8 ? 0 : -120;
    double rightHigh = b == DType::U8 ? 255 : 120;
    start();
    Value x = input({9, 40}, a, false, low, high);
    Value w = input({40, 21}, b, false, rightLow, rightHigh);
    check({MatmulOp::create(builder, loc(), typeOf({9, 21}, i32), x, w, false,
                            false)},
          0);
  }
  for (auto [a, b, result] :
       {std::tuple{DType::U8, DType::I8, i32}, {DType::F16, DType::F16, f32}})
    for (int64_t groups : {1, 2, 4}) {
      start();
      bool isInteger = a == DType::U8;
      Value x = input({1, 7, 7, 4}, a, false, isInteger ? 0 : -2,
                      isInteger ? 255 : 2);
      Value w = input({3, 3, 4 / groups, 8 / (groups == 4 ? 2 : 1)}, b, false,
                      isInteger ? -120 : -2, isInteger ? 120 : 2);
      int64_t channels = groups == 4 ? 4 : 8;
      SmallVector<int64_t> ones{1, 1};
      auto pads = getDimsAttr(&context, Dims{1, 1});
      check({ConvOp::create(builder, loc(), typeOf({1, 7, 7, channels}, result),
                            x, w, ones, ones, pads, pads, groups)},
            isInteger ? 0 : 1e-5);
    }
}

// Convolutions: padding, strides, dilations, groups, depthwise, 1 to 3 spatial
// axes.
TEST_F(TilingTest, Conv) {
  struct Case {
    std::vector<int64_t> spatial, kernel;
    int64_t channels, outputs, groups, stride, dilation, pad;
  };
  std::vector<Case> cases = {{{9, 11}, {3, 3}, 3, 8, 1, 2, 1, 1},
                             {{8, 8}, {1, 1}, 16, 33, 1, 1, 1, 0},
                             {{7, 7}, {3, 3}, 12, 12, 12, 1, 1, 1},
                             {{10, 9}, {5, 3}, 8, 12, 4, 1, 2, 2},
                             {{20}, {4}, 5, 7, 1, 3, 1, 2},
                             {{4, 5, 6}, {2, 3, 2}, 2, 4, 2, 1, 1, 1},
                             {{6, 6}, {3, 3}, 4, 8, 4, 1, 1, 1},
                             {{5, 5}, {3, 3}, 33, 40, 1, 1, 1, 1},
                             {{1}, {3}, 8, 16, 1, 1, 1, 1},
                             {{4}, {3}, 8, 16, 1, 2, 1, 1},
                             {{1, 1}, {3, 3}, 8, 16, 1, 1, 1, 1}};
  for (const Case &c : cases)
    for (bool dynamic : {false, true}) {
      start();
      std::vector<int64_t> xs = {2}, ws = c.kernel;
      for (int64_t size : c.spatial)
        xs.push_back(size);
      xs.push_back(c.channels);
      ws.push_back(c.channels / c.groups);
      ws.push_back(c.outputs);
      // Batch and spatial axes dynamic, channels static.
      Dims dims, out;
      for (size_t i = 0; i < xs.size(); ++i)
        dims.push_back(dynamic && i + 1 < xs.size()
                           ? DimExpr::symbol("x" + std::to_string(i))
                           : DimExpr(xs[i]));
      inputs.push_back(random.tensor(DType::F32, xs, -1, 1));
      Value x = main.front().addArgument(
          getTensorType(&context, dims, builder.getF32Type()), loc());
      Value w = input(ws);
      Value bias = input({c.outputs});
      out.push_back(dims[0]);
      size_t rank = c.spatial.size();
      for (size_t i = 0; i < rank; ++i)
        out.push_back(
            DimExpr::floorDiv(
                dims[i + 1] +
                    DimExpr(2 * c.pad - c.dilation * (c.kernel[i] - 1) - 1),
                c.stride) +
            1);
      out.push_back(c.outputs);
      std::vector<int64_t> strides(rank, c.stride), dilations(rank, c.dilation);
      Dims pads(rank, DimExpr(c.pad));
      auto padAttr = getDimsAttr(&context, pads);
      Value y = ConvOp::create(
          builder, loc(), getTensorType(&context, out, builder.getF32Type()), x,
          w, strides, dilations, padAttr, padAttr, c.groups);
      y = BinaryOp::create(builder, loc(), BinaryKind::Add, y, bias);
      EXPECT_EQ(check({y}), 1u);
    }
}

// Transposed convolutions, with groups and with a single channel per group.
TEST_F(TilingTest, ConvTranspose) {
  for (const auto &[stride, dilation, channels, groups] :
       std::vector<std::array<int64_t, 4>>{{2, 1, 6, 1},
                                           {3, 2, 6, 1},
                                           {1, 1, 6, 2},
                                           {2, 1, 1, 1},
                                           {1, 2, 2, 2}}) {
    start();
    int64_t pad = 1, size = (5 - 1) * stride + dilation * 2 + 1 - 2 * pad;
    Value x = input({2, 5, 5, channels}),
          w = input({3, 3, channels / groups, 8});
    check({ConvTransposeOp::create(
        builder, loc(), typeOf({2, size, size, 8}, builder.getF32Type()), x, w,
        ArrayRef<int64_t>{stride, stride},
        ArrayRef<int64_t>{dilation, dilation},
        getDimsAttr(&context, {pad, pad}), groups)});
  }
}

// Pooling of each kind: windows that leave the input, with dilation.
TEST_F(TilingTest, Pool) {
  for (PoolKind kind : {PoolKind::Max, PoolKind::Sum, PoolKind::Average,
                        PoolKind::AverageWithPadding})
    for (const auto &[stride, dilation, pad] :
         std::vector<std::array<int64_t, 3>>{{1, 1, 0}, {2, 1, 1}, {2, 2, 2}}) {
      start();
      auto size = [&](int64_t in) {
        return (in + 2 * pad - dilation * 2 - 1) / stride + 1;
      };
      Value x = input({2, 9, 12, 70});
      auto pads = getDimsAttr(&context, {pad, pad});
      check({PoolOp::create(
          builder, loc(),
          typeOf({2, size(9), size(12), 70}, builder.getF32Type()), kind, x,
          ArrayRef<int64_t>{3, 3}, ArrayRef<int64_t>{stride, stride},
          ArrayRef<int64_t>{dilation, dilation}, pads, pads)});
    }
}

} // namespace

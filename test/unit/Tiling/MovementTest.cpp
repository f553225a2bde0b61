//===- MovementTest.cpp - transposes, slices, gathers, resizes in tiles ---===//
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

// Transposes of ranks 2 to 4.
TEST_F(TilingTest, Transposes) {
  for (bool dynamic : {false, true})
    for (const std::vector<int64_t> &permutation :
         std::vector<std::vector<int64_t>>{
             {1, 0}, {0, 2, 1}, {2, 0, 1}, {0, 2, 3, 1}, {3, 1, 0, 2}}) {
      start();
      std::vector<int64_t> shape = {7, 19, 33, 5};
      shape.resize(permutation.size());
      Value x = input(shape, DType::F32, dynamic);
      check({TransposeOp::create(builder, loc(), x, permutation)}, 0);
    }
}

// Slices with steps, concatenations and padding are addresses.
TEST_F(TilingTest, SliceConcatPad) {
  start();
  Value x = input({6, 40, 70}), y = input({6, 11, 70});
  Value s = SliceOp::create(
      builder, loc(), typeOf({2, 13, 35}, builder.getF32Type()), x,
      getDimsAttr(&context, {1, 1, 0}), ArrayRef<int64_t>{3, 3, 2});
  check({s}, 0);
  start();
  x = input({6, 40, 70}), y = input({6, 11, 70});
  check({ConcatOp::create(builder, loc(), ValueRange{x, y, x}, 1)}, 0);
  start();
  x = input({6, 40, 70}), y = input({6, 40, 3});
  check({ConcatOp::create(builder, loc(), ValueRange{x, y}, 2)}, 0);
  start();
  x = input({6, 40, 70});
  check({PadOp::create(builder, loc(), x, scalar(1.5), PadMode::Constant,
                       getDimsAttr(&context, {0, 2, 3}),
                       getDimsAttr(&context, {1, 0, 5}))},
        0);
  start();
  x = input({6, 40, 70});
  check({PadOp::create(builder, loc(), x, scalar(1.5), PadMode::Constant,
                       getDimsAttr(&context, {0, -2, 3}),
                       getDimsAttr(&context, {1, 0, -5}))},
        0);
  // Two parts of other sizes than the tile, then something per channel.
  start();
  x = input({2, 3, 256}), y = input({2, 3, 32});
  Value both = ConcatOp::create(builder, loc(), ValueRange{x, y}, 2);
  Value scale = input({288});
  check({both, BinaryOp::create(builder, loc(), BinaryKind::Mul, both, scale)},
        0);
  for (PadMode mode : {PadMode::Reflect, PadMode::Edge, PadMode::Wrap}) {
    start();
    x = input({2, 6, 7});
    check({PadOp::create(builder, loc(), x, Value(), mode,
                         getDimsAttr(&context, {0, 2, 3}),
                         getDimsAttr(&context, {1, 1, 5}))},
          0);
    // Negative widths take elements away before the mode looks at an axis.
    start();
    x = input({4, 6, 7});
    check({PadOp::create(builder, loc(), x, Value(), mode,
                         getDimsAttr(&context, {-1, 2, -2}),
                         getDimsAttr(&context, {2, -3, -1}))},
          0);
  }
}

// Slices whose last elements no bound of the operand proves to be inside: steps
// that leave a rest, ends before the operand's, sizes that are other symbols.
TEST_F(TilingTest, SlicesWithinTheOperand) {
  struct Case {
    int64_t size, start, step, count;
  };
  for (Case c : {Case{200, 1, 2, 100},
                 {201, 0, 2, 101},
                 {200, 5, 3, 60},
                 {200, 3, 1, 90},
                 {7, 6, 1, 1},
                 {130, 0, 64, 3}})
    for (bool dynamic : {false, true})
      for (bool later : {false, true}) {
        start();
        Value x = input({3, c.size}, DType::F32, dynamic);
        DimExpr count = c.count, rows = getDim(x, 0);
        // The symbol of another input.
        if (dynamic)
          count =
              getDim(input({c.count + (c.count == 1)}, DType::F32, true), 0);
        if (dynamic && c.count == 1)
          continue;
        if (later)
          x = UnaryOp::create(builder, loc(), x.getType(), UnaryKind::Exp, x);
        Value y = SliceOp::create(builder, loc(),
                                  typeOf({rows, count}, builder.getF32Type()),
                                  x, getDimsAttr(&context, Dims{0, c.start}),
                                  SmallVector<int64_t>{1, c.step});
        check({y});
        // A reduction asks for its own fill.
        start();
        x = input({3, c.size}, DType::F32);
        y = SliceOp::create(builder, loc(),
                            typeOf({3, c.count}, builder.getF32Type()), x,
                            getDimsAttr(&context, Dims{0, c.start}),
                            SmallVector<int64_t>{1, c.step});
        check(
            {ReduceOp::create(builder, loc(), typeOf({3}, builder.getF32Type()),
                              ReduceKind::Max, y, ArrayRef<int64_t>{1})});
      }
}

// Gathers take any index: from the end if negative, clamped if outside.
TEST_F(TilingTest, Gathers) {
  for (int64_t axis : {0, 1, 2}) {
    start();
    Value x = input({6, 9, 20}), i = input({4, 3}, DType::I64, false, -12, 12);
    check({GatherOp::create(builder, loc(), x, i, axis)}, 0);
  }
  start();
  Value x = input({6, 9, 20}),
        i = input({6, 5, 20}, DType::I32, false, -12, 12);
  check({GatherElementsOp::create(builder, loc(), x, i, 1)}, 0);
  start();
  x = input({6, 9, 20}), i = input({6, 3, 2}, DType::I64, false, -4, 9);
  check({GatherNDOp::create(builder, loc(), x, i, 1)}, 0);
}

// Of an empty axis nothing is read: the elements are 0.
TEST_F(TilingTest, GathersOfAnEmptyAxis) {
  for (bool dynamic : {false, true}) {
    start();
    Value x = input({0, 3}, DType::F32, dynamic);
    Value i = input({4}, DType::I64, false, -2, 2);
    check({GatherOp::create(builder, loc(), x, i, 0)}, 0);
    start();
    x = input({0}, DType::F32, dynamic);
    i = input({}, DType::I64);
    check({GatherOp::create(builder, loc(), x, i, 0)}, 0);
    start();
    x = input({3, 0}, DType::F32, dynamic);
    i = input({3, 70}, DType::I64, false, -2, 2);
    check({GatherElementsOp::create(builder, loc(), x, i, 1)}, 0);
  }
}

// Resizes of every mode.
TEST_F(TilingTest, Resize) {
  for (ResizeMode mode :
       {ResizeMode::Nearest, ResizeMode::Linear, ResizeMode::Cubic})
    for (ResizeCoordinates coordinates :
         {ResizeCoordinates::HalfPixel, ResizeCoordinates::AlignCorners,
          ResizeCoordinates::Asymmetric, ResizeCoordinates::PytorchHalfPixel,
          ResizeCoordinates::HalfPixelSymmetric}) {
      start();
      Value x = input({1, 5, 7, 3});
      check({ResizeOp::create(
                builder, loc(), typeOf({1, 10, 4, 3}, builder.getF32Type()), x,
                mode, coordinates, NearestRounding::RoundPreferFloor,
                ArrayRef<double>{}, ArrayRef<float>{}, APFloat(-0.75f),
                APFloat(0.0f), false, false)},
            1e-4);
    }
}

// Coordinates that are whole but for rounding: 1.5 / 0.6 - 0.5 is 2.
TEST_F(TilingTest, ResizeToWholeCoordinates) {
  for (NearestRounding rounding :
       {NearestRounding::Floor, NearestRounding::Ceil}) {
    start();
    Value x = input({1, 5, 35, 1});
    check({ResizeOp::create(builder, loc(),
                            typeOf({1, 3, 21, 1}, builder.getF32Type()), x,
                            ResizeMode::Nearest, ResizeCoordinates::HalfPixel,
                            rounding, ArrayRef<double>{}, ArrayRef<float>{},
                            APFloat(-0.75f), APFloat(0.0f), false, false)},
          0);
  }
}

// A weight of 0 hides an infinite element.
TEST_F(TilingTest, ResizeHidesInfinity) {
  start();
  Value x = input({1, 5, 1});
  inputs[0].as<float>()[2] = std::numeric_limits<float>::infinity();
  check({ResizeOp::create(
      builder, loc(), typeOf({1, 9, 1}, builder.getF32Type()), x,
      ResizeMode::Linear, ResizeCoordinates::AlignCorners,
      NearestRounding::RoundPreferFloor, ArrayRef<double>{}, ArrayRef<float>{},
      APFloat(-0.75f), APFloat(0.0f), false, false)});
}

// Points inside, between a border and the outermost element, outside, infinite
// and NaN.
TEST_F(TilingTest, GridSample) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  for (ResizeMode mode :
       {ResizeMode::Nearest, ResizeMode::Linear, ResizeMode::Cubic})
    for (PadMode padding : {PadMode::Constant, PadMode::Edge, PadMode::Reflect})
      for (bool align : {false, true}) {
        start();
        Value x = input({1, 5, 2});
        Value grid = input({1, 9, 1}, DType::F64);
        std::vector<double> points{0.1, -0.95, 0.99,         -1.3, 1.4,
                                   7.7, inf,   std::nan(""), -inf};
        std::copy(points.begin(), points.end(), inputs[1].as<double>());
        check({GridSampleOp::create(
            builder, loc(), typeOf({1, 9, 2}, builder.getF32Type()), x, grid,
            ResizeModeAttr::get(&context, mode),
            PadModeAttr::get(&context, padding),
            align ? builder.getUnitAttr() : UnitAttr())});
      }
}

} // namespace

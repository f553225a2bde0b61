//===- MovementTest.cpp - ops that move elements -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterTestSupport.h"
#include "TestSupport.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

/// Reshape keeps the row-major order.
TEST(Movement, Reshape) {
  expectTensor(runOp("tw.reshape %a : tensor<2x3xf32> -> tensor<3x1x2xf32>",
                     {iota(DType::F32, {2, 3})}),
               iota(DType::F32, {3, 1, 2}));
}

/// Broadcast adds leading axes and repeats those of size 1.
TEST(Movement, Broadcast) {
  expectTensor(
      runOp("tw.broadcast %a : tensor<2x1xi8> -> tensor<2x2x3xi8>",
            {tensor(DType::I8, {2, 1}, {7, 8})}),
      tensor(DType::I8, {2, 2, 3}, {7, 7, 7, 8, 8, 8, 7, 7, 7, 8, 8, 8}));
}

/// result[i, j, k] = operand at the permuted place, for every element width.
TEST(Movement, Transpose) {
  for (auto [type, text] :
       {std::pair(DType::I8, "i8"), std::pair(DType::F16, "f16"),
        std::pair(DType::F32, "f32"), std::pair(DType::F64, "f64")}) {
    std::string op = std::string("tw.transpose %a [2, 0, 1] : tensor<2x3x4x") +
                     text + "> -> tensor<4x2x3x" + text + ">";
    std::vector<double> expected;
    for (int k = 0; k < 4; ++k)
      for (int i = 0; i < 2; ++i)
        for (int j = 0; j < 3; ++j)
          expected.push_back(i * 12 + j * 4 + k);
    expectTensor(runOp(op, {iota(type, {2, 3, 4})}),
                 tensor(type, {4, 2, 3}, expected));
  }
}

/// Concatenation on an inner axis, with an empty operand.
TEST(Movement, Concat) {
  expectTensor(
      runOp("tw.concat %a, %b, %c axis 1 : tensor<2x1xi64>, tensor<2x0xi64>, "
            "tensor<2x2xi64> -> tensor<2x3xi64>",
            {i64({2, 1}, {1, 2}), i64({2, 0}, {}), i64({2, 2}, {3, 4, 5, 6})}),
      i64({2, 3}, {1, 3, 4, 2, 5, 6}));
}

/// Steps may be negative and larger than 1.
TEST(Movement, Slice) {
  expectTensor(runOp("tw.slice %a starts <3, 0> steps [-2, 3] : "
                     "tensor<4x5xf32> -> tensor<2x2xf32>",
                     {iota(DType::F32, {4, 5})}),
               f32({2, 2}, {15, 18, 5, 8}));
}

/// A slice that leaves its operand is an error that says where.
TEST(Movement, SliceOutside) {
  EXPECT_ERROR(
      parseAndInterpret(R"(
    func.func @main(%a: tensor<?xf32, #tw.dims<"N">>) -> tensor<2xf32> {
      %0 = tw.slice %a starts <"N - 1"> steps [1] : tensor<?xf32, #tw.dims<"N">> -> tensor<2xf32>
      return %0 : tensor<2xf32>
    })",
                        {iota(DType::F32, {4})}),
      "tw.slice: the slice of axis 0 reads elements 3 to 4, but the axis has "
      "4");
}

Result<Tensors> pad(const std::string &mode, int64_t low, int64_t high,
                    const Tensor &x) {
  std::string in = "tensor<" + std::to_string(x.size()) + "xi64>";
  std::string out = "tensor<" + std::to_string(x.size() + low + high) + "xi64>";
  bool constant = mode == "constant";
  std::vector<Tensor> inputs{x};
  if (constant)
    inputs.push_back(i64({}, {9}));
  return runOp("tw.pad " + mode + " %a " +
                   (constant ? "with %b : tensor<i64> " : "") + "low <" +
                   std::to_string(low) + "> high <" + std::to_string(high) +
                   "> : " + in + " -> " + out,
               inputs);
}

/// The four modes, with widths beyond the axis' size.
TEST(Movement, PadModes) {
  Tensor x = i64({3}, {1, 2, 3});
  expectTensor(pad("constant", 2, 1, x), i64({6}, {9, 9, 1, 2, 3, 9}));
  expectTensor(pad("edge", 2, 1, x), i64({6}, {1, 1, 1, 2, 3, 3}));
  expectTensor(pad("reflect", 5, 3, x),
               i64({11}, {2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2}));
  expectTensor(pad("wrap", 4, 2, x), i64({9}, {3, 1, 2, 3, 1, 2, 3, 1, 2}));
}

/// One element reflects onto itself; the edge of an empty axis reads as 0.
TEST(Movement, PadOfTinyAxes) {
  expectTensor(pad("reflect", 2, 1, i64({1}, {5})), i64({4}, {5, 5, 5, 5}));
  expectTensor(pad("constant", 1, 1, i64({0}, {})), i64({2}, {9, 9}));
  expectTensor(parseAndInterpret(R"(
    func.func @main(%a: tensor<?xi64, #tw.dims<"N">>) -> tensor<?xi64, #tw.dims<"N + 2">> {
      %0 = tw.pad edge %a low <1> high <1> : tensor<?xi64, #tw.dims<"N">> -> tensor<?xi64, #tw.dims<"N + 2">>
      return %0 : tensor<?xi64, #tw.dims<"N + 2">>
    })",
                                 {i64({0}, {})}),
               i64({2}, {0, 0}));
}

/// Negative widths remove elements, before the mode looks at the axis.
TEST(Movement, PadNegative) {
  expectTensor(pad("constant", -1, 2, i64({3}, {1, 2, 3})),
               i64({4}, {2, 3, 9, 9}));
  expectTensor(pad("reflect", -1, 2, i64({4}, {1, 2, 3, 4})),
               i64({5}, {2, 3, 4, 3, 2}));
}

/// A range counts in its element type.
TEST(Movement, Range) {
  expectTensor(runOp("tw.range %a, %b : tensor<f32>, tensor<f32> -> "
                     "tensor<4xf32>",
                     {f32({}, {1}), f32({}, {-0.5})}),
               f32({4}, {1, 0.5, 0, -0.5}));
  expectTensor(runOp("tw.range %a, %b : tensor<i64>, tensor<i64> -> "
                     "tensor<0xi64>",
                     {i64({}, {1}), i64({}, {1})}),
               i64({0}, {}));
}

/// Negative indices count from the end; others out of range are clamped.
TEST(Indexing, Gather) {
  expectTensor(runOp("tw.gather %a, %b axis 1 : tensor<2x3xf32>, "
                     "tensor<2x2xi64> -> tensor<2x2x2xf32>",
                     {iota(DType::F32, {2, 3}), i64({2, 2}, {-1, 0, 7, -9})}),
               f32({2, 2, 2}, {2, 0, 2, 0, 5, 3, 5, 3}));
}

/// From an empty axis zeros are gathered.
TEST(Indexing, GatherFromNothing) {
  expectTensor(runOp("tw.gather %a, %b axis 0 : tensor<0x2xf32>, tensor<1xi64> "
                     "-> tensor<1x2xf32>",
                     {f32({0, 2}, {}), i64({1}, {0})}),
               f32({1, 2}, {0, 0}));
}

/// The indices of gather_elements may cover less than the operand.
TEST(Indexing, GatherElements) {
  expectTensor(runOp("tw.gather_elements %a, %b axis 0 : tensor<3x3xf32>, "
                     "tensor<2x2xi32> -> tensor<2x2xf32>",
                     {iota(DType::F32, {3, 3}),
                      tensor(DType::I32, {2, 2}, {2, -3, 1, 9})}),
               f32({2, 2}, {6, 1, 3, 7}));
}

/// GatherND of ONNX: whole slices, and with batch dimensions.
TEST(Indexing, GatherND) {
  expectTensor(runOp("tw.gather_nd %a, %b batch_dims 0 : tensor<2x2xf32>, "
                     "tensor<2x1xi64> -> tensor<2x2xf32>",
                     {iota(DType::F32, {2, 2}), i64({2, 1}, {1, -2})}),
               f32({2, 2}, {2, 3, 0, 1}));
  expectTensor(runOp("tw.gather_nd %a, %b batch_dims 1 : tensor<2x2x2xf32>, "
                     "tensor<2x1xi64> -> tensor<2x2xf32>",
                     {iota(DType::F32, {2, 2, 2}), i64({2, 1}, {1, 0})}),
               f32({2, 2}, {2, 3, 4, 5}));
}

/// The last update wins; one out of range writes nothing.
TEST(Indexing, ScatterElements) {
  expectTensor(
      runOp("tw.scatter_elements none %a, %b, %c axis 1 : tensor<1x5xf32>, "
            "tensor<1x4xi64>, tensor<1x4xf32> -> tensor<1x5xf32>",
            {f32({1, 5}, {1, 2, 3, 4, 5}), i64({1, 4}, {1, -2, 1, 5}),
             f32({1, 4}, {10, 20, 30, 40})}),
      f32({1, 5}, {1, 30, 3, 20, 5}));
}

/// Updates combine in order; integers wrap.
TEST(Indexing, ScatterElementsCombines) {
  auto scatter = [](const std::string &kind) {
    return runOp("tw.scatter_elements " + kind +
                     " %a, %b, %c axis 0 : tensor<2xi8>, tensor<3xi64>, "
                     "tensor<3xi8> -> tensor<2xi8>",
                 {tensor(DType::I8, {2}, {100, 5}), i64({3}, {0, 0, 1}),
                  tensor(DType::I8, {3}, {27, 2, -3})});
  };
  expectTensor(scatter("sum"), tensor(DType::I8, {2}, {-127, 2}));
  expectTensor(scatter("prod"), tensor(DType::I8, {2}, {24, -15}));
  expectTensor(scatter("max"), tensor(DType::I8, {2}, {100, 5}));
  expectTensor(scatter("min"), tensor(DType::I8, {2}, {2, -3}));
}

/// ScatterND of ONNX writes whole slices.
TEST(Indexing, ScatterND) {
  expectTensor(runOp("tw.scatter_nd sum %a, %b, %c : tensor<3x2xf32>, "
                     "tensor<3x1xi64>, tensor<3x2xf32> -> tensor<3x2xf32>",
                     {f32({3, 2}, {0, 0, 0, 0, 0, 0}), i64({3, 1}, {2, -1, 3}),
                      f32({3, 2}, {1, 2, 3, 4, 5, 6})}),
               f32({3, 2}, {0, 0, 0, 0, 4, 6}));
}

/// ONNX's example of ReverseSequence, and lengths that are clamped.
TEST(Indexing, ReverseSequence) {
  expectTensor(
      runOp(
          "tw.reverse_sequence %a, %b time 0 batch 1 : tensor<4x4xf32>, "
          "tensor<4xi64> -> tensor<4x4xf32>",
          {f32({4, 4}, {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15}),
           i64({4}, {4, 3, 2, 1})}),
      f32({4, 4}, {3, 6, 9, 12, 2, 5, 8, 13, 1, 4, 10, 14, 0, 7, 11, 15}));
  expectTensor(runOp("tw.reverse_sequence %a, %b time 1 batch 0 : "
                     "tensor<2x3xf32>, tensor<2xi64> -> tensor<2x3xf32>",
                     {iota(DType::F32, {2, 3}), i64({2}, {99, -1})}),
               f32({2, 3}, {2, 1, 0, 3, 4, 5}));
}

} // namespace

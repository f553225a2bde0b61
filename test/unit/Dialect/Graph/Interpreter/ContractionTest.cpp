//===- ContractionTest.cpp - matmul, convolution, attention --------------===//
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

/// A product by hand, and with either operand transposed.
TEST(Matmul, Transposed) {
  Tensor a = f32({2, 3}, {1, 2, 3, 4, 5, 6});
  Tensor b = f32({3, 2}, {7, 8, 9, 10, 11, 12});
  Tensor expected = f32({2, 2}, {58, 64, 139, 154});
  expectTensor(runOp("tw.matmul %a, %b : tensor<2x3xf32>, tensor<3x2xf32> -> "
                     "tensor<2x2xf32>",
                     {a, b}),
               expected);
  expectTensor(runOp("tw.matmul %a transposed, %b transposed : "
                     "tensor<3x2xf32>, tensor<2x3xf32> -> tensor<2x2xf32>",
                     {f32({3, 2}, {1, 4, 2, 5, 3, 6}),
                      f32({2, 3}, {7, 9, 11, 8, 10, 12})}),
               expected);
}

/// Sizes around the block of 4 x 4 results: a[i, k] = i + k, b[k, j] = k - j.
TEST(Matmul, OddSizes) {
  for (int64_t m : {1, 4, 5})
    for (int64_t n : {1, 3, 9})
      for (int64_t k : {0, 1, 7}) {
        std::vector<double> a, b, expected;
        for (int64_t i = 0; i < m; ++i)
          for (int64_t p = 0; p < k; ++p)
            a.push_back(double(i + p));
        for (int64_t p = 0; p < k; ++p)
          for (int64_t j = 0; j < n; ++j)
            b.push_back(double(p - j));
        for (int64_t i = 0; i < m; ++i)
          for (int64_t j = 0; j < n; ++j) {
            double sum = 0;
            for (int64_t p = 0; p < k; ++p)
              sum += double((i + p) * (p - j));
            expected.push_back(sum);
          }
        auto type = [](int64_t r, int64_t c) {
          return "tensor<" + std::to_string(r) + "x" + std::to_string(c) +
                 "xf64>";
        };
        expectTensor(runOp("tw.matmul %a, %b : " + type(m, k) + ", " +
                               type(k, n) + " -> " + type(m, n),
                           {tensor(DType::F64, {m, k}, a),
                            tensor(DType::F64, {k, n}, b)}),
                     tensor(DType::F64, {m, n}, expected));
      }
}

/// Leading axes broadcast against each other.
TEST(Matmul, BatchesBroadcast) {
  expectTensor(
      runOp("tw.matmul %a, %b : tensor<2x1x1x2xf32>, tensor<3x2x1xf32> -> "
            "tensor<2x3x1x1xf32>",
            {f32({2, 1, 1, 2}, {1, 1, 1, -1}),
             f32({3, 2, 1}, {1, 2, 3, 4, 5, 6})}),
      f32({2, 3, 1, 1}, {3, 7, 11, -1, -1, -1}));
}

/// f32 accumulates in f64: the ones are not lost beside the large numbers.
TEST(Matmul, AccumulatesInF64) {
  expectTensor(runOp("tw.matmul %a, %b : tensor<1x3xf32>, tensor<3x1xf32> -> "
                     "tensor<1x1xf32>",
                     {f32({1, 3}, {1e10, 1, -1e10}), f32({3, 1}, {1, 1, 1})}),
               f32({1, 1}, {1}));
}

/// Integers are widened by their own signedness to the result's type, and wrap.
TEST(Matmul, MixedIntegers) {
  expectTensor(runOp("tw.matmul %a, %b : tensor<1x2xui8>, tensor<2x1xi8> -> "
                     "tensor<1x1xi32>",
                     {tensor(DType::U8, {1, 2}, {200, 255}),
                      tensor(DType::I8, {2, 1}, {-100, 127})}),
               tensor(DType::I32, {1, 1}, {-20000 + 255 * 127}));
  expectTensor(runOp("tw.matmul %a, %b : tensor<1x2xi8>, tensor<2x1xi8> -> "
                     "tensor<1x1xi8>",
                     {tensor(DType::I8, {1, 2}, {100, 100}),
                      tensor(DType::I8, {2, 1}, {2, 1})}),
               tensor(DType::I8, {1, 1}, {44}));
}

/// f16 rounds the sum once.
TEST(Matmul, HalfPrecision) {
  expectTensor(runOp("tw.matmul %a, %b : tensor<1x3xf16>, tensor<3x1xf16> -> "
                     "tensor<1x1xf16>",
                     {tensor(DType::F16, {1, 3}, {2048, 1, 1}),
                      tensor(DType::F16, {3, 1}, {1, 1, 1})}),
               tensor(DType::F16, {1, 1}, {2050}));
}

/// The ONNX example with and without padding: a 3 x 3 window of ones.
TEST(Conv, OnesOverFiveByFive) {
  Tensor x = iota(DType::F32, {1, 5, 5, 1});
  Tensor w = f32({3, 3, 1, 1}, std::vector<double>(9, 1));
  expectTensor(
      runOp("tw.conv %a, %b strides [1, 1] dilations [1, 1] low <1, 1> high "
            "<1, 1> groups 1 : tensor<1x5x5x1xf32>, tensor<3x3x1x1xf32> -> "
            "tensor<1x5x5x1xf32>",
            {x, w}),
      f32({1, 5, 5, 1},
          {12,  21, 27, 33,  24,  33,  54,  63, 72,  51,  63,  99, 108,
           117, 81, 93, 144, 153, 162, 111, 72, 111, 117, 123, 84}));
  expectTensor(
      runOp("tw.conv %a, %b strides [2, 2] dilations [1, 1] low <0, 0> high "
            "<0, 0> groups 1 : tensor<1x5x5x1xf32>, tensor<3x3x1x1xf32> -> "
            "tensor<1x2x2x1xf32>",
            {x, w}),
      f32({1, 2, 2, 1}, {54, 72, 144, 162}));
}

/// Groups: input channels 2g, 2g + 1 go to output channel g only.
TEST(Conv, Groups) {
  expectTensor(
      runOp("tw.conv %a, %b strides [1] dilations [1] low <0> high <0> groups "
            "2 : tensor<1x2x4xf32>, tensor<1x2x2xf32> -> tensor<1x2x2xf32>",
            {f32({1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}),
             // [kernel, channel of the group, output channel]
             f32({1, 2, 2}, {1, 10, 100, 1000})}),
      f32({1, 2, 2}, {201, 4030, 605, 8070}));
}

/// Dilation and uneven padding on one spatial axis, two images.
TEST(Conv, DilatedAndPaddedUnevenly) {
  expectTensor(
      runOp("tw.conv %a, %b strides [1] dilations [2] low <2> high <0> groups "
            "1 : tensor<2x3x1xf32>, tensor<2x1x1xf32> -> tensor<2x3x1xf32>",
            {f32({2, 3, 1}, {1, 2, 3, 4, 5, 6}), f32({2, 1, 1}, {10, 1})}),
      f32({2, 3, 1}, {1, 2, 13, 4, 5, 46}));
}

/// More output pixels and channels than one chunk holds: w = channel number.
TEST(Conv, ManyPixels) {
  std::vector<double> expected;
  for (int i = 0; i < 150; ++i)
    for (int o = 0; o < 6; ++o)
      expected.push_back(i * o);
  expectTensor(
      runOp("tw.conv %a, %b strides [1, 1] dilations [1, 1] low <0, 0> high "
            "<0, 0> groups 1 : tensor<1x10x15x1xf32>, tensor<1x1x1x6xf32> -> "
            "tensor<1x10x15x6xf32>",
            {iota(DType::F32, {1, 10, 15, 1}), iota(DType::F32, {1, 1, 1, 6})}),
      f32({1, 10, 15, 6}, expected));
}

/// Each element of the input spreads the filter; overlaps add up.
TEST(ConvTranspose, Spreads) {
  expectTensor(
      runOp("tw.conv_transpose %a, %b strides [2] dilations [1] low <1> groups "
            "1 : tensor<1x2x1xf32>, tensor<3x1x1xf32> -> tensor<1x4x1xf32>",
            {f32({1, 2, 1}, {1, 10}), f32({3, 1, 1}, {1, 2, 3})}),
      // without low: 1, 2, 3 + 10, 20, 30
      f32({1, 4, 1}, {2, 13, 20, 30}));
}

/// Groups and a result that is larger than anything reaches (output padding).
TEST(ConvTranspose, Groups) {
  expectTensor(
      runOp("tw.conv_transpose %a, %b strides [1] dilations [1] low <0> groups "
            "2 : tensor<1x1x2xf32>, tensor<1x1x4xf32> -> tensor<1x2x4xf32>",
            {f32({1, 1, 2}, {1, 10}), f32({1, 1, 4}, {1, 2, 3, 4})}),
      f32({1, 2, 4}, {1, 2, 30, 40, 0, 0, 0, 0}));
}

std::string attention(int64_t length, int64_t keys, const std::string &more) {
  auto type = [](int64_t n) {
    return "tensor<1x" + std::to_string(n) + "x1x1xf32>";
  };
  return "tw.attention %a, %b, %c " + more + " : " + type(length) + ", " +
         type(keys) + ", " + type(keys) + " -> " + type(length);
}

/// Two keys whose scores are 0 and log 3: weights 1/4 and 3/4.
TEST(Attention, Weights) {
  double log3 = std::log(3.0);
  expectTensor(runOp(attention(1, 2, "scale 0.5"),
                     {f32({1, 1, 1, 1}, {2}), f32({1, 2, 1, 1}, {0, log3}),
                      f32({1, 2, 1, 1}, {4, 8})}),
               f32({1, 1, 1, 1}, {7}), 1e-6);
}

/// Causal: query i of L sees keys up to i + S - L.
TEST(Attention, Causal) {
  Tensor zeros = f32({1, 2, 1, 1}, {0, 0});
  expectTensor(runOp(attention(2, 3, "scale 1.0 causal"),
                     {zeros, f32({1, 3, 1, 1}, {0, 0, 0}),
                      f32({1, 3, 1, 1}, {3, 6, 9})}),
               f32({1, 2, 1, 1}, {4.5, 6}), 1e-6);
  // With more queries than keys the first sees nothing: 0.
  expectTensor(runOp(attention(2, 1, "scale 1.0 causal"),
                     {zeros, f32({1, 1, 1, 1}, {0}), f32({1, 1, 1, 1}, {3})}),
               f32({1, 2, 1, 1}, {0, 3}), 1e-6);
}

/// Masks: bools drop, floats are added; a row without keys is 0.
TEST(Attention, Masks) {
  std::vector<Tensor> inputs{f32({1, 1, 1, 1}, {1}), f32({1, 2, 1, 1}, {0, 0}),
                             f32({1, 2, 1, 1}, {4, 8})};
  auto run = [&](const Tensor &mask, const std::string &type) {
    std::vector<Tensor> all = inputs;
    all.push_back(mask);
    return runOp(attention(1, 2, "mask %d : tensor<2x" + type + "> scale 1.0"),
                 all);
  };
  expectTensor(run(tensor(DType::Bool, {2}, {0, 1}), "i1"),
               f32({1, 1, 1, 1}, {8}));
  expectTensor(run(tensor(DType::Bool, {2}, {0, 0}), "i1"),
               f32({1, 1, 1, 1}, {0}));
  expectTensor(run(f32({2}, {0, std::log(3.0)}), "f32"), f32({1, 1, 1, 1}, {7}),
               1e-6);
  expectTensor(run(f32({2}, {-inf, -inf}), "f32"), f32({1, 1, 1, 1}, {0}));
}

/// Four heads in two groups: heads 0 and 1 read group 0; softcap bounds scores.
TEST(Attention, GroupedHeadsAndSoftcap) {
  expectTensor(
      runOp("tw.attention %a, %b, %c scale 1.0 {softcap = 1.0 : f64} : "
            "tensor<1x1x4x1xf32>, tensor<1x2x2x1xf32>, tensor<1x2x2x1xf32> -> "
            "tensor<1x1x4x1xf32>",
            {f32({1, 1, 4, 1}, {0, 0, 0, 1000}),
             f32({1, 2, 2, 1}, {0, 1, 0, -1}),
             f32({1, 2, 2, 1}, {1, 10, 3, 30})}),
      f32({1, 1, 4, 1},
          {2, 2, 20, (10 * std::exp(2.0) + 30) / (std::exp(2.0) + 1)}),
      1e-6);
}

} // namespace

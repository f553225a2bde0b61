//===- ElementwiseTest.cpp - elementwise ops -----------------------------===//
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

Result<Tensors> unary(const std::string &kind, const Tensor &x,
                      const std::string &type) {
  std::string full = "tensor<" + std::to_string(x.size()) + "x" + type + ">";
  return runOp("tw.unary " + kind + " %a : " + full + " -> " + full, {x});
}

Result<Tensors> binary(const std::string &kind, const Tensor &x,
                       const Tensor &y, const std::string &type) {
  std::string full = "tensor<" + std::to_string(x.size()) + "x" + type + ">";
  return runOp("tw.binary " + kind + " %a, %b : " + full + ", " + full +
                   " -> " + full,
               {x, y});
}

/// Every float function of one operand agrees with the C library on ordinary
/// values.
TEST(Elementwise, FloatFunctionsOfOneOperand) {
  const std::pair<const char *, double (*)(double)> table[] = {
      {"exp", std::exp},     {"log", std::log},     {"sqrt", std::sqrt},
      {"sin", std::sin},     {"cos", std::cos},     {"tan", std::tan},
      {"asin", std::asin},   {"acos", std::acos},   {"atan", std::atan},
      {"sinh", std::sinh},   {"cosh", std::cosh},   {"tanh", std::tanh},
      {"asinh", std::asinh}, {"atanh", std::atanh}, {"erf", std::erf},
      {"floor", std::floor}, {"ceil", std::ceil},   {"abs", std::fabs}};
  std::vector<double> x{0.125, 0.5, 0.75};
  for (auto [kind, function] : table) {
    SCOPED_TRACE(kind);
    std::vector<double> y;
    for (double v : x)
      y.push_back(function(v));
    expectTensor(unary(kind, f32({3}, x), "f32"), f32({3}, y));
    expectTensor(unary(kind, tensor(DType::F64, {3}, x), "f64"),
                 tensor(DType::F64, {3}, y));
    expectTensor(unary(kind, tensor(DType::F16, {3}, x), "f16"),
                 tensor(DType::F16, {3}, y));
    expectTensor(unary(kind, tensor(DType::BF16, {3}, x), "bf16"),
                 tensor(DType::BF16, {3}, y));
  }
}

/// Halves round to the even neighbour.
TEST(Elementwise, RoundTiesToEven) {
  expectTensor(unary("round", f32({5}, {-1.5, -0.5, 0.5, 1.5, 2.5}), "f32"),
               f32({5}, {-2, -0.0, 0, 2, 2}));
}

/// sigmoid does not overflow and reaches its limits.
TEST(Elementwise, Sigmoid) {
  expectTensor(unary("sigmoid", f32({5}, {-inf, -100, 0, 100, inf}), "f32"),
               f32({5}, {0, std::exp(-100.0), 0.5, 1, 1}));
}

/// rsqrt and reciprocal of zeros are infinities of the same sign.
TEST(Elementwise, RsqrtAndReciprocalOfZero) {
  expectTensor(unary("rsqrt", f32({5}, {0.0, -0.0, 4, inf, -1}), "f32"),
               f32({5}, {inf, -inf, 0.5, 0, NaN}));
  expectTensor(unary("reciprocal", f32({3}, {0.0, -0.0, 4}), "f32"),
               f32({3}, {inf, -inf, 0.25}));
}

/// sign is 0 for both zeros and NaN for NaN; of integers -1, 0 or 1.
TEST(Elementwise, Sign) {
  expectTensor(unary("sign", f32({4}, {-3, -0.0, 7, NaN}), "f32"),
               f32({4}, {-1, 0, 1, NaN}));
  expectTensor(unary("sign", tensor(DType::U8, {2}, {0, 200}), "ui8"),
               tensor(DType::U8, {2}, {0, 1}));
}

/// The lowest integer is its own negative and absolute value.
TEST(Elementwise, NegativeOfTheLowestWraps) {
  Tensor x = tensor(DType::I8, {3}, {-128, -1, 127});
  expectTensor(unary("neg", x, "i8"), tensor(DType::I8, {3}, {-128, 1, -127}));
  expectTensor(unary("abs", x, "i8"), tensor(DType::I8, {3}, {-128, 1, 127}));
  expectTensor(unary("neg", tensor(DType::U8, {2}, {0, 1}), "ui8"),
               tensor(DType::U8, {2}, {0, 255}));
}

/// not is logical on bools and bitwise on integers.
TEST(Elementwise, Not) {
  expectTensor(unary("not", tensor(DType::Bool, {2}, {0, 1}), "i1"),
               tensor(DType::Bool, {2}, {1, 0}));
  expectTensor(unary("not", tensor(DType::U8, {1}, {0x0f}), "ui8"),
               tensor(DType::U8, {1}, {0xf0}));
}

/// isnan is true for NaN only.
TEST(Elementwise, IsNaN) {
  expectTensor(runOp("tw.unary isnan %a : tensor<3xf16> -> tensor<3xi1>",
                     {tensor(DType::F16, {3}, {NaN, inf, 0})}),
               tensor(DType::Bool, {3}, {1, 0, 0}));
}

/// Integers wrap in every width.
TEST(Elementwise, IntegersWrap) {
  expectTensor(binary("add", tensor(DType::I8, {1}, {127}),
                      tensor(DType::I8, {1}, {1}), "i8"),
               tensor(DType::I8, {1}, {-128}));
  expectTensor(binary("sub", tensor(DType::U16, {1}, {0}),
                      tensor(DType::U16, {1}, {1}), "ui16"),
               tensor(DType::U16, {1}, {65535}));
  expectTensor(binary("mul", tensor(DType::I32, {1}, {65536}),
                      tensor(DType::I32, {1}, {65536}), "i32"),
               tensor(DType::I32, {1}, {0}));
}

/// Division truncates and has a value for divisor 0 and for the lowest by -1.
TEST(Elementwise, IntegerDivision) {
  Tensor x = tensor(DType::I8, {5}, {7, -7, 7, 5, -128});
  Tensor y = tensor(DType::I8, {5}, {2, 2, -2, 0, -1});
  expectTensor(binary("div", x, y, "i8"),
               tensor(DType::I8, {5}, {3, -3, -3, 0, -128}));
  // mod has the sign of the divisor, rem of the dividend.
  expectTensor(binary("mod", x, y, "i8"),
               tensor(DType::I8, {5}, {1, 1, -1, 0, 0}));
  expectTensor(binary("rem", x, y, "i8"),
               tensor(DType::I8, {5}, {1, -1, 1, 0, 0}));
}

/// 64-bit unsigned numbers beyond the signed range divide and compare as such.
TEST(Elementwise, LargeUnsigned) {
  Tensor x(DType::U64, {1}), y(DType::U64, {1});
  x.as<uint64_t>()[0] = ~uint64_t(0);
  y.as<uint64_t>()[0] = 2;
  Result<Tensors> quotient = binary("div", x, y, "ui64");
  ASSERT_TRUE(bool(quotient));
  EXPECT_EQ((*quotient)[0].as<uint64_t>()[0], ~uint64_t(0) / 2);
  expectTensor(runOp("tw.compare lt %a, %b : tensor<1xui64>, tensor<1xui64> -> "
                     "tensor<1xi1>",
                     {x, y}),
               tensor(DType::Bool, {1}, {0}));
}

/// Float mod has the sign of the divisor, rem that of the dividend.
TEST(Elementwise, FloatModAndRem) {
  Tensor x = f32({6}, {5.5, -5.5, 5.5, 1, -1, 1});
  Tensor y = f32({6}, {2, 2, -2, 0, inf, inf});
  expectTensor(binary("mod", x, y, "f32"),
               f32({6}, {1.5, 0.5, -0.5, NaN, inf, 1}));
  expectTensor(binary("rem", x, y, "f32"),
               f32({6}, {1.5, -1.5, 1.5, NaN, -1, 1}));
}

/// max and min are NaN if an operand is; +0 is larger than -0.
TEST(Elementwise, MaxMin) {
  Tensor x = f32({3}, {NaN, 1, -0.0}), y = f32({3}, {1, NaN, 0.0});
  Result<Tensors> larger = binary("max", x, y, "f32");
  Result<Tensors> smaller = binary("min", x, y, "f32");
  expectTensor(larger, f32({3}, {NaN, NaN, 0}));
  expectTensor(smaller, f32({3}, {NaN, NaN, 0}));
  EXPECT_FALSE(std::signbit((*larger)[0].as<float>()[2]));
  EXPECT_TRUE(std::signbit((*smaller)[0].as<float>()[2]));
}

/// Integer powers wrap; a negative exponent gives the truncated inverse.
TEST(Elementwise, IntegerPower) {
  Tensor x = tensor(DType::I32, {8}, {2, 0, -1, -1, 1, 0, 5, 10});
  Tensor y = tensor(DType::I32, {8}, {10, 0, -3, -2, -9, -1, -1, 10});
  expectTensor(
      binary("pow", x, y, "i32"),
      tensor(DType::I32, {8},
             {1024, 1, -1, 1, 1, 0, 0, 10000000000 - 2 * 4294967296.0}));
}

/// Powers of floats are C's.
TEST(Elementwise, FloatPower) {
  expectTensor(binary("pow", f32({4}, {2, -8, NaN, 1}),
                      f32({4}, {-1, 1.0 / 3, 0, NaN}), "f32"),
               f32({4}, {0.5, NaN, 1, 1}));
}

/// A shift that is too wide or negative shifts every bit out.
TEST(Elementwise, Shifts) {
  expectTensor(binary("shl", tensor(DType::U8, {3}, {1, 255, 1}),
                      tensor(DType::U8, {3}, {7, 4, 8}), "ui8"),
               tensor(DType::U8, {3}, {128, 240, 0}));
  Tensor x = tensor(DType::I8, {4}, {-8, -8, 8, -8});
  expectTensor(binary("shr", x, tensor(DType::I8, {4}, {1, 8, 9, -1}), "i8"),
               tensor(DType::I8, {4}, {-4, -1, 0, -1}));
}

/// f16 computes in f32 and rounds once: 2048 + 1 is a tie, which goes to even.
TEST(Elementwise, HalfRoundsOnce) {
  expectTensor(binary("add", tensor(DType::F16, {2}, {2048, 60000}),
                      tensor(DType::F16, {2}, {1, 60000}), "f16"),
               tensor(DType::F16, {2}, {2048, inf}));
}

/// Operands broadcast as NumPy's do, also to nothing.
TEST(Elementwise, Broadcasting) {
  expectTensor(runOp("tw.binary add %a, %b : tensor<2x1xf32>, tensor<3xf32> -> "
                     "tensor<2x3xf32>",
                     {f32({2, 1}, {10, 20}), f32({3}, {1, 2, 3})}),
               f32({2, 3}, {11, 12, 13, 21, 22, 23}));
  expectTensor(runOp("tw.binary add %a, %b : tensor<0x3xf32>, tensor<f32> -> "
                     "tensor<0x3xf32>",
                     {f32({0, 3}, {}), f32({}, {1})}),
               f32({0, 3}, {}));
}

/// Comparisons with NaN are false, but ne is true; zeros are equal.
TEST(Elementwise, Compare) {
  Tensor x = f32({4}, {NaN, -0.0, 1, 2}), y = f32({4}, {NaN, 0.0, 2, 2});
  auto compare = [&](const std::string &kind) {
    return runOp("tw.compare " + kind +
                     " %a, %b : tensor<4xf32>, tensor<4xf32> -> tensor<4xi1>",
                 {x, y});
  };
  auto bools = [](const std::vector<double> &v) {
    return tensor(DType::Bool, {4}, v);
  };
  expectTensor(compare("eq"), bools({0, 1, 0, 1}));
  expectTensor(compare("ne"), bools({1, 0, 1, 0}));
  expectTensor(compare("lt"), bools({0, 0, 1, 0}));
  expectTensor(compare("le"), bools({0, 1, 1, 1}));
  expectTensor(compare("gt"), bools({0, 0, 0, 0}));
  expectTensor(compare("ge"), bools({0, 1, 0, 1}));
}

/// select broadcasts all three operands, and what is not chosen has no effect.
TEST(Elementwise, Select) {
  expectTensor(
      runOp("tw.select %a, %b, %c : tensor<2x1xi1>, tensor<2xf32>, tensor<f32> "
            "-> tensor<2x2xf32>",
            {tensor(DType::Bool, {2, 1}, {1, 0}), f32({2}, {1, 2}),
             f32({}, {NaN})}),
      f32({2, 2}, {1, 2, NaN, NaN}));
}

/// A bool input may hold any byte; what is not 0 is true.
TEST(Elementwise, BoolInputsAreNormalised) {
  Tensor x(DType::Bool, {2});
  x.as<uint8_t>()[0] = 2;
  Tensor y = tensor(DType::Bool, {2}, {1, 1});
  expectTensor(binary("xor", x, y, "i1"), tensor(DType::Bool, {2}, {0, 1}));
}

Result<Tensors> cast(const Tensor &x, const std::string &from,
                     const std::string &to) {
  std::string size = "tensor<" + std::to_string(x.size()) + "x";
  return runOp("tw.cast %a : " + size + from + "> -> " + size + to + ">", {x});
}

/// Float to integer truncates, saturates, and makes 0 of NaN.
TEST(Cast, FloatToInteger) {
  Tensor x = f32({7}, {1.9, -1.9, NaN, inf, -inf, 300, -129});
  expectTensor(cast(x, "f32", "i8"),
               tensor(DType::I8, {7}, {1, -1, 0, 127, -128, 127, -128}));
  expectTensor(cast(x, "f32", "ui8"),
               tensor(DType::U8, {7}, {1, 0, 0, 255, 0, 255, 0}));
}

/// The bounds of the 64-bit types are not representable as floats.
TEST(Cast, FloatToInt64Saturates) {
  Result<Tensors> result =
      cast(tensor(DType::F64, {3}, {9223372036854775808.0, -1e300, 1e300}),
           "f64", "i64");
  ASSERT_TRUE(bool(result));
  EXPECT_EQ((*result)[0].as<int64_t>()[0], INT64_MAX);
  EXPECT_EQ((*result)[0].as<int64_t>()[1], INT64_MIN);
  EXPECT_EQ((*result)[0].as<int64_t>()[2], INT64_MAX);
}

/// Integer to integer wraps; the sign of the source decides how it widens.
TEST(Cast, IntegerToInteger) {
  expectTensor(cast(tensor(DType::I32, {2}, {300, -1}), "i32", "ui8"),
               tensor(DType::U8, {2}, {44, 255}));
  expectTensor(cast(tensor(DType::U8, {1}, {200}), "ui8", "i32"),
               tensor(DType::I32, {1}, {200}));
  expectTensor(cast(tensor(DType::I8, {1}, {-2}), "i8", "i64"), i64({1}, {-2}));
}

/// To bool: not 0, and NaN is true; from bool: 0 or 1.
TEST(Cast, Bool) {
  expectTensor(cast(f32({4}, {0, -0.0, NaN, 0.25}), "f32", "i1"),
               tensor(DType::Bool, {4}, {0, 0, 1, 1}));
  expectTensor(cast(tensor(DType::I32, {2}, {256, 0}), "i32", "i1"),
               tensor(DType::Bool, {2}, {1, 0}));
  expectTensor(cast(tensor(DType::Bool, {2}, {1, 0}), "i1", "bf16"),
               tensor(DType::BF16, {2}, {1, 0}));
}

/// A 64-bit integer goes to f32 in one rounding, not through f64.
TEST(Cast, Int64ToF32RoundsOnce) {
  Tensor x(DType::I64, {1});
  // Just above a tie of f32, which f64 would round down onto the tie.
  x.as<int64_t>()[0] = (int64_t(1) << 60) + (int64_t(1) << 36) + 1;
  Result<Tensors> result = cast(x, "i64", "f32");
  ASSERT_TRUE(bool(result));
  EXPECT_EQ((*result)[0].as<float>()[0],
            std::ldexp(1.0f, 60) + std::ldexp(1.0f, 37));
}

/// To 16 bits: nearest even, infinity out of range, denormals kept.
TEST(Cast, HalfPrecision) {
  expectTensor(cast(f32({4}, {65520, 65519, 2049, 5.9604645e-8}), "f32", "f16"),
               tensor(DType::F16, {4}, {inf, 65504, 2048, 5.9604645e-8}));
  expectTensor(cast(f32({2}, {1.00390625, 1.01171875}), "f32", "bf16"),
               tensor(DType::BF16, {2}, {1, 1.015625}));
}

} // namespace

//===- ExpandMathTest.cpp - errors and special cases of math code ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"

#include <functional>

using namespace tilewright;
using namespace tilewright::cpu;

namespace {
class ExpandMath : public testing::TestWithParam<CpuTarget> {};

constexpr float kInf = INFINITY;

/// A kernel that applies `math.OP` to a vector of any length.
std::string kernelOf(const std::string &op, bool binary) {
  std::string text = R"mlir(
#left = affine_map<(d0)[s0] -> (s0 - d0, 32)>
func.func @kernel(%x: memref<?xf32> {tile.dims = ["N"]}, %z: memref<?xf32> {tile.dims = ["N"]},
                  %y: memref<?xf32> {tile.dims = ["N"]}, %N: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.inputs = 2 : i64, tile.blocks = "ceildiv(N, 32)"} {
  scf.forall (%i) = (0) to (%N) step (32) {
    %m = affine.min #left(%i)[%N]
    %a = tile.load %x[%i] valid [0 to %m] strides [1] : memref<?xf32> -> tensor<32xf32>
    %b = tile.load %z[%i] valid [0 to %m] strides [1] : memref<?xf32> -> tensor<32xf32>
    %r = OP : tensor<32xf32>
    tile.store %r, %y[%i] valid [0 to %m] strides [1] : tensor<32xf32>, memref<?xf32>
  }
  return
}
)mlir";
  text.replace(text.find("OP"), 2, op + (binary ? " %a, %b" : " %a"));
  return text;
}

/// The error in units in the last place of the exact result.
double ulps(float actual, double exact) {
  if (std::isnan(exact) || std::isnan(actual))
    return std::isnan(exact) && std::isnan(actual) ? 0 : INFINITY;
  float rounded = float(exact);
  if (actual == rounded)
    return 0;
  if (std::isinf(rounded) || std::isinf(actual))
    return INFINITY;
  int exponent;
  std::frexp(exact, &exponent);
  double ulp = std::ldexp(1.0, std::max(exponent - 24, -149));
  return std::abs(double(actual) - exact) / ulp;
}

/// Numbers of every magnitude and both signs, small integers, and what is
/// special.
std::vector<float> allKinds() {
  std::vector<float> values = {0.0f,     -0.0f,    kInf,      -kInf,
                               NAN,      1e-45f,   -1e-45f,   1.17549435e-38f,
                               3.4e38f,  -3.4e38f, 1e-40f,    88.7f,
                               88.8f,    -87.3f,   -103.9f,   -104.1f,
                               0x1p-24f, 1e9f,     1.0001e9f, -7e20f};
  for (int i = -40; i <= 40; ++i)
    values.push_back(i * 0.5f);
  for (uint32_t bits = 0; bits < 0x7f800000u; bits += 99991) {
    float value;
    std::memcpy(&value, &bits, 4);
    values.push_back(value);
    values.push_back(-value);
  }
  for (int i = 0; i < 20000; ++i) {
    values.push_back(-110.0f + i * 0.01f);
    values.push_back(-4.0f + i * 0.0004f);
    values.push_back(0.5f + i * 0.0001f);
  }
  return values;
}

void expectError(const CpuTarget &target, const std::string &op,
                 const std::function<double(double)> &exact, double most,
                 double absolute = 0) {
  auto kernels = LoadedKernels::compile(kernelOf("math." + op, false), target);
  ASSERT_TRUE(kernels);
  std::vector<float> values = allKinds();
  Guarded<float> x(values.size()), y(values.size());
  std::copy(values.begin(), values.end(), x.data());
  kernels->run("kernel", {x.data(), x.data(), y.data()},
               {{"N", int64_t(values.size())}});
  double worst = 0;
  float worstAt = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    double wanted = exact(values[i]);
    double error = ulps(y[i], wanted);
    if (std::abs(y[i] - wanted) <= absolute)
      continue;
    if (!(error <= worst)) {
      worst = error;
      worstAt = values[i];
    }
  }
  EXPECT_LE(worst, most) << op << " at " << worstAt;
  testing::Test::RecordProperty(op, std::to_string(worst));
}
} // namespace

INSTANTIATE_TEST_SUITE_P(Targets, ExpandMath,
                         testing::ValuesIn(runnableTargets()), targetName);

// The bounds that ExpandMath.cpp states, over numbers of all kinds.
TEST_P(ExpandMath, ErrorsInUlps) {
  auto check = [&](const char *op, double (*exact)(double), double most) {
    expectError(GetParam(), op, exact, most);
  };
  check("exp", std::exp, 1.5);
  check("exp2", std::exp2, 1.5);
  check("expm1", std::expm1, 4);
  check("log", std::log, 1.5);
  check("log2", std::log2, 2);
  check("log10", std::log10, 2);
  check("log1p", std::log1p, 3);
  check("tanh", std::tanh, 5);
  check("erf", std::erf, 7);
  check("sin", std::sin, 1);
  check("cos", std::cos, 1);
  check("sqrt", std::sqrt, 0.5);
}

// What is left to libm resolves when the object is loaded.
TEST_P(ExpandMath, Libm) {
  auto check = [&](const char *op, double (*exact)(double)) {
    expectError(GetParam(), op, exact, 4);
  };
  check("tan", std::tan);
  check("atan", std::atan);
  check("asin", std::asin);
  check("acos", std::acos);
  check("sinh", std::sinh);
  check("cosh", std::cosh);
  check("asinh", std::asinh);
  check("acosh", std::acosh);
  check("atanh", std::atanh);
  check("floor", std::floor);
  check("ceil", std::ceil);
  check("round", std::round);
  check("roundeven", std::nearbyint);
  check("trunc", std::trunc);
  check("absf", std::fabs);
}

static void checkPairs(const CpuTarget &target, const std::string &op,
                       double most, double (*exact)(double, double)) {
  auto kernels = LoadedKernels::compile(kernelOf(op, true), target);
  ASSERT_TRUE(kernels);
  std::vector<float> some = {0.0f, -0.0f, 1.0f, -1.0f, 2.0f,   -2.0f,  0.5f,
                             3.0f, -3.0f, 2.5f, -2.5f, 1e-40f, 1e30f,  -1e30f,
                             kInf, -kInf, NAN,  1e8f,  0.999f, 1.001f, 100.25f};
  for (int i = 1; i < 60; ++i)
    some.push_back(i * 0.37f);
  size_t n = some.size() * some.size();
  Guarded<float> x(n), z(n), y(n);
  for (size_t i = 0; i < n; ++i) {
    x[i] = some[i / some.size()];
    z[i] = some[i % some.size()];
  }
  kernels->run("kernel", {x.data(), z.data(), y.data()}, {{"N", int64_t(n)}});
  for (size_t i = 0; i < n; ++i)
    EXPECT_LE(ulps(y[i], exact(x[i], z[i])), most)
        << op << " of " << x[i] << " and " << z[i] << " is " << y[i];
}

// Powers of everything to everything, with the special cases of C.
TEST_P(ExpandMath, Pow) { checkPairs(GetParam(), "math.powf", 1, std::pow); }

TEST_P(ExpandMath, Atan2) {
  checkPairs(GetParam(), "math.atan2", 2, std::atan2);
}

// A NaN wins in maximum and minimum.
TEST_P(ExpandMath, MaximumAndMinimum) {
  checkPairs(GetParam(), "arith.maximumf", 0, [](double a, double b) {
    return std::isnan(a) || std::isnan(b) ? NAN : std::max(a, b);
  });
  checkPairs(GetParam(), "arith.minimumf", 0, [](double a, double b) {
    return std::isnan(a) || std::isnan(b) ? NAN : std::min(a, b);
  });
}

//===- RelativeError.cpp - how far two tensors are apart ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/Tensor.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace tilewright {

namespace {
template <typename Load> double floatError(int64_t size, Load load) {
  double difference = 0, largest = 1e-30;
  for (int64_t i = 0; i < size; ++i) {
    auto [actual, expected] = load(i);
    if (std::isfinite(expected))
      largest = std::max(largest, std::fabs(expected));
    if (actual == expected || (std::isnan(actual) && std::isnan(expected)))
      continue;
    if (!std::isfinite(actual) || !std::isfinite(expected))
      return std::numeric_limits<double>::infinity();
    difference = std::max(difference, std::fabs(actual - expected));
  }
  return difference / largest;
}
} // namespace

Result<double> relativeError(const Tensor &actual, const Tensor &expected) {
  if (actual.type() != expected.type() || actual.shape() != expected.shape())
    return error("cannot compare ", actual.typeString(), " with ",
                 expected.typeString());
  auto compare = [&](auto zero, auto convert) {
    using T = decltype(zero);
    const T *a = actual.as<T>(), *b = expected.as<T>();
    return floatError(actual.size(), [=](int64_t i) {
      return std::pair<double, double>(convert(a[i]), convert(b[i]));
    });
  };
  switch (actual.type()) {
  case DType::F16:
    return compare(uint16_t(0), f16ToFloat);
  case DType::BF16:
    return compare(uint16_t(0), bf16ToFloat);
  case DType::F32:
    return compare(float(0), [](float x) { return double(x); });
  case DType::F64:
    return compare(double(0), [](double x) { return x; });
  default:
    break;
  }
  // Integers and bools are equal or they are not.
  bool equal =
      actual.bytes() == 0 ||
      std::memcmp(actual.data(), expected.data(), size_t(actual.bytes())) == 0;
  return equal ? 0.0 : std::numeric_limits<double>::infinity();
}

} // namespace tilewright

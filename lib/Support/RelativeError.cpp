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

Status comparable(const Tensor &actual, const Tensor &expected) {
  if (actual.type() != expected.type() || actual.shape() != expected.shape())
    return error("cannot compare ", actual.typeString(), " with ",
                 expected.typeString());
  return Status::success();
}

template <typename T, typename Order>
void moveElements(Tensor &value, const std::vector<Tensor> &ends, Order order) {
  T *elements = value.as<T>();
  for (int64_t i = 0, e = value.size(); i < e; ++i) {
    T first = ends.front().as<T>()[i], low = first, high = first;
    for (const Tensor &each : ends) {
      T end = each.as<T>()[i];
      if (order(end) < order(low))
        low = end;
      if (order(high) < order(end))
        high = end;
    }
    if (order(low) <= order(elements[i]) && order(elements[i]) <= order(high))
      continue;
    if (order(elements[i]) < order(low))
      elements[i] = low;
    else if (order(high) < order(elements[i]))
      elements[i] = high;
    else
      elements[i] = first;
  }
}
} // namespace

Result<Tensor> moveBetween(const Tensor &value,
                           const std::vector<Tensor> &ends) {
  for (const Tensor &end : ends)
    if (Status ok = comparable(value, end); !ok)
      return ok.error();
  Tensor result = value.clone();
  auto move = [&](auto zero, auto order) {
    using T = decltype(zero);
    moveElements<T>(result, ends, order);
    return result;
  };
  auto same = [](auto x) { return x; };
  switch (value.type()) {
  case DType::F16:
    return move(uint16_t(0), f16ToFloat);
  case DType::BF16:
    return move(uint16_t(0), bf16ToFloat);
  case DType::F32:
    return move(float(0), same);
  case DType::F64:
    return move(double(0), same);
  case DType::I8:
    return move(int8_t(0), same);
  case DType::I16:
    return move(int16_t(0), same);
  case DType::I32:
    return move(int32_t(0), same);
  case DType::I64:
    return move(int64_t(0), same);
  case DType::Bool:
  case DType::U8:
    return move(uint8_t(0), same);
  case DType::U16:
    return move(uint16_t(0), same);
  case DType::U32:
    return move(uint32_t(0), same);
  case DType::U64:
    break;
  }
  return move(uint64_t(0), same);
}

Result<double> relativeError(const Tensor &actual, const Tensor &expected) {
  if (Status ok = comparable(actual, expected); !ok)
    return ok.error();
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

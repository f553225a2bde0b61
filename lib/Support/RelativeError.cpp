//===- RelativeError.cpp - how far two tensors are apart ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/Elements.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace tilewright {

namespace {
template <typename T>
double floatError(const T *actuals, const T *expecteds, int64_t size) {
  double difference = 0, largest = 1e-30;
  for (int64_t i = 0; i < size; ++i) {
    double actual = load(actuals[i]), expected = load(expecteds[i]);
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

template <typename T>
void moveElements(Tensor &value, const std::vector<Tensor> &ends) {
  T *elements = value.as<T>();
  for (int64_t i = 0, e = value.size(); i < e; ++i) {
    T first = ends.front().as<T>()[i], low = first, high = first;
    for (const Tensor &each : ends) {
      T end = each.as<T>()[i];
      if (load(end) < load(low))
        low = end;
      if (load(high) < load(end))
        high = end;
    }
    auto element = load(elements[i]);
    if (load(low) <= element && element <= load(high))
      continue;
    if (element < load(low))
      elements[i] = low;
    else if (load(high) < element)
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
  dispatchStored(value.type(), [&](auto tag) {
    moveElements<typename decltype(tag)::Type>(result, ends);
  });
  return result;
}

Result<double> relativeError(const Tensor &actual, const Tensor &expected) {
  if (Status ok = comparable(actual, expected); !ok)
    return ok.error();
  if (isFloat(actual.type()))
    return dispatchFloat(actual.type(), [&](auto tag) {
      using T = typename decltype(tag)::Type;
      return floatError(actual.as<T>(), expected.as<T>(), actual.size());
    });
  // Integers and bools are equal or they are not.
  bool equal =
      actual.bytes() == 0 ||
      std::memcmp(actual.data(), expected.data(), size_t(actual.bytes())) == 0;
  return equal ? 0.0 : std::numeric_limits<double>::infinity();
}

} // namespace tilewright

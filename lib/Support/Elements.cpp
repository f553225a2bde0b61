//===- Elements.cpp - the elements of a tensor as C++ values --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/Elements.h"

#include <cmath>
#include <limits>

namespace tilewright {

namespace {
template <typename T> T saturate(double value) {
  if (std::isnan(value))
    return T(0);
  if (value <= double(std::numeric_limits<T>::lowest()))
    return std::numeric_limits<T>::lowest();
  if (value >= double(std::numeric_limits<T>::max()))
    return std::numeric_limits<T>::max();
  return T(value);
}

template <typename T>
using Limits =
    std::numeric_limits<std::conditional_t<isFloatElement<T>, double, T>>;
} // namespace

double getNumber(const Tensor &tensor, int64_t index) {
  return dispatchStored(tensor.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    return double(load(tensor.as<T>()[index]));
  });
}

int64_t getInteger(const Tensor &tensor, int64_t index) {
  return dispatchStored(tensor.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    if constexpr (isFloatElement<T>)
      return saturate<int64_t>(load(tensor.as<T>()[index]));
    else
      return int64_t(tensor.as<T>()[index]);
  });
}

void setNumber(Tensor &tensor, int64_t index, double value) {
  dispatch(tensor.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    T &element = tensor.as<T>()[index];
    if constexpr (isFloatElement<T>)
      element = store<T>(value);
    else if constexpr (std::is_same_v<T, bool>)
      element = value != 0;
    else
      element = saturate<T>(value);
  });
}

void setInteger(Tensor &tensor, int64_t index, int64_t value) {
  dispatch(tensor.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    if constexpr (isIntElement<T>)
      tensor.as<T>()[index] = T(value);
    else
      setNumber(tensor, index, double(value));
  });
}

double lowest(DType type) {
  return dispatchStored(type, [](auto tag) {
    using T = typename decltype(tag)::Type;
    return double(Limits<T>::lowest());
  });
}

double highest(DType type) {
  return dispatchStored(type, [](auto tag) {
    using T = typename decltype(tag)::Type;
    return double(Limits<T>::max());
  });
}

} // namespace tilewright

//===- Numbers.cpp - tensors' elements as C++ numbers ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Numbers.h"

#include <cmath>
#include <limits>

using namespace tilewright;

namespace {

/// Calls `f` with a null pointer to the C++ type that stores `type`.
template <typename F> auto withType(DType type, F f) {
  switch (type) {
  case DType::Bool:
  case DType::U8:
    return f((uint8_t *)nullptr);
  case DType::I8:
    return f((int8_t *)nullptr);
  case DType::I16:
    return f((int16_t *)nullptr);
  case DType::I32:
    return f((int32_t *)nullptr);
  case DType::I64:
    return f((int64_t *)nullptr);
  case DType::U16:
  case DType::F16:
  case DType::BF16:
    return f((uint16_t *)nullptr);
  case DType::U32:
    return f((uint32_t *)nullptr);
  case DType::U64:
    return f((uint64_t *)nullptr);
  case DType::F32:
    return f((float *)nullptr);
  case DType::F64:
    break;
  }
  return f((double *)nullptr);
}

template <typename T> T saturate(double value) {
  if (std::isnan(value))
    return T(0);
  if (value <= double(std::numeric_limits<T>::lowest()))
    return std::numeric_limits<T>::lowest();
  if (value >= double(std::numeric_limits<T>::max()))
    return std::numeric_limits<T>::max();
  return T(value);
}

} // namespace

double onnximport::getNumber(const Tensor &tensor, int64_t index) {
  if (tensor.type() == DType::F16)
    return f16ToFloat(tensor.as<uint16_t>()[index]);
  if (tensor.type() == DType::BF16)
    return bf16ToFloat(tensor.as<uint16_t>()[index]);
  return withType(tensor.type(), [&](auto *type) {
    using T = std::remove_pointer_t<decltype(type)>;
    return double(tensor.as<T>()[index]);
  });
}

int64_t onnximport::getInteger(const Tensor &tensor, int64_t index) {
  return withType(tensor.type(), [&](auto *type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if constexpr (std::is_floating_point_v<T>)
      return saturate<int64_t>(double(tensor.as<T>()[index]));
    else
      return int64_t(tensor.as<T>()[index]);
  });
}

void onnximport::setNumber(Tensor &tensor, int64_t index, double value) {
  if (tensor.type() == DType::F16) {
    tensor.as<uint16_t>()[index] = floatToF16(float(value));
    return;
  }
  if (tensor.type() == DType::BF16) {
    tensor.as<uint16_t>()[index] = floatToBF16(float(value));
    return;
  }
  if (tensor.type() == DType::Bool) {
    tensor.as<uint8_t>()[index] = value != 0;
    return;
  }
  withType(tensor.type(), [&](auto *type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if constexpr (std::is_floating_point_v<T>)
      tensor.as<T>()[index] = T(value);
    else
      tensor.as<T>()[index] = saturate<T>(value);
  });
}

void onnximport::setInteger(Tensor &tensor, int64_t index, int64_t value) {
  if (isFloat(tensor.type()) || tensor.type() == DType::Bool)
    return setNumber(tensor, index, double(value));
  withType(tensor.type(), [&](auto *type) {
    using T = std::remove_pointer_t<decltype(type)>;
    tensor.as<T>()[index] = T(value);
  });
}

double onnximport::lowest(DType type) {
  return withType(type, [](auto *type) {
    return double(
        std::numeric_limits<std::remove_pointer_t<decltype(type)>>::lowest());
  });
}

double onnximport::highest(DType type) {
  return withType(type, [](auto *type) {
    return double(
        std::numeric_limits<std::remove_pointer_t<decltype(type)>>::max());
  });
}

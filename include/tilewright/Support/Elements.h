//===- Elements.h - the elements of a tensor as C++ values ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From a `DType` to a C++ type, for code that computes with elements. Loops
// over a tensor choose the type once, outside:
//
//     dispatch(tensor.type(), [&](auto tag) {
//       using T = typename decltype(tag)::Type;
//       for (int64_t i = 0; i < tensor.size(); ++i)
//         sum += double(load(tensor.as<T>()[i]));
//     });
//
// An element is computed with in one of four wide types, its `Lane`:
//
//     f16, bf16, f32, f64       double
//     i8 ... i64                int64_t
//     u8 ... u64                uint64_t
//     bool                      bool
//
// `load` widens, `store` rounds once (f16 and bf16 through f32) or wraps.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_ELEMENTS_H
#define TILEWRIGHT_SUPPORT_ELEMENTS_H

#include "tilewright/Support/Tensor.h"

#include <type_traits>

namespace tilewright {

struct F16 {
  uint16_t bits;
};
struct BF16 {
  uint16_t bits;
};

template <typename T>
constexpr bool isFloatElement =
    std::is_same_v<T, F16> || std::is_same_v<T, BF16> ||
    std::is_floating_point_v<T>;
template <typename T>
constexpr bool isIntElement = std::is_integral_v<T> && !std::is_same_v<T, bool>;

template <typename T>
using Lane = std::conditional_t<
    isFloatElement<T>, double,
    std::conditional_t<
        std::is_same_v<T, bool>, bool,
        std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>>;

template <typename T> inline Lane<T> load(T element) {
  if constexpr (std::is_same_v<T, F16>)
    return f16ToFloat(element.bits);
  else if constexpr (std::is_same_v<T, BF16>)
    return bf16ToFloat(element.bits);
  else
    return element;
}

/// Rounds to f32 first where T is narrower.
template <typename T> inline T storeFloat(float value) {
  if constexpr (std::is_same_v<T, F16>)
    return F16{floatToF16(value)};
  else if constexpr (std::is_same_v<T, BF16>)
    return BF16{floatToBF16(value)};
  else
    return T(value);
}

template <typename T> inline T store(Lane<T> lane) {
  if constexpr (std::is_same_v<T, F16> || std::is_same_v<T, BF16>)
    return storeFloat<T>(static_cast<float>(lane));
  else
    return static_cast<T>(lane);
}

/// A value that stands for a type in a call.
template <typename T> struct Tag {
  using Type = T;
};

/// Calls `fn(Tag<T>())` with the C++ type of the elements.
template <typename Fn> auto dispatch(DType type, Fn fn) {
  switch (type) {
  case DType::Bool:
    return fn(Tag<bool>());
  case DType::I8:
    return fn(Tag<int8_t>());
  case DType::I16:
    return fn(Tag<int16_t>());
  case DType::I32:
    return fn(Tag<int32_t>());
  case DType::I64:
    return fn(Tag<int64_t>());
  case DType::U8:
    return fn(Tag<uint8_t>());
  case DType::U16:
    return fn(Tag<uint16_t>());
  case DType::U32:
    return fn(Tag<uint32_t>());
  case DType::U64:
    return fn(Tag<uint64_t>());
  case DType::F16:
    return fn(Tag<F16>());
  case DType::BF16:
    return fn(Tag<BF16>());
  case DType::F32:
    return fn(Tag<float>());
  case DType::F64:
    break;
  }
  return fn(Tag<double>());
}

/// The same with a bool as the byte that it is in memory, for bytes of others
/// that may be neither 0 nor 1.
template <typename Fn> auto dispatchStored(DType type, Fn fn) {
  return type == DType::Bool ? fn(Tag<uint8_t>()) : dispatch(type, fn);
}

/// Calls `fn(Tag<T>())` for a float type; others are the caller's error.
template <typename Fn> auto dispatchFloat(DType type, Fn fn) {
  switch (type) {
  case DType::F16:
    return fn(Tag<F16>());
  case DType::BF16:
    return fn(Tag<BF16>());
  case DType::F32:
    return fn(Tag<float>());
  default:
    return fn(Tag<double>());
  }
}

/// One element as a number, for code in which speed does not matter. u64 and
/// i64 lose digits beyond 2^53.
double getNumber(const Tensor &tensor, int64_t index);
/// Rounds; integers saturate, NaN gives 0.
void setNumber(Tensor &tensor, int64_t index, double value);
/// Integer element types only (and bool); u64 wraps.
int64_t getInteger(const Tensor &tensor, int64_t index);
void setInteger(Tensor &tensor, int64_t index, int64_t value);
/// The least and the greatest number of an integer type.
double lowest(DType type);
double highest(DType type);

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_ELEMENTS_H

//===- Elements.h - how the interpreter computes with an element ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An element is computed with in one of four wide types, its `Lane`:
//
//     f16, bf16, f32, f64       double
//     i8 ... i64                int64_t
//     u8 ... u64                uint64_t
//     bool                      bool
//
// `load` widens, `store` rounds once (f16 and bf16 through f32) or wraps. For
// + - * / and sqrt on f32 this is the same as computing in f32, for sums and
// products of many elements it is what makes the interpreter an oracle.
//
// Sums and products accumulate in an `Accumulator`: double, or uint64_t for
// every integer, whose low bits are the wrapped result in any integer type.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_ELEMENTS_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_ELEMENTS_H

#include "tilewright/Support/Tensor.h"

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

namespace tilewright::graph::reference {

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

template <typename T>
using Accumulator = std::conditional_t<isFloatElement<T>, double, uint64_t>;

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

template <typename T> inline T storeAccumulator(Accumulator<T> value) {
  if constexpr (isFloatElement<T>)
    return store<T>(value);
  else
    return static_cast<T>(value);
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

/// "exp is not defined for i32".
inline Error undefinedFor(std::string_view what, DType type) {
  return error(what, " is not defined for ", name(type));
}

/// Calls `fn(Tag<T>())` for a type of numbers; bool is an error of `what`.
template <typename Fn>
Result<Tensor> dispatchNumber(std::string_view what, DType type, Fn fn) {
  return dispatch(type, [&](auto tag) -> Result<Tensor> {
    if constexpr (std::is_same_v<typename decltype(tag)::Type, bool>)
      return undefinedFor(what, type);
    else
      return fn(tag);
  });
}

/// The elements of any tensor as doubles.
std::vector<double> toDoubles(const Tensor &tensor);
/// The elements of an integer tensor; u64 beyond 2^63 wraps.
std::vector<int64_t> toIntegers(const Tensor &tensor);

/// NaN is the largest of all; -0 and +0 are equal.
template <typename L> inline bool lessNaNLast(L a, L b) {
  if constexpr (std::is_floating_point_v<L>)
    return std::isnan(b) ? !std::isnan(a) : a < b;
  else
    return a < b;
}

} // namespace tilewright::graph::reference

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_ELEMENTS_H

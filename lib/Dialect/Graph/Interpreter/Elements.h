//===- Elements.h - how the interpreter computes with an element ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Elements are loaded into wide types and stored back (Support/Elements.h). For
// + - * / and sqrt on f32 this is the same as computing in f32, for sums and
// products of many elements it is what makes the interpreter an oracle.
//
// Sums and products accumulate in an `Accumulator`: double, or uint64_t for
// every integer, whose low bits are the wrapped result in any integer type.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_ELEMENTS_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_ELEMENTS_H

#include "tilewright/Support/Elements.h"

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

namespace tilewright::graph::reference {

template <typename T>
using Accumulator = std::conditional_t<isFloatElement<T>, double, uint64_t>;

template <typename T> inline T storeAccumulator(Accumulator<T> value) {
  if constexpr (isFloatElement<T>)
    return store<T>(value);
  else
    return static_cast<T>(value);
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

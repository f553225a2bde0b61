//===- Combine.h - how two elements become one ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_COMBINE_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_COMBINE_H

#include "Elements.h"

#include "tilewright/Dialect/Graph/IR/GraphEnums.h"

namespace tilewright::graph::reference {

/// NaN if one of them is; +0 is larger than -0.
template <typename L> inline L maximum(L a, L b) {
  if constexpr (std::is_floating_point_v<L>) {
    if (std::isnan(a) || std::isnan(b))
      return std::numeric_limits<L>::quiet_NaN();
    if (a == b)
      return std::signbit(a) ? b : a;
  }
  return a < b ? b : a;
}
template <typename L> inline L minimum(L a, L b) {
  if constexpr (std::is_floating_point_v<L>) {
    if (std::isnan(a) || std::isnan(b))
      return std::numeric_limits<L>::quiet_NaN();
    if (a == b)
      return std::signbit(a) ? a : b;
  }
  return b < a ? b : a;
}

/// The neutral element of max (the lowest value of T) and of min.
template <typename T> inline Lane<T> lowest() {
  if constexpr (isFloatElement<T>)
    return -std::numeric_limits<double>::infinity();
  else
    return std::numeric_limits<T>::lowest();
}
template <typename T> inline Lane<T> highest() {
  if constexpr (isFloatElement<T>)
    return std::numeric_limits<double>::infinity();
  else
    return std::numeric_limits<T>::max();
}

/// Calls `fn(initial, combine, finish)` with the three parts of a reduction of
/// elements of type T: the value of no elements, how one more (a Lane) comes
/// in, and the result as a T. Mean is a sum whose division the caller does.
template <typename T, typename Fn> Status withCombiner(ReduceKind kind, Fn fn) {
  using A = Accumulator<T>;
  using L = Lane<T>;
  switch (kind) {
  case ReduceKind::Sum:
  case ReduceKind::Mean:
    if constexpr (!std::is_same_v<T, bool>) {
      fn(
          A(0), [](A a, L b) { return a + static_cast<A>(b); },
          [](A a) { return storeAccumulator<T>(a); });
      return Status::success();
    }
    break;
  case ReduceKind::Prod:
    if constexpr (!std::is_same_v<T, bool>) {
      fn(
          A(1), [](A a, L b) { return a * static_cast<A>(b); },
          [](A a) { return storeAccumulator<T>(a); });
      return Status::success();
    }
    break;
  case ReduceKind::Max:
    fn(
        lowest<T>(), [](L a, L b) { return maximum<L>(a, b); },
        [](L a) { return store<T>(a); });
    return Status::success();
  case ReduceKind::Min:
    fn(
        highest<T>(), [](L a, L b) { return minimum<L>(a, b); },
        [](L a) { return store<T>(a); });
    return Status::success();
  case ReduceKind::None:
    break;
  }
  return error("'", stringifyReduceKind(kind).str(),
               "' is not defined for these elements");
}

} // namespace tilewright::graph::reference

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_COMBINE_H

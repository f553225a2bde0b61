//===- Reduction.cpp - reductions ----------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Combine.h"
#include "Kernels.h"

#include <algorithm>
#include <memory>

namespace tilewright::graph::reference {

namespace {

/// Reduces all elements into as many running values as the result has: the
/// operand is walked with strides into the result that are 0 on reduced axes.
template <typename T>
Status reduceAs(ReduceKind kind, const Tensor &x, const Shape &resultStrides,
                int64_t perResult, Tensor &result) {
  return withCombiner<T>(kind, [&](auto initial, auto combine, auto finish) {
    using A = decltype(initial);
    // Not a std::vector: A may be bool.
    auto running = std::make_unique<A[]>(result.size());
    std::fill_n(running.get(), result.size(), initial);
    const T *in = x.as<T>();
    forEachRow<2>(x.shape(), {rowMajorStrides(x.shape()), resultStrides},
                  [&](auto at, int64_t count, auto step) {
                    const T *from = in + at[0];
                    A *to = running.get() + at[1];
                    if (step[1] != 0) {
                      for (int64_t i = 0; i < count; ++i)
                        to[i * step[1]] =
                            combine(to[i * step[1]], load(from[i * step[0]]));
                      return;
                    }
                    A value = *to;
                    for (int64_t i = 0; i < count; ++i)
                      value = combine(value, load(from[i * step[0]]));
                    *to = value;
                  });
    T *out = result.as<T>();
    for (int64_t i = 0, e = result.size(); i < e; ++i) {
      A value = running[i];
      if constexpr (isFloatElement<T>) {
        if (kind == ReduceKind::Mean)
          value /= static_cast<double>(perResult); // NaN for none
      } else if constexpr (isIntElement<T>) {
        if (kind == ReduceKind::Mean)
          value = perResult == 0
                      ? A(0)
                      : A(Lane<T>(value) / static_cast<Lane<T>>(perResult));
      }
      out[i] = finish(value);
    }
  });
}

} // namespace

Result<Tensor> reduce(ReduceKind kind, const Tensor &x, const Shape &axes) {
  Shape shape, kept;
  int64_t perResult = 1;
  for (int64_t i = 0; i < x.rank(); ++i) {
    if (std::find(axes.begin(), axes.end(), i) != axes.end()) {
      perResult *= x.shape()[i];
    } else {
      shape.push_back(x.shape()[i]);
      kept.push_back(i);
    }
  }
  Result<Tensor> result = Tensor::allocate(x.type(), shape);
  if (!result)
    return result;
  Shape own = rowMajorStrides(shape), strides(x.rank(), 0);
  for (size_t i = 0; i < kept.size(); ++i)
    strides[kept[i]] = own[i];
  return dispatch(x.type(), [&](auto tag) -> Result<Tensor> {
    Status done = reduceAs<typename decltype(tag)::Type>(kind, x, strides,
                                                         perResult, *result);
    if (!done)
      return done.error();
    return result;
  });
}

Result<Tensor> argReduce(ReduceKind kind, const Tensor &x, int64_t axis,
                         bool last) {
  if (kind != ReduceKind::Max && kind != ReduceKind::Min)
    return error("expected 'max' or 'min', but got '",
                 stringifyReduceKind(kind).str(), "'");
  AxisSplit split(x.shape(), axis);
  Shape shape = x.shape();
  shape.erase(shape.begin() + axis);
  Result<Tensor> result = Tensor::allocate(DType::I64, shape);
  if (!result)
    return result;
  dispatch(x.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    using L = Lane<T>;
    // True if b is to be preferred to a; NaN to everything.
    auto better = [&](L a, L b) {
      if constexpr (isFloatElement<T>)
        if (std::isnan(a) || std::isnan(b))
          return std::isnan(b) && !std::isnan(a);
      return kind == ReduceKind::Max ? a < b : b < a;
    };
    int64_t *out = result->template as<int64_t>();
    for (int64_t o = 0; o < split.outer; ++o)
      for (int64_t i = 0; i < split.inner; ++i) {
        const T *in = x.as<T>() + o * split.size * split.inner + i;
        int64_t best = 0;
        for (int64_t a = 1; a < split.size; ++a) {
          L old = load(in[best * split.inner]),
            next = load(in[a * split.inner]);
          if (better(old, next) || (last && !better(next, old)))
            best = a;
        }
        *out++ = best;
      }
  });
  return result;
}

} // namespace tilewright::graph::reference

//===- Sorting.cpp - top-k and the places of what is not zero -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Kernels.h"

#include <algorithm>
#include <numeric>

namespace tilewright::graph::reference {

Result<TopK> topK(const Tensor &x, int64_t axis, int64_t k, bool smallest) {
  AxisSplit split(x.shape(), axis);
  if (k < 0 || k > split.size)
    return error("expected k to be at most the ", split.size,
                 " elements of axis ", axis, ", but got ", k);
  Shape shape = x.shape();
  shape[axis] = k;
  Result<Tensor> values = Tensor::allocate(x.type(), shape);
  Result<Tensor> indices = Tensor::allocate(DType::I64, shape);
  if (!values || !indices)
    return values ? indices.error() : values.error();
  dispatch(x.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    std::vector<int64_t> order(split.size);
    for (int64_t o = 0; o < split.outer; ++o)
      for (int64_t i = 0; i < split.inner; ++i) {
        const T *in = x.as<T>() + o * split.size * split.inner + i;
        // Ties by the index, so that the order is total.
        auto before = [&](int64_t a, int64_t b) {
          Lane<T> p = load(in[a * split.inner]), q = load(in[b * split.inner]);
          bool less = lessNaNLast(p, q), greater = lessNaNLast(q, p);
          if (!less && !greater)
            return a < b;
          return smallest ? less : greater;
        };
        std::iota(order.begin(), order.end(), 0);
        std::partial_sort(order.begin(), order.begin() + k, order.end(),
                          before);
        for (int64_t n = 0; n < k; ++n) {
          int64_t at = (o * k + n) * split.inner + i;
          values->template as<T>()[at] = in[order[n] * split.inner];
          indices->template as<int64_t>()[at] = order[n];
        }
      }
  });
  return TopK{values.take(), indices.take()};
}

Result<Tensor> nonZero(const Tensor &x) {
  std::vector<int64_t> found;
  int64_t count = 0;
  dispatch(x.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    const T *in = x.as<T>();
    for (Coordinates c(x.shape()); c.valid(); c.next(), ++in) {
      if (load(*in) == Lane<T>(0))
        continue;
      ++count;
      for (int64_t axis = 0; axis < x.rank(); ++axis)
        found.push_back(c[axis]);
    }
  });
  return Tensor::of<int64_t>(DType::I64, {count, x.rank()}, found);
}

} // namespace tilewright::graph::reference

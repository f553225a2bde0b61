//===- Scatter.cpp - writing at computed indices -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Updates are applied one after the other, in row-major order, each in the
// element type (one rounding per update). An index counts from the end if
// negative; one that is still out of range writes nothing.
//
//===----------------------------------------------------------------------===//

#include "Combine.h"
#include "Kernels.h"

#include <cstring>

namespace tilewright::graph::reference {

namespace {

/// Calls `fn(combine)` with T combine(T old, T update).
template <typename T, typename Fn> Status withUpdate(ReduceKind kind, Fn fn) {
  if (kind == ReduceKind::None) {
    fn([](T, T update) { return update; });
    return Status::success();
  }
  if (kind == ReduceKind::Mean)
    return error("'mean' is not defined for a scatter");
  return withCombiner<T>(kind, [&](auto initial, auto combine, auto finish) {
    using A = decltype(initial);
    fn([=](T old, T update) {
      return finish(combine(A(load(old)), load(update)));
    });
  });
}

/// The flat offset of an index on an axis; -1 if it is out of range.
int64_t scatterOffset(int64_t index, int64_t size, int64_t stride) {
  if (index < 0)
    index += size;
  return index < 0 || index >= size ? -1 : index * stride;
}

} // namespace

Result<Tensor> scatterElements(ReduceKind kind, const Tensor &x,
                               const Tensor &indices, const Tensor &updates,
                               int64_t axis) {
  if (indices.shape() != updates.shape())
    return error("the indices have the shape ", shapeString(indices.shape()),
                 ", but the updates ", shapeString(updates.shape()));
  for (int64_t i = 0; i < x.rank(); ++i)
    if (i != axis && indices.shape()[i] > x.shape()[i])
      return error("axis ", i, " of the indices has ", indices.shape()[i],
                   " elements, but that of the operand ", x.shape()[i]);
  Tensor result = x.clone();
  std::vector<int64_t> at = toIntegers(indices);
  Shape strides = rowMajorStrides(x.shape());
  int64_t size = x.shape()[axis], axisStride = strides[axis];
  strides[axis] = 0;
  return dispatch(x.type(), [&](auto tag) -> Result<Tensor> {
    using T = typename decltype(tag)::Type;
    const T *from = updates.as<T>();
    T *to = result.template as<T>();
    Status done = withUpdate<T>(kind, [&](auto combine) {
      int64_t k = 0;
      for (Coordinates c(indices.shape()); c.valid(); c.next(), ++k) {
        int64_t target = scatterOffset(at[k], size, axisStride);
        if (target < 0)
          continue;
        for (size_t i = 0; i < strides.size(); ++i)
          target += c[i] * strides[i];
        to[target] = combine(to[target], from[k]);
      }
    });
    if (!done)
      return done.error();
    return result;
  });
}

Result<Tensor> scatterND(ReduceKind kind, const Tensor &x,
                         const Tensor &indices, const Tensor &updates) {
  int64_t depth = indices.shape().back();
  Shape expected(indices.shape().begin(), indices.shape().end() - 1);
  expected.insert(expected.end(), x.shape().begin() + depth, x.shape().end());
  if (updates.shape() != expected)
    return error("the updates have the shape ", shapeString(updates.shape()),
                 ", but the indices ", shapeString(indices.shape()),
                 " and the operand ", shapeString(x.shape()), " need ",
                 shapeString(expected));
  Tensor result = x.clone();
  std::vector<int64_t> at = toIntegers(indices);
  Shape strides = rowMajorStrides(x.shape());
  int64_t slice = 1, tuples = 1;
  for (int64_t i = depth; i < x.rank(); ++i)
    slice *= x.shape()[i];
  for (int64_t i = 0; i + 1 < indices.rank(); ++i)
    tuples *= indices.shape()[i];
  return dispatch(x.type(), [&](auto tag) -> Result<Tensor> {
    using T = typename decltype(tag)::Type;
    const T *from = updates.as<T>();
    T *to = result.template as<T>();
    Status done = withUpdate<T>(kind, [&](auto combine) {
      for (int64_t t = 0; t < tuples; ++t, from += slice) {
        int64_t target = 0;
        for (int64_t d = 0; d < depth && target >= 0; ++d) {
          int64_t offset =
              scatterOffset(at[t * depth + d], x.shape()[d], strides[d]);
          target = offset < 0 ? -1 : target + offset;
        }
        for (int64_t i = 0; target >= 0 && i < slice; ++i)
          to[target + i] = combine(to[target + i], from[i]);
      }
    });
    if (!done)
      return done.error();
    return result;
  });
}

} // namespace tilewright::graph::reference

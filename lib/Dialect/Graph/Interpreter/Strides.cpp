//===- Strides.cpp - walking over tensors --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Strides.h"

#include "tilewright/Support/Tensor.h"

#include <algorithm>
#include <cstring>

namespace tilewright::graph::reference {

int64_t elementCount(const Shape &shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

Shape rowMajorStrides(const Shape &shape) {
  Shape strides(shape.size());
  int64_t stride = 1;
  for (size_t axis = shape.size(); axis-- > 0; stride *= shape[axis])
    strides[axis] = stride;
  return strides;
}

Result<Shape> broadcastShape(const Shape &a, const Shape &b) {
  Shape result(std::max(a.size(), b.size()), 1);
  for (size_t i = 1; i <= result.size(); ++i) {
    int64_t x = i <= a.size() ? a[a.size() - i] : 1;
    int64_t y = i <= b.size() ? b[b.size() - i] : 1;
    if (x != y && x != 1 && y != 1)
      return error("the shapes ", shapeString(a), " and ", shapeString(b),
                   " do not broadcast: axis ", result.size() - i, " is ", x,
                   " on one side and ", y, " on the other");
    result[result.size() - i] = x == 1 ? y : x;
  }
  return result;
}

Shape broadcastStrides(const Shape &shape, const Shape &result) {
  Shape own = rowMajorStrides(shape), strides(result.size(), 0);
  size_t missing = result.size() - shape.size();
  for (size_t axis = 0; axis < shape.size(); ++axis)
    if (shape[axis] != 1)
      strides[missing + axis] = own[axis];
  return strides;
}

void collapseAxes(Shape &shape, Shape *strides, size_t operands) {
  size_t kept = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 1)
      continue;
    bool merges = kept > 0;
    for (size_t i = 0; merges && i < operands; ++i)
      merges = strides[i][kept - 1] == strides[i][axis] * shape[axis];
    size_t to = merges ? kept - 1 : kept++;
    shape[to] = merges ? shape[to] * shape[axis] : shape[axis];
    for (size_t i = 0; i < operands; ++i)
      strides[i][to] = strides[i][axis];
  }
  if (kept == 0) {
    shape.assign(1, 1);
    for (size_t i = 0; i < operands; ++i)
      strides[i].assign(1, 0);
    return;
  }
  shape.resize(kept);
  for (size_t i = 0; i < operands; ++i)
    strides[i].resize(kept);
}

namespace {
template <typename T>
void copyAs(const Shape &shape, const void *source, const Shape &sourceStrides,
            void *target, const Shape &targetStrides) {
  auto *from = static_cast<const T *>(source);
  auto *to = static_cast<T *>(target);
  forEachRow<2>(shape, {sourceStrides, targetStrides},
                [&](auto offsets, int64_t count, auto steps) {
                  const T *x = from + offsets[0];
                  T *y = to + offsets[1];
                  if (steps[0] == 1 && steps[1] == 1)
                    std::memcpy(y, x, size_t(count) * sizeof(T));
                  else
                    for (int64_t i = 0; i < count; ++i)
                      y[i * steps[1]] = x[i * steps[0]];
                });
}
} // namespace

void copyStrided(int64_t elementBytes, const Shape &shape, const void *source,
                 const Shape &sourceStrides, void *target,
                 const Shape &targetStrides) {
  switch (elementBytes) {
  case 1:
    return copyAs<uint8_t>(shape, source, sourceStrides, target, targetStrides);
  case 2:
    return copyAs<uint16_t>(shape, source, sourceStrides, target,
                            targetStrides);
  case 4:
    return copyAs<uint32_t>(shape, source, sourceStrides, target,
                            targetStrides);
  default:
    return copyAs<uint64_t>(shape, source, sourceStrides, target,
                            targetStrides);
  }
}

} // namespace tilewright::graph::reference

//===- Gather.cpp - reading at computed indices --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An index counts from the end if negative; one that is still out of range is
// clamped. From an axis without elements there is nothing to read: zeros.
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Kernels.h"

#include <algorithm>
#include <cstring>

namespace tilewright::graph::reference {

namespace {

int64_t clampedIndex(int64_t index, int64_t size) {
  return std::clamp<int64_t>(index < 0 ? index + size : index, 0, size - 1);
}

} // namespace

Result<Tensor> gather(const Tensor &x, const Tensor &indices, int64_t axis) {
  AxisSplit split(x.shape(), axis);
  Shape shape(x.shape().begin(), x.shape().begin() + axis);
  shape.insert(shape.end(), indices.shape().begin(), indices.shape().end());
  shape.insert(shape.end(), x.shape().begin() + axis + 1, x.shape().end());
  Result<Tensor> result = Tensor::allocate(x.type(), shape);
  if (!result)
    return result;
  size_t bytes = size_t(split.inner * byteSize(x.type()));
  if (result->size() == 0)
    return result;
  if (split.size == 0) {
    std::memset(result->data(), 0, result->bytes());
    return result;
  }
  std::vector<int64_t> at = toIntegers(indices);
  auto *from = static_cast<const char *>(x.data());
  auto *to = static_cast<char *>(result->data());
  for (int64_t o = 0; o < split.outer; ++o, from += split.size * bytes)
    for (int64_t index : at) {
      std::memcpy(to, from + clampedIndex(index, split.size) * bytes, bytes);
      to += bytes;
    }
  return result;
}

Result<Tensor> gatherElements(const Tensor &x, const Tensor &indices,
                              int64_t axis) {
  Result<Tensor> result = Tensor::allocate(x.type(), indices.shape());
  if (!result)
    return result;
  for (int64_t i = 0; i < x.rank(); ++i)
    if (i != axis && indices.shape()[i] > x.shape()[i])
      return error("axis ", i, " of the indices has ", indices.shape()[i],
                   " elements, but that of the operand ", x.shape()[i]);
  int64_t size = x.shape()[axis], bytes = byteSize(x.type());
  if (size == 0) {
    std::memset(result->data(), 0, result->bytes());
    return result;
  }
  std::vector<int64_t> at = toIntegers(indices);
  Shape strides = rowMajorStrides(x.shape());
  int64_t axisStride = strides[axis];
  strides[axis] = 0;
  auto *from = static_cast<const char *>(x.data());
  auto *to = static_cast<char *>(result->data());
  forEachRow<2>(indices.shape(), {rowMajorStrides(indices.shape()), strides},
                [&](auto offset, int64_t count, auto step) {
                  for (int64_t i = 0; i < count; ++i) {
                    int64_t k = offset[0] + i * step[0];
                    int64_t source = offset[1] + i * step[1] +
                                     clampedIndex(at[k], size) * axisStride;
                    std::memcpy(to + k * bytes, from + source * bytes, bytes);
                  }
                });
  return result;
}

Result<Tensor> gatherND(const Tensor &x, const Tensor &indices,
                        int64_t batchDims) {
  int64_t depth = indices.shape().back();
  Shape shape(indices.shape().begin(), indices.shape().end() - 1);
  shape.insert(shape.end(), x.shape().begin() + batchDims + depth,
               x.shape().end());
  Result<Tensor> result = Tensor::allocate(x.type(), shape);
  if (!result)
    return result;
  if (result->size() == 0)
    return result;
  // The operand as [batch, addressed axes..., slice].
  int64_t batch = 1, tuples = 1;
  for (int64_t i = 0; i + 1 < indices.rank(); ++i)
    (i < batchDims ? batch : tuples) *= indices.shape()[i];
  Shape strides = rowMajorStrides(x.shape());
  int64_t slice = result->size() / (batch * tuples);
  int64_t perBatch = x.size() / batch;
  size_t bytes = size_t(slice * byteSize(x.type()));
  for (int64_t d = 0; d < depth; ++d)
    if (x.shape()[batchDims + d] == 0) {
      std::memset(result->data(), 0, result->bytes());
      return result;
    }
  std::vector<int64_t> at = toIntegers(indices);
  auto *from = static_cast<const char *>(x.data());
  auto *to = static_cast<char *>(result->data());
  const int64_t *tuple = at.data();
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t t = 0; t < tuples; ++t, tuple += depth, to += bytes) {
      int64_t source = b * perBatch;
      for (int64_t d = 0; d < depth; ++d)
        source += clampedIndex(tuple[d], x.shape()[batchDims + d]) *
                  strides[batchDims + d];
      std::memcpy(to, from + source * byteSize(x.type()), bytes);
    }
  return result;
}

Result<Tensor> reverseSequence(const Tensor &x, const Tensor &lengths,
                               int64_t timeAxis, int64_t batchAxis) {
  Result<Tensor> result = Tensor::allocate(x.type(), x.shape());
  if (!result)
    return result;
  int64_t time = x.shape()[timeAxis], bytes = byteSize(x.type());
  if (lengths.size() != x.shape()[batchAxis])
    return error("there are ", lengths.size(), " lengths for a batch of ",
                 x.shape()[batchAxis]);
  std::vector<int64_t> length = toIntegers(lengths);
  int64_t stride = rowMajorStrides(x.shape())[timeAxis], k = 0;
  auto *from = static_cast<const char *>(x.data());
  auto *to = static_cast<char *>(result->data());
  for (Coordinates c(x.shape()); c.valid(); c.next(), ++k) {
    int64_t t = c[timeAxis];
    int64_t n = std::clamp<int64_t>(length[c[batchAxis]], 0, time);
    int64_t source = t < n ? k + (n - 1 - 2 * t) * stride : k;
    std::memcpy(to + k * bytes, from + source * bytes, bytes);
  }
  return result;
}

} // namespace tilewright::graph::reference

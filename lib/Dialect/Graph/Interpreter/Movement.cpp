//===- Movement.cpp - ops that move elements without computing -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Kernels.h"

#include <algorithm>
#include <cstring>

namespace tilewright::graph::reference {

namespace {

const char *at(const Tensor &x, int64_t element) {
  return static_cast<const char *>(x.data()) + element * byteSize(x.type());
}
char *at(Tensor &x, int64_t element) {
  return static_cast<char *>(x.data()) + element * byteSize(x.type());
}

/// result[i] = x[first + sum of i * strides].
Result<Tensor> readStrided(const Tensor &x, int64_t first, const Shape &strides,
                           const Shape &shape) {
  Result<Tensor> result = Tensor::allocate(x.type(), shape);
  if (result && result->size() > 0)
    copyStrided(byteSize(x.type()), shape, at(x, first), strides,
                result->data(), rowMajorStrides(shape));
  return result;
}

/// Where the element at `i` of an axis of `size` elements, which may be
/// outside, comes from; -1 if from nowhere.
int64_t sourceIndex(PadMode mode, int64_t i, int64_t size) {
  if (i >= 0 && i < size)
    return i;
  if (size <= 0)
    return -1;
  auto floorMod = [](int64_t a, int64_t b) { return (a % b + b) % b; };
  switch (mode) {
  case PadMode::Constant:
    return -1;
  case PadMode::Edge:
    return std::clamp<int64_t>(i, 0, size - 1);
  case PadMode::Wrap:
    return floorMod(i, size);
  case PadMode::Reflect:
    break;
  }
  if (size == 1)
    return 0;
  int64_t period = 2 * (size - 1), j = floorMod(i, period);
  return j < size ? j : period - j;
}

} // namespace

Result<Tensor> reshape(const Tensor &x, const Shape &shape) {
  if (elementCount(shape) != x.size())
    return error(x.typeString(), " has ", x.size(),
                 " elements, which do not fill the shape ", shapeString(shape));
  return x.reshaped(shape);
}

Result<Tensor> broadcast(const Tensor &x, const Shape &shape) {
  Result<Shape> common = broadcastShape(x.shape(), shape);
  if (!common)
    return common.error();
  if (*common != shape)
    return error(x.typeString(), " does not broadcast to ", shapeString(shape));
  return readStrided(x, 0, broadcastStrides(x.shape(), shape), shape);
}

Result<Tensor> transpose(const Tensor &x, const Shape &permutation) {
  Shape own = rowMajorStrides(x.shape()), strides, shape;
  for (int64_t axis : permutation) {
    shape.push_back(x.shape()[axis]);
    strides.push_back(own[axis]);
  }
  return readStrided(x, 0, strides, shape);
}

Result<Tensor> concat(llvm::ArrayRef<Tensor> operands, int64_t axis) {
  Shape shape = operands.front().shape();
  for (const Tensor &x : operands.drop_front()) {
    for (int64_t i = 0; i < int64_t(shape.size()); ++i)
      if (i != axis && x.shape()[i] != shape[i])
        return error("the operands ", operands.front().typeString(), " and ",
                     x.typeString(), " differ on axis ", i);
    shape[axis] += x.shape()[axis];
  }
  Result<Tensor> result = Tensor::allocate(operands.front().type(), shape);
  if (!result)
    return result;
  Shape strides = rowMajorStrides(shape);
  int64_t start = 0;
  for (const Tensor &x : operands) {
    if (x.size() > 0)
      copyStrided(byteSize(x.type()), x.shape(), x.data(),
                  rowMajorStrides(x.shape()),
                  at(*result, start * strides[axis]), strides);
    start += x.shape()[axis];
  }
  return result;
}

Result<Tensor> slice(const Tensor &x, const Shape &starts, const Shape &steps,
                     const Shape &shape) {
  Shape strides = rowMajorStrides(x.shape());
  int64_t first = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    int64_t size = x.shape()[axis], start = starts[axis],
            last = start + (shape[axis] - 1) * steps[axis];
    if (elementCount(shape) > 0 &&
        (std::min(start, last) < 0 || std::max(start, last) >= size))
      return error("the slice of axis ", axis, " reads elements ", start,
                   " to ", last, ", but the axis has ", size);
    first += start * strides[axis];
    strides[axis] *= steps[axis];
  }
  return readStrided(x, first, strides, shape);
}

Result<Tensor> pad(PadMode mode, const Tensor &x, const Tensor *value,
                   const Shape &low, const Shape &high) {
  Shape shape = x.shape();
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    shape[axis] += low[axis] + high[axis];
    if (shape[axis] < 0)
      return error("the widths ", low[axis], " and ", high[axis],
                   " remove more than the ", x.shape()[axis],
                   " elements of axis ", axis);
  }
  Result<Tensor> result = Tensor::allocate(x.type(), shape);
  if (!result)
    return result;
  int64_t bytes = byteSize(x.type());
  std::vector<char> fill(bytes, 0);
  if (value)
    std::memcpy(fill.data(), value->data(), bytes);

  // Where each index of each axis comes from, times the axis' stride. Negative
  // widths have removed elements before the mode looks at the axis.
  Shape strides = rowMajorStrides(x.shape());
  std::vector<Shape> sources(shape.size());
  for (size_t axis = 0; axis < shape.size(); ++axis)
    for (int64_t i = 0; i < shape[axis]; ++i) {
      int64_t first = std::max<int64_t>(-low[axis], 0);
      int64_t left =
          x.shape()[axis] - first - std::max<int64_t>(-high[axis], 0);
      int64_t from =
          sourceIndex(mode, i - std::max<int64_t>(low[axis], 0), left);
      sources[axis].push_back(from < 0 ? -1 : (first + from) * strides[axis]);
    }
  int64_t to = 0;
  for (Coordinates c(shape); c.valid(); c.next(), ++to) {
    int64_t from = 0;
    for (size_t axis = 0; axis < shape.size() && from >= 0; ++axis) {
      int64_t source = sources[axis][c[axis]];
      from = source < 0 ? -1 : from + source;
    }
    std::memcpy(at(*result, to), from < 0 ? fill.data() : at(x, from), bytes);
  }
  return result;
}

Result<Tensor> range(const Tensor &start, const Tensor &delta, int64_t size) {
  Result<Tensor> result = Tensor::allocate(start.type(), {size});
  if (!result)
    return result;
  return dispatchNumber("range", start.type(), [&](auto tag) -> Result<Tensor> {
    using T = typename decltype(tag)::Type;
    T *out = result->template as<T>();
    auto first = load(*start.as<T>()), step = load(*delta.as<T>());
    for (int64_t i = 0; i < size; ++i) {
      if constexpr (std::is_same_v<T, double>)
        out[i] = first + double(i) * step;
      else if constexpr (isFloatElement<T>) // two roundings, as f32 has them
        out[i] = storeFloat<T>(float(first) + float(i) * float(step));
      else
        out[i] = static_cast<T>(uint64_t(first) + uint64_t(i) * uint64_t(step));
    }
    return result;
  });
}

} // namespace tilewright::graph::reference

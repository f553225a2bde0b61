//===- Convolution.cpp - convolution and transposed convolution ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernels.h"
#include "Multiply.h"

namespace tilewright::graph::reference {

namespace {

/// The sizes of the spatial axes of [N, spatial..., C].
Shape spatialSizes(const Shape &shape) {
  return Shape(shape.begin() + 1, shape.end() - 1);
}

Status checkChannels(const Tensor &input, const Tensor &filter,
                     int64_t groups) {
  int64_t channels = input.shape().back();
  int64_t perGroup = filter.shape()[filter.rank() - 2];
  if (perGroup * groups != channels || filter.shape().back() % groups != 0)
    return error("input ", input.typeString(), " and filter ",
                 filter.typeString(), " do not go together with ", groups,
                 groups == 1 ? " group" : " groups");
  return Status::success();
}

/// Row `p` of `patches`: the elements of one group's channels that the window
/// whose first element is at `corner` covers, [kernel..., channels of the
/// group]; zeros outside the input.
template <typename T>
void copyPatch(const T *image, const Shape &sizes, const Window &window,
               const Shape &corner, int64_t channels, int64_t first,
               int64_t perGroup, Accumulator<T> *patch) {
  for (Coordinates k(window.sizes); k.valid(); k.next()) {
    int64_t pixel = 0;
    for (size_t axis = 0; axis < sizes.size() && pixel >= 0; ++axis) {
      int64_t at = corner[axis] + k[axis] * window.dilations[axis];
      pixel = at < 0 || at >= sizes[axis] ? -1 : pixel * sizes[axis] + at;
    }
    const T *from = image + pixel * channels + first;
    for (int64_t c = 0; c < perGroup; ++c)
      *patch++ = pixel < 0 ? Accumulator<T>(0) : Accumulator<T>(load(from[c]));
  }
}

/// The convolution as products of patches and filter matrices, some pixels at a
/// time.
template <typename T>
void convolve(const Tensor &input, const Tensor &filter, const Window &window,
              int64_t groups, Tensor &result) {
  constexpr int64_t chunk = 64;
  Shape sizes = spatialSizes(input.shape());
  Shape outSizes = spatialSizes(result.shape());
  int64_t channels = input.shape().back(), outputs = result.shape().back();
  int64_t perGroup = channels / groups, outPerGroup = outputs / groups;
  int64_t depth = elementCount(window.sizes) * perGroup;
  int64_t pixels = elementCount(outSizes);
  std::vector<Accumulator<T>> patches(chunk * depth);
  std::vector<Shape> corners;
  for (Coordinates o(outSizes); o.valid(); o.next()) {
    Shape corner(sizes.size());
    for (size_t axis = 0; axis < sizes.size(); ++axis)
      corner[axis] = o[axis] * window.strides[axis] - window.low[axis];
    corners.push_back(corner);
  }
  for (int64_t n = 0; n < input.shape()[0]; ++n) {
    const T *image = input.as<T>() + n * elementCount(sizes) * channels;
    T *out = result.as<T>() + n * pixels * outputs;
    for (int64_t p = 0; p < pixels; p += chunk) {
      int64_t count = std::min(chunk, pixels - p);
      for (int64_t g = 0; g < groups; ++g) {
        for (int64_t i = 0; i < count; ++i)
          copyPatch<T>(image, sizes, window, corners[p + i], channels,
                       g * perGroup, perGroup, patches.data() + i * depth);
        multiply<T>(patches.data(), filter.as<T>() + g * outPerGroup, outputs,
                    out + p * outputs + g * outPerGroup, outputs, count,
                    outPerGroup, depth);
      }
    }
  }
}

/// Every element of the input adds its products to the accumulated result.
template <typename T>
void convolveTransposed(const Tensor &input, const Tensor &filter,
                        const Window &window, int64_t groups, Tensor &result) {
  using A = Accumulator<T>;
  Shape sizes = spatialSizes(input.shape());
  Shape outSizes = spatialSizes(result.shape());
  int64_t channels = input.shape().back(), outputs = result.shape().back();
  int64_t perGroup = channels / groups, outPerGroup = outputs / groups;
  int64_t pixels = elementCount(outSizes);
  std::vector<A> sums(pixels * outputs);
  const T *x = input.as<T>();
  T *out = result.as<T>();
  for (int64_t n = 0; n < input.shape()[0]; ++n) {
    std::fill(sums.begin(), sums.end(), A(0));
    for (Coordinates i(sizes); i.valid(); i.next(), x += channels) {
      const T *f = filter.as<T>();
      for (Coordinates k(window.sizes); k.valid();
           k.next(), f += perGroup * outputs) {
        int64_t pixel = 0;
        for (size_t axis = 0; axis < sizes.size() && pixel >= 0; ++axis) {
          int64_t at = i[axis] * window.strides[axis] +
                       k[axis] * window.dilations[axis] - window.low[axis];
          pixel =
              at < 0 || at >= outSizes[axis] ? -1 : pixel * outSizes[axis] + at;
        }
        if (pixel < 0)
          continue;
        for (int64_t c = 0; c < channels; ++c) {
          int64_t g = c / perGroup;
          A value = A(load(x[c]));
          const T *row = f + (c % perGroup) * outputs + g * outPerGroup;
          A *sum = sums.data() + pixel * outputs + g * outPerGroup;
          for (int64_t o = 0; o < outPerGroup; ++o)
            sum[o] += value * A(load(row[o]));
        }
      }
    }
    for (A sum : sums)
      *out++ = storeAccumulator<T>(sum);
  }
}

} // namespace

Result<Tensor> conv(const Tensor &input, const Tensor &filter,
                    const Window &window, int64_t groups, DType type) {
  if (Status ok = checkChannels(input, filter, groups); !ok)
    return ok.error();
  Shape shape{input.shape()[0]};
  Shape sizes = spatialSizes(input.shape());
  for (size_t axis = 0; axis < sizes.size(); ++axis) {
    int64_t extent = window.dilations[axis] * (window.sizes[axis] - 1) + 1;
    int64_t room = sizes[axis] + window.low[axis] + window.high[axis] - extent;
    if (room < 0)
      return error("the window of ", extent, " elements does not fit on the ",
                   sizes[axis], " elements of spatial axis ", axis,
                   " with padding ", window.low[axis], " and ",
                   window.high[axis]);
    shape.push_back(room / window.strides[axis] + 1);
  }
  shape.push_back(filter.shape().back());
  Result<Tensor> x = cast(input, type), f = cast(filter, type);
  if (!x || !f)
    return x ? f : x;
  Result<Tensor> result = Tensor::allocate(type, shape);
  if (!result)
    return result;
  return dispatchNumber("conv", type, [&](auto tag) -> Result<Tensor> {
    using T = typename decltype(tag)::Type;
    convolve<T>(*x, *f, window, groups, *result);
    return result;
  });
}

Result<Tensor> convTranspose(const Tensor &input, const Tensor &filter,
                             const Window &window, int64_t groups,
                             const Shape &shape, DType type) {
  if (Status ok = checkChannels(input, filter, groups); !ok)
    return ok.error();
  Result<Tensor> x = cast(input, type), f = cast(filter, type);
  if (!x || !f)
    return x ? f : x;
  Result<Tensor> result = Tensor::allocate(type, shape);
  if (!result)
    return result;
  return dispatchNumber(
      "conv_transpose", type, [&](auto tag) -> Result<Tensor> {
        using T = typename decltype(tag)::Type;
        convolveTransposed<T>(*x, *f, window, groups, *result);
        return result;
      });
}

} // namespace tilewright::graph::reference

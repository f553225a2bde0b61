//===- Pooling.cpp - window functions ------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Combine.h"
#include "Kernels.h"

namespace tilewright::graph::reference {

namespace {

/// The elements of an input [N, spatial..., C] that one window covers: calls
/// `fn(pixel)` with the number of each pixel inside, in row-major order of the
/// window, and returns how many lie inside the padded input.
template <typename Fn>
int64_t forEachInWindow(const Shape &input, const Window &window,
                        const Coordinates &output, Fn fn) {
  int64_t padded = 0;
  for (Coordinates k(window.sizes); k.valid(); k.next()) {
    int64_t pixel = 0;
    bool insidePadded = true;
    for (size_t axis = 0; axis < window.sizes.size(); ++axis) {
      int64_t size = input[axis + 1];
      // Axis 0 of the output's coordinates is the batch.
      int64_t at = output[axis + 1] * window.strides[axis] - window.low[axis] +
                   k[axis] * window.dilations[axis];
      if (!window.high.empty())
        insidePadded &= at < size + window.high[axis];
      pixel = pixel < 0 || at < 0 || at >= size ? -1 : pixel * size + at;
    }
    padded += insidePadded;
    if (pixel >= 0)
      fn(pixel);
  }
  return padded;
}

/// The coordinates of [N, spatial...] and the sizes around them.
struct Layout {
  Shape positions;
  int64_t channels, pixels;
  Layout(const Tensor &input, const Shape &shape)
      : positions(shape.begin(), shape.end() - 1), channels(shape.back()),
        pixels(1) {
    for (int64_t axis = 1; axis + 1 < input.rank(); ++axis)
      pixels *= input.shape()[axis];
  }
};

template <typename T> Lane<T> average(Accumulator<T> sum, int64_t count) {
  if (count == 0)
    return 0;
  if constexpr (isFloatElement<T>)
    return sum / static_cast<double>(count);
  else // Divides in the lane's type: unsigned lanes must not turn signed.
    return static_cast<Lane<T>>(static_cast<Lane<T>>(sum) /
                                static_cast<Lane<T>>(count));
}

template <typename T>
Status poolAs(PoolKind kind, const Tensor &input, const Window &window,
              Tensor &result) {
  Layout layout(input, result.shape());
  int64_t channels = layout.channels;
  ReduceKind combineKind =
      kind == PoolKind::Max ? ReduceKind::Max : ReduceKind::Sum;
  return withCombiner<T>(combineKind, [&](auto initial, auto combine,
                                          auto finish) {
    using A = decltype(initial);
    std::vector<A> sums(channels);
    T *out = result.as<T>();
    for (Coordinates o(layout.positions); o.valid(); o.next()) {
      const T *image = input.as<T>() + o[0] * layout.pixels * layout.channels;
      std::fill(sums.begin(), sums.end(), initial);
      int64_t inside = 0;
      int64_t padded =
          forEachInWindow(input.shape(), window, o, [&](int64_t pixel) {
            const T *x = image + pixel * channels;
            for (int64_t c = 0; c < channels; ++c)
              sums[c] = combine(sums[c], load(x[c]));
            ++inside;
          });
      for (A sum : sums) {
        if constexpr (!std::is_same_v<T, bool>) {
          if (kind == PoolKind::Average)
            sum = A(average<T>(sum, inside));
          else if (kind == PoolKind::AverageWithPadding)
            sum = A(average<T>(sum, padded));
        }
        *out++ = finish(sum);
      }
    }
  });
}

} // namespace

Result<Tensor> pool(PoolKind kind, const Tensor &input, const Window &window,
                    const Shape &shape) {
  Result<Tensor> result = Tensor::allocate(input.type(), shape);
  if (!result)
    return result;
  return dispatch(input.type(), [&](auto tag) -> Result<Tensor> {
    Status done =
        poolAs<typename decltype(tag)::Type>(kind, input, window, *result);
    if (!done)
      return done.error();
    return result;
  });
}

Result<Tensor> maxPoolIndices(const Tensor &input, const Window &window,
                              bool columnMajor, const Shape &shape) {
  Result<Tensor> result = Tensor::allocate(DType::I64, shape);
  if (!result)
    return result;
  Layout layout(input, shape);
  int64_t channels = layout.channels;
  Shape sizes(input.shape().begin() + 1, input.shape().end() - 1);
  // The number of a pixel, counted with the first spatial axis innermost.
  auto renumber = [&](int64_t pixel) {
    int64_t number = 0;
    for (size_t axis = sizes.size(); axis-- > 0; pixel /= sizes[axis])
      number += (pixel % sizes[axis]) *
                elementCount(Shape(sizes.begin(), sizes.begin() + axis));
    return number;
  };
  dispatch(input.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    int64_t *out = result->template as<int64_t>();
    std::vector<int64_t> best(channels);
    for (Coordinates o(layout.positions); o.valid(); o.next()) {
      const T *image = input.as<T>() + o[0] * layout.pixels * channels;
      std::fill(best.begin(), best.end(), -1);
      forEachInWindow(input.shape(), window, o, [&](int64_t pixel) {
        for (int64_t c = 0; c < channels; ++c)
          if (best[c] < 0 || lessNaNLast(load(image[best[c] * channels + c]),
                                         load(image[pixel * channels + c])))
            best[c] = pixel;
      });
      for (int64_t c = 0; c < channels; ++c) {
        int64_t image = (o[0] * channels + c) * layout.pixels;
        if (best[c] < 0)
          *out++ = 0; // a window without elements
        else
          *out++ = image + (columnMajor ? renumber(best[c]) : best[c]);
      }
    }
  });
  return result;
}

} // namespace tilewright::graph::reference

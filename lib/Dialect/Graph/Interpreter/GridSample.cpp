//===- GridSample.cpp - sampling at the points of a grid -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ONNX GridSample for any number of spatial axes. Coordinates are computed in
// the type that a kernel computes in (f32, or f64 for f64), so that nearest
// neighbours come out the same; values are summed in f64.
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Kernels.h"

#include <algorithm>

namespace tilewright::graph::reference {

namespace {

/// One spatial axis of the input; R is the coordinates' type.
template <typename R> struct Axis {
  int64_t size;
  PadMode padding;
  bool alignCorners;

  R low() const { return alignCorners ? R(0) : R(-0.5); }
  R high() const { return R(size) - (alignCorners ? R(1) : R(0.5)); }

  /// From [-1, 1] to elements; NaN counts as -1.
  R denormalize(R n) const {
    if (std::isnan(n))
      n = -1;
    return alignCorners ? (n + 1) / 2 * R(size - 1)
                        : ((n + 1) * R(size) - 1) / 2;
  }

  /// Folds x back between the borders.
  R reflect(R x) const {
    R range = high() - low();
    if (range <= 0)
      return low();
    if (x >= low() && x <= high())
      return x;
    R distance = x < low() ? low() - x : x - high();
    R rest = std::fmod(distance, 2 * range);
    if (!(rest >= 0)) // from an infinite coordinate
      return low();
    R inward = rest < range ? rest : 2 * range - rest;
    return x < low() ? low() + inward : high() - inward;
  }

  /// What the padding makes of a coordinate before the interpolation: one
  /// within the borders stays, also between a border and the outermost element.
  R padded(R x) const {
    if (padding == PadMode::Edge)
      return x >= low() && x <= high() ? x : std::clamp<R>(x, 0, R(size - 1));
    if (padding == PadMode::Reflect)
      return reflect(x);
    // Zeros: everything that far out is the same.
    return std::clamp<R>(x, R(-4), R(size) + 4);
  }

  /// The element that stands at index i; -1 for a zero.
  int64_t element(int64_t i) const {
    if (i >= 0 && i < size)
      return i;
    if (padding == PadMode::Constant)
      return -1;
    if (padding == PadMode::Reflect)
      i = static_cast<int64_t>(reflect(R(i)));
    return std::clamp<int64_t>(i, 0, size - 1);
  }
};

struct Tap {
  int64_t element;
  double weight;
};

/// The taps of a coordinate on one axis.
template <typename R>
std::vector<Tap> tapsAt(ResizeMode mode, const Axis<R> &axis, R x) {
  if (mode == ResizeMode::Nearest)
    return {{axis.element(int64_t(axis.padded(
                 std::nearbyint(std::clamp<R>(x, R(-1e9), R(1e9)))))),
             1}};
  x = axis.padded(x);
  auto base = static_cast<int64_t>(std::floor(x));
  double t = static_cast<double>(x) - static_cast<double>(base);
  if (mode == ResizeMode::Linear)
    return {{axis.element(base), 1 - t}, {axis.element(base + 1), t}};
  std::vector<Tap> taps;
  for (int64_t i = -1; i <= 2; ++i) {
    double a = -0.75, d = std::fabs(t - static_cast<double>(i));
    double weight = d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1
                           : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
    taps.push_back({axis.element(base + i), weight});
  }
  return taps;
}

template <typename R>
Result<Tensor> sample(ResizeMode mode, PadMode padding, bool alignCorners,
                      const Tensor &input, const Tensor &grid,
                      const Shape &shape) {
  int64_t spatial = input.rank() - 2, channels = input.shape().back();
  Shape sizes(input.shape().begin() + 1, input.shape().end() - 1);
  int64_t pixels = elementCount(sizes);
  Result<Tensor> result = Tensor::allocate(input.type(), shape);
  if (!result || result->size() == 0)
    return result;
  std::vector<double> values = toDoubles(input), points = toDoubles(grid);
  std::vector<double> sums(channels);
  int64_t perImage = result->size() / channels / shape[0], written = 0;
  for (int64_t p = 0; p < perImage * shape[0]; ++p) {
    const double *image = values.data() + p / perImage * pixels * channels;
    std::vector<std::vector<Tap>> taps(spatial);
    Shape counts;
    for (int64_t i = 0; i < spatial; ++i) {
      // The grid holds the last axis first.
      R n = static_cast<R>(points[p * spatial + spatial - 1 - i]);
      Axis<R> axis{sizes[i], padding, alignCorners};
      if (axis.size > 0)
        taps[i] = tapsAt(mode, axis, axis.denormalize(n));
      counts.push_back(int64_t(taps[i].size()));
    }
    std::fill(sums.begin(), sums.end(), 0.0);
    for (Coordinates c(counts); c.valid(); c.next()) {
      int64_t pixel = 0;
      double weight = 1;
      for (int64_t i = 0; i < spatial && pixel >= 0; ++i) {
        const Tap &tap = taps[i][c[i]];
        weight *= tap.weight;
        pixel = tap.element < 0 ? -1 : pixel * sizes[i] + tap.element;
      }
      if (pixel >= 0 && weight != 0)
        for (int64_t k = 0; k < channels; ++k)
          sums[k] += weight * image[pixel * channels + k];
    }
    dispatchFloat(input.type(), [&](auto tag) {
      using T = typename decltype(tag)::Type;
      for (double sum : sums)
        result->template as<T>()[written++] = store<T>(sum);
    });
  }
  return result;
}

} // namespace

Result<Tensor> gridSample(ResizeMode mode, PadMode padding, bool alignCorners,
                          const Tensor &input, const Tensor &grid) {
  if (padding == PadMode::Wrap)
    return error("'wrap' is not defined for a grid");
  if (grid.rank() != input.rank() || grid.shape()[0] != input.shape()[0] ||
      grid.shape().back() != input.rank() - 2)
    return error("input ", input.typeString(), " and grid ", grid.typeString(),
                 " do not go together");
  Shape shape = grid.shape();
  shape.back() = input.shape().back();
  return input.type() == DType::F64 || grid.type() == DType::F64
             ? sample<double>(mode, padding, alignCorners, input, grid, shape)
             : sample<float>(mode, padding, alignCorners, input, grid, shape);
}

} // namespace tilewright::graph::reference

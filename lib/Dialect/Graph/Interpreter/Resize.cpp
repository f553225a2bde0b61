//===- Resize.cpp - interpolation ----------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An output element is a weighted sum of a few input elements per axis, its
// taps, and the weights of the axes multiply: so the axes are interpolated one
// after the other, in f64. The taps are those of ONNX's reference for Resize
// (onnx/reference/ops/op_resize.py): an original coordinate x, the input
// element `base` left of it with x - base in (0, 1], and a filter around x.
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Kernels.h"

#include <algorithm>

namespace tilewright::graph::reference {

namespace {

struct Tap {
  int64_t index;
  double weight;
};

/// One axis of a resize.
struct Axis {
  int64_t input, output;
  double scale;
  /// An output size that a scale gives is rounded down; coordinates use what it
  /// was before.
  double exact;
  double roiStart = 0, roiEnd = 1;
};

/// Where output element i lies on the input's axis.
double originalCoordinate(ResizeCoordinates mode, const Axis &axis, int64_t i) {
  double x = static_cast<double>(i), size = static_cast<double>(axis.input);
  double exact = axis.exact;
  switch (mode) {
  case ResizeCoordinates::AlignCorners:
    return exact == 1 ? 0 : x * (size - 1) / (exact - 1);
  case ResizeCoordinates::Asymmetric:
    return x / axis.scale;
  case ResizeCoordinates::TfCropAndResize: {
    double extent = axis.roiEnd - axis.roiStart;
    double inside = exact == 1 ? extent * (size - 1) / 2
                               : x * extent * (size - 1) / (exact - 1);
    return inside + axis.roiStart * (size - 1);
  }
  case ResizeCoordinates::PytorchHalfPixel:
    return axis.output == 1 ? 0 : (x + 0.5) / axis.scale - 0.5;
  case ResizeCoordinates::HalfPixel:
    return (x + 0.5) / axis.scale - 0.5;
  case ResizeCoordinates::HalfPixelSymmetric:
    break;
  }
  double adjustment = static_cast<double>(axis.output) / exact;
  return size / 2 * (1 - adjustment) + (x + 0.5) / axis.scale - 0.5;
}

/// The piecewise cubic of Keys with coefficient a.
double cubicFilter(double x, double a) {
  x = std::fabs(x);
  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2)
    return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

double linearFilter(double x) { return std::max(0.0, 1 - std::fabs(x)); }

bool picksNext(NearestRounding rounding, double ratio) {
  if (ratio == 1) // a whole coordinate
    return true;
  switch (rounding) {
  case NearestRounding::RoundPreferFloor:
    return ratio > 0.5;
  case NearestRounding::RoundPreferCeil:
    return ratio >= 0.5;
  case NearestRounding::Floor:
    return false;
  case NearestRounding::Ceil:
    break;
  }
  return true;
}

std::vector<Tap> tapsAt(const ResizeParameters &p, const Axis &axis, double x) {
  double base = std::ceil(x) - 1, ratio = x - base;
  auto first = static_cast<int64_t>(base);
  auto clamped = [&](int64_t i) {
    return std::clamp<int64_t>(i, 0, axis.input - 1);
  };
  if (p.mode == ResizeMode::Nearest)
    return {{clamped(first + picksNext(p.rounding, ratio)), 1}};

  // Downscaling with antialias widens the filter by 1 / scale.
  double squeeze = p.antialias ? std::min(axis.scale, 1.0) : 1.0;
  double radius = p.mode == ResizeMode::Linear ? 1 : 2;
  auto start = static_cast<int64_t>(std::floor(-radius / squeeze)) + 1;
  std::vector<Tap> taps;
  double sum = 0;
  for (int64_t i = start; i < 2 - start; ++i) {
    double distance = (static_cast<double>(i) - ratio) * squeeze;
    double weight = p.mode == ResizeMode::Linear
                        ? linearFilter(distance)
                        : cubicFilter(distance, p.cubicCoefficient);
    int64_t index = first + i;
    if (p.excludeOutside && (index < 0 || index >= axis.input))
      weight = 0;
    sum += weight;
    taps.push_back({clamped(index), weight});
  }
  if (p.antialias || p.excludeOutside)
    for (Tap &tap : taps)
      tap.weight /= sum;
  return taps;
}

/// The taps of every output element of an axis.
using Taps = std::vector<std::vector<Tap>>;

/// `values`, whose shape is `shape`, with one axis interpolated.
std::vector<double> interpolateAxis(const std::vector<double> &values,
                                    Shape &shape, int64_t axis,
                                    const Taps &taps) {
  AxisSplit split(shape, axis);
  shape[axis] = int64_t(taps.size());
  std::vector<double> result(elementCount(shape));
  double *out = result.data();
  for (int64_t o = 0; o < split.outer; ++o)
    for (const std::vector<Tap> &list : taps) {
      for (const Tap &tap : list) {
        const double *in =
            values.data() + (o * split.size + tap.index) * split.inner;
        // Weight 0 hides what is there, even a NaN.
        if (tap.weight != 0)
          for (int64_t i = 0; i < split.inner; ++i)
            out[i] += tap.weight * in[i];
      }
      out += split.inner;
    }
  return result;
}

bool changes(const ResizeParameters &p, const Axis &axis) {
  return axis.input != axis.output || axis.scale != 1 ||
         p.coordinates == ResizeCoordinates::TfCropAndResize;
}

/// Writes the extrapolation value where a coordinate of some axis is outside.
void extrapolate(Tensor &result, const std::vector<std::vector<bool>> &outside,
                 double value) {
  Tensor number = Tensor::of<double>(DType::F64, {}, {value});
  Result<Tensor> element = cast(number, result.type());
  int64_t bytes = byteSize(result.type());
  auto *to = static_cast<char *>(result.data());
  for (Coordinates c(result.shape()); c.valid(); c.next(), to += bytes)
    for (size_t axis = 0; axis < outside.size(); ++axis)
      if (outside[axis][c[axis]]) {
        std::copy_n(static_cast<const char *>(element->data()), bytes, to);
        break;
      }
}

} // namespace

Result<Tensor> resize(const Tensor &x, const ResizeParameters &parameters,
                      const Shape &shape) {
  int64_t rank = x.rank();
  bool crops = parameters.coordinates == ResizeCoordinates::TfCropAndResize;
  if (crops && int64_t(parameters.roi.size()) != 2 * rank)
    return error("expected a roi of ", 2 * rank, " values, but got ",
                 parameters.roi.size());
  Result<Tensor> result = Tensor::allocate(x.type(), shape);
  if (!result || result->size() == 0)
    return result;
  if (x.size() == 0) // nothing to interpolate
    return Tensor(x.type(), shape);

  std::vector<Taps> taps(rank);
  std::vector<std::vector<bool>> outside(rank);
  for (int64_t i = 0; i < rank; ++i) {
    auto from = static_cast<double>(x.shape()[i]),
         to = static_cast<double>(shape[i]);
    Axis axis{x.shape()[i], shape[i], to / from, to};
    if (!parameters.scales.empty()) {
      axis.scale = parameters.scales[i];
      axis.exact = axis.scale * from;
    }
    if (crops) {
      axis.roiStart = parameters.roi[i];
      axis.roiEnd = parameters.roi[rank + i];
    }
    outside[i].resize(axis.output);
    if (!changes(parameters, axis))
      continue; // no taps: the axis stays
    for (int64_t o = 0; o < axis.output; ++o) {
      double at = originalCoordinate(parameters.coordinates, axis, o);
      outside[i][o] =
          crops && !(at >= 0 && at <= static_cast<double>(axis.input - 1));
      taps[i].push_back(outside[i][o] ? std::vector<Tap>{{0, 1}}
                                      : tapsAt(parameters, axis, at));
    }
  }

  if (parameters.mode == ResizeMode::Nearest) {
    // No arithmetic: the bits of the elements stay.
    Tensor picked = x;
    for (int64_t i = 0; i < rank; ++i) {
      if (taps[i].empty())
        continue;
      Tensor indices(DType::I64, {shape[i]});
      for (int64_t o = 0; o < shape[i]; ++o)
        indices.as<int64_t>()[o] = taps[i][o].front().index;
      Result<Tensor> next = gather(picked, indices, i);
      if (!next)
        return next;
      picked = next.take();
    }
    result = picked.clone();
  } else {
    Shape current = x.shape();
    std::vector<double> values = toDoubles(x);
    for (int64_t i = 0; i < rank; ++i)
      if (!taps[i].empty())
        values = interpolateAxis(values, current, i, taps[i]);
    result = cast(Tensor(DType::F64, shape, values.data()), x.type());
    if (!result)
      return result;
    if (x.type() == DType::F64)
      result = result->clone(); // cast shares the bytes of `values`
  }
  if (crops)
    extrapolate(*result, outside, parameters.extrapolationValue);
  return result;
}

} // namespace tilewright::graph::reference

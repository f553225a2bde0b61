//===- RoiAlign.cpp - regions of an image, sampled -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ONNX RoiAlign: each region is divided into bins, each bin averages (or takes
// the maximum of) bilinear samples at regular points. As in ONNX's reference,
// `max` takes the largest of the four weighted neighbours, not of their sum.
//
//===----------------------------------------------------------------------===//

#include "Combine.h"
#include "Kernels.h"

#include <algorithm>

namespace tilewright::graph::reference {

namespace {

/// A coordinate on one axis of a bilinear sample.
template <typename R> struct Sample {
  int64_t low = 0, high = 0;
  R toHigh = 0;
  bool outside = false;

  Sample(R x, int64_t size) {
    if (!(x >= -1 && x <= R(size))) { // also NaN
      outside = true;
      return;
    }
    x = std::max(x, R(0));
    low = static_cast<int64_t>(x);
    if (low >= size - 1) {
      low = high = size - 1;
    } else {
      high = low + 1;
      toHigh = x - R(low);
    }
  }
};

/// One axis of a region: where it starts, a bin's size, samples per bin.
template <typename R> struct Bins {
  R start, size;
  int64_t samples;

  Bins(R from, R to, int64_t count, const RoiAlignParameters &p) {
    R offset = p.halfPixel ? R(0.5) : R(0);
    start = from * R(p.spatialScale) - offset;
    R extent = to * R(p.spatialScale) - offset - start;
    if (!p.halfPixel)
      extent = std::max(extent, R(1));
    size = extent / R(count);
    R adaptive = std::ceil(size);
    samples = p.samplingRatio > 0 ? p.samplingRatio
              : adaptive > 0
                  ? static_cast<int64_t>(std::min(adaptive, R(1 << 20)))
                  : 0;
  }
  R at(int64_t bin, int64_t sample) const {
    return start + R(bin) * size + (R(sample) + R(0.5)) * size / R(samples);
  }
};

template <typename R>
void align(const Tensor &input, const Tensor &rois, const Tensor &batchIndices,
           const RoiAlignParameters &p, Tensor &result) {
  int64_t height = input.shape()[1], width = input.shape()[2];
  int64_t channels = input.shape()[3], batch = input.shape()[0];
  int64_t rows = result.shape()[1], columns = result.shape()[2];
  std::vector<double> values = toDoubles(input), corners = toDoubles(rois);
  std::vector<int64_t> images = toIntegers(batchIndices);
  bool isMax = p.kind == PoolKind::Max;
  std::vector<double> sums(channels);
  int64_t written = 0;
  for (int64_t roi = 0; roi < result.shape()[0]; ++roi) {
    int64_t image = images[roi] < 0 ? images[roi] + batch : images[roi];
    image = std::clamp<int64_t>(image, 0, batch - 1);
    const double *pixels = values.data() + image * height * width * channels;
    const double *corner = corners.data() + roi * 4; // x, y, x, y
    Bins<R> x{R(corner[0]), R(corner[2]), columns, p};
    Bins<R> y{R(corner[1]), R(corner[3]), rows, p};
    int64_t count = std::max<int64_t>(x.samples * y.samples, 1);
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < columns; ++c) {
        std::fill(sums.begin(), sums.end(), isMax ? lowest<double>() : 0.0);
        if (isMax && x.samples * y.samples == 0)
          std::fill(sums.begin(), sums.end(), 0.0);
        for (int64_t i = 0; i < y.samples; ++i)
          for (int64_t j = 0; j < x.samples; ++j) {
            Sample<R> v(y.at(r, i), height), h(x.at(c, j), width);
            bool outside = v.outside || h.outside;
            for (int64_t k = 0; k < 4; ++k) {
              int64_t pixel =
                  (k & 2 ? v.high : v.low) * width + (k & 1 ? h.high : h.low);
              double weight =
                  outside
                      ? 0
                      : static_cast<double>(k & 2 ? v.toHigh : 1 - v.toHigh) *
                            static_cast<double>(k & 1 ? h.toHigh
                                                      : 1 - h.toHigh);
              for (int64_t ch = 0; ch < channels; ++ch) {
                double term =
                    weight == 0 ? 0 : weight * pixels[pixel * channels + ch];
                sums[ch] = isMax ? maximum(sums[ch], term) : sums[ch] + term;
              }
            }
          }
        dispatchFloat(input.type(), [&](auto tag) {
          using T = typename decltype(tag)::Type;
          for (double sum : sums)
            result.as<T>()[written++] =
                store<T>(isMax ? sum : sum / static_cast<double>(count));
        });
      }
  }
}

} // namespace

Result<Tensor> roiAlign(const Tensor &input, const Tensor &rois,
                        const Tensor &batchIndices,
                        const RoiAlignParameters &parameters,
                        const Shape &shape) {
  if (input.rank() != 4 || rois.rank() != 2 || rois.shape()[1] != 4 ||
      batchIndices.shape() != Shape{rois.shape()[0]} || shape.size() != 4 ||
      shape[0] != rois.shape()[0] || shape[3] != input.shape()[3])
    return error("input ", input.typeString(), ", rois ", rois.typeString(),
                 ", batch indices ", batchIndices.typeString(),
                 " and result shape ", shapeString(shape),
                 " do not go together");
  Result<Tensor> result = Tensor::allocate(input.type(), shape);
  if (!result || result->size() == 0)
    return result;
  if (input.size() == 0) // nothing to sample
    return Tensor(input.type(), shape);
  if (input.type() == DType::F64)
    align<double>(input, rois, batchIndices, parameters, *result);
  else
    align<float>(input, rois, batchIndices, parameters, *result);
  return result;
}

} // namespace tilewright::graph::reference

//===- Normalization.cpp - softmax and normalisation ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Combine.h"
#include "Kernels.h"

#include <algorithm>

namespace tilewright::graph::reference {

Result<Tensor> softmax(const Tensor &x, int64_t axis, bool log) {
  AxisSplit split(x.shape(), axis);
  Result<Tensor> result = Tensor::allocate(x.type(), x.shape());
  if (!result)
    return result;
  dispatchFloat(x.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    std::vector<double> row(split.size);
    for (int64_t o = 0; o < split.outer; ++o)
      for (int64_t i = 0; i < split.inner; ++i) {
        int64_t first = o * split.size * split.inner + i;
        const T *in = x.as<T>() + first;
        T *out = result->template as<T>() + first;
        double largest = lowest<T>(), sum = 0;
        for (int64_t a = 0; a < split.size; ++a) {
          row[a] = load(in[a * split.inner]);
          largest = maximum(largest, row[a]);
        }
        for (double &value : row) {
          value -= largest;
          sum += std::exp(value);
        }
        for (int64_t a = 0; a < split.size; ++a)
          out[a * split.inner] =
              store<T>(log ? row[a] - std::log(sum) : std::exp(row[a]) / sum);
      }
  });
  return result;
}

Result<Tensor> normalize(const Tensor &x, const Shape &axes, double epsilon,
                         bool rms) {
  Result<Tensor> result = Tensor::allocate(x.type(), x.shape());
  if (!result)
    return result;
  // Statistics have the operand's shape with 1 for the normalised axes.
  Shape shape = x.shape();
  int64_t count = 1;
  for (int64_t axis : axes) {
    count *= shape[axis];
    shape[axis] = 1;
  }
  Shape strides = broadcastStrides(shape, x.shape());
  std::vector<double> mean(elementCount(shape)), square(elementCount(shape));
  dispatchFloat(x.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    const T *in = x.as<T>();
    // Calls fn(element, statistic) for every element of the operand.
    auto forEach = [&](auto fn) {
      forEachRow<2>(x.shape(), {rowMajorStrides(x.shape()), strides},
                    [&](auto at, int64_t n, auto step) {
                      for (int64_t i = 0; i < n; ++i)
                        fn(at[0] + i * step[0], at[1] + i * step[1]);
                    });
    };
    if (!rms) {
      forEach([&](int64_t i, int64_t s) { mean[s] += load(in[i]); });
      for (double &value : mean)
        value /= static_cast<double>(count);
    }
    forEach([&](int64_t i, int64_t s) {
      double difference = load(in[i]) - mean[s];
      square[s] += difference * difference;
    });
    for (double &value : square)
      value = std::sqrt(value / static_cast<double>(count) + epsilon);
    T *out = result->template as<T>();
    forEach([&](int64_t i, int64_t s) {
      out[i] = store<T>((load(in[i]) - mean[s]) / square[s]);
    });
  });
  return result;
}

} // namespace tilewright::graph::reference

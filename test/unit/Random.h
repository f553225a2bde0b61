//===- Random.h - numbers and tensors by seed -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TEST_UNIT_RANDOM_H
#define TILEWRIGHT_TEST_UNIT_RANDOM_H

#include "tilewright/Support/Elements.h"

#include <cmath>
#include <random>

namespace tilewright::test {

/// The same numbers on every host (std's distributions are not).
class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}

  /// low <= value <= high.
  int64_t integer(int64_t low, int64_t high) {
    return low + int64_t(engine() % uint64_t(high - low + 1));
  }
  /// low <= value < high.
  double real(double low, double high) {
    return low + (high - low) * double(engine() >> 11) * 0x1p-53;
  }
  /// Elements between `low` and `high`, integers rounded down; unsigned ones
  /// are the magnitudes, bools either of two.
  Tensor tensor(DType type, std::vector<int64_t> shape, double low,
                double high) {
    Tensor result(type, std::move(shape));
    for (int64_t i = 0; i < result.size(); ++i) {
      double value = real(low, high);
      if (type == DType::Bool)
        value = double(integer(0, 1));
      else if (!isFloat(type))
        value = std::floor(value);
      setNumber(result, i, isUnsigned(type) ? std::fabs(value) : value);
    }
    return result;
  }

private:
  std::mt19937_64 engine;
};

} // namespace tilewright::test

#endif // TILEWRIGHT_TEST_UNIT_RANDOM_H

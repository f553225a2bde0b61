//===- Unique.cpp - the distinct elements --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Kernels.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace tilewright::graph::reference {

namespace {

/// The elements, or the slices along an axis, as rows of one length.
template <typename T> struct Rows {
  const T *data;
  int64_t outer, count, inner;

  /// -1, 0 or 1; NaN is the largest.
  int compare(int64_t a, int64_t b) const {
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t i = 0; i < inner; ++i) {
        Lane<T> x = load(data[(o * count + a) * inner + i]);
        Lane<T> y = load(data[(o * count + b) * inner + i]);
        if (lessNaNLast(x, y))
          return -1;
        if (lessNaNLast(y, x))
          return 1;
      }
    return 0;
  }
  /// No NaN is the same as another.
  bool same(int64_t a, int64_t b) const {
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t i = 0; i < inner; ++i)
        if (load(data[(o * count + a) * inner + i]) !=
            load(data[(o * count + b) * inner + i]))
          return false;
    return true;
  }
};

} // namespace

Result<Unique> unique(const Tensor &x, std::optional<int64_t> axis,
                      bool sorted) {
  AxisSplit split =
      axis ? AxisSplit(x.shape(), *axis) : AxisSplit(Shape{x.size()}, 0);
  // Rows by value, equal ones by position: the first of each group stands for
  // it.
  std::vector<int64_t> order(split.size), firsts, inverse(split.size);
  std::iota(order.begin(), order.end(), 0);
  std::vector<std::pair<int64_t, int64_t>> groups; // (first row, rows)
  dispatch(x.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    Rows<T> rows{x.as<T>(), split.outer, split.size, split.inner};
    std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      int difference = rows.compare(a, b);
      return difference ? difference < 0 : a < b;
    });
    for (int64_t row : order) {
      if (groups.empty() || !rows.same(groups.back().first, row))
        groups.push_back({row, 0});
      ++groups.back().second;
      inverse[row] = int64_t(groups.size()) - 1;
    }
  });
  if (!sorted) {
    std::vector<int64_t> byFirst(groups.size()), rank(groups.size());
    std::iota(byFirst.begin(), byFirst.end(), 0);
    std::sort(byFirst.begin(), byFirst.end(), [&](int64_t a, int64_t b) {
      return groups[a].first < groups[b].first;
    });
    std::vector<std::pair<int64_t, int64_t>> ordered;
    for (size_t i = 0; i < byFirst.size(); ++i) {
      rank[byFirst[i]] = int64_t(i);
      ordered.push_back(groups[byFirst[i]]);
    }
    groups = std::move(ordered);
    for (int64_t &group : inverse)
      group = rank[group];
  }

  std::vector<int64_t> indices, counts;
  for (auto [first, count] : groups) {
    indices.push_back(first);
    counts.push_back(count);
  }
  int64_t count = int64_t(groups.size());
  Tensor indexTensor = Tensor::of<int64_t>(DType::I64, {count}, indices);
  Result<Tensor> values =
      gather(axis ? x : x.reshaped({x.size()}), indexTensor, axis.value_or(0));
  if (!values)
    return values.error();
  return Unique{values.take(), indexTensor,
                Tensor::of<int64_t>(DType::I64, {split.size}, inverse),
                Tensor::of<int64_t>(DType::I64, {count}, counts)};
}

} // namespace tilewright::graph::reference

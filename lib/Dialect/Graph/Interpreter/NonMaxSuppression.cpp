//===- NonMaxSuppression.cpp - choosing boxes ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Kernels.h"

#include <algorithm>

namespace tilewright::graph::reference {

namespace {

/// Corners in order. R is float, or double for f64 boxes: the comparisons with
/// the threshold have to come out as in a kernel.
template <typename R> struct Box {
  R y0, x0, y1, x1;

  Box(const R *v, bool center) {
    if (center) { // x, y, width, height
      x0 = v[0] - v[2] / 2, x1 = v[0] + v[2] / 2;
      y0 = v[1] - v[3] / 2, y1 = v[1] + v[3] / 2;
    } else { // two opposite corners: y, x, y, x
      y0 = std::min(v[0], v[2]), y1 = std::max(v[0], v[2]);
      x0 = std::min(v[1], v[3]), x1 = std::max(v[1], v[3]);
    }
  }
  R area() const { return (y1 - y0) * (x1 - x0); }

  /// Intersection over union is larger than the threshold; boxes without area
  /// overlap nothing.
  bool overlaps(const Box &other, R threshold) const {
    R height = std::min(y1, other.y1) - std::max(y0, other.y0);
    R width = std::min(x1, other.x1) - std::max(x0, other.x0);
    if (!(height > 0) || !(width > 0) || !(area() > 0) || !(other.area() > 0))
      return false;
    R intersection = height * width;
    return intersection / (area() + other.area() - intersection) > threshold;
  }
};

template <typename R>
std::vector<int64_t> select(const Tensor &boxes, const Tensor &scores,
                            int64_t perClass, double iou, double lowestScore,
                            bool center) {
  std::vector<double> values = toDoubles(boxes), score = toDoubles(scores);
  std::vector<R> corners(values.begin(), values.end());
  int64_t classes = scores.shape()[1], count = scores.shape()[2];
  std::vector<int64_t> selected;
  for (int64_t b = 0; b < scores.shape()[0]; ++b)
    for (int64_t c = 0; c < classes; ++c) {
      const double *s = score.data() + (b * classes + c) * count;
      std::vector<int64_t> order;
      for (int64_t i = 0; i < count; ++i)
        if (s[i] > lowestScore)
          order.push_back(i);
      // The highest score first, equal ones by their index.
      std::sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
        return s[i] != s[j] ? s[i] > s[j] : i < j;
      });
      std::vector<Box<R>> kept;
      for (int64_t i : order) {
        if (int64_t(kept.size()) >= perClass)
          break;
        Box<R> box(corners.data() + (b * count + i) * 4, center);
        if (std::any_of(kept.begin(), kept.end(), [&](const Box<R> &other) {
              return box.overlaps(other, R(iou));
            }))
          continue;
        kept.push_back(box);
        selected.insert(selected.end(), {b, c, i});
      }
    }
  return selected;
}

} // namespace

Result<Tensor> nonMaxSuppression(const Tensor &boxes, const Tensor &scores,
                                 const Tensor &maxPerClass,
                                 const Tensor &iouThreshold,
                                 const Tensor &scoreThreshold,
                                 bool centerPointBox) {
  if (boxes.rank() != 3 || scores.rank() != 3 || boxes.shape()[2] != 4 ||
      boxes.shape()[0] != scores.shape()[0] ||
      boxes.shape()[1] != scores.shape()[2])
    return error("boxes ", boxes.typeString(), " and scores ",
                 scores.typeString(), " do not go together");
  for (const Tensor *limit : {&maxPerClass, &iouThreshold, &scoreThreshold})
    if (limit->size() != 1)
      return error("expected limits of one element, but got ",
                   limit->typeString());
  int64_t perClass = toIntegers(maxPerClass)[0];
  double iou = toDoubles(iouThreshold)[0];
  double lowestScore = toDoubles(scoreThreshold)[0];
  std::vector<int64_t> selected =
      boxes.type() == DType::F64 ? select<double>(boxes, scores, perClass, iou,
                                                  lowestScore, centerPointBox)
                                 : select<float>(boxes, scores, perClass, iou,
                                                 lowestScore, centerPointBox);
  return Tensor::of<int64_t>(DType::I64, {int64_t(selected.size() / 3), 3},
                             selected);
}

} // namespace tilewright::graph::reference

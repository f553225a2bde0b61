//===- Strides.h - walking over tensors ----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything that is not a plain loop over all elements walks over a shape with
// one stride per axis and operand: a broadcast axis has stride 0, a transposed
// one the stride of another axis, a reduced one stride 0 in the result.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_STRIDES_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_STRIDES_H

#include "tilewright/Support/Result.h"

#include <array>
#include <cstdint>
#include <vector>

namespace tilewright::graph::reference {

/// Sizes, strides (in elements) or coordinates, one per axis.
using Shape = std::vector<int64_t>;

int64_t elementCount(const Shape &shape);
Shape rowMajorStrides(const Shape &shape);

/// NumPy's broadcasting of sizes that are known.
Result<Shape> broadcastShape(const Shape &a, const Shape &b);
/// The strides that let a row-major operand of `shape` be read as if it had the
/// shape `result`, to which it broadcasts.
Shape broadcastStrides(const Shape &shape, const Shape &result);

/// The coordinates of a shape in row-major order:
///     for (Coordinates at(shape); at.valid(); at.next())  ... at[axis] ...
class Coordinates {
public:
  explicit Coordinates(Shape shape)
      : shape(std::move(shape)), at(this->shape.size(), 0),
        inside(elementCount(this->shape) > 0) {}
  bool valid() const { return inside; }
  int64_t operator[](size_t axis) const { return at[axis]; }
  void next() {
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (++at[axis] < shape[axis])
        return;
      at[axis] = 0;
    }
    inside = false;
  }

private:
  Shape shape, at;
  bool inside;
};

/// Merges neighbouring axes that every operand walks as one, and drops axes of
/// size 1; at least one axis stays.
void collapseAxes(Shape &shape, Shape *strides, size_t operands);

/// Calls `row(offsets, count, steps)` for every innermost run of a shape: the
/// elements of operand i in the run are offsets[i] + j * steps[i], j < count.
template <size_t N, typename Fn>
void forEachRow(Shape shape, std::array<Shape, N> strides, Fn row) {
  if (elementCount(shape) == 0)
    return;
  collapseAxes(shape, strides.data(), N);
  size_t last = shape.size() - 1;
  std::array<int64_t, N> steps, offsets{};
  for (size_t i = 0; i < N; ++i)
    steps[i] = strides[i][last];
  Shape at(last, 0);
  while (true) {
    row(offsets, shape[last], steps);
    size_t axis = last;
    while (axis-- > 0) {
      for (size_t i = 0; i < N; ++i)
        offsets[i] += strides[i][axis];
      if (++at[axis] < shape[axis])
        break;
      for (size_t i = 0; i < N; ++i)
        offsets[i] -= strides[i][axis] * shape[axis];
      at[axis] = 0;
    }
    if (axis == size_t(-1))
      return;
  }
}

/// Copies elements of `elementBytes` (1, 2, 4 or 8) bytes.
void copyStrided(int64_t elementBytes, const Shape &shape, const void *source,
                 const Shape &sourceStrides, void *target,
                 const Shape &targetStrides);

/// A shape as [outer, axis, inner]: the element (o, a, i) is at
/// (o * size + a) * inner + i.
struct AxisSplit {
  int64_t outer = 1, size = 1, inner = 1;
  AxisSplit(const Shape &shape, int64_t axis) : size(shape[axis]) {
    for (int64_t i = 0; i < int64_t(shape.size()); ++i)
      (i < axis ? outer : inner) *= i == axis ? 1 : shape[i];
  }
};

} // namespace tilewright::graph::reference

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_STRIDES_H

//===- Scatter.cpp - writing at computed indices --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Updates of one element are applied in row-major order, so a block owns all
// elements that an update can meet: a line along the axis, or a stripe of the
// slices. The reduction rounds to the element type after each update.
//
//===----------------------------------------------------------------------===//

#include "LoopKernel.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;
using namespace tilewright::graph::loops;

/// result[at] = result[at] combined with updates[from].
static void update(LoopKernel &k, ReduceKind kind, const Array &result,
                   ValueRange at, const Array &updates, ValueRange from) {
  if (kind == ReduceKind::None) {
    k.copy(updates, from, result, at);
    return;
  }
  Value old = k.load(result, at), next = k.load(updates, from);
  k.store(result, at, k.combine(kind, result, old, next));
}

/// An index that counts from the end if it is negative.
static Value wrapped(LoopKernel &k, Value index, Value size) {
  return k.select(k.less(index, k.index(0)), k.add(index, size), index);
}

func::FuncOp loops::emit(LoopKernel &k, ScatterElementsOp op) {
  Dims shape = getDims(op.getOperand()), from = getDims(op.getIndices());
  int64_t axis = op.getAxis(), rank = shape.size();
  Array x = k.input(op.getOperand(), shape);
  Array indices = k.input(op.getIndices(), from);
  Array updates = k.input(op.getUpdates(), from);
  Array y = k.output(op.getResult(), shape);

  SmallVector<DimExpr> others(shape);
  others.erase(others.begin() + axis);
  Values line = k.begin(others);
  line.truncate(rank - 1);
  auto at = [&](Value i) {
    Values coordinates(line);
    coordinates.insert(coordinates.begin() + axis, i);
    return coordinates;
  };
  Value size = k.size(shape[axis]);
  k.loop(size, [&](Value i) { k.copy(x, at(i), y, at(i)); });
  // There may be fewer lines of updates than of elements.
  Value exists = k.truth(true);
  for (int64_t i = 0, n = 0; i < rank; ++i)
    if (i != axis)
      exists = k.both(exists, k.less(line[n++], k.size(from[i])));
  k.when(exists, [&] {
    k.loop(k.size(from[axis]), [&](Value i) {
      Value target = wrapped(k, k.loadIndex(indices, at(i)), size);
      k.when(k.inside(target, size), [&] {
        update(k, op.getReduction(), y, at(target), updates, at(i));
      });
    });
  });
  return k.finish();
}

func::FuncOp loops::emit(LoopKernel &k, ScatterNDOp op) {
  Dims shape = getDims(op.getOperand()), from = getDims(op.getIndices());
  int64_t depth = *from.back().constantValue();
  ArrayRef<DimExpr> all(shape);
  DimExpr lead = numElements(all.take_front(depth));
  DimExpr slice = numElements(all.drop_front(depth));
  DimExpr tuples = numElements(ArrayRef<DimExpr>(from).drop_back());
  Array x = k.input(op.getOperand(), {lead, slice});
  Array indices = k.input(op.getIndices(), {tuples, DimExpr(depth)});
  Array updates = k.input(op.getUpdates(), {tuples, slice});
  Array y = k.output(op.getResult(), {lead, slice});

  // A stripe of each slice per block.
  constexpr int64_t kStripe = 64;
  Value first = k.begin(slice, kStripe)[0];
  Value end = k.smaller(k.add(first, k.index(kStripe)), k.size(slice));
  auto alongStripe = [&](Body body) {
    k.loop(first, end, ValueRange(), [&](Value i, ValueRange) {
      body(i);
      return Values();
    });
  };
  k.loop(k.size(lead), [&](Value row) {
    alongStripe([&](Value i) { k.copy(x, {row, i}, y, {row, i}); });
  });
  k.loop(k.size(tuples), [&](Value tuple) {
    Value row = k.index(0), valid = k.truth(true);
    for (int64_t d = 0; d < depth; ++d) {
      Value size = k.size(shape[d]);
      Value index = wrapped(k, k.loadIndex(indices, {tuple, k.index(d)}), size);
      valid = k.both(valid, k.inside(index, size));
      row = k.add(k.mul(row, size), index);
    }
    k.when(valid, [&] {
      alongStripe([&](Value i) {
        update(k, op.getReduction(), y, {row, i}, updates, {tuple, i});
      });
    });
  });
  return k.finish();
}

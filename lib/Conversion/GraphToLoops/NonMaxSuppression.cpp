//===- NonMaxSuppression.cpp - choosing boxes -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopKernel.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;
using namespace tilewright::graph::loops;

namespace {
/// Boxes with corners in order, and whether two overlap too much.
class Boxes {
public:
  Boxes(LoopKernel &k, const Array &boxes, bool center)
      : k(k), boxes(boxes), center(center) {}

  /// Lower and upper corners: y0, x0, y1, x1.
  Values corners(Value batch, Value box) {
    Values v;
    for (int64_t i = 0; i < 4; ++i)
      v.push_back(k.load(boxes, {batch, box, k.index(i)}));
    if (center) { // x, y, width, height
      Value two = k.number(v[0].getType(), 2);
      Value halfWidth = k.div(v[2], two), halfHeight = k.div(v[3], two);
      return {k.sub(v[1], halfHeight), k.sub(v[0], halfWidth),
              k.add(v[1], halfHeight), k.add(v[0], halfWidth)};
    }
    return {least(v[0], v[2]), least(v[1], v[3]), most(v[0], v[2]),
            most(v[1], v[3])};
  }

  /// Intersection over union exceeds the threshold; boxes without area overlap
  /// nothing.
  Value overlap(ValueRange a, ValueRange b, Value threshold) {
    Value height = k.sub(least(a[2], b[2]), most(a[0], b[0]));
    Value width = k.sub(least(a[3], b[3]), most(a[1], b[1]));
    Value areaA = area(a), areaB = area(b);
    Value valid = k.truth(true);
    for (Value extent : {height, width, areaA, areaB})
      valid = k.both(valid, k.compareFloats(arith::CmpFPredicate::OGT, extent,
                                            k.number(extent.getType(), 0)));
    Value intersection = k.mul(height, width);
    Value ratio = k.div(intersection, k.sub(k.add(areaA, areaB), intersection));
    return k.both(valid,
                  k.compareFloats(arith::CmpFPredicate::OGT, ratio, threshold));
  }

private:
  Value least(Value a, Value b) {
    return k.select(k.compareFloats(arith::CmpFPredicate::OLT, b, a), b, a);
  }
  Value most(Value a, Value b) {
    return k.select(k.compareFloats(arith::CmpFPredicate::OLT, a, b), b, a);
  }
  Value area(ValueRange box) {
    return k.mul(k.sub(box[2], box[0]), k.sub(box[3], box[1]));
  }

  LoopKernel &k;
  Array boxes;
  bool center;
};
} // namespace

/// A scalar limit as a float of the type.
static Value asFloat(LoopKernel &k, const Array &limit, Type type) {
  Value value = k.load(limit, k.index(0));
  unsigned from = value.getType().getIntOrFloatBitWidth();
  unsigned to = type.getIntOrFloatBitWidth();
  if (from < to)
    return arith::ExtFOp::create(k.b, type, value);
  if (from > to)
    return arith::TruncFOp::create(k.b, type, value);
  return value;
}

func::FuncOp loops::emit(LoopKernel &k, NonMaxSuppressionOp op) {
  Dims boxShape = getDims(op.getBoxes()), scoreShape = getDims(op.getScores());
  Array boxes = k.input(op.getBoxes(), boxShape);
  Array scores = k.input(op.getScores(), scoreShape);
  Array maxPerClass = k.input(op.getMaxPerClass(), DimExpr(1));
  Array iouThreshold = k.input(op.getIouThreshold(), DimExpr(1));
  Array scoreThreshold = k.input(op.getScoreThreshold(), DimExpr(1));
  Array y = k.output(op.getResult(), numElements(scoreShape) * DimExpr(3));
  Array count = k.count(op.getCount());
  k.begin({});
  Type i64 = k.b.getI64Type();
  Array order = k.scratch(i64, {DimExpr(2), scoreShape[2]});
  Array kept = k.scratch(i64, scoreShape[2]);
  Boxes geometry(k, boxes, op.getCenterPointBox());
  Type real = boxes.element.isF64() ? Type(k.b.getF64Type()) : k.b.getF32Type();
  Value iou = asFloat(k, iouThreshold, real);
  // Scores are compared in f64, which holds both sides exactly.
  Value lowest = asFloat(k, scoreThreshold, k.b.getF64Type());
  Value perClass = k.loadIndex(maxPerClass, k.index(0));
  Value zero = k.index(0), one = k.index(1), size = k.size(scoreShape[2]);

  auto scoreOf = [&](ValueRange at, Value box) {
    return k.load(scores, {at[0], at[1], box});
  };
  Value total = k.nest(
      k.sizes({scoreShape[0], scoreShape[1]}), zero,
      [&](ValueRange at, ValueRange carried) -> Values {
        // The boxes with a high enough score, the highest first.
        Value candidates =
            k.loop(zero, size, zero, [&](Value i, ValueRange n) -> Values {
              Value score = scoreOf(at, i);
              if (!score.getType().isF64())
                score = arith::ExtFOp::create(k.b, k.b.getF64Type(), score);
              Value passes =
                  k.compareFloats(arith::CmpFPredicate::OGT, score, lowest);
              k.when(passes, [&] { k.storeIndex(order, {zero, n[0]}, i); });
              return {k.select(passes, k.add(n[0], one), n[0])};
            })[0];
        Value row = mergeSort(k, order, candidates, [&](Value a, Value b) {
          return k.compareFloats(arith::CmpFPredicate::OGT, scoreOf(at, a),
                                 scoreOf(at, b));
        });
        // State: next candidate, boxes kept of this class, results so far.
        Values end = k.whileLoop(
            {zero, zero, carried[0]},
            [&](ValueRange state) {
              return k.both(k.less(state[0], candidates),
                            k.less(state[1], perClass));
            },
            [&](ValueRange state) -> Values {
              Value box = k.loadIndex(order, {row, state[0]});
              Values corners = geometry.corners(at[0], box);
              Value suppressed = k.whileLoop(
                  {zero, k.truth(false)},
                  [&](ValueRange s) {
                    return k.both(k.less(s[0], state[1]), k.negate(s[1]));
                  },
                  [&](ValueRange s) -> Values {
                    Values other =
                        geometry.corners(at[0], k.loadIndex(kept, s[0]));
                    return {k.add(s[0], one),
                            geometry.overlap(corners, other, iou)};
                  })[1];
              Value keep = k.negate(suppressed);
              k.when(keep, [&] {
                k.storeIndex(kept, state[1], box);
                Value first = k.mul(state[2], k.index(3));
                k.storeIndex(y, first, at[0]);
                k.storeIndex(y, k.add(first, one), at[1]);
                k.storeIndex(y, k.add(first, k.index(2)), box);
              });
              return {k.add(state[0], one),
                      k.select(keep, k.add(state[1], one), state[1]),
                      k.select(keep, k.add(state[2], one), state[2])};
            });
        return {end[2]};
      })[0];
  k.storeIndex(count, zero, total);
  return k.finish();
}

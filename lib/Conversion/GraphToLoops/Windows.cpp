//===- Windows.cpp - max_pool_indices and roi_align -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopKernel.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;
using namespace tilewright::graph::loops;

/// One block per window; the position is numbered as it is found.
func::FuncOp loops::emit(LoopKernel &k, MaxPoolIndicesOp op) {
  Dims in = getDims(op.getInput()), out = getDims(op.getResult());
  Array x = k.input(op.getInput(), in);
  Array y = k.output(op.getResult(), out);
  Values at = k.begin(ArrayRef<DimExpr>(out).drop_back());
  int64_t spatial = in.size() - 2;
  SmallVector<DimExpr> low = op.getPadLow().exprs();
  Value zero = k.index(0), minusOne = k.index(-1);
  Value channels = k.size(in.back());
  Values sizes, window;
  Value pixels = k.index(1);
  for (int64_t i = 0; i < spatial; ++i) {
    sizes.push_back(k.size(in[i + 1]));
    window.push_back(k.index(op.getWindow()[i]));
    pixels = k.mul(pixels, sizes.back());
  }
  k.loop(channels, [&](Value channel) {
    Value none = k.neutral(ReduceKind::Sum, x);
    // State: number of the best pixel (-1: none yet), its value.
    Values best = k.nest(
        window, {minusOne, none},
        [&](ValueRange offset, ValueRange state) -> Values {
          Values there{at[0]};
          Value exists = k.truth(true), number = zero, weight = k.index(1);
          for (int64_t i = 0; i < spatial; ++i) {
            Value start = k.sub(k.mul(at[i + 1], k.index(op.getStrides()[i])),
                                k.size(low[i]));
            Value position =
                k.add(start, k.mul(offset[i], k.index(op.getDilations()[i])));
            exists = k.both(exists, k.inside(position, sizes[i]));
            there.push_back(position);
            if (op.getColumnMajor()) {
              number = k.add(number, k.mul(position, weight));
              weight = k.mul(weight, sizes[i]);
            } else {
              number = k.add(k.mul(number, sizes[i]), position);
            }
          }
          there.push_back(channel);
          return k.choose(
              exists,
              [&]() -> Values {
                Value value = k.load(x, there);
                Value better = k.either(k.less(state[0], zero),
                                        k.lessNaNLast(x, state[1], value));
                return {k.select(better, number, state[0]),
                        k.select(better, value, state[1])};
              },
              [&] { return Values(state); });
        });
    Value image = k.add(k.mul(at[0], channels), channel);
    Value flat = k.add(k.mul(image, pixels), best[0]);
    Values to(at);
    to.push_back(channel);
    k.storeIndex(y, to, k.select(k.less(best[0], zero), zero, flat));
  });
  return k.finish();
}

namespace {
/// One axis of a region of interest: where it starts, the size of a bin, and
/// how many points of a bin are sampled.
struct Bins {
  Value start, size, samples;

  Bins(LoopKernel &k, RoiAlignOp op, Value from, Value to, Value count) {
    Type type = from.getType();
    Value scale = k.number(type, op.getSpatialScale().convertToFloat());
    Value offset = k.number(type, op.getHalfPixel() ? 0.5 : 0.0);
    start = k.sub(k.mul(from, scale), offset);
    Value extent = k.sub(k.sub(k.mul(to, scale), offset), start);
    if (!op.getHalfPixel()) {
      Value one = k.number(type, 1);
      extent = k.select(k.compareFloats(arith::CmpFPredicate::OLT, extent, one),
                        one, extent);
    }
    size = k.div(extent, toFloat(k, count, type));
    if (op.getSamplingRatio() > 0) {
      samples = k.index(op.getSamplingRatio());
      return;
    }
    // NaN and sizes of 0 or less: no points.
    Value points = math::CeilOp::create(k.b, size);
    Value zero = k.number(type, 0), most = k.number(type, 1 << 20);
    points = k.select(k.compareFloats(arith::CmpFPredicate::OGT, points, zero),
                      points, zero);
    points = k.select(k.compareFloats(arith::CmpFPredicate::OLT, points, most),
                      points, most);
    samples = toIndex(k, points);
  }

  Value at(LoopKernel &k, Value bin, Value sample) const {
    Type type = start.getType();
    Value half = k.number(type, 0.5);
    Value step = k.div(k.mul(k.add(toFloat(k, sample, type), half), size),
                       toFloat(k, samples, type));
    return k.add(k.add(start, k.mul(toFloat(k, bin, type), size)), step);
  }

  static Value toFloat(LoopKernel &k, Value index, Type type) {
    Value integer = arith::IndexCastOp::create(k.b, k.b.getI64Type(), index);
    return arith::SIToFPOp::create(k.b, type, integer);
  }
  static Value toIndex(LoopKernel &k, Value number) {
    Value integer = arith::FPToSIOp::create(k.b, k.b.getI64Type(), number);
    return arith::IndexCastOp::create(k.b, k.b.getIndexType(), integer);
  }
};

/// A coordinate of a bilinear sample: its two neighbours and their weights.
struct Sample {
  Value low, high, toLow, toHigh, inside;

  Sample(LoopKernel &k, Value x, Value size) {
    Type type = x.getType();
    Value zero = k.number(type, 0), one = k.number(type, 1);
    inside = k.both(
        k.compareFloats(arith::CmpFPredicate::OGE, x, k.number(type, -1)),
        k.compareFloats(arith::CmpFPredicate::OLE, x,
                        Bins::toFloat(k, size, type)));
    Value positive =
        k.both(inside, k.compareFloats(arith::CmpFPredicate::OGT, x, zero));
    x = k.select(positive, x, zero);
    Value last = k.sub(size, k.index(1)), floor = Bins::toIndex(k, x);
    Value atEnd = k.negate(k.less(floor, last));
    low = k.select(atEnd, last, floor);
    high = k.select(atEnd, last, k.add(floor, k.index(1)));
    toHigh = k.select(atEnd, zero, k.sub(x, Bins::toFloat(k, floor, type)));
    toLow = k.sub(one, toHigh);
  }
};
} // namespace

/// One block per row of bins.
func::FuncOp loops::emit(LoopKernel &k, RoiAlignOp op) {
  Dims in = getDims(op.getInput()), out = getDims(op.getResult());
  Array x = k.input(op.getInput(), in);
  Array rois = k.input(op.getRois(), getDims(op.getRois()));
  Array images = k.input(op.getBatchIndices(), getDims(op.getBatchIndices()));
  Array y = k.output(op.getResult(), out);
  Values at = k.begin(ArrayRef<DimExpr>(out).take_front(2));
  Value roi = at[0], row = at[1], zero = k.index(0);
  Values sizes = k.sizes(in);
  Type real = x.element.isF64() ? Type(k.b.getF64Type()) : k.b.getF32Type();
  bool isMax = op.getKind() == PoolKind::Max;

  Value image = k.loadIndex(images, roi);
  image = k.select(k.less(image, zero), k.add(image, sizes[0]), image);
  image = k.clamp(image, zero, k.sub(sizes[0], k.index(1)));
  Value filled = k.truth(true);
  for (Value size : sizes)
    filled = k.both(filled, k.less(zero, size));
  Values corners; // x, y, x, y
  for (int64_t i = 0; i < 4; ++i) {
    Value corner = k.load(rois, {roi, k.index(i)});
    unsigned from = corner.getType().getIntOrFloatBitWidth();
    unsigned to = real.getIntOrFloatBitWidth();
    if (from < to)
      corner = arith::ExtFOp::create(k.b, real, corner);
    else if (from > to)
      corner = arith::TruncFOp::create(k.b, real, corner);
    corners.push_back(corner);
  }
  Bins columns(k, op, corners[0], corners[2], k.size(out[2]));
  Bins rows(k, op, corners[1], corners[3], k.size(out[1]));
  Value points = k.mul(rows.samples, columns.samples);
  Value none = k.number(real, 0);

  k.nest(k.sizes({out[2], out[3]}), [&](ValueRange bin) {
    Value column = bin[0], channel = bin[1];
    Value start = isMax ? k.neutral(ReduceKind::Max, x) : none;
    Value sum = k.choose(
        filled,
        [&]() -> Values {
          return k.nest(
              {rows.samples, columns.samples}, start,
              [&](ValueRange point, ValueRange state) -> Values {
                Sample v(k, rows.at(k, row, point[0]), sizes[1]);
                Sample h(k, columns.at(k, column, point[1]), sizes[2]);
                Value inside = k.both(v.inside, h.inside);
                Value result = state[0];
                for (int corner = 0; corner < 4; ++corner) {
                  Value weight = k.mul(corner & 2 ? v.toHigh : v.toLow,
                                       corner & 1 ? h.toHigh : h.toLow);
                  Value pixel =
                      k.load(x, {image, corner & 2 ? v.high : v.low,
                                 corner & 1 ? h.high : h.low, channel});
                  // A weight of 0 hides what it weighs, also NaN.
                  Value counts =
                      k.both(inside, k.compareFloats(arith::CmpFPredicate::UNE,
                                                     weight, none));
                  Value term = k.select(counts, k.mul(weight, pixel), none);
                  result = k.combine(isMax ? ReduceKind::Max : ReduceKind::Sum,
                                     x, result, term);
                }
                return {result};
              });
        },
        [&] { return Values{none}; })[0];
    Value empty = k.equal(points, zero);
    if (isMax) {
      sum = k.select(empty, none, sum);
    } else {
      Value count = k.select(empty, k.index(1), points);
      sum = k.div(sum, Bins::toFloat(k, count, real));
    }
    k.store(y, {roi, row, column, channel}, sum);
  });
  return k.finish();
}

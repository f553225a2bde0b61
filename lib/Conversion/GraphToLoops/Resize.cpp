//===- Resize.cpp - interpolation with a filter as wide as it takes -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// With antialias, downscaling widens the filter by 1 / scale, so the number of
// taps is only known when the kernel runs. As in the reference all arithmetic
// is in f64, and the weights of an axis are divided by their sum.
//
//===----------------------------------------------------------------------===//

#include "LoopKernel.h"

#include "tilewright/Conversion/Scalar/SampleMath.h"
#include "tilewright/Conversion/Scalar/Scalar.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;
using namespace tilewright::graph::loops;

static Value toWhole(SampleMath &m, Value x) {
  Value wide = arith::FPToSIOp::create(m.b, m.loc, m.b.getI64Type(), x);
  return arith::IndexCastOp::create(m.b, m.loc, m.b.getIndexType(), wide);
}

/// The triangle, or the piecewise cubic of Keys with coefficient a.
static Value filterAt(SampleMath &m, ResizeOp op, Value x) {
  x = math::AbsFOp::create(m.b, m.loc, x);
  Value one = m.f(1), zero = m.f(0);
  if (op.getMode() == ResizeMode::Linear)
    return m.select(m.less(x, one), m.sub(one, x), zero);
  double a = op.getCubicCoefficient().convertToDouble();
  Value inner = m.sub(m.mul(m.f(a + 2), x), m.f(a + 3));
  inner = m.add(m.mul(m.mul(inner, x), x), one);
  Value outer = m.sub(m.mul(m.f(a), x), m.f(5 * a));
  outer = m.add(m.mul(outer, x), m.f(8 * a));
  outer = m.sub(m.mul(outer, x), m.f(4 * a));
  return m.select(m.less(one, x), m.select(m.less(x, m.f(2)), outer, zero),
                  inner);
}

namespace {
/// The taps of one output element along one axis: elements first + i of the
/// operand for i in [start, start + count).
struct Taps {
  Value size, first, ratio, squeeze, start, count, sum;

  Taps(LoopKernel &k, SampleMath &m, ResizeOp op, size_t axis, Value x,
       Value in, Value out)
      : size(in) {
    Value scale = op.getScales().empty() ? m.div(m.toFloat(out), m.toFloat(in))
                                         : m.f(op.getScales()[axis]);
    squeeze = m.select(m.less(scale, m.f(1)), scale, m.f(1));
    // x - base is in (0, 1].
    Value base = m.sub(m.ceil(x), m.f(1));
    first = toWhole(m, base);
    ratio = m.sub(x, base);
    double radius = op.getMode() == ResizeMode::Linear ? 1 : 2;
    start =
        k.add(toWhole(m, m.floor(m.div(m.f(-radius), squeeze))), k.index(1));
    count = k.sub(k.index(2), k.mul(k.index(2), start));
    sum = k.loop(k.index(0), count, m.f(0),
                 [&](Value i, ValueRange total) -> Values {
                   return {m.add(total[0], weight(k, m, op, i))};
                 })[0];
  }

  Value position(LoopKernel &k, Value i) const {
    return k.add(first, k.add(start, i));
  }

  /// Not yet divided by the sum.
  Value weight(LoopKernel &k, SampleMath &m, ResizeOp op, Value i) const {
    Value distance = m.sub(m.toFloat(k.add(start, i)), ratio);
    Value result = filterAt(m, op, m.mul(distance, squeeze));
    if (op.getExcludeOutside())
      result = m.select(k.inside(position(k, i), size), result, m.f(0));
    return result;
  }
};
} // namespace

/// One block per row of the last axis.
func::FuncOp loops::emit(LoopKernel &k, ResizeOp op) {
  Dims in = getDims(op.getOperand()), out = getDims(op.getResult());
  Array x = k.input(op.getOperand(), in), y = k.output(op.getResult(), out);
  Type element = x.element, f64 = k.b.getF64Type();
  bool crops = op.getCoordinates() == ResizeCoordinates::TfCropAndResize;
  Values sizes = k.sizes(in), outSizes = k.sizes(out);
  Values at = k.begin(ArrayRef<DimExpr>(out).drop_back());
  at.truncate(out.size() - 1);
  SampleMath m(k.b, k.b.getLoc(), /*wide=*/true);
  ScalarEmitter scalar(k.b, k.b.getLoc());
  Value filled = k.truth(true);
  for (Value size : sizes)
    filled = k.both(filled, k.less(k.index(0), size));

  k.loop(outSizes.back(), [&](Value column) {
    Values here(at);
    here.push_back(column);
    auto interpolate = [&]() -> Values {
      Values there(here), counts;
      SmallVector<std::pair<size_t, Taps>> taps;
      Value outside = k.truth(false), total = m.f(1);
      for (size_t axis = 0; axis < out.size(); ++axis) {
        bool scaled = !op.getScales().empty() && op.getScales()[axis] != 1;
        if (in[axis] == out[axis] && !scaled && !crops)
          continue;
        Value from = resizeCoordinate(m, op, axis, m.toFloat(here[axis]),
                                      sizes[axis], outSizes[axis]);
        if (crops)
          outside = k.either(outside, m.isOutside(from, sizes[axis]));
        Taps each(k, m, op, axis, from, sizes[axis], outSizes[axis]);
        total = m.mul(total, each.sum);
        counts.push_back(each.count);
        taps.push_back({axis, each});
      }
      Value sum =
          k.nest(counts, m.f(0), [&](ValueRange tap, ValueRange acc) -> Values {
            Value weight = m.f(1);
            for (auto [i, each] : llvm::zip(tap, taps)) {
              auto &[axis, axisTaps] = each;
              weight = m.mul(weight, axisTaps.weight(k, m, op, i));
              Value last = k.sub(sizes[axis], k.index(1));
              there[axis] = k.clamp(axisTaps.position(k, i), k.index(0), last);
            }
            Value value = k.load(x, there);
            if (!x.isFloat())
              value = scalar.cast(value, element, f64);
            else if (value.getType() != f64)
              value = arith::ExtFOp::create(k.b, f64, value);
            return {m.add(acc[0], m.weighted(value, weight))};
          })[0];
      sum = m.div(sum, total);
      if (crops)
        sum = k.select(outside,
                       m.f(op.getExtrapolationValue().convertToDouble()), sum);
      return {sum};
    };
    Value result =
        k.choose(filled, interpolate, [&] { return Values{m.f(0)}; })[0];
    // A float is narrowed where it is stored.
    if (!x.isFloat())
      result = scalar.cast(result, f64, element);
    k.store(y, here, result);
  });
  return k.finish();
}

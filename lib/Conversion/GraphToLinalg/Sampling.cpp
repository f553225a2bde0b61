//===- Sampling.cpp - resize and grid sampling ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One body per element of the result: its coordinate in the operand per axis
// (of a resize in f64, of a grid in its type or f32, in the order of ONNX's
// formulas, so that the nearest neighbour is the same everywhere), then taps
// with weights, axis by axis.
//
//===----------------------------------------------------------------------===//

#include "KernelConverter.h"

#include "tilewright/Conversion/Scalar/SampleMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace tilewright::graph {

namespace {
/// The taps of one axis: coordinates (index) and weights (null: 1).
struct Taps {
  SmallVector<Value> at, weights;
};
} // namespace

Value KernelConverter::resize(ResizeOp op) {
  Location loc = op.getLoc();
  Dims from = getDims(op.getOperand()), to = getDims(op.getResult());
  Type element = elementOf(op.getResult());
  bool crop = op.getCoordinates() == ResizeCoordinates::TfCropAndResize;
  Value operand = get(op.getOperand());
  SmallVector<Value> in, out;
  for (auto [a, c] : llvm::zip(from, to)) {
    in.push_back(size(a));
    out.push_back(size(c));
  }
  return parallel(
      loc, to, storageType(element), {},
      [&](OpBuilder &builder, ValueRange) -> Value {
        SampleMath m(builder, loc, /*wide=*/true);
        ScalarEmitter emit(builder, loc);
        Type computed = element.isF64() ? element : Type(builder.getF32Type());
        SmallVector<Taps> taps;
        Value outside;
        for (size_t axis = 0; axis < to.size(); ++axis) {
          Value index = linalg::IndexOp::create(builder, loc, axis);
          bool scaled = !op.getScales().empty() && op.getScales()[axis] != 1;
          if (from[axis] == to[axis] && !scaled && !crop) {
            taps.push_back({{index}, {Value()}});
            continue;
          }
          Value x = resizeCoordinate(m, op, axis, m.toFloat(index), in[axis],
                                     out[axis]);
          if (crop) {
            Value here = m.isOutside(x, in[axis]);
            outside = outside ? m.either(outside, here) : here;
          }
          if (op.getMode() == ResizeMode::Nearest) {
            Value rounded;
            switch (op.getRounding()) {
            case NearestRounding::RoundPreferFloor:
              rounded = m.ceil(m.sub(x, m.f(0.5)));
              break;
            case NearestRounding::RoundPreferCeil:
              rounded = m.floor(m.add(x, m.f(0.5)));
              break;
            case NearestRounding::Floor:
              rounded = m.floor(x);
              break;
            case NearestRounding::Ceil:
              rounded = m.ceil(x);
              break;
            }
            taps.push_back({{m.toIndex(rounded, in[axis])}, {Value()}});
            continue;
          }
          Value low = m.floor(x), t = m.sub(x, low);
          SmallVector<Value> weights;
          int64_t first = 0;
          if (op.getMode() == ResizeMode::Linear) {
            weights = {m.sub(m.f(1), t), t};
          } else {
            first = -1;
            weights =
                m.cubicWeights(t, op.getCubicCoefficient().convertToDouble());
          }
          Taps axisTaps;
          Value total;
          for (auto [k, weight] : llvm::enumerate(weights)) {
            Value position = m.add(low, m.f(double(first + int64_t(k))));
            if (op.getExcludeOutside())
              weight =
                  m.select(m.isOutside(position, in[axis]), m.f(0), weight);
            total = total ? m.add(total, weight) : weight;
            axisTaps.at.push_back(m.toIndex(position, in[axis]));
            axisTaps.weights.push_back(weight);
          }
          if (op.getExcludeOutside())
            for (Value &weight : axisTaps.weights)
              weight = m.div(weight, total);
          if (computed != m.real)
            for (Value &weight : axisTaps.weights)
              weight = arith::TruncFOp::create(builder, loc, computed, weight);
          taps.push_back(axisTaps);
        }

        // All combinations of taps, the innermost axis first.
        bool exact = llvm::all_of(
            taps, [](const Taps &axis) { return axis.at.size() == 1; });
        SmallVector<Value> at(to.size());
        std::function<Value(size_t)> combine = [&](size_t axis) -> Value {
          if (axis == to.size()) {
            Value x = emit.load(extract(builder, loc, operand, at), element);
            return exact ? x
                         : emit.cast(x, element,
                                     isa<FloatType>(x.getType()) ? x.getType()
                                                                 : computed);
          }
          Value sum;
          for (auto [position, weight] :
               llvm::zip(taps[axis].at, taps[axis].weights)) {
            at[axis] = position;
            Value x = combine(axis + 1);
            if (weight)
              x = m.weighted(x, weight);
            sum = sum ? m.add(sum, x) : x;
          }
          return sum;
        };
        Value result = combine(0);
        if (!exact && !isa<FloatType>(element))
          result = emit.cast(result, result.getType(), element);
        if (crop)
          result = m.select(
              outside,
              emit.constant(result.getType(),
                            op.getExtrapolationValue().convertToDouble()),
              result);
        return emit.store(result, element);
      });
}

/// Point coordinates in [-1, 1] to the operand's, then taps as a resize has
/// them; `padding` says what stands outside.
Value KernelConverter::gridSample(GridSampleOp op) {
  Location loc = op.getLoc();
  Dims from = getDims(op.getInput()), to = getDims(op.getResult());
  Type element = elementOf(op.getInput());
  int64_t rank = int64_t(to.size()), spatial = int64_t(from.size()) - 2;
  Value operand = get(op.getInput()), grid = get(op.getGrid());
  Type gridElement = elementOf(op.getGrid());
  SmallVector<Value> in;
  for (int64_t s = 0; s < spatial; ++s)
    in.push_back(size(from[s + 1]));
  bool align = op.getAlignCorners();
  PadMode padding = op.getPadding();
  return parallel(
      loc, to, storageType(element), {},
      [&](OpBuilder &builder, ValueRange) -> Value {
        SampleMath m(builder, loc, element.isF64() || gridElement.isF64());
        ScalarEmitter emit(builder, loc);
        SmallVector<Value> point;
        for (int64_t i = 0; i + 1 < rank; ++i)
          point.push_back(linalg::IndexOp::create(builder, loc, i));
        Value channel = linalg::IndexOp::create(builder, loc, rank - 1);

        // Mirrors x into [low, high].
        auto reflect = [&](Value x, Value low, Value high) {
          Value span = m.sub(high, low);
          Value none = m.less(span, m.f(1e-30));
          Value safe = m.select(none, m.f(1), span);
          Value distance = math::AbsFOp::create(builder, loc, m.sub(x, low));
          Value flips = m.floor(m.div(distance, safe));
          Value extra = m.sub(distance, m.mul(flips, safe));
          Value parity =
              m.sub(flips, m.mul(m.floor(m.mul(flips, m.f(0.5))), m.f(2)));
          Value even = m.less(parity, m.f(0.5));
          Value mirrored =
              m.select(even, m.add(low, extra), m.sub(high, extra));
          // Of an infinite coordinate it is NaN.
          return m.select(m.either(none, m.isNaN(mirrored)), low, mirrored);
        };
        auto borders = [&](Value extent) {
          Value n = m.toFloat(extent);
          return align ? std::make_pair(m.f(0), m.sub(n, m.f(1)))
                       : std::make_pair(m.f(-0.5), m.sub(n, m.f(0.5)));
        };
        // What the padding makes of a coordinate before it takes taps: one
        // within the borders stays. What is far out reads 0 wherever it is.
        auto padded = [&](Value x, Value extent) -> Value {
          auto [low, high] = borders(extent);
          if (padding == PadMode::Reflect)
            return reflect(x, low, high);
          Value n = m.toFloat(extent);
          if (padding == PadMode::Constant)
            return m.clamp(x, m.f(-4), m.add(n, m.f(4)));
          Value outside = m.either(m.less(x, low), m.less(high, x));
          return m.select(outside, m.clamp(x, m.f(0), m.sub(n, m.f(1))), x);
        };
        // A tap's index, and whether it counts (constant padding).
        auto resolve = [&](Value position, int64_t s) {
          Value inside;
          if (padding == PadMode::Constant)
            inside = m.isOutside(position, in[s]);
          if (padding == PadMode::Reflect) {
            auto [low, high] = borders(in[s]);
            position = reflect(position, low, high);
          }
          return std::make_pair(m.toIndex(position, in[s]), inside);
        };

        struct Tap {
          Value at, weight, outside;
        };
        SmallVector<SmallVector<Tap>> taps(spatial);
        for (int64_t s = 0; s < spatial; ++s) {
          SmallVector<Value> at(point);
          at.push_back(m.i(spatial - 1 - s));
          Value g =
              emit.cast(emit.load(extract(builder, loc, grid, at), gridElement),
                        gridElement, m.real);
          g = m.select(m.isNaN(g), m.f(-1), g);
          Value n = m.toFloat(in[s]);
          Value x =
              align ? m.mul(m.div(m.add(g, m.f(1)), m.f(2)), m.sub(n, m.f(1)))
                    : m.div(m.sub(m.mul(m.add(g, m.f(1)), n), m.f(1)), m.f(2));
          if (op.getMode() == ResizeMode::Nearest) {
            Value rounded = math::RoundEvenOp::create(builder, loc, x);
            auto [index, outside] = resolve(padded(rounded, in[s]), s);
            taps[s].push_back({index, Value(), outside});
            continue;
          }
          x = padded(x, in[s]);
          Value low = m.floor(x), t = m.sub(x, low);
          bool linear = op.getMode() == ResizeMode::Linear;
          SmallVector<Value> weights =
              linear ? SmallVector<Value>{m.sub(m.f(1), t), t}
                     : m.cubicWeights(t, -0.75);
          for (auto [k, weight] : llvm::enumerate(weights)) {
            auto [index, outside] = resolve(
                m.add(low, m.f(double(int64_t(k) - (linear ? 0 : 1)))), s);
            taps[s].push_back({index, weight, outside});
          }
        }
        SmallVector<Value> at(from.size());
        at[0] = point[0];
        at.back() = channel;
        std::function<Value(int64_t, Value)> combine =
            [&](int64_t s, Value outside) -> Value {
          if (s == spatial) {
            Value x = emit.load(extract(builder, loc, operand, at), element);
            if (x.getType() != m.real)
              x = emit.cast(x, x.getType(), m.real);
            return outside ? m.select(outside, emit.constant(x.getType(), 0), x)
                           : x;
          }
          Value sum;
          for (Tap &tap : taps[s]) {
            at[s + 1] = tap.at;
            Value either = outside && tap.outside
                               ? m.either(outside, tap.outside)
                               : (outside ? outside : tap.outside);
            Value x = combine(s + 1, either);
            if (tap.weight)
              x = m.weighted(x, tap.weight);
            sum = sum ? m.add(sum, x) : x;
          }
          return sum;
        };
        Value result = combine(0, Value());
        if (m.real.isF64() && !element.isF64())
          result = emit.cast(result, m.real, element);
        return emit.store(result, element);
      });
}

LogicalResult KernelConverter::convertSampling(Operation *op) {
  if (auto resizeOp = dyn_cast<ResizeOp>(op)) {
    if (hasWideFilter(resizeOp))
      return op->emitOpError("with antialias has no conversion to linalg");
    map(op->getResult(0), resize(resizeOp));
  } else {
    map(op->getResult(0), gridSample(cast<GridSampleOp>(op)));
  }
  return success();
}

} // namespace tilewright::graph

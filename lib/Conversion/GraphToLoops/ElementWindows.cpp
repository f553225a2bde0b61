//===- ElementWindows.cpp - an element of a contraction or a window -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementEmitter.h"

#include "tilewright/Conversion/Scalar/Scalar.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;
using namespace tilewright::graph::loops;

/// What elements are summed in, and back.
static Value widen(LoopKernel &k, Value x, Type type) {
  return x.getType() == type ? x : arith::ExtFOp::create(k.b, type, x);
}
static Value narrow(LoopKernel &k, Value x, Type type) {
  return x.getType() == type ? x : arith::TruncFOp::create(k.b, type, x);
}
static Type accumulatorType(Type element) {
  if (element.isF16() || element.isBF16())
    return Float32Type::get(element.getContext());
  return element;
}

Value ElementEmitter::multiplyAdd(Value x, Value y, Value acc) {
  Type type = acc.getType();
  return k.add(acc, k.mul(widen(k, x, type), widen(k, y, type)));
}

Value ElementEmitter::matmul(MatmulOp op, const Values &at) {
  Type element = getElementTypeOrSelf(op.getType());
  Dims lhs = dims(op.getLhs()), rhs = dims(op.getRhs());
  auto coordinates = [&](const Dims &operand, Value row, Value column,
                         bool transposed) {
    Values there;
    size_t missing = at.size() - operand.size();
    for (size_t i = 0; i + 2 < operand.size(); ++i)
      there.push_back(operand[i].isConstant(1) ? constant(0) : at[missing + i]);
    there.push_back(transposed ? column : row);
    there.push_back(transposed ? row : column);
    return there;
  };
  Value row = at[at.size() - 2], column = at.back();
  Value depth = k.size(lhs[lhs.size() - (op.getTransposeLhs() ? 2 : 1)]);
  Value sum = nest(
      depth, zeroOf(accumulatorType(element)),
      [&](const Values &i, ValueRange acc) -> Values {
        Value x = this->element(
            op.getLhs(), coordinates(lhs, row, i[0], op.getTransposeLhs()));
        Value y = this->element(
            op.getRhs(), coordinates(rhs, i[0], column, op.getTransposeRhs()));
        return {multiplyAdd(x, y, acc[0])};
      })[0];
  return narrow(k, sum, element);
}

Value ElementEmitter::addPixel(Value input, const Values &pixel, Value filter,
                               const Values &position, int64_t groups,
                               Value output, Value acc) {
  Dims shape = dims(filter);
  DimExpr channels = shape[position.size()];
  Value first;
  if (groups > 1) {
    Value each = k.size(DimExpr::floorDiv(shape.back(), DimExpr(groups)));
    Value group = arith::DivUIOp::create(k.b, output, each);
    first = k.mul(group, k.size(channels));
  }
  return nest(
      k.size(channels), acc, [&](const Values &c, ValueRange sum) -> Values {
        Values x(pixel), w(position);
        x.push_back(first ? k.add(first, c[0]) : c[0]);
        w.append({c[0], output});
        return {multiplyAdd(element(input, x), element(filter, w), sum[0])};
      })[0];
}

/// The sum over a filter's positions that reach the input: `tap` gives, for a
/// position and an axis, the input's coordinate and whether it is inside.
template <typename OpTy>
Value ElementEmitter::sumOfTaps(OpTy op, const Values &at, Tap tap) {
  Type element = getElementTypeOrSelf(op.getType());
  Dims filter = dims(op.getFilter());
  int64_t spatial = op.getStrides().size();
  Values window;
  for (int64_t s = 0; s < spatial; ++s)
    window.push_back(k.size(filter[s]));
  auto addPosition = [&](const Values &position, ValueRange acc) -> Values {
    Values there{at[0]};
    Value inside = k.truth(true);
    for (int64_t s = 0; s < spatial; ++s) {
      auto [coordinate, isInside] = tap(s, position[s]);
      there.push_back(coordinate);
      inside = k.both(inside, isInside);
    }
    auto addChannels = [&] {
      return addPixel(op.getInput(), there, op.getFilter(), position,
                      op.getGroups(), at.back(), acc[0]);
    };
    return {
        choose(inside, acc[0].getType(), addChannels, [&] { return acc[0]; })};
  };
  Value sum = nest(window, zeroOf(accumulatorType(element)), addPosition)[0];
  return narrow(k, sum, element);
}

/// The sum over the kernel's positions and the group's channels of
/// input[n, o * stride + k * dilation - low, c] * filter[k, c, o].
Value ElementEmitter::conv(ConvOp op, const Values &at) {
  Dims in = dims(op.getInput());
  SmallVector<DimExpr> low = llvm::to_vector(op.getPadLow().exprs());
  return sumOfTaps(op, at, [&](int64_t s, Value position) {
    Value start = k.mul(at[s + 1], k.index(op.getStrides()[s]));
    Value step = k.mul(position, k.index(op.getDilations()[s]));
    Value x = offset(k.add(start, step), low[s], /*subtract=*/true);
    return std::pair(x, k.inside(x, k.size(in[s + 1])));
  });
}

/// Result y takes input x = (y + low - k * dilation) / stride for every kernel
/// position k for which that is whole and inside.
Value ElementEmitter::convTranspose(ConvTransposeOp op, const Values &at) {
  Dims in = dims(op.getInput());
  SmallVector<DimExpr> low = llvm::to_vector(op.getPadLow().exprs());
  return sumOfTaps(op, at, [&](int64_t s, Value position) {
    Value stride = k.index(op.getStrides()[s]);
    Value step = k.mul(position, k.index(op.getDilations()[s]));
    Value scaled = k.sub(offset(at[s + 1], low[s]), step);
    Value positive = k.larger(scaled, k.index(0));
    Value x = arith::DivUIOp::create(k.b, positive, stride);
    // Only a multiple of the stride that is not negative is itself again.
    Value isWhole = k.equal(k.mul(x, stride), scaled);
    return std::pair(x, k.both(isWhole, k.less(x, k.size(in[s + 1]))));
  });
}

Value ElementEmitter::pool(PoolOp op, const Values &at) {
  Type element = getElementTypeOrSelf(op.getType());
  // Storage types do not say the signedness; GraphToLinalg does.
  bool isUnsigned = op->hasAttr(tile::kUnsignedAttr);
  Array kind{nullptr, withSignedness(element, isUnsigned)};
  bool isMax = op.getKind() == PoolKind::Max;
  ReduceKind combine = isMax ? ReduceKind::Max : ReduceKind::Sum;
  Type type = accumulatorType(element);
  Dims in = dims(op.getInput());
  int64_t spatial = op.getStrides().size();
  SmallVector<DimExpr> low = llvm::to_vector(op.getPadLow().exprs()),
                       high = llvm::to_vector(op.getPadHigh().exprs());
  bool isPadded = op.getKind() == PoolKind::AverageWithPadding;
  Values window;
  for (int64_t s = 0; s < spatial; ++s)
    window.push_back(k.index(op.getWindow()[s]));

  // Carried: what is combined, and how many positions count.
  Values start{k.neutral(combine, kind), k.index(0)};
  auto addPosition = [&](const Values &position, ValueRange acc) -> Values {
    // Where it is in the padded input.
    auto padded = [&](int64_t s) {
      return k.add(k.mul(at[s + 1], k.index(op.getStrides()[s])),
                   k.mul(position[s], k.index(op.getDilations()[s])));
    };
    Value inside = k.truth(true), counts = k.truth(true);
    for (int64_t s = 0; s < spatial; ++s) {
      Value x = offset(padded(s), low[s], /*subtract=*/true);
      inside = k.both(inside, k.inside(x, k.size(in[s + 1])));
      counts = k.both(
          counts, k.inside(padded(s), k.size(low[s] + in[s + 1] + high[s])));
    }
    auto add = [&] {
      Values there{at[0]};
      for (int64_t s = 0; s < spatial; ++s)
        there.push_back(offset(padded(s), low[s], /*subtract=*/true));
      there.push_back(at.back());
      Value x = widen(k, this->element(op.getInput(), there), type);
      return k.combine(combine, kind, acc[0], x);
    };
    Value next = choose(inside, type, add, [&] { return acc[0]; });
    Value one = k.select(isPadded ? counts : inside, k.index(1), k.index(0));
    return {next, k.add(acc[1], one)};
  };
  Values sums = nest(window, start, addPosition);
  Value result = sums[0];
  if (isPadded || op.getKind() == PoolKind::Average) {
    // A window without elements gives 0.
    Value count = k.larger(sums[1], k.index(1));
    count = arith::IndexCastOp::create(k.b, k.b.getI64Type(), count);
    result = k.div(result, arith::SIToFPOp::create(k.b, type, count));
  }
  return narrow(k, result, element);
}

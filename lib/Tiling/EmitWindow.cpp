//===- EmitWindow.cpp - pools and depthwise windows as tiles --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>

using namespace mlir;

namespace tilewright::tiling {

/// Loops over the window; padding is a bound of the load, filled with what does
/// not change the result. An average divides by a count that is computed from
/// coordinates, per axis.
Value Emitter::emitPool(graph::PoolOp op, const Request &request) {
  unsigned at = depth;
  int64_t spatial = int64_t(op.getWindow().size());
  bool isUnsigned = op->hasAttr(tile::kUnsignedAttr);
  Type element =
      cast<RankedTensorType>(op.getResult().getType()).getElementType();
  Type accElement = accumulatorType(element);
  bool isFloat = isa<FloatType>(element),
       isMax = op.getKind() == graph::PoolKind::Max;
  unsigned width = element.getIntOrFloatBitWidth();
  auto neutralOf = [&](Type type) -> TypedAttr {
    if (isFloat)
      return b.getFloatAttr(
          type, isMax ? -std::numeric_limits<double>::infinity() : 0.0);
    APInt lowest = isUnsigned ? APInt::getMinValue(width)
                              : APInt::getSignedMinValue(width);
    return b.getIntegerAttr(type, isMax ? lowest : APInt(width, 0));
  };
  SmallVector<DimExpr> low = llvm::to_vector(op.getPadLow().exprs()),
                       high = llvm::to_vector(op.getPadHigh().exprs());
  SmallVector<int64_t> shape = shapeOf(request.axes);
  auto perPosition = [&](ArrayRef<Offset> position, Value acc) -> Value {
    unsigned inner = depth;
    Axes axes = {request.axes[0]};
    for (int64_t s = 0; s < spatial; ++s) {
      axes.push_back(windowAxis(request.axes[s + 1], op.getStrides()[s],
                                position[s] * op.getDilations()[s], low[s]));
    }
    axes.push_back(request.axes.back());
    axes.front().filled = axes.back().filled = false;
    Value x = emit(Request{op.getInput(), axes, neutralOf(element)});
    if (!x)
      return {};
    setInsertionPoint(inner);
    if (accElement != element)
      x = arith::ExtFOp::create(
          b, loc, cast<RankedTensorType>(x.getType()).clone(accElement), x);
    if (isMax) {
      if (isFloat)
        return arith::MaximumFOp::create(b, loc, acc, x);
      return isUnsigned ? arith::MaxUIOp::create(b, loc, acc, x).getResult()
                        : arith::MaxSIOp::create(b, loc, acc, x).getResult();
    }
    return isFloat ? arith::AddFOp::create(b, loc, acc, x).getResult()
                   : arith::AddIOp::create(b, loc, acc, x).getResult();
  };
  SmallVector<DimExpr> window(op.getWindow().begin(), op.getWindow().end());
  Value acc =
      serialNest(window, splat(neutralOf(accElement), shape), perPosition);
  if (!acc)
    return {};
  setInsertionPoint(at);

  if (op.getKind() == graph::PoolKind::Average ||
      op.getKind() == graph::PoolKind::AverageWithPadding) {
    bool padded = op.getKind() == graph::PoolKind::AverageWithPadding;
    Dims extents = dims(op.getInput());
    auto indexTile = [&](int64_t value) {
      return splat(b.getIndexAttr(value), shape);
    };
    Value count;
    for (int64_t s = 0; s < spatial; ++s) {
      // Kernel positions k with lowest <= start + k * dilation < end.
      int64_t window = op.getWindow()[s], dilation = op.getDilations()[s];
      Axis out = request.axes[s + 1];
      Request starts = request;
      starts.axes[s + 1].offset =
          out.offset * op.getStrides()[s] - offsetOf(low[s]);
      starts.axes[s + 1].stride = out.stride * op.getStrides()[s];
      Value start = coordinates(starts, s + 1);
      DimExpr lowest = padded ? DimExpr(0) - low[s] : DimExpr(0);
      DimExpr end = padded ? extents[s + 1] + high[s] : extents[s + 1];
      auto ceilDiv = [&](Value numerator) -> Value {
        // Of values that are made non-negative first: (x + d - 1) / d.
        Value positive =
            arith::MaxSIOp::create(b, loc, numerator, indexTile(0));
        if (dilation == 1)
          return positive;
        return arith::DivUIOp::create(
            b, loc,
            arith::AddIOp::create(b, loc, positive, indexTile(dilation - 1)),
            indexTile(dilation));
      };
      auto asTile = [&](const DimExpr &expr) -> Value {
        return tile::SplatOp::create(b, loc, start.getType(),
                                     materialize(offsetOf(expr)));
      };
      Value first =
          ceilDiv(arith::SubIOp::create(b, loc, asTile(lowest), start));
      Value last = arith::MinSIOp::create(
          b, loc, ceilDiv(arith::SubIOp::create(b, loc, asTile(end), start)),
          indexTile(window));
      Value inside = arith::MaxSIOp::create(
          b, loc, arith::SubIOp::create(b, loc, last, first), indexTile(0));
      count = count ? arith::MulIOp::create(b, loc, count, inside).getResult()
                    : inside;
    }
    // A window without elements gives 0.
    count = arith::MaxSIOp::create(b, loc, count, indexTile(1));
    auto i64 = RankedTensorType::get(shape, b.getI64Type());
    count = arith::IndexCastOp::create(b, loc, i64, count);
    auto accType = RankedTensorType::get(shape, accElement);
    if (isFloat)
      acc = arith::DivFOp::create(
          b, loc, acc, arith::SIToFPOp::create(b, loc, accType, count));
    else {
      if (width < 64)
        count = arith::TruncIOp::create(b, loc, accType, count);
      acc = isUnsigned ? arith::DivUIOp::create(b, loc, acc, count).getResult()
                       : arith::DivSIOp::create(b, loc, acc, count).getResult();
    }
  }
  if (accElement != element)
    acc = arith::TruncFOp::create(b, loc, RankedTensorType::get(shape, element),
                                  acc);
  return acc;
}

} // namespace tilewright::tiling

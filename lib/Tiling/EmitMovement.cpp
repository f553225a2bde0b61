//===- EmitMovement.cpp - slices, padding, concats as tiles ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;

namespace tilewright::tiling {

Value Emitter::emitSlice(graph::SliceOp op, const Request &request) {
  Axes axes = request.axes;
  Dims from = dims(op.getOperand()), to = dims(op.getResult());
  TypedAttr fill;
  for (auto [i, start] : llvm::enumerate(op.getStarts().exprs())) {
    int64_t step = op.getSteps()[i];
    axes[i].offset = axes[i].offset * step + offsetOf(start);
    axes[i].stride *= step;
    // Where the slice does not plainly reach to the operand's end, nothing
    // proves that every element of the result is inside the operand's bound
    // (the slice's verifier takes it for granted): the tile is known outside.
    axes[i].filled = !(step == 1 && from[i] - start == to[i]);
    if (axes[i].filled)
      fill = b.getZeroAttr(
          cast<RankedTensorType>(request.value.getType()).getElementType());
  }
  return emit(Request{op.getOperand(), axes, fill});
}

/// One tile per operand, chosen by coordinate; operands that the request cannot
/// meet are left out.
Value Emitter::emitConcat(graph::ConcatOp op, const Request &request) {
  unsigned at = depth;
  int64_t axis = op.getAxis();
  const Axis &a = request.axes[axis];
  auto low = lowerBound(a.offset), high = upperBound(a.offset);
  TypedAttr zero = b.getZeroAttr(
      cast<RankedTensorType>(request.value.getType()).getElementType());
  DimExpr start = 0;
  Value result, coordinate;
  SmallVector<int64_t> shape = shapeOf(request.axes);
  for (Value operand : op.getOperands()) {
    DimExpr extent = dims(operand)[axis], end = start + extent;
    auto first = start.constantValue(), last = end.constantValue();
    bool before = high && first && *high + (a.size - 1) * a.stride < *first;
    bool after = low && last && *low >= *last;
    if (!before && !after && !extent.isConstant(0)) {
      Axes axes = request.axes;
      for (Axis &each : axes)
        each.filled = false;
      axes[axis].offset = a.offset - offsetOf(start);
      // What is chosen between is known everywhere along the axis.
      axes[axis].filled = true;
      Value tile = emit(Request{operand, axes, zero});
      if (!tile)
        return {};
      setInsertionPoint(at);
      if (!result) {
        result = tile;
      } else {
        if (!coordinate)
          coordinate = coordinates(request, axis);
        Value from = tile::SplatOp::create(b, loc, coordinate.getType(),
                                           materialize(offsetOf(start)));
        Value inside = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge,
                                             coordinate, from);
        result = arith::SelectOp::create(b, loc, inside, tile, result);
      }
    }
    start = end;
  }
  if (!result)
    result = splat(zero, shape);
  // What was chosen between had edges of its own; the result has one.
  if (Bounds inside = bounds(request); coordinate && !inside.full)
    result = tile::ClipOp::create(b, loc, result, inside.lo, inside.hi, zero);
  return result;
}

/// A constant as an attribute, if `value` holds one element that is known.
static TypedAttr scalarConstant(Value value) {
  auto generic = value.getDefiningOp<linalg::GenericOp>();
  if (!generic || generic.getNumDpsInputs() != 0)
    return {};
  Attribute constant;
  if (matchPattern(generic.getRegion().front().getTerminator()->getOperand(0),
                   m_Constant(&constant)))
    return dyn_cast<TypedAttr>(constant);
  return {};
}

Value Emitter::emitPad(graph::PadOp op, const Request &request) {
  unsigned at = depth;
  Type element =
      cast<RankedTensorType>(op.getOperand().getType()).getElementType();
  TypedAttr value = op.getValue() ? scalarConstant(op.getValue())
                                  : TypedAttr(b.getZeroAttr(element));
  Dims extents = dims(op.getOperand());
  Axes axes = request.axes;
  for (auto [i, low] : llvm::enumerate(op.getLow().exprs())) {
    axes[i].offset = axes[i].offset - offsetOf(low);
    axes[i].filled =
        !low.isConstant(0) || !op.getHigh().exprs()[i].isConstant(0);
  }
  if (value)
    return emit(Request{op.getOperand(), axes, value});

  // The value is only known at run time: choose by coordinate.
  Value padding = emit(Request{op.getValue(), {}, {}});
  Request inner{op.getOperand(), axes, b.getZeroAttr(element)};
  Value tile = emit(inner);
  if (!padding || !tile)
    return {};
  setInsertionPoint(at);
  SmallVector<int64_t> shape = shapeOf(axes);
  Value result = tile;
  Value fill =
      broadcast(reshape(padding, SmallVector<int64_t>(shape.size(), 1)), shape);
  for (size_t i = 0; i < axes.size(); ++i) {
    if (!axes[i].filled)
      continue;
    Value coordinate = coordinates(inner, i);
    Value zero = splat(b.getIndexAttr(0), shape);
    Value end = tile::SplatOp::create(b, loc, coordinate.getType(),
                                      extentValue(extents[i]));
    Value low = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge,
                                      coordinate, zero);
    Value high = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                       coordinate, end);
    result = arith::SelectOp::create(
        b, loc, arith::AndIOp::create(b, loc, low, high), result, fill);
  }
  return result;
}

} // namespace tilewright::tiling

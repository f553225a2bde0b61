//===- Movement.cpp - data movement of tw as linalg.generic --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Movement with a fixed map is a generic with that map; movement with computed
// addresses reads `tensor.extract` at coordinates that its body computes from
// `linalg.index`. A coordinate that is a value (an index) is clamped into its
// axis; one that counts a loop is inside because the operands' sizes agree
// (IR/SizeRequirements.h), which a tw.check_dims says at run time.
//
//===----------------------------------------------------------------------===//

#include "KernelConverter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tilewright::graph {

/// Index arithmetic in a body.
struct KernelConverter::IndexMath {
  OpBuilder &b;
  Location loc;

  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value);
  }
  Value axis(int64_t i) { return linalg::IndexOp::create(b, loc, i); }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, loc, x, y); }
  Value sub(Value x, Value y) { return arith::SubIOp::create(b, loc, x, y); }
  Value mul(Value x, Value y) { return arith::MulIOp::create(b, loc, x, y); }
  Value min(Value x, Value y) { return arith::MinSIOp::create(b, loc, x, y); }
  Value max(Value x, Value y) { return arith::MaxSIOp::create(b, loc, x, y); }
  Value less(Value x, Value y) {
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, x, y);
  }
  Value select(Value c, Value x, Value y) {
    return arith::SelectOp::create(b, loc, c, x, y);
  }

  /// Any integer index: from the end if negative, then clamped to [0, size).
  Value wrap(Value index, Value size) {
    if (!index.getType().isIndex())
      index = arith::IndexCastOp::create(b, loc, b.getIndexType(), index);
    Value negative = less(index, constant(0));
    index = select(negative, add(index, size), index);
    return clamp(index, size);
  }
  Value clamp(Value index, Value size) {
    return max(min(index, sub(size, constant(1))), constant(0));
  }
};

Value KernelConverter::readAt(
    Operation *op, ArrayRef<Input> inputs,
    llvm::function_ref<SmallVector<Value>(IndexMath &, ValueRange)>
        coordinatesOf) {
  Value operand = get(op->getOperand(0)), result = op->getResult(0);
  return parallel(op->getLoc(), getDims(result), storage(result), inputs,
                  [&](OpBuilder &builder, ValueRange args) {
                    IndexMath m{builder, op->getLoc()};
                    return extract(builder, op->getLoc(), operand,
                                   coordinatesOf(m, args));
                  });
}

Value KernelConverter::padByCoordinates(PadOp op) {
  Dims from = getDims(op.getOperand());
  // Negative widths remove elements before the mode looks at an axis: `extent`
  // are left, from `first` on, and stand at `low` in the result.
  SmallVector<Value> low, first, extent;
  for (auto [before, after, whole] :
       llvm::zip(op.getLow().exprs(), op.getHigh().exprs(), from)) {
    DimExpr removed = DimExpr::max(0, DimExpr(0) - before);
    low.push_back(size(DimExpr::max(0, before)));
    first.push_back(size(removed));
    extent.push_back(
        size(whole - removed - DimExpr::max(0, DimExpr(0) - after)));
  }
  return readAt(op, {}, [&](IndexMath &m, ValueRange) {
    SmallVector<Value> coordinates;
    for (size_t i = 0; i < from.size(); ++i) {
      Value c = m.sub(m.axis(i), low[i]), n = extent[i];
      Value zero = m.constant(0), one = m.constant(1);
      if (op.getMode() == PadMode::Reflect) {
        // The pattern 0 1 .. n-1 n-2 .. 1 repeats with period 2n - 2.
        Value last = m.sub(n, one);
        Value period = m.max(m.mul(last, m.constant(2)), one);
        Value rest = arith::RemSIOp::create(m.b, m.loc, c, period);
        rest = m.select(m.less(rest, zero), m.add(rest, period), rest);
        c = m.min(rest, m.sub(period, rest));
        c = m.select(m.less(last, one), zero, c);
      } else if (op.getMode() == PadMode::Wrap) {
        Value period = m.max(n, one);
        Value rest = arith::RemSIOp::create(m.b, m.loc, c, period);
        c = m.select(m.less(rest, zero), m.add(rest, period), rest);
      }
      coordinates.push_back(m.add(m.clamp(c, n), first[i]));
    }
    return coordinates;
  });
}

/// Null if the elements differ.
Value KernelConverter::constant(ConstantOp op) {
  auto splat = dyn_cast<SplatElementsAttr>(op.getValue());
  if (!splat)
    return {};
  Location loc = op.getLoc();
  Type type = storage(op.getResult());
  return parallel(loc, getDims(op.getResult()), type, {},
                  [&](OpBuilder &builder, ValueRange) -> Value {
                    Attribute value = splat.getSplatValue<Attribute>();
                    if (auto number = dyn_cast<IntegerAttr>(value))
                      value = builder.getIntegerAttr(
                          type, number.getValue().zextOrTrunc(
                                    type.getIntOrFloatBitWidth()));
                    return arith::ConstantOp::create(builder, loc, type,
                                                     cast<TypedAttr>(value));
                  });
}

static Value firstOf(OpBuilder &, ValueRange args) { return args[0]; }

Value KernelConverter::transpose(TransposeOp op) {
  // The operand's axis permutation[i] is the result's axis i.
  Dims shape = getDims(op.getResult());
  SmallVector<AffineExpr> exprs(shape.size());
  for (auto [i, axis] : llvm::enumerate(op.getPermutation()))
    exprs[axis] = b.getAffineDimExpr(i);
  auto map = AffineMap::get(shape.size(), 0, exprs, b.getContext());
  return parallel(op.getLoc(), shape, storage(op.getResult()),
                  {{get(op.getOperand()), map}}, firstOf);
}

Value KernelConverter::broadcast(BroadcastOp op) {
  return elementwise(op.getLoc(), getDims(op.getResult()),
                     storage(op.getResult()), {get(op.getOperand())}, firstOf);
}

Value KernelConverter::range(RangeOp op) {
  Location loc = op.getLoc();
  Type element = elementOf(op.getResult());
  return elementwise(
      loc, getDims(op.getResult()), storage(op.getResult()),
      {get(op.getStart()), get(op.getDelta())},
      [&](OpBuilder &builder, ValueRange args) {
        ScalarEmitter emit(builder, loc);
        Value start = emit.load(args[0], element),
              delta = emit.load(args[1], element);
        Value i = arith::IndexCastOp::create(
            builder, loc, builder.getI64Type(),
            linalg::IndexOp::create(builder, loc, 0));
        Value step = emit.cast(i, builder.getI64Type(), element);
        Value offset = emit.binary(BinaryKind::Mul, step, delta, element);
        return emit.store(emit.binary(BinaryKind::Add, start, offset, element),
                          element);
      });
}

Value KernelConverter::slice(SliceOp op) {
  SmallVector<Value> starts;
  for (const DimExpr &start : op.getStarts().exprs())
    starts.push_back(size(start));
  return readAt(op, {}, [&](IndexMath &m, ValueRange) {
    SmallVector<Value> coordinates;
    for (auto [i, start, step] : llvm::enumerate(starts, op.getSteps()))
      coordinates.push_back(m.add(start, m.mul(m.axis(i), m.constant(step))));
    return coordinates;
  });
}

Value KernelConverter::gather(GatherOp op) {
  int64_t axis = op.getAxis(), rank = getDims(op.getResult()).size(),
          count = getDims(op.getIndices()).size();
  Dims from = getDims(op.getOperand());
  SmallVector<AffineExpr> exprs;
  for (int64_t i = 0; i < count; ++i)
    exprs.push_back(b.getAffineDimExpr(axis + i));
  auto map = AffineMap::get(rank, 0, exprs, b.getContext());
  Value extent = size(from[axis]);
  return readAt(
      op, {{get(op.getIndices()), map}}, [&](IndexMath &m, ValueRange args) {
        SmallVector<Value> coordinates;
        for (int64_t i = 0; i < int64_t(from.size()); ++i)
          coordinates.push_back(i == axis
                                    ? m.wrap(args[0], extent)
                                    : m.axis(i < axis ? i : i + count - 1));
        return coordinates;
      });
}

Value KernelConverter::gatherElements(GatherElementsOp op) {
  int64_t axis = op.getAxis(), rank = getDims(op.getResult()).size();
  Value extent = size(getDims(op.getOperand())[axis]);
  return readAt(op, {{get(op.getIndices()), b.getMultiDimIdentityMap(rank)}},
                [&](IndexMath &m, ValueRange args) {
                  SmallVector<Value> coordinates;
                  for (int64_t i = 0; i < rank; ++i)
                    coordinates.push_back(i == axis ? m.wrap(args[0], extent)
                                                    : m.axis(i));
                  return coordinates;
                });
}

Value KernelConverter::gatherND(GatherNDOp op) {
  Location loc = op.getLoc();
  Dims from = getDims(op.getOperand()), indices = getDims(op.getIndices());
  int64_t batch = op.getBatchDims(), lead = int64_t(indices.size()) - 1,
          rank = getDims(op.getResult()).size(),
          depth = indices.back().constantValue().value_or(0);
  SmallVector<Value> extents;
  for (int64_t i = 0; i < depth; ++i)
    extents.push_back(size(from[batch + i]));
  Value numbers = get(op.getIndices());
  return readAt(op, {}, [&](IndexMath &m, ValueRange) {
    SmallVector<Value> position, coordinates;
    for (int64_t i = 0; i < lead; ++i)
      position.push_back(m.axis(i));
    for (int64_t i = 0; i < batch; ++i)
      coordinates.push_back(m.axis(i));
    for (int64_t i = 0; i < depth; ++i) {
      SmallVector<Value> at(position);
      at.push_back(m.constant(i));
      coordinates.push_back(m.wrap(extract(m.b, loc, numbers, at), extents[i]));
    }
    for (int64_t i = lead; i < rank; ++i)
      coordinates.push_back(m.axis(i));
    return coordinates;
  });
}

Value KernelConverter::reverseSequence(ReverseSequenceOp op) {
  int64_t time = op.getTimeAxis(), rank = getDims(op.getResult()).size();
  Value extent = size(getDims(op.getResult())[time]);
  auto map = AffineMap::get(rank, 0, b.getAffineDimExpr(op.getBatchAxis()));
  return readAt(
      op, {{get(op.getLengths()), map}}, [&](IndexMath &m, ValueRange args) {
        Value length = arith::IndexCastOp::create(m.b, op.getLoc(),
                                                  m.b.getIndexType(), args[0]);
        length = m.min(length, extent);
        Value t = m.axis(time);
        Value mirrored =
            m.clamp(m.sub(m.sub(length, m.constant(1)), t), extent);
        SmallVector<Value> coordinates;
        for (int64_t i = 0; i < rank; ++i)
          coordinates.push_back(
              i == time ? m.select(m.less(t, length), mirrored, t) : m.axis(i));
        return coordinates;
      });
}

LogicalResult KernelConverter::convertMovement(Operation *op) {
  Value converted =
      TypeSwitch<Operation *, Value>(op)
          .Case([&](ConstantOp op) { return constant(op); })
          .Case([&](TransposeOp op) { return transpose(op); })
          .Case([&](BroadcastOp op) { return broadcast(op); })
          .Case([&](RangeOp op) { return range(op); })
          .Case([&](PadOp op) { return padByCoordinates(op); })
          .Case([&](SliceOp op) { return slice(op); })
          .Case([&](GatherOp op) { return gather(op); })
          .Case([&](GatherElementsOp op) { return gatherElements(op); })
          .Case([&](GatherNDOp op) { return gatherND(op); })
          .Case([&](ReverseSequenceOp op) { return reverseSequence(op); })
          .Default([](Operation *) { return Value(); });
  if (!converted)
    return op->emitOpError("has no conversion to linalg");
  map(op->getResult(0), converted);
  return success();
}

} // namespace tilewright::graph

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

namespace {
/// Index arithmetic in a body.
struct IndexMath {
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
} // namespace

Value KernelConverter::padByCoordinates(PadOp op) {
  Location loc = op.getLoc();
  Value operand = get(op.getOperand());
  Dims from = getDims(op.getOperand()), to = getDims(op.getResult());
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
  return parallel(
      loc, to, storage(op.getResult()), {},
      [&](OpBuilder &builder, ValueRange) {
        IndexMath m{builder, loc};
        SmallVector<Value> coordinates;
        for (size_t i = 0; i < to.size(); ++i) {
          Value c = m.sub(m.axis(i), low[i]), n = extent[i];
          Value zero = m.constant(0), one = m.constant(1);
          if (op.getMode() == PadMode::Reflect) {
            // The pattern 0 1 .. n-1 n-2 .. 1 repeats with period 2n - 2.
            Value last = m.sub(n, one);
            Value period = m.max(m.mul(last, m.constant(2)), one);
            Value rest = arith::RemSIOp::create(builder, loc, c, period);
            rest = m.select(m.less(rest, zero), m.add(rest, period), rest);
            c = m.min(rest, m.sub(period, rest));
            c = m.select(m.less(last, one), zero, c);
          } else if (op.getMode() == PadMode::Wrap) {
            Value period = m.max(n, one);
            Value rest = arith::RemSIOp::create(builder, loc, c, period);
            c = m.select(m.less(rest, zero), m.add(rest, period), rest);
          }
          coordinates.push_back(m.add(m.clamp(c, n), first[i]));
        }
        return extract(builder, loc, operand, coordinates);
      });
}

LogicalResult KernelConverter::convertMovement(Operation *op) {
  Location loc = op->getLoc();
  Value result = op->getResult(0);
  Dims shape = getDims(result);
  Type type = storage(result);
  int64_t rank = int64_t(shape.size());
  auto identityBody = [](OpBuilder &, ValueRange args) { return args[0]; };
  auto convertedOperand = [&] { return get(op->getOperand(0)); };

  Value converted =
      TypeSwitch<Operation *, Value>(op)
          .Case([&](ConstantOp constant) -> Value {
            auto splat = dyn_cast<SplatElementsAttr>(constant.getValue());
            if (!splat)
              return {};
            return parallel(loc, shape, type, {},
                            [&](OpBuilder &builder, ValueRange) -> Value {
                              Attribute value =
                                  splat.getSplatValue<Attribute>();
                              if (auto number = dyn_cast<IntegerAttr>(value))
                                value = builder.getIntegerAttr(
                                    type, number.getValue().zextOrTrunc(
                                              type.getIntOrFloatBitWidth()));
                              return arith::ConstantOp::create(
                                  builder, loc, type, cast<TypedAttr>(value));
                            });
          })
          .Case([&](TransposeOp transpose) {
            // The operand's axis permutation[i] is the result's axis i.
            SmallVector<AffineExpr> exprs(rank);
            for (auto [i, axis] : llvm::enumerate(transpose.getPermutation()))
              exprs[axis] = b.getAffineDimExpr(i);
            return parallel(loc, shape, type,
                            {{convertedOperand(),
                              AffineMap::get(rank, 0, exprs, b.getContext())}},
                            identityBody);
          })
          .Case([&](BroadcastOp) {
            return elementwise(loc, shape, type, {convertedOperand()},
                               identityBody);
          })
          .Case([&](RangeOp range) {
            Type element = elementOf(result);
            return elementwise(
                loc, shape, type,
                {get(range.getStart()), get(range.getDelta())},
                [&](OpBuilder &builder, ValueRange args) {
                  ScalarEmitter emit(builder, loc);
                  Value start = emit.load(args[0], element),
                        delta = emit.load(args[1], element);
                  Value i = arith::IndexCastOp::create(
                      builder, loc, builder.getI64Type(),
                      linalg::IndexOp::create(builder, loc, 0));
                  Value step = emit.cast(i, builder.getI64Type(), element);
                  Value offset =
                      emit.binary(BinaryKind::Mul, step, delta, element);
                  return emit.store(
                      emit.binary(BinaryKind::Add, start, offset, element),
                      element);
                });
          })
          .Case([&](PadOp pad) { return padByCoordinates(pad); })
          .Case([&](SliceOp slice) {
            SmallVector<Value> starts;
            for (const DimExpr &start : slice.getStarts().exprs())
              starts.push_back(size(start));
            return parallel(
                loc, shape, type, {}, [&](OpBuilder &builder, ValueRange) {
                  IndexMath m{builder, loc};
                  SmallVector<Value> coordinates;
                  for (int64_t i = 0; i < rank; ++i)
                    coordinates.push_back(m.add(
                        starts[i],
                        m.mul(m.axis(i), m.constant(slice.getSteps()[i]))));
                  return extract(builder, loc, convertedOperand(), coordinates);
                });
          })
          .Case([&](GatherOp gather) {
            Dims from = getDims(gather.getOperand());
            int64_t axis = gather.getAxis(),
                    count = int64_t(getDims(gather.getIndices()).size());
            SmallVector<AffineExpr> exprs;
            for (int64_t i = 0; i < count; ++i)
              exprs.push_back(b.getAffineDimExpr(axis + i));
            Value extent = size(from[axis]);
            return parallel(
                loc, shape, type,
                {{get(gather.getIndices()),
                  AffineMap::get(rank, 0, exprs, b.getContext())}},
                [&](OpBuilder &builder, ValueRange args) {
                  IndexMath m{builder, loc};
                  SmallVector<Value> coordinates;
                  for (int64_t i = 0; i < int64_t(from.size()); ++i)
                    coordinates.push_back(
                        i == axis ? m.wrap(args[0], extent)
                                  : m.axis(i < axis ? i : i + count - 1));
                  return extract(builder, loc, convertedOperand(), coordinates);
                });
          })
          .Case([&](GatherElementsOp gather) {
            int64_t axis = gather.getAxis();
            Value extent = size(getDims(gather.getOperand())[axis]);
            return parallel(
                loc, shape, type,
                {{get(gather.getIndices()), b.getMultiDimIdentityMap(rank)}},
                [&](OpBuilder &builder, ValueRange args) {
                  IndexMath m{builder, loc};
                  SmallVector<Value> coordinates;
                  for (int64_t i = 0; i < rank; ++i)
                    coordinates.push_back(i == axis ? m.wrap(args[0], extent)
                                                    : m.axis(i));
                  return extract(builder, loc, convertedOperand(), coordinates);
                });
          })
          .Case([&](GatherNDOp gather) {
            Dims from = getDims(gather.getOperand()),
                 indices = getDims(gather.getIndices());
            int64_t batch = gather.getBatchDims(),
                    lead = int64_t(indices.size()) - 1;
            int64_t depth = indices.back().constantValue().value_or(0);
            SmallVector<Value> extents;
            for (int64_t i = 0; i < depth; ++i)
              extents.push_back(size(from[batch + i]));
            return parallel(
                loc, shape, type, {}, [&](OpBuilder &builder, ValueRange) {
                  IndexMath m{builder, loc};
                  SmallVector<Value> position, coordinates;
                  for (int64_t i = 0; i < lead; ++i)
                    position.push_back(m.axis(i));
                  for (int64_t i = 0; i < batch; ++i)
                    coordinates.push_back(m.axis(i));
                  for (int64_t i = 0; i < depth; ++i) {
                    SmallVector<Value> at(position);
                    at.push_back(m.constant(i));
                    coordinates.push_back(m.wrap(
                        extract(builder, loc, get(gather.getIndices()), at),
                        extents[i]));
                  }
                  for (int64_t i = lead; i < rank; ++i)
                    coordinates.push_back(m.axis(i));
                  return extract(builder, loc, convertedOperand(), coordinates);
                });
          })
          .Case([&](ReverseSequenceOp reverse) {
            int64_t time = reverse.getTimeAxis(),
                    batch = reverse.getBatchAxis();
            Value extent = size(shape[time]);
            AffineMap map = AffineMap::get(rank, 0, b.getAffineDimExpr(batch));
            return parallel(
                loc, shape, type, {{get(reverse.getLengths()), map}},
                [&](OpBuilder &builder, ValueRange args) {
                  IndexMath m{builder, loc};
                  Value length = arith::IndexCastOp::create(
                      builder, loc, builder.getIndexType(), args[0]);
                  length = m.min(length, extent);
                  Value t = m.axis(time);
                  Value mirrored =
                      m.clamp(m.sub(m.sub(length, m.constant(1)), t), extent);
                  SmallVector<Value> coordinates;
                  for (int64_t i = 0; i < rank; ++i)
                    coordinates.push_back(
                        i == time ? m.select(m.less(t, length), mirrored, t)
                                  : m.axis(i));
                  return extract(builder, loc, convertedOperand(), coordinates);
                });
          })
          .Default([](Operation *) { return Value(); });
  if (!converted)
    return op->emitOpError("has no conversion to linalg");
  map(result, converted);
  return success();
}

} // namespace tilewright::graph

//===- EmitContraction.cpp
//--------------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Contractions accumulate over the contracted axis in a loop of tile.dot. Where
// the axis does not fill its last tile both operands are filled with 0: what
// stands there must not meet a NaN.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace tilewright::tiling {

/// The element type in which products are summed.
static Type accumulatorType(Type element) {
  if (element.isF16() || element.isBF16())
    return Float32Type::get(element.getContext());
  return element;
}

/// Rounds an accumulator tile to the result's element type.
static Value toElement(OpBuilder &b, Location loc, Value acc, Type element) {
  auto type = cast<RankedTensorType>(acc.getType());
  if (type.getElementType() == element)
    return acc;
  return arith::TruncFOp::create(b, loc, type.clone(element), acc);
}

/// How much of the contracted axis one tile.dot takes: a divisor of the extent
/// leaves no edge. With groups it must divide: an edge would reach into the
/// next group's channels.
static int64_t contractionTile(const DimExpr &extent, int64_t wanted,
                               int64_t groups = 1) {
  auto known = extent.constantValue();
  if (!known)
    return groups > 1 ? 1 : wanted;
  if (*known <= 4)
    return std::max<int64_t>(*known, 1);
  for (int64_t tile = wanted; tile > 1; --tile)
    if (*known % tile == 0)
      return tile;
  return groups > 1 ? 1 : wanted;
}

Value Emitter::emitMatmul(graph::MatmulOp op, const Request &request) {
  unsigned at = depth;
  Type element =
      cast<RankedTensorType>(op.getResult().getType()).getElementType();
  Type accElement = accumulatorType(element);
  TypedAttr zero = b.getZeroAttr(
      cast<RankedTensorType>(op.getLhs().getType()).getElementType());
  int64_t rank = int64_t(request.axes.size());
  const Axis &m = request.axes[rank - 2], &n = request.axes[rank - 1];

  SmallVector<int64_t> batch;
  bool unitBatch = true;
  for (int64_t i = 0; i < rank - 2; ++i) {
    batch.push_back(request.axes[i].size);
    unitBatch &= request.axes[i].size == 1;
  }
  Dims lhsDims = dims(op.getLhs()), rhsDims = dims(op.getRhs());
  DimExpr depthExtent =
      lhsDims[op.getTransposeLhs() ? lhsDims.size() - 2 : lhsDims.size() - 1];
  int64_t step = contractionTile(depthExtent, schedule.contraction);

  // The request of an operand, its last two axes in the operand's own order.
  auto operandAxes = [&](const Dims &operand, const Axis &row,
                         const Axis &column, bool transposed) {
    Axes axes;
    int64_t missing = rank - int64_t(operand.size());
    for (size_t i = 0; i + 2 < operand.size(); ++i) {
      Axis axis = request.axes[missing + i];
      if (operand[i].isConstant(1))
        axis = Axis{};
      axes.push_back(axis);
    }
    axes.push_back(transposed ? column : row);
    axes.push_back(transposed ? row : column);
    return axes;
  };
  // Brings an operand's tile to [row, column] or [batch..., row, column].
  auto toMatrix = [&](Value tile, int64_t rows, int64_t columns,
                      bool transposed) {
    ArrayRef<int64_t> shape = cast<RankedTensorType>(tile.getType()).getShape();
    SmallVector<int64_t> flat = {transposed ? columns : rows,
                                 transposed ? rows : columns};
    if (unitBatch) {
      tile = reshape(tile, flat);
      return transposed ? transpose(tile, {1, 0}) : tile;
    }
    SmallVector<int64_t> full(rank - shape.size(), 1);
    full.append(shape.begin(), shape.end());
    tile = reshape(tile, full);
    SmallVector<int64_t> target(batch);
    target.append(flat);
    tile = broadcast(tile, target);
    if (!transposed)
      return tile;
    SmallVector<int64_t> permutation;
    for (int64_t i = 0; i < rank - 2; ++i)
      permutation.push_back(i);
    permutation.append({rank - 1, rank - 2});
    return transpose(tile, permutation);
  };

  SmallVector<int64_t> accShape(unitBatch ? SmallVector<int64_t>{} : batch);
  accShape.append({m.size, n.size});
  Value acc = serialLoop(
      depthExtent, step, splat(b.getZeroAttr(accElement), accShape),
      [&](Offset offset, Value carried) -> Value {
        unsigned inner = depth;
        Axis k{offset, step, 1, /*filled=*/true};
        Axis row = m, column = n;
        row.filled = column.filled = false;
        Value lhs = emit(
            Request{op.getLhs(),
                    operandAxes(lhsDims, row, k, op.getTransposeLhs()), zero});
        Value rhs = emit(Request{
            op.getRhs(), operandAxes(rhsDims, k, column, op.getTransposeRhs()),
            zero});
        if (!lhs || !rhs)
          return {};
        setInsertionPoint(inner);
        return tile::DotOp::create(
            b, loc, toMatrix(lhs, m.size, step, op.getTransposeLhs()),
            toMatrix(rhs, step, n.size, op.getTransposeRhs()), carried);
      });
  if (!acc)
    return {};
  setInsertionPoint(at);
  return toElement(b, loc, reshape(acc, shapeOf(request.axes)), element);
}

/// input[n, o * stride + k * dilation - pad_low, c]: loops over the kernel's
/// positions and the input channels of the group. The padding is a bound of the
/// load.
Value Emitter::emitConv(graph::ConvOp op, const Request &request) {
  int64_t groups = op.getGroups();
  Dims inputDims = dims(op.getInput()), filterDims = dims(op.getFilter());
  int64_t spatial = int64_t(op.getStrides().size());
  DimExpr channels = filterDims[spatial];
  auto outputs = filterDims[spatial + 1].constantValue();
  if (groups > 1 && channels.isConstant(1) && outputs == groups)
    return emitDepthwise(op, request);

  unsigned at = depth;
  Type element =
      cast<RankedTensorType>(op.getResult().getType()).getElementType();
  TypedAttr zero = b.getZeroAttr(element);
  const Axis &o = request.axes.back();
  if (groups > 1 && (!outputs || (*outputs / groups) % o.size != 0)) {
    op.emitOpError(
        "expected the tile of the output channels to divide those of a group");
    return {};
  }
  // The first input channel of the group of this tile.
  Offset groupStart(0);
  if (groups > 1) {
    AffineExpr d0 = b.getAffineDimExpr(0);
    int64_t perGroup = *outputs / groups;
    Value start = materialize(o.offset);
    Value group = affine::AffineApplyOp::create(
        b, loc,
        AffineMap::get(1, 0, d0.floorDiv(perGroup) * *channels.constantValue()),
        ValueRange{start});
    groupStart = Offset(group);
  }
  int64_t rows = 1;
  for (int64_t i = 0; i <= spatial; ++i)
    rows *= request.axes[i].size;
  int64_t step = contractionTile(channels, schedule.contraction, groups);
  SmallVector<DimExpr> low = llvm::to_vector(op.getPadLow().exprs());

  SmallVector<Offset> position(spatial, Offset(0));
  std::function<Value(int64_t, Value)> nest = [&](int64_t i,
                                                  Value acc) -> Value {
    if (i < spatial)
      return serialLoop(filterDims[i], 1, acc,
                        [&](Offset offset, Value carried) {
                          position[i] = offset;
                          return nest(i + 1, carried);
                        });
    return serialLoop(
        channels, step, acc, [&](Offset channel, Value carried) -> Value {
          unsigned inner = depth;
          Axes input = {request.axes[0]};
          Axes filter;
          for (int64_t s = 0; s < spatial; ++s) {
            const Axis &out = request.axes[s + 1];
            Axis axis;
            axis.offset = out.offset * op.getStrides()[s] +
                          position[s] * op.getDilations()[s] - offsetOf(low[s]);
            axis.size = out.size;
            axis.stride = out.stride * op.getStrides()[s];
            axis.filled = true;
            input.push_back(axis);
            filter.push_back(Axis{position[s]});
          }
          input.front().filled = false;
          Axis c{groupStart + channel, step, 1, true};
          input.push_back(c);
          filter.push_back(Axis{channel, step, 1, true});
          Axis column = o;
          column.filled = false;
          filter.push_back(column);
          Value x = emit(Request{op.getInput(), input, zero});
          Value w = emit(Request{op.getFilter(), filter, zero});
          if (!x || !w)
            return {};
          setInsertionPoint(inner);
          return tile::DotOp::create(b, loc, reshape(x, {rows, step}),
                                     reshape(w, {step, o.size}), carried);
        });
  };
  Value acc =
      nest(0, splat(b.getZeroAttr(accumulatorType(element)), {rows, o.size}));
  if (!acc)
    return {};
  setInsertionPoint(at);
  return toElement(b, loc, reshape(acc, shapeOf(request.axes)), element);
}

/// One input channel per output channel: elementwise along the channels.
Value Emitter::emitDepthwise(graph::ConvOp op, const Request &request) {
  unsigned at = depth;
  Type element =
      cast<RankedTensorType>(op.getResult().getType()).getElementType();
  Type accElement = accumulatorType(element);
  TypedAttr zero = b.getZeroAttr(element);
  Dims filterDims = dims(op.getFilter());
  int64_t spatial = int64_t(op.getStrides().size());
  SmallVector<DimExpr> low = llvm::to_vector(op.getPadLow().exprs());
  SmallVector<int64_t> shape = shapeOf(request.axes);
  auto widen = [&](Value tile) -> Value {
    auto type = cast<RankedTensorType>(tile.getType());
    if (type.getElementType() == accElement)
      return tile;
    return arith::ExtFOp::create(b, loc, type.clone(accElement), tile);
  };
  SmallVector<Offset> position(spatial, Offset(0));
  std::function<Value(int64_t, Value)> nest = [&](int64_t i,
                                                  Value acc) -> Value {
    if (i < spatial)
      return serialLoop(filterDims[i], 1, acc,
                        [&](Offset offset, Value carried) {
                          position[i] = offset;
                          return nest(i + 1, carried);
                        });
    unsigned inner = depth;
    Axes input = {request.axes[0]}, filter;
    for (int64_t s = 0; s < spatial; ++s) {
      const Axis &out = request.axes[s + 1];
      input.push_back(Axis{out.offset * op.getStrides()[s] +
                               position[s] * op.getDilations()[s] -
                               offsetOf(low[s]),
                           out.size, out.stride * op.getStrides()[s], true});
      filter.push_back(Axis{position[s]});
    }
    filter.push_back(Axis{});
    input.push_back(request.axes.back());
    filter.push_back(request.axes.back());
    input.front().filled = input.back().filled = filter.back().filled = false;
    Value x = emit(Request{op.getInput(), input, zero});
    Value w = emit(Request{op.getFilter(), filter, {}});
    if (!x || !w)
      return {};
    setInsertionPoint(inner);
    SmallVector<int64_t> row(shape.size(), 1);
    row.back() = shape.back();
    w = broadcast(reshape(w, row), shape);
    x = widen(x);
    w = widen(w);
    if (isa<FloatType>(accElement)) {
      Value product =
          arith::MulFOp::create(b, loc, x, w, arith::FastMathFlags::contract);
      return arith::AddFOp::create(b, loc, product, acc,
                                   arith::FastMathFlags::contract);
    }
    return arith::AddIOp::create(b, loc, arith::MulIOp::create(b, loc, x, w),
                                 acc);
  };
  Value acc = nest(0, splat(b.getZeroAttr(accElement), shape));
  if (!acc)
    return {};
  setInsertionPoint(at);
  return toElement(b, loc, acc, element);
}

/// Result y takes input x = (y + pad_low - k * dilation) / stride for every
/// kernel position k for which that is whole and inside. The tiles of the
/// spatial axes are 1, so whether x exists is a bound of 0 or 1 on the load.
Value Emitter::emitConvTranspose(graph::ConvTransposeOp op,
                                 const Request &request) {
  unsigned at = depth;
  int64_t groups = op.getGroups(), spatial = int64_t(op.getStrides().size());
  Dims inputDims = dims(op.getInput()), filterDims = dims(op.getFilter());
  DimExpr channels = filterDims[spatial];
  auto outputs = filterDims[spatial + 1].constantValue();
  Type element =
      cast<RankedTensorType>(op.getResult().getType()).getElementType();
  TypedAttr zero = b.getZeroAttr(element);
  const Axis &o = request.axes.back();
  int64_t step = contractionTile(channels, schedule.contraction, groups);
  bool unit = llvm::all_of(ArrayRef(request.axes).drop_back(),
                           [](const Axis &axis) { return axis.size == 1; });
  if (!unit ||
      (groups > 1 && (!outputs || (*outputs / groups) % o.size != 0)) ||
      !isa<BlockArgument>(op.getInput())) {
    op.emitOpError("expected a buffer as input, tiles of 1 but for the output "
                   "channels, and those within a group");
    return {};
  }
  Offset groupStart(0);
  if (groups > 1) {
    AffineExpr d0 = b.getAffineDimExpr(0);
    groupStart = Offset(affine::AffineApplyOp::create(
                            b, loc,
                            AffineMap::get(1, 0,
                                           d0.floorDiv(*outputs / groups) *
                                               *channels.constantValue()),
                            ValueRange{materialize(o.offset)})
                            .getResult());
  }
  SmallVector<DimExpr> low = llvm::to_vector(op.getPadLow().exprs());
  SmallVector<Offset> position(spatial, Offset(0));
  std::function<Value(int64_t, Value)> nest = [&](int64_t i,
                                                  Value acc) -> Value {
    if (i < spatial)
      return serialLoop(filterDims[i], 1, acc,
                        [&](Offset offset, Value carried) {
                          position[i] = offset;
                          return nest(i + 1, carried);
                        });
    // Where the input element is, and whether it exists.
    AffineExpr d0 = b.getAffineDimExpr(0);
    SmallVector<Value> at = {materialize(request.axes[0].offset)};
    Value exists;
    for (int64_t s = 0; s < spatial; ++s) {
      int64_t stride = op.getStrides()[s];
      Value numerator =
          materialize(request.axes[s + 1].offset + offsetOf(low[s]) -
                      position[s] * op.getDilations()[s]);
      Value index = affine::AffineApplyOp::create(
          b, loc, AffineMap::get(1, 0, d0.floorDiv(stride)),
          ValueRange{numerator});
      Value rest = affine::AffineApplyOp::create(
          b, loc, AffineMap::get(1, 0, d0 % stride), ValueRange{numerator});
      Value nought = materialize(Offset(0)),
            extent = extentValue(inputDims[s + 1]);
      Value whole =
          arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, rest, nought);
      Value from = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge,
                                         index, nought);
      Value below = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt,
                                          index, extent);
      Value here = arith::AndIOp::create(
          b, loc, whole, arith::AndIOp::create(b, loc, from, below));
      exists = exists ? arith::AndIOp::create(b, loc, exists, here).getResult()
                      : here;
      at.push_back(index);
    }
    Value one = materialize(Offset(1));
    Value hi =
        arith::SelectOp::create(b, loc, exists, one, materialize(Offset(0)));
    return serialLoop(
        channels, step, acc, [&](Offset channel, Value carried) -> Value {
          unsigned inner = depth;
          SmallVector<Value> offsets(at);
          Axis c{groupStart + channel, step, 1, true};
          offsets.push_back(materialize(c.offset));
          SmallVector<int64_t> shape(spatial + 1, 1);
          shape.push_back(step);
          Axes filter;
          for (int64_t s = 0; s < spatial; ++s)
            filter.push_back(Axis{position[s]});
          filter.push_back(Axis{channel, step, 1, true});
          Axis column = o;
          column.filled = false;
          filter.push_back(column);
          // The bound along the channels is the one that the filter has.
          Request filterRequest{op.getFilter(), filter, zero};
          Bounds filterBounds = bounds(filterRequest);
          SmallVector<OpFoldResult> lower(spatial + 2, b.getIndexAttr(0)),
              upper(spatial + 2, b.getIndexAttr(1));
          upper[1] = hi;
          upper.back() = filterBounds.hi[spatial];
          auto type = RankedTensorType::get(shape, element);
          Value x = tile::LoadOp::create(
              b, loc, type, buffers.lookup(op.getInput()), offsets, lower,
              upper, SmallVector<int64_t>(), zero);
          Value w = emit(filterRequest);
          if (!w)
            return {};
          setInsertionPoint(inner);
          return tile::DotOp::create(b, loc, reshape(x, {1, step}),
                                     reshape(w, {step, o.size}), carried);
        });
  };
  Value acc =
      nest(0, splat(b.getZeroAttr(accumulatorType(element)), {1, o.size}));
  if (!acc)
    return {};
  setInsertionPoint(at);
  return toElement(b, loc, reshape(acc, shapeOf(request.axes)), element);
}

} // namespace tilewright::tiling

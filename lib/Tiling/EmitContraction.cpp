//===- EmitContraction.cpp - matmuls and convolutions as tiles ------------===//
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
#include "mlir/Dialect/Arith/Utils/Utils.h"

using namespace mlir;

namespace tilewright::tiling {

Type accumulatorType(Type element) {
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

/// Whether `tile` output channels are always of one group, and it is known
/// which input channels that has.
static bool areInGroup(int64_t tile, int64_t groups, const graph::Dims &input,
                       const graph::Dims &filter) {
  if (groups == 1)
    return true;
  auto outputs = filter.back().constantValue();
  return outputs && (*outputs / groups) % tile == 0 &&
         filter[filter.size() - 2].constantValue() &&
         input.back().constantValue();
}

/// The first input channel of the group that the output channels `o` are in.
/// The minimum changes nothing; it says that a whole group follows.
Offset Emitter::firstChannel(const Axis &o, int64_t outputsPerGroup,
                             const DimExpr &inputs, const DimExpr &channels) {
  int64_t all = *inputs.constantValue(), each = *channels.constantValue();
  AffineExpr group = b.getAffineDimExpr(0).floorDiv(outputsPerGroup) * each;
  AffineMap map = AffineMap::get(
      1, 0, {group, b.getAffineConstantExpr(all - each)}, b.getContext());
  Value start = affine::AffineMinOp::create(b, loc, map,
                                            ValueRange{materialize(o.offset)});
  inductions[start] = {inputs, each};
  return Offset(start);
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
  if (!areInGroup(o.size, groups, inputDims, filterDims)) {
    op.emitOpError("expected groups of known numbers of channels, and a tile "
                   "of output channels that divides those of a group");
    return {};
  }
  Offset groupStart = groups > 1 ? firstChannel(o, *outputs / groups,
                                                inputDims.back(), channels)
                                 : Offset(0);
  int64_t rows = 1;
  for (int64_t i = 0; i <= spatial; ++i)
    rows *= request.axes[i].size;
  int64_t step = contractionTile(channels, schedule.contraction, groups);
  SmallVector<DimExpr> low = llvm::to_vector(op.getPadLow().exprs());

  auto perPosition = [&](ArrayRef<Offset> position, Value acc) -> Value {
    return serialLoop(
        channels, step, acc, [&](Offset channel, Value carried) -> Value {
          unsigned inner = depth;
          Axes input = {request.axes[0]};
          Axes filter;
          for (int64_t s = 0; s < spatial; ++s) {
            input.push_back(windowAxis(request.axes[s + 1], op.getStrides()[s],
                                       position[s] * op.getDilations()[s],
                                       low[s]));
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
      serialNest(ArrayRef(filterDims).take_front(spatial),
                 splat(b.getZeroAttr(accumulatorType(element)), {rows, o.size}),
                 perPosition);
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
  auto perPosition = [&](ArrayRef<Offset> position, Value acc) -> Value {
    unsigned inner = depth;
    Axes input = {request.axes[0]}, filter;
    for (int64_t s = 0; s < spatial; ++s) {
      input.push_back(windowAxis(request.axes[s + 1], op.getStrides()[s],
                                 position[s] * op.getDilations()[s], low[s]));
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
  Value acc = serialNest(ArrayRef(filterDims).take_front(spatial),
                         splat(b.getZeroAttr(accElement), shape), perPosition);
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
  if (!unit || !areInGroup(o.size, groups, inputDims, filterDims) ||
      !isa<BlockArgument>(op.getInput()) ||
      !isa<BlockArgument>(op.getFilter())) {
    op.emitOpError(
        "expected buffers as operands, tiles of 1 but for the output "
        "channels, and those within a group of known channels");
    return {};
  }
  Offset groupStart = groups > 1 ? firstChannel(o, *outputs / groups,
                                                inputDims.back(), channels)
                                 : Offset(0);
  SmallVector<DimExpr> low = llvm::to_vector(op.getPadLow().exprs());
  auto perPosition = [&](ArrayRef<Offset> position, Value acc) -> Value {
    // Where the input element is; `whole` is 1 if there is one, else 0.
    AffineExpr d0 = b.getAffineDimExpr(0), d1 = b.getAffineDimExpr(1);
    AffineExpr one = b.getAffineConstantExpr(1);
    Axes input = {request.axes[0]};
    Axes filter;
    SmallVector<Value> whole;
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
      whole.push_back(affine::AffineMaxOp::create(
          b, loc, AffineMap::get(1, 0, {one - d0, one - one}, b.getContext()),
          ValueRange{rest}));
      input.push_back(Axis{Offset(index), 1, 1, true});
      filter.push_back(Axis{position[s]});
    }
    return serialLoop(
        channels, step, acc, [&](Offset channel, Value carried) -> Value {
          unsigned inner = depth;
          Axes inputAxes = input, filterAxes = filter;
          inputAxes.push_back(Axis{groupStart + channel, step, 1, true});
          filterAxes.push_back(Axis{channel, step, 1, true});
          Axis column = o;
          column.filled = false;
          filterAxes.push_back(column);
          Bounds inputBounds = bounds(Request{op.getInput(), inputAxes, zero});
          Bounds filterBounds =
              bounds(Request{op.getFilter(), filterAxes, zero});
          // Where there is no input element both operands are 0 along k: a
          // weight that takes no part cannot bring in a NaN.
          auto value = [&](OpFoldResult fold) {
            return getValueOrCreateConstantIndexOp(b, loc, fold);
          };
          for (int64_t s = 0; s < spatial; ++s) {
            OpFoldResult &end = inputBounds.hi[s + 1];
            end = affine::AffineMinOp::create(
                      b, loc, AffineMap::get(2, 0, {d0, d1}, b.getContext()),
                      ValueRange{value(end), whole[s]})
                      .getResult();
            AffineExpr d2 = b.getAffineDimExpr(2);
            AffineMap both =
                AffineMap::get(3, 0, {d0, (d1 - d2) * step}, b.getContext());
            OpFoldResult &k = filterBounds.hi[spatial];
            k = affine::AffineMinOp::create(
                    b, loc, both,
                    ValueRange{value(k), value(end),
                               value(inputBounds.lo[s + 1])})
                    .getResult();
          }
          inputBounds.hi.back() = filterBounds.hi[spatial];
          auto load = [&](Value from, const Axes &axes,
                          const Bounds &inside) -> Value {
            SmallVector<Value> offsets;
            for (const Axis &axis : axes)
              offsets.push_back(materialize(axis.offset));
            auto type = RankedTensorType::get(shapeOf(axes), element);
            return tile::LoadOp::create(b, loc, type, buffers.lookup(from),
                                        offsets, inside.lo, inside.hi,
                                        SmallVector<int64_t>(), zero);
          };
          Value x = load(op.getInput(), inputAxes, inputBounds);
          Value w = load(op.getFilter(), filterAxes, filterBounds);
          setInsertionPoint(inner);
          return tile::DotOp::create(b, loc, reshape(x, {1, step}),
                                     reshape(w, {step, o.size}), carried);
        });
  };
  Value acc = serialNest(
      ArrayRef(filterDims).take_front(spatial),
      splat(b.getZeroAttr(accumulatorType(element)), {1, o.size}), perPosition);
  if (!acc)
    return {};
  setInsertionPoint(at);
  return toElement(b, loc, reshape(acc, shapeOf(request.axes)), element);
}

} // namespace tilewright::tiling

//===- EmitGeneric.cpp - elementwise ops and reductions as tiles ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

#include "tilewright/Analysis/TileEdges.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace tilewright::tiling {

/// Whether `mapAxes` knows the operand's axes: those of the iteration, and
/// constant positions.
static bool isSimple(AffineMap map) {
  return llvm::all_of(map.getResults(),
                      llvm::IsaPred<AffineDimExpr, AffineConstantExpr>);
}

/// The op that combines the two arguments of a body, if that is all that the
/// body does.
static Operation *getCombiner(Block &body) {
  if (body.getNumArguments() != 2 ||
      !llvm::hasSingleElement(body.without_terminator()))
    return nullptr;
  Operation *op = &body.front();
  Value x = body.getArgument(0), y = body.getArgument(1);
  if (op->getNumOperands() != 2 || op->getNumResults() != 1 ||
      body.getTerminator()->getOperand(0) != op->getResult(0))
    return nullptr;
  Value a = op->getOperand(0), b = op->getOperand(1);
  return (a == x && b == y) || (a == y && b == x) ? op : nullptr;
}

/// The request for an operand that is read through `map`.
static Axes mapAxes(AffineMap map, const Axes &axes) {
  Axes mapped;
  for (AffineExpr expr : map.getResults()) {
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      mapped.push_back(axes[dim.getPosition()]);
    else
      mapped.push_back(Axis{Offset(cast<AffineConstantExpr>(expr).getValue())});
    mapped.back().filled = false;
  }
  return mapped;
}

/// Elementwise: the operands' tiles, brought to the axes of the iteration.
Value Emitter::emitElementwise(linalg::GenericOp op, const Request &request) {
  unsigned at = depth;
  SmallVector<Value> tiles;
  if (op.getNumDpsInits() != 1 ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity()) {
    op.emitOpError("expected one result, over the axes of the iteration");
    return {};
  }
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    if (!isSimple(map)) {
      op.emitOpError("expected operands over axes of the iteration and "
                     "constant positions");
      return {};
    }
    Value tile = emit(Request{input->get(), mapAxes(map, request.axes), {}});
    if (!tile)
      return {};
    setInsertionPoint(at);
    // Drop the constant axes, sort the others, put in axes of size 1.
    SmallVector<std::pair<int64_t, int64_t>>
        order; // (iteration axis, operand axis)
    SmallVector<int64_t> squeezed;
    ArrayRef<int64_t> shape = cast<RankedTensorType>(tile.getType()).getShape();
    for (auto [i, expr] : llvm::enumerate(map.getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
        order.push_back({dim.getPosition(), int64_t(squeezed.size())});
        squeezed.push_back(shape[i]);
      }
    llvm::sort(order);
    tile = reshape(tile, squeezed);
    SmallVector<int64_t> permutation, expanded(request.axes.size(), 1);
    for (auto [axis, from] : order) {
      permutation.push_back(from);
      expanded[axis] = squeezed[from];
    }
    tiles.push_back(reshape(transpose(tile, permutation), expanded));
  }
  return emitBody(op, tiles, request);
}

/// The body on tiles. Operand tiles are broadcast to the request's shape only
/// where they meet others, that is, all at once here.
Value Emitter::emitBody(linalg::GenericOp op, ArrayRef<Value> tiles,
                        const Request &request) {
  unsigned at = depth;
  SmallVector<int64_t> shape = shapeOf(request.axes);
  IRMapping mapping;
  Block &body = op.getRegion().front();
  for (auto [argument, tile] : llvm::zip(body.getArguments(), tiles))
    mapping.map(argument, broadcast(tile, shape));
  auto asTile = [&](Value value) -> Value {
    if (Value mapped = mapping.lookupOrNull(value))
      return mapped;
    // From outside the body: a constant or an index argument.
    Value tile;
    Attribute constant;
    if (matchPattern(value, m_Constant(&constant)))
      tile = splat(cast<TypedAttr>(constant), shape);
    else if (Value scalar = buffers.lookupOrNull(value))
      tile = tile::SplatOp::create(
          b, loc, RankedTensorType::get(shape, value.getType()), scalar);
    if (tile)
      mapping.map(value, tile);
    return tile;
  };
  for (Operation &inner : body.without_terminator()) {
    if (auto constant = dyn_cast<arith::ConstantOp>(inner)) {
      mapping.map(constant.getResult(),
                  splat(cast<TypedAttr>(constant.getValue()), shape));
      continue;
    }
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      mapping.map(index.getResult(), coordinates(request, index.getDim()));
      continue;
    }
    if (auto extract = dyn_cast<tensor::ExtractOp>(inner)) {
      if (!isa<BlockArgument>(extract.getTensor())) {
        op.emitOpError(
            "reads computed addresses of a value that is not a buffer");
        return {};
      }
      Value buffer = buffers.lookup(extract.getTensor());
      SmallVector<Value> at;
      for (Value coordinate : extract.getIndices())
        at.push_back(asTile(coordinate));
      Bounds inside = bounds(Request{op.getResult(0), request.axes, {}});
      // Of an empty buffer nothing is read, and the elements are 0: the bound
      // is 0 then. A scalar becomes an axis that can have a bound.
      SmallVector<int64_t> bounded = shape;
      TypedAttr fill;
      for (const DimExpr &extent : dims(extract.getTensor())) {
        if (extent.bounds({}).lo > 0)
          continue;
        fill = b.getZeroAttr(extract.getType());
        if (bounded.empty()) {
          bounded.push_back(1);
          inside.lo.push_back(b.getIndexAttr(0));
          inside.hi.push_back(b.getIndexAttr(1));
          for (Value &coordinate : at)
            coordinate = reshape(coordinate, bounded);
        }
        AffineMap least = AffineMap::get(
            1, 1,
            {b.getAffineDimExpr(0), b.getAffineSymbolExpr(0) * bounded.front()},
            b.getContext());
        Value hi = getValueOrCreateConstantIndexOp(b, loc, inside.hi.front());
        inside.hi.front() =
            affine::AffineMinOp::create(b, loc, least,
                                        ValueRange{hi, extentValue(extent)})
                .getResult();
      }
      auto type = RankedTensorType::get(bounded, extract.getType());
      Value gathered = tile::GatherOp::create(b, loc, type, buffer, at,
                                              inside.lo, inside.hi, fill);
      mapping.map(extract.getResult(), reshape(gathered, shape));
      continue;
    }
    SmallVector<Value> operands;
    for (Value operand : inner.getOperands()) {
      operands.push_back(asTile(operand));
      if (!operands.back()) {
        inner.emitOpError("has an operand that no tile can be made of");
        return {};
      }
    }
    OperationState state(inner.getLoc(), inner.getName(), operands, {},
                         inner.getAttrs());
    for (Type type : inner.getResultTypes())
      state.types.push_back(RankedTensorType::get(shape, type));
    state.propertiesAttr = inner.getPropertiesAsAttribute();
    Operation *clone = b.create(state);
    mapping.map(inner.getResults(), clone->getResults());
  }
  setInsertionPoint(at);
  return asTile(body.getTerminator()->getOperand(0));
}

/// Loops over the reduced axes, outermost first; the accumulator is a tile of
/// the iteration's shape; a tree over its reduced axes at the end.
Value Emitter::emitReduction(linalg::GenericOp op, const Request &request) {
  unsigned at = depth;
  Operation *combiner = getCombiner(op.getRegion().front());
  auto kind = combiner ? getCombineKind(combiner) : std::nullopt;
  auto fill = op.getDpsInits()[0].getDefiningOp<linalg::FillOp>();
  Attribute neutral;
  if (!kind || !fill ||
      !matchPattern(fill.getInputs()[0], m_Constant(&neutral)) ||
      op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1) {
    op.emitOpError("expected a reduction of one operand by one combining op "
                   "from a neutral constant");
    return {};
  }
  auto neutralValue = cast<TypedAttr>(neutral);

  // The iteration's axes: kept ones from the request, reduced ones from loops.
  AffineMap resultMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  AffineMap operandMap = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
  if (!operandMap.isPermutation() || !resultMap.isProjectedPermutation()) {
    op.emitOpError("expected an operand over all axes of the iteration and a "
                   "result over some");
    return {};
  }
  int64_t rank = op.getNumLoops();
  Dims operandDims = dims(op.getDpsInputs()[0]);
  Axes axes(rank);
  SmallVector<DimExpr> extents(rank, DimExpr(1));
  for (auto [i, expr] : llvm::enumerate(operandMap.getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      extents[dim.getPosition()] = operandDims[i];
  for (auto [i, expr] : llvm::enumerate(resultMap.getResults()))
    axes[cast<AffineDimExpr>(expr).getPosition()] = request.axes[i];
  SmallVector<int64_t> reduced;
  for (auto [i, iterator] : llvm::enumerate(op.getIteratorTypesArray()))
    if (iterator == utils::IteratorType::reduction)
      reduced.push_back(i);

  // Lanes run along the innermost axis of the operand if that is reduced.
  AffineExpr last = operandMap.getNumResults() ? operandMap.getResults().back()
                                               : AffineExpr();
  auto innermost = dyn_cast_if_present<AffineDimExpr>(last);
  for (int64_t axis : reduced) {
    bool lanes = innermost && int64_t(innermost.getPosition()) == axis;
    axes[axis].size = 1;
    if (!lanes)
      continue;
    axes[axis].size = schedule.reduction;
    // A short row is one tile: whole, or the next power of two.
    if (auto known = extents[axis].constantValue())
      axes[axis].size = *known <= 8
                            ? std::max<int64_t>(*known, 1)
                            : std::min<int64_t>(schedule.reduction,
                                                llvm::PowerOf2Ceil(*known));
  }

  Location here = loc;
  std::function<Value(size_t, Value)> nest = [&](size_t i, Value acc) -> Value {
    if (i == reduced.size()) {
      unsigned inner = depth;
      Axes operandAxes = mapAxes(operandMap, axes);
      for (auto [j, expr] : llvm::enumerate(operandMap.getResults()))
        if (auto dim = dyn_cast<AffineDimExpr>(expr))
          operandAxes[j].filled =
              llvm::is_contained(reduced, int64_t(dim.getPosition()));
      Value tile =
          emit(Request{op.getDpsInputs()[0], operandAxes, neutralValue});
      if (!tile)
        return {};
      setInsertionPoint(inner);
      SmallVector<int64_t> permutation(rank);
      for (auto [j, expr] : llvm::enumerate(operandMap.getResults()))
        permutation[cast<AffineDimExpr>(expr).getPosition()] = j;
      tile = transpose(tile, permutation);
      OperationState state(here, combiner->getName(), {acc, tile},
                           {tile.getType()}, combiner->getAttrs());
      state.propertiesAttr = combiner->getPropertiesAsAttribute();
      return b.create(state)->getResult(0);
    }
    int64_t axis = reduced[i];
    return serialLoop(extents[axis], axes[axis].size, acc,
                      [&](Offset offset, Value carried) {
                        axes[axis].offset = offset;
                        return nest(i + 1, carried);
                      });
  };
  Value acc = nest(0, splat(neutralValue, shapeOf(axes)));
  if (!acc)
    return {};
  setInsertionPoint(at);
  for (int64_t axis : llvm::reverse(reduced)) {
    ArrayRef<int64_t> shape = cast<RankedTensorType>(acc.getType()).getShape();
    if (shape[axis] == 1) {
      SmallVector<int64_t> smaller(shape);
      smaller.erase(smaller.begin() + axis);
      acc = reshape(acc, smaller);
    } else {
      acc = tile::ReduceOp::create(b, loc, *kind, acc, axis);
    }
  }
  return acc;
}

} // namespace tilewright::tiling

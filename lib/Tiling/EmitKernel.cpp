//===- EmitKernel.cpp - blocks, tiles and stores of a kernel --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What stands around the tiles that Emitter.cpp computes: the buffers, the
// scf.forall over blocks, the loops over the tiles of a block, and the stores.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"

using namespace mlir;

namespace tilewright::tiling {

LogicalResult Emitter::emitKernel() {
  auto results =
      cast<func::ReturnOp>(source.front().getTerminator()).getOperands();
  SmallVector<Value> outputs = declareArguments(results);
  Dims root = dims(results[0]);
  scf::ForallOp forall = beginBlocks(root);

  // The loops over axes that are not cut are innermost: a reduction along them
  // does not depend on them and lands before them.
  SmallVector<size_t> order;
  for (bool serial : {false, true})
    for (size_t axis = 0; axis < root.size(); ++axis)
      if ((schedule.block[axis] == 0) == serial)
        order.push_back(axis);
  DenseMap<size_t, Value> starts;
  for (size_t axis = 0, i = 0; axis < root.size(); ++axis)
    if (isCut(axis, root[axis]))
      starts[axis] = forall.getInductionVar(i++);

  Axes axes(root.size());
  LogicalResult status = success();
  std::function<void(size_t)> nest = [&](size_t level) {
    if (level == root.size()) {
      if (failed(storeTiles(results, outputs, axes)))
        status = failure();
      return;
    }
    size_t axis = order[level];
    axes[axis].size = schedule.tile[axis];
    overTiles(axis, root[axis], starts.lookup(axis), [&](Offset offset) {
      axes[axis].offset = offset;
      nest(level + 1);
    });
  };
  nest(0);
  // Sizes that no argument had became arguments on the way.
  target.setType(b.getFunctionType(target.front().getArgumentTypes(), {}));
  return status;
}

/// Buffers, then sizes; gives the buffers of the results.
SmallVector<Value> Emitter::declareArguments(ValueRange results) {
  Block *entry = &target.front();
  SmallVector<Attribute> bufferDims;
  auto addBuffer = [&](Type tensor) {
    auto type = cast<RankedTensorType>(tensor);
    SmallVector<Attribute> texts;
    for (const DimExpr &dim : graph::getDims(type))
      texts.push_back(b.getStringAttr(dim.str()));
    bufferDims.push_back(b.getArrayAttr(texts));
    return entry->addArgument(
        MemRefType::get(type.getShape(), type.getElementType()), loc);
  };
  for (BlockArgument argument : source.getArguments())
    if (isa<RankedTensorType>(argument.getType()))
      buffers.map(argument, addBuffer(argument.getType()));
  int64_t inputs = int64_t(bufferDims.size());
  SmallVector<Value> outputs;
  for (Value result : results)
    outputs.push_back(addBuffer(result.getType()));

  auto sizes = source->getAttrOfType<ArrayAttr>(tile::kSizesAttr);
  auto sizeText = sizes.getAsRange<StringAttr>().begin();
  for (BlockArgument argument : source.getArguments())
    if (argument.getType().isIndex()) {
      Value size = entry->addArgument(argument.getType(), argument.getLoc());
      buffers.map(argument, size);
      sizeArguments[(*sizeText++).str()] = size;
    }
  target.setFunctionType(b.getFunctionType(entry->getArgumentTypes(), {}));
  target->setAttr(tile::kSizesAttr, sizes);
  target->setAttr(tile::kKernelAttr, b.getUnitAttr());
  target->setAttr(tile::kInputsAttr, b.getI64IntegerAttr(inputs));
  for (auto [i, texts] : llvm::enumerate(bufferDims))
    target.setArgAttr(i, tile::kDimsAttr, texts);
  return outputs;
}

/// Whether blocks are parts of this axis.
bool Emitter::isCut(size_t axis, const DimExpr &extent) const {
  return schedule.block[axis] != 0 && !extent.isConstant(1);
}

/// The forall over the axes that are cut.
scf::ForallOp Emitter::beginBlocks(const Dims &root) {
  b.setInsertionPointToEnd(&target.front());
  SmallVector<OpFoldResult> lower, upper, step;
  SmallVector<Induction> cut;
  DimExpr blocks = 1;
  for (auto [axis, extent] : llvm::enumerate(root)) {
    if (!isCut(axis, extent))
      continue;
    int64_t block = schedule.block[axis];
    cut.push_back({extent, block});
    lower.push_back(b.getIndexAttr(0));
    upper.push_back(extentFold(extent));
    step.push_back(b.getIndexAttr(block));
    blocks = blocks * DimExpr::ceilDiv(extent, block);
  }
  if (cut.empty()) {
    lower.push_back(b.getIndexAttr(0));
    upper.push_back(b.getIndexAttr(1));
    step.push_back(b.getIndexAttr(1));
  }
  target->setAttr(tile::kBlocksAttr, b.getStringAttr(blocks.str()));
  auto forall = scf::ForallOp::create(b, loc, lower, upper, step, ValueRange(),
                                      std::nullopt);
  func::ReturnOp::create(b, loc);
  scopes.push_back({forall.getBody()});
  for (auto [i, induction] : llvm::enumerate(cut))
    inductions[forall.getInductionVar(i)] = induction;
  setInsertionPoint(0);
  return forall;
}

/// Calls `body` for every tile along an axis of the block that begins at
/// `start` (null if the axis is not cut).
void Emitter::overTiles(size_t axis, const DimExpr &extent, Value start,
                        llvm::function_ref<void(Offset)> body) {
  int64_t block = schedule.block[axis], tile = schedule.tile[axis];
  if (extent.isConstant(1))
    return body(Offset(0));
  if (block == 0) {
    serialLoop(extent, tile, Value(), [&](Offset offset, Value) {
      body(offset);
      return Value();
    });
    return;
  }
  if (block == tile)
    return body(Offset(start));

  Value end = blockEnd(start, extent, block);
  auto loop = scf::ForOp::create(b, loc, start, end, materialize(Offset(tile)));
  unsigned outer = depth;
  scopes[outer].next = loop;
  scopes.push_back({loop.getBody()});
  inductions[loop.getInductionVar()] = {extent, tile};
  setInsertionPoint(outer + 1);
  body(Offset(loop.getInductionVar()));
  scopes.pop_back();
  scopes[outer].next = nullptr;
  setInsertionPoint(outer);
}

/// Where the block that begins at `start` ends, or the axis.
Value Emitter::blockEnd(Value start, const DimExpr &extent, int64_t block) {
  auto known = extent.constantValue();
  AffineExpr d0 = b.getAffineDimExpr(0), s0 = b.getAffineSymbolExpr(0);
  if (known && *known % block == 0)
    return affine::AffineApplyOp::create(
        b, loc, AffineMap::get(1, 0, d0 + block), ValueRange{start});
  SmallVector<Value> operands = {start};
  if (!known)
    operands.push_back(extentValue(extent));
  AffineExpr last = known ? b.getAffineConstantExpr(*known) : s0;
  return affine::AffineMinOp::create(
      b, loc,
      AffineMap::get(1, known ? 0 : 1, {d0 + block, last}, b.getContext()),
      operands);
}

/// Computes one tile of every result and stores it.
LogicalResult Emitter::storeTiles(ValueRange results, ValueRange outputs,
                                  const Axes &axes) {
  for (auto [result, buffer] : llvm::zip(results, outputs)) {
    Request request{result, axes, {}};
    unsigned at = depth;
    Value tile = emit(request);
    if (!tile)
      return failure();
    setInsertionPoint(at);
    SmallVector<Value> offsets;
    for (const Axis &axis : axes)
      offsets.push_back(materialize(axis.offset));
    Bounds inside = bounds(request);
    tile::StoreOp::create(b, result.getLoc(), tile, buffer, offsets, inside.lo,
                          inside.hi);
  }
  return success();
}

} // namespace tilewright::tiling

using namespace tilewright;

FailureOr<func::FuncOp> tilewright::tileKernel(func::FuncOp kernel,
                                               const Schedule &schedule) {
  OpBuilder builder(kernel);
  auto target =
      func::FuncOp::create(builder, kernel.getLoc(), kernel.getSymName(),
                           builder.getFunctionType({}, {}));
  target.addEntryBlock();
  tiling::Emitter emitter(kernel, target, schedule);
  if (failed(emitter.emitKernel())) {
    target.erase();
    return failure();
  }
  kernel.erase();
  return target;
}

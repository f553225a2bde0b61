//===- TileEmitter.cpp - functions and blocks -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileEmitter.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "tilewright/Codegen/CPU/Passes.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::cpu;

static constexpr int64_t kAlignment = 64;

LogicalResult TileEmitter::emit() {
  if (failed(createFunctions()) || failed(addScratchBuffers()))
    return failure();
  // Folding may have inlined the forall of a single block.
  bool hasForall = !abi.func.getOps<scf::ForallOp>().empty();
  if (!hasForall) {
    auto loop =
        scf::ForOp::create(b, lo, hi, arith::ConstantIndexOp::create(b, 1));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(loop.getBody()->getTerminator());
    if (failed(emitBlock(abi.func.getBody().front())))
      return failure();
  } else {
    unsigned foralls = 0;
    for (Operation &op : abi.func.getBody().front().without_terminator()) {
      b.setLoc(op.getLoc());
      auto forall = dyn_cast<scf::ForallOp>(op);
      if (forall && foralls++)
        return forall.emitOpError("is the second forall of the kernel");
      if (failed(forall ? emitForall(forall) : emitOp(op)))
        return failure();
    }
  }
  func::ReturnOp::create(b);
  if (abi.func->hasAttr(tile::kLoopsAttr))
    remark("loops on scalars");

  entry->setAttr(kScratchAttr,
                 b.getStringAttr((*scratchBytes + DimExpr(homeBytes)).str()));
  SmallVector<Attribute> texts(remarks.begin(), remarks.end());
  entry->setAttr(kRemarksAttr, b.getArrayAttr(texts));
  return success();
}

void TileEmitter::remark(const Twine &text) {
  remarks.insert(b.getStringAttr(text));
}

/// NAME.body(buffers..., sizes..., lo, hi, scratch), and NAME that calls it.
LogicalResult TileEmitter::createFunctions() {
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  SmallVector<Type> types(abi.buffers.size(), pointer);
  types.append(abi.sizes.size(), b.getI64Type());
  types.append({b.getI64Type(), b.getI64Type(), pointer});

  b.setInsertionPointAfter(abi.func);
  std::string name = abi.func.getName().str();
  auto type = b.getFunctionType(types, {});
  body = func::FuncOp::create(b, name + ".body", type);
  body.setPrivate();
  body->setAttr("llvm.linkage", LLVM::LinkageAttr::get(
                                    b.getContext(), LLVM::Linkage::Internal));
  auto setPointerAttributes = [&](unsigned argument, int64_t alignment) {
    body.setArgAttr(argument, LLVM::LLVMDialect::getNoAliasAttrName(),
                    b.getUnitAttr());
    body.setArgAttr(argument, LLVM::LLVMDialect::getNoUndefAttrName(),
                    b.getUnitAttr());
    body.setArgAttr(argument, LLVM::LLVMDialect::getAlignAttrName(),
                    b.getI64IntegerAttr(alignment));
  };
  for (unsigned i = 0; i < abi.buffers.size(); ++i)
    setPointerAttributes(i, kAlignment);
  setPointerAttributes(types.size() - 1, kAlignment);
  createEntry(body);

  Block *block = body.addEntryBlock();
  b.setInsertionPointToStart(block);
  unsigned next = abi.buffers.size();
  SmallVector<Value> sizes;
  for (BlockArgument argument : abi.sizeArguments) {
    Value size = arith::IndexCastOp::create(b, b.getIndexType(),
                                            block->getArgument(next++));
    sizes.push_back(size);
    scalars.map(argument, size);
  }
  lo = arith::IndexCastOp::create(b, b.getIndexType(),
                                  block->getArgument(next++));
  hi = arith::IndexCastOp::create(b, b.getIndexType(),
                                  block->getArgument(next++));
  homes = block->getArgument(next);

  llvm::DenseSet<Value> written;
  abi.func.walk([&](Operation *op) {
    if (auto store = dyn_cast<tile::StoreOp>(op))
      written.insert(store.getBuffer());
    else if (auto store = dyn_cast<memref::StoreOp>(op))
      written.insert(store.getMemRef());
  });
  for (auto [number, argument] : llvm::enumerate(abi.buffers)) {
    Buffer buffer;
    buffer.pointer = block->getArgument(number);
    buffer.element = cast<MemRefType>(argument.getType()).getElementType();
    buffer.written = written.contains(argument);
    for (const std::string &text : abi.dims[number]) {
      FailureOr<OpFoldResult> size = abi.emitSize(b, text, sizes);
      if (failed(size))
        return failure();
      buffer.sizes.push_back(*size);
    }
    buffer.strides.assign(buffer.sizes.size(), b.getIndexAttr(1));
    for (int64_t axis = int64_t(buffer.sizes.size()) - 2; axis >= 0; --axis)
      buffer.strides[axis] =
          multiply(buffer.strides[axis + 1], buffer.sizes[axis + 1]);
    buffers[argument] = buffer;
  }
  return success();
}

/// The exported function: unpacks the arrays of the ABI.
void TileEmitter::createEntry(func::FuncOp body) {
  OpBuilder::InsertionGuard guard(b);
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  Type i64 = b.getI64Type();
  b.setInsertionPointAfter(body);
  // Replaces the kernel under its name.
  StringAttr name = abi.func.getNameAttr();
  abi.func.setName(name.str() + ".tiled");
  entry = func::FuncOp::create(
      b, name, b.getFunctionType({pointer, pointer, i64, i64, pointer}, {}));
  entry->setAttr(tile::kBlocksAttr, abi.func->getAttr(tile::kBlocksAttr));
  entry->setAttr(tile::kSizesAttr, abi.func->getAttr(tile::kSizesAttr));
  Block *block = entry.addEntryBlock();
  b.setInsertionPointToStart(block);
  SmallVector<Value> arguments;
  auto loadElement = [&](Value array, Type type, unsigned position) {
    Value address = LLVM::GEPOp::create(
        b, pointer, type, array, ArrayRef<LLVM::GEPArg>{int32_t(position)});
    arguments.push_back(LLVM::LoadOp::create(b, type, address, 8));
  };
  for (unsigned i = 0; i < abi.buffers.size(); ++i)
    loadElement(block->getArgument(0), pointer, i);
  for (unsigned i = 0; i < abi.sizes.size(); ++i)
    loadElement(block->getArgument(1), i64, i);
  for (unsigned i = 2; i < 5; ++i)
    arguments.push_back(block->getArgument(i));
  func::CallOp::create(b, body, arguments);
  func::ReturnOp::create(b);
}

/// Lays out the kernel's own scratch buffers, one behind the other; the homes
/// of tiles follow.
LogicalResult TileEmitter::addScratchBuffers() {
  scratchBytes = DimExpr(0);
  WalkResult result = abi.func.walk([&](tile::ScratchOp op) {
    b.setLoc(op.getLoc());
    auto type = cast<MemRefType>(op.getResult().getType());
    Buffer buffer;
    buffer.element = type.getElementType();
    buffer.written = true;
    buffer.pointer = homes;
    DimExpr bytes((buffer.element.getIntOrFloatBitWidth() + 7) / 8);
    unsigned next = 0;
    for (int64_t size : type.getShape()) {
      if (!ShapedType::isDynamic(size)) {
        buffer.sizes.push_back(b.getIndexAttr(size));
        bytes = bytes * DimExpr(size);
        continue;
      }
      std::optional<DimExpr> expr = abi.sizeOf(op.getSizes()[next++]);
      if (!expr) {
        op.emitOpError("size ")
            << next - 1 << " is not a function of the kernel's sizes";
        return WalkResult::interrupt();
      }
      SmallVector<Value> sizes;
      for (BlockArgument argument : abi.sizeArguments)
        sizes.push_back(scalarOf(argument));
      FailureOr<OpFoldResult> value = abi.emitSize(b, expr->str(), sizes);
      if (failed(value))
        return WalkResult::interrupt();
      buffer.sizes.push_back(*value);
      bytes = bytes * *expr;
    }
    buffer.strides.assign(buffer.sizes.size(), b.getIndexAttr(1));
    for (int64_t axis = int64_t(buffer.sizes.size()) - 2; axis >= 0; --axis)
      buffer.strides[axis] =
          multiply(buffer.strides[axis + 1], buffer.sizes[axis + 1]);
    buffers[op.getResult()] = buffer;

    bytes = DimExpr::ceilDiv(bytes, DimExpr(kAlignment)) * DimExpr(kAlignment);
    SmallVector<Value> sizes;
    for (BlockArgument argument : abi.sizeArguments)
      sizes.push_back(scalarOf(argument));
    FailureOr<OpFoldResult> step = abi.emitSize(b, bytes.str(), sizes);
    if (failed(step))
      return WalkResult::interrupt();
    homes = elementPointer(homes, b.getI8Type(), *step);
    *scratchBytes = *scratchBytes + bytes;
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

/// A loop over lo..hi; block b has row-major coordinates in the grid.
LogicalResult TileEmitter::emitForall(scf::ForallOp forall) {
  if (forall.getNumResults() != 0)
    return forall.emitOpError("a kernel's forall has no results");
  SmallVector<Coord> starts, steps, counts;
  for (auto [start, end, step] :
       llvm::zip_equal(forall.getMixedLowerBound(), forall.getMixedUpperBound(),
                       forall.getMixedStep())) {
    starts.push_back(mapBound(start));
    steps.push_back(mapBound(step));
    std::optional<int64_t> s = getConstantIntValue(start),
                           e = getConstantIntValue(end),
                           t = getConstantIntValue(step);
    if (s && e && t) {
      counts.push_back(
          b.getIndexAttr(std::max<int64_t>(0, (*e - *s + *t - 1) / *t)));
      continue;
    }
    Value extent =
        arith::SubIOp::create(b, index(mapBound(end)), index(starts.back()));
    counts.push_back(Coord(
        Value(arith::CeilDivUIOp::create(b, extent, index(steps.back())))));
  }
  Value one = arith::ConstantIndexOp::create(b, 1);
  auto loop = scf::ForOp::create(b, lo, hi, one);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(loop.getBody()->getTerminator());
  Value rest = loop.getInductionVar();
  SmallVector<Value> ivs(starts.size());
  for (int64_t axis = int64_t(starts.size()) - 1; axis >= 0; --axis) {
    Value number = rest;
    if (axis > 0) {
      Value count = index(counts[axis]);
      number = b.createOrFold<arith::RemUIOp>(rest, count);
      rest = b.createOrFold<arith::DivUIOp>(rest, count);
    }
    ivs[axis] = index(add(starts[axis], multiply(number, steps[axis])));
  }
  for (auto [from, to] : llvm::zip_equal(forall.getInductionVars(), ivs))
    scalars.map(from, to);
  return emitBlock(*forall.getBody());
}

LogicalResult TileEmitter::emitBlock(Block &block) {
  for (Operation &op : block) {
    if (op.hasTrait<OpTrait::IsTerminator>())
      break;
    b.setLoc(op.getLoc());
    if (failed(emitOp(op)))
      return failure();
  }
  return success();
}

LogicalResult TileEmitter::emitOp(Operation &op) {
  if (op.getNumRegions() != 0)
    prepareForRegions(op);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return emitFor(loop);
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return emitIf(branch);
  bool hasTiles = llvm::any_of(op.getResults(), isTile) ||
                  llvm::any_of(op.getOperands(), isTile);
  if (hasTiles)
    return emitTileOp(op);
  if (isa<tile::ScratchOp>(op))
    return success();
  return emitScalarOp(op);
}

LogicalResult TileEmitter::emitTileOp(Operation &op) {
  if (isExpression(op)) {
    for (OpResult result : op.getResults()) {
      Tile &tile = addTile(result);
      tile.op = &op;
      tile.resultNumber = result.getResultNumber();
    }
    auto load = dyn_cast<tile::LoadOp>(op);
    if (load)
      baseOf(load, load.getBuffer(), load.getOffsets());
    // Somebody may overwrite what this reads.
    bool isVolatile = load && buffers[load.getBuffer()].written;
    if (auto gather = dyn_cast<tile::GatherOp>(op))
      isVolatile = buffers[gather.getBuffer()].written;
    for (OpResult result : op.getResults()) {
      bool small = isSmall(tileTypeOf(result));
      llvm::SmallPtrSet<Operation *, 4> users(result.user_begin(),
                                              result.user_end());
      bool repeated = users.size() > 1 && !isAlwaysExpression(result);
      if (isVolatile && small)
        makeRows(result);
      else if (!small && (isVolatile || repeated))
        makeHome(result);
    }
    return success();
  }
  if (auto store = dyn_cast<tile::StoreOp>(op)) {
    emitStore(store);
    return success();
  }
  if (auto dot = dyn_cast<tile::DotOp>(op))
    return emitDot(dot);
  if (auto reduce = dyn_cast<tile::ReduceOp>(op))
    return emitReduce(reduce);
  if (auto scan = dyn_cast<tile::ScanOp>(op))
    return emitScan(scan);
  if (auto transpose = dyn_cast<tile::TransposeOp>(op))
    return emitTranspose(transpose);
  if (auto reshape = dyn_cast<tile::ReshapeOp>(op))
    return emitReshape(reshape);
  return op.emitOpError("has no CPU code");
}

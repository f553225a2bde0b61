//===- TileControl.cpp - loops and branches that carry tiles --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A small tile that a loop carries is one value per row; a large one has a home
// that the end of each step writes.
//
//===----------------------------------------------------------------------===//

#include "TileEmitter.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::cpu;

/// Scalar memory of loop kernels, and everything else as it is. Regions (loops
/// over scalars) are emitted into the copy.
LogicalResult TileEmitter::emitScalarOp(Operation &op) {
  auto pointerTo = [&](Value memref, ValueRange indices) {
    const Buffer &buffer = buffers[memref];
    Coord linear = b.getIndexAttr(0);
    for (auto [index, stride] : llvm::zip_equal(indices, buffer.strides))
      linear = add(linear, multiply(Coord(scalarOf(index)), stride));
    return elementPointer(buffer.pointer, buffer.element, linear);
  };
  if (auto load = dyn_cast<memref::LoadOp>(op)) {
    Value vector = loadVector(pointerTo(load.getMemRef(), load.getIndices()),
                              load.getType(), 1);
    scalars.map(load.getResult(), vector::ExtractOp::create(b, vector, 0));
    return success();
  }
  if (auto store = dyn_cast<memref::StoreOp>(op)) {
    storeVector(splat(scalarOf(store.getValue()), 1),
                pointerTo(store.getMemRef(), store.getIndices()));
    return success();
  }
  if (auto dim = dyn_cast<memref::DimOp>(op)) {
    std::optional<int64_t> axis = dim.getConstantIndex();
    auto buffer = buffers.find(dim.getSource());
    if (!axis || buffer == buffers.end())
      return op.emitOpError("expected the size of a buffer along a known axis");
    scalars.map(dim.getResult(), index(buffer->second.sizes[*axis]));
    return success();
  }
  for (Value operand : op.getOperands())
    if (isa<BaseMemRefType>(operand.getType()))
      return op.emitOpError(
          "is not among the ops on buffers that a kernel has");

  OperationState state(op.getLoc(), op.getName());
  for (Value operand : op.getOperands())
    state.operands.push_back(scalarOf(operand));
  state.addTypes(op.getResultTypes());
  state.addAttributes(llvm::to_vector(op.getDiscardableAttrs()));
  state.propertiesAttr = op.getPropertiesAsAttribute();
  for (unsigned i = 0; i < op.getNumRegions(); ++i)
    state.addRegion();
  Operation *copy = b.create(state);
  for (auto [from, to] : llvm::zip_equal(op.getResults(), copy->getResults()))
    scalars.map(from, to);
  for (auto [from, to] : llvm::zip_equal(op.getRegions(), copy->getRegions())) {
    if (!from.empty() && !from.hasOneBlock())
      return op.emitOpError("expected structured control flow");
    for (Block &block : from) {
      OpBuilder::InsertionGuard guard(b);
      SmallVector<Location> locs(block.getNumArguments(), op.getLoc());
      Block *target =
          b.createBlock(&to, to.end(), block.getArgumentTypes(), locs);
      scalars.map(block.getArguments(), target->getArguments());
      if (failed(emitBlock(block)))
        return failure();
      if (Operation *end = &block.back();
          end->hasTrait<OpTrait::IsTerminator>()) {
        if (llvm::any_of(end->getOperands(), isTile))
          return op.emitOpError("cannot carry tiles");
        b.setLoc(end->getLoc());
        if (failed(emitScalarOp(*end)))
          return failure();
      }
    }
  }
  return success();
}

/// Tiles from outside that the regions of `op` read are computed in front of it
/// rather than in every step of it.
void TileEmitter::prepareForRegions(Operation &op) {
  llvm::SetVector<Value> outside;
  op.walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      if (isTile(operand) && tiles.contains(operand))
        outside.insert(operand);
  });
  for (Value value : outside) {
    Tile &tile = tileOf(value);
    if (!tile.op || isAlwaysExpression(value))
      continue;
    if (isSmall(tile.type))
      makeRows(value);
    else
      makeHome(value);
  }
}

/// Rows of small tiles and scalars go to `results`, large tiles into the homes
/// of `targets`.
void TileEmitter::yieldInto(OperandRange yielded, ArrayRef<Value> targets,
                            SmallVectorImpl<Value> &results) {
  // A yielded tile may read the home of another target, so everything is
  // computed before the first home is written.
  SmallVector<std::pair<Value, Value>> copies;
  for (auto [value, target] : llvm::zip_equal(yielded, targets)) {
    if (!isTile(value)) {
      results.push_back(scalarOf(value));
    } else if (!target) {
      llvm::append_range(results, getRows(value));
    } else if (makeHome(value) != target) {
      copies.push_back({value, target});
    }
  }
  bool crosses = llvm::any_of(copies, [&](auto &copy) {
    return llvm::is_contained(targets, tileOf(copy.first).home);
  });
  if (crosses)
    for (auto &copy : copies) {
      Value temporary = allocateHome(tileTypeOf(copy.first));
      copyToHome(copy.first, temporary);
      setHome(copy.first, temporary);
    }
  for (auto &copy : copies)
    copyToHome(copy.first, copy.second);
}

LogicalResult TileEmitter::emitFor(scf::ForOp loop) {
  SmallVector<Value> inits, targets;
  for (Value init : loop.getInitArgs()) {
    targets.push_back(nullptr);
    if (!isTile(init)) {
      inits.push_back(scalarOf(init));
    } else if (isSmall(tileTypeOf(init))) {
      llvm::append_range(inits, getRows(init));
    } else {
      targets.back() = allocateHome(tileTypeOf(init));
      makeAddressable(init);
      copyToHome(init, targets.back());
    }
  }
  // Binds the carried values of `from` to `values`, the loop's, in order.
  auto bind = [&](ValueRange from, ValueRange values) {
    for (auto [carried, target] : llvm::zip_equal(from, targets)) {
      if (!isTile(carried)) {
        scalars.map(carried, values.front());
        values = values.drop_front();
        continue;
      }
      addTile(carried);
      if (target) {
        setHome(carried, target);
        continue;
      }
      int64_t rows = rowsOf(tileTypeOf(carried));
      setRows(carried, llvm::to_vector(values.take_front(rows)));
      values = values.drop_front(rows);
    }
  };
  auto copy = scf::ForOp::create(b, scalarOf(loop.getLowerBound()),
                                 scalarOf(loop.getUpperBound()),
                                 scalarOf(loop.getStep()), inits);
  {
    OpBuilder::InsertionGuard guard(b);
    Block *block = copy.getBody();
    if (block->mightHaveTerminator())
      b.setInsertionPoint(block->getTerminator());
    else
      b.setInsertionPointToEnd(block);
    scalars.map(loop.getInductionVar(), copy.getInductionVar());
    bind(loop.getRegionIterArgs(), copy.getRegionIterArgs());
    if (failed(emitBlock(*loop.getBody())))
      return failure();
    SmallVector<Value> results;
    b.setLoc(loop.getBody()->getTerminator()->getLoc());
    yieldInto(loop.getBody()->getTerminator()->getOperands(), targets, results);
    if (!inits.empty())
      scf::YieldOp::create(b, results);
  }
  b.setLoc(loop.getLoc());
  bind(loop.getResults(), copy.getResults());
  return success();
}

LogicalResult TileEmitter::emitIf(scf::IfOp branch) {
  SmallVector<Value> targets;
  SmallVector<Type> types;
  for (Value result : branch.getResults()) {
    targets.push_back(nullptr);
    if (!isTile(result)) {
      types.push_back(result.getType());
      continue;
    }
    RankedTensorType type = tileTypeOf(result);
    if (!isSmall(type)) {
      targets.back() = allocateHome(type);
      continue;
    }
    types.append(rowsOf(type),
                 VectorType::get({lanesOf(type)}, type.getElementType()));
  }
  bool withElse = !branch.getElseRegion().empty();
  auto copy = scf::IfOp::create(b, types, scalarOf(branch.getCondition()),
                                /*addThenBlock=*/true, withElse);
  auto emitBranch = [&](Block *from, Block *to) -> LogicalResult {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(to);
    if (failed(emitBlock(*from)))
      return failure();
    SmallVector<Value> results;
    yieldInto(from->getTerminator()->getOperands(), targets, results);
    scf::YieldOp::create(b, results);
    return success();
  };
  if (failed(emitBranch(branch.thenBlock(), copy.thenBlock())) ||
      (withElse && failed(emitBranch(branch.elseBlock(), copy.elseBlock()))))
    return failure();
  b.setLoc(branch.getLoc());
  ValueRange values = copy.getResults();
  for (auto [result, target] : llvm::zip_equal(branch.getResults(), targets)) {
    if (!isTile(result)) {
      scalars.map(result, values.front());
      values = values.drop_front();
      continue;
    }
    addTile(result);
    if (target) {
      setHome(result, target);
      continue;
    }
    int64_t rows = rowsOf(tileTypeOf(result));
    setRows(result, llvm::to_vector(values.take_front(rows)));
    values = values.drop_front(rows);
  }
  return success();
}

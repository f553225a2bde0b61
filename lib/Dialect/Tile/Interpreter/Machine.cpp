//===- Machine.cpp - control flow, memory and scalars ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"

#include "tilewright/Dialect/Tile/IR/AffineFold.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::tile;

int64_t Machine::integer(OpFoldResult value) {
  if (auto attribute = dyn_cast<Attribute>(value))
    return cast<IntegerAttr>(attribute).getInt();
  return integer(cast<Value>(value));
}

void Machine::assign(ValueRange to, ValueRange from) {
  SmallVector<Slot> copies;
  for (Value value : from)
    copies.push_back(slots[value]);
  for (auto [value, copy] : llvm::zip_equal(to, copies))
    slots[value] = copy;
}

Status Machine::run(Block &body) {
  for (Operation &op : body.without_terminator())
    if (Status status = run(&op); !status)
      return status;
  return Status::success();
}

Status Machine::run(Operation *op) {
  bool known = false;
  Status status = runElementwise(op, known);
  if (!known)
    status = runControl(op, known);
  if (!known)
    status = runMemory(op, known);
  if (!known)
    status = runTile(op, known);
  if (!known)
    status = runAffine(op, known);
  if (!known)
    status = Error{"the tile interpreter does not know this op"};
  // Errors inside a region are already located.
  if (status || op->getNumRegions() != 0)
    return status;
  std::string where;
  llvm::raw_string_ostream stream(where);
  stream << op->getName() << " at " << op->getLoc();
  return status.error().in(where);
}

Status Machine::runElementwise(Operation *op, bool &known) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    known = true;
    if (auto type = dyn_cast<RankedTensorType>(constant.getType())) {
      auto elements = dyn_cast<DenseElementsAttr>(constant.getValue());
      if (!elements)
        return error("the elements of the constant are not dense");
      Tile result;
      for (Attribute element : elements.getValues<Attribute>())
        result.push_back(cellOf(element));
      setTile(constant, std::move(result));
    } else {
      slots[constant].scalar = cellOf(constant.getValue());
    }
    return Status::success();
  }
  auto found = functions.find(op);
  if (found == functions.end())
    found = functions.try_emplace(op, elementFunction(op, marker)).first;
  const ElementFunction &function = found->second;
  if (!function)
    return Status::success();
  known = true;
  std::string message;
  constexpr unsigned kMaxOperands = 3;
  Cell operands[kMaxOperands];
  unsigned count = op->getNumOperands();
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type) {
    for (unsigned i = 0; i < count; ++i)
      operands[i] = slots[op->getOperand(i)].scalar;
    slots[op->getResult(0)].scalar = function(operands, message);
  } else {
    // A scalar among tiles is the condition of a select.
    const Tile *tiles[kMaxOperands];
    for (unsigned i = 0; i < count; ++i) {
      bool isTile = isa<RankedTensorType>(op->getOperand(i).getType());
      tiles[i] = isTile ? &tile(op->getOperand(i)) : nullptr;
      operands[i] = slots[op->getOperand(i)].scalar;
    }
    Tile result(type.getNumElements());
    for (size_t e = 0; e < result.size(); ++e) {
      for (unsigned i = 0; i < count; ++i)
        if (tiles[i])
          operands[i] = (*tiles[i])[e];
      result[e] = function(operands, message);
    }
    setTile(op->getResult(0), std::move(result));
  }
  if (!message.empty())
    return Error{message};
  return Status::success();
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

Status Machine::runForall(scf::ForallOp op) {
  SmallVector<int64_t> lower, step, count;
  blocks = 1;
  for (unsigned i = 0; i < op.getRank(); ++i) {
    lower.push_back(integer(op.getMixedLowerBound()[i]));
    step.push_back(integer(op.getMixedStep()[i]));
    int64_t length = integer(op.getMixedUpperBound()[i]) - lower.back();
    count.push_back(length > 0 ? llvm::divideCeilSigned(length, step.back())
                               : 0);
    blocks *= count.back();
  }
  for (int64_t n = 0; n < blocks; ++n) {
    block = reversed ? blocks - 1 - n : n;
    int64_t rest = block;
    for (int i = op.getRank() - 1; i >= 0; --i) {
      setInteger(op.getInductionVar(i), lower[i] + rest % count[i] * step[i]);
      rest /= count[i];
    }
    if (Status status = run(*op.getBody()); !status)
      return status;
  }
  return Status::success();
}

Status Machine::runWhile(scf::WhileOp op) {
  assign(op.getBeforeArguments(), op.getInits());
  while (true) {
    if (Status status = run(*op.getBeforeBody()); !status)
      return status;
    scf::ConditionOp condition = op.getConditionOp();
    if (!(integer(condition.getCondition()) & 1)) {
      assign(op.getResults(), condition.getArgs());
      return Status::success();
    }
    assign(op.getAfterArguments(), condition.getArgs());
    if (Status status = run(*op.getAfterBody()); !status)
      return status;
    assign(op.getBeforeArguments(), op.getYieldOp().getOperands());
  }
}

Status Machine::runControl(Operation *op, bool &known) {
  known = true;
  if (auto forall = dyn_cast<scf::ForallOp>(op))
    return runForall(forall);
  if (auto loop = dyn_cast<scf::WhileOp>(op))
    return runWhile(loop);
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    int64_t upper = integer(loop.getUpperBound());
    int64_t step = integer(loop.getStep());
    if (step <= 0)
      return error("the step of a loop is ", step);
    assign(loop.getRegionIterArgs(), loop.getInitArgs());
    for (int64_t i = integer(loop.getLowerBound()); i < upper; i += step) {
      setInteger(loop.getInductionVar(), i);
      if (Status status = run(*loop.getBody()); !status)
        return status;
      assign(loop.getRegionIterArgs(), loop.getYieldedValues());
    }
    assign(loop.getResults(), loop.getRegionIterArgs());
    return Status::success();
  }
  if (auto branch = dyn_cast<scf::IfOp>(op)) {
    bool taken = integer(branch.getCondition()) & 1;
    Region &region = taken ? branch.getThenRegion() : branch.getElseRegion();
    if (region.empty())
      return Status::success();
    if (Status status = run(region.front()); !status)
      return status;
    assign(branch.getResults(), region.front().getTerminator()->getOperands());
    return Status::success();
  }
  known = false;
  return Status::success();
}

//===----------------------------------------------------------------------===//
// Memory and index arithmetic
//===----------------------------------------------------------------------===//

Status Machine::runMemory(Operation *op, bool &known) {
  auto coordinates = [&](ValueRange indices) {
    SmallVector<int64_t> at;
    for (Value index : indices)
      at.push_back(integer(index));
    return at;
  };
  known = true;
  if (auto load = dyn_cast<memref::LoadOp>(op))
    return slots[load.getMemRef()].buffer->load(coordinates(load.getIndices()),
                                                block, slots[load].scalar);
  if (auto store = dyn_cast<memref::StoreOp>(op))
    return slots[store.getMemRef()].buffer->store(
        coordinates(store.getIndices()), block, slots[store.getValue()].scalar);
  if (auto dim = dyn_cast<memref::DimOp>(op)) {
    const std::vector<int64_t> &shape = slots[dim.getSource()].buffer->shape();
    int64_t axis = integer(dim.getIndex());
    if (axis < 0 || axis >= int64_t(shape.size()))
      return error("axis ", axis, " of a buffer of rank ", shape.size());
    setInteger(dim, shape[axis]);
    return Status::success();
  }
  if (auto scratch = dyn_cast<ScratchOp>(op)) {
    MemRefType type = scratch.getResult().getType();
    std::vector<int64_t> shape;
    unsigned next = 0;
    for (int64_t size : type.getShape())
      shape.push_back(ShapedType::isDynamic(size)
                          ? integer(scratch.getSizes()[next++])
                          : size);
    for (int64_t size : shape)
      if (size < 0)
        return error("a scratch buffer of size ", size);
    auto buffer = std::make_shared<Buffer>(
        Buffer::Scratch, type.getElementType(), shape, nullptr);
    buffer->scramble(marker);
    slots[scratch.getResult()].buffer = buffer;
    return Status::success();
  }
  known = false;
  return Status::success();
}

/// One step of an affine expression; nullopt for a division by 0 or less.
static std::optional<int64_t> combineAffine(AffineExprKind kind,
                                            std::optional<int64_t> a,
                                            std::optional<int64_t> b) {
  if (!a || !b)
    return std::nullopt;
  if (kind == AffineExprKind::Add)
    return *a + *b;
  if (kind == AffineExprKind::Mul)
    return *a * *b;
  if (*b <= 0)
    return std::nullopt;
  if (kind == AffineExprKind::FloorDiv)
    return llvm::divideFloorSigned(*a, *b);
  if (kind == AffineExprKind::CeilDiv)
    return llvm::divideCeilSigned(*a, *b);
  return llvm::mod(*a, *b);
}

Status Machine::runAffine(Operation *op, bool &known) {
  AffineMap map;
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
    map = apply.getAffineMap();
  else if (auto min = dyn_cast<affine::AffineMinOp>(op))
    map = min.getAffineMap();
  else if (auto max = dyn_cast<affine::AffineMaxOp>(op))
    map = max.getAffineMap();
  else
    return Status::success();
  known = true;
  std::optional<int64_t> result;
  for (AffineExpr expr : map.getResults()) {
    auto value = tile::foldAffine<std::optional<int64_t>>(
        expr, map.getNumDims(),
        [&](unsigned i) { return integer(op->getOperand(i)); }, combineAffine);
    if (!value)
      return error("divides by 0 or less in an affine map");
    if (!result)
      result = value;
    result = isa<affine::AffineMaxOp>(op) ? std::max(*result, *value)
                                          : std::min(*result, *value);
  }
  setInteger(op->getResult(0), *result);
  return Status::success();
}

//===- IndexGrids.cpp - gathers that take every element where it is -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IndexGrids.h"

#include "tilewright/Dialect/Graph/IR/ShapeContents.h"

using namespace mlir;

namespace tilewright::graph {

/// The only axis of `dims` that is not 1; none if there are others.
static std::optional<int64_t> longAxis(const Dims &dims) {
  std::optional<int64_t> found;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (dims[axis].isConstant(1))
      continue;
    if (found)
      return std::nullopt;
    found = int64_t(axis);
  }
  return found;
}

/// 0, 1, 2, ...
static bool isCount(ConstantOp constant) {
  auto elements = dyn_cast<DenseIntElementsAttr>(constant.getValue());
  if (!elements)
    return false;
  uint64_t next = 0;
  return llvm::all_of(elements.getValues<APInt>(),
                      [&](const APInt &number) { return number == next++; });
}

std::optional<int64_t> countingAxis(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return std::nullopt;
  Dims dims = getDims(value);
  if (auto range = dyn_cast<RangeOp>(op)) {
    auto start = foldScalar(range.getStart()),
         step = foldScalar(range.getDelta());
    return start && step && start->isConstant(0) && step->isConstant(1)
               ? std::optional<int64_t>(0)
               : std::nullopt;
  }
  if (auto constant = dyn_cast<ConstantOp>(op))
    return isCount(constant) ? longAxis(dims) : std::nullopt;
  if (isa<CastOp>(op) && isa<IntegerType>(elementOf(op->getOperand(0))))
    return countingAxis(op->getOperand(0));
  if (!isa<ReshapeOp, BroadcastOp>(op))
    return std::nullopt;
  std::optional<int64_t> inner = countingAxis(op->getOperand(0));
  if (!inner)
    return std::nullopt;
  Dims from = getDims(op->getOperand(0));
  if (isa<BroadcastOp>(op)) {
    int64_t axis = *inner + int64_t(dims.size() - from.size());
    return dims[axis] == from[*inner] ? std::optional(axis) : std::nullopt;
  }
  // A reshape that only adds and drops axes of size 1.
  auto isLong = [](const DimExpr &size) { return !size.isConstant(1); };
  SmallVector<int64_t> before, after;
  for (auto [axis, size] : llvm::enumerate(from))
    if (isLong(size))
      before.push_back(int64_t(axis));
  for (auto [axis, size] : llvm::enumerate(dims))
    if (isLong(size))
      after.push_back(int64_t(axis));
  if (before.size() != after.size())
    return std::nullopt;
  std::optional<int64_t> moved;
  for (auto [x, y] : llvm::zip(before, after)) {
    if (from[x] != dims[y])
      return std::nullopt;
    if (x == *inner)
      moved = y;
  }
  return moved;
}

Value withoutIndexGrid(OpBuilder &builder, GatherNDOp op) {
  auto concat = op.getIndices().getDefiningOp<ConcatOp>();
  Dims operand = getDims(op.getOperand()), grid = getDims(op.getIndices());
  Dims result = getDims(op.getResult());
  if (!concat || op.getBatchDims() != 0 ||
      concat.getAxis() != int64_t(grid.size()) - 1 ||
      concat.getOperands().size() != operand.size() ||
      result.size() != grid.size() - 1)
    return {};
  Dims spread(result.size(), DimExpr(1));
  int64_t last = -1;
  for (auto [component, size] : llvm::zip(concat.getOperands(), operand)) {
    std::optional<int64_t> axis = countingAxis(component);
    if (!axis || *axis <= last || *axis >= int64_t(result.size()) ||
        getDim(component, *axis) != size || result[*axis] != size)
      return {};
    spread[*axis] = size;
    last = *axis;
  }
  Type element = elementOf(op.getOperand());
  Value value = op.getOperand();
  Type spreadType = getTensorType(op.getContext(), spread, element);
  if (value.getType() != spreadType)
    value = ReshapeOp::create(builder, op.getLoc(), spreadType, value);
  if (value.getType() != op.getType())
    value = BroadcastOp::create(builder, op.getLoc(), op.getType(), value);
  return value;
}

} // namespace tilewright::graph

//===- DataMovementOps.cpp - ops of tw that move whole axes ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpChecks.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

LogicalResult ReshapeOp::verify() {
  if (elementOf(getOperand()) != elementOf(getResult()))
    return emitOpError() << "expected the operand's element type "
                         << elementOf(getOperand()) << ", but got "
                         << elementOf(getResult());
  DimExpr before = numElements(getDims(getOperand()));
  DimExpr after = numElements(getDims(getResult()));
  if (!mayBeEqual(before, after))
    return emitOpError() << "expected " << before.str() << " elements, but "
                         << toString(getDims(getResult())) << " has "
                         << after.str();
  return success();
}

LogicalResult BroadcastOp::verify() {
  if (elementOf(getOperand()) != elementOf(getResult()))
    return emitOpError() << "expected the operand's element type "
                         << elementOf(getOperand()) << ", but got "
                         << elementOf(getResult());
  Dims from = getDims(getOperand()), to = getDims(getResult());
  if (from.size() > to.size())
    return emitOpError() << "expected a result of rank " << from.size()
                         << " or more, but got rank " << to.size();
  size_t offset = to.size() - from.size();
  for (auto [i, size] : llvm::enumerate(from))
    if (!size.isConstant(1) && !mayBeEqual(size, to[offset + i]))
      return emitOpError() << "axis " << i << " of size " << size.str()
                           << " cannot be repeated to size "
                           << to[offset + i].str();
  return success();
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> location,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  Inference<TransposeOp> infer(context, location, types);
  Dims dims = getDims(adaptor.getOperand());
  ArrayRef<int64_t> permutation = adaptor.getPermutation();
  if (permutation.size() != dims.size())
    return infer.fail("expected a permutation of ", dims.size(),
                      " axes, but got ", permutation.size());
  llvm::SmallBitVector seen(dims.size());
  Dims result;
  for (int64_t axis : permutation) {
    if (axis < 0 || axis >= int64_t(dims.size()) || seen.test(axis))
      return infer.fail("expected a permutation, but axis ", axis,
                        " is out of range or there twice");
    seen.set(axis);
    result.push_back(dims[axis]);
  }
  return infer.add(result, elementOf(adaptor.getOperand()));
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> location,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  Inference<ConcatOp> infer(context, location, types);
  if (adaptor.getOperands().empty())
    return infer.fail("expected at least one operand");
  Dims result = getDims(adaptor.getOperands().front());
  Type element = elementOf(adaptor.getOperands().front());
  size_t axis = size_t(adaptor.getAxis());
  if (Status status = checkAxis(adaptor.getAxis(), int64_t(result.size()));
      !status)
    return infer.fail(status.error().message);
  for (auto [n, operand] :
       llvm::enumerate(adaptor.getOperands().drop_front())) {
    Dims dims = getDims(operand);
    if (elementOf(operand) != element)
      return infer.fail("expected operands of element type ", show(element),
                        ", but operand ", n + 1, " has ",
                        show(elementOf(operand)));
    if (dims.size() != result.size())
      return infer.fail("expected operands of rank ", result.size(),
                        ", but operand ", n + 1, " has rank ", dims.size());
    for (size_t i = 0; i < dims.size(); ++i) {
      if (i == axis)
        result[i] = result[i] + dims[i];
      else if (!mayBeEqual(result[i], dims[i]))
        return infer.fail("expected size ", result[i].str(), " of axis ", i,
                          ", but operand ", n + 1, " has ", dims[i].str());
      else
        result[i] = merge(result[i], dims[i]);
    }
  }
  return infer.add(result, element);
}

LogicalResult SliceOp::verify() {
  Dims from = getDims(getOperand()), to = getDims(getResult());
  Dims starts = getStarts().exprs();
  ArrayRef<int64_t> steps = getSteps();
  if (elementOf(getOperand()) != elementOf(getResult()))
    return emitOpError() << "expected the operand's element type "
                         << elementOf(getOperand()) << ", but got "
                         << elementOf(getResult());
  if (from.size() != to.size())
    return emitOpError() << "expected a result of rank " << from.size()
                         << ", but got rank " << to.size();
  if (starts.size() != from.size() || steps.size() != from.size())
    return emitOpError() << "expected " << from.size()
                         << " starts and steps, one per axis, but got "
                         << starts.size() << " and " << steps.size();
  for (size_t i = 0; i < from.size(); ++i) {
    if (steps[i] == 0)
      return emitOpError() << "expected a step other than 0 of axis " << i;
    std::optional<int64_t> size = from[i].constantValue();
    std::optional<int64_t> count = to[i].constantValue();
    std::optional<int64_t> first = starts[i].constantValue();
    if (!size || !count || !first || *count == 0)
      continue;
    // Steps may be large enough that this overflows, which is outside, too.
    DimExpr last = starts[i] + DimExpr(*count - 1) * DimExpr(steps[i]);
    std::optional<int64_t> end = last.constantValue();
    if (*first < 0 || *first >= *size || !end || *end < 0 || *end >= *size)
      return emitOpError() << "reads elements " << *first << " to "
                           << last.str() << " of axis " << i
                           << ", which has size " << *size;
  }
  return success();
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *context,
                                      std::optional<Location> location,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  Inference<PadOp> infer(context, location, types);
  Dims result = getDims(adaptor.getOperand());
  Type element = elementOf(adaptor.getOperand());
  Dims low = adaptor.getLow().exprs(), high = adaptor.getHigh().exprs();
  if (low.size() != result.size() || high.size() != result.size())
    return infer.fail("expected ", result.size(),
                      " pad widths on each side, one per axis, but got ",
                      low.size(), " and ", high.size());
  bool isConstant = adaptor.getMode() == PadMode::Constant;
  if (Value value = adaptor.getValue()) {
    if (!isConstant)
      return infer.fail("mode ", stringifyPadMode(adaptor.getMode()),
                        " takes no value");
    if (rankOf(value) != 0 || elementOf(value) != element)
      return infer.fail("expected a value of rank 0 and element type ",
                        show(element), ", but got ", show(value.getType()));
  } else if (isConstant) {
    return infer.fail("mode constant needs a value");
  }
  for (size_t i = 0; i < result.size(); ++i) {
    bool isEmpty = result[i].isConstant(0);
    result[i] = low[i] + result[i] + high[i];
    if (!isConstant && isEmpty && result[i].constantValue().value_or(0) > 0)
      return infer.fail("mode ", stringifyPadMode(adaptor.getMode()),
                        " has no element to repeat: axis ", i, " is empty");
  }
  return infer.add(result, element);
}

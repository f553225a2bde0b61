//===- SelectionOps.cpp - sorting and selection ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpChecks.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

static LogicalResult checkNumeric(Operation *op, Value value) {
  if (isNumeric(elementOf(value)))
    return success();
  return op->emitOpError() << "expected numbers, but got " << elementOf(value);
}

static LogicalResult checkResult(Operation *op, StringRef what, Value result,
                                 ArrayRef<DimExpr> expected) {
  Dims dims = getDims(result);
  if (ArrayRef<DimExpr>(dims) == expected && elementOf(result).isInteger(64))
    return success();
  return op->emitOpError() << "expected " << what << " of i64 and shape "
                           << toString(expected) << ", but got "
                           << result.getType();
}

LogicalResult TopKOp::verify() {
  if (failed(checkNumeric(*this, getOperand())))
    return failure();
  Dims operand = getDims(getOperand()), values = getDims(getValues());
  if (Status status = checkAxis(getAxis(), int64_t(operand.size())); !status)
    return emitOpError() << status.error().message;
  if (elementOf(getValues()) != elementOf(getOperand()))
    return emitOpError() << "expected values of element type "
                         << elementOf(getOperand()) << ", but got "
                         << elementOf(getValues());
  if (!elementOf(getIndices()).isInteger(64) ||
      !mayBeEqual(values, getDims(getIndices())))
    return emitOpError() << "expected indices of i64 and the values' shape "
                         << toString(values) << ", but got "
                         << getIndices().getType();
  if (values.size() != operand.size())
    return emitOpError() << "expected results of rank " << operand.size()
                         << ", but got rank " << values.size();
  for (size_t i = 0; i < operand.size(); ++i) {
    if (int64_t(i) == getAxis()) {
      std::optional<int64_t> k = values[i].constantValue();
      std::optional<int64_t> size = operand[i].constantValue();
      if (k && (*k < 0 || (size && *k > *size)))
        return emitOpError()
               << "takes " << *k << " of " << operand[i].str() << " elements";
    } else if (!mayBeEqual(values[i], operand[i])) {
      return emitOpError() << "expected size " << operand[i].str()
                           << " of axis " << i << ", but got "
                           << values[i].str();
    }
  }
  return success();
}

LogicalResult NonZeroOp::verify() {
  FailureOr<DimExpr> count = symbolOf(*this, getCount());
  if (failed(count))
    return failure();
  return checkResult(*this, "a result", getResult(),
                     Dims{*count, rankOf(getOperand())});
}

LogicalResult UniqueOp::verify() {
  FailureOr<DimExpr> count = symbolOf(*this, getCount());
  if (failed(count))
    return failure();
  Dims operand = getDims(getOperand());
  Dims values{*count};
  DimExpr entries = numElements(operand);
  if (std::optional<int64_t> axis = getAxis()) {
    if (Status status = checkAxis(*axis, int64_t(operand.size())); !status)
      return emitOpError() << status.error().message;
    entries = operand[*axis];
    values = operand;
    values[*axis] = *count;
  }
  if (elementOf(getValues()) != elementOf(getOperand()) ||
      getDims(getValues()) != values)
    return emitOpError() << "expected values of " << elementOf(getOperand())
                         << " and shape " << toString(values) << ", but got "
                         << getValues().getType();
  if (failed(checkResult(*this, "indices", getIndices(), *count)) ||
      failed(checkResult(*this, "an inverse", getInverse(), entries)) ||
      failed(checkResult(*this, "counts", getCounts(), *count)))
    return failure();
  return success();
}

LogicalResult NonMaxSuppressionOp::verify() {
  Dims boxes = getDims(getBoxes()), scores = getDims(getScores());
  if (boxes.size() != 3 || scores.size() != 3 || !boxes[2].isConstant(4) ||
      !mayBeEqual(boxes[0], scores[0]) || !mayBeEqual(boxes[1], scores[2]))
    return emitOpError()
           << "expected boxes [B, N, 4] and scores [B, C, N], but got "
           << toString(boxes) << " and " << toString(scores);
  if (elementOf(getBoxes()) != elementOf(getScores()))
    return emitOpError()
           << "expected boxes and scores of one element type, but got "
           << elementOf(getBoxes()) << " and " << elementOf(getScores());
  for (Value limit : {getMaxPerClass(), getIouThreshold(), getScoreThreshold()})
    if (rankOf(limit) != 0)
      return emitOpError() << "expected limits of rank 0, but got rank "
                           << rankOf(limit);
  if (!elementOf(getMaxPerClass()).isInteger(64))
    return emitOpError() << "expected max_per_class of i64, but got "
                         << elementOf(getMaxPerClass());
  for (Value limit : {getIouThreshold(), getScoreThreshold()})
    if (!graph::isFloat(elementOf(limit)))
      return emitOpError() << "expected thresholds of floats, but got "
                           << elementOf(limit);
  FailureOr<DimExpr> count = symbolOf(*this, getCount());
  if (failed(count))
    return failure();
  return checkResult(*this, "a result", getResult(), Dims{*count, 3});
}

//===- IndexingOps.cpp - ops of tw that read or write by index ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpChecks.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

LogicalResult GatherOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> location,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  Inference<GatherOp> infer(context, location, types);
  Dims operand = getDims(adaptor.getOperand());
  int64_t axis = adaptor.getAxis();
  if (Status status = checkAxis(axis, int64_t(operand.size())); !status)
    return infer.fail(status.error().message);
  Dims result(operand.begin(), operand.begin() + axis);
  llvm::append_range(result, getDims(adaptor.getIndices()));
  result.append(operand.begin() + axis + 1, operand.end());
  return infer.add(result, elementOf(adaptor.getOperand()));
}

/// The shapes of gather_elements and scatter_elements: indices of the operand's
/// rank, with no more elements than it on the other axes.
template <typename OpT>
static LogicalResult checkElementIndices(const Inference<OpT> &infer,
                                         const Dims &operand,
                                         const Dims &indices, int64_t axis) {
  if (Status status = checkAxis(axis, int64_t(operand.size())); !status)
    return infer.fail(status.error().message);
  if (indices.size() != operand.size())
    return infer.fail("expected indices of rank ", operand.size(),
                      ", but got rank ", indices.size());
  for (size_t i = 0; i < operand.size(); ++i) {
    std::optional<int64_t> have = operand[i].constantValue();
    std::optional<int64_t> want = indices[i].constantValue();
    if (int64_t(i) != axis && have && want && *want > *have)
      return infer.fail("the indices' size ", *want, " of axis ", i,
                        " exceeds the operand's, ", *have);
  }
  return success();
}

LogicalResult GatherElementsOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  Inference<GatherElementsOp> infer(context, location, types);
  Dims indices = getDims(adaptor.getIndices());
  if (failed(checkElementIndices(infer, getDims(adaptor.getOperand()), indices,
                                 adaptor.getAxis())))
    return failure();
  return infer.add(indices, elementOf(adaptor.getOperand()));
}

/// How many axes the last axis of ND indices addresses.
template <typename OpT>
static FailureOr<int64_t> indexDepth(const Inference<OpT> &infer,
                                     const Dims &operand, const Dims &indices,
                                     int64_t batchDims) {
  if (indices.empty())
    return infer.fail("expected indices of rank 1 or more, but got rank 0");
  std::optional<int64_t> depth = indices.back().constantValue();
  if (!depth)
    return infer.fail("expected a constant last axis of the indices, but got ",
                      indices.back().str());
  int64_t available = int64_t(operand.size()) - batchDims;
  if (*depth > available)
    return infer.fail("the indices address ", *depth,
                      " axes, but the operand has ", available,
                      batchDims ? " behind its batch axes" : "");
  return *depth;
}

LogicalResult GatherNDOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location> location,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  Inference<GatherNDOp> infer(context, location, types);
  Dims operand = getDims(adaptor.getOperand());
  Dims indices = getDims(adaptor.getIndices());
  int64_t batch = adaptor.getBatchDims();
  if (batch < 0 || batch > int64_t(operand.size()) ||
      batch >= int64_t(indices.size()))
    return infer.fail("batch_dims is ", batch, ", but the ranks are ",
                      operand.size(), " and ", indices.size());
  FailureOr<int64_t> depth = indexDepth(infer, operand, indices, batch);
  if (failed(depth))
    return failure();
  for (int64_t i = 0; i < batch; ++i)
    if (!mayBeEqual(operand[i], indices[i]))
      return infer.fail("expected equal batch sizes of axis ", i, ", but got ",
                        operand[i].str(), " and ", indices[i].str());
  Dims result(indices.begin(), indices.end() - 1);
  for (int64_t i = 0; i < batch; ++i)
    result[i] = merge(operand[i], indices[i]);
  result.append(operand.begin() + batch + *depth, operand.end());
  return infer.add(result, elementOf(adaptor.getOperand()));
}

/// The element types and the reduction of a scatter.
template <typename OpT>
static LogicalResult checkScatter(const Inference<OpT> &infer, Value operand,
                                  Value updates, ReduceKind reduction) {
  Type element = elementOf(operand);
  if (elementOf(updates) != element)
    return infer.fail("expected updates of element type ", show(element),
                      ", but got ", show(elementOf(updates)));
  if (reduction == ReduceKind::Mean)
    return infer.fail("cannot combine by mean");
  if (reduction != ReduceKind::None && !isNumeric(element))
    return infer.fail(stringifyReduceKind(reduction),
                      " expected numbers, but got ", show(element));
  return success();
}

LogicalResult ScatterElementsOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  Inference<ScatterElementsOp> infer(context, location, types);
  Dims operand = getDims(adaptor.getOperand());
  Dims indices = getDims(adaptor.getIndices());
  Dims updates = getDims(adaptor.getUpdates());
  if (failed(checkScatter(infer, adaptor.getOperand(), adaptor.getUpdates(),
                          adaptor.getReduction())) ||
      failed(checkElementIndices(infer, operand, indices, adaptor.getAxis())))
    return failure();
  if (!mayBeEqual(indices, updates))
    return infer.fail("expected updates of the indices' shape ",
                      toString(indices), ", but got ", toString(updates));
  return infer.add(operand, elementOf(adaptor.getOperand()));
}

LogicalResult ScatterNDOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> location,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  Inference<ScatterNDOp> infer(context, location, types);
  Dims operand = getDims(adaptor.getOperand());
  Dims indices = getDims(adaptor.getIndices());
  Dims updates = getDims(adaptor.getUpdates());
  if (failed(checkScatter(infer, adaptor.getOperand(), adaptor.getUpdates(),
                          adaptor.getReduction())))
    return failure();
  FailureOr<int64_t> depth = indexDepth(infer, operand, indices, 0);
  if (failed(depth))
    return failure();
  Dims expected(indices.begin(), indices.end() - 1);
  expected.append(operand.begin() + *depth, operand.end());
  if (!mayBeEqual(expected, updates))
    return infer.fail("expected updates of shape ", toString(expected),
                      ", but got ", toString(updates));
  return infer.add(operand, elementOf(adaptor.getOperand()));
}

LogicalResult ReverseSequenceOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  Inference<ReverseSequenceOp> infer(context, location, types);
  Dims operand = getDims(adaptor.getOperand());
  Dims lengths = getDims(adaptor.getLengths());
  for (int64_t axis : {adaptor.getTimeAxis(), adaptor.getBatchAxis()})
    if (Status status = checkAxis(axis, int64_t(operand.size())); !status)
      return infer.fail(status.error().message);
  if (adaptor.getTimeAxis() == adaptor.getBatchAxis())
    return infer.fail("expected different time and batch axes, but both are ",
                      adaptor.getTimeAxis());
  if (lengths.size() != 1)
    return infer.fail("expected lengths of rank 1, but got rank ",
                      lengths.size());
  if (!mayBeEqual(lengths[0], operand[adaptor.getBatchAxis()]))
    return infer.fail("expected one length for each of ",
                      operand[adaptor.getBatchAxis()].str(),
                      " batches, but got ", lengths[0].str());
  return infer.add(operand, elementOf(adaptor.getOperand()));
}

LogicalResult RangeOp::verify() {
  Type element = elementOf(getResult());
  if (rankOf(getResult()) != 1)
    return emitOpError() << "expected a result of rank 1, but got rank "
                         << rankOf(getResult());
  if (!isNumeric(element))
    return emitOpError() << "expected numbers, but got " << element;
  for (Value operand : getOperands())
    if (rankOf(operand) != 0 || elementOf(operand) != element)
      return emitOpError() << "expected operands of rank 0 and element type "
                           << element << ", but got " << operand.getType();
  return success();
}

//===- WindowOps.cpp - contractions and windows ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpChecks.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

/// Floats: all of one type, the result of the same or f32. Integers may differ:
/// they are widened (or wrapped) to the result's.
static LogicalResult checkContraction(Operation *op, Value lhs, Value rhs,
                                      Value result) {
  Type a = elementOf(lhs), b = elementOf(rhs), c = elementOf(result);
  if (!isNumeric(a) || !isNumeric(b) || !isNumeric(c))
    return op->emitOpError()
           << "expected numbers, but got " << a << ", " << b << " and " << c;
  bool isInteger =
      !graph::isFloat(a) && !graph::isFloat(b) && !graph::isFloat(c);
  if (!isInteger && (a != b || (c != a && !c.isF32())))
    return op->emitOpError()
           << "expected integers, or floats of one element type, "
              "but got "
           << a << " and " << b << " to " << c;
  return success();
}

static LogicalResult checkShape(Operation *op, const Result<Dims> &expected,
                                Value result) {
  if (!expected)
    return op->emitOpError() << expected.error().message;
  if (!mayBeEqual(*expected, getDims(result)))
    return op->emitOpError()
           << "expected a result of shape " << toString(*expected)
           << ", but got " << toString(getDims(result));
  return success();
}

LogicalResult MatmulOp::verify() {
  if (failed(checkContraction(*this, getLhs(), getRhs(), getResult())))
    return failure();
  return checkShape(*this,
                    matmulShape(getDims(getLhs()), getDims(getRhs()),
                                getTransposeLhs(), getTransposeRhs()),
                    getResult());
}

LogicalResult ConvOp::verify() {
  if (failed(checkContraction(*this, getInput(), getFilter(), getResult())))
    return failure();
  return checkShape(*this,
                    convShape(getDims(getInput()), getDims(getFilter()),
                              getStrides(), getDilations(), getPadLow().exprs(),
                              getPadHigh().exprs(), getGroups()),
                    getResult());
}

LogicalResult ConvTransposeOp::verify() {
  if (failed(checkContraction(*this, getInput(), getFilter(), getResult())))
    return failure();
  // The window, the channels and the groups are checked as a convolution's; the
  // spatial sizes are given.
  Dims padHigh(getPadLow().getTexts().size(), DimExpr::symbol("any"));
  Result<Dims> shape =
      convShape(getDims(getInput()), getDims(getFilter()), getStrides(),
                getDilations(), getPadLow().exprs(), padHigh, getGroups());
  return checkShape(*this, shape, getResult());
}

/// A window whose result's spatial sizes are given.
static LogicalResult checkPool(Operation *op, Value input, Value result,
                               Window window) {
  Dims from = getDims(input), to = getDims(result);
  if (from.size() < 2 || to.size() != from.size())
    return op->emitOpError()
           << "expected an input and a result of one rank, 2 or "
              "more, but got ranks "
           << from.size() << " and " << to.size();
  if (Status status = checkWindow(window, int64_t(from.size()) - 2); !status)
    return op->emitOpError() << status.error().message;
  if (!mayBeEqual(from.front(), to.front()) ||
      !mayBeEqual(from.back(), to.back()))
    return op->emitOpError()
           << "expected batch and channels " << from.front().str() << " and "
           << from.back().str() << ", but got " << to.front().str() << " and "
           << to.back().str();
  return success();
}

LogicalResult PoolOp::verify() {
  Type element = elementOf(getInput());
  if (elementOf(getResult()) != element)
    return emitOpError() << "expected the input's element type " << element
                         << ", but got " << elementOf(getResult());
  if (!isNumeric(element))
    return emitOpError() << "expected numbers, but got " << element;
  bool isAverage = getKind() == PoolKind::Average ||
                   getKind() == PoolKind::AverageWithPadding;
  if (isAverage && !graph::isFloat(element))
    return emitOpError() << stringifyPoolKind(getKind())
                         << " expected floats, but got " << element;
  return checkPool(*this, getInput(), getResult(),
                   Window{SmallVector<int64_t>(getWindow()),
                          SmallVector<int64_t>(getStrides()),
                          SmallVector<int64_t>(getDilations()),
                          getPadLow().exprs(), getPadHigh().exprs()});
}

LogicalResult MaxPoolIndicesOp::verify() {
  if (!elementOf(getResult()).isInteger(64))
    return emitOpError() << "expected a result of i64, but got "
                         << elementOf(getResult());
  if (!isNumeric(elementOf(getInput())))
    return emitOpError() << "expected numbers, but got "
                         << elementOf(getInput());
  return checkPool(*this, getInput(), getResult(),
                   Window{SmallVector<int64_t>(getWindow()),
                          SmallVector<int64_t>(getStrides()),
                          SmallVector<int64_t>(getDilations()),
                          getPadLow().exprs(), getPadLow().exprs()});
}

LogicalResult ResizeOp::verify() {
  Type element = elementOf(getOperand());
  int64_t rank = rankOf(getOperand());
  if (elementOf(getResult()) != element)
    return emitOpError() << "expected the operand's element type " << element
                         << ", but got " << elementOf(getResult());
  if (!isNumeric(element))
    return emitOpError() << "expected numbers, but got " << element;
  if (rankOf(getResult()) != rank)
    return emitOpError() << "expected a result of rank " << rank
                         << ", but got rank " << rankOf(getResult());
  if (!getScales().empty() && int64_t(getScales().size()) != rank)
    return emitOpError() << "expected no scales or " << rank << ", but got "
                         << getScales().size();
  for (double scale : getScales())
    if (!(scale > 0))
      return emitOpError() << "expected scales above 0, but got " << scale;
  bool isCrop = getCoordinates() == ResizeCoordinates::TfCropAndResize;
  int64_t wanted = isCrop ? 2 * rank : 0;
  if (int64_t(getRoi().size()) != wanted)
    return emitOpError() << "expected a roi of " << wanted << " values with "
                         << stringifyResizeCoordinates(getCoordinates())
                         << ", but got " << getRoi().size();
  return success();
}

LogicalResult GridSampleOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location> location,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  Inference<GridSampleOp> infer(context, location, types);
  Dims input = getDims(adaptor.getInput()), grid = getDims(adaptor.getGrid());
  if (input.size() < 3 || grid.size() != input.size())
    return infer.fail(
        "expected an input and a grid of one rank, 3 or more, but "
        "got ranks ",
        input.size(), " and ", grid.size());
  if (!grid.back().isConstant(int64_t(input.size()) - 2))
    return infer.fail("expected ", input.size() - 2,
                      " coordinates in the grid's last axis, but got ",
                      grid.back().str());
  if (!mayBeEqual(input[0], grid[0]))
    return infer.fail("expected equal batch sizes, but got ", input[0].str(),
                      " and ", grid[0].str());
  if (adaptor.getPadding() == PadMode::Wrap)
    return infer.fail("has no padding mode wrap");
  Dims result(grid.begin(), grid.end() - 1);
  result[0] = merge(input[0], grid[0]);
  result.push_back(input.back());
  return infer.add(result, elementOf(adaptor.getInput()));
}

LogicalResult RoiAlignOp::verify() {
  Dims input = getDims(getInput()), rois = getDims(getRois());
  Dims batches = getDims(getBatchIndices()), result = getDims(getResult());
  if (input.size() != 4 || result.size() != 4)
    return emitOpError()
           << "expected an input and a result of rank 4, but got ranks "
           << input.size() << " and " << result.size();
  if (rois.size() != 2 || !mayBeEqual(rois[1], 4) || batches.size() != 1 ||
      !mayBeEqual(rois[0], batches[0]))
    return emitOpError()
           << "expected rois [R, 4] and batch indices [R], but got "
           << toString(rois) << " and " << toString(batches);
  if (!mayBeEqual(result[0], rois[0]) || !mayBeEqual(result[3], input[3]))
    return emitOpError() << "expected a result of " << rois[0].str()
                         << " rois and " << input[3].str()
                         << " channels, but got " << toString(result);
  if (elementOf(getRois()) != elementOf(getInput()) ||
      elementOf(getResult()) != elementOf(getInput()))
    return emitOpError("expected input, rois and result of one element type");
  if (getKind() != PoolKind::Max && getKind() != PoolKind::Average)
    return emitOpError() << "expected kind max or average, but got "
                         << stringifyPoolKind(getKind());
  if (getSamplingRatio() < 0)
    return emitOpError() << "expected a sampling ratio of 0 or more, but got "
                         << getSamplingRatio();
  return success();
}

//===- Canonicalize.cpp - simpler forms of ops ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The form that the passes and lowerings expect:
//
// - constants stand on the right of commutative ops, scalars are not broadcast
//   before an elementwise op;
// - chains of reshape, broadcast, transpose and slice are one op;
// - a transpose that moves no data is a reshape, so is a reduction of axes of
//   size 1; a gather of one constant index is a slice;
// - matmul takes a transposed operand as it is.
//
//===----------------------------------------------------------------------===//

#include "OpChecks.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

static LogicalResult constantToTheRight(BinaryOp op,
                                        PatternRewriter &rewriter) {
  switch (op.getKind()) {
  case BinaryKind::Add:
  case BinaryKind::Mul:
  case BinaryKind::Max:
  case BinaryKind::Min:
  case BinaryKind::And:
  case BinaryKind::Or:
  case BinaryKind::Xor:
    break;
  default:
    return rewriter.notifyMatchFailure(op, "not commutative");
  }
  auto isConstant = [](Value value) {
    return isa_and_nonnull<ConstantOp>(value.getDefiningOp());
  };
  if (!isConstant(op.getLhs()) || isConstant(op.getRhs()))
    return rewriter.notifyMatchFailure(op, "no constant on the left only");
  rewriter.modifyOpInPlace(op, [&] {
    Value lhs = op.getLhs();
    op.getLhsMutable().assign(op.getRhs());
    op.getRhsMutable().assign(lhs);
  });
  return success();
}

/// pow(x, 2) and pow(x, 3) are products; not the cube of 16-bit floats, which
/// would round twice.
static LogicalResult smallPower(BinaryOp op, PatternRewriter &rewriter) {
  DenseElementsAttr exponent;
  if (op.getKind() != BinaryKind::Pow ||
      !matchPattern(op.getRhs(), m_Constant(&exponent)) ||
      !exponent.isSplat() || op.getLhs().getType() != op.getType())
    return rewriter.notifyMatchFailure(op, "no power of a constant exponent");
  double power = isa<FloatType>(exponent.getElementType())
                     ? exponent.getSplatValue<APFloat>().convertToDouble()
                     : exponent.getSplatValue<APInt>().getSExtValue();
  bool isNarrow = exponent.getElementType().getIntOrFloatBitWidth() == 16 &&
                  isa<FloatType>(exponent.getElementType());
  if (power != 2 && (power != 3 || isNarrow))
    return rewriter.notifyMatchFailure(op, "exponent is not 2 or 3");
  Value x = op.getLhs(), product = x;
  for (int i = 1; i < int(power); ++i)
    product = BinaryOp::create(rewriter, op.getLoc(), op.getType(),
                               BinaryKind::Mul, product, x);
  rewriter.replaceOp(op, product);
  return success();
}

/// An operand need not be broadcast where the others already have the result's
/// shape.
template <typename OpT>
static LogicalResult dropBroadcast(OpT op, PatternRewriter &rewriter) {
  Dims result = getDims(op.getResult());
  for (OpOperand &operand : op->getOpOperands()) {
    auto broadcast = operand.get().template getDefiningOp<BroadcastOp>();
    if (!broadcast)
      continue;
    SmallVector<Dims> shapes;
    for (OpOperand &other : op->getOpOperands())
      shapes.push_back(
          getDims(&other == &operand ? broadcast.getOperand() : other.get()));
    Result<Dims> shape = broadcastShapes(shapes);
    if (!shape || *shape != result)
      continue;
    rewriter.modifyOpInPlace(op, [&] { operand.set(broadcast.getOperand()); });
    return success();
  }
  return rewriter.notifyMatchFailure(op, "no broadcast that can be left out");
}

void BinaryOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *) {
  patterns.add(constantToTheRight);
  patterns.add(smallPower);
  patterns.add(dropBroadcast<BinaryOp>);
}

void CompareOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *) {
  patterns.add(dropBroadcast<CompareOp>);
}

/// not c ? x : y is c ? y : x.
static LogicalResult selectOfNot(SelectOp op, PatternRewriter &rewriter) {
  auto negation = op.getCondition().getDefiningOp<UnaryOp>();
  if (!negation || negation.getKind() != UnaryKind::Not)
    return rewriter.notifyMatchFailure(op, "the condition is not negated");
  rewriter.replaceOpWithNewOp<SelectOp>(op, op.getType(), negation.getOperand(),
                                        op.getOnFalse(), op.getOnTrue());
  return success();
}

void SelectOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *) {
  patterns.add(selectOfNot);
  patterns.add(dropBroadcast<SelectOp>);
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

static LogicalResult mergeReshapes(ReshapeOp op, PatternRewriter &rewriter) {
  auto inner = op.getOperand().getDefiningOp<ReshapeOp>();
  if (!inner)
    return rewriter.notifyMatchFailure(op, "operand is no reshape");
  rewriter.modifyOpInPlace(
      op, [&] { op.getOperandMutable().assign(inner.getOperand()); });
  return success();
}

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *) {
  patterns.add(mergeReshapes);
}

static LogicalResult mergeBroadcasts(BroadcastOp op,
                                     PatternRewriter &rewriter) {
  auto inner = op.getOperand().getDefiningOp<BroadcastOp>();
  if (!inner)
    return rewriter.notifyMatchFailure(op, "operand is no broadcast");
  rewriter.modifyOpInPlace(
      op, [&] { op.getOperandMutable().assign(inner.getOperand()); });
  return success();
}

void BroadcastOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *) {
  patterns.add(mergeBroadcasts);
}

static LogicalResult mergeTransposes(TransposeOp op,
                                     PatternRewriter &rewriter) {
  auto inner = op.getOperand().getDefiningOp<TransposeOp>();
  if (!inner)
    return rewriter.notifyMatchFailure(op, "operand is no transpose");
  SmallVector<int64_t> permutation;
  for (int64_t axis : op.getPermutation())
    permutation.push_back(inner.getPermutation()[axis]);
  rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), inner.getOperand(),
                                           permutation);
  return success();
}

/// Axes of size 1 may go anywhere; the others keep their order.
static LogicalResult transposeToReshape(TransposeOp op,
                                        PatternRewriter &rewriter) {
  Dims dims = getDims(op.getOperand());
  int64_t last = -1;
  for (int64_t axis : op.getPermutation()) {
    if (dims[axis].isConstant(1))
      continue;
    if (axis < last)
      return rewriter.notifyMatchFailure(op, "moves data");
    last = axis;
  }
  rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getOperand());
  return success();
}

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *) {
  patterns.add(mergeTransposes);
  patterns.add(transposeToReshape);
}

/// Operands that are empty along the axis add nothing, and a concat of a concat
/// along one axis is one.
static LogicalResult flattenConcat(ConcatOp op, PatternRewriter &rewriter) {
  SmallVector<Value> operands;
  bool changed = false;
  for (Value operand : op.getOperands()) {
    auto inner = operand.getDefiningOp<ConcatOp>();
    if (inner && inner.getAxis() == op.getAxis() && inner->hasOneUse()) {
      llvm::append_range(operands, inner.getOperands());
      changed = true;
    } else if (getDim(operand, op.getAxis()).isConstant(0)) {
      changed = true;
    } else {
      operands.push_back(operand);
    }
  }
  if (!changed || operands.empty())
    return rewriter.notifyMatchFailure(op, "nothing to flatten");
  rewriter.modifyOpInPlace(op,
                           [&] { op.getOperandsMutable().assign(operands); });
  return success();
}

void ConcatOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *) {
  patterns.add(flattenConcat);
}

static LogicalResult mergeSlices(SliceOp op, PatternRewriter &rewriter) {
  auto inner = op.getOperand().getDefiningOp<SliceOp>();
  if (!inner)
    return rewriter.notifyMatchFailure(op, "operand is no slice");
  Dims starts;
  SmallVector<int64_t> steps;
  for (auto [innerStart, innerStep, start, step] :
       llvm::zip(inner.getStarts().exprs(), inner.getSteps(),
                 op.getStarts().exprs(), op.getSteps())) {
    starts.push_back(innerStart + DimExpr(innerStep) * start);
    int64_t product;
    if (__builtin_mul_overflow(innerStep, step, &product))
      return rewriter.notifyMatchFailure(op, "steps overflow");
    steps.push_back(product);
  }
  rewriter.replaceOpWithNewOp<SliceOp>(op, op.getType(), inner.getOperand(),
                                       getDimsAttr(op.getContext(), starts),
                                       steps);
  return success();
}

void SliceOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                          MLIRContext *) {
  patterns.add(mergeSlices);
}

/// Constant indices that step evenly are a slice, and a reshape if the indices
/// are not of rank 1.
static LogicalResult gatherToSlice(GatherOp op, PatternRewriter &rewriter) {
  DenseElementsAttr indices;
  if (!matchPattern(op.getIndices(), m_Constant(&indices)) ||
      indices.getNumElements() == 0)
    return rewriter.notifyMatchFailure(op, "no constant indices");
  size_t axis = size_t(op.getAxis());
  Dims dims = getDims(op.getOperand());
  // What is not clamped: the last element must be known to exist.
  SymbolRange size = dims[axis].bounds(getSymbolRanges(op));
  SmallVector<int64_t> values;
  for (const APInt &value : indices.getValues<APInt>()) {
    values.push_back(value.getSExtValue());
    bool isInside = values.back() >= 0 ? values.back() < size.lo
                                       : values.back() >= -size.lo;
    if (!isInside || (values.back() < 0) != (values.front() < 0))
      return rewriter.notifyMatchFailure(op, "an index may be out of range");
  }
  int64_t step = values.size() > 1 ? values[1] - values[0] : 1;
  for (size_t i = 1; i < values.size(); ++i)
    if (step == 0 || values[i] - values[i - 1] != step)
      return rewriter.notifyMatchFailure(op, "indices do not step evenly");
  Dims starts(dims.size(), DimExpr(0)), sizes = dims;
  SmallVector<int64_t> steps(dims.size(), 1);
  starts[axis] =
      values[0] < 0 ? dims[axis] + DimExpr(values[0]) : DimExpr(values[0]);
  steps[axis] = step;
  sizes[axis] = int64_t(values.size());
  MLIRContext *context = op.getContext();
  Value slice =
      SliceOp::create(rewriter, op.getLoc(),
                      getTensorType(context, sizes, elementOf(op.getOperand())),
                      op.getOperand(), getDimsAttr(context, starts), steps);
  if (slice.getType() == op.getType())
    rewriter.replaceOp(op, slice);
  else
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), slice);
  return success();
}

void GatherOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *) {
  patterns.add(gatherToSlice);
}

//===----------------------------------------------------------------------===//
// Reductions, contractions, control flow
//===----------------------------------------------------------------------===//

static LogicalResult reduceToReshape(ReduceOp op, PatternRewriter &rewriter) {
  Dims dims = getDims(op.getOperand());
  if (!llvm::all_of(op.getAxes(),
                    [&](int64_t axis) { return dims[axis].isConstant(1); }))
    return rewriter.notifyMatchFailure(op, "reduces more than one element");
  rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getOperand());
  return success();
}

void ReduceOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *) {
  patterns.add(reduceToReshape);
}

/// The operand of a transpose that swaps the last two axes only.
static Value swappedOperand(Value value) {
  auto transpose = value.getDefiningOp<TransposeOp>();
  if (!transpose)
    return {};
  ArrayRef<int64_t> permutation = transpose.getPermutation();
  int64_t rank = int64_t(permutation.size());
  for (int64_t i = 0; i < rank - 2; ++i)
    if (permutation[i] != i)
      return {};
  return rank >= 2 && permutation[rank - 1] == rank - 2 ? transpose.getOperand()
                                                        : Value();
}

static LogicalResult absorbTranspose(MatmulOp op, PatternRewriter &rewriter) {
  Value lhs = swappedOperand(op.getLhs()), rhs = swappedOperand(op.getRhs());
  if (!lhs && !rhs)
    return rewriter.notifyMatchFailure(op, "no operand is swapped");
  rewriter.modifyOpInPlace(op, [&] {
    if (lhs) {
      op.getLhsMutable().assign(lhs);
      op.setTransposeLhs(!op.getTransposeLhs());
    }
    if (rhs) {
      op.getRhsMutable().assign(rhs);
      op.setTransposeRhs(!op.getTransposeRhs());
    }
  });
  return success();
}

void MatmulOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *) {
  patterns.add(absorbTranspose);
}

/// A constant condition decides, if the branch binds no sizes.
static LogicalResult inlineBranch(IfOp op, PatternRewriter &rewriter) {
  DenseElementsAttr condition;
  if (!op.getResultSymbols().empty() ||
      !matchPattern(op.getCondition(), m_Constant(&condition)))
    return rewriter.notifyMatchFailure(op, "not decided");
  Region &taken =
      condition.getSplatValue<bool>() ? op.getThenRegion() : op.getElseRegion();
  Block *block = &taken.front();
  Operation *yield = block->getTerminator();
  SmallVector<Value> results(yield->getOperands());
  for (auto [value, result] : llvm::zip(results, op.getResults()))
    if (value.getType() != result.getType())
      return rewriter.notifyMatchFailure(op,
                                         "result types are written otherwise");
  rewriter.inlineBlockBefore(block, op);
  rewriter.replaceOp(op, results);
  rewriter.eraseOp(yield);
  return success();
}

void IfOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                       MLIRContext *) {
  patterns.add(inlineBranch);
}

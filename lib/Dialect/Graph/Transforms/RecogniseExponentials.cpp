//===- RecogniseExponentials.cpp - softmax and sigmoid --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Matching.h"
#include "RecognisePatterns.h"

using namespace mlir;

namespace tilewright::graph {

namespace {

/// The axis along which `value` reduces `of`; `operand`, which holds its
/// elements, keeps that axis with size 1.
std::optional<int64_t> keptAxis(Trail &trail, ReduceKind kind, Value operand,
                                Value value, Value of) {
  auto reduction = trail.reduction(kind, value);
  if (!reduction || reduction->operand != of || reduction->axes.size() != 1 ||
      !isKept(getDims(operand), getDims(of), reduction->axes))
    return std::nullopt;
  return reduction->axes.front();
}

/// x - max(x) along `axis`: x.
Value shifted(Trail &trail, Value value, int64_t axis) {
  auto difference = trail.binary(BinaryKind::Sub, value);
  if (!difference || difference->lhs.getType() != value.getType() ||
      keptAxis(trail, ReduceKind::Max, difference->rhs, difference->rhs,
               difference->lhs) != axis)
    return {};
  return difference->lhs;
}

/// exp(x - max) / sum(exp(x - max)).
LogicalResult recogniseSoftmax(BinaryOp op, PatternRewriter &rewriter) {
  for (Quotient &q : quotientsOf(op)) {
    auto axis = q.isRoot || op.getType() != q.numerator.getType()
                    ? std::nullopt
                    : keptAxis(q.trail, ReduceKind::Sum, q.operand, q.divisor,
                               q.numerator);
    if (!axis)
      continue;
    Value difference = q.trail.unary(UnaryKind::Exp, q.numerator);
    Value x = difference ? shifted(q.trail, difference, *axis) : Value();
    if (!x || !q.trail.isPrivateTo(op))
      continue;
    rewriter.replaceOp(
        op, SoftmaxOp::create(rewriter, q.trail.location(op), x, *axis, false));
    return success();
  }
  return rewriter.notifyMatchFailure(op, "no softmax of its own");
}

/// d - log(sum(exp(d))) with d = x - max(x).
LogicalResult recogniseLogSoftmax(BinaryOp op, PatternRewriter &rewriter) {
  if (op.getKind() != BinaryKind::Sub || op.getLhs().getType() != op.getType())
    return rewriter.notifyMatchFailure(op, "no difference");
  Trail trail;
  Value sum = trail.unary(UnaryKind::Log, trail.behindReshapes(op.getRhs()));
  auto reduction = sum ? trail.reduction(ReduceKind::Sum, sum) : std::nullopt;
  if (!reduction || reduction->axes.size() != 1 ||
      trail.unary(UnaryKind::Exp, reduction->operand) != op.getLhs() ||
      !isKept(getDims(op.getRhs()), getDims(op.getLhs()), reduction->axes))
    return rewriter.notifyMatchFailure(op, "no logarithm of a sum");
  Value x = shifted(trail, op.getLhs(), reduction->axes.front());
  if (!x)
    return rewriter.notifyMatchFailure(op, "no distance to the largest");
  if (!trail.isPrivateTo(op))
    return rewriter.notifyMatchFailure(op, "a part has other users");
  rewriter.replaceOp(op, SoftmaxOp::create(rewriter, trail.location(op), x,
                                           reduction->axes.front(), true));
  return success();
}

/// x of 1 + exp(-x), or null.
Value logisticDenominator(Trail &trail, Value value) {
  auto sum = trail.withScalar(BinaryKind::Add, value);
  if (!sum || sum->second != 1 || sum->first.getType() != value.getType())
    return {};
  Value negative = trail.unary(UnaryKind::Exp, sum->first);
  return negative ? trail.unary(UnaryKind::Neg, negative) : Value();
}

LogicalResult toSigmoid(Operation *op, Value denominator,
                        PatternRewriter &rewriter) {
  Trail trail;
  Value x = logisticDenominator(trail, denominator);
  if (!x || x.getType() != op->getResult(0).getType())
    return rewriter.notifyMatchFailure(op, "not of 1 + exp(-x)");
  if (!trail.isPrivateTo(op))
    return rewriter.notifyMatchFailure(op, "a part has other users");
  rewriter.replaceOp(
      op, UnaryOp::create(rewriter, trail.location(op), UnaryKind::Sigmoid, x));
  return success();
}

/// 1 / (1 + exp(-x)).
LogicalResult recogniseSigmoid(BinaryOp op, PatternRewriter &rewriter) {
  if (op.getKind() != BinaryKind::Div || scalarOf(op.getLhs()) != 1.0)
    return rewriter.notifyMatchFailure(op, "no quotient of 1");
  return toSigmoid(op, op.getRhs(), rewriter);
}
LogicalResult recogniseReciprocalSigmoid(UnaryOp op,
                                         PatternRewriter &rewriter) {
  if (op.getKind() != UnaryKind::Reciprocal)
    return rewriter.notifyMatchFailure(op, "no reciprocal");
  return toSigmoid(op, op.getOperand(), rewriter);
}

} // namespace

void addExponentialPatterns(RewritePatternSet &patterns) {
  patterns.add(recogniseSoftmax);
  patterns.add(recogniseLogSoftmax);
  patterns.add(recogniseSigmoid);
  patterns.add(recogniseReciprocalSigmoid);
}

} // namespace tilewright::graph

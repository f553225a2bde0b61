//===- RecogniseNormalizations.cpp - LayerNorm and RMSNorm ----------------===//
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

/// The root of a mean of squares plus epsilon: what is squared, and how.
struct Deviation {
  Value of;
  SmallVector<int64_t> axes;
  double epsilon = 0;
};

/// mean(of^2) + epsilon.
std::optional<Deviation> deviation(Trail &trail, Value value) {
  Deviation result;
  if (auto sum = trail.withScalar(BinaryKind::Add, value)) {
    if (!std::isfinite(sum->second) || sum->second < 0)
      return std::nullopt;
    result.epsilon = sum->second;
    value = sum->first;
  }
  auto mean = trail.reduction(ReduceKind::Mean, value);
  Value of = mean ? trail.square(mean->operand) : Value();
  if (!of)
    return std::nullopt;
  result.of = of;
  result.axes = mean->axes;
  return result;
}

/// x - mean(x) along the axes: x, or null.
Value centred(Trail &trail, Value value, ArrayRef<int64_t> axes) {
  auto difference = trail.binary(BinaryKind::Sub, value);
  if (!difference || difference->lhs.getType() != value.getType())
    return {};
  auto mean = trail.reduction(ReduceKind::Mean, difference->rhs);
  if (!mean || mean->operand != difference->lhs ||
      !llvm::equal(mean->axes, axes) ||
      !isKept(getDims(difference->rhs), getDims(difference->lhs), axes))
    return {};
  return difference->lhs;
}

/// d / sqrt(mean(d^2) + epsilon), with d = x - mean(x) or not. A scale may
/// stand between: (scale * d) / sqrt(...).
LogicalResult recogniseNormalize(BinaryOp op, PatternRewriter &rewriter) {
  for (Quotient &q : quotientsOf(op)) {
    Value scale;
    if (!q.isRoot)
      continue;
    auto found = deviation(q.trail, q.divisor);
    if (!found)
      continue;
    if (q.numerator != found->of) {
      auto product = q.trail.binary(BinaryKind::Mul, q.numerator);
      if (!product)
        continue;
      if (product->lhs == found->of)
        scale = product->rhs;
      else if (product->rhs == found->of)
        scale = product->lhs;
      else
        continue;
    }
    if (!isKept(getDims(q.operand), getDims(found->of), found->axes) ||
        op.getType() != found->of.getType())
      continue;
    Trail withMean = q.trail;
    Value x = centred(withMean, found->of, found->axes);
    bool isCentred = x && withMean.isPrivateTo(op);
    if (!isCentred && !q.trail.isPrivateTo(op))
      continue;
    Trail &trail = isCentred ? withMean : q.trail;
    Value result = NormalizeOp::create(rewriter, trail.location(op),
                                       isCentred ? x : found->of, found->axes,
                                       APFloat(found->epsilon), !isCentred);
    if (scale)
      rewriter.replaceOpWithNewOp<BinaryOp>(op, op.getType(), BinaryKind::Mul,
                                            result, scale);
    else
      rewriter.replaceOp(op, result);
    return success();
  }
  return rewriter.notifyMatchFailure(op, "no quotient by a root mean square");
}

} // namespace

void addNormalizationPatterns(RewritePatternSet &patterns) {
  patterns.add(recogniseNormalize);
}

} // namespace tilewright::graph

//===- Losses.cpp - ONNX losses ----------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

/// -weight[t] * logProbabilities[n, t, ...] for the target class t, reduced as
/// the attribute says. Targets equal to `ignore_index` weigh nothing.
static Value negativeLogLikelihood(Node &n, Value logs, Value target,
                                   Value weight) {
  std::string reduction = n.text("reduction", "mean", {"none", "sum", "mean"});
  bool ignores = n.hasAttr("ignore_index");
  int64_t ignored = n.integer("ignore_index", 0);
  if (!n.expectRank(logs, 2, 64, "input 'input'") ||
      !n.expectRank(target, n.rank(logs) - 1, n.rank(logs) - 1,
                    "input 'target'"))
    return logs;
  for (int64_t i = 0; i < n.rank(target); ++i)
    n.equal(n.shape(target)[i], n.shape(logs)[i == 0 ? 0 : i + 1],
            "axis " + Twine(i) + " of the target and of the scores");
  Value picked = n.squeeze(n.inferred<graph::GatherElementsOp>(
                               logs, n.unsqueeze(target, {1}), int64_t(1)),
                           {1});
  Value loss = n.neg(picked);
  Value weights;
  if (weight && n.expectVector(weight, n.shape(logs)[1], "input 'weight'"))
    weights = n.gather(weight, target, 0);
  if (ignores) {
    Value isIgnored = n.compare(CompareKind::Eq, target,
                                n.scalarInt(n.element(target), ignored));
    if (!weights)
      weights = n.full(n.shape(target).dims, n.like(logs, 1));
    weights = n.select(isIgnored, n.like(logs, 0), weights);
    // Whatever stands at an ignored target must not come through as 0 * inf.
    loss = n.select(isIgnored, n.like(logs, 0), loss);
  }
  if (weights)
    loss = n.mul(loss, weights);
  if (reduction == "none")
    return loss;
  SmallVector<int64_t> axes = axesFrom(0, n.rank(loss));
  if (reduction == "mean" && !weights)
    return n.reduce(ReduceKind::Mean, loss, axes, false);
  Value total = n.reduce(ReduceKind::Sum, loss, axes, false);
  return reduction == "sum"
             ? total
             : n.div(total, n.reduce(ReduceKind::Sum, weights, axes, false));
}

static void importNegativeLogLikelihoodLoss(Node &n) {
  n.result(0, negativeLogLikelihood(n, n.in(0), n.in(1),
                                    n.has(2) ? n.in(2) : Value()));
}

static void importSoftmaxCrossEntropyLoss(Node &n) {
  if (!n.expectRank(n.in(0), 2, 64, "input 'scores'"))
    return;
  Value logs = n.softmax(n.in(0), 1, /*log=*/true);
  n.result(
      0, negativeLogLikelihood(n, logs, n.in(1), n.has(2) ? n.in(2) : Value()));
  n.result(1, logs);
}

llvm::ArrayRef<OpRow> onnximport::lossOps() {
  static const OpRow rows[] = {
      {"NegativeLogLikelihoodLoss", 12, Newest, 2, 3, Float,
       importNegativeLogLikelihoodLoss},
      {"SoftmaxCrossEntropyLoss", 12, Newest, 2, 3, Float,
       importSoftmaxCrossEntropyLoss},
  };
  return rows;
}

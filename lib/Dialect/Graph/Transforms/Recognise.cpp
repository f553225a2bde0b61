//===- Recognise.cpp - decomposed ops become one again --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RecognisePatterns.h"

#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Dialect/Graph/Transforms/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace tilewright::graph {

#define GEN_PASS_DEF_RECOGNISEPASS
#include "tilewright/Dialect/Graph/Transforms/Passes.h.inc"

namespace {

/// How often each op is there.
struct Counts {
  int64_t softmax = 0, normalize = 0, sigmoid = 0, attention = 0;

  explicit Counts(ModuleOp module) {
    module.walk([&](Operation *op) {
      softmax += isa<SoftmaxOp>(op);
      normalize += isa<NormalizeOp>(op);
      attention += isa<AttentionOp>(op);
      auto unary = dyn_cast<UnaryOp>(op);
      sigmoid += unary && unary.getKind() == UnaryKind::Sigmoid;
    });
  }
};

struct RecognisePass : impl::RecognisePassBase<RecognisePass> {
  void runOnOperation() override {
    Counts before(getOperation());
    RewritePatternSet patterns(&getContext());
    addExponentialPatterns(patterns);
    addNormalizationPatterns(patterns);
    addAttentionPatterns(patterns);
    // Only what is recognised changes.
    GreedyRewriteConfig config;
    config.enableFolding(false).enableConstantCSE(false);
    if (failed(
            applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      return signalPassFailure();
    Counts after(getOperation());
    numAttention += after.attention - before.attention;
    // The softmax of an attention is gone again.
    numSoftmax +=
        after.softmax + after.attention - before.softmax - before.attention;
    numNormalize += after.normalize - before.normalize;
    numSigmoid += after.sigmoid - before.sigmoid;
  }
};

} // namespace
} // namespace tilewright::graph

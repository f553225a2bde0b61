//===- RecognisePatterns.h - the patterns of tw-recognise -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each pattern starts at the last op of what it recognises.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_RECOGNISEPATTERNS_H
#define TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_RECOGNISEPATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace tilewright::graph {

/// Softmax, log-softmax and sigmoid from exponentials.
void addExponentialPatterns(mlir::RewritePatternSet &patterns);
/// LayerNorm and RMSNorm from means of squares.
void addNormalizationPatterns(mlir::RewritePatternSet &patterns);
/// Attention from two products and a softmax.
void addAttentionPatterns(mlir::RewritePatternSet &patterns);

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_RECOGNISEPATTERNS_H

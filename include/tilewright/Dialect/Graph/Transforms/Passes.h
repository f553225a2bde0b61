//===- Passes.h - the passes on tw ----------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_PASSES_H
#define TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace tilewright {
class WeightStore;
} // namespace tilewright

namespace tilewright::graph {

/// Keys of the results of @weights start here, above all keys of imported
/// weights.
constexpr int64_t firstComputedWeight = int64_t(1) << 32;

#define GEN_PASS_DECL
#include "tilewright/Dialect/Graph/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "tilewright/Dialect/Graph/Transforms/Passes.h.inc"

/// tw-fold-scales that knows the weights; they must outlive the pass.
std::unique_ptr<mlir::Pass> createFoldScalesPass(const WeightStore &weights);

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_PASSES_H

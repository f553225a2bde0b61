//===- Passes.h - the passes on tw ----------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_PASSES_H
#define TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace tilewright::graph {

/// Keys of the results of @weights start here, above all keys of imported
/// weights.
constexpr int64_t firstComputedWeight = int64_t(1) << 32;

#define GEN_PASS_DECL
#include "tilewright/Dialect/Graph/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "tilewright/Dialect/Graph/Transforms/Passes.h.inc"

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_PASSES_H

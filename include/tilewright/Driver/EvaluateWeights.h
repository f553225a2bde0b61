//===- EvaluateWeights.h - the weights that are computed ahead ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the graph passes do to weights (folded scales, transposes, ...) is
// written down in `@weights`, a function without arguments; here it runs, once.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DRIVER_EVALUATEWEIGHTS_H
#define TILEWRIGHT_DRIVER_EVALUATEWEIGHTS_H

#include "tilewright/Support/Parallel.h"
#include "tilewright/Support/Result.h"
#include "tilewright/Support/WeightStore.h"

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace tilewright {

/// Runs @weights in the reference interpreter, adds its results to `weights`
/// under the keys that @main knows, and erases it. Results that have no
/// computation in common are computed at the same time. Errors name the node;
/// of a cancelled call the error is "cancelled".
Status evaluateWeights(mlir::ModuleOp module, WeightStore &weights,
                       const ParallelOptions &options = {});

} // namespace tilewright

#endif // TILEWRIGHT_DRIVER_EVALUATEWEIGHTS_H

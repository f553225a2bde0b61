//===- Pipelines.h - which passes run in which order ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The only place where passes are strung together.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_PIPELINE_PIPELINES_H
#define TILEWRIGHT_PIPELINE_PIPELINES_H

namespace mlir {
class DialectRegistry;
class OpPassManager;
} // namespace mlir

namespace tilewright {

class WeightStore;

/// Imported tw to optimised tw: whole-tensor rewrites; weight arithmetic ends
/// up in @weights, to be run once. `weights` (if known) must outlive the
/// passes.
void buildGraphPipeline(mlir::OpPassManager &passes,
                        const WeightStore *weights = nullptr);
/// Optimised tw to kernels. @weights is gone by then.
void buildKernelPipeline(mlir::OpPassManager &passes);

/// Both as `tw-graph-pipeline` and `tw-kernel-pipeline`, for opt-style tools.
void registerPipelines();

/// The dialects that the compiler uses.
void registerCompilerDialects(mlir::DialectRegistry &registry);

} // namespace tilewright

#endif // TILEWRIGHT_PIPELINE_PIPELINES_H

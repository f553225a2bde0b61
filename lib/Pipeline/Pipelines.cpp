//===- Pipelines.cpp - the named pipelines --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Pipeline/Pipelines.h"

#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Dialect/Graph/Transforms/Passes.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace tilewright {

void buildGraphPipeline(OpPassManager &passes, const WeightStore *weights) {
  passes.addPass(graph::createSimplifyShapesPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(graph::createFoldConstantsPass());
  passes.addPass(createCSEPass());
  passes.addPass(graph::createRecognisePass());
  passes.addPass(graph::createDecomposeAttentionPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(graph::createFoldConstantsPass());
  passes.addPass(createCSEPass());
  passes.addPass(graph::createSinkTransposesPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(weights ? graph::createFoldScalesPass(*weights)
                         : graph::createFoldScalesPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(graph::createHoistWeightsPass());
}

void buildKernelPipeline(OpPassManager &passes) {
  passes.addPass(graph::createFormKernelsPass());
  passes.addPass(createCSEPass());
}

void registerPipelines() {
  PassPipelineRegistration<>(
      "tw-graph-pipeline", "Whole-tensor rewrites of an imported model",
      [](OpPassManager &passes) { buildGraphPipeline(passes); });
  PassPipelineRegistration<>("tw-kernel-pipeline",
                             "Forms kernels of an optimised graph",
                             buildKernelPipeline);
}

void registerCompilerDialects(DialectRegistry &registry) {
  registry.insert<affine::AffineDialect, arith::ArithDialect, func::FuncDialect,
                  linalg::LinalgDialect, math::MathDialect,
                  memref::MemRefDialect, scf::SCFDialect, tensor::TensorDialect,
                  graph::GraphDialect, tile::TileDialect>();
}

} // namespace tilewright

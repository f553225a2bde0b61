//===- InitAll.cpp - every dialect and pass, for tools -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/InitAll.h"

#include "tilewright/Codegen/CPU/Passes.h"
#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Dialect/Graph/Transforms/Passes.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"
#include "tilewright/Dialect/Tile/Transforms/Passes.h"
#include "tilewright/Pipeline/Passes.h"
#include "tilewright/Pipeline/Pipelines.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"

namespace tilewright {

void registerAllDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<graph::GraphDialect, tile::TileDialect>();
}

void registerAllPasses() {
  mlir::registerAllPasses();
  graph::registerGraphTransformsPasses();
  cpu::registerCpuCodegenPasses();
  tile::registerTileTransformsPasses();
  registerTilewrightPipelinePasses();
  registerPipelines();
}

} // namespace tilewright

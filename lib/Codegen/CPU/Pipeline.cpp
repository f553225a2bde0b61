//===- Pipeline.cpp - from the tiled form to the LLVM dialect -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Codegen/CPU/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace tilewright;

namespace tilewright::cpu {
#define GEN_PASS_REGISTRATION
#include "tilewright/Codegen/CPU/Passes.h.inc"
} // namespace tilewright::cpu

void cpu::buildCpuPipeline(OpPassManager &manager, const CpuTarget &target) {
  // Not the canonicalizer before tile-to-vector: it inlines a forall of one
  // block, and with it what the block is.
  OpPassManager &kernels = manager.nest<func::FuncOp>();
  kernels.addPass(createCSEPass());
  kernels.addPass(createLoopInvariantCodeMotionPass());
  kernels.addPass(createTilePeelLoops());
  kernels.addPass(createCSEPass());
  kernels.addPass(createTileSplitBodyTail());
  kernels.addPass(createCSEPass());
  TileToVectorOptions toVector;
  toVector.vectorBytes = target.vectorBytes;
  toVector.vectorRegisters = target.vectorRegisters;
  manager.addPass(createTileToVector(toVector));
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createTileExpandMath());

  manager.addPass(createLowerAffinePass());
  manager.addPass(arith::createArithExpandOpsPass());
  manager.addPass(createSCFToControlFlowPass());
  // Calls of libm take vectors apart, so vectors are lowered after them.
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createConvertMathToLibmPass());
  manager.addPass(createConvertVectorToLLVMPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createConvertFuncToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
  manager.addPass(createTileBFloat16AsBits());
}

namespace {
struct PipelineOptions : PassPipelineOptions<PipelineOptions> {
  Option<int64_t> vectorBytes{*this, "vector-bytes",
                              llvm::cl::desc("Bytes of a vector register"),
                              llvm::cl::init(32)};
  Option<int64_t> vectorRegisters{
      *this, "vector-registers",
      llvm::cl::desc("How many vector registers there are"),
      llvm::cl::init(16)};
};
} // namespace

void cpu::registerCpuCodegenPasses() {
  registerCPUPasses();
  PassPipelineRegistration<PipelineOptions>(
      "tile-cpu-pipeline", "From the tiled form to the LLVM dialect",
      [](OpPassManager &manager, const PipelineOptions &options) {
        CpuTarget target;
        target.vectorBytes = options.vectorBytes;
        target.vectorRegisters = options.vectorRegisters;
        buildCpuPipeline(manager, target);
      });
}

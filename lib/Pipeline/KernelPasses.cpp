//===- KernelPasses.cpp - passes from tw.kernel to tiles ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Pipeline/Passes.h"

#include "tilewright/Conversion/GraphToLinalg/GraphToLinalg.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"
#include "tilewright/Pipeline/LowerKernels.h"
#include "tilewright/Tiling/Tiler.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"

using namespace mlir;

namespace tilewright {

#define GEN_PASS_DEF_LOWERKERNELSPASS
#define GEN_PASS_DEF_OUTLINEKERNELSPASS
#define GEN_PASS_DEF_TILEKERNELSPASS
#include "tilewright/Pipeline/Passes.h.inc"

namespace {

struct OutlineKernelsPass : impl::OutlineKernelsPassBase<OutlineKernelsPass> {
  void runOnOperation() override {
    SmallVector<graph::KernelOp> kernels;
    getOperation().walk(
        [&](graph::KernelOp kernel) { kernels.push_back(kernel); });
    for (graph::KernelOp kernel : kernels)
      if (failed(convertKernelToLinalg(kernel, getOperation())))
        return signalPassFailure();
  }
};

struct TileKernelsPass : impl::TileKernelsPassBase<TileKernelsPass> {
  using TileKernelsPassBase::TileKernelsPassBase;
  void runOnOperation() override {
    SmallVector<func::FuncOp> kernels;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr(tile::kSizesAttr) &&
          !function->hasAttr(tile::kKernelAttr))
        kernels.push_back(function);
    for (func::FuncOp kernel : kernels) {
      Schedule schedule;
      if (auto attr = kernel->getAttrOfType<DictionaryAttr>("tile.schedule")) {
        auto parsed = Schedule::fromAttr(kernel, attr);
        if (failed(parsed))
          return signalPassFailure();
        schedule = *parsed;
      } else {
        schedule = chooseSchedule(kernel, {vectorBits, registers});
      }
      if (failed(tileKernel(kernel, schedule)))
        return signalPassFailure();
    }
    for (func::FuncOp kernel : cleanUpKernels(getOperation())) {
      kernel.emitError("internal error: its clean-up does not come to an end");
      signalPassFailure();
    }
  }
};

struct LowerKernelsPass : impl::LowerKernelsPassBase<LowerKernelsPass> {
  using LowerKernelsPassBase::LowerKernelsPassBase;
  void runOnOperation() override {
    LoweringOptions options;
    options.unit = {vectorBits, registers};
    options.scalarLoops = scalarLoops;
    auto lowered = lowerKernels(getOperation(), options);
    if (failed(lowered))
      return signalPassFailure();
    Block *body = getOperation().getBody();
    body->getOperations().splice(body->end(),
                                 lowered->module->getBody()->getOperations());
  }
};

} // namespace
} // namespace tilewright

//===- PeelLoops.cpp - split off partial steps of serial loops ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelBounds.h"

#include "tilewright/Codegen/CPU/Passes.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace tilewright;

namespace tilewright::cpu {
#define GEN_PASS_DEF_TILEPEELLOOPS
#include "tilewright/Codegen/CPU/Passes.h.inc"
} // namespace tilewright::cpu

namespace {
/// A minimum that is constant in whole steps.
struct KnownMinimum {
  affine::AffineMinOp op;
  int64_t value;
};
} // namespace

/// The minima in `loop` that are only there for its last step.
static SmallVector<KnownMinimum> findMinima(scf::ForOp loop) {
  SmallVector<KnownMinimum> minima;
  loop.walk([&](affine::AffineMinOp op) {
    std::optional<int64_t> least;
    for (AffineExpr expr : op.getMap().getResults())
      if (auto constant = dyn_cast<AffineConstantExpr>(expr))
        least = constant.getValue();
    if (!least)
      return;
    std::optional<int64_t> always = cpu::findLowerBound(op);
    std::optional<int64_t> whole =
        cpu::findLowerBound(op, loop.getInductionVar());
    // Never more than the constant, so in whole steps it is the constant.
    if (whole && *whole >= *least && !(always && *always >= *least))
      minima.push_back({op, *least});
  });
  return minima;
}

static void peel(scf::ForOp loop, ArrayRef<KnownMinimum> minima) {
  OpBuilder builder(loop);
  Location loc = loop.getLoc();
  AffineExpr lower, upper, step;
  bindSymbols(builder.getContext(), lower, upper, step);
  Value split = affine::AffineApplyOp::create(
      builder, loc, AffineMap::get(0, 3, upper - (upper - lower) % step),
      ValueRange{loop.getLowerBound(), loop.getUpperBound(), loop.getStep()});
  builder.setInsertionPointAfter(loop);
  auto partial = cast<scf::ForOp>(builder.clone(*loop));
  partial.getLowerBoundMutable().assign(split);
  loop.getUpperBoundMutable().assign(split);
  loop->replaceAllUsesWith(partial->getResults());
  partial.getInitArgsMutable().assign(loop.getResults());
  for (const KnownMinimum &minimum : minima) {
    affine::AffineMinOp op = minimum.op;
    builder.setInsertionPoint(op);
    op->replaceAllUsesWith(ValueRange{
        arith::ConstantIndexOp::create(builder, op.getLoc(), minimum.value)});
    op->erase();
  }
}

namespace {
struct PeelLoops : cpu::impl::TilePeelLoopsBase<PeelLoops> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!cpu::isTiledKernel(func))
      return;
    // The loops around the tiles' block are tile-split-body-tail's.
    Block *block = cpu::findTileBlock(func);
    if (!block)
      return;
    // Inner loops first: the partial step of an outer loop then holds inner
    // loops that have been split already.
    SmallVector<scf::ForOp> loops;
    block->walk<WalkOrder::PostOrder>([&](scf::ForOp loop) {
      if (!getConstantIntValue(loop.getStep()))
        return;
      loops.push_back(loop);
    });
    bool changed = false;
    for (scf::ForOp loop : loops) {
      SmallVector<KnownMinimum> minima = findMinima(loop);
      if (minima.empty())
        continue;
      peel(loop, minima);
      changed = true;
    }
    if (changed && failed(cpu::foldBounds(func)))
      signalPassFailure();
  }
};
} // namespace

//===- SplitBodyTail.cpp - blocks without an edge get their own body ------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which bounds make a block a tail? Those that are an edge of the blocks'
// domain: known before the first tile op, starting at 0 and never empty. The
// bounds of the operands of a concat or of a padded convolution are not: in
// most blocks some of them are partial or empty, so that asking for all of them
// to be full would send every block to the tail.
//
//===----------------------------------------------------------------------===//

#include "KernelBounds.h"

#include "tilewright/Codegen/CPU/Passes.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace tilewright;

namespace tilewright::cpu {
#define GEN_PASS_DEF_TILESPLITBODYTAIL
#include "tilewright/Codegen/CPU/Passes.h.inc"
} // namespace tilewright::cpu

/// An upper bound and the size at which it is full.
using BlockEdges = llvm::MapVector<Value, int64_t>;

/// Adds the edges of the blocks' domain that `op` has. Bounds are known in
/// front of the tiles if `block` computes them with `indexOps`, or if they come
/// from outside.
template <typename OpTy>
static void collectEdges(OpTy op, Block *block,
                         const llvm::DenseSet<Operation *> &indexOps,
                         BlockEdges &edges) {
  for (auto [axis, bound] : llvm::enumerate(op.getMixedHi())) {
    auto value = dyn_cast<Value>(bound);
    if (!value || op.getStaticLo()[axis] != 0)
      continue;
    Block *owner = value.getParentBlock();
    bool isOutside = owner != block &&
                     !block->getParentOp()->isAncestor(owner->getParentOp());
    bool isKnown = isOutside || (value.getDefiningOp() &&
                                 indexOps.contains(value.getDefiningOp()));
    if (!isKnown || cpu::findLowerBound(value).value_or(0) < 1)
      continue;
    int64_t size = op.getTileType().getDimSize(axis);
    auto [entry, isNew] = edges.insert({value, size});
    if (!isNew)
      entry->second = std::min(entry->second, size);
  }
}

/// True if something was to split.
static bool split(Block *block) {
  llvm::DenseSet<Operation *> indexOps;
  SmallVector<Operation *> rest;
  cpu::separateIndexOps(block, indexOps, rest);
  BlockEdges edges;
  for (Operation *op : rest)
    op->walk([&](Operation *inner) {
      if (auto load = dyn_cast<tile::LoadOp>(inner))
        collectEdges(load, block, indexOps, edges);
      else if (auto store = dyn_cast<tile::StoreOp>(inner))
        collectEdges(store, block, indexOps, edges);
      else if (auto gather = dyn_cast<tile::GatherOp>(inner))
        collectEdges(gather, block, indexOps, edges);
      else if (auto clip = dyn_cast<tile::ClipOp>(inner))
        collectEdges(clip, block, indexOps, edges);
    });
  if (edges.empty())
    return false;

  Location loc = block->getParentOp()->getLoc();
  OpBuilder builder(block->getTerminator());
  IRMapping full;
  Value allFull;
  for (auto [value, size] : edges) {
    Value constant = arith::ConstantIndexOp::create(builder, loc, size);
    Value isFull = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::sge, value, constant);
    allFull =
        allFull ? arith::AndIOp::create(builder, loc, allFull, isFull) : isFull;
    // Bounds never exceed the size, so here the bound is the size.
    full.map(value, constant);
  }
  auto branch = scf::IfOp::create(builder, loc, allFull, /*withElse=*/true);
  builder.setInsertionPoint(branch.thenBlock()->getTerminator());
  for (Operation *op : rest)
    builder.clone(*op, full);
  Operation *end = branch.elseBlock()->getTerminator();
  for (Operation *op : rest)
    op->moveBefore(end);
  return true;
}

namespace {
struct SplitBodyTail : cpu::impl::TileSplitBodyTailBase<SplitBodyTail> {
  void runOnOperation() override {
    if (!cpu::isTiledKernel(getOperation()))
      return;
    Block *block = cpu::findTileBlock(getOperation());
    if (block && split(block) && failed(cpu::foldBounds(getOperation())))
      signalPassFailure();
  }
};
} // namespace

//===- TileFolders.cpp - folders and canonicalisation of tile ops ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What pays after loops have been peeled and small loops have gone: bounds that
// became constants become static (so that full axes are visible as such), full
// clips vanish, and movements of splats are splats.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace tilewright::tile;

namespace {
/// valid [0 to %c32] with a constant %c32 becomes valid [0 to 32]. A constant
/// outside the tile is left alone: it can only stand in code that never runs.
template <typename OpTy> struct MakeBoundsStatic : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    bool changed = false;
    auto fold = [&](SmallVector<OpFoldResult> bounds, ValueRange values,
                    SmallVectorImpl<int64_t> &statics,
                    SmallVectorImpl<Value> &dynamics) {
      for (auto [axis, bound] : llvm::enumerate(bounds)) {
        std::optional<int64_t> constant = getConstantIntValue(bound);
        auto value = dyn_cast<Value>(bound);
        int64_t size = op.getTileType().getDimSize(axis);
        if (value && constant && *constant >= 0 && *constant <= size)
          changed = true;
        else if (value)
          constant = std::nullopt;
        statics.push_back(constant.value_or(ShapedType::kDynamic));
        if (!constant)
          dynamics.push_back(value);
      }
    };
    SmallVector<int64_t> staticLo, staticHi;
    SmallVector<Value> lo, hi;
    fold(op.getMixedLo(), op.getLo(), staticLo, lo);
    fold(op.getMixedHi(), op.getHi(), staticHi, hi);
    if (!changed)
      return rewriter.notifyMatchFailure(op, "no bound is a constant value");
    rewriter.modifyOpInPlace(op, [&] {
      op.getLoMutable().assign(lo);
      op.getHiMutable().assign(hi);
      op.setStaticLo(staticLo);
      op.setStaticHi(staticHi);
    });
    return success();
  }
};

/// A reduction of an axis of size 1 only drops it.
struct ReduceOfOneElement : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getOperand().getType());
    if (type.getDimSize(op.getAxis()) != 1)
      return rewriter.notifyMatchFailure(op, "axis has more than one element");
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getResult().getType(),
                                           op.getOperand());
    return success();
  }
};
} // namespace

void LoadOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                         MLIRContext *context) {
  patterns.add<MakeBoundsStatic<LoadOp>>(context);
}
void StoreOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                          MLIRContext *context) {
  patterns.add<MakeBoundsStatic<StoreOp>>(context);
}
void GatherOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<MakeBoundsStatic<GatherOp>>(context);
}
void ClipOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                         MLIRContext *context) {
  patterns.add<MakeBoundsStatic<ClipOp>>(context);
}
void ReduceOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<ReduceOfOneElement>(context);
}

/// The constant operand under the result's shape if all its elements are equal.
static OpFoldResult foldSplat(Attribute operand, Type resultType) {
  auto splat = dyn_cast_if_present<SplatElementsAttr>(operand);
  if (!splat)
    return {};
  return splat.resizeSplat(cast<ShapedType>(resultType));
}

OpFoldResult ClipOp::fold(FoldAdaptor adaptor) {
  if (isFull())
    return getOperand();
  if (auto splat = dyn_cast_if_present<SplatElementsAttr>(adaptor.getOperand()))
    if (splat.getSplatValue<Attribute>() == getFill())
      return splat;
  return {};
}

OpFoldResult BroadcastOp::fold(FoldAdaptor adaptor) {
  if (getOperand().getType() == getResult().getType())
    return getOperand();
  return foldSplat(adaptor.getOperand(), getResult().getType());
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (llvm::equal(getPermutation(),
                  llvm::seq<int64_t>(0, getPermutation().size())))
    return getOperand();
  return foldSplat(adaptor.getOperand(), getResult().getType());
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getOperand().getType() == getResult().getType())
    return getOperand();
  if (auto producer = getOperand().getDefiningOp<ReshapeOp>()) {
    getOperandMutable().assign(producer.getOperand());
    return getResult();
  }
  return foldSplat(adaptor.getOperand(), getResult().getType());
}

OpFoldResult ScanOp::fold(FoldAdaptor adaptor) {
  auto type = cast<RankedTensorType>(getResult().getType());
  if (type.getDimSize(getAxis()) == 1)
    return getOperand();
  return {};
}

OpFoldResult SplatOp::fold(FoldAdaptor adaptor) {
  if (!isa_and_present<FloatAttr, IntegerAttr>(adaptor.getScalar()))
    return {};
  return SplatElementsAttr::get(cast<ShapedType>(getResult().getType()),
                                adaptor.getScalar());
}

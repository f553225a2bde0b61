//===- KernelBounds.cpp - what is known of the bounds in a kernel ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelBounds.h"

#include "tilewright/Dialect/Tile/IR/AffineFold.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace tilewright;

LogicalResult cpu::foldBounds(func::FuncOp func) {
  MLIRContext *context = func.getContext();
  RewritePatternSet patterns(context);
  tile::LoadOp::getCanonicalizationPatterns(patterns, context);
  tile::StoreOp::getCanonicalizationPatterns(patterns, context);
  tile::GatherOp::getCanonicalizationPatterns(patterns, context);
  tile::ClipOp::getCanonicalizationPatterns(patterns, context);
  affine::AffineApplyOp::getCanonicalizationPatterns(patterns, context);
  affine::AffineMinOp::getCanonicalizationPatterns(patterns, context);
  affine::AffineMaxOp::getCanonicalizationPatterns(patterns, context);
  scf::ForOp::getCanonicalizationPatterns(patterns, context);
  scf::IfOp::getCanonicalizationPatterns(patterns, context);
  return applyPatternsGreedily(func, std::move(patterns));
}

bool cpu::isTiledKernel(func::FuncOp func) {
  return func->hasAttr(tile::kKernelAttr) && !func->hasAttr(tile::kLoopsAttr);
}

//===----------------------------------------------------------------------===//
// Lower bounds
//===----------------------------------------------------------------------===//

namespace {
/// A sum of values with factors, and a constant.
struct Linear {
  llvm::MapVector<Value, int64_t> terms;
  int64_t constant = 0;

  Linear() = default;
  explicit Linear(int64_t constant) : constant(constant) {}
  void add(Value value, int64_t factor) {
    if (factor != 0)
      terms[value] += factor;
  }
  void add(const Linear &other, int64_t factor) {
    for (auto [value, count] : other.terms)
      add(value, count * factor);
    constant += other.constant * factor;
  }
  bool isConstant() const {
    return llvm::all_of(terms, [](auto &term) { return term.second == 0; });
  }
};
} // namespace

static Linear linearOf(Value value);

/// None where the expression is not linear.
static std::optional<Linear> linearOf(AffineExpr expr, unsigned numDims,
                                      ValueRange operands) {
  using Maybe = std::optional<Linear>;
  return tile::foldAffine<Maybe>(
      expr, numDims, [&](unsigned i) { return linearOf(operands[i]); },
      [](AffineExprKind kind, const Maybe &left, const Maybe &right) -> Maybe {
        if (!left || !right)
          return std::nullopt;
        Linear result;
        if (kind == AffineExprKind::Add) {
          result = *left;
          result.add(*right, 1);
          return result;
        }
        if (kind == AffineExprKind::Mul && right->isConstant()) {
          result.add(*left, right->constant);
          return result;
        }
        return std::nullopt;
      });
}

/// Looks through affine.apply; everything else is a term.
static Linear linearOf(Value value) {
  Linear result;
  if (std::optional<int64_t> constant = getConstantIntValue(value)) {
    result.constant = *constant;
    return result;
  }
  if (auto apply = value.getDefiningOp<affine::AffineApplyOp>()) {
    AffineMap map = apply.getMap();
    if (std::optional<Linear> sum =
            linearOf(map.getResult(0), map.getNumDims(), apply.getOperands()))
      return *sum;
  }
  result.add(value, 1);
  return result;
}

/// The numbers that an induction variable stays below.
static SmallVector<Linear> endsOf(Value variable) {
  auto argument = dyn_cast<BlockArgument>(variable);
  if (!argument)
    return {};
  OpFoldResult end;
  Operation *parent = argument.getOwner()->getParentOp();
  if (auto loop = dyn_cast<scf::ForOp>(parent)) {
    if (loop.getInductionVar() != variable)
      return {};
    end = loop.getUpperBound();
  } else if (auto forall = dyn_cast<scf::ForallOp>(parent)) {
    if (argument.getArgNumber() >= forall.getRank())
      return {};
    end = forall.getMixedUpperBound()[argument.getArgNumber()];
  } else {
    return {};
  }
  SmallVector<Linear> ends;
  if (std::optional<int64_t> constant = getConstantIntValue(end)) {
    ends.emplace_back().constant = *constant;
    return ends;
  }
  auto value = cast<Value>(end);
  ends.push_back(linearOf(value));
  if (auto min = value.getDefiningOp<affine::AffineMinOp>()) {
    AffineMap map = min.getMap();
    for (AffineExpr expr : map.getResults())
      if (std::optional<Linear> sum =
              linearOf(expr, map.getNumDims(), min.getOperands()))
        ends.push_back(*sum);
  }
  return ends;
}

static std::optional<int64_t> lowerBoundOf(AffineExpr expr, unsigned numDims,
                                           ValueRange operands, Value whole) {
  if (auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
      binary && expr.getKind() == AffineExprKind::CeilDiv) {
    auto divisor = dyn_cast<AffineConstantExpr>(binary.getRHS());
    std::optional<int64_t> inner =
        lowerBoundOf(binary.getLHS(), numDims, operands, whole);
    if (!divisor || divisor.getValue() <= 0 || !inner)
      return std::nullopt;
    return llvm::divideCeilSigned(*inner, divisor.getValue());
  }
  std::optional<Linear> sum = linearOf(expr, numDims, operands);
  if (!sum)
    return std::nullopt;
  if (sum->isConstant())
    return sum->constant;
  // sum = c + end - i, and i <= end - slack.
  for (auto [variable, factor] : sum->terms) {
    if (factor != -1)
      continue;
    int64_t slack = 1;
    if (variable == whole)
      slack = getConstantIntValue(
                  cast<scf::ForOp>(
                      cast<BlockArgument>(variable).getOwner()->getParentOp())
                      .getStep())
                  .value_or(1);
    for (const Linear &end : endsOf(variable)) {
      Linear rest = *sum;
      rest.add(variable, 1);
      rest.add(end, -1);
      if (rest.isConstant())
        return rest.constant + slack;
    }
  }
  return std::nullopt;
}

std::optional<int64_t> cpu::findLowerBound(Value value, Value whole) {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return constant;
  Operation *op = value.getDefiningOp();
  AffineMap map;
  bool isMax = false;
  if (auto min = dyn_cast_if_present<affine::AffineMinOp>(op))
    map = min.getMap();
  else if (auto apply = dyn_cast_if_present<affine::AffineApplyOp>(op))
    map = apply.getMap();
  else if (auto max = dyn_cast_if_present<affine::AffineMaxOp>(op))
    map = max.getMap(), isMax = true;
  else
    return std::nullopt;
  std::optional<int64_t> result;
  for (AffineExpr expr : map.getResults()) {
    std::optional<int64_t> bound =
        lowerBoundOf(expr, map.getNumDims(), op->getOperands(), whole);
    // The operand may be a minimum itself.
    if (!bound && isa<AffineDimExpr, AffineSymbolExpr>(expr)) {
      unsigned position =
          isa<AffineDimExpr>(expr)
              ? cast<AffineDimExpr>(expr).getPosition()
              : map.getNumDims() + cast<AffineSymbolExpr>(expr).getPosition();
      bound = findLowerBound(op->getOperand(position), whole);
    }
    if (!bound && !isMax)
      return std::nullopt;
    if (!bound)
      continue;
    if (!result)
      result = bound;
    else
      result = isMax ? std::max(*result, *bound) : std::min(*result, *bound);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// The structure of a kernel
//===----------------------------------------------------------------------===//

void cpu::separateIndexOps(Block *block, llvm::DenseSet<Operation *> &indexOps,
                           SmallVectorImpl<Operation *> &rest) {
  for (Operation &op : block->without_terminator()) {
    bool isIndexOp = isMemoryEffectFree(&op) && op.getNumRegions() == 0 &&
                     llvm::all_of(op.getResultTypes(), [](Type type) {
                       return type.isIntOrIndex();
                     });
    bool stands = llvm::all_of(op.getOperands(), [&](Value operand) {
      Operation *definition = operand.getDefiningOp();
      return !definition || definition->getBlock() != block ||
             indexOps.contains(definition);
    });
    if ((isIndexOp || isa<tile::ScratchOp>(op)) && stands)
      indexOps.insert(&op);
    else
      rest.push_back(&op);
  }
}

Block *cpu::findTileBlock(func::FuncOp func) {
  auto foralls = func.getOps<scf::ForallOp>();
  if (foralls.empty())
    return nullptr;
  Block *block = (*foralls.begin()).getBody();
  while (true) {
    llvm::DenseSet<Operation *> indexOps;
    SmallVector<Operation *> rest;
    separateIndexOps(block, indexOps, rest);
    if (rest.size() != 1)
      return block;
    auto loop = dyn_cast<scf::ForOp>(rest.front());
    if (!loop || loop.getNumResults() != 0)
      return block;
    block = loop.getBody();
  }
}

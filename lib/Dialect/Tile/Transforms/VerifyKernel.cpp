//===- VerifyKernel.cpp - the contract of the tiled form ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Analysis/IndexFacts.h"
#include "tilewright/Analysis/TileEdges.h"
#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Tile/IR/Kernel.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"
#include "tilewright/Dialect/Tile/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/TypeSwitch.h"

namespace tilewright::tile {
#define GEN_PASS_DEF_TILEVERIFYKERNEL
#include "tilewright/Dialect/Tile/Transforms/Passes.h.inc"
} // namespace tilewright::tile

using namespace mlir;
using namespace tilewright;
using namespace tilewright::tile;

namespace {
class KernelVerifier {
public:
  KernelVerifier(func::FuncOp kernel, KernelInfo info)
      : kernel(kernel), info(std::move(info)),
        facts(kernel, graph::getSymbolRanges(kernel)), edges(kernel) {}

  LogicalResult verify() {
    if (failed(verifyBlocks()))
      return failure();
    WalkResult walk = kernel.walk([&](Operation *op) {
      if (op == kernel)
        return WalkResult::advance();
      if (failed(verifyAllowed(op)) || failed(verifyEdges(op)))
        return WalkResult::interrupt();
      return WalkResult::advance();
    });
    return failure(walk.wasInterrupted());
  }

private:
  LogicalResult verifyBlocks();
  LogicalResult verifyAllowed(Operation *op);
  LogicalResult verifyEdges(Operation *op);
  LogicalResult verifyCombineAxis(Operation *op, Value operand,
                                  CombineKind kind, int64_t axis);
  LogicalResult verifyDot(DotOp dot);
  LogicalResult verifyGather(GatherOp gather);
  LogicalResult verifyStoredRange(StoreOp store);
  LogicalResult verifySeparateBlocks(StoreOp store);
  template <typename OpTy> LogicalResult verifyInside(OpTy op);
  LogicalResult verifyDivision(Operation *op);
  /// True if [lo, hi) is inside every range outside which stands anything.
  bool isInside(OpFoldResult lo, OpFoldResult hi, const AxisEdge &edge,
                Operation *at);

  func::FuncOp kernel;
  KernelInfo info;
  IndexFacts facts;
  TileEdges edges;
};
} // namespace

//===----------------------------------------------------------------------===//
// Shape of the kernel
//===----------------------------------------------------------------------===//

LogicalResult KernelVerifier::verifyBlocks() {
  DimExpr blocks(1);
  for (auto [bound, step] : llvm::zip_equal(info.forall.getMixedUpperBound(),
                                            info.forall.getMixedStep()))
    blocks = blocks * DimExpr::ceilDiv(facts.expr(bound), facts.expr(step));
  if (blocks.simplify(facts.ranges()) == info.blocks.simplify(facts.ranges()))
    return success();
  return kernel.emitOpError("tile.blocks is \"")
         << info.blocks.str() << "\", but the forall has " << blocks.str()
         << " blocks";
}

LogicalResult KernelVerifier::verifyAllowed(Operation *op) {
  bool isScfAllowed = isa<scf::ForOp, scf::IfOp, scf::YieldOp, scf::ForallOp,
                          scf::InParallelOp, func::ReturnOp>(op);
  bool isIndexArithmetic =
      isa<affine::AffineApplyOp, affine::AffineMinOp, affine::AffineMaxOp>(op);
  if (!isScfAllowed && !isIndexArithmetic &&
      !isa<TileDialect, arith::ArithDialect, math::MathDialect>(
          op->getDialect()))
    return op->emitOpError("is not an op of the tiled form");
  for (Type type :
       llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes())) {
    if (isa<VectorType>(type))
      return op->emitOpError("has a vector: the tiled form holds tiles");
    auto tile = dyn_cast<RankedTensorType>(type);
    if (tile && !tile.hasStaticShape())
      return op->emitOpError("has a tile of dynamic shape ") << tile;
  }
  if (isa<ScratchOp>(op) && op->getParentOp() != info.forall)
    return op->emitOpError("must stand in the forall, outside of loops");
  if (isa<TileDialect>(op->getDialect()) && !info.forall->isAncestor(op))
    return op->emitOpError("must stand inside the forall over blocks");
  return success();
}

LogicalResult KernelVerifier::verifyEdges(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](ReduceOp reduce) {
        return verifyCombineAxis(reduce, reduce.getOperand(), reduce.getKind(),
                                 reduce.getAxis());
      })
      .Case([&](ScanOp scan) {
        return verifyCombineAxis(scan, scan.getOperand(), scan.getKind(),
                                 scan.getAxis());
      })
      .Case([&](DotOp dot) { return verifyDot(dot); })
      .Case([&](LoadOp load) { return verifyInside(load); })
      .Case([&](GatherOp gather) { return verifyGather(gather); })
      .Case([&](ReshapeOp reshape) -> LogicalResult {
        // A tile of rank 0 has no axis that could carry an edge.
        if (cast<RankedTensorType>(reshape.getResult().getType()).getRank() ==
            0)
          for (const AxisEdge &edge : edges.of(reshape.getOperand()))
            if (edge.kind == AxisEdge::Any)
              return reshape.emitOpError(
                  "makes a scalar of an element that may "
                  "be anything");
        return success();
      })
      .Case([&](StoreOp store) {
        return failure(failed(verifyInside(store)) ||
                       failed(verifyStoredRange(store)) ||
                       failed(verifySeparateBlocks(store)));
      })
      .Case<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp,
            arith::FloorDivSIOp, arith::CeilDivSIOp, arith::CeilDivUIOp>(
          [&](auto) { return verifyDivision(op); })
      .Default([](Operation *) { return success(); });
}

//===----------------------------------------------------------------------===//
// Rule 3: reductions, scans, contractions
//===----------------------------------------------------------------------===//

LogicalResult KernelVerifier::verifyCombineAxis(Operation *op, Value operand,
                                                CombineKind kind,
                                                int64_t axis) {
  const AxisEdge &edge = edges.of(operand)[axis];
  if (edge.isFull() ||
      (edge.kind == AxisEdge::Fill && isNeutralElement(kind, edge.fill)) ||
      (edge.kind == AxisEdge::Lanes && edge.combine == kind))
    return success();
  return op->emitOpError("axis ")
         << axis << " is " << edge.str() << ", but the neutral element of "
         << stringifyCombineKind(kind) << " is needed: add a tile.clip";
}

LogicalResult KernelVerifier::verifyDot(DotOp dot) {
  int64_t rank = cast<RankedTensorType>(dot.getType()).getRank();
  const AxisEdge &lhs =
      edges.of(dot.getLhs())[rank - (dot.getTransposeLhs() ? 2 : 1)];
  const AxisEdge &rhs =
      edges.of(dot.getRhs())[rank - (dot.getTransposeRhs() ? 1 : 2)];
  auto isZero = [](const AxisEdge &edge) {
    if (edge.kind != AxisEdge::Fill)
      return false;
    if (auto number = dyn_cast<FloatAttr>(edge.fill))
      return number.getValue().isZero();
    return cast<IntegerAttr>(edge.fill).getValue().isZero();
  };
  bool integer =
      isa<IntegerType>(cast<RankedTensorType>(dot.getType()).getElementType());
  bool lhsZero = isZero(lhs), rhsZero = isZero(rhs);
  if (lhs.isFull() && rhs.isFull())
    return success();
  if (integer ? lhsZero || rhsZero
              : (lhs.isFull() || lhsZero) && (rhs.isFull() || rhsZero)) {
    // 0 times an element that is not data is 0 only if that is finite.
    if (integer || (lhsZero && rhsZero))
      return success();
  }
  return dot.emitOpError("k is ")
         << lhs.str() << " in lhs and " << rhs.str() << " in rhs, but it must "
         << "be full, or filled with 0 in "
         << (integer ? "an operand" : "both operands");
}

//===----------------------------------------------------------------------===//
// Rules 4 and 6: stores, gathers, divisions
//===----------------------------------------------------------------------===//

bool KernelVerifier::isInside(OpFoldResult lo, OpFoldResult hi,
                              const AxisEdge &edge, Operation *at) {
  DimExpr first = facts.expr(lo), last = facts.expr(hi);
  return llvm::all_of(edge.ranges, [&](const TileRange &range) {
    return !range.any ||
           (facts.isNonNegative(first - facts.expr(range.lo), at) &&
            facts.isNonNegative(facts.expr(range.hi) - last, at));
  });
}

LogicalResult KernelVerifier::verifyStoredRange(StoreOp store) {
  SmallVector<OpFoldResult> lo = store.getMixedLo(), hi = store.getMixedHi();
  for (auto [axis, edge] : llvm::enumerate(edges.of(store.getValue())))
    if (edge.kind == AxisEdge::Any &&
        !isInside(lo[axis], hi[axis], edge, store))
      return store.emitOpError("writes elements of axis ")
             << axis << " that may be anything: its bounds are not inside the "
             << "valid range of the value";
  return success();
}

LogicalResult KernelVerifier::verifyGather(GatherOp gather) {
  SmallVector<OpFoldResult> lo = gather.getMixedLo(), hi = gather.getMixedHi();
  for (Value coordinate : gather.getCoordinates())
    for (auto [axis, edge] : llvm::enumerate(edges.of(coordinate)))
      if (edge.kind == AxisEdge::Any &&
          !isInside(lo[axis], hi[axis], edge, gather))
        return gather.emitOpError("reads at coordinates of axis ")
               << axis << " that may be anything: its bounds are not inside "
               << "the valid range of the coordinates";
  return success();
}

/// True if `divisor` is `select(c, k, d)` where c holds at least for d = 0 and,
/// if signed, d = -1, and k is neither: no element, whatever it is, divides
/// wrongly.
static bool isGuardedDivisor(Value divisor, bool isSigned) {
  auto select = divisor.getDefiningOp<arith::SelectOp>();
  DenseIntElementsAttr instead;
  if (!select || !matchPattern(select.getTrueValue(), m_Constant(&instead)) ||
      !instead.isSplat() || instead.getSplatValue<APInt>().isZero() ||
      instead.getSplatValue<APInt>().isAllOnes())
    return false;
  bool coversZero = false, coversMinusOne = !isSigned;
  SmallVector<Value> conditions = {select.getCondition()};
  while (!conditions.empty()) {
    Value condition = conditions.pop_back_val();
    if (auto either = condition.getDefiningOp<arith::OrIOp>()) {
      conditions.append({either.getLhs(), either.getRhs()});
      continue;
    }
    auto compare = condition.getDefiningOp<arith::CmpIOp>();
    DenseIntElementsAttr with;
    if (!compare || compare.getPredicate() != arith::CmpIPredicate::eq ||
        compare.getLhs() != select.getFalseValue() ||
        !matchPattern(compare.getRhs(), m_Constant(&with)) || !with.isSplat())
      continue;
    coversZero |= with.getSplatValue<APInt>().isZero();
    coversMinusOne |= with.getSplatValue<APInt>().isAllOnes();
  }
  return coversZero && coversMinusOne;
}

LogicalResult KernelVerifier::verifyDivision(Operation *op) {
  DenseIntElementsAttr divisor;
  if (matchPattern(op->getOperand(1), m_Constant(&divisor)) &&
      divisor.isSplat() && !divisor.getSplatValue<APInt>().isZero() &&
      !divisor.getSplatValue<APInt>().isAllOnes())
    return success();
  if (isGuardedDivisor(op->getOperand(1),
                       isa<arith::DivSIOp, arith::RemSIOp, arith::FloorDivSIOp,
                           arith::CeilDivSIOp>(op)))
    return success();
  for (auto [index, operand] : llvm::enumerate(op->getOperands()))
    for (auto [axis, edge] : llvm::enumerate(edges.of(operand))) {
      bool isZero = index == 1 && edge.kind == AxisEdge::Fill &&
                    cast<IntegerAttr>(edge.fill).getValue().isZero();
      if (edge.kind == AxisEdge::Any || isZero)
        return op->emitOpError(index == 1 ? "divisor" : "dividend")
               << " is " << edge.str() << " on axis " << axis
               << ": an integer division needs a known element other than 0";
    }
  return success();
}

/// Blocks must write different elements. A block variable separates two blocks
/// if some axis' offset moves further per block than the rest of that offset
/// and the tile reach, with all variables that are not yet separated free.
LogicalResult KernelVerifier::verifySeparateBlocks(StoreOp store) {
  if (store.getBuffer().getDefiningOp<ScratchOp>())
    return success();
  struct BlockVariable {
    std::string symbol;
    int64_t step;
  };
  SmallVector<BlockVariable> open;
  for (auto [variable, bound, step] : llvm::zip_equal(
           info.forall.getInductionVars(), info.forall.getMixedUpperBound(),
           info.forall.getMixedStep())) {
    int64_t stride = *getConstantIntValue(step);
    // One block at most: nothing to separate.
    if (facts.isNonNegative(DimExpr(stride) - facts.expr(bound), store))
      continue;
    open.push_back({facts.symbolOf(variable), stride});
  }
  std::set<std::string> fixed;
  auto separates = [&](const BlockVariable &variable) {
    for (auto [axis, offset] : llvm::enumerate(store.getOffsets())) {
      DimExpr e = facts.expr(offset);
      std::optional<DimExpr> factor = facts.coefficient(e, variable.symbol);
      if (!factor || factor->isConstant(0))
        continue;
      DimExpr rest = e.substitute({{variable.symbol, DimExpr(0)}});
      std::optional<DimExpr> low = facts.smallest(rest, fixed);
      std::optional<DimExpr> high = facts.largest(rest, fixed);
      if (!low || !high)
        continue;
      int64_t reach = (store.getTileType().getDimSize(axis) - 1) *
                      std::abs(store.getStrides()[axis]);
      DimExpr distance = *factor * DimExpr(variable.step);
      DimExpr needed = *high - *low + DimExpr(reach + 1);
      if (facts.isNonNegative(distance - needed, store) ||
          facts.isNonNegative(DimExpr(0) - distance - needed, store))
        return true;
    }
    return false;
  };
  bool progress = true;
  while (progress && !open.empty()) {
    progress = false;
    for (unsigned i = 0; i < open.size(); ++i)
      if (separates(open[i])) {
        fixed.insert(open[i].symbol);
        open.erase(open.begin() + i);
        progress = true;
        break;
      }
  }
  if (open.empty())
    return success();
  return store.emitOpError("may write the same elements in different blocks: "
                           "no offset separates the blocks of every variable "
                           "of the forall");
}

//===----------------------------------------------------------------------===//
// Rule 5: static bounds are inside the buffer
//===----------------------------------------------------------------------===//

template <typename OpTy> LogicalResult KernelVerifier::verifyInside(OpTy op) {
  for (unsigned axis = 0; axis < op.getStrides().size(); ++axis) {
    int64_t lo = op.getStaticLo()[axis], hi = op.getStaticHi()[axis];
    if (ShapedType::isDynamic(lo) || ShapedType::isDynamic(hi) || lo >= hi)
      continue;
    DimExpr offset = facts.expr(op.getOffsets()[axis]);
    DimExpr extent = facts.extent(op.getBuffer(), axis);
    int64_t stride = op.getStrides()[axis];
    int64_t first = lo * stride, last = (hi - 1) * stride;
    if (first > last)
      std::swap(first, last);
    if (!facts.isNonNegative(offset + DimExpr(first), op))
      return op.emitOpError("bounds of axis ")
             << axis << " are " << lo << " to " << hi
             << ", but the first element is not provably at 0 or above";
    if (!facts.isNonNegative(extent - offset - DimExpr(last + 1), op))
      return op.emitOpError("bounds of axis ")
             << axis << " are " << lo << " to " << hi
             << ", but the last element is not provably inside the buffer's "
             << extent.str();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

LogicalResult tile::verifyKernel(func::FuncOp kernel) {
  FailureOr<KernelInfo> info = getKernelInfo(kernel);
  if (failed(info))
    return failure();
  if (info->isLoops)
    return success();
  return KernelVerifier(kernel, std::move(*info)).verify();
}

namespace {
struct VerifyKernel : tile::impl::TileVerifyKernelBase<VerifyKernel> {
  void runOnOperation() override {
    if (isKernel(getOperation()) && failed(verifyKernel(getOperation())))
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace

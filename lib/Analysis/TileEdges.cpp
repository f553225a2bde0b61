//===- TileEdges.cpp - what stands outside the valid part of a tile -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Analysis/TileEdges.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace tilewright;
using tile::CombineKind;

//===----------------------------------------------------------------------===//
// The lattice
//===----------------------------------------------------------------------===//

bool AxisEdge::operator==(const AxisEdge &other) const {
  if (kind != other.kind)
    return false;
  if (kind == Lanes)
    return combine == other.combine;
  return kind == Full || (fill == other.fill && ranges == other.ranges);
}

std::string AxisEdge::str() const {
  std::string text;
  llvm::raw_string_ostream stream(text);
  switch (kind) {
  case Full:
    stream << "full";
    break;
  case Lanes:
    stream << "lanes of " << stringifyCombineKind(combine);
    break;
  case Fill:
    stream << "filled with " << fill;
    break;
  case Known:
    stream << "computed from a fill";
    break;
  case Any:
    stream << "filled with anything";
    break;
  }
  return text;
}

static TileRange lostRange(MLIRContext *context, AxisEdge::Kind kind) {
  OpFoldResult zero = IntegerAttr::get(IndexType::get(context), 0);
  return {zero, zero, kind == AxisEdge::Any};
}

static AxisEdge withKind(AxisEdge::Kind kind,
                         SmallVector<TileRange, 1> ranges) {
  AxisEdge edge;
  edge.kind = kind;
  edge.ranges = std::move(ranges);
  return edge;
}

static void addRanges(SmallVector<TileRange, 1> &to, ArrayRef<TileRange> from) {
  for (const TileRange &range : from)
    if (!llvm::is_contained(to, range))
      to.push_back(range);
}

/// What holds of a value that is a or b, or is computed from both in a way that
/// nothing more is known of.
static AxisEdge join(const AxisEdge &a, const AxisEdge &b) {
  if (a == b)
    return a;
  bool carried = (a.kind == AxisEdge::Full || a.kind == AxisEdge::Lanes) &&
                 (b.kind == AxisEdge::Full || b.kind == AxisEdge::Lanes);
  // Full and lanes: the full one is the neutral start of the lanes. Lanes of
  // two kinds are no result of either.
  if (carried && a.kind != b.kind)
    return a.kind == AxisEdge::Lanes ? a : b;
  AxisEdge result;
  result.kind = a.kind == AxisEdge::Any || b.kind == AxisEdge::Any
                    ? AxisEdge::Any
                    : AxisEdge::Known;
  if (a.kind == AxisEdge::Fill && b.kind == AxisEdge::Fill &&
      a.fill == b.fill) {
    result.kind = AxisEdge::Fill;
    result.fill = a.fill;
  }
  addRanges(result.ranges, a.ranges);
  addRanges(result.ranges, b.ranges);
  return result;
}

std::optional<CombineKind> tilewright::getCombineKind(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<CombineKind>>(op)
      .Case([](arith::AddFOp) { return CombineKind::AddF; })
      .Case([](arith::MulFOp) { return CombineKind::MulF; })
      .Case([](arith::MaximumFOp) { return CombineKind::MaximumF; })
      .Case([](arith::MinimumFOp) { return CombineKind::MinimumF; })
      .Case([](arith::AddIOp) { return CombineKind::AddI; })
      .Case([](arith::MulIOp) { return CombineKind::MulI; })
      .Case([](arith::MaxSIOp) { return CombineKind::MaxSI; })
      .Case([](arith::MaxUIOp) { return CombineKind::MaxUI; })
      .Case([](arith::MinSIOp) { return CombineKind::MinSI; })
      .Case([](arith::MinUIOp) { return CombineKind::MinUI; })
      .Case([](arith::AndIOp) { return CombineKind::AndI; })
      .Case([](arith::OrIOp) { return CombineKind::OrI; })
      .Default([](Operation *) { return std::nullopt; });
}

//===----------------------------------------------------------------------===//
// Transfer functions
//===----------------------------------------------------------------------===//

static RankedTensorType tileType(Value value) {
  return dyn_cast<RankedTensorType>(value.getType());
}

TileEdges::TileEdges(func::FuncOp kernel) {
  if (!kernel.isDeclaration())
    visit(kernel.getBody().front());
}

const TileEdge &TileEdges::of(Value tile) const {
  static const TileEdge none;
  auto found = edges.find(tile);
  return found == edges.end() ? none : found->second;
}

void TileEdges::visit(Block &block) {
  for (Operation &op : block)
    visit(&op);
}

/// The splat of a constant tile, as an element.
static Attribute constantElement(Value value) {
  SplatElementsAttr splat;
  if (matchPattern(value, m_Constant(&splat)))
    return splat.getSplatValue<Attribute>();
  return {};
}

/// Kinds for which combining an element twice changes nothing.
static bool isIdempotent(CombineKind kind) {
  switch (kind) {
  case CombineKind::AddF:
  case CombineKind::MulF:
  case CombineKind::AddI:
  case CombineKind::MulI:
    return false;
  default:
    return true;
  }
}

/// True if the value is a loop's carried tile that starts, through all loops
/// around it, at the neutral element of the kind. (A maximum or minimum may
/// start anywhere: lanes without data then hold what all lanes start from.)
static bool startsNeutral(Value value, CombineKind kind) {
  while (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (!loop || argument.getArgNumber() == 0)
      return false;
    value = loop.getInitArgs()[argument.getArgNumber() - 1];
    if (Attribute element = constantElement(value))
      return isIdempotent(kind) || tile::isNeutralElement(kind, element);
  }
  return false;
}

/// The element that an elementwise op computes from constant elements.
static Attribute foldElements(Operation *op, ArrayRef<Attribute> elements) {
  SmallVector<Attribute> operands;
  for (auto [value, element] : llvm::zip_equal(op->getOperands(), elements)) {
    RankedTensorType type = tileType(value);
    operands.push_back(type ? SplatElementsAttr::get(type, element) : element);
  }
  SmallVector<OpFoldResult> results;
  if (failed(op->fold(operands, results)) || results.size() != 1)
    return {};
  Attribute result;
  if (auto value = dyn_cast<Value>(results.front())) {
    // The fold is one of the operands.
    for (auto [i, operand] : llvm::enumerate(op->getOperands()))
      if (operand == value)
        result = operands[i];
  } else {
    result = cast<Attribute>(results.front());
  }
  auto splat = dyn_cast_if_present<SplatElementsAttr>(result);
  return splat ? splat.getSplatValue<Attribute>() : Attribute();
}

void TileEdges::visitElementwise(Operation *op) {
  RankedTensorType type = tileType(op->getResult(0));
  std::optional<CombineKind> kind = getCombineKind(op);
  TileEdge result;
  for (int64_t axis = 0; axis < type.getRank(); ++axis) {
    // Two operands that one kind combines: a neutral fill leaves lanes alone,
    // and a factor that is the same in all lanes commutes with their sum.
    auto lanes = [&](Value a, Value b) -> std::optional<AxisEdge> {
      const AxisEdge &x = of(a)[axis], &y = of(b)[axis];
      bool started = x.isFull() && startsNeutral(a, *kind);
      bool sameLanes = x.kind == AxisEdge::Lanes && x.combine == *kind;
      if ((started || sameLanes) && y.kind == AxisEdge::Fill &&
          tile::isNeutralElement(*kind, y.fill)) {
        AxisEdge edge;
        edge.kind = AxisEdge::Lanes;
        edge.combine = *kind;
        return edge;
      }
      if (sameLanes && (y.isFull() || y == x))
        return x;
      if (x.kind == AxisEdge::Lanes && x.combine == CombineKind::AddF &&
          *kind == CombineKind::MulF && y.isFull())
        if (auto broadcast = b.getDefiningOp<tile::BroadcastOp>())
          if (tileType(broadcast.getOperand()).getDimSize(axis) == 1)
            return x;
      return std::nullopt;
    };
    if (kind && op->getNumOperands() == 2) {
      Value a = op->getOperand(0), b = op->getOperand(1);
      std::optional<AxisEdge> edge = lanes(a, b);
      if (!edge)
        edge = lanes(b, a);
      if (edge) {
        result.push_back(*edge);
        continue;
      }
    }

    // f(c) where every operand is a constant or filled.
    SmallVector<Attribute> elements;
    AxisEdge joined;
    bool first = true, constant = true, full = true;
    for (Value operand : op->getOperands()) {
      Attribute element = constantElement(operand);
      if (!tileType(operand)) {
        constant &= matchPattern(operand, m_Constant(&element));
        elements.push_back(element);
        continue;
      }
      const AxisEdge &edge = of(operand)[axis];
      full &= edge.isFull();
      if (element) {
        elements.push_back(element);
        continue;
      }
      if (edge.kind == AxisEdge::Fill)
        elements.push_back(edge.fill);
      else
        constant = false;
      if (first) {
        joined = edge;
        first = false;
        continue;
      }
      // Elements outside one range but inside the other are not f(c, c).
      if (edge.ranges != joined.ranges)
        constant = false;
      AxisEdge::Kind worst = std::max(joined.kind, edge.kind);
      SmallVector<TileRange, 1> ranges = joined.ranges;
      addRanges(ranges, edge.ranges);
      joined = withKind(worst, ranges);
    }
    if (full) {
      result.push_back(AxisEdge());
      continue;
    }
    AxisEdge edge =
        withKind(joined.kind == AxisEdge::Any ? AxisEdge::Any : AxisEdge::Known,
                 joined.ranges);
    if (constant)
      if (Attribute element = foldElements(op, elements)) {
        edge.kind = AxisEdge::Fill;
        edge.fill = element;
      }
    if (edge.ranges.empty())
      edge.ranges.push_back(lostRange(op->getContext(), edge.kind));
    result.push_back(edge);
  }
  for (Value value : op->getResults())
    set(value, result);
}

TileEdge TileEdges::reshaped(tile::ReshapeOp op) const {
  RankedTensorType from = tileType(op.getOperand()),
                   to = tileType(op.getResult());
  const TileEdge &source = of(op.getOperand());
  TileEdge result(to.getRank());
  // Groups of axes with equal products, from the back, so that trailing axes
  // keep their places: a row of channels stays one whatever pixels are before.
  int64_t i = from.getRank(), j = to.getRank();
  while (i > 0 || j > 0) {
    int64_t endFrom = i, endTo = j;
    int64_t a = i > 0 ? from.getDimSize(--i) : 1;
    int64_t b = j > 0 ? to.getDimSize(--j) : 1;
    while (a != b) {
      if (a < b)
        a *= from.getDimSize(--i);
      else
        b *= to.getDimSize(--j);
    }
    // Axes of size 1 that are left in front belong to the first group.
    if (j == 0)
      i = 0;
    // Axes of size 1 stand for themselves where the other side has none.
    SmallVector<int64_t> fromAxes, toAxes;
    for (int64_t k = i; k < endFrom; ++k)
      if (from.getDimSize(k) != 1 || !source[k].isFull())
        fromAxes.push_back(k);
    for (int64_t k = j; k < endTo; ++k)
      if (to.getDimSize(k) != 1)
        toAxes.push_back(k);
    if (toAxes.empty() && to.getRank() > 0)
      toAxes.push_back(j);
    AxisEdge edge;
    for (auto [n, axis] : llvm::enumerate(fromAxes)) {
      if (n == 0) {
        edge = source[axis];
        continue;
      }
      // Unlike join: elements of a full axis beside a filled one are the fill.
      if (source[axis].isFull())
        continue;
      edge = edge.isFull() ? source[axis] : join(edge, source[axis]);
    }
    bool moved = fromAxes.size() == 1 && toAxes.size() == 1 &&
                 from.getDimSize(fromAxes[0]) == to.getDimSize(toAxes[0]);
    if (!moved && !edge.ranges.empty())
      edge.ranges = {lostRange(op.getContext(), edge.kind)};
    for (int64_t axis : toAxes)
      if (!edge.isFull())
        result[axis] = result[axis].isFull() ? edge : join(result[axis], edge);
  }
  return result;
}

void TileEdges::visitLoop(Operation *op) {
  auto loop = cast<scf::ForOp>(op);
  // Carried tiles start as their initial values and are joined with what the
  // body yields until nothing changes. The lattice has five levels and ranges
  // only grow from a finite set, so this ends.
  for (auto [argument, init] :
       llvm::zip_equal(loop.getRegionIterArgs(), loop.getInitArgs()))
    if (tileType(argument))
      set(argument, of(init));
  bool changed = true;
  while (changed) {
    changed = false;
    visit(*loop.getBody());
    for (auto [argument, yielded] :
         llvm::zip_equal(loop.getRegionIterArgs(), loop.getYieldedValues())) {
      if (!tileType(argument))
        continue;
      TileEdge merged = of(argument);
      for (auto [axis, edge] : llvm::enumerate(of(yielded)))
        merged[axis] = join(merged[axis], edge);
      if (merged != of(argument)) {
        set(argument, merged);
        changed = true;
      }
    }
  }
  for (auto [result, argument] :
       llvm::zip_equal(loop.getResults(), loop.getRegionIterArgs()))
    if (tileType(result))
      set(result, of(argument));
}

/// Bounds of a load, gather or clip as edges.
template <typename OpTy>
static TileEdge boundedEdge(OpTy op, TileEdge inside, Attribute fill) {
  SmallVector<OpFoldResult> lo = op.getMixedLo(), hi = op.getMixedHi();
  for (unsigned axis = 0; axis < lo.size(); ++axis) {
    if (op.isFull(axis))
      continue;
    inside[axis] = withKind(fill ? AxisEdge::Fill : AxisEdge::Any,
                            {{lo[axis], hi[axis], /*any=*/!fill}});
    inside[axis].fill = fill;
  }
  return inside;
}

void TileEdges::visit(Operation *op) {
  auto fullEdge = [](Value tile) { return TileEdge(tileType(tile).getRank()); };
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](tile::LoadOp load) {
        set(load.getResult(),
            boundedEdge(load, fullEdge(load.getResult()), load.getFillAttr()));
      })
      .Case([&](tile::GatherOp gather) {
        TileEdge edge(tileType(gather.getResult()).getRank());
        set(gather.getResult(),
            boundedEdge(gather, edge, gather.getFillAttr()));
      })
      .Case([&](tile::ClipOp clip) {
        set(clip.getResult(),
            boundedEdge(clip, of(clip.getOperand()), clip.getFillAttr()));
      })
      .Case([&](tile::DotOp dot) {
        const TileEdge &lhs = of(dot.getLhs()), &rhs = of(dot.getRhs());
        TileEdge edge = of(dot.getAcc());
        int64_t rank = edge.size();
        // What an operand's edge leaves in the products: known, or anything.
        auto product = [&](AxisEdge a) {
          if (!a.isFull() && a.kind != AxisEdge::Any)
            a = withKind(AxisEdge::Known, a.ranges);
          return a;
        };
        auto merge = [&](int64_t axis, const AxisEdge &a) {
          if (a.isFull())
            return;
          edge[axis] =
              edge[axis].isFull() ? product(a) : join(edge[axis], product(a));
        };
        for (int64_t axis = 0; axis < rank - 2; ++axis) {
          merge(axis, lhs[axis]);
          merge(axis, rhs[axis]);
        }
        merge(rank - 2, lhs[rank - (dot.getTransposeLhs() ? 1 : 2)]);
        merge(rank - 1, rhs[rank - (dot.getTransposeRhs() ? 2 : 1)]);
        set(dot.getResult(), edge);
      })
      .Case([&](tile::ReduceOp reduce) {
        TileEdge edge = of(reduce.getOperand());
        edge.erase(edge.begin() + reduce.getAxis());
        CombineKind kind = reduce.getKind();
        for (AxisEdge &axis : edge)
          if (axis.kind == AxisEdge::Fill && !isIdempotent(kind) &&
              !tile::isNeutralElement(kind, axis.fill))
            axis = withKind(AxisEdge::Known, axis.ranges);
        set(reduce.getResult(), edge);
      })
      .Case([&](tile::ScanOp scan) {
        TileEdge edge = of(scan.getOperand());
        AxisEdge &along = edge[scan.getAxis()];
        if (along.kind != AxisEdge::Full && along.kind != AxisEdge::Any)
          along = withKind(AxisEdge::Known, along.ranges);
        set(scan.getResult(), edge);
      })
      .Case([&](tile::BroadcastOp broadcast) {
        TileEdge edge = of(broadcast.getOperand());
        for (int64_t axis = 0, rank = edge.size(); axis < rank; ++axis)
          if (tileType(broadcast.getOperand()).getDimSize(axis) !=
                  tileType(broadcast.getResult()).getDimSize(axis) &&
              !edge[axis].ranges.empty())
            edge[axis].ranges = {lostRange(op->getContext(), edge[axis].kind)};
        set(broadcast.getResult(), edge);
      })
      .Case([&](tile::TransposeOp transpose) {
        const TileEdge &source = of(transpose.getOperand());
        TileEdge edge;
        for (int64_t axis : transpose.getPermutation())
          edge.push_back(source[axis]);
        set(transpose.getResult(), edge);
      })
      .Case([&](tile::ReshapeOp reshape) {
        set(reshape.getResult(), reshaped(reshape));
      })
      .Case([&](scf::ForOp) { visitLoop(op); })
      .Case([&](scf::IfOp branch) {
        for (Region &region : branch->getRegions())
          if (!region.empty())
            visit(region.front());
        if (branch.getNumResults() == 0)
          return;
        for (auto [result, a, b] : llvm::zip_equal(
                 branch.getResults(), branch.thenYield().getOperands(),
                 branch.elseYield().getOperands())) {
          if (!tileType(result))
            continue;
          TileEdge edge = of(a);
          for (auto [axis, other] : llvm::enumerate(of(b)))
            edge[axis] = join(edge[axis], other);
          set(result, edge);
        }
      })
      .Case([&](scf::ForallOp forall) { visit(*forall.getBody()); })
      .Default([&](Operation *) {
        if (op->getNumResults() == 0 || !tileType(op->getResult(0)))
          return;
        bool hasTile = llvm::any_of(op->getOperands(), [&](Value operand) {
          return tileType(operand) != nullptr;
        });
        if (op->hasTrait<OpTrait::Elementwise>() && hasTile)
          visitElementwise(op);
        else
          // Constants, iota, splat.
          set(op->getResult(0), fullEdge(op->getResult(0)));
      });
}

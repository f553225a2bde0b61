//===- TileDot.cpp - contractions -----------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A dot is cut into register tiles of `rows` x `lanes` accumulators; for each,
// a loop over k multiplies a broadcast element of lhs with a piece of a row of
// rhs. Both operands are fetched inside that loop: if they are loads, straight
// from the buffers.
//
// This is the place for micro-kernels that want packed operands or dot-product
// instructions: they would replace emitDotPiece for the plans that suit them.
//
//===----------------------------------------------------------------------===//

#include "TileEmitter.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::cpu;

struct TileEmitter::DotPlan {
  tile::DotOp op;
  Value lhs, rhs;
  int64_t m, n, k;
  /// Of a register tile.
  int64_t rows, lanes;
  /// What the loop over k runs over.
  Coord kLo, kHi;
  /// rhs is held as [batch..., k, n] in a home of its own.
  Value packedRhs;
  RankedTensorType packedType;
  /// The loop over k is unrolled, with static coordinates.
  bool unrolled = false;
};

/// An expression that is as cheap one element at a time as a row at a time.
bool TileEmitter::isCheap(Value value) {
  Tile &tile = tileOf(value);
  if (tile.home && isVisible(tile.homeBlock))
    return true;
  if (!tile.op || !tile.rows.empty())
    return false;
  if (isAlwaysExpression(value) || isa<tile::LoadOp>(tile.op))
    return true;
  if (isa<arith::ExtFOp, arith::ExtSIOp, arith::ExtUIOp, tile::BroadcastOp,
          tile::TransposeOp, tile::ReshapeOp>(tile.op))
    return isCheap(tile.op->getOperand(0));
  return false;
}

/// lhs * rhs + acc in one rounding, or wrapping.
Value TileEmitter::multiplyAdd(Value lhs, Value rhs, Value acc) {
  if (isa<FloatType>(getElementTypeOrSelf(acc.getType())))
    return math::FmaOp::create(b, lhs, rhs, acc);
  return arith::AddIOp::create(b, acc, arith::MulIOp::create(b, lhs, rhs));
}

/// A piece of an operand in the accumulator's type.
Value TileEmitter::widen(Value piece, Type element, bool isUnsigned) {
  if (getElementTypeOrSelf(piece.getType()) == element)
    return piece;
  auto type = VectorType::get({lanesOf(piece)}, element);
  if (isa<FloatType>(element))
    return arith::ExtFOp::create(b, type, piece);
  if (isUnsigned)
    return arith::ExtUIOp::create(b, type, piece);
  return arith::ExtSIOp::create(b, type, piece);
}

/// The shape of the register tile: all accumulators, a row of rhs and one
/// broadcast fit the registers, and there are enough accumulators (8) to hide
/// the latency of a multiply-add. Of those, the one with the fewest cycles.
static void chooseRegisterTile(int64_t m, int64_t registersOfRow,
                               int64_t registers, int64_t &rows,
                               int64_t &width) {
  int64_t best = INT64_MAX;
  rows = 1;
  width = 1;
  for (int64_t w = 1; w <= std::min<int64_t>(registersOfRow, 8); ++w) {
    int64_t most = (registers - 1 - w) / w;
    if (most < 1)
      break;
    int64_t pieces = (m + most - 1) / most;
    int64_t r = (m + pieces - 1) / pieces;
    int64_t tiles = pieces * ((registersOfRow + w - 1) / w);
    // Two multiply-adds or two loads a cycle, each in halves of a cycle.
    int64_t cycles = std::max({r * w, r + w, int64_t(8)});
    int64_t cost = tiles * (cycles * 64 + r + w);
    if (cost < best) {
      best = cost;
      rows = r;
      width = w;
    }
  }
}

TileEmitter::DotPlan TileEmitter::planDot(tile::DotOp op) {
  DotPlan plan;
  plan.op = op;
  plan.lhs = op.getLhs();
  plan.rhs = op.getRhs();
  RankedTensorType type = tileTypeOf(op.getAcc());
  RankedTensorType lhsType = tileTypeOf(plan.lhs);
  int64_t rank = type.getRank();
  plan.m = type.getDimSize(rank - 2);
  plan.n = type.getDimSize(rank - 1);
  unsigned lhsK = op.getTransposeLhs() ? rank - 2 : rank - 1;
  unsigned rhsK = op.getTransposeRhs() ? rank - 1 : rank - 2;
  plan.k = lhsType.getDimSize(lhsK);
  plan.kLo = b.getIndexAttr(0);
  plan.kHi = b.getIndexAttr(plan.k);

  int64_t perRegister =
      std::max<int64_t>(1, shape.bytes * 8 / type.getElementTypeBitWidth());
  int64_t width;
  chooseRegisterTile(plan.m, (plan.n + perRegister - 1) / perRegister,
                     shape.registers, plan.rows, width);
  plan.lanes = std::min(plan.n, width * perRegister);

  // The same bounds of k on both sides, and zeros outside: the loop over k runs
  // over what is inside.
  auto lhsLoad = plan.lhs.getDefiningOp<tile::LoadOp>(),
       rhsLoad = plan.rhs.getDefiningOp<tile::LoadOp>();
  auto isZero = [](std::optional<TypedAttr> fill) {
    return fill && (matchPattern(Attribute(*fill), m_Zero()) ||
                    matchPattern(Attribute(*fill), m_AnyZeroFloat()));
  };
  bool lazy = lhsLoad && rhsLoad && tileOf(plan.lhs).rows.empty() &&
              tileOf(plan.rhs).rows.empty() && plan.lhs.hasOneUse() &&
              plan.rhs.hasOneUse();
  if (lazy && !lhsLoad.isFull(lhsK) && isZero(lhsLoad.getFill()) &&
      isZero(rhsLoad.getFill())) {
    Coord low = lhsLoad.getMixedLo()[lhsK], high = lhsLoad.getMixedHi()[lhsK];
    if (isEqualConstantIntOrValue(low, rhsLoad.getMixedLo()[rhsK]) &&
        isEqualConstantIntOrValue(high, rhsLoad.getMixedHi()[rhsK])) {
      takenAxes.insert({lhsLoad, lhsK});
      takenAxes.insert({rhsLoad, rhsK});
      plan.kLo = mapBound(low);
      plan.kHi = mapBound(high);
    }
  }

  int64_t pieces = type.getNumElements() / perRegister * plan.k;
  plan.unrolled = isSmall(type) && pieces <= 64 &&
                  getConstantIntValue(plan.kLo) &&
                  getConstantIntValue(plan.kHi);
  if (op.getTransposeRhs()) {
    auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    std::swap(permutation[rank - 1], permutation[rank - 2]);
    SmallVector<int64_t> packedShape(tileTypeOf(plan.rhs).getShape());
    std::swap(packedShape[rank - 1], packedShape[rank - 2]);
    plan.packedType = RankedTensorType::get(
        packedShape, tileTypeOf(plan.rhs).getElementType());
    // The packed copy holds zeros outside of the bounds.
    if (rhsLoad)
      takenAxes.erase({rhsLoad, rhsK});
    plan.packedRhs = allocateHome(plan.packedType);
    transposeToHome(plan.rhs, rank - 2, permutation, plan.packedRhs);
    remark("a dot transposes its right operand");
  } else if (!isCheap(plan.rhs)) {
    if (plan.unrolled)
      makeRows(plan.rhs);
    else
      makeHome(plan.rhs);
  } else if (!plan.unrolled) {
    makeAddressable(plan.rhs);
  }
  if (!isCheap(plan.lhs)) {
    if (plan.unrolled && isSmall(lhsType))
      makeRows(plan.lhs);
    else
      makeHome(plan.lhs);
  } else if (!plan.unrolled) {
    makeAddressable(plan.lhs);
  }
  return plan;
}

/// accumulators[i] += lhs[m + i, :] * rhs[:, n .. n + lanes].
void TileEmitter::emitDotPiece(const DotPlan &plan, ArrayRef<Coord> batch,
                               Coord m, int64_t rows, Coord n, int64_t lanes,
                               MutableArrayRef<Value> accumulators) {
  tile::DotOp op = plan.op;
  Type element = tileTypeOf(op.getAcc()).getElementType();
  auto step = [&](Coord k, MutableArrayRef<Value> values) {
    Coords coords(batch);
    coords.push_back(k);
    coords.push_back(n);
    Value right =
        plan.packedRhs
            ? loadVector(homePointer(plan.packedRhs, plan.packedType, coords),
                         plan.packedType.getElementType(), lanes)
            : fetch(plan.rhs, coords, lanes);
    right = widen(right, element, op.getUnsignedRhs());
    for (int64_t row = 0; row < rows; ++row) {
      Coords place(batch);
      place.push_back(add(m, b.getIndexAttr(row)));
      place.push_back(k);
      if (op.getTransposeLhs())
        std::swap(place[place.size() - 1], place[place.size() - 2]);
      Value left =
          widen(fetch(plan.lhs, place, 1), element, op.getUnsignedLhs());
      values[row] = multiplyAdd(splatOfLane0(left, lanes), right, values[row]);
    }
  };
  if (plan.unrolled) {
    // Only what is inside of the bounds: the loads are not masked on this axis.
    int64_t end = *getConstantIntValue(plan.kHi);
    for (int64_t k = *getConstantIntValue(plan.kLo); k < end; ++k)
      step(b.getIndexAttr(k), accumulators);
    return;
  }
  // Several steps at once where that leaves no rest, and where all operands of
  // those steps fit the registers: LLVM's scheduler likes to load them first.
  int64_t unroll = 1;
  int64_t width =
      (lanes * element.getIntOrFloatBitWidth() + shape.bytes * 8 - 1) /
      (shape.bytes * 8);
  bool whole = getConstantIntValue(plan.kLo) == 0 &&
               getConstantIntValue(plan.kHi) == plan.k;
  while (whole && unroll < 4 && plan.k % (unroll * 2) == 0 &&
         rows * width + (rows + width) * unroll * 2 <= shape.registers)
    unroll *= 2;
  auto loop = scf::ForOp::create(b, index(plan.kLo), index(plan.kHi),
                                 arith::ConstantIndexOp::create(b, unroll),
                                 ValueRange(accumulators));
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(loop.getBody());
    SmallVector<Value> values(loop.getRegionIterArgs());
    for (int64_t i = 0; i < unroll; ++i)
      step(add(Coord(loop.getInductionVar()), b.getIndexAttr(i)), values);
    scf::YieldOp::create(b, values);
  }
  llvm::copy(loop.getResults(), accumulators.begin());
}

LogicalResult TileEmitter::emitDot(tile::DotOp op) {
  RankedTensorType type = tileTypeOf(op.getAcc());
  int64_t rank = type.getRank();
  Value acc = op.getAcc();
  if (isSmall(type)) {
    SmallVector<Value> rows(getRows(acc));
    DotPlan plan = planDot(op);
    SmallVector<Value> results;
    for (int64_t first = 0; first < rowsOf(type); first += plan.m) {
      Coords batch = coordsOfRow(type, first);
      batch.resize(rank - 2);
      for (int64_t m = 0; m < plan.m; m += plan.rows) {
        int64_t count = std::min(plan.rows, plan.m - m);
        SmallVector<SmallVector<Value>> pieces(count);
        for (int64_t n = 0; n < plan.n; n += plan.lanes) {
          int64_t lanes = std::min(plan.lanes, plan.n - n);
          SmallVector<Value> values;
          for (int64_t row = 0; row < count; ++row)
            values.push_back(slice(rows[first + m + row], n, lanes));
          emitDotPiece(plan, batch, b.getIndexAttr(m), count, b.getIndexAttr(n),
                       lanes, values);
          for (int64_t row = 0; row < count; ++row)
            pieces[row].push_back(values[row]);
        }
        for (int64_t row = 0; row < count; ++row)
          results.push_back(concatenate(pieces[row]));
      }
    }
    addTile(op.getResult());
    setRows(op.getResult(), results);
    return success();
  }

  // In memory: in place if nobody else sees the accumulator.
  Value home = makeHome(acc);
  Value target = home;
  // A home from outside of this block is read again in the next step.
  if (!acc.hasOneUse() || tileOf(acc).homeShared ||
      tileOf(acc).homeBlock != b.getInsertionBlock())
    target = allocateHome(type);
  DotPlan plan = planDot(op);
  SmallVector<int64_t> batchShape(type.getShape().drop_back(2));
  batchShape.push_back(1);
  auto batchType = RankedTensorType::get(batchShape, type.getElementType());
  auto emitPiece = [&](ArrayRef<Coord> batch, Coord m, int64_t rows, Coord n,
                       int64_t lanes) {
    SmallVector<Value> values;
    auto placeOfRow = [&](int64_t row) {
      Coords coords(batch);
      coords.push_back(add(m, b.getIndexAttr(row)));
      coords.push_back(n);
      return coords;
    };
    for (int64_t row = 0; row < rows; ++row)
      values.push_back(loadVector(homePointer(home, type, placeOfRow(row)),
                                  type.getElementType(), lanes));
    emitDotPiece(plan, batch, m, rows, n, lanes, values);
    for (int64_t row = 0; row < rows; ++row)
      storeVector(values[row], homePointer(target, type, placeOfRow(row)));
  };
  // Loops over whole register tiles, then what is left of each axis.
  auto overAxis = [&](int64_t size, int64_t step,
                      llvm::function_ref<void(Coord, int64_t)> piece) {
    int64_t whole = size / step * step;
    if (whole > step) {
      OpBuilder::InsertionGuard guard(b);
      auto loop = scf::ForOp::create(b, arith::ConstantIndexOp::create(b, 0),
                                     arith::ConstantIndexOp::create(b, whole),
                                     arith::ConstantIndexOp::create(b, step));
      b.setInsertionPoint(loop.getBody()->getTerminator());
      piece(Coord(loop.getInductionVar()), step);
    } else if (whole == step) {
      piece(b.getIndexAttr(0), step);
    }
    if (whole != size)
      piece(b.getIndexAttr(whole), size - whole);
  };
  plan.unrolled = false;
  makeAddressable(plan.lhs);
  if (!plan.packedRhs)
    makeAddressable(plan.rhs);
  forEachPiece(batchType, 1, [&](ArrayRef<Coord> coords, int64_t) {
    ArrayRef<Coord> batch = coords.drop_back();
    overAxis(plan.m, plan.rows, [&](Coord m, int64_t rows) {
      overAxis(plan.n, plan.lanes, [&](Coord n, int64_t lanes) {
        emitPiece(batch, m, rows, n, lanes);
      });
    });
  });
  addTile(op.getResult());
  setHome(op.getResult(), target);
  return success();
}

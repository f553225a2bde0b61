//===- TileOps.cpp - the ops of the tile dialect --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"

#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::tile;

static RankedTensorType tileType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The next coordinates in row-major order.
static void advance(SmallVectorImpl<int64_t> &at, ArrayRef<int64_t> shape) {
  for (int axis = int(shape.size()) - 1; axis >= 0; --axis) {
    if (++at[axis] < shape[axis])
      return;
    at[axis] = 0;
  }
}

static int64_t linear(ArrayRef<int64_t> at, ArrayRef<int64_t> shape) {
  int64_t index = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis)
    index = index * shape[axis] + at[axis];
  return index;
}

/// Calls visit(coordinates, index, inside) for every element of the tile of a
/// bounded op, after a check of the bounds.
template <typename OpTy, typename F>
Status Machine::forEachElement(OpTy op, F visit) {
  ArrayRef<int64_t> shape = op.getTileType().getShape();
  SmallVector<int64_t> lo, hi;
  for (OpFoldResult bound : op.getMixedLo())
    lo.push_back(integer(bound));
  for (OpFoldResult bound : op.getMixedHi())
    hi.push_back(integer(bound));
  for (size_t axis = 0; axis < shape.size(); ++axis)
    if (lo[axis] < 0 || hi[axis] > shape[axis])
      return error("bounds ", lo[axis], " to ", hi[axis], " of axis ", axis,
                   " are outside 0 to ", shape[axis]);
  SmallVector<int64_t> at(shape.size(), 0);
  for (int64_t i = 0, n = op.getTileType().getNumElements(); i < n; ++i) {
    bool inside = true;
    for (size_t axis = 0; axis < shape.size(); ++axis)
      inside &= at[axis] >= lo[axis] && at[axis] < hi[axis];
    if (Status status = visit(at, i, inside); !status)
      return status;
    advance(at, shape);
  }
  return Status::success();
}

Status Machine::runGather(GatherOp op) {
  Type element = op.getTileType().getElementType();
  Tile result(op.getTileType().getNumElements());
  Buffer &buffer = *slots[op.getBuffer()].buffer;
  Status status =
      forEachElement(op, [&](ArrayRef<int64_t>, int64_t i, bool inside) {
        if (!inside) {
          result[i] = op.getFillAttr() ? cellOf(op.getFillAttr())
                                       : marker.next(element);
          return Status::success();
        }
        SmallVector<int64_t> at;
        for (Value coordinate : op.getCoordinates())
          at.push_back(tile(coordinate)[i].i);
        return buffer.load(at, block, result[i]);
      });
  setTile(op.getResult(), std::move(result));
  return status;
}

Status Machine::runDot(DotOp op) {
  RankedTensorType type = tileType(op.getAcc());
  Type element = type.getElementType();
  ArrayRef<int64_t> shape = type.getShape();
  int64_t rank = shape.size(), m = shape[rank - 2], n = shape[rank - 1];
  bool tl = op.getTransposeLhs(), tr = op.getTransposeRhs();
  int64_t k = tileType(op.getLhs()).getDimSize(rank - (tl ? 2 : 1));
  int64_t batches = type.getNumElements() / std::max<int64_t>(1, m * n);
  const Tile &lhs = tile(op.getLhs()), &rhs = tile(op.getRhs());
  unsigned lhsWidth = widthOf(tileType(op.getLhs()).getElementType());
  unsigned rhsWidth = widthOf(tileType(op.getRhs()).getElementType());
  Tile acc = tile(op.getAcc());
  for (int64_t b = 0; b < batches; ++b)
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        Cell &sum = acc[(b * m + i) * n + j];
        for (int64_t p = 0; p < k; ++p) {
          Cell x = lhs[b * m * k + (tl ? p * m + i : i * k + p)];
          Cell y = rhs[b * k * n + (tr ? j * k + p : p * n + j)];
          if (isa<FloatType>(element)) {
            sum.f = element.isF32()
                        ? std::fma(float(x.f), float(y.f), float(sum.f))
                        : roundTo(element, std::fma(x.f, y.f, sum.f));
            continue;
          }
          if (op.getUnsignedLhs())
            x.i = int64_t(unsignedOf(x.i, lhsWidth));
          if (op.getUnsignedRhs())
            y.i = int64_t(unsignedOf(y.i, rhsWidth));
          sum.i = wrap(int64_t(uint64_t(sum.i) + uint64_t(x.i) * uint64_t(y.i)),
                       widthOf(element));
        }
      }
  setTile(op.getResult(), std::move(acc));
  return Status::success();
}

/// Elements before, along and after an axis.
static std::tuple<int64_t, int64_t, int64_t> split(RankedTensorType type,
                                                   int64_t axis) {
  int64_t before = 1, after = 1;
  for (int64_t i = 0; i < axis; ++i)
    before *= type.getDimSize(i);
  for (int64_t i = axis + 1; i < type.getRank(); ++i)
    after *= type.getDimSize(i);
  return {before, type.getDimSize(axis), after};
}

static Tile reduce(ReduceOp op, const Tile &operand) {
  RankedTensorType type = tileType(op.getOperand());
  auto [before, size, after] = split(type, op.getAxis());
  Tile result;
  for (int64_t b = 0; b < before; ++b)
    for (int64_t a = 0; a < after; ++a) {
      Tile line;
      for (int64_t i = 0; i < size; ++i)
        line.push_back(operand[(b * size + i) * after + a]);
      // The fixed tree of the op's description.
      while (line.size() > 1) {
        size_t n = line.size(), kept = (n + 1) / 2;
        for (size_t i = 0; i < n / 2; ++i)
          line[i] = combine(op.getKind(), type.getElementType(), line[i],
                            line[i + kept]);
        line.resize(kept);
      }
      result.push_back(line.front());
    }
  return result;
}

static Tile scan(ScanOp op, Tile tile) {
  RankedTensorType type = tileType(op.getOperand());
  auto [before, size, after] = split(type, op.getAxis());
  for (int64_t b = 0; b < before; ++b)
    for (int64_t i = 1; i < size; ++i)
      for (int64_t a = 0; a < after; ++a) {
        Cell &here = tile[(b * size + i) * after + a];
        here = combine(op.getKind(), type.getElementType(),
                       tile[(b * size + i - 1) * after + a], here);
      }
  return tile;
}

/// A tile whose element at each place is the operand's at another.
template <typename F>
static Tile moved(RankedTensorType from, RankedTensorType to,
                  const Tile &operand, F source) {
  Tile result(to.getNumElements());
  SmallVector<int64_t> at(to.getRank(), 0), there(from.getRank(), 0);
  for (Cell &cell : result) {
    source(at, there);
    cell = operand[linear(there, from.getShape())];
    advance(at, to.getShape());
  }
  return result;
}

Status Machine::runTile(Operation *op, bool &known) {
  known = true;
  if (auto load = dyn_cast<LoadOp>(op)) {
    Type element = load.getTileType().getElementType();
    Tile result(load.getTileType().getNumElements());
    Buffer &buffer = *slots[load.getBuffer()].buffer;
    Status status =
        forEachElement(load, [&](ArrayRef<int64_t> at, int64_t i, bool inside) {
          if (!inside) {
            result[i] = load.getFillAttr() ? cellOf(load.getFillAttr())
                                           : marker.next(element);
            return Status::success();
          }
          SmallVector<int64_t> there;
          for (auto [offset, here, stride] :
               llvm::zip_equal(load.getOffsets(), at, load.getStrides()))
            there.push_back(integer(offset) + here * stride);
          return buffer.load(there, block, result[i]);
        });
    setTile(load.getResult(), std::move(result));
    return status;
  }
  if (auto store = dyn_cast<StoreOp>(op)) {
    const Tile &value = tile(store.getValue());
    Buffer &buffer = *slots[store.getBuffer()].buffer;
    return forEachElement(
        store, [&](ArrayRef<int64_t> at, int64_t i, bool inside) {
          if (!inside)
            return Status::success();
          SmallVector<int64_t> there;
          for (auto [offset, here, stride] :
               llvm::zip_equal(store.getOffsets(), at, store.getStrides()))
            there.push_back(integer(offset) + here * stride);
          return buffer.store(there, block, value[i]);
        });
  }
  if (auto gather = dyn_cast<GatherOp>(op))
    return runGather(gather);
  if (auto clip = dyn_cast<ClipOp>(op)) {
    Tile result = tile(clip.getOperand());
    Status status =
        forEachElement(clip, [&](ArrayRef<int64_t>, int64_t i, bool inside) {
          if (!inside)
            result[i] = cellOf(clip.getFill());
          return Status::success();
        });
    setTile(clip.getResult(), std::move(result));
    return status;
  }
  if (auto dot = dyn_cast<DotOp>(op))
    return runDot(dot);
  if (auto reduction = dyn_cast<ReduceOp>(op)) {
    setTile(reduction.getResult(),
            reduce(reduction, tile(reduction.getOperand())));
    return Status::success();
  }
  if (auto running = dyn_cast<ScanOp>(op)) {
    setTile(running.getResult(), scan(running, tile(running.getOperand())));
    return Status::success();
  }
  if (auto broadcast = dyn_cast<BroadcastOp>(op)) {
    RankedTensorType from = tileType(broadcast.getOperand());
    setTile(broadcast.getResult(),
            moved(from, tileType(broadcast.getResult()),
                  tile(broadcast.getOperand()), [&](auto &at, auto &there) {
                    for (int64_t i = 0; i < from.getRank(); ++i)
                      there[i] = from.getDimSize(i) == 1 ? 0 : at[i];
                  }));
    return Status::success();
  }
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    setTile(transpose.getResult(),
            moved(tileType(transpose.getOperand()),
                  tileType(transpose.getResult()), tile(transpose.getOperand()),
                  [&](auto &at, auto &there) {
                    for (auto [i, axis] :
                         llvm::enumerate(transpose.getPermutation()))
                      there[axis] = at[i];
                  }));
    return Status::success();
  }
  if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    slots[reshape.getResult()] = Slot(slots[reshape.getOperand()]);
    return Status::success();
  }
  if (auto splat = dyn_cast<SplatOp>(op)) {
    setTile(splat.getResult(),
            Tile(tileType(splat.getResult()).getNumElements(),
                 slots[splat.getScalar()].scalar));
    return Status::success();
  }
  if (auto iota = dyn_cast<IotaOp>(op)) {
    RankedTensorType type = tileType(iota.getResult());
    SmallVector<int64_t> at(type.getRank(), 0);
    Tile result(type.getNumElements());
    for (Cell &cell : result) {
      cell = intCell(wrap(integer(iota.getOffset()) + at[iota.getAxis()],
                          widthOf(type.getElementType())));
      advance(at, type.getShape());
    }
    setTile(iota.getResult(), std::move(result));
    return Status::success();
  }
  known = false;
  return Status::success();
}

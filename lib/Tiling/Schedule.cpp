//===- Schedule.cpp - the choice of blocks and tiles ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Tiling/Schedule.h"

#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tilewright;

static Value rootOf(func::FuncOp kernel) {
  return cast<func::ReturnOp>(kernel.front().getTerminator()).getOperand(0);
}

FailureOr<Schedule> Schedule::fromAttr(func::FuncOp kernel,
                                       DictionaryAttr attr) {
  Schedule schedule;
  auto block = attr.getAs<DenseI64ArrayAttr>("block"),
       tile = attr.getAs<DenseI64ArrayAttr>("tile");
  size_t rank = cast<RankedTensorType>(rootOf(kernel).getType()).getRank();
  if (!block || !tile || size_t(block.size()) != rank ||
      size_t(tile.size()) != rank)
    return kernel->emitError("expected a schedule with arrays 'block' and "
                             "'tile' of ")
           << rank << " numbers, the rank of the results";
  schedule.block.assign(block.asArrayRef().begin(), block.asArrayRef().end());
  schedule.tile.assign(tile.asArrayRef().begin(), tile.asArrayRef().end());
  for (auto [b, t] : llvm::zip(schedule.block, schedule.tile))
    if (t <= 0 || b < 0 || b % t != 0)
      return kernel->emitError("expected every tile of a schedule to divide "
                               "its block, but got ")
             << t << " and " << b;
  for (auto [name, value] : {std::pair("reduction", &schedule.reduction),
                             std::pair("contraction", &schedule.contraction)}) {
    if (auto given = attr.getAs<IntegerAttr>(name))
      *value = given.getInt();
    if (*value <= 0)
      return kernel->emitError("expected a positive '")
             << name << "' of a schedule, but got " << *value;
  }
  return schedule;
}

namespace {

using Masks = SmallVector<uint64_t>;

/// A reduction or contraction of a kernel, and the root axes that its result
/// depends on, as a bit mask: along the others it would be computed again.
struct ReductionInfo {
  Operation *op;
  uint64_t rootAxes;
  bool isContraction;
  /// The innermost axis of what is reduced is a reduced one.
  bool alongRows;
};

/// Follows requests as the emitter does, with a bit mask of root axes in place
/// of every offset.
class Tracer {
public:
  SmallVector<ReductionInfo> reductions;
  /// Some operand is read with its innermost axis at another place.
  bool transposed = false;

  void visit(Value value, Masks masks) {
    Operation *op = value.getDefiningOp();
    if (!op)
      return;
    auto &seen = visited[value];
    if (llvm::is_contained(seen, masks))
      return;
    seen.push_back(masks);
    uint64_t all = 0;
    for (uint64_t mask : masks)
      all |= mask;
    if (auto generic = dyn_cast<linalg::GenericOp>(op))
      return visitGeneric(generic, masks, all);
    if (auto matmul = dyn_cast<graph::MatmulOp>(op)) {
      add(op, all, /*isContraction=*/true, /*alongRows=*/false);
      visitMatmul(matmul.getLhs(), masks, masks[masks.size() - 2], 0,
                  matmul.getTransposeLhs());
      visitMatmul(matmul.getRhs(), masks, 0, masks.back(),
                  matmul.getTransposeRhs());
      return;
    }
    if (isa<graph::ConvOp, graph::ConvTransposeOp>(op)) {
      add(op, all, /*isContraction=*/true, /*alongRows=*/false);
      Masks input(masks);
      input.back() = 0;
      return visit(op->getOperand(0), input);
    }
    if (auto pool = dyn_cast<graph::PoolOp>(op)) {
      add(op, all, /*isContraction=*/false, /*alongRows=*/false);
      return visit(pool.getInput(), masks);
    }
    // Slices, concatenations and padding keep their axes.
    for (Value operand : op->getOperands())
      if (cast<RankedTensorType>(operand.getType()).getRank() ==
          int64_t(masks.size()))
        visit(operand, masks);
  }

private:
  void add(Operation *op, uint64_t axes, bool isContraction, bool alongRows) {
    for (ReductionInfo &info : reductions)
      if (info.op == op && info.rootAxes == axes)
        return;
    reductions.push_back({op, axes, isContraction, alongRows});
  }

  void visitMatmul(Value operand, const Masks &masks, uint64_t row,
                   uint64_t column, bool swapped) {
    int64_t rank = cast<RankedTensorType>(operand.getType()).getRank();
    Masks mapped;
    graph::Dims dims = graph::getDims(operand);
    for (int64_t i = 0; i + 2 < rank; ++i)
      mapped.push_back(dims[i].isConstant(1) ? 0
                                             : masks[masks.size() - rank + i]);
    mapped.push_back(swapped ? column : row);
    mapped.push_back(swapped ? row : column);
    visit(operand, mapped);
  }

  void visitGeneric(linalg::GenericOp op, const Masks &masks, uint64_t all) {
    AffineMap resultMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    Masks loops(op.getNumLoops(), 0);
    for (auto [i, expr] : llvm::enumerate(resultMap.getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        loops[dim.getPosition()] = masks[i];
    auto iterators = op.getIteratorTypesArray();
    if (op.getNumReductionLoops()) {
      AffineMap map = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
      auto last = dyn_cast_if_present<AffineDimExpr>(
          map.getNumResults() ? map.getResults().back() : AffineExpr());
      add(op, all, /*isContraction=*/false,
          last &&
              iterators[last.getPosition()] == utils::IteratorType::reduction);
    }
    for (OpOperand *input : op.getDpsInputOperands()) {
      AffineMap map = op.getMatchingIndexingMap(input);
      Masks mapped;
      for (AffineExpr expr : map.getResults()) {
        auto dim = dyn_cast<AffineDimExpr>(expr);
        mapped.push_back(dim ? loops[dim.getPosition()] : 0);
      }
      if (!map.isProjectedPermutation(/*allowZeroInResults=*/true) ||
          !isAscending(map))
        transposed = true;
      visit(input->get(), mapped);
    }
  }

  static bool isAscending(AffineMap map) {
    int64_t previous = -1;
    for (AffineExpr expr : map.getResults())
      if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
        if (int64_t(dim.getPosition()) < previous)
          return false;
        previous = dim.getPosition();
      }
    return true;
  }

  DenseMap<Value, SmallVector<Masks>> visited;
};

Tracer trace(func::FuncOp kernel) {
  Tracer tracer;
  for (Value result :
       cast<func::ReturnOp>(kernel.front().getTerminator()).getOperands()) {
    int64_t rank = cast<RankedTensorType>(result.getType()).getRank();
    Masks masks;
    for (int64_t i = 0; i < rank; ++i)
      masks.push_back(uint64_t(1) << i);
    tracer.visit(result, masks);
  }
  return tracer;
}

/// A tile for `extent` of about `wanted` elements: all of a short axis, a power
/// of two else.
int64_t vectorTile(const DimExpr &extent, int64_t wanted) {
  auto known = extent.constantValue();
  if (!known)
    return wanted;
  if (*known <= 8)
    return std::max<int64_t>(*known, 1);
  return std::min<int64_t>(wanted, llvm::PowerOf2Ceil(*known));
}

/// Rows of a register tile: a divisor of the extent leaves no edge.
int64_t rowTile(const DimExpr &extent, int64_t most) {
  auto known = extent.constantValue();
  if (!known)
    return most;
  for (int64_t tile = most; 2 * tile > most; --tile)
    if (*known % tile == 0)
      return tile;
  return std::min<int64_t>(most, std::max<int64_t>(*known, 1));
}

} // namespace

Schedule tilewright::chooseSchedule(func::FuncOp kernel,
                                    const VectorUnit &unit) {
  Tracer tracer = trace(kernel);
  graph::Dims root = graph::getDims(rootOf(kernel));
  size_t rank = root.size();
  Schedule schedule;
  schedule.tile.assign(rank, 1);
  schedule.block.assign(rank, 1);
  if (rank == 0)
    return schedule;

  uint64_t serial = 0;
  bool contraction = false, alongRows = false, transposed = false,
       windows = false;
  int64_t groupOutputs = 0;
  for (const ReductionInfo &info : tracer.reductions) {
    contraction |= info.isContraction;
    alongRows |= info.alongRows;
    transposed |= isa<graph::ConvTransposeOp>(info.op);
    windows |= isa<graph::PoolOp, graph::ConvOp>(info.op);
    for (size_t i = 0; i < rank; ++i)
      if (!(info.rootAxes >> i & 1) && !root[i].isConstant(1))
        serial |= uint64_t(1) << i;
    int64_t groups = 1;
    Value filter;
    if (auto conv = dyn_cast<graph::ConvOp>(info.op))
      groups = conv.getGroups(), filter = conv.getFilter();
    if (auto conv = dyn_cast<graph::ConvTransposeOp>(info.op))
      groups = conv.getGroups(), filter = conv.getFilter();
    if (groups > 1) {
      int64_t outputs =
          graph::getDims(filter).back().constantValue().value_or(groups);
      bool depthwise = isa<graph::ConvOp>(info.op) && outputs == groups &&
                       graph::getDims(filter)[rank - 2].isConstant(1);
      if (!depthwise)
        groupOutputs = outputs / groups;
    }
  }

  // Lanes: f32 elements of one register, several registers per tile.
  int64_t lanes = unit.bits / 32;
  size_t last = rank - 1;
  bool lastIsSerial = serial >> last & 1;
  if (contraction) {
    // Two registers wide; as many rows as registers hold with operands.
    schedule.tile[last] = vectorTile(root[last], 2 * lanes);
    if (groupOutputs) {
      int64_t tile = std::min<int64_t>(2 * lanes, groupOutputs);
      while (groupOutputs % tile != 0)
        --tile;
      schedule.tile[last] = tile;
    }
    if (rank >= 2 && !transposed)
      schedule.tile[last - 1] =
          rowTile(root[last - 1], unit.registers >= 32 ? 8 : 4);
  } else if (alongRows && !lastIsSerial) {
    // Each element of the result is a row of its own: a few at once.
    schedule.tile[last] = rowTile(root[last], 4);
    schedule.reduction = 4 * lanes;
  } else {
    schedule.tile[last] = vectorTile(root[last], 4 * lanes);
    schedule.reduction = 4 * lanes;
    int64_t other = std::max<int64_t>(1, 4 * lanes / schedule.tile[last]);
    if (tracer.transposed)
      schedule.tile[last] = vectorTile(root[last], lanes), other = lanes;
    if (lastIsSerial)
      other = 4;
    if (windows)
      other = 2;
    if (rank >= 2 && other > 1)
      schedule.tile[last - 1] = rowTile(root[last - 1], other);
  }
  for (size_t i = 0; i < rank; ++i)
    schedule.block[i] = serial >> i & 1 ? 0 : schedule.tile[i];

  // Blocks of some thousand elements, from the innermost axis outward, so that
  // finding a block's place costs little. A block of a contraction keeps to one
  // tile of columns: all of its rows then use the same panel of the right
  // operand, which stays in the cache.
  constexpr int64_t enough = 1 << 12;
  int64_t elements = contraction ? schedule.tile[last] : 1;
  for (size_t i = contraction ? last : rank; i-- > 0 && elements < enough;) {
    if (schedule.block[i] == 0)
      break;
    auto known = root[i].constantValue();
    int64_t tiles =
        known ? llvm::divideCeil(std::max<int64_t>(*known, 1), schedule.tile[i])
              : enough;
    int64_t fits = std::max<int64_t>(1, enough / (elements * schedule.tile[i]));
    schedule.block[i] = schedule.tile[i] * std::min(tiles, fits);
    elements *= schedule.block[i];
    if (tiles > fits)
      break;
  }
  return schedule;
}

//===- SinkTransposes.cpp - transposes are moved to where they cancel -----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// AxisAtoms says which axes are the same. A *group* is what transparent ops
// connect; for each group we look for one order of its atoms with the least to
// move at its borders, where hard ops define or use values in their own order.
// If that is less than the group's transposes move now, every value of the
// group is rewritten: it is stored with one axis per atom, in the group's
// order, and has its old shape only at the borders.
//
//===----------------------------------------------------------------------===//

#include "AtomRewriter.h"
#include "AxisAtoms.h"
#include "tilewright/Dialect/Graph/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace tilewright::graph {
#define GEN_PASS_DEF_SINKTRANSPOSESPASS
#include "tilewright/Dialect/Graph/Transforms/Passes.h.inc"
} // namespace tilewright::graph

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

namespace {

/// Values of one group, by how they meet the world outside.
struct Group {
  /// Every value, in the block's order.
  SmallVector<Value> values;
  /// Defined by a hard op or the block, and used by a transparent op.
  SmallVector<Value> defined;
  /// Defined by a transparent op and used by a hard one.
  SmallVector<Value> used;
  /// Matmuls whose rows are in the group.
  SmallVector<MatmulOp> linears;
  /// What its transposes move now.
  double current = 0;
};

class BlockSinker {
public:
  BlockSinker(Block &block, const SymbolRanges &ranges)
      : block(block), atoms(block), ranges(ranges) {}

  /// The number of groups that were rewritten.
  int run() {
    collect();
    int rewritten = 0;
    SmallVector<AtomRewriter::Order> orders;
    for (auto &entry : groups) {
      Group &group = entry.second;
      if (group.current == 0)
        continue;
      auto [order, cost] = bestOrder(group);
      if (cost < group.current) {
        orders.push_back(std::move(order));
        ++rewritten;
      }
    }
    if (rewritten)
      AtomRewriter(block, atoms, orders).run();
    return rewritten;
  }

private:
  using Order = AtomRewriter::Order;

  static bool isWeight(Value value) {
    return isa_and_nonnull<WeightOp, ConstantOp>(value.getDefiningOp());
  }

  /// Bytes, with a size of 64 for what is not known.
  double bytes(Value value) {
    double product = double(byteSize(*getDType(elementOf(value))));
    for (const DimExpr &size : getDims(value)) {
      std::set<std::string> symbols;
      size.collectSymbols(symbols);
      SymbolBindings nominal;
      for (const std::string &symbol : symbols) {
        auto range = ranges.find(symbol);
        SymbolRange known =
            range == ranges.end() ? SymbolRange() : range->second;
        nominal[symbol] = std::clamp<int64_t>(64, known.lo, known.hi);
      }
      Result<int64_t> estimate = size.evaluate(nominal);
      product *= estimate ? std::max<double>(1, double(*estimate)) : 64;
    }
    return product;
  }

  /// True if the atoms of the value, as it is, follow the order.
  bool isSorted(const Atoms &sequence, const Order &order) const {
    return llvm::is_sorted(sequence, [&](int a, int b) {
      return order.lookup(a) < order.lookup(b);
    });
  }

  void collect() {
    llvm::EquivalenceClasses<int> connected;
    auto connect = [&](Value value, int &first) {
      for (int atom : atoms.atomsOf(value)) {
        connected.insert(atom);
        if (first >= 0)
          connected.unionSets(first, atom);
        first = atom;
      }
    };
    llvm::SetVector<Value> values;
    for (Operation &op : block) {
      bool isTransparent = atoms.isTransparent(&op);
      int first = -1;
      for (Value operand : op.getOperands()) {
        if (!hasDims(operand.getType()))
          continue;
        values.insert(operand);
        int own = -1;
        bool isFilter = AxisAtoms::isLinear(&op) &&
                        operand == cast<MatmulOp>(op).getRhs() &&
                        operand != cast<MatmulOp>(op).getLhs();
        connect(operand, isTransparent && !isFilter ? first : own);
      }
      for (Value result : op.getResults()) {
        if (!hasDims(result.getType()))
          continue;
        values.insert(result);
        int own = -1;
        connect(result, isTransparent ? first : own);
      }
    }
    for (Value value : values) {
      Atoms sequence = atoms.atomsOf(value);
      if (sequence.empty())
        continue;
      Group &group = groups[connected.getLeaderValue(sequence[0])];
      group.values.push_back(value);
      Operation *definition = value.getDefiningOp();
      bool isInside = definition && definition->getBlock() == &block &&
                      atoms.isTransparent(definition);
      auto isTransparentUse = [&](OpOperand &use) {
        return atoms.isTransparent(use.getOwner()) && !isRhs(use);
      };
      if (!isInside && !isWeight(value) &&
          llvm::any_of(value.getUses(), isTransparentUse))
        group.defined.push_back(value);
      if (isInside && !llvm::all_of(value.getUses(), isTransparentUse))
        group.used.push_back(value);
      if (auto matmul = dyn_cast_or_null<MatmulOp>(definition);
          matmul && isInside)
        group.linears.push_back(matmul);
      if (auto transpose = dyn_cast_or_null<TransposeOp>(definition);
          transpose && isInside && !isWeight(transpose.getOperand()) &&
          atoms.movingAtomsOf(value) !=
              atoms.movingAtomsOf(transpose.getOperand()))
        group.current += bytes(value);
    }
  }

  /// The matrix on the right of a linear op has its own order.
  static bool isRhs(OpOperand &use) {
    return isa<MatmulOp>(use.getOwner()) && use.getOperandNumber() == 1;
  }

  double cost(const Group &group, const Order &order) {
    double sum = 0;
    for (Value value : group.defined)
      if (!isSorted(atoms.movingAtomsOf(value), order))
        sum += bytes(value);
    for (Value value : group.used)
      if (!isSorted(atoms.movingAtomsOf(value), order) &&
          !isSwappedForMatmul(value, order))
        sum += bytes(value);
    for (MatmulOp matmul : group.linears)
      for (Value value : {matmul.getLhs(), matmul.getResult()})
        if (!endsWithLastAxis(value, order))
          sum += bytes(value);
    return sum;
  }

  /// A linear op reads and writes its last axis innermost.
  bool endsWithLastAxis(Value value, const Order &order) {
    Atoms last = atoms.axesOf(value).back();
    int rows = -1, first = INT_MAX;
    for (int atom : atoms.movingAtomsOf(value)) {
      int position = order.lookup(atom);
      if (llvm::is_contained(last, atom))
        first = std::min(first, position);
      else
        rows = std::max(rows, position);
    }
    return isSorted(last, order) && first > rows;
  }

  /// A matmul takes its last two axes in either order.
  bool isSwappedForMatmul(Value value, const Order &order) {
    for (OpOperand &use : value.getUses())
      if (!(atoms.isTransparent(use.getOwner()) && !isRhs(use)) &&
          !isa<MatmulOp>(use.getOwner()))
        return false;
    SmallVector<Atoms> axes = atoms.axesOf(value);
    if (axes.size() < 2)
      return false;
    std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
    Atoms moving = atoms.movingAtomsOf(value), swapped;
    for (const Atoms &axis : axes)
      for (int atom : axis)
        if (llvm::is_contained(moving, atom))
          swapped.push_back(atom);
    return isSorted(swapped, order);
  }

  /// The order of the value, and of the group's other atoms as their values
  /// have them.
  Order orderOf(const Group &group, Value leader) {
    std::vector<int> sequence;
    auto place = [&](Value value) {
      Atoms own = atoms.atomsOf(value);
      for (auto [i, atom] : llvm::enumerate(own)) {
        if (llvm::is_contained(sequence, atom))
          continue;
        auto at = sequence.begin();
        if (i > 0)
          at = std::next(llvm::find(sequence, own[i - 1]));
        sequence.insert(at, atom);
      }
    };
    place(leader);
    for (Value value : group.values)
      place(value);
    return toOrder(sequence);
  }

  static Order toOrder(const std::vector<int> &sequence) {
    Order order;
    for (auto [position, atom] : llvm::enumerate(sequence))
      order[atom] = int(position);
    return order;
  }

  std::pair<Order, double> bestOrder(const Group &group) {
    SmallVector<Value> borders(group.defined);
    llvm::append_range(borders, group.used);
    for (MatmulOp matmul : group.linears)
      llvm::append_range(borders,
                         ArrayRef<Value>{matmul.getLhs(), matmul.getResult()});
    std::pair<Order, double> best{Order(), group.current};
    std::set<std::vector<int>> seen;
    for (Value border : borders) {
      Atoms sequence = atoms.atomsOf(border);
      if (!seen.insert(std::vector<int>(sequence.begin(), sequence.end()))
               .second)
        continue;
      Order order = orderOf(group, border);
      double price = cost(group, order);
      if (price < best.second)
        best = {std::move(order), price};
    }
    // Parts of a large group may each want their own order: give one border
    // after the other what it wants, where that helps.
    bool improves = !best.first.empty() && best.second > 0;
    for (int round = 0; improves && round < 3; ++round) {
      improves = false;
      for (Value border : borders) {
        Atoms sequence = atoms.movingAtomsOf(border);
        if (isSorted(sequence, best.first))
          continue;
        Order order = best.first;
        SmallVector<int> positions;
        for (int atom : sequence)
          positions.push_back(order.lookup(atom));
        llvm::sort(positions);
        for (auto [atom, position] : llvm::zip(sequence, positions))
          order[atom] = position;
        double price = cost(group, order);
        if (price < best.second) {
          best = {std::move(order), price};
          improves = true;
        }
      }
    }
    return best;
  }

  Block &block;
  AxisAtoms atoms;
  const SymbolRanges &ranges;
  llvm::MapVector<int, Group> groups;
};

struct SinkTransposesPass
    : graph::impl::SinkTransposesPassBase<SinkTransposesPass> {
  void runOnOperation() override {
    SymbolRanges ranges = getSymbolRanges(getOperation());
    SmallVector<Block *> blocks;
    getOperation().walk([&](Block *block) {
      Operation *parent = block->getParentOp();
      if (isa<func::FuncOp, IfOp, LoopOp>(parent))
        blocks.push_back(block);
    });
    for (Block *block : blocks)
      numGroups += BlockSinker(*block, ranges).run();
  }
};

} // namespace

//===- FormKernels.cpp - ops that become one launch -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The work is done per segment: a run of ops of one block without anything that
// binds sizes or holds regions. In a segment a unit is a set of ops that become
// one kernel; units are joined in program order, then sorted so that every unit
// comes after those that it reads.
//
//===----------------------------------------------------------------------===//

#include "Outlining.h"

#include "tilewright/Dialect/Graph/Transforms/Passes.h"

#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Graph/IR/GraphOps.h"

using namespace mlir;

namespace tilewright::graph {

#define GEN_PASS_DEF_FORMKERNELSPASS
#include "tilewright/Dialect/Graph/Transforms/Passes.h.inc"

namespace {

/// The most ops of a kernel. More gain nothing, as what passes between kernels
/// is little beside their work, and the time to generate code grows faster than
/// their number.
constexpr size_t maxOps = 256;

/// A kernel in the making.
struct Unit {
  /// In program order.
  SmallVector<Operation *> ops;
  /// The sizes of everything that the kernel writes.
  Dims shape;
  bool hasReduction = false, hasContraction = false;
  /// Its results are those of movement, or of ops on them: nothing may read it
  /// tile by tile under another map than its own.
  bool alone = false;
};

class Segment {
public:
  explicit Segment(ArrayRef<Operation *> ops) : ops(ops.begin(), ops.end()) {
    for (auto [i, op] : llvm::enumerate(ops))
      position[op] = i;
  }

  /// Joins ops into units; `refuse` hears why not.
  void join(function_ref<void(Operation *consumer, Operation *producer,
                              StringRef reason)>
                refuse) {
    for (Operation *op : ops) {
      latest[op] = position.lookup(op);
      Role role = roleOf(op);
      if (role == Role::Outside)
        continue;
      auto unit = std::make_unique<Unit>();
      unit->ops = {op};
      unit->shape = getDims(op->getResult(0));
      unit->hasReduction = role == Role::Reduction;
      unit->hasContraction = role == Role::Contraction;
      unit->alone = role == Role::Alone;
      Unit *current = unit.get();
      unitOf[op] = current;
      units.push_back(std::move(unit));
      for (Value operand : op->getOperands()) {
        Operation *producer = operand.getDefiningOp();
        Unit *from = producer ? unitOf.lookup(producer) : nullptr;
        if (!from || from == current)
          continue;
        StringRef reason = whyNot(*from, *current);
        if (!reason.empty()) {
          refuse(op, producer, reason);
          continue;
        }
        merge(*from, *current);
      }
    }
  }

  /// The units in an order in which each comes after what it reads; an op that
  /// needs no launch is a unit without a shape.
  SmallVector<SmallVector<Operation *>> order() {
    SmallVector<SmallVector<Operation *>> ordered;
    DenseSet<Operation *> entered, placed;
    // Not recursive: a chain of ops may be deeper than the stack.
    SmallVector<Operation *> pending(llvm::reverse(ops));
    while (!pending.empty()) {
      Operation *op = pending.back();
      if (placed.contains(op)) {
        pending.pop_back();
        continue;
      }
      Unit *unit = unitOf.lookup(op);
      ArrayRef<Operation *> members = op;
      if (unit)
        members = unit->ops;
      if (entered.insert(members.front()).second) {
        for (Operation *member : llvm::reverse(members))
          for (Value operand : llvm::reverse(member->getOperands())) {
            Operation *producer = operand.getDefiningOp();
            if (producer && position.contains(producer) &&
                !placed.contains(producer) &&
                !llvm::is_contained(members, producer))
              pending.push_back(producer);
          }
        continue;
      }
      pending.pop_back();
      placed.insert(members.begin(), members.end());
      ordered.emplace_back(members);
    }
    return ordered;
  }

  bool isKernel(Operation *op) const { return unitOf.lookup(op) != nullptr; }

private:
  /// Empty if the two units may become one: every value that passes between
  /// them allows it, and what they write has one shape.
  StringRef whyNot(const Unit &from, const Unit &current) {
    if (current.alone || from.alone)
      return "one of them is a kernel of its own";
    if (from.ops.size() + current.ops.size() > maxOps)
      return "together they have too many ops";
    bool sameShape = from.shape == current.shape;
    for (Operation *op : current.ops)
      for (auto [index, operand] : llvm::enumerate(op->getOperands()))
        if (llvm::is_contained(from.ops, operand.getDefiningOp())) {
          StringRef reason = whyNotThrough(operand, op, index, from, current);
          if (!reason.empty())
            return reason;
        }
    if (!sameShape && isWrittenOutside(from, current))
      return "the producer's kernel has results of another shape";
    if (reachesAround(from, current))
      return "a kernel between the two needs the one and is needed by the "
             "other";
    return "";
  }

  /// The same for one value: operand `index` of `op`, which is in `current`.
  static StringRef whyNotThrough(Value operand, Operation *op, size_t index,
                                 const Unit &from, const Unit &current) {
    bool sameShape = from.shape == current.shape &&
                     getDims(operand) == from.shape &&
                     getDims(op->getResult(0)) == current.shape;
    bool usedElsewhere = llvm::any_of(operand.getUsers(), [&](Operation *user) {
      return !llvm::is_contained(current.ops, user) &&
             !llvm::is_contained(from.ops, user);
    });
    bool plain = !from.hasReduction && !from.hasContraction;
    constexpr const char *bothHoldOne =
        "each holds a reduction, convolution, pooling or matrix product, and a "
        "kernel has one";
    switch (roleOf(op)) {
    case Role::Elementwise:
      if (!sameShape) {
        if (!plain || roleOf(operand.getDefiningOp()) == Role::Gather)
          return "the consumer repeats the producer's elements: it would "
                 "reduce or gather again";
        if (usedElsewhere)
          return "the consumer repeats the producer's elements, and others use "
                 "them too";
        if (from.ops.size() > 4 || hasCostlyOp(from))
          return "the consumer repeats the producer's elements, and they cost "
                 "too much";
      }
      if (!plain && (current.hasContraction || current.hasReduction))
        return bothHoldOne;
      return "";
    case Role::Movement:
      if (!plain)
        return "elements that move after a reduction, convolution, pooling or "
               "matrix product would cut its tiles";
      if (usedElsewhere)
        return "the producer's result is used elsewhere, in another shape";
      return "";
    case Role::Gather:
      if (isAddressed(op, index))
        return "computed addresses are read from memory";
      if (!plain || usedElsewhere)
        return "the indices are computed by a reduction or used elsewhere";
      return "";
    case Role::Reduction:
      if (!plain)
        return bothHoldOne;
      if (usedElsewhere)
        return "the producer's result is used elsewhere, in another shape";
      return "";
    case Role::Contraction:
      return "a convolution, pooling or matrix product would compute its "
             "operand again for every tile";
    case Role::Outside:
    case Role::Barrier:
    case Role::Alone:
      break;
    }
    llvm_unreachable("no unit that others join has such an op");
  }

  static bool hasCostlyOp(const Unit &unit) {
    return llvm::any_of(unit.ops, [](Operation *op) {
      auto unary = dyn_cast<UnaryOp>(op);
      auto binary = dyn_cast<BinaryOp>(op);
      if (binary)
        return binary.getKind() == BinaryKind::Pow ||
               binary.getKind() == BinaryKind::Atan2;
      if (!unary)
        return roleOf(op) == Role::Gather;
      return !llvm::is_contained(
          {UnaryKind::Abs, UnaryKind::Neg, UnaryKind::Not, UnaryKind::Floor,
           UnaryKind::Ceil, UnaryKind::Round, UnaryKind::Sign},
          unary.getKind());
    });
  }

  /// True if an op of neither unit uses a result of `unit`.
  static bool isWrittenOutside(const Unit &unit, const Unit &consumer) {
    for (Operation *op : unit.ops)
      for (Operation *user : op->getUsers())
        if (!llvm::is_contained(consumer.ops, user) &&
            !llvm::is_contained(unit.ops, user))
          return true;
    return false;
  }

  /// True if some path from `from` to `to` passes an op of neither.
  bool reachesAround(const Unit &from, const Unit &to) {
    DenseSet<Operation *> visited;
    SmallVector<Operation *> stack;
    unsigned first = position.lookup(from.ops.front());
    auto isMember = [](const Unit &unit, Operation *op) {
      return llvm::is_contained(unit.ops, op);
    };
    auto pushOperands = [&](Operation *op, bool direct) {
      for (Value operand : op->getOperands()) {
        Operation *producer = operand.getDefiningOp();
        if (!producer || !position.contains(producer) ||
            latest.lookup(producer) < first)
          continue;
        if (isMember(to, producer) || (direct && isMember(from, producer)))
          continue;
        if (visited.insert(producer).second)
          stack.push_back(producer);
      }
    };
    for (Operation *op : to.ops)
      pushOperands(op, /*direct=*/true);
    while (!stack.empty()) {
      Operation *op = stack.pop_back_val();
      if (isMember(from, op))
        return true;
      // What belongs to a unit depends on all of the unit's operands.
      if (Unit *unit = unitOf.lookup(op)) {
        for (Operation *member : unit->ops) {
          if (isMember(from, member))
            return true;
          pushOperands(member, /*direct=*/false);
        }
      } else {
        pushOperands(op, /*direct=*/false);
      }
    }
    return false;
  }

  /// `from` becomes part of `into`, which keeps its shape and has the op that
  /// is being joined.
  void merge(Unit &from, Unit &into) {
    unsigned last = position.lookup(into.ops.back());
    SmallVector<Operation *> needed(from.ops);
    for (Operation *op : from.ops) {
      unitOf[op] = &into;
      latest[op] = last;
    }
    while (!needed.empty())
      for (Operation *user : needed.pop_back_val()->getUsers()) {
        auto found = latest.find(user);
        if (found == latest.end() || found->second == last)
          continue;
        ArrayRef<Operation *> members = user;
        if (Unit *unit = unitOf.lookup(user))
          members = unit->ops;
        for (Operation *member : members)
          latest[member] = last;
        llvm::append_range(needed, members);
      }
    into.ops.append(from.ops.begin(), from.ops.end());
    llvm::sort(into.ops, [&](Operation *a, Operation *b) {
      return position.lookup(a) < position.lookup(b);
    });
    into.hasReduction |= from.hasReduction;
    into.hasContraction |= from.hasContraction;
    from.ops.clear();
  }

  SmallVector<Operation *> ops;
  DenseMap<Operation *, unsigned> position;
  /// Of the ops that have been joined: the position of the last op that its
  /// unit holds or needs, directly or through others.
  DenseMap<Operation *, unsigned> latest;
  DenseMap<Operation *, Unit *> unitOf;
  std::vector<std::unique_ptr<Unit>> units;
};

struct FormKernelsPass : impl::FormKernelsPassBase<FormKernelsPass> {
  unsigned counter = 0;

  void runOnOperation() override {
    counter = 0;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isPrivate() && !function.isDeclaration())
        formInBlock(function.front());
  }

  void formInBlock(Block &block) {
    SmallVector<SmallVector<Operation *>> segments(1);
    for (Operation &op : block) {
      if (isa<KernelOp>(op))
        continue;
      if (roleOf(&op) == Role::Barrier) {
        segments.emplace_back();
        for (Region &region : op.getRegions())
          for (Block &inner : region)
            formInBlock(inner);
        continue;
      }
      segments.back().push_back(&op);
    }
    for (auto &ops : segments)
      formInSegment(ops);
  }

  void formInSegment(ArrayRef<Operation *> ops) {
    if (ops.empty())
      return;
    Segment segment(ops);
    segment.join(
        [&](Operation *consumer, Operation *producer, StringRef reason) {
          consumer->emitRemark(reason).attachNote(producer->getLoc())
              << "this producer is not fused with it";
        });
    Operation *last = ops.back();
    bool endsInTerminator = last->hasTrait<OpTrait::IsTerminator>();
    // Everything is put in order before the terminator (or after the last op).
    OpBuilder builder(last->getContext());
    Operation *anchor = endsInTerminator ? last : last->getNextNode();
    for (SmallVector<Operation *> &unit : segment.order()) {
      if (unit.size() == 1 && unit[0]->hasTrait<OpTrait::IsTerminator>())
        continue;
      if (anchor)
        builder.setInsertionPoint(anchor);
      else
        builder.setInsertionPointToEnd(last->getBlock());
      if (!segment.isKernel(unit[0])) {
        if (anchor)
          unit[0]->moveBefore(anchor);
        continue;
      }
      outlineKernel(unit, std::to_string(counter++), builder);
      numFused += unit.size() - 1;
      ++numKernels;
    }
  }
};

} // namespace
} // namespace tilewright::graph

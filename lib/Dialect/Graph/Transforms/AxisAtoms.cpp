//===- AxisAtoms.cpp - which axes of which values are the same ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AxisAtoms.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tilewright::graph {

AxisAtoms::AxisAtoms(Block &block) {
  for (BlockArgument argument : block.getArguments())
    if (hasDims(argument.getType()))
      defineFresh(argument);
  for (Operation &op : block) {
    // Values from outside have natural order, as block arguments do.
    for (Value operand : op.getOperands())
      if (hasDims(operand.getType()) && !axes.contains(operand))
        defineFresh(operand);
    bool isKnown = llvm::all_of(op.getOperandTypes(), hasDims) &&
                   llvm::all_of(op.getResultTypes(), hasDims);
    // A rule that fails half way must leave no trace.
    changed.clear();
    size_t before = atoms.size();
    if (isKnown && op.getNumResults() == 1 && transfer(&op)) {
      transparent.insert(&op);
      continue;
    }
    while (!changed.empty()) {
      auto [atom, old] = changed.pop_back_val();
      atoms[atom] = std::move(old);
    }
    atoms.truncate(before);
    for (Value result : op.getResults())
      if (hasDims(result.getType()))
        defineFresh(result);
  }
}

SmallVector<Atoms> AxisAtoms::axesOf(Value value) const {
  SmallVector<Atoms> result;
  for (const Atoms &axis : axes.find(value)->second)
    result.push_back(resolve(axis));
  return result;
}

Atoms AxisAtoms::atomsOf(Value value) const {
  Atoms result;
  for (const Atoms &axis : axesOf(value))
    result.append(axis);
  return result;
}

Atoms AxisAtoms::movingAtomsOf(Value value) const {
  Atoms result;
  for (auto [axis, size] : llvm::zip(axesOf(value), getDims(value)))
    for (int atom : axis)
      if (!(axis.size() == 1 ? size : atoms[atom].size).isConstant(1))
        result.push_back(atom);
  return result;
}

DimExpr AxisAtoms::sizeIn(Value value, int atom) const {
  for (auto [i, axis] : llvm::enumerate(axesOf(value)))
    if (llvm::is_contained(axis, atom))
      return axis.size() == 1 ? getDim(value, int64_t(i)) : atoms[atom].size;
  return 1;
}

bool AxisAtoms::isLinear(Operation *op) {
  auto matmul = dyn_cast<MatmulOp>(op);
  return matmul && !matmul.getTransposeLhs() && rankOf(matmul.getRhs()) == 2;
}

//===----------------------------------------------------------------------===//
// Atoms
//===----------------------------------------------------------------------===//

int AxisAtoms::make(const DimExpr &size) {
  atoms.push_back(Atom{int(atoms.size()), {}, size, false, false, {}});
  return int(atoms.size()) - 1;
}

AxisAtoms::Atom &AxisAtoms::change(int atom) {
  changed.emplace_back(atom, atoms[atom]);
  return atoms[atom];
}

int AxisAtoms::find(int atom) const {
  while (atoms[atom].parent != atom)
    atom = atoms[atom].parent;
  return atom;
}

Atoms AxisAtoms::resolve(const Atoms &sequence) const {
  Atoms result;
  for (int atom : sequence) {
    int root = find(atom);
    if (atoms[root].parts.empty())
      result.push_back(root);
    else
      result.append(resolve(atoms[root].parts));
  }
  return result;
}

bool AxisAtoms::interfere(int a, int b) const {
  return llvm::any_of(atoms[a].others, [&](int other) {
    return llvm::is_contained(resolve({other}), b);
  });
}

bool AxisAtoms::join(int a, int b) {
  if (a == b)
    return true;
  if (interfere(a, b) || interfere(b, a) ||
      (atoms[a].isRigid && atoms[b].isCombined) ||
      (atoms[b].isRigid && atoms[a].isCombined))
    return false;
  Atom &kept = change(a), &joined = change(b);
  joined.parent = a;
  kept.size = merge(kept.size, joined.size);
  kept.isRigid |= joined.isRigid;
  kept.isCombined |= joined.isCombined;
  kept.others.insert(joined.others.begin(), joined.others.end());
  return true;
}

bool AxisAtoms::split(int atom, const Atoms &parts) {
  if (atoms[atom].isRigid || llvm::is_contained(parts, atom))
    return false;
  for (int part : parts)
    if (interfere(atom, part) || interfere(part, atom) || atoms[part].isRigid)
      return false;
  Atom &whole = change(atom);
  for (int index : parts) {
    Atom &part = change(index);
    part.isCombined = true;
    part.others.insert(whole.others.begin(), whole.others.end());
    for (int other : parts)
      if (other != index)
        part.others.insert(other);
  }
  whole.parts = parts;
  return true;
}

bool AxisAtoms::unify(const Atoms &first, const Atoms &second) {
  Atoms a = resolve(first), b = resolve(second);
  if (a.size() == 1 && b.size() == 1)
    return join(a[0], b[0]);
  if (a.size() == 1)
    return split(a[0], b);
  if (b.size() == 1)
    return split(b[0], a);
  if (a.size() != b.size())
    return false;
  for (auto [x, y] : llvm::zip(a, b))
    if (atoms[x].size != atoms[y].size || !join(find(x), find(y)))
      return false;
  return true;
}

std::optional<int> AxisAtoms::rigid(const Atoms &axis) {
  Atoms resolved = resolve(axis);
  if (resolved.size() != 1 || atoms[resolved[0]].isCombined)
    return std::nullopt;
  if (!atoms[resolved[0]].isRigid)
    change(resolved[0]).isRigid = true;
  return resolved[0];
}

void AxisAtoms::define(Value value, SmallVector<Atoms> sequences) {
  Atoms all;
  for (const Atoms &axis : sequences)
    all.append(resolve(axis));
  for (int atom : all)
    for (int other : all)
      if (other != atom)
        atoms[atom].others.insert(other);
  axes[value] = std::move(sequences);
}

void AxisAtoms::defineFresh(Value value) {
  SmallVector<Atoms> sequences;
  for (const DimExpr &size : getDims(value))
    sequences.push_back({make(size)});
  define(value, std::move(sequences));
}

//===----------------------------------------------------------------------===//
// What ops do to axes
//===----------------------------------------------------------------------===//

bool AxisAtoms::transferBroadcasting(Operation *op) {
  Value result = op->getResult(0);
  Dims dims = getDims(result);
  SmallVector<Atoms> sequences(dims.size());
  for (Value operand : op->getOperands()) {
    SmallVector<Atoms> own = axesOf(operand);
    Dims sizes = getDims(operand);
    size_t offset = dims.size() - own.size();
    for (size_t i = 0; i < own.size(); ++i) {
      Atoms &shared = sequences[offset + i];
      bool isRepeated =
          sizes[i].isConstant(1) && !dims[offset + i].isConstant(1);
      if (isRepeated)
        continue;
      if (shared.empty())
        shared = own[i];
      // An axis of size 1 need not be the same everywhere.
      else if (!unify(shared, own[i]) && !sizes[i].isConstant(1))
        return false;
    }
  }
  // A broadcast repeats what no operand has.
  for (auto [axis, size] : llvm::zip(sequences, dims))
    if (axis.empty())
      axis = {make(size)};
  define(result, std::move(sequences));
  return true;
}

bool AxisAtoms::transferConcat(ConcatOp op) {
  SmallVector<Atoms> sequences = axesOf(op.getOperands().front());
  Atoms &along = sequences[op.getAxis()];
  for (Value operand : op.getOperands()) {
    SmallVector<Atoms> own = axesOf(operand);
    if (!rigid(own[op.getAxis()]))
      return false;
    for (auto [shared, axis] : llvm::zip(sequences, own))
      if (!unify(shared, axis))
        return false;
  }
  if (!rigid(along))
    return false;
  define(op.getResult(), std::move(sequences));
  return true;
}

bool AxisAtoms::transferResized(Operation *op, ArrayRef<bool> isChanged) {
  SmallVector<Atoms> sequences = axesOf(op->getOperand(0));
  for (auto [axis, changes] : llvm::zip(sequences, isChanged))
    if (changes && !rigid(axis))
      return false;
  define(op->getResult(0), std::move(sequences));
  return true;
}

bool AxisAtoms::transferReshape(ReshapeOp op) {
  // Outermost first, each axis of the result takes atoms until their product is
  // its size; an atom that is larger is split.
  Atoms from = atomsOf(op.getOperand());
  std::reverse(from.begin(), from.end()); // a stack
  SmallVector<Atoms> sequences;
  for (const DimExpr &size : getDims(op.getResult())) {
    Atoms &axis = sequences.emplace_back();
    DimExpr product = 1;
    auto isUnit = [&](int atom) {
      return sizeIn(op.getOperand(), atom).isConstant(1);
    };
    if (size.isConstant(1)) {
      bool isKept = !from.empty() && isUnit(from.back());
      axis.push_back(isKept ? from.pop_back_val() : make(1));
      continue;
    }
    while (product != size) {
      if (from.empty())
        return false;
      int atom = from.pop_back_val();
      if (isUnit(atom))
        continue;
      // The size in this value; concat and slice change it.
      DimExpr have = atoms[atom].isRigid ? sizeIn(op.getOperand(), atom)
                                         : atoms[atom].size;
      if (product.isConstant(1) && have == size) {
        axis.push_back(atom);
        break;
      }
      std::optional<int64_t> wanted = size.constantValue();
      std::optional<int64_t> available = have.constantValue();
      std::optional<int64_t> taken = product.constantValue();
      if (wanted && available && taken && *taken > 0 && *wanted > 0 &&
          *wanted % *taken == 0 && *available > *wanted / *taken) {
        int64_t outer = *wanted / *taken;
        if (*available % outer != 0)
          return false;
        Atoms parts{make(outer), make(*available / outer)};
        if (!split(atom, parts))
          return false;
        from.push_back(parts[1]);
        axis.push_back(parts[0]);
        break;
      }
      axis.push_back(atom);
      product = product * have;
    }
    if (axis.size() > 1)
      for (int atom : axis) {
        if (atoms[atom].isRigid)
          return false;
        if (!atoms[atom].isCombined)
          change(atom).isCombined = true;
      }
  }
  for (int atom : from)
    if (!sizeIn(op.getOperand(), atom).isConstant(1))
      return false;
  define(op.getResult(), std::move(sequences));
  return true;
}

bool AxisAtoms::transferOneAxis(Operation *op, int64_t axis, bool dropAxis) {
  SmallVector<Atoms> sequences = axesOf(op->getOperand(0));
  if (!rigid(sequences[axis]))
    return false;
  if (dropAxis)
    sequences.erase(sequences.begin() + axis);
  define(op->getResult(0), std::move(sequences));
  return true;
}

bool AxisAtoms::transfer(Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<UnaryOp, CastOp, BinaryOp, CompareOp, SelectOp, BroadcastOp>(
          [&](auto typed) { return transferBroadcasting(typed); })
      .Case([&](NormalizeOp typed) {
        define(typed.getResult(), axesOf(typed.getOperand()));
        return true;
      })
      .Case([&](TransposeOp typed) {
        SmallVector<Atoms> own = axesOf(typed.getOperand()), sequences;
        for (int64_t axis : typed.getPermutation())
          sequences.push_back(own[axis]);
        define(typed.getResult(), std::move(sequences));
        return true;
      })
      .Case([&](ReduceOp typed) {
        SmallVector<Atoms> sequences;
        for (auto [i, axis] : llvm::enumerate(axesOf(typed.getOperand())))
          if (!llvm::is_contained(typed.getAxes(), int64_t(i)))
            sequences.push_back(axis);
        define(typed.getResult(), std::move(sequences));
        return true;
      })
      .Case<SoftmaxOp, ScanOp>([&](auto typed) {
        return transferOneAxis(typed, typed.getAxis(), /*dropAxis=*/false);
      })
      .Case([&](ArgReduceOp typed) {
        return transferOneAxis(typed, typed.getAxis(), /*dropAxis=*/true);
      })
      .Case([&](ConcatOp typed) { return transferConcat(typed); })
      .Case([&](ReshapeOp typed) { return transferReshape(typed); })
      .Case([&](SliceOp typed) {
        SmallVector<bool> isChanged;
        for (auto [from, to, start, step] :
             llvm::zip(getDims(typed.getOperand()), getDims(typed.getResult()),
                       typed.getStarts().exprs(), typed.getSteps()))
          isChanged.push_back(from != to || !start.isConstant(0) || step != 1);
        return transferResized(typed, isChanged);
      })
      .Case([&](PadOp typed) {
        SmallVector<bool> isChanged;
        for (auto [low, high] :
             llvm::zip(typed.getLow().exprs(), typed.getHigh().exprs()))
          isChanged.push_back(!low.isConstant(0) || !high.isConstant(0));
        return transferResized(typed, isChanged);
      })
      .Case([&](ResizeOp typed) {
        if (!typed.getRoi().empty())
          return false;
        SmallVector<bool> isChanged;
        Dims from = getDims(typed.getOperand()),
             to = getDims(typed.getResult());
        for (size_t i = 0; i < from.size(); ++i)
          isChanged.push_back(from[i] != to[i] || (!typed.getScales().empty() &&
                                                   typed.getScales()[i] != 1));
        return transferResized(typed, isChanged);
      })
      .Case([&](MatmulOp typed) {
        if (!isLinear(typed))
          return false;
        SmallVector<Atoms> sequences = axesOf(typed.getLhs());
        DimExpr columns = getDims(typed.getResult()).back();
        sequences.back() = {make(columns)};
        define(typed.getResult(), std::move(sequences));
        return true;
      })
      .Default([](Operation *) { return false; });
}

} // namespace tilewright::graph

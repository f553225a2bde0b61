//===- AtomRewriter.cpp - ops on values stored atom by atom ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AtomRewriter.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tilewright::graph {

AtomRewriter::AtomRewriter(Block &block, const AxisAtoms &atoms,
                           ArrayRef<Order> orders)
    : block(block), atoms(atoms), builder(block.getParentOp()->getContext()),
      loc(block.getParentOp()->getLoc()) {
  for (const Order &one : orders)
    order.insert(one.begin(), one.end());
}

bool AtomRewriter::isMember(Value value) const {
  if (!hasDims(value.getType()))
    return false;
  Atoms sequence = atoms.atomsOf(value);
  return !sequence.empty() && order.contains(sequence[0]);
}

Atoms AtomRewriter::sorted(Atoms sequence) const {
  llvm::sort(sequence,
             [&](int a, int b) { return order.lookup(a) < order.lookup(b); });
  return sequence;
}

Dims AtomRewriter::sizes(Value value, const Atoms &sequence) const {
  Dims dims;
  for (int atom : sequence)
    dims.push_back(atoms.sizeIn(value, atom));
  return dims;
}

Value AtomRewriter::reshape(Value value, ArrayRef<DimExpr> dims) {
  Type type = getTensorType(builder.getContext(), dims, elementOf(value));
  return value.getType() == type
             ? value
             : ReshapeOp::create(builder, loc, type, value).getResult();
}

Value AtomRewriter::transpose(Value value, const Atoms &from, const Atoms &to) {
  if (from == to)
    return value;
  SmallVector<int64_t> permutation;
  Dims dims;
  for (int atom : to) {
    permutation.push_back(std::distance(from.begin(), llvm::find(from, atom)));
    dims.push_back(getDim(value, permutation.back()));
  }
  return TransposeOp::create(
      builder, loc, getTensorType(builder.getContext(), dims, elementOf(value)),
      value, permutation);
}

Value AtomRewriter::stored(Value value) {
  if (Value known = storedForms.lookup(value))
    return known;
  // Defined outside of the group: behind its definition, once for all uses.
  OpBuilder::InsertionGuard guard(builder);
  if (value.getParentBlock() == &block)
    builder.setInsertionPointAfterValue(value);
  else
    builder.setInsertionPointToStart(&block);
  Atoms own = atoms.atomsOf(value);
  Value result = transpose(reshape(value, sizes(value, own)), own, sorted(own));
  return storedForms[value] = result;
}

Value AtomRewriter::inFrame(Value value, const Atoms &frame) {
  // Scalars broadcast as they are.
  if (rankOf(value) == 0)
    return value;
  bool hasForm = isMember(value) || storedForms.contains(value);
  return reshape(hasForm ? stored(value) : value, sizes(value, frame));
}

Value AtomRewriter::natural(Value value) {
  Atoms own = atoms.atomsOf(value);
  return reshape(transpose(storedForms.lookup(value), sorted(own), own),
                 getDims(value));
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// The position in `frame` of each atom of the axis.
static SmallVector<int64_t> positions(const Atoms &axis, const Atoms &frame) {
  SmallVector<int64_t> result;
  for (int atom : axis)
    result.push_back(std::distance(frame.begin(), llvm::find(frame, atom)));
  return result;
}

Value AtomRewriter::rewriteElementwise(Operation *op, const Atoms &frame) {
  OperationState state(op->getLoc(), op->getName());
  for (Value operand : op->getOperands()) {
    // Leading axes that the operand does not have need not be written.
    Atoms own = atoms.atomsOf(operand);
    auto first = llvm::find_if(
        frame, [&](int atom) { return llvm::is_contained(own, atom); });
    state.addOperands(inFrame(operand, Atoms(first, frame.end())));
  }
  state.addAttributes(op->getAttrs());
  state.addTypes(getTensorType(builder.getContext(),
                               sizes(op->getResult(0), frame),
                               elementOf(op->getResult(0))));
  return builder.create(state)->getResult(0);
}

/// Softmax, scan, arg_reduce, reduce, normalize, concat: the same op, along the
/// atoms of its axes.
Value AtomRewriter::rewriteAlongAxes(Operation *op, const Atoms &frame) {
  Value result = op->getResult(0);
  SmallVector<Atoms> own =
      atoms.axesOf(isa<ConcatOp>(op) ? result : op->getOperand(0));
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(inFrame(operand, frame));
  auto axisOf = [&](int64_t axis) { return positions(own[axis], frame)[0]; };
  auto axesOf = [&](ArrayRef<int64_t> axes) {
    SmallVector<int64_t> all;
    for (int64_t axis : axes)
      llvm::append_range(all, positions(own[axis], frame));
    llvm::sort(all);
    return all;
  };
  auto typeWithout = [&](ArrayRef<int64_t> axes) {
    Atoms kept;
    for (auto [i, atom] : llvm::enumerate(frame))
      if (!llvm::is_contained(axes, int64_t(i)))
        kept.push_back(atom);
    return getTensorType(builder.getContext(), sizes(result, kept),
                         elementOf(result));
  };
  Type same = typeWithout({});
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](SoftmaxOp typed) {
        return SoftmaxOp::create(builder, loc, same, operands[0],
                                 axisOf(typed.getAxis()), typed.getLog());
      })
      .Case([&](ScanOp typed) {
        return ScanOp::create(builder, loc, same, typed.getKind(), operands[0],
                              axisOf(typed.getAxis()), typed.getExclusive(),
                              typed.getReverse());
      })
      .Case([&](ConcatOp typed) {
        return ConcatOp::create(builder, loc, same, operands,
                                axisOf(typed.getAxis()));
      })
      .Case([&](NormalizeOp typed) {
        return NormalizeOp::create(builder, loc, same, operands[0],
                                   axesOf(typed.getAxes()), typed.getEpsilon(),
                                   typed.getRms());
      })
      .Case([&](ArgReduceOp typed) {
        int64_t axis = axisOf(typed.getAxis());
        return ArgReduceOp::create(builder, loc, typeWithout(axis),
                                   typed.getKind(), operands[0], axis,
                                   typed.getLast());
      })
      .Case([&](ReduceOp typed) {
        SmallVector<int64_t> axes = axesOf(typed.getAxes());
        return ReduceOp::create(builder, loc, typeWithout(axes),
                                typed.getKind(), operands[0], axes);
      });
}

/// Slice, pad, resize: what they say of each axis, in the frame's order.
Value AtomRewriter::rewriteResized(Operation *op, const Atoms &frame) {
  Value operand = op->getOperand(0), result = op->getResult(0);
  SmallVector<Atoms> axes = atoms.axesOf(operand);
  MLIRContext *context = builder.getContext();
  Type type = getTensorType(context, sizes(result, frame), elementOf(result));
  Value input = inFrame(operand, frame);
  // An axis of several atoms is not changed: the defaults hold for it.
  auto spread = [&](auto perAxis, auto fallback) {
    SmallVector<decltype(fallback)> values(frame.size(), fallback);
    for (auto [i, axis] : llvm::enumerate(axes))
      if (axis.size() == 1)
        values[positions(axis, frame)[0]] = perAxis[i];
    return values;
  };
  if (auto slice = dyn_cast<SliceOp>(op))
    return SliceOp::create(
        builder, loc, type, input,
        getDimsAttr(context, spread(slice.getStarts().exprs(), DimExpr(0))),
        spread(slice.getSteps(), int64_t(1)));
  if (auto pad = dyn_cast<PadOp>(op))
    return PadOp::create(
        builder, loc, type, input, pad.getValue(), pad.getMode(),
        getDimsAttr(context, spread(pad.getLow().exprs(), DimExpr(0))),
        getDimsAttr(context, spread(pad.getHigh().exprs(), DimExpr(0))));
  auto resize = cast<ResizeOp>(op);
  SmallVector<double> scales;
  if (!resize.getScales().empty())
    scales = spread(resize.getScales(), 1.0);
  auto copy = cast<ResizeOp>(builder.clone(*op));
  copy.getOperandMutable().assign(input);
  copy.getResult().setType(cast<RankedTensorType>(type));
  copy.setScales(scales);
  return copy.getResult();
}

Value AtomRewriter::rewriteLinear(MatmulOp op) {
  Value lhs = op.getLhs(), result = op.getResult();
  SmallVector<Atoms> axes = atoms.axesOf(lhs);
  Atoms inner = axes.pop_back_val();
  Atoms outer = atoms.axesOf(result).back();
  Atoms rows;
  for (const Atoms &axis : axes)
    rows.append(axis);
  rows = sorted(rows);

  Atoms wanted = rows;
  wanted.append(inner);
  Value input = isMember(lhs)
                    ? transpose(stored(lhs), sorted(atoms.atomsOf(lhs)), wanted)
                    : lhs;
  Dims dims = sizes(lhs, rows);
  if (dims.empty())
    dims.push_back(1);
  Dims resultDims = dims;
  dims.push_back(getDims(lhs).back());
  resultDims.push_back(getDims(result).back());
  Value product = MatmulOp::create(
      builder, loc,
      getTensorType(builder.getContext(), resultDims, elementOf(result)),
      reshape(input, dims), op.getRhs(), false, op.getTransposeRhs());
  Atoms made = rows;
  made.append(outer);
  return transpose(reshape(product, sizes(result, made)), made, sorted(made));
}

void AtomRewriter::rewrite(Operation *op) {
  builder.setInsertionPoint(op);
  loc = op->getLoc();
  Value result = op->getResult(0);
  // The axes of the rewritten op: those of the result, or those that a
  // reduction starts from.
  bool reduces = isa<ReduceOp, ArgReduceOp>(op);
  Atoms frame = sorted(atoms.atomsOf(reduces ? op->getOperand(0) : result));

  Value form =
      llvm::TypeSwitch<Operation *, Value>(op)
          .Case<UnaryOp, CastOp, BinaryOp, CompareOp, SelectOp>(
              [&](auto) { return rewriteElementwise(op, frame); })
          .Case([&](BroadcastOp typed) {
            return BroadcastOp::create(builder, loc,
                                       getTensorType(builder.getContext(),
                                                     sizes(result, frame),
                                                     elementOf(result)),
                                       inFrame(typed.getOperand(), frame));
          })
          .Case<TransposeOp, ReshapeOp>(
              [&](auto typed) { return stored(typed.getOperand()); })
          .Case<SliceOp, PadOp, ResizeOp>(
              [&](auto) { return rewriteResized(op, frame); })
          .Case([&](MatmulOp typed) { return rewriteLinear(typed); })
          .Default([&](Operation *) { return rewriteAlongAxes(op, frame); });
  storedForms[result] =
      reshape(form, sizes(result, sorted(atoms.atomsOf(result))));
}

void AtomRewriter::run() {
  SmallVector<Operation *> members;
  for (Operation &op : block) {
    if (!atoms.isTransparent(&op))
      continue;
    // An op whose result has no atoms belongs to the group of its operands.
    bool takesPart = isMember(op.getResult(0)) ||
                     (!AxisAtoms::isLinear(&op) &&
                      llvm::any_of(op.getOperands(),
                                   [&](Value v) { return isMember(v); })) ||
                     (AxisAtoms::isLinear(&op) && isMember(op.getOperand(0)));
    if (takesPart)
      members.push_back(&op);
  }
  llvm::DenseSet<Operation *> isMemberOp(members.begin(), members.end());
  for (Operation *op : members)
    rewrite(op);
  for (Operation *op : members) {
    Value result = op->getResult(0);
    SmallVector<OpOperand *> hard;
    for (OpOperand &use : result.getUses()) {
      bool isRhs =
          AxisAtoms::isLinear(use.getOwner()) && use.getOperandNumber() == 1;
      // The right hand side of a rewritten matmul is used by its new form too.
      if (!isMemberOp.contains(use.getOwner()) || isRhs)
        hard.push_back(&use);
    }
    if (hard.empty())
      continue;
    builder.setInsertionPoint(op);
    loc = op->getLoc();
    Value value = natural(result);
    for (OpOperand *use : hard)
      use->set(value);
  }
  for (Operation *op : llvm::reverse(members))
    op->erase();
}

} // namespace tilewright::graph

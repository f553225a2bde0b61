//===- Matching.cpp - looking at graphs upwards ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Matching.h"

using namespace mlir;

namespace tilewright::graph {

std::optional<double> splatOf(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<ReshapeOp, BroadcastOp>(op))
      break;
    value = op->getOperand(0);
  }
  auto constant = value.getDefiningOp<ConstantOp>();
  auto elements = constant ? dyn_cast<DenseElementsAttr>(constant.getValue())
                           : DenseElementsAttr();
  if (!elements || !elements.isSplat() ||
      !isa<FloatType>(elements.getElementType()))
    return std::nullopt;
  return elements.getSplatValue<APFloat>().convertToDouble();
}

std::optional<double> scalarOf(Value value) {
  return numElements(getDims(value)).isConstant(1) ? splatOf(value)
                                                   : std::nullopt;
}

bool isKept(ArrayRef<DimExpr> sizes, ArrayRef<DimExpr> from,
            ArrayRef<int64_t> axes) {
  if (sizes.size() > from.size())
    return false;
  size_t missing = from.size() - sizes.size();
  for (size_t axis = 0; axis < from.size(); ++axis) {
    DimExpr size = axis < missing ? DimExpr(1) : sizes[axis - missing];
    if (size !=
        (llvm::is_contained(axes, int64_t(axis)) ? DimExpr(1) : from[axis]))
      return false;
  }
  return true;
}

Value Trail::unary(UnaryKind kind, Value value) {
  auto op = value.getDefiningOp<UnaryOp>();
  if (!op || op.getKind() != kind)
    return {};
  ops.insert(op);
  return op.getOperand();
}

std::optional<Trail::Operands> Trail::binary(BinaryKind kind, Value value) {
  auto op = value.getDefiningOp<BinaryOp>();
  if (!op || op.getKind() != kind)
    return std::nullopt;
  ops.insert(op);
  return Operands{op.getLhs(), op.getRhs()};
}

std::optional<std::pair<Value, double>> Trail::withScalar(BinaryKind kind,
                                                          Value value) {
  auto op = value.getDefiningOp<BinaryOp>();
  if (!op || op.getKind() != kind)
    return std::nullopt;
  Value x = op.getLhs();
  std::optional<double> number = scalarOf(op.getRhs());
  if (!number && kind != BinaryKind::Sub && kind != BinaryKind::Div &&
      kind != BinaryKind::Pow) {
    x = op.getRhs();
    number = scalarOf(op.getLhs());
  }
  if (!number)
    return std::nullopt;
  ops.insert(op);
  return std::make_pair(x, *number);
}

Value Trail::square(Value value) {
  if (auto product = binary(BinaryKind::Mul, value))
    return product->lhs == product->rhs ? product->lhs : Value();
  auto power = withScalar(BinaryKind::Pow, value);
  return power && power->second == 2 &&
                 power->first.getType() == value.getType()
             ? power->first
             : Value();
}

Value Trail::behindReshapes(Value value) {
  while (auto reshape = take<ReshapeOp>(value))
    value = reshape.getOperand();
  return value;
}

std::optional<Trail::Reduction> Trail::reduction(ReduceKind kind, Value value) {
  value = behindReshapes(value);
  std::optional<double> count;
  if (kind == ReduceKind::Mean)
    if (auto quotient = withScalar(BinaryKind::Div, value)) {
      count = quotient->second;
      value = behindReshapes(quotient->first);
      kind = ReduceKind::Sum;
    }
  auto reduce = value.getDefiningOp<ReduceOp>();
  if (!reduce || reduce.getKind() != kind || reduce.getAxes().empty())
    return std::nullopt;
  ops.insert(reduce);
  Reduction result{reduce.getOperand(), SmallVector<int64_t>(reduce.getAxes())};
  if (count) {
    DimExpr reduced(1);
    for (int64_t axis : result.axes)
      reduced = reduced * getDim(result.operand, axis);
    if (!reduced.constantValue() || double(*reduced.constantValue()) != *count)
      return std::nullopt;
  }
  return result;
}

bool Trail::isPrivateTo(Operation *root) const {
  return llvm::all_of(ops, [&](Operation *op) {
    return op->getBlock() == root->getBlock() &&
           llvm::all_of(op->getUsers(), [&](Operation *user) {
             return user == root || ops.contains(user);
           });
  });
}

Location Trail::location(Operation *root) const {
  SmallVector<Location> locations{root->getLoc()};
  for (Operation *op : ops)
    locations.push_back(op->getLoc());
  return FusedLoc::get(root->getContext(), locations);
}

/// Completes a quotient by what it is divided by (or, with `isInverse`, by what
/// it is multiplied with).
static std::optional<Quotient> quotient(Value numerator, Value operand,
                                        bool isInverse) {
  Quotient q{numerator, operand, {}, false, {}};
  Value value = q.trail.behindReshapes(operand);
  auto takeRoot = [&](UnaryKind kind, double exponent) {
    Value under = q.trail.unary(kind, value);
    if (!under)
      if (auto power = q.trail.withScalar(BinaryKind::Pow, value);
          power && power->second == exponent)
        under = power->first;
    if (under) {
      q.divisor = under;
      q.isRoot = true;
    }
    return q.isRoot;
  };
  if (isInverse) {
    if (takeRoot(UnaryKind::Rsqrt, -0.5))
      return q;
    Value inverted = q.trail.unary(UnaryKind::Reciprocal, value);
    if (!inverted) {
      auto division = q.trail.binary(BinaryKind::Div, value);
      if (!division || scalarOf(division->lhs) != 1.0)
        return std::nullopt;
      inverted = division->rhs;
    }
    value = q.trail.behindReshapes(inverted);
  }
  if (!takeRoot(UnaryKind::Sqrt, 0.5))
    q.divisor = value;
  return q;
}

SmallVector<Quotient, 2> quotientsOf(BinaryOp op) {
  SmallVector<Quotient, 2> found;
  auto add = [&](Value numerator, Value operand, bool isInverse) {
    if (auto q = quotient(numerator, operand, isInverse))
      found.push_back(std::move(*q));
  };
  if (op.getKind() == BinaryKind::Div) {
    add(op.getLhs(), op.getRhs(), false);
  } else if (op.getKind() == BinaryKind::Mul) {
    add(op.getLhs(), op.getRhs(), true);
    add(op.getRhs(), op.getLhs(), true);
  }
  return found;
}

} // namespace tilewright::graph

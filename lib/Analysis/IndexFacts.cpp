//===- IndexFacts.cpp - index values as expressions -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Analysis/IndexFacts.h"

#include "tilewright/Dialect/Tile/IR/AffineFold.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilewright;

/// Names of derived symbols: '#' is in no symbol that was parsed.
static std::string derivedName(unsigned index) {
  return "#" + std::to_string(index);
}
static std::optional<unsigned> derivedIndex(StringRef name) {
  unsigned index;
  if (!name.consume_front("#") || name.getAsInteger(10, index))
    return std::nullopt;
  return index;
}

IndexFacts::IndexFacts(func::FuncOp kernel, SymbolRanges ranges)
    : kernel(kernel), known(std::move(ranges)) {
  auto sizes = kernel->getAttrOfType<ArrayAttr>(tile::kSizesAttr);
  unsigned next = 0;
  for (Value argument : kernel.getArguments()) {
    if (!argument.getType().isIndex())
      continue;
    if (sizes && next < sizes.size())
      if (auto text = dyn_cast<StringAttr>(sizes[next]))
        if (Result<DimExpr> expr = DimExpr::parse(text.getValue().str()))
          values[argument] = *expr;
    ++next;
  }
}

//===----------------------------------------------------------------------===//
// Conversion
//===----------------------------------------------------------------------===//

DimExpr IndexFacts::derive(Derived value) {
  // Equal operations are one symbol, so that bounds that were computed twice
  // compare equal. Opaque values and loop variables are each their own.
  std::string key;
  if (value.kind != Derived::Opaque && value.kind != Derived::Loop) {
    key = std::to_string(value.kind) + "/" + std::to_string(value.number);
    for (const DimExpr &operand : value.operands)
      key += "/" + operand.str();
    auto found = byKey.find(key);
    if (found != byKey.end())
      return DimExpr::symbol(derivedName(found->second));
  }
  unsigned index = derived.size();
  if (!key.empty())
    byKey[key] = index;

  constexpr int64_t limit = int64_t(1) << 62;
  SymbolRange range{-limit, limit, 1};
  auto boundsOf = [&](unsigned i) { return value.operands[i].bounds(known); };
  switch (value.kind) {
  case Derived::Opaque:
    break;
  case Derived::Loop:
    range.lo = boundsOf(0).lo;
    // Counted from 0 in whole steps: the last one ends at or before the bound.
    range.hi =
        std::max(range.lo, (boundsOf(1).hi - 1) / value.number * value.number);
    break;
  case Derived::Mod:
    range.lo = 0;
    range.hi = value.number - 1;
    break;
  case Derived::FloorDiv: {
    SymbolRange dividend = boundsOf(0);
    range.lo = llvm::divideFloorSigned(dividend.lo, value.number);
    range.hi = llvm::divideFloorSigned(dividend.hi, value.number);
    break;
  }
  case Derived::Min:
  case Derived::Max:
    range = boundsOf(0);
    for (unsigned i = 1; i < value.operands.size(); ++i) {
      SymbolRange other = boundsOf(i);
      bool isMin = value.kind == Derived::Min;
      range.lo =
          isMin ? std::min(range.lo, other.lo) : std::max(range.lo, other.lo);
      range.hi =
          isMin ? std::min(range.hi, other.hi) : std::max(range.hi, other.hi);
    }
    range.multiple = 1;
    break;
  }
  known[derivedName(index)] = range;
  derived.push_back(std::move(value));
  return DimExpr::symbol(derivedName(index));
}

DimExpr IndexFacts::expr(OpFoldResult value) {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return DimExpr(*constant);
  Value ssa = cast<Value>(value);
  auto found = values.find(ssa);
  if (found != values.end())
    return found->second;
  DimExpr result = convert(ssa);
  values[ssa] = result;
  return result;
}

DimExpr IndexFacts::loopVariable(OpFoldResult lower, OpFoldResult upper,
                                 OpFoldResult step) {
  // A step that is no positive constant says nothing of the last value but
  // that it is below the upper bound.
  int64_t stride = getConstantIntValue(step).value_or(1);
  // Counted from the lower bound: a loop over the tiles of a block is the
  // block's start and a distance from it.
  DimExpr start = expr(lower);
  return start + derive({Derived::Loop,
                         {DimExpr(0), expr(upper) - start},
                         std::max<int64_t>(stride, 1)});
}

std::vector<DimExpr> IndexFacts::upperBounds(const DimExpr &e) {
  std::vector<DimExpr> result = {e};
  std::set<std::string> names;
  e.collectSymbols(names);
  for (const std::string &name : names) {
    std::optional<unsigned> index = derivedIndex(name);
    if (!index || derived[*index].kind != Derived::Min ||
        coefficient(e, name) != DimExpr(1))
      continue;
    for (const DimExpr &operand : derived[*index].operands)
      result.push_back(e.substitute({{name, operand}}));
  }
  return result;
}

DimExpr IndexFacts::convert(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    Operation *parent = argument.getOwner()->getParentOp();
    if (auto loop = dyn_cast<scf::ForOp>(parent))
      if (argument == loop.getInductionVar())
        return loopVariable(loop.getLowerBound(), loop.getUpperBound(),
                            loop.getStep());
    if (auto forall = dyn_cast<scf::ForallOp>(parent)) {
      unsigned i = argument.getArgNumber();
      if (i < forall.getRank())
        return loopVariable(forall.getMixedLowerBound()[i],
                            forall.getMixedUpperBound()[i],
                            forall.getMixedStep()[i]);
    }
    return derive({Derived::Opaque, {}, 0});
  }
  Operation *op = value.getDefiningOp();
  auto operand = [&](unsigned i) { return expr(op->getOperand(i)); };
  auto convertAll = [&](AffineMap map) {
    std::vector<DimExpr> results;
    for (AffineExpr e : map.getResults())
      results.push_back(tile::foldAffine<DimExpr>(
          e, map.getNumDims(), operand,
          [&](AffineExprKind kind, const DimExpr &a, const DimExpr &b) {
            return combine(kind, a, b);
          }));
    return results;
  };
  return llvm::TypeSwitch<Operation *, DimExpr>(op)
      .Case([&](arith::AddIOp) { return operand(0) + operand(1); })
      .Case([&](arith::SubIOp) { return operand(0) - operand(1); })
      .Case([&](arith::MulIOp) { return operand(0) * operand(1); })
      .Case([&](arith::MinSIOp) {
        return minMax({operand(0), operand(1)}, true);
      })
      .Case([&](arith::MaxSIOp) {
        return minMax({operand(0), operand(1)}, false);
      })
      .Case(
          [&](arith::FloorDivSIOp) { return floorDiv(operand(0), operand(1)); })
      .Case([&](arith::CeilDivSIOp) { return ceilDiv(operand(0), operand(1)); })
      .Case<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp>(
          [&](auto) {
            // Truncation is the floor where nothing is negative.
            DimExpr a = operand(0), b = operand(1);
            if (!prove(a, 0, {}) || !prove(b - DimExpr(1), 0, {}))
              return derive({Derived::Opaque, {}, 0});
            return isa<arith::DivSIOp, arith::DivUIOp>(op) ? floorDiv(a, b)
                                                           : mod(a, b);
          })
      .Case([&](affine::AffineApplyOp apply) {
        return convertAll(apply.getAffineMap()).front();
      })
      .Case([&](affine::AffineMinOp min) {
        return minMax(convertAll(min.getAffineMap()), true);
      })
      .Case([&](affine::AffineMaxOp max) {
        return minMax(convertAll(max.getAffineMap()), false);
      })
      .Default([&](Operation *) { return derive({Derived::Opaque, {}, 0}); });
}

DimExpr IndexFacts::combine(AffineExprKind kind, const DimExpr &a,
                            const DimExpr &b) {
  switch (kind) {
  case AffineExprKind::Add:
    return a + b;
  case AffineExprKind::Mul:
    return a * b;
  case AffineExprKind::FloorDiv:
    return floorDiv(a, b);
  case AffineExprKind::CeilDiv:
    return ceilDiv(a, b);
  default:
    return mod(a, b);
  }
}

bool IndexFacts::hasDerived(const DimExpr &e) const {
  return newest(e, {}).has_value();
}

DimExpr IndexFacts::floorDiv(const DimExpr &a, const DimExpr &b) {
  std::optional<int64_t> divisor = b.constantValue();
  if (!hasDerived(a) || !divisor || *divisor <= 0)
    return DimExpr::floorDiv(a, b).simplify(known);
  DimExpr exact = DimExpr::floorDiv(a, b).simplify(known);
  if (!hasDerived(exact))
    return exact;
  return derive({Derived::FloorDiv, {a}, *divisor});
}

DimExpr IndexFacts::ceilDiv(const DimExpr &a, const DimExpr &b) {
  if (!hasDerived(a))
    return DimExpr::ceilDiv(a, b).simplify(known);
  return floorDiv(a + b - DimExpr(1), b);
}

DimExpr IndexFacts::mod(const DimExpr &a, const DimExpr &b) {
  DimExpr exact = DimExpr::mod(a, b).simplify(known);
  std::optional<int64_t> divisor = b.constantValue();
  if (exact.constantValue() || !divisor || *divisor <= 0)
    return exact;
  return derive({Derived::Mod, {a}, *divisor});
}

DimExpr IndexFacts::minMax(std::vector<DimExpr> operands, bool isMin) {
  // An operand that another one never exceeds decides nothing.
  std::vector<DimExpr> kept;
  for (unsigned i = 0; i < operands.size(); ++i) {
    bool redundant = false;
    for (unsigned j = 0; j < operands.size() && !redundant; ++j) {
      if (i == j || (operands[i] == operands[j] && i < j))
        continue;
      DimExpr slack =
          isMin ? operands[i] - operands[j] : operands[j] - operands[i];
      redundant = operands[i] == operands[j] || prove(slack, 0, {});
      // Of two that are always equal, keep the first.
      if (redundant && i < j && prove(DimExpr(0) - slack, 0, {}))
        redundant = false;
    }
    if (!redundant)
      kept.push_back(operands[i]);
  }
  if (kept.size() == 1)
    return kept.front();
  return derive({isMin ? Derived::Min : Derived::Max, std::move(kept), 0});
}

DimExpr IndexFacts::extent(Value buffer, unsigned axis) {
  auto type = cast<MemRefType>(buffer.getType());
  if (!type.isDynamicDim(axis))
    return DimExpr(type.getDimSize(axis));
  if (auto argument = dyn_cast<BlockArgument>(buffer)) {
    if (argument.getOwner()->getParentOp() == kernel) {
      auto dims = kernel.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(),
                                                     tile::kDimsAttr);
      if (dims && axis < dims.size())
        if (auto text = dyn_cast<StringAttr>(dims[axis]))
          if (Result<DimExpr> e = DimExpr::parse(text.getValue().str()))
            return *e;
    }
  } else if (auto scratch = buffer.getDefiningOp<tile::ScratchOp>()) {
    return expr(scratch.getSizes()[type.getDynamicDimIndex(axis)]);
  }
  return derive({Derived::Opaque, {}, 0});
}

//===----------------------------------------------------------------------===//
// Proofs
//===----------------------------------------------------------------------===//

std::string IndexFacts::symbolOf(Value value) {
  return expr(value).symbolName().value_or("");
}

std::optional<DimExpr>
IndexFacts::coefficient(const DimExpr &e, const std::string &symbol) const {
  DimExpr next = e.substitute({{symbol, DimExpr::symbol(symbol) + DimExpr(1)}});
  DimExpr factor = next - e;
  std::set<std::string> names;
  factor.collectSymbols(names);
  if (names.count(symbol))
    return std::nullopt;
  return factor;
}

std::optional<unsigned>
IndexFacts::newest(const DimExpr &e, const std::set<std::string> &fixed) const {
  std::set<std::string> names;
  e.collectSymbols(names);
  std::optional<unsigned> result;
  for (const std::string &name : names)
    if (std::optional<unsigned> index = derivedIndex(name))
      if (!fixed.count(name) && (!result || *index > *result))
        result = index;
  return result;
}

std::vector<DimExpr> IndexFacts::bounds(const Derived &value,
                                        const DimExpr &factor, bool lower,
                                        bool &all) {
  all = false;
  std::vector<DimExpr> result;
  DimExpr number(value.number);
  switch (value.kind) {
  case Derived::Opaque:
    break;
  case Derived::Loop:
    if (lower) {
      result.push_back(factor * value.operands[0]);
    } else {
      // The last trip is a whole step below a bound that the step divides.
      for (const DimExpr &upper : upperBounds(value.operands[1]))
        if (value.number == 1 ||
            isMultipleOf(upper - value.operands[0], value.number))
          result.push_back(factor * (upper - number));
      if (auto end = value.operands[1].constantValue(); end && *end > 0)
        result.push_back(factor *
                         DimExpr((*end - 1) / value.number * value.number));
      result.push_back(factor * (value.operands[1] - DimExpr(1)));
    }
    break;
  case Derived::Mod:
    result.push_back(lower ? DimExpr(0) : factor * (number - DimExpr(1)));
    if (!lower && prove(value.operands[0], 0, {}))
      result.push_back(factor * value.operands[0]);
    break;
  case Derived::FloorDiv: {
    // number * q is in [dividend - number + 1, dividend].
    std::optional<int64_t> constant = factor.constantValue();
    if (constant && *constant % value.number == 0) {
      DimExpr times(*constant / value.number);
      result.push_back(times * (lower ? value.operands[0] - number + DimExpr(1)
                                      : value.operands[0]));
    }
    break;
  }
  case Derived::Min:
  case Derived::Max:
    all = lower == (value.kind == Derived::Min);
    for (const DimExpr &operand : value.operands)
      result.push_back(factor * operand);
    break;
  }
  return result;
}

bool IndexFacts::prove(const DimExpr &e, unsigned depth,
                       ArrayRef<DimExpr> premises) {
  constexpr unsigned kMaxDepth = 12;
  if (e.bounds(known).lo >= 0)
    return true;
  // e is at least a premise p (which is >= 0).
  for (const DimExpr &premise : premises)
    if (prove(e - premise, depth + 1, {}))
      return true;
  std::optional<unsigned> index = newest(e, {});
  if (!index || depth > kMaxDepth)
    return false;
  std::string name = derivedName(*index);
  std::optional<DimExpr> factor = coefficient(e, name);
  if (!factor)
    return false;
  bool increasing = factor->bounds(known).lo >= 0;
  if (!increasing && factor->bounds(known).hi > 0)
    return false;
  DimExpr rest = e.substitute({{name, DimExpr(0)}});
  bool all = false;
  Derived value = derived[*index];
  std::vector<DimExpr> candidates = bounds(value, *factor, increasing, all);
  if (candidates.empty())
    return false;
  auto holds = [&](const DimExpr &bound) {
    return prove((rest + bound).simplify(known), depth + 1, premises);
  };
  return all ? llvm::all_of(candidates, holds)
             : llvm::any_of(candidates, holds);
}

bool IndexFacts::isNonNegative(const DimExpr &e, Operation *at) {
  return prove(e, 0, {}) || prove(e, 0, premises(at));
}

bool IndexFacts::isMultipleOf(DimExpr e, int64_t divisor) {
  if (divisor == 1)
    return true;
  // Remainders and loop variables are replaced by what they are equal to
  // modulo the divisor.
  std::set<std::string> names;
  e.collectSymbols(names);
  for (const std::string &name : names) {
    std::optional<unsigned> index = derivedIndex(name);
    if (!index)
      continue;
    const Derived &value = derived[*index];
    if ((value.kind == Derived::Mod || value.kind == Derived::Loop) &&
        value.number % divisor == 0)
      return isMultipleOf(e.substitute({{name, value.operands[0]}}), divisor);
  }
  if (DimExpr::mod(e, DimExpr(divisor)).simplify(known).isConstant(0))
    return true;
  return e.bounds(known).multiple % divisor == 0;
}

std::optional<DimExpr> IndexFacts::extreme(const DimExpr &e,
                                           const std::set<std::string> &fixed,
                                           bool smallest, unsigned depth) {
  std::optional<unsigned> index = newest(e, fixed);
  if (!index)
    return e;
  if (depth > 12)
    return std::nullopt;
  std::string name = derivedName(*index);
  std::optional<DimExpr> factor = coefficient(e, name);
  if (!factor)
    return std::nullopt;
  bool increasing = factor->bounds(known).lo >= 0;
  if (!increasing && factor->bounds(known).hi > 0)
    return std::nullopt;
  bool all = false;
  Derived value = derived[*index];
  std::vector<DimExpr> candidates =
      bounds(value, *factor, increasing == smallest, all);
  if (candidates.empty() || all)
    return std::nullopt;
  // Each candidate is a bound; the tightest one is the answer.
  DimExpr rest = e.substitute({{name, DimExpr(0)}});
  std::optional<DimExpr> best;
  for (const DimExpr &candidate : candidates) {
    std::optional<DimExpr> found =
        extreme((rest + candidate).simplify(known), fixed, smallest, depth + 1);
    if (!found)
      continue;
    if (!best || (smallest ? found->bounds(known).lo > best->bounds(known).lo
                           : found->bounds(known).hi < best->bounds(known).hi))
      best = found;
  }
  return best;
}

std::optional<DimExpr>
IndexFacts::smallest(const DimExpr &e, const std::set<std::string> &fixed) {
  return extreme(e, fixed, /*smallest=*/true, 0);
}

std::optional<DimExpr> IndexFacts::largest(const DimExpr &e,
                                           const std::set<std::string> &fixed) {
  return extreme(e, fixed, /*smallest=*/false, 0);
}

void IndexFacts::addPremises(Value condition, bool holds,
                             std::vector<DimExpr> &premises) {
  Operation *op = condition.getDefiningOp();
  if (!op)
    return;
  if (holds ? isa<arith::AndIOp>(op) : isa<arith::OrIOp>(op)) {
    addPremises(op->getOperand(0), holds, premises);
    addPremises(op->getOperand(1), holds, premises);
    return;
  }
  auto compare = dyn_cast<arith::CmpIOp>(op);
  if (!compare || !compare.getLhs().getType().isIndex())
    return;
  arith::CmpIPredicate predicate = compare.getPredicate();
  if (!holds)
    predicate = arith::invertPredicate(predicate);
  DimExpr a = expr(compare.getLhs()), b = expr(compare.getRhs()), one(1);
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    premises.push_back(a - b);
    premises.push_back(b - a);
    break;
  case arith::CmpIPredicate::slt:
    premises.push_back(b - a - one);
    break;
  case arith::CmpIPredicate::sle:
    premises.push_back(b - a);
    break;
  case arith::CmpIPredicate::sgt:
    premises.push_back(a - b - one);
    break;
  case arith::CmpIPredicate::sge:
    premises.push_back(a - b);
    break;
  default:
    break;
  }
}

std::vector<DimExpr> IndexFacts::premises(Operation *at) {
  std::vector<DimExpr> result;
  for (Operation *op = at; op && op != kernel; op = op->getParentOp()) {
    // A loop around `at` is not empty.
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      if (op != at)
        result.push_back(expr(loop.getUpperBound()) - DimExpr(1) -
                         expr(loop.getInductionVar()));
    } else if (auto forall = dyn_cast<scf::ForallOp>(op)) {
      if (op != at)
        for (auto [bound, variable] : llvm::zip_equal(
                 forall.getMixedUpperBound(), forall.getInductionVars()))
          result.push_back(expr(bound) - DimExpr(1) - expr(variable));
    }
    auto branch = dyn_cast_or_null<scf::IfOp>(op->getParentOp());
    if (!branch)
      continue;
    bool inThen = op->getParentRegion() == &branch.getThenRegion();
    addPremises(branch.getCondition(), inThen, result);
  }
  return result;
}

//===- DimExprRanges.cpp - values, bounds and what follows from them ------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DimExprNode.h"

#include <algorithm>
#include <numeric>

namespace tilewright {

//===----------------------------------------------------------------------===//
// evaluate, substitute
//===----------------------------------------------------------------------===//

Result<int64_t> DimExpr::evaluate(const SymbolBindings &bindings) const {
  auto tooLarge = [&] {
    return error("the size ", str(), " does not fit in 64 bits");
  };
  if (node->overflow)
    return error("a size is too large: a number in its expression leaves 64 "
                 "bits, or it has more than 4096 terms");
  __int128 sum = 0;
  for (const DimTerm &term : node->terms) {
    __int128 value = term.coefficient;
    for (const auto &factor : term.factors) {
      int64_t number;
      if (factor->isSymbol()) {
        auto it = bindings.find(factor->text);
        if (it == bindings.end())
          return error("the symbol ", factor->text, " in the size ", str(),
                       " has no value");
        number = it->second;
      } else {
        Result<int64_t> lhs = factor->lhs.evaluate(bindings);
        if (!lhs)
          return lhs;
        Result<int64_t> rhs = factor->rhs.evaluate(bindings);
        if (!rhs)
          return rhs;
        auto applied = applyFunction(*factor->function, *lhs, *rhs);
        if (!applied)
          return tooLarge();
        number = *applied;
      }
      if (__builtin_mul_overflow(value, __int128(number), &value))
        return tooLarge();
    }
    if (__builtin_add_overflow(sum, value, &sum))
      return tooLarge();
  }
  if (sum < INT64_MIN || sum > INT64_MAX)
    return tooLarge();
  return int64_t(sum);
}

/// Builds the expression anew with every atom replaced.
template <typename Replace>
static DimExpr mapAtoms(const DimExpr &expr, Replace replace) {
  if (DimExpr::Node::of(expr).overflow)
    return expr;
  DimExpr sum;
  for (const DimTerm &term : DimExpr::Node::of(expr).terms) {
    DimExpr value(term.coefficient);
    for (const auto &factor : term.factors)
      value = value * replace(*factor);
    sum = sum + value;
  }
  return sum;
}

DimExpr
DimExpr::substitute(const std::map<std::string, DimExpr> &values) const {
  return mapAtoms(*this, [&](const DimAtom &atom) {
    if (!atom.isSymbol())
      return buildFunction(*atom.function, atom.lhs.substitute(values),
                           atom.rhs.substitute(values));
    auto it = values.find(atom.text);
    return it == values.end() ? symbol(atom.text) : it->second;
  });
}

//===----------------------------------------------------------------------===//
// bounds
//===----------------------------------------------------------------------===//

namespace {
/// An end of an interval. A part of a polynomial may leave 64 bits although the
/// whole does not; what leaves 125 is infinite and stays so.
using End = __int128;
constexpr End infinity = End(1) << 125;

End clamp(End value) { return std::clamp(value, -infinity, infinity); }

int64_t saturate(End value) {
  return int64_t(std::clamp<End>(value, INT64_MIN, INT64_MAX));
}

/// lo..hi, and a divisor of all values (0: the value is always 0).
struct Interval {
  End lo, hi;
  uint64_t multiple;
};

Interval constantInterval(int64_t value) {
  return {value, value, value < 0 ? -uint64_t(value) : uint64_t(value)};
}

End multiplyEnds(End a, End b) {
  End product;
  if (!__builtin_mul_overflow(a, b, &product))
    return clamp(product);
  return (a < 0) == (b < 0) ? infinity : -infinity;
}

Interval multiply(const Interval &a, const Interval &b) {
  End corners[] = {multiplyEnds(a.lo, b.lo), multiplyEnds(a.lo, b.hi),
                   multiplyEnds(a.hi, b.lo), multiplyEnds(a.hi, b.hi)};
  uint64_t multiple;
  // A product that does not fit: any of its divisors will do.
  if (__builtin_mul_overflow(a.multiple, b.multiple, &multiple))
    multiple = std::max(a.multiple, b.multiple);
  return {*std::min_element(corners, corners + 4),
          *std::max_element(corners, corners + 4), multiple};
}

Interval add(const Interval &a, const Interval &b) {
  // Of two infinite ends the one that says less counts.
  return {std::min(a.lo, b.lo) == -infinity ? -infinity : clamp(a.lo + b.lo),
          std::max(a.hi, b.hi) == infinity ? infinity : clamp(a.hi + b.hi),
          std::gcd(a.multiple, b.multiple)};
}

Interval divide(DimFunction function, const Interval &a, const Interval &b) {
  // For a fixed divisor the quotient is monotone in the dividend; for a fixed
  // dividend it is monotone in the divisor on each side of 0.
  std::vector<End> divisors{b.lo, b.hi};
  for (End edge : {-1, 0, 1})
    if (b.lo <= edge && edge <= b.hi)
      divisors.push_back(edge);
  Interval result{infinity, -infinity, 1};
  for (End divisor : divisors)
    for (End dividend : {a.lo, a.hi}) {
      End value = divisor == 0 ? 0
                  : function == DimFunction::FloorDiv
                      ? floorDivide(dividend, divisor)
                      : -floorDivide(-dividend, divisor);
      result.lo = std::min(result.lo, value);
      result.hi = std::max(result.hi, value);
    }
  if (b.lo == b.hi && b.lo > 0 && b.lo <= INT64_MAX &&
      a.multiple % uint64_t(b.lo) == 0)
    result.multiple = a.multiple / uint64_t(b.lo);
  return result;
}

Interval modulo(const Interval &a, const Interval &b) {
  Interval result{b.lo < 0 ? b.lo + 1 : 0, b.hi > 0 ? b.hi - 1 : 0,
                  std::gcd(a.multiple, b.multiple)};
  // Already a remainder.
  if (a.lo >= 0 && b.lo > a.hi)
    return a;
  if (a.lo >= 0 && b.lo >= 0)
    result.hi = std::min(result.hi, a.hi);
  return result;
}

Interval boundsOf(const DimExpr &expr, const SymbolRanges &ranges);

Interval boundsOf(const DimAtom &atom, const SymbolRanges &ranges) {
  if (atom.isSymbol()) {
    auto it = ranges.find(atom.text);
    SymbolRange range = it == ranges.end() ? SymbolRange() : it->second;
    return {range.lo, range.hi, uint64_t(std::max<int64_t>(range.multiple, 1))};
  }
  Interval a = boundsOf(atom.lhs, ranges), b = boundsOf(atom.rhs, ranges);
  switch (*atom.function) {
  case DimFunction::FloorDiv:
  case DimFunction::CeilDiv:
    return divide(*atom.function, a, b);
  case DimFunction::Mod:
    return modulo(a, b);
  case DimFunction::Min:
    return {std::min(a.lo, b.lo), std::min(a.hi, b.hi),
            std::gcd(a.multiple, b.multiple)};
  case DimFunction::Max:
    return {std::max(a.lo, b.lo), std::max(a.hi, b.hi),
            std::gcd(a.multiple, b.multiple)};
  }
  return {-infinity, infinity, 1};
}

Interval boundsOf(const DimExpr &expr, const SymbolRanges &ranges) {
  const auto &node = DimExpr::Node::of(expr);
  if (node.overflow)
    return {-infinity, infinity, 1};
  Interval sum{0, 0, 0};
  for (const DimTerm &term : node.terms) {
    Interval value = constantInterval(term.coefficient);
    for (const auto &factor : term.factors)
      value = multiply(value, boundsOf(*factor, ranges));
    sum = add(sum, value);
  }
  return sum;
}
} // namespace

SymbolRange DimExpr::bounds(const SymbolRanges &ranges) const {
  Interval interval = boundsOf(*this, ranges);
  SymbolRange result;
  result.lo = saturate(interval.lo);
  result.hi = saturate(interval.hi);
  result.multiple = interval.multiple == 0 || interval.multiple > INT64_MAX
                        ? 1
                        : int64_t(interval.multiple);
  return result;
}

//===----------------------------------------------------------------------===//
// simplify
//===----------------------------------------------------------------------===//

namespace {
class Simplifier {
public:
  explicit Simplifier(const SymbolRanges &ranges) : ranges(ranges) {}

  DimExpr simplify(const DimExpr &expr) {
    DimExpr result =
        mapAtoms(expr, [&](const DimAtom &atom) { return simplify(atom); });
    return cancelDivisions(result);
  }

private:
  DimExpr simplify(const DimAtom &atom) {
    if (atom.isSymbol()) {
      auto it = ranges.find(atom.text);
      if (it != ranges.end() && it->second.lo == it->second.hi)
        return DimExpr(it->second.lo);
      return DimExpr::symbol(atom.text);
    }
    DimExpr a = simplify(atom.lhs), b = simplify(atom.rhs);
    switch (*atom.function) {
    case DimFunction::FloorDiv:
    case DimFunction::CeilDiv:
      return simplifyDivision(*atom.function, a, b);
    case DimFunction::Mod:
      return simplifyModulo(a, b);
    default:
      break;
    }
    // min and max: the sign of the difference decides.
    SymbolRange difference = (a - b).bounds(ranges);
    bool isMin = atom.function == DimFunction::Min;
    if (difference.lo >= 0)
      return isMin ? b : a;
    if (difference.hi <= 0)
      return isMin ? a : b;
    return buildFunction(*atom.function, a, b);
  }

  /// a = multiple + rest: the terms that are multiples of c, and the others.
  std::pair<DimExpr, DimExpr> splitMultiples(const DimExpr &a, int64_t c) {
    DimExpr multiple, rest;
    for (const DimTerm &term : DimExpr::Node::of(a).terms) {
      DimExpr value = DimExpr::Node::make({term});
      bool divides = boundsOf(value, ranges).multiple % uint64_t(c) == 0;
      (divides ? multiple : rest) = (divides ? multiple : rest) + value;
    }
    return {multiple, rest};
  }

  DimExpr simplifyDivision(DimFunction function, const DimExpr &a,
                           const DimExpr &b) {
    Interval dividend = boundsOf(a, ranges), divisor = boundsOf(b, ranges);
    if (divisor.lo > 0) {
      if (auto exact = DimExpr::divideExactly(a, b))
        return *exact;
      if (function == DimFunction::FloorDiv && dividend.lo >= 0 &&
          dividend.hi < divisor.lo)
        return DimExpr(0);
    }
    auto c = b.constantValue();
    if (!c) {
      // What divides both and is not 0 goes: numbers and atoms, then a sum.
      auto [x, y] = cancelCommon(a, b, [&](const DimAtom &atom) {
        return boundsOf(atom, ranges).lo > 0;
      });
      auto [monomial, sum] = splitMonomial(y);
      if (!sum.isConstant(1) && boundsOf(sum, ranges).lo > 0)
        if (auto exact = DimExpr::divideExactly(x, sum))
          return buildFunction(function, *exact, monomial);
      return buildFunction(function, x, y);
    }
    if (function == DimFunction::FloorDiv && *c > 1) {
      auto [multiple, rest] = splitMultiples(a, *c);
      if (!multiple.isConstant(0)) {
        DimExpr quotient = buildFunction(function, multiple, b);
        if (rest.isConstant(0))
          return quotient;
        return quotient + simplifyDivision(function, rest, b);
      }
    }
    return buildFunction(function, a, b);
  }

  DimExpr simplifyModulo(const DimExpr &a, const DimExpr &b) {
    Interval dividend = boundsOf(a, ranges), divisor = boundsOf(b, ranges);
    if (divisor.lo > 0 && DimExpr::divideExactly(a, b))
      return DimExpr(0);
    if (dividend.lo >= 0 && dividend.hi < divisor.lo)
      return a;
    if (auto c = b.constantValue(); c && *c > 1) {
      DimExpr rest = splitMultiples(a, *c).second;
      if (!(rest == a))
        return simplifyModulo(rest, b);
    }
    return DimExpr::mod(a, b);
  }

  /// k*c * floordiv(x, c) is k*x if c divides x.
  DimExpr cancelDivisions(const DimExpr &expr) {
    if (DimExpr::Node::of(expr).overflow)
      return expr;
    DimExpr sum;
    for (DimTerm term : DimExpr::Node::of(expr).terms) {
      DimExpr value(1);
      for (const auto &factor : term.factors) {
        std::optional<int64_t> c;
        if (factor->function == DimFunction::FloorDiv)
          c = factor->rhs.constantValue();
        if (c && *c > 1 && term.coefficient % *c == 0 &&
            boundsOf(factor->lhs, ranges).multiple % uint64_t(*c) == 0) {
          term.coefficient /= *c;
          value = value * factor->lhs;
        } else {
          value = value * DimExpr::Node::make({{1, {factor}}});
        }
      }
      sum = sum + DimExpr(term.coefficient) * value;
    }
    return sum;
  }

  const SymbolRanges &ranges;
};
} // namespace

DimExpr DimExpr::simplify(const SymbolRanges &ranges) const {
  // Each pass can open the way for another; a few reach the end.
  DimExpr expr = *this;
  for (int pass = 0; pass < 4; ++pass) {
    DimExpr next = Simplifier(ranges).simplify(expr);
    if (next == expr)
      break;
    expr = next;
  }
  return expr;
}

} // namespace tilewright

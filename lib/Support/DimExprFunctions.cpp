//===- DimExprFunctions.cpp - division, modulo, min and max ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every rule here holds for all values of the symbols, negative ones too.
// What needs ranges is in DimExprRanges.cpp.
//
//===----------------------------------------------------------------------===//

#include "DimExprNode.h"

#include <algorithm>
#include <numeric>

namespace tilewright {

std::optional<int64_t> applyFunction(DimFunction function, int64_t a,
                                     int64_t b) {
  __int128 value = 0;
  switch (function) {
  case DimFunction::FloorDiv:
    value = b == 0 ? 0 : floorDivide(a, b);
    break;
  case DimFunction::CeilDiv:
    value = b == 0 ? 0 : -floorDivide(-__int128(a), b);
    break;
  case DimFunction::Mod:
    value = b == 0 ? 0 : a - floorDivide(a, b) * b;
    break;
  case DimFunction::Min:
    value = std::min(a, b);
    break;
  case DimFunction::Max:
    value = std::max(a, b);
    break;
  }
  if (value < INT64_MIN || value > INT64_MAX)
    return std::nullopt;
  return int64_t(value);
}

DimExpr buildFunction(DimFunction function, const DimExpr &a,
                      const DimExpr &b) {
  switch (function) {
  case DimFunction::FloorDiv:
    return DimExpr::floorDiv(a, b);
  case DimFunction::CeilDiv:
    return DimExpr::ceilDiv(a, b);
  case DimFunction::Mod:
    return DimExpr::mod(a, b);
  case DimFunction::Min:
    return DimExpr::min(a, b);
  case DimFunction::Max:
    return DimExpr::max(a, b);
  }
  return a;
}

/// The value of a function of two constants, or of an expression that has
/// overflown; nullopt if there is something left to build.
static std::optional<DimExpr>
foldConstants(DimFunction function, const DimExpr &a, const DimExpr &b) {
  if (DimExpr::Node::of(a).overflow || DimExpr::Node::of(b).overflow)
    return DimExpr::Node::makeOverflow();
  auto x = a.constantValue(), y = b.constantValue();
  if (!x || !y)
    return std::nullopt;
  if (auto value = applyFunction(function, *x, *y))
    return DimExpr(*value);
  return DimExpr::Node::makeOverflow();
}

/// The greatest common divisor of c and the coefficients of all terms, with or
/// without the constant one.
static int64_t commonDivisor(const DimExpr &a, int64_t c, bool withConstant) {
  uint64_t divisor = uint64_t(c);
  for (const DimTerm &term : DimExpr::Node::of(a).terms)
    if (withConstant || !term.factors.empty())
      divisor =
          std::gcd(divisor, term.coefficient < 0 ? -uint64_t(term.coefficient)
                                                 : uint64_t(term.coefficient));
  return int64_t(divisor);
}

/// floordiv of every coefficient: exact but for the constant.
static DimExpr divideCoefficients(const DimExpr &a, int64_t c) {
  std::vector<DimTerm> terms = DimExpr::Node::of(a).terms;
  for (DimTerm &term : terms)
    term.coefficient =
        *applyFunction(DimFunction::FloorDiv, term.coefficient, c);
  return DimExpr::Node::make(std::move(terms));
}

/// a = c * quotient + rest, every coefficient of the rest in [0, c).
static std::pair<DimExpr, DimExpr> splitByDivisor(const DimExpr &a, int64_t c) {
  std::vector<DimTerm> quotient, rest;
  for (const DimTerm &term : DimExpr::Node::of(a).terms) {
    int64_t q = *applyFunction(DimFunction::FloorDiv, term.coefficient, c);
    int64_t r = *applyFunction(DimFunction::Mod, term.coefficient, c);
    if (q != 0)
      quotient.push_back({q, term.factors});
    if (r != 0)
      rest.push_back({r, term.factors});
  }
  return {DimExpr::Node::make(std::move(quotient)),
          DimExpr::Node::make(std::move(rest))};
}

/// floordiv by a constant c > 1 of an expression with coefficients in [0, c).
static DimExpr floorDivRest(DimExpr a, int64_t c) {
  // floordiv(g*x + k, g*d) = floordiv(x + floordiv(k, g), d).
  if (int64_t g = commonDivisor(a, c, /*withConstant=*/false); g > 1) {
    a = divideCoefficients(a, g);
    return DimExpr::floorDiv(a, c / g);
  }
  // floordiv(floordiv(x, d) + k, c) = floordiv(x + k*d, c*d).
  const auto &terms = DimExpr::Node::of(a).terms;
  if (terms.empty())
    return DimExpr(0);
  const DimTerm &first = terms.front();
  bool onlyConstantAfter =
      terms.size() == 1 || (terms.size() == 2 && terms[1].factors.empty());
  if (onlyConstantAfter && first.coefficient == 1 &&
      first.factors.size() == 1 &&
      first.factors[0]->function == DimFunction::FloorDiv) {
    auto inner = first.factors[0]->rhs.constantValue();
    int64_t k = terms.size() == 2 ? terms[1].coefficient : 0, all;
    if (inner && *inner > 0 && !__builtin_mul_overflow(*inner, c, &all))
      return DimExpr::floorDiv(
          first.factors[0]->lhs + DimExpr(k) * DimExpr(*inner), DimExpr(all));
  }
  if (a.constantValue()) // In [0, c).
    return DimExpr(0);
  return DimExpr::Node::makeAtom(DimFunction::FloorDiv, a, DimExpr(c));
}

DimExpr DimExpr::floorDiv(const DimExpr &a, const DimExpr &b) {
  if (auto folded = foldConstants(DimFunction::FloorDiv, a, b))
    return *folded;
  if (a.isConstant(0) || b.isConstant(0))
    return DimExpr(0);
  auto c = b.constantValue();
  if (!c || *c == INT64_MIN)
    return Node::makeAtom(DimFunction::FloorDiv, a, b);
  if (*c < 0)
    return floorDiv(DimExpr(-1) * a, DimExpr(-*c));
  if (*c == 1)
    return a;
  auto [quotient, rest] = splitByDivisor(a, *c);
  return quotient + floorDivRest(rest, *c);
}

DimExpr DimExpr::ceilDiv(const DimExpr &a, const DimExpr &b) {
  if (auto folded = foldConstants(DimFunction::CeilDiv, a, b))
    return *folded;
  if (a.isConstant(0) || b.isConstant(0))
    return DimExpr(0);
  auto c = b.constantValue();
  if (!c || *c == INT64_MIN)
    return Node::makeAtom(DimFunction::CeilDiv, a, b);
  if (*c < 0)
    return ceilDiv(DimExpr(-1) * a, DimExpr(-*c));
  return floorDiv(a + DimExpr(*c - 1), b);
}

DimExpr DimExpr::mod(const DimExpr &a, const DimExpr &b) {
  if (auto folded = foldConstants(DimFunction::Mod, a, b))
    return *folded;
  if (a.isConstant(0) || b.isConstant(0) || a == b)
    return DimExpr(0);
  auto c = b.constantValue();
  if (!c || *c <= 0)
    return Node::makeAtom(DimFunction::Mod, a, b);
  DimExpr rest = splitByDivisor(a, *c).second;
  if (rest.constantValue())
    return rest;
  // mod(g*x, g*d) = g * mod(x, d).
  int64_t g = commonDivisor(rest, *c, /*withConstant=*/true);
  if (g > 1)
    return DimExpr(g) * mod(divideCoefficients(rest, g), DimExpr(*c / g));
  return Node::makeAtom(DimFunction::Mod, rest, b);
}

/// min and max: nested calls are one list of operands, of which those that a
/// constant distance from another shows to be idle go; the rest is sorted.
static DimExpr buildExtremum(DimFunction function, const DimExpr &a,
                             const DimExpr &b) {
  if (auto folded = foldConstants(function, a, b))
    return *folded;
  std::vector<DimExpr> operands, pending{a, b};
  while (!pending.empty()) {
    DimExpr next = pending.back();
    pending.pop_back();
    const auto &terms = DimExpr::Node::of(next).terms;
    if (terms.size() == 1 && terms[0].coefficient == 1 &&
        terms[0].factors.size() == 1 &&
        terms[0].factors[0]->function == function) {
      pending.push_back(terms[0].factors[0]->lhs);
      pending.push_back(terms[0].factors[0]->rhs);
      continue;
    }
    operands.push_back(next);
  }
  std::vector<DimExpr> kept;
  for (const DimExpr &operand : operands) {
    bool idle = false;
    for (size_t i = 0; i < kept.size() && !idle; ++i) {
      auto distance = (operand - kept[i]).constantValue();
      if (!distance)
        continue;
      idle = true;
      if (function == DimFunction::Min ? *distance < 0 : *distance > 0)
        kept[i] = operand;
    }
    if (!idle)
      kept.push_back(operand);
  }
  std::sort(kept.begin(), kept.end());
  DimExpr result = kept[0];
  for (size_t i = 1; i < kept.size(); ++i)
    result = DimExpr::Node::makeAtom(function, result, kept[i]);
  return result;
}

DimExpr DimExpr::min(const DimExpr &a, const DimExpr &b) {
  return buildExtremum(DimFunction::Min, a, b);
}

DimExpr DimExpr::max(const DimExpr &a, const DimExpr &b) {
  return buildExtremum(DimFunction::Max, a, b);
}

} // namespace tilewright

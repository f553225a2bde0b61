//===- DimExprDivision.cpp - quotients that are exact ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is left of a tensor's elements when some axes are known is a quotient of
// products: 4*B*L elements in [B, 4, ?, L] leave 1. Nothing here rounds but the
// floordiv of what has no common factor.
//
//===----------------------------------------------------------------------===//

#include "DimExprNode.h"

#include <algorithm>
#include <numeric>

namespace tilewright {

/// The factors of `a` without those of `b`; nullopt if b has others.
static std::optional<DimFactors> divideFactors(const DimFactors &a,
                                               const DimFactors &b) {
  DimFactors rest;
  size_t j = 0;
  for (const auto &factor : a) {
    if (j < b.size() && factor->text == b[j]->text)
      ++j;
    else
      rest.push_back(factor);
  }
  if (j != b.size())
    return std::nullopt;
  return rest;
}

std::optional<DimExpr> DimExpr::divideExactly(const DimExpr &a,
                                              const DimExpr &b) {
  if (a.node->overflow || b.node->overflow || b.node->terms.empty())
    return std::nullopt;
  // Long division: the leading term of the dividend by that of the divisor.
  DimExpr rest = a, quotient;
  const DimTerm &divisor = b.node->terms.front();
  while (!rest.node->terms.empty()) {
    const DimTerm &dividend = rest.node->terms.front();
    std::optional<DimFactors> factors =
        divideFactors(dividend.factors, divisor.factors);
    if (!factors || divisor.coefficient == INT64_MIN ||
        (dividend.coefficient == INT64_MIN && divisor.coefficient == -1) ||
        dividend.coefficient % divisor.coefficient != 0)
      return std::nullopt;
    DimExpr step = Node::make(
        {{dividend.coefficient / divisor.coefficient, std::move(*factors)}});
    quotient = quotient + step;
    rest = rest - step * b;
    if (rest.node->overflow || quotient.node->overflow)
      return std::nullopt;
  }
  return quotient;
}

//===----------------------------------------------------------------------===//
// Common factors
//===----------------------------------------------------------------------===//

static uint64_t magnitude(int64_t value) {
  return value < 0 ? -uint64_t(value) : uint64_t(value);
}

/// The largest monomial, its coefficient positive, that divides every term; 1
/// if there are none.
static DimTerm commonMonomial(const std::vector<DimTerm> &terms) {
  DimTerm common{1, {}};
  uint64_t divisor = 0;
  for (const DimTerm &term : terms) {
    divisor = std::gcd(divisor, magnitude(term.coefficient));
    if (&term == &terms.front()) {
      common.factors = term.factors;
      continue;
    }
    DimFactors kept;
    std::set_intersection(
        common.factors.begin(), common.factors.end(), term.factors.begin(),
        term.factors.end(), std::back_inserter(kept),
        [](const auto &x, const auto &y) { return x->text < y->text; });
    common.factors = std::move(kept);
  }
  if (divisor != 0 && divisor <= uint64_t(INT64_MAX))
    common.coefficient = int64_t(divisor);
  return common;
}

std::pair<DimExpr, DimExpr> splitMonomial(const DimExpr &expr) {
  DimExpr monomial =
      DimExpr::Node::make({commonMonomial(DimExpr::Node::of(expr).terms)});
  if (auto rest = DimExpr::divideExactly(expr, monomial))
    return {monomial, *rest};
  return {DimExpr(1), expr};
}

std::pair<DimExpr, DimExpr>
cancelCommon(const DimExpr &a, const DimExpr &b,
             const std::function<bool(const DimAtom &)> &isNotZero) {
  std::vector<DimTerm> terms = DimExpr::Node::of(a).terms;
  const auto &others = DimExpr::Node::of(b).terms;
  if (terms.empty() || others.empty())
    return {a, b};
  terms.insert(terms.end(), others.begin(), others.end());
  DimTerm common = commonMonomial(terms);
  std::erase_if(common.factors,
                [&](const auto &atom) { return !isNotZero(*atom); });
  DimExpr divisor = DimExpr::Node::make({std::move(common)});
  auto x = DimExpr::divideExactly(a, divisor),
       y = DimExpr::divideExactly(b, divisor);
  if (x && y)
    return {*x, *y};
  return {a, b};
}

DimExpr DimExpr::quotient(const std::vector<DimExpr> &a,
                          const std::vector<DimExpr> &b) {
  // Equal sizes go first: what is not multiplied cannot grow too large.
  std::vector<DimExpr> above, below = b;
  for (const DimExpr &factor : a) {
    auto same = std::find(below.begin(), below.end(), factor);
    if (same != below.end())
      below.erase(same);
    else
      above.push_back(factor);
  }
  // Then sums, which long division finds in a product.
  DimExpr dividend = product(above), divisor(1);
  for (const DimExpr &factor : below) {
    auto [monomial, sum] = splitMonomial(factor);
    divisor = divisor * monomial;
    if (auto exact = divideExactly(dividend, sum))
      dividend = *exact;
    else
      divisor = divisor * sum;
  }
  auto [x, y] =
      cancelCommon(dividend, divisor, [](const DimAtom &) { return true; });
  return floorDiv(x, y);
}

} // namespace tilewright

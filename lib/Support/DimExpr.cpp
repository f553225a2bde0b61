//===- DimExpr.cpp - the canonical form and its arithmetic ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DimExprNode.h"

#include <algorithm>

namespace tilewright {

namespace {
constexpr size_t maxTerms = 4096;
constexpr size_t maxText = size_t(1) << 20;
} // namespace

//===----------------------------------------------------------------------===//
// Factors and terms
//===----------------------------------------------------------------------===//

int compareFactors(const DimFactors &a, const DimFactors &b) {
  // With sorted factors, the first difference in the sequences is at the first
  // atom whose exponents differ; the side that still has it comes first.
  for (size_t i = 0;; ++i) {
    if (i == a.size() || i == b.size())
      return int(i == a.size()) - int(i == b.size());
    if (int order = a[i]->text.compare(b[i]->text))
      return order;
  }
}

DimFactors mergeFactors(const DimFactors &a, const DimFactors &b) {
  DimFactors result;
  result.reserve(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result),
             [](const auto &x, const auto &y) { return x->text < y->text; });
  return result;
}

static std::string termsToText(const std::vector<DimTerm> &terms) {
  if (terms.empty())
    return "0";
  std::string text;
  for (const DimTerm &term : terms) {
    bool negative = term.coefficient < 0;
    if (text.empty())
      text += negative ? "-" : "";
    else
      text += negative ? " - " : " + ";
    // As unsigned, so that the smallest integer has a magnitude.
    uint64_t magnitude =
        negative ? -uint64_t(term.coefficient) : uint64_t(term.coefficient);
    bool first = true;
    if (magnitude != 1 || term.factors.empty()) {
      text += std::to_string(magnitude);
      first = false;
    }
    for (const auto &factor : term.factors) {
      if (!first)
        text += "*";
      text += factor->text;
      first = false;
    }
    if (text.size() > maxText)
      return text;
  }
  return text;
}

DimExpr DimExpr::Node::makeOverflow() {
  auto node = std::make_shared<Node>();
  node->overflow = true;
  node->text = "overflow()";
  return DimExpr(std::move(node));
}

DimExpr DimExpr::Node::make(std::vector<DimTerm> terms) {
  std::sort(terms.begin(), terms.end(), [](const DimTerm &a, const DimTerm &b) {
    return compareFactors(a.factors, b.factors) < 0;
  });
  std::vector<DimTerm> merged;
  for (size_t i = 0; i < terms.size();) {
    __int128 sum = 0;
    size_t first = i;
    for (; i < terms.size() &&
           compareFactors(terms[i].factors, terms[first].factors) == 0;
         ++i)
      sum += terms[i].coefficient;
    if (sum < INT64_MIN || sum > INT64_MAX)
      return makeOverflow();
    if (sum != 0)
      merged.push_back({int64_t(sum), std::move(terms[first].factors)});
  }
  std::string text = termsToText(merged);
  if (merged.size() > maxTerms || text.size() > maxText)
    return makeOverflow();
  auto node = std::make_shared<Node>();
  node->terms = std::move(merged);
  node->text = std::move(text);
  return DimExpr(std::move(node));
}

const char *functionName(DimFunction function) {
  switch (function) {
  case DimFunction::FloorDiv:
    return "floordiv";
  case DimFunction::CeilDiv:
    return "ceildiv";
  case DimFunction::Mod:
    return "mod";
  case DimFunction::Min:
    return "min";
  case DimFunction::Max:
    return "max";
  }
  return "";
}

DimExpr DimExpr::Node::makeAtom(DimFunction function, DimExpr lhs,
                                DimExpr rhs) {
  auto atom = std::make_shared<DimAtom>();
  atom->function = function;
  atom->text = functionName(function);
  atom->text += "(" + lhs.str() + ", " + rhs.str() + ")";
  atom->lhs = std::move(lhs);
  atom->rhs = std::move(rhs);
  return make({{1, {std::move(atom)}}});
}

//===----------------------------------------------------------------------===//
// Construction and queries
//===----------------------------------------------------------------------===//

DimExpr::DimExpr() : DimExpr(0) {}

DimExpr::DimExpr(int64_t constant) {
  std::vector<DimTerm> terms;
  if (constant != 0)
    terms.push_back({constant, {}});
  auto made = std::make_shared<Node>();
  made->text = std::to_string(constant);
  made->terms = std::move(terms);
  node = std::move(made);
}

DimExpr DimExpr::symbol(std::string_view name) {
  auto atom = std::make_shared<DimAtom>();
  atom->text = name;
  return Node::make({{1, {std::move(atom)}}});
}

const std::string &DimExpr::str() const { return node->text; }

bool DimExpr::isOverflow() const { return node->overflow; }

std::optional<int64_t> DimExpr::constantValue() const {
  if (node->overflow)
    return std::nullopt;
  if (node->terms.empty())
    return 0;
  if (node->terms.size() == 1 && node->terms[0].factors.empty())
    return node->terms[0].coefficient;
  return std::nullopt;
}

std::optional<std::string> DimExpr::symbolName() const {
  if (node->terms.size() != 1 || node->terms[0].coefficient != 1 ||
      node->terms[0].factors.size() != 1 ||
      !node->terms[0].factors[0]->isSymbol())
    return std::nullopt;
  return node->terms[0].factors[0]->text;
}

void DimExpr::collectSymbols(std::set<std::string> &names) const {
  for (const DimTerm &term : node->terms)
    for (const auto &factor : term.factors) {
      if (factor->isSymbol()) {
        names.insert(factor->text);
        continue;
      }
      factor->lhs.collectSymbols(names);
      factor->rhs.collectSymbols(names);
    }
}

bool DimExpr::operator==(const DimExpr &other) const {
  return node == other.node || node->text == other.node->text;
}

//===----------------------------------------------------------------------===//
// Ring arithmetic
//===----------------------------------------------------------------------===//

DimExpr operator+(const DimExpr &a, const DimExpr &b) {
  const auto &x = DimExpr::Node::of(a), &y = DimExpr::Node::of(b);
  if (x.overflow || y.overflow)
    return DimExpr::Node::makeOverflow();
  std::vector<DimTerm> terms = x.terms;
  terms.insert(terms.end(), y.terms.begin(), y.terms.end());
  return DimExpr::Node::make(std::move(terms));
}

DimExpr operator-(const DimExpr &a, const DimExpr &b) {
  return a + DimExpr(-1) * b;
}

DimExpr operator*(const DimExpr &a, const DimExpr &b) {
  const auto &x = DimExpr::Node::of(a), &y = DimExpr::Node::of(b);
  if (x.overflow || y.overflow)
    return DimExpr::Node::makeOverflow();
  // Before merging there are at most this many terms.
  if (x.terms.size() * y.terms.size() > 16 * maxTerms)
    return DimExpr::Node::makeOverflow();
  std::vector<DimTerm> terms;
  for (const DimTerm &s : x.terms)
    for (const DimTerm &t : y.terms) {
      int64_t coefficient;
      if (__builtin_mul_overflow(s.coefficient, t.coefficient, &coefficient))
        return DimExpr::Node::makeOverflow();
      terms.push_back({coefficient, mergeFactors(s.factors, t.factors)});
    }
  return DimExpr::Node::make(std::move(terms));
}

DimExpr product(const std::vector<DimExpr> &sizes) {
  DimExpr result(1);
  for (const DimExpr &size : sizes)
    result = result * size;
  return result;
}

} // namespace tilewright

//===- DimExprVisitor.cpp - size expressions from the inside out ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DimExprNode.h"

namespace tilewright {

static bool visitAtom(const DimAtom &atom, DimExprVisitor &visitor) {
  if (atom.isSymbol()) {
    visitor.symbol(atom.text);
    return true;
  }
  if (!visit(atom.lhs, visitor) || !visit(atom.rhs, visitor))
    return false;
  visitor.call(*atom.function);
  return true;
}

bool visit(const DimExpr &expr, DimExprVisitor &visitor) {
  const auto &node = DimExpr::Node::of(expr);
  if (node.overflow)
    return false;
  if (node.terms.empty())
    visitor.constant(0);
  bool isFirstTerm = true;
  for (const DimTerm &term : node.terms) {
    // A coefficient of 1 goes without saying.
    bool isFirst = true;
    if (term.coefficient != 1 || term.factors.empty()) {
      visitor.constant(term.coefficient);
      isFirst = false;
    }
    for (const auto &factor : term.factors) {
      if (!visitAtom(*factor, visitor))
        return false;
      if (!isFirst)
        visitor.multiply();
      isFirst = false;
    }
    if (!isFirstTerm)
      visitor.add();
    isFirstTerm = false;
  }
  return true;
}

} // namespace tilewright

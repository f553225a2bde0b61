//===- DimExprNode.h - the canonical polynomial ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a DimExpr points to: a sum of terms, each an integer coefficient times a
// product of atoms; an atom is a symbol or a function of two expressions.
//
//     3*N*N + 2*floordiv(H + 1, 2) - 1
//     =  [ 2 * {floordiv(H + 1, 2)},  3 * {N, N},  -1 * {} ]
//
// Factors are sorted by text and terms by the lexicographic order of monomials,
// in which the monomial with more of the first differing atom comes first (an
// order that multiplication keeps, so exact division can use it). The constant
// comes last. Coefficients are never 0.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_SUPPORT_DIMEXPRNODE_H
#define TILEWRIGHT_LIB_SUPPORT_DIMEXPRNODE_H

#include "tilewright/Support/DimExprVisitor.h"

#include <functional>

namespace tilewright {

struct DimAtom {
  /// None: the atom is a symbol.
  std::optional<DimFunction> function;
  /// A symbol's name, or the text of the call.
  std::string text;
  /// The arguments of a function.
  DimExpr lhs, rhs;

  bool isSymbol() const { return !function; }
};

using DimFactors = std::vector<std::shared_ptr<const DimAtom>>;

struct DimTerm {
  int64_t coefficient;
  DimFactors factors;
};

struct DimExpr::Node {
  std::vector<DimTerm> terms;
  std::string text;
  /// The expression is `overflow()`; it has no terms.
  bool overflow = false;

  static const Node &of(const DimExpr &expr) { return *expr.node; }
  /// Sorts and merges the terms, which may be in any order, and writes the
  /// text.
  static DimExpr make(std::vector<DimTerm> terms);
  static DimExpr makeOverflow();
  static DimExpr makeAtom(DimFunction function, DimExpr lhs, DimExpr rhs);
};

/// <0, 0, >0: the order of terms.
int compareFactors(const DimFactors &a, const DimFactors &b);
/// Both sorted; the result too.
DimFactors mergeFactors(const DimFactors &a, const DimFactors &b);
const char *functionName(DimFunction function);
/// The function on numbers; nullopt if the result leaves 64 bits.
std::optional<int64_t> applyFunction(DimFunction function, int64_t a,
                                     int64_t b);
/// The same function on expressions.
DimExpr buildFunction(DimFunction function, const DimExpr &a, const DimExpr &b);
/// Division that rounds to minus infinity; b is not 0.
inline __int128 floorDivide(__int128 a, __int128 b) {
  __int128 q = a / b;
  return q - ((a % b != 0) && ((a < 0) != (b < 0)));
}
/// expr = first * second, the first a positive number times atoms, as large as
/// it can be: 2*N*H + 4*N is (2*N) * (H + 2).
std::pair<DimExpr, DimExpr> splitMonomial(const DimExpr &expr);
/// a and b without the number and those of their common atoms that are not 0:
/// their quotient stays.
std::pair<DimExpr, DimExpr>
cancelCommon(const DimExpr &a, const DimExpr &b,
             const std::function<bool(const DimAtom &)> &isNotZero);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_SUPPORT_DIMEXPRNODE_H

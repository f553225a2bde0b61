//===- DimExpr.h - sizes as expressions over named symbols ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A `DimExpr` is a size of a tensor axis: a constant, a named symbol ("N"), or
// an integer expression over them. One language serves everywhere: in types of
// the `tw` dialect, in the launch plan of a module, on the command line and in
// messages.
//
//     expr   ::= term (('+' | '-') term)*
//     term   ::= factor ('*' factor)*
//     factor ::= integer | symbol | '-' factor | '(' expr ')'
//              | ('floordiv' | 'ceildiv' | 'mod' | 'min' | 'max')
//                '(' expr ',' expr ')'
//     symbol ::= [A-Za-z_] [A-Za-z0-9_.]*      (not one of the five functions)
//
// Expressions are kept in a canonical form: a polynomial with integer
// coefficients whose atoms are symbols and function calls, terms and factors
// sorted, so that two expressions that the rules can show equal are the same
// text: `N*2 + N` and `3*N` are both "3*N". Division and modulo round to minus
// infinity, as Python's do; a division by a constant is always a `floordiv`
// with a positive divisor: `ceildiv(N, 8)` is "floordiv(N + 7, 8)". Cheap to
// copy.
//
// An expression whose numbers leave 64 bits, or that grows beyond 4096 terms,
// becomes `overflow()`, which has no value and which nothing can simplify.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_DIMEXPR_H
#define TILEWRIGHT_SUPPORT_DIMEXPR_H

#include "tilewright/Support/Result.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tilewright {

/// What is known of a symbol: lo <= value <= hi, and value % multiple == 0.
/// A size is never negative, so the default is [0, 2^62].
struct SymbolRange {
  int64_t lo = 0;
  int64_t hi = int64_t(1) << 62;
  int64_t multiple = 1;
};
using SymbolRanges = std::map<std::string, SymbolRange>;
using SymbolBindings = std::map<std::string, int64_t>;

class DimExpr {
public:
  /// The constant 0.
  DimExpr();
  DimExpr(int64_t constant);
  static DimExpr symbol(std::string_view name);
  /// Parses the language above; the error gives the column.
  static Result<DimExpr> parse(std::string_view text);

  /// The canonical text; `parse(str())` gives the same expression.
  const std::string &str() const;

  std::optional<int64_t> constantValue() const;
  bool isConstant(int64_t value) const { return constantValue() == value; }
  /// It is `overflow()`.
  bool isOverflow() const;
  /// The name, if the whole expression is one symbol.
  std::optional<std::string> symbolName() const;
  /// Adds the names of all symbols in the expression to `names`.
  void collectSymbols(std::set<std::string> &names) const;

  /// Canonical forms are equal. (False does not mean that they differ always.)
  bool operator==(const DimExpr &other) const;
  bool operator!=(const DimExpr &other) const { return !(*this == other); }
  bool operator<(const DimExpr &other) const { return str() < other.str(); }

  friend DimExpr operator+(const DimExpr &a, const DimExpr &b);
  friend DimExpr operator-(const DimExpr &a, const DimExpr &b);
  friend DimExpr operator*(const DimExpr &a, const DimExpr &b);
  /// Division by 0 and modulo 0 give 0, here and in `evaluate`.
  static DimExpr floorDiv(const DimExpr &a, const DimExpr &b);
  static DimExpr ceilDiv(const DimExpr &a, const DimExpr &b);
  static DimExpr mod(const DimExpr &a, const DimExpr &b);
  static DimExpr min(const DimExpr &a, const DimExpr &b);
  static DimExpr max(const DimExpr &a, const DimExpr &b);

  /// The expression q with a == b * q, if there is one: "2*N*H" by "H" is
  /// "2*N". Unlike floorDiv it takes b as not 0.
  static std::optional<DimExpr> divideExactly(const DimExpr &a,
                                              const DimExpr &b);

  /// The product of `a` by the product of `b`, which divides it and is not 0:
  /// the size of an axis of `a` when the others are `b`. Common factors cancel.
  static DimExpr quotient(const std::vector<DimExpr> &a,
                          const std::vector<DimExpr> &b);

  /// The value under `bindings`; an error names a symbol without a value, or
  /// an overflow of 64 bits.
  Result<int64_t> evaluate(const SymbolBindings &bindings) const;
  /// Replaces symbols by expressions; symbols not in the map stay.
  DimExpr substitute(const std::map<std::string, DimExpr> &values) const;
  /// Uses the ranges: drops min and max that are decided, divides exactly, ...
  DimExpr simplify(const SymbolRanges &ranges) const;
  /// Bounds under the ranges (interval arithmetic, saturating).
  SymbolRange bounds(const SymbolRanges &ranges) const;

  struct Node;

private:
  explicit DimExpr(std::shared_ptr<const Node> node) : node(std::move(node)) {}
  std::shared_ptr<const Node> node;
};

/// The product of the sizes: the number of elements of a tensor.
DimExpr product(const std::vector<DimExpr> &sizes);

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_DIMEXPR_H

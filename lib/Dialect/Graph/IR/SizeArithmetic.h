//===- SizeArithmetic.h - exact arithmetic on sizes -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The number that one element of a shape computation holds: a size expression
// over a constant denominator. Integers and bools have denominator 1. Every
// function gives the value that the op's semantics (docs/Semantics.md) demand
// for all values of the symbols that are no larger than a model's sizes are, or
// nothing.
//
// Integers wrap and floats round. Constants are computed as their types do.
// Symbols are taken to fit, unless sizes of `modest` leave the type already:
// that is meant to wrap. A fraction over a power of two is exact; another, N/3,
// is a float next to it, on the same side of every whole number. So it may be
// rounded, and more may be added or multiplied that keeps its distance from
// whole numbers, but 55/49 * 49 need not be 55.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_IR_SIZEARITHMETIC_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_IR_SIZEARITHMETIC_H

#include "tilewright/Dialect/Graph/IR/GraphDialect.h"

#include "llvm/ADT/bit.h"

namespace tilewright::graph {

struct Number {
  DimExpr numerator;
  /// At least 1.
  int64_t denominator = 1;

  Number(DimExpr whole) : numerator(std::move(whole)) {}
  Number(DimExpr numerator, int64_t denominator);
  bool isWhole() const { return denominator == 1; }
  /// The odd part of the denominator: 1 if the float is exact.
  int64_t oddDenominator() const {
    return denominator >> llvm::countr_zero(uint64_t(denominator));
  }
};
using MaybeNumber = std::optional<Number>;

class SizeArithmetic {
public:
  explicit SizeArithmetic(SymbolRanges ranges) : ranges(std::move(ranges)) {}

  MaybeNumber unary(UnaryKind kind, const Number &x, DType type) const;
  MaybeNumber binary(BinaryKind kind, const Number &x, const Number &y,
                     DType type) const;
  std::optional<bool> compare(CompareKind kind, const Number &x,
                              const Number &y) const;
  MaybeNumber cast(const Number &x, DType from, DType to) const;
  /// Of one integer or float constant; NaN, infinity and fractions with large
  /// denominators are not known.
  static MaybeNumber constant(const llvm::APFloat &value);

  SymbolRange bounds(const DimExpr &x) const { return x.bounds(ranges); }

private:
  MaybeNumber add(const Number &x, const Number &y, int64_t sign) const;
  MaybeNumber multiply(const Number &x, const Number &y) const;
  std::optional<DimExpr> truncatingDiv(const DimExpr &x,
                                       const DimExpr &y) const;
  std::optional<DimExpr> truncate(const Number &x) const;
  /// -1, 0 or 1 if it is always that.
  std::optional<int> sign(const DimExpr &x) const;
  /// x as the type holds it: integer constants wrap. None if it may not hold
  /// it.
  MaybeNumber fit(const Number &x, DType type) const;
  /// The bounds when no symbol is larger than `modest`.
  SymbolRange modestBounds(const DimExpr &x) const;

  SymbolRanges ranges;
};

} // namespace tilewright::graph

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_IR_SIZEARITHMETIC_H

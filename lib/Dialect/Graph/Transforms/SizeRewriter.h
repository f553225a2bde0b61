//===- SizeRewriter.h - sizes in their simplest form ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One map of size expressions, for all types and attributes of a module, so
// that expressions that were equal stay equal. A symbol that is a multiple of m
// is written as m times its quotient while the expression is simplified:
//
//     H a multiple of 32:   floordiv(H + 15, 16)      ->  2*floordiv(H, 32)
//                           2*floordiv(H + 31, 32)    ->  2*floordiv(H, 32)
//     N = 1..1:             N + 3                     ->  4
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_SIZEREWRITER_H
#define TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_SIZEREWRITER_H

#include "tilewright/Dialect/Graph/IR/Dims.h"

namespace tilewright::graph {

class SizeRewriter {
public:
  explicit SizeRewriter(SymbolRanges ranges) : ranges(std::move(ranges)) {}

  /// From now on the symbol is this expression, whose values must be inside the
  /// symbol's range (false: they may not be, nothing changes).
  bool define(const std::string &symbol, const DimExpr &value);

  DimExpr operator()(const DimExpr &expr);
  mlir::Type operator()(mlir::Type type);

  /// All types and attributes inside `op`. Arguments of functions keep their
  /// types: they say what the sizes are.
  void rewrite(mlir::Operation *op);

private:
  DimExpr simplify(const DimExpr &expr) const;

  SymbolRanges ranges;
  std::map<std::string, DimExpr> definitions, memo;
};

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_SIZEREWRITER_H

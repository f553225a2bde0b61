//===- IndexFacts.h - what is known of the index values of a kernel -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Index arithmetic of a kernel as `DimExpr`s, and proofs about it. The sizes
// (index arguments) of the kernel are the expressions of `tile.sizes`; loop
// variables, minima, divisions and the like become symbols of their own whose
// bounds are remembered:
//
//     scf.for %i = %c0 to %n step %c8 {           i: 0 <= i <= n - 1, and
//       %m = affine.min (n - i, 8)                   i <= n - 8 if 8 divides n
//       scf.if (%i + 8 <= %n) { ... }             m: m <= n - i, m <= 8
//     }
//
// `isNonNegative(e, at)` replaces the symbols of e, innermost first, by the
// bound that makes e smallest, until interval arithmetic shows e >= 0. The
// conditions of the scf.if ops around `at`, and that the loops around it are
// not empty, are premises. What it says is true for every run; what it cannot
// show may be true all the same.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_ANALYSIS_INDEXFACTS_H
#define TILEWRIGHT_ANALYSIS_INDEXFACTS_H

#include "tilewright/Support/DimExpr.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AffineExpr.h"
#include "llvm/ADT/DenseMap.h"

namespace tilewright {

class IndexFacts {
public:
  /// `kernel` follows the conventions of docs/Architecture.md; `ranges` is what
  /// is known of the symbols of its sizes.
  explicit IndexFacts(mlir::func::FuncOp kernel, SymbolRanges ranges = {});

  /// The value (or index attribute) as an expression.
  DimExpr expr(mlir::OpFoldResult value);
  /// The size of an axis of a buffer: static, from `tile.dims`, or from the
  /// operands of tile.scratch.
  DimExpr extent(mlir::Value buffer, unsigned axis);

  /// True if it is certain that e >= 0 whenever `at` runs.
  bool isNonNegative(const DimExpr &e, mlir::Operation *at);
  /// True if it is certain that `divisor` divides e.
  bool isMultipleOf(DimExpr e, int64_t divisor);

  /// The symbol that stands for a loop variable (or another value that is not
  /// an expression of others).
  std::string symbolOf(mlir::Value value);
  /// The factor of `symbol` in e, if e is linear in it.
  std::optional<DimExpr> coefficient(const DimExpr &e,
                                     const std::string &symbol) const;
  /// Bounds of e when the loop variables and derived values that are not in
  /// `fixed` run over all their values; nullopt where there is none.
  std::optional<DimExpr> smallest(const DimExpr &e,
                                  const std::set<std::string> &fixed);
  std::optional<DimExpr> largest(const DimExpr &e,
                                 const std::set<std::string> &fixed);

  const SymbolRanges &ranges() const { return known; }

private:
  /// A value that is no polynomial of others.
  struct Derived {
    enum Kind { Opaque, Loop, Min, Max, Mod, FloorDiv } kind;
    /// Loop: lower and upper bound. Min, Max: the operands. Mod, FloorDiv: the
    /// dividend.
    std::vector<DimExpr> operands;
    /// Loop: the step. Mod, FloorDiv: the divisor.
    int64_t number = 0;
  };
  DimExpr derive(Derived value);
  DimExpr convert(mlir::Value value);
  DimExpr combine(mlir::AffineExprKind kind, const DimExpr &a,
                  const DimExpr &b);
  DimExpr floorDiv(const DimExpr &a, const DimExpr &b);
  DimExpr ceilDiv(const DimExpr &a, const DimExpr &b);
  DimExpr mod(const DimExpr &a, const DimExpr &b);
  DimExpr minMax(std::vector<DimExpr> operands, bool isMin);
  bool hasDerived(const DimExpr &e) const;
  /// e, and what it is at most by the minima in it.
  std::vector<DimExpr> upperBounds(const DimExpr &e);
  DimExpr loopVariable(mlir::OpFoldResult lower, mlir::OpFoldResult upper,
                       mlir::OpFoldResult step);

  /// The newest derived symbol in e that is not in `fixed`.
  std::optional<unsigned> newest(const DimExpr &e,
                                 const std::set<std::string> &fixed) const;
  /// The expressions that bound a derived value times `factor` from below
  /// (`lower`) or above; `all`: the bound is the weakest of them, not any.
  std::vector<DimExpr> bounds(const Derived &value, const DimExpr &factor,
                              bool lower, bool &all);
  bool prove(const DimExpr &e, unsigned depth,
             llvm::ArrayRef<DimExpr> premises);
  std::optional<DimExpr> extreme(const DimExpr &e,
                                 const std::set<std::string> &fixed,
                                 bool smallest, unsigned depth);
  /// Expressions that are >= 0 where `at` runs.
  std::vector<DimExpr> premises(mlir::Operation *at);
  void addPremises(mlir::Value condition, bool holds,
                   std::vector<DimExpr> &premises);

  mlir::func::FuncOp kernel;
  SymbolRanges known;
  std::vector<Derived> derived;
  std::map<std::string, unsigned> byKey;
  llvm::DenseMap<mlir::Value, DimExpr> values;
};

} // namespace tilewright

#endif // TILEWRIGHT_ANALYSIS_INDEXFACTS_H

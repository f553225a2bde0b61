//===- AffineFold.h - affine expressions in any arithmetic ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_TILE_IR_AFFINEFOLD_H
#define TILEWRIGHT_DIALECT_TILE_IR_AFFINEFOLD_H

#include "mlir/IR/AffineExpr.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace tilewright::tile {

/// What an affine expression is as a T (a number, a size, ...): a constant is
/// T(int64_t), a dim or symbol is `operand` of its number among the operands of
/// an affine op, which takes the dims first, and everything else is `combine`
/// of its two sides.
template <typename T>
T foldAffine(
    mlir::AffineExpr expr, unsigned numDims,
    llvm::function_ref<T(unsigned)> operand,
    llvm::function_ref<T(mlir::AffineExprKind, const T &, const T &)> combine) {
  if (auto constant = llvm::dyn_cast<mlir::AffineConstantExpr>(expr))
    return T(constant.getValue());
  if (auto dim = llvm::dyn_cast<mlir::AffineDimExpr>(expr))
    return operand(dim.getPosition());
  if (auto symbol = llvm::dyn_cast<mlir::AffineSymbolExpr>(expr))
    return operand(numDims + symbol.getPosition());
  auto binary = llvm::cast<mlir::AffineBinaryOpExpr>(expr);
  return combine(expr.getKind(),
                 foldAffine<T>(binary.getLHS(), numDims, operand, combine),
                 foldAffine<T>(binary.getRHS(), numDims, operand, combine));
}

} // namespace tilewright::tile

#endif // TILEWRIGHT_DIALECT_TILE_IR_AFFINEFOLD_H

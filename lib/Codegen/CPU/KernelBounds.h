//===- KernelBounds.h - what is known of the bounds in a kernel -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Bounds in the tiled form are index arithmetic that the tiler wrote with
// affine.min, max and apply: `min(N - i, 8)` for a loop `i = a to min(b, N)`.
// What the CPU passes need of them is little: is a bound at least 1 (the block
// has an element), and is it the tile's size where a loop's step is whole? Both
// follow from i <= ub - 1 (or i <= ub - step) by linear arithmetic.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_CPU_KERNELBOUNDS_H
#define TILEWRIGHT_LIB_CODEGEN_CPU_KERNELBOUNDS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/DenseSet.h"

namespace tilewright::cpu {

/// Folds index arithmetic in `func` and turns bounds that became constants
/// into static ones.
mlir::LogicalResult foldBounds(mlir::func::FuncOp func);

/// True if `func` is a kernel in the tiled form, not a loop kernel.
bool isTiledKernel(mlir::func::FuncOp func);

/// A number that `value` (an index) never is below, if one can be found. The
/// loop of the induction variable `whole`, if given, has only whole steps.
std::optional<int64_t> findLowerBound(mlir::Value value,
                                      mlir::Value whole = {});

/// The block in which tiles are computed: that of the innermost loop of a nest
/// in which each loop carries nothing and holds nothing but index arithmetic
/// and the next loop. Null if the kernel has no forall.
mlir::Block *findTileBlock(mlir::func::FuncOp func);

/// The ops of `block` that are index arithmetic (or scratch buffers) and depend
/// on no other ops of it, and the rest.
void separateIndexOps(mlir::Block *block,
                      llvm::DenseSet<mlir::Operation *> &indexOps,
                      llvm::SmallVectorImpl<mlir::Operation *> &rest);

} // namespace tilewright::cpu

#endif // TILEWRIGHT_LIB_CODEGEN_CPU_KERNELBOUNDS_H

//===- Tiler.h - from linalg on tensors to the tiled form -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The tiler is demand-driven. It opens the scf.forall over blocks and the loops
// over a block's tiles, then asks for the tiles of the results. A request is a
// value with, per axis, an offset (a linear expression of loop indices), a
// static size and a stride. Emitting a request emits the operands' requests:
//
//     buffer             a bounded tile.load
//     elementwise        the request through the index maps, the body on tiles
//     reduction          a loop over the reduced axis; lane by lane; then a
//     tree tw.conv, ...       their own loops, from Emit*.cpp
//
// Every request is emitted once, in the outermost loop in which its offsets
// exist. That alone gives softmax and LayerNorm their passes: the row's maximum
// does not depend on the column, so it lands before the loop over columns.
//
// Sizes are rounded up to tiles; nothing outside a tensor is read or written.
// Whoever combines elements along an axis (a reduction, a contraction) asks for
// the fill that is neutral there; all else leaves edges arbitrary.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TILING_TILER_H
#define TILEWRIGHT_TILING_TILER_H

#include "tilewright/Tiling/Schedule.h"

#include "mlir/IR/BuiltinOps.h"

namespace tilewright {

/// Replaces `kernel` (GraphToLinalg's form) by its tiled form in the same
/// module, and returns that. Fails with a diagnostic if an op cannot emit
/// tiles.
mlir::FailureOr<mlir::func::FuncOp> tileKernel(mlir::func::FuncOp kernel,
                                               const Schedule &schedule);

/// Canonicalises the functions of a module and removes common subexpressions.
/// An scf.forall of one block stays: the tiled form has one in every kernel.
/// Gives the functions whose rewriting did not come to an end.
llvm::SmallVector<mlir::func::FuncOp> cleanUpKernels(mlir::ModuleOp module);

} // namespace tilewright

#endif // TILEWRIGHT_TILING_TILER_H

//===- GraphToLoops.h - tw ops without tiles as loops on scalars ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The way out for what has no tiled form: sorting, selection, scatter, and the
// first version of whatever has no fast one. One op becomes one kernel of plain
// loops (`tile.loops`, docs/Architecture.md), parallel over blocks where the op
// allows it. From
//
//     %v, %i = tw.top_k %x axis 1 : tensor<?x100xf32, #tw.dims<"N">>
//                -> tensor<?x5xf32, ...>, tensor<?x5xi64, ...>
//
// comes, with one block per row,
//
//     func.func @k(%x: memref<?x100x1xf32> {tile.dims = ["N", "100", "1"]},
//                  %v: memref<?x5x1xf32> ..., %i: memref<?x5x1xi64> ...,
//                  %N: index)
//
// The buffers are the op's operands in order, then its results. A buffer may
// have another shape than the tensor, with the same elements in the same order.
//
// An op that binds a count (tw.non_zero, tw.unique, tw.non_max_suppression) has
// `tile.count` with the symbol's name, and a last output `memref<1xi64>` that
// receives the count. Its results whose types use the symbol are buffers of
// rank 1 that hold as many elements as there can be; the result fills the first
// of them, row-major.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_CONVERSION_GRAPHTOLOOPS_GRAPHTOLOOPS_H
#define TILEWRIGHT_CONVERSION_GRAPHTOLOOPS_GRAPHTOLOOPS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace tilewright {

/// True if `emitLoopKernel` knows the op.
bool hasLoopKernel(mlir::Operation *op);

/// Builds the kernel of one tw op as a function `name` at the builder's
/// insertion point. Reads only the op's types and attributes. Fails with a
/// diagnostic at the op.
mlir::FailureOr<mlir::func::FuncOp> emitLoopKernel(mlir::Operation *op,
                                                   llvm::StringRef name,
                                                   mlir::OpBuilder &builder);

/// Replaces a kernel in GraphToLinalg's form, whatever is in it, by a kernel of
/// loops on scalars that computes one element of the results after the other:
/// what remains if the tiler refuses. Fails with a diagnostic.
mlir::FailureOr<mlir::func::FuncOp> emitScalarLoops(mlir::func::FuncOp kernel);

} // namespace tilewright

#endif // TILEWRIGHT_CONVERSION_GRAPHTOLOOPS_GRAPHTOLOOPS_H

//===- GraphToLinalg.h - a tw.kernel as linalg on tensors ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Turns the body of one `tw.kernel` into a function of its own: elementwise
// ops, movement, reductions and normalisations become linalg.generic (one op,
// one body, index maps; computed addresses are tensor.extract in the body);
// what linalg cannot say (tw.matmul, tw.conv, tw.pool, tw.slice, tw.concat,
// ...) stays, and emits its own tiles. Before, in `tw.kernel "k"`:
//
//     %1 = tw.unary <exp> %0 : tensor<?x4xf16, #tw.dims<"N">> -> ...
//
// after, in `func.func @k(%0: tensor<?x4xf16, ...>, %N: index)`:
//
//     %e = tensor.empty(%N) : tensor<?x4xf16, ...>
//     %1 = linalg.generic {...} ins(%0) outs(%e) { extf, math.exp, truncf }
//
// Every distinct dynamic size of the kernel is an index argument, listed in
// the function's attribute `tile.sizes` (docs/Architecture.md).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_CONVERSION_GRAPHTOLINALG_GRAPHTOLINALG_H
#define TILEWRIGHT_CONVERSION_GRAPHTOLINALG_GRAPHTOLINALG_H

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

namespace tilewright {

/// Appends the function to `module`. Fails with a diagnostic on an op that has
/// no conversion (it is not a matter of sizes or types).
mlir::FailureOr<mlir::func::FuncOp>
convertKernelToLinalg(graph::KernelOp kernel, mlir::ModuleOp module);

/// True if `op` may stand in the body of a kernel that is converted here.
bool isConvertibleToLinalg(mlir::Operation *op);

} // namespace tilewright

#endif // TILEWRIGHT_CONVERSION_GRAPHTOLINALG_GRAPHTOLINALG_H

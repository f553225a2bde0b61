//===- Outlining.h - ops as tw.kernel regions -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What an op is to a kernel, and the step from ops to a kernel that holds them;
// which ops belong together is decided elsewhere.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_TRANSFORMS_OUTLINING_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_TRANSFORMS_OUTLINING_H

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

namespace tilewright::graph {

/// How an op takes part in fusion.
enum class Role {
  /// Needs no launch: stays outside of kernels.
  Outside,
  /// Ends a segment: binds sizes or holds regions.
  Barrier,
  /// One element of the result from one element of each operand.
  Elementwise,
  /// Elements moved by a map of coordinates.
  Movement,
  /// Reads its first operand at computed addresses: it must be a buffer.
  Gather,
  /// Combines along axes: reductions, normalisations.
  Reduction,
  /// Windows and contractions: computing an operand tile by tile would repeat
  /// work.
  Contraction,
  /// A kernel of its own.
  Alone,
};

Role roleOf(mlir::Operation *op);

/// True if `op` reads operand `index` at computed addresses: it must be memory.
bool isAddressed(mlir::Operation *op, size_t index);

/// Moves ops of one block, in program order, into a kernel at the builder's
/// insertion point. Its name is that of the heaviest op, "_" and `suffix`.
/// Constants of one element are copied into it.
KernelOp outlineKernel(llvm::ArrayRef<mlir::Operation *> ops,
                       llvm::StringRef suffix, mlir::OpBuilder &builder);

} // namespace tilewright::graph

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_TRANSFORMS_OUTLINING_H

//===- LowerKernels.h - from tw.kernel to the tiled form ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From the `tw.kernel` regions of a module to one module of functions in the
// tiled form, ready for a code generator. Kernels that are the same up to
// locations, names and the symbols in their sizes share one function:
//
//     tw.kernel "matmul_3" over [N, 768]   \
//                                            k0(..., s0)
//     tw.kernel "matmul_9" over [2*N, 768] /
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_PIPELINE_LOWERKERNELS_H
#define TILEWRIGHT_PIPELINE_LOWERKERNELS_H

#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Support/DimExpr.h"
#include "tilewright/Tiling/Schedule.h"

#include "mlir/IR/OwningOpRef.h"

namespace tilewright {

/// An op that becomes one launch: a tw.kernel, or an op outside of kernels that
/// counts (tw.non_zero, tw.unique, tw.non_max_suppression).
bool isLaunch(mlir::Operation *op);

/// How one launch is made.
struct LoweredKernel {
  /// `sym_name` of the tw.kernel; unique.
  std::string name;
  /// The function of `LoweredKernels::module` that computes it.
  std::string symbol;
  /// How many buffers it takes: inputs, then outputs.
  size_t buffers = 0;
  /// What its size arguments are, and how many blocks it has.
  std::vector<DimExpr> sizes;
  DimExpr blocks;
  /// For an op that counts: the symbol that the last output binds, and the
  /// shapes of the outputs before it (docs/Architecture.md, tile.count).
  std::string count;
  std::vector<std::vector<DimExpr>> outputDims;
};

struct LoweredKernels {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// In the order of the launches.
  std::vector<LoweredKernel> kernels;
  /// Kernels of the model fell apart: what was lowered from it before has other
  /// launches.
  bool fellApart = false;
};

struct LoweringOptions {
  VectorUnit unit;
  /// Makes loops on scalars of every kernel; to compare with.
  bool scalarLoops = false;
};

/// Brings every launch to the tiled form. What the tiler or the verifier of the
/// tiled form refuses falls apart, in `module`, into kernels of single ops, and
/// what of those is still refused becomes loops on scalars; remarks say why.
/// Fails with diagnostics at ops that have not even those. The functions' sizes
/// are the symbols s0, s1, ...: what they stand for differs from kernel to
/// kernel.
mlir::FailureOr<LoweredKernels> lowerKernels(mlir::ModuleOp module,
                                             const LoweringOptions &options);

} // namespace tilewright

#endif // TILEWRIGHT_PIPELINE_LOWERKERNELS_H

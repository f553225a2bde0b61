//===- Kernel.h - the conventions of a kernel function --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel is `func.func @NAME(memref..., index...)` with attributes that say
// what its arguments are (docs/Architecture.md):
//
//     func.func @relu(%x: memref<?x8xf32> {tile.dims = ["N", "8"]},
//                     %y: memref<?x8xf32> {tile.dims = ["N", "8"]}, %n: index)
//         attributes {tile.kernel, tile.sizes = ["N"],
//                     tile.blocks = "ceildiv(N, 4)", tile.inputs = 1 : i64}
//
// `getKernelInfo` reads them all, and reports at the function what is wrong.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_TILE_IR_KERNEL_H
#define TILEWRIGHT_DIALECT_TILE_IR_KERNEL_H

#include "tilewright/Support/DimExpr.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace tilewright::tile {

struct KernelInfo {
  /// True for `tile.loops`.
  bool isLoops = false;
  /// The buffers are the first arguments: inputs, then outputs.
  unsigned numInputs = 0;
  /// Every axis' size, per buffer.
  std::vector<std::vector<DimExpr>> dims;
  /// What each index argument is.
  std::vector<DimExpr> sizes;
  /// The number of blocks.
  DimExpr blocks;
  /// The symbol that the last output (one i64) gives a value to, or "".
  std::string count;
  mlir::scf::ForallOp forall;

  unsigned numBuffers() const { return dims.size(); }
};

/// True if the function claims to be a kernel.
bool isKernel(mlir::func::FuncOp function);

/// Reads the conventions; an error is reported at the function.
mlir::FailureOr<KernelInfo> getKernelInfo(mlir::func::FuncOp kernel);

} // namespace tilewright::tile

#endif // TILEWRIGHT_DIALECT_TILE_IR_KERNEL_H

//===- KernelAbi.h - a tiled kernel's arguments and sizes -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads the function attributes of a kernel in the tiled form and turns sizes
// between their two forms: DimExpr text (attributes, the plan) and index values
// (arguments of the kernel).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_CPU_KERNELABI_H
#define TILEWRIGHT_LIB_CODEGEN_CPU_KERNELABI_H

#include "tilewright/Support/DimExpr.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace tilewright::cpu {

struct KernelAbi {
  mlir::func::FuncOp func;
  /// The memref arguments: inputs, then outputs.
  llvm::SmallVector<mlir::BlockArgument> buffers;
  /// Per buffer, per axis.
  llvm::SmallVector<llvm::SmallVector<std::string>> dims;
  /// The index arguments and what they hold.
  llvm::SmallVector<mlir::BlockArgument> sizeArguments;
  llvm::SmallVector<std::string> sizes;
  std::string blocks;

  /// Checks the attributes; emits an error on `func` if they are not a
  /// kernel's.
  static mlir::FailureOr<KernelAbi> read(mlir::func::FuncOp func);

  /// The size as an index value. `values` are those of `sizes`, in order.
  mlir::FailureOr<mlir::OpFoldResult>
  emitSize(mlir::ImplicitLocOpBuilder &builder, llvm::StringRef text,
           mlir::ValueRange values) const;

  /// The DimExpr of index arithmetic on arguments and constants of `func`.
  std::optional<DimExpr> sizeOf(mlir::Value value) const;
};

} // namespace tilewright::cpu

#endif // TILEWRIGHT_LIB_CODEGEN_CPU_KERNELABI_H

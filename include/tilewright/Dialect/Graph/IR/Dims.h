//===- Dims.h - sizes and element types of tw tensors ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The only way in which types of the tw dialect are taken apart and built. A
// size is a `DimExpr`; a tensor type holds constants in its shape and the
// others in its encoding:
//
//     getDims(tensor<?x3x?xf32, #tw.dims<"N", "2*H">>)   ->  [N, 3, 2*H]
//     getTensorType(context, {N, 3, 2*H}, f32)           ->  the same type
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_DIMS_H
#define TILEWRIGHT_DIALECT_GRAPH_IR_DIMS_H

#include "tilewright/Support/DType.h"
#include "tilewright/Support/DimExpr.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

namespace tilewright::graph {

class DimsAttr;

using Dims = llvm::SmallVector<DimExpr>;

/// True if `type` is a ranked tensor whose dynamic axes (if any) are all named
/// by a `#tw.dims` encoding.
bool hasDims(mlir::Type type);

/// The size of every axis. The type must satisfy `hasDims`.
Dims getDims(mlir::RankedTensorType type);
Dims getDims(mlir::Value value);
/// The size of one axis.
DimExpr getDim(mlir::Value value, int64_t axis);
/// The number of axes.
int64_t rankOf(mlir::Value value);
/// The element type of a tensor value.
mlir::Type elementOf(mlir::Value value);

/// The tensor type with these sizes; constants must not be negative.
mlir::RankedTensorType getTensorType(mlir::MLIRContext *context,
                                     llvm::ArrayRef<DimExpr> dims,
                                     mlir::Type element);
/// The type with the same sizes and another element type.
mlir::RankedTensorType withElement(mlir::RankedTensorType type,
                                   mlir::Type element);

/// The product of the sizes.
DimExpr numElements(llvm::ArrayRef<DimExpr> dims);

/// Expressions as an attribute: every one of them, as ops hold them.
DimsAttr getDimsAttr(mlir::MLIRContext *context, llvm::ArrayRef<DimExpr> dims);

/// The element type as the layers below MLIR know it; none for a type that tw
/// does not have.
std::optional<DType> getDType(mlir::Type element);
mlir::Type getElementType(mlir::MLIRContext *context, DType type);

/// False only for two different constants: other sizes are taken as equal where
/// an op needs them to be, and a tw.check_dims says so at run time.
bool mayBeEqual(const DimExpr &a, const DimExpr &b);
bool mayBeEqual(llvm::ArrayRef<DimExpr> a, llvm::ArrayRef<DimExpr> b);
/// Of two sizes that are taken as equal, the one that says more: the constant
/// if there is one, else the first.
DimExpr merge(const DimExpr &a, const DimExpr &b);
/// Same element types and ranks, and all sizes may be equal.
bool areCompatible(mlir::TypeRange a, mlir::TypeRange b);

/// "[N, 3, 2*H]", as messages show sizes.
std::string toString(llvm::ArrayRef<DimExpr> dims);

/// What the module around `op` says of its symbols (`tw.symbols`).
SymbolRanges getSymbolRanges(mlir::Operation *op);
void setSymbolRanges(mlir::ModuleOp module, const SymbolRanges &ranges);

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_DIMS_H

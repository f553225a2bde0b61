//===- TileOps.h - the tile dialect ---------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The tiled form of a kernel, before layouts. A tile is a tensor of static
// shape; memory is buffers (memrefs); an edge is a two-sided bound per axis on
// the op that touches memory:
//
//     scf.forall (%i) = (0) to (%n) step (64) {
//       %left = affine.min affine_map<(d0)[s0] -> (s0 - d0, 64)>(%i)[%n]
//       %x = tile.load %in[%i] valid [0 to %left] strides [1]
//              : memref<?xf32> -> tensor<64xf32>
//       %y = math.exp %x : tensor<64xf32>
//       tile.store %y, %out[%i] valid [0 to %left] strides [1]
//              : tensor<64xf32>, memref<?xf32>
//     }
//
// Elementwise work is arith, math and select on tiles; loops are scf. The names
// of the function attributes that make up the kernel convention
// (docs/Architecture.md) are the constants at the end.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_TILE_IR_TILEOPS_H
#define TILEWRIGHT_DIALECT_TILE_IR_TILEOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace tilewright::tile {

/// One attribute or value per axis, from the static list (dynamic entries are
/// ShapedType::kDynamic) and the values.
llvm::SmallVector<mlir::OpFoldResult>
getMixedBounds(llvm::ArrayRef<int64_t> staticBounds, mlir::ValueRange values,
               mlir::MLIRContext *context);

} // namespace tilewright::tile

#include "tilewright/Dialect/Tile/IR/TileDialect.h.inc"
#include "tilewright/Dialect/Tile/IR/TileEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "tilewright/Dialect/Tile/IR/TileAttrs.h.inc"
#define GET_OP_CLASSES
#include "tilewright/Dialect/Tile/IR/TileOps.h.inc"

namespace tilewright::tile {

/// Function attributes of a kernel in the tiled form (docs/Architecture.md).
inline constexpr llvm::StringLiteral kKernelAttr = "tile.kernel";
/// As kKernelAttr, for a kernel of plain loops on buffers.
inline constexpr llvm::StringLiteral kLoopsAttr = "tile.loops";
inline constexpr llvm::StringLiteral kSizesAttr = "tile.sizes";
inline constexpr llvm::StringLiteral kBlocksAttr = "tile.blocks";
inline constexpr llvm::StringLiteral kInputsAttr = "tile.inputs";
/// The symbol that the kernel's last output, one i64, gives a value to.
inline constexpr llvm::StringLiteral kCountAttr = "tile.count";
/// Argument attribute of a buffer.
inline constexpr llvm::StringLiteral kDimsAttr = "tile.dims";
/// Attribute of an op whose integers, which MLIR has without a sign, are
/// unsigned.
inline constexpr llvm::StringLiteral kUnsignedAttr = "tile.unsigned";

/// The value that leaves the other operand unchanged, of the element type:
/// 0 for a sum, -inf for a float maximum, ...
mlir::TypedAttr getNeutralElement(CombineKind kind, mlir::Type elementType);
/// Whether `element` is such a value; of zeros the sign does not matter.
bool isNeutralElement(CombineKind kind, mlir::Attribute element);

/// True if the kind combines floats.
bool isFloatKind(CombineKind kind);

/// Bounds 0 to size on every axis of the tile.
llvm::SmallVector<mlir::OpFoldResult> getFullLo(mlir::RankedTensorType type);
llvm::SmallVector<mlir::OpFoldResult> getFullHi(mlir::RankedTensorType type);

} // namespace tilewright::tile

#endif // TILEWRIGHT_DIALECT_TILE_IR_TILEOPS_H

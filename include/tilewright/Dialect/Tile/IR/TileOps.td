//===- TileOps.td - the tile dialect --------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_TILE_IR_TILEOPS
#define TILEWRIGHT_DIALECT_TILE_IR_TILEOPS

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Tile_Dialect : Dialect {
  let name = "tile";
  let summary = "Kernels on tiles of static shape";
  let description = [{
    The tiled form: a kernel is a func.func on buffers (memrefs) and sizes
    (index) that holds one scf.forall over blocks; in it, scf.for nests and
    straight-line ops on tiles. A tile is a tensor of static shape. Elementwise
    work is arith, math and select on tiles. See docs/Dialects/Tile.
  }];
  let cppNamespace = "::tilewright::tile";
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def Tile_Element : AnyTypeOf<[AnySignlessInteger, AnyFloat, Index]>;
def Tile_Tile : StaticShapeTensorOf<[Tile_Element]>;
def Tile_IndexTile : StaticShapeTensorOf<[Index, I32, I64]>;
def Tile_BoolTile : StaticShapeTensorOf<[I1]>;
// A bool is a byte in memory, so there is no buffer of i1.
def Tile_Buffer : MemRefOf<[I8, I16, I32, I64, F16, BF16, F32, F64]>;

def Tile_CombineKind : I32EnumAttr<"CombineKind", "how a reduction or scan combines two elements", [
  I32EnumAttrCase<"AddF", 0, "addf">,
  I32EnumAttrCase<"MulF", 1, "mulf">,
  I32EnumAttrCase<"MaximumF", 2, "maximumf">,   // NaN wins
  I32EnumAttrCase<"MinimumF", 3, "minimumf">,
  I32EnumAttrCase<"AddI", 4, "addi">,
  I32EnumAttrCase<"MulI", 5, "muli">,
  I32EnumAttrCase<"MaxSI", 6, "maxsi">,
  I32EnumAttrCase<"MaxUI", 7, "maxui">,
  I32EnumAttrCase<"MinSI", 8, "minsi">,
  I32EnumAttrCase<"MinUI", 9, "minui">,
  I32EnumAttrCase<"AndI", 10, "andi">,
  I32EnumAttrCase<"OrI", 11, "ori">,
]> {
  let cppNamespace = "::tilewright::tile";
  let genSpecializedAttr = 0;
}
def Tile_CombineKindAttr : EnumAttr<Tile_Dialect, Tile_CombineKind, "combine"> {
  let assemblyFormat = "`<` $value `>`";
}

class Tile_Op<string mnemonic, list<Trait> traits = []> : Op<Tile_Dialect, mnemonic, traits>;

// The bounds `valid [lo to hi, ...]`: per axis of the tile, elements with
// lo <= i < hi exist. Static where possible; 0 and the tile's size: the axis is
// full. `lo` and `hi` count elements of the tile, not of the buffer; whoever
// computes them clamps them to 0 <= lo and hi <= size. lo >= hi: no element.
class Tile_BoundedOp<string mnemonic, list<Trait> traits = []>
    : Tile_Op<mnemonic, !listconcat([AttrSizedOperandSegments], traits)> {
  code boundsDeclarations = [{
    /// The bounds as attributes (static) or values, one per axis.
    ::llvm::SmallVector<::mlir::OpFoldResult> getMixedLo() {
      return ::tilewright::tile::getMixedBounds(getStaticLo(), getLo(), getContext());
    }
    ::llvm::SmallVector<::mlir::OpFoldResult> getMixedHi() {
      return ::tilewright::tile::getMixedBounds(getStaticHi(), getHi(), getContext());
    }
    /// True where lo is 0 and hi is the tile's size, statically.
    bool isFull(unsigned axis) {
      return getStaticLo()[axis] == 0 && getStaticHi()[axis] == getTileType().getDimSize(axis);
    }
    /// True if every axis is full.
    bool isFull() {
      for (unsigned axis = 0, rank = getTileType().getRank(); axis < rank; ++axis)
        if (!isFull(axis))
          return false;
      return true;
    }
  }];
}

def Tile_LoadOp : Tile_BoundedOp<"load"> {
  let summary = "a tile from a buffer";
  let description = [{
    Element i of the tile is buffer[offsets + i * strides], per axis; tile and
    buffer have the same rank. An element outside the bounds takes `fill` and
    its memory is never read; without `fill` it is any value (never poison).

    ```mlir
    // %b: memref<?x64xf32>, %i: index, %j: index, %m: index
    %t = tile.load %b[%i, %j] valid [0 to %m, 0 to 32] strides [1, 1] fill 0.0 : f32
      : memref<?x64xf32> -> tensor<8x32xf32>
    ```
  }];
  let arguments = (ins Arg<Tile_Buffer, "", [MemRead]>:$buffer, Variadic<Index>:$offsets,
                       Variadic<Index>:$lo, Variadic<Index>:$hi,
                       DenseI64ArrayAttr:$static_lo, DenseI64ArrayAttr:$static_hi,
                       DenseI64ArrayAttr:$strides, OptionalAttr<TypedAttrInterface>:$fill);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$buffer `[` $offsets `]` `valid` custom<Bounds>($lo, $static_lo, $hi, $static_hi) `strides` $strides (`fill` $fill^)? attr-dict `:` type($buffer) `->` type($result)";
  let extraClassDeclaration = boundsDeclarations # [{
    ::mlir::RankedTensorType getTileType() {
      return ::llvm::cast<::mlir::RankedTensorType>(getResult().getType());
    }
  }];
  let builders = [
    // Empty `strides`: all 1.
    OpBuilder<(ins "::mlir::Type":$result, "::mlir::Value":$buffer, "::mlir::ValueRange":$offsets,
                   "::llvm::ArrayRef<::mlir::OpFoldResult>":$lo, "::llvm::ArrayRef<::mlir::OpFoldResult>":$hi,
                   CArg<"::llvm::ArrayRef<int64_t>", "{}">:$strides, CArg<"::mlir::TypedAttr", "{}">:$fill)>,
    // Full on every axis.
    OpBuilder<(ins "::mlir::Type":$result, "::mlir::Value":$buffer, "::mlir::ValueRange":$offsets)>];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Tile_StoreOp : Tile_BoundedOp<"store"> {
  let summary = "writes the elements of a tile that are inside the bounds";
  let description = [{
    Element i of the tile goes to buffer[offsets + i * strides]. No other memory
    is touched. A stride is 0 only on an axis of size 1.

    ```mlir
    // %t: tensor<8x32xf32>, %b: memref<?x64xf32>, %i: index, %j: index, %m: index
    tile.store %t, %b[%i, %j] valid [0 to %m, 0 to 32] strides [1, 1]
      : tensor<8x32xf32>, memref<?x64xf32>
    ```
  }];
  let arguments = (ins Tile_Tile:$value, Arg<Tile_Buffer, "", [MemWrite]>:$buffer, Variadic<Index>:$offsets,
                       Variadic<Index>:$lo, Variadic<Index>:$hi,
                       DenseI64ArrayAttr:$static_lo, DenseI64ArrayAttr:$static_hi,
                       DenseI64ArrayAttr:$strides);
  let assemblyFormat = "$value `,` $buffer `[` $offsets `]` `valid` custom<Bounds>($lo, $static_lo, $hi, $static_hi) `strides` $strides attr-dict `:` type($value) `,` type($buffer)";
  let extraClassDeclaration = boundsDeclarations # [{
    ::mlir::RankedTensorType getTileType() {
      return ::llvm::cast<::mlir::RankedTensorType>(getValue().getType());
    }
  }];
  let builders = [
    // Empty `strides`: all 1.
    OpBuilder<(ins "::mlir::Value":$value, "::mlir::Value":$buffer, "::mlir::ValueRange":$offsets,
                   "::llvm::ArrayRef<::mlir::OpFoldResult>":$lo, "::llvm::ArrayRef<::mlir::OpFoldResult>":$hi,
                   CArg<"::llvm::ArrayRef<int64_t>", "{}">:$strides)>,
    // Full on every axis.
    OpBuilder<(ins "::mlir::Value":$value, "::mlir::Value":$buffer, "::mlir::ValueRange":$offsets)>];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Tile_GatherOp : Tile_BoundedOp<"gather"> {
  let summary = "elements of a buffer at computed coordinates";
  let description = [{
    One tile of coordinates per axis of the buffer, all of the result's shape.
    Coordinates inside the bounds must be inside the buffer (whoever emits the
    op clamps them); outside the bounds nothing is read and the element is
    `fill`, or any value without it.

    ```mlir
    // %b: memref<?x4xi32>, %row: tensor<8xi64>, %column: tensor<8xindex>, %m: index
    %t = tile.gather %b[%row, %column : tensor<8xi64>, tensor<8xindex>] valid [0 to %m] fill 7 : i32
      : memref<?x4xi32> -> tensor<8xi32>
    ```
  }];
  let arguments = (ins Arg<Tile_Buffer, "", [MemRead]>:$buffer, Variadic<Tile_IndexTile>:$coordinates,
                       Variadic<Index>:$lo, Variadic<Index>:$hi,
                       DenseI64ArrayAttr:$static_lo, DenseI64ArrayAttr:$static_hi,
                       OptionalAttr<TypedAttrInterface>:$fill);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$buffer `[` $coordinates `:` type($coordinates) `]` `valid` custom<Bounds>($lo, $static_lo, $hi, $static_hi) (`fill` $fill^)? attr-dict `:` type($buffer) `->` type($result)";
  let extraClassDeclaration = boundsDeclarations # [{
    ::mlir::RankedTensorType getTileType() {
      return ::llvm::cast<::mlir::RankedTensorType>(getResult().getType());
    }
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Type":$result, "::mlir::Value":$buffer, "::mlir::ValueRange":$coordinates,
                   "::llvm::ArrayRef<::mlir::OpFoldResult>":$lo, "::llvm::ArrayRef<::mlir::OpFoldResult>":$hi,
                   CArg<"::mlir::TypedAttr", "{}">:$fill)>];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Tile_ClipOp : Tile_BoundedOp<"clip", [Pure, AllTypesMatch<["operand", "result"]>]> {
  let summary = "replaces the elements outside the bounds by a value";
  let description = [{
    The only op that gives a computed value a known edge: the neutral element
    before a reduction, 0 before the k axis of a contraction.

    ```mlir
    // %t: tensor<4x64xf32>, %n: index
    %v = tile.clip %t valid [0 to 4, 0 to %n] fill 0.0 : f32 : tensor<4x64xf32>
    ```
  }];
  let arguments = (ins Tile_Tile:$operand,
                       Variadic<Index>:$lo, Variadic<Index>:$hi,
                       DenseI64ArrayAttr:$static_lo, DenseI64ArrayAttr:$static_hi,
                       TypedAttrInterface:$fill);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$operand `valid` custom<Bounds>($lo, $static_lo, $hi, $static_hi) `fill` $fill attr-dict `:` type($operand)";
  let extraClassDeclaration = boundsDeclarations # [{
    ::mlir::RankedTensorType getTileType() {
      return ::llvm::cast<::mlir::RankedTensorType>(getResult().getType());
    }
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$operand,
                   "::llvm::ArrayRef<::mlir::OpFoldResult>":$lo, "::llvm::ArrayRef<::mlir::OpFoldResult>":$hi,
                   "::mlir::TypedAttr":$fill)>];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
  let hasFolder = 1;
}

def Tile_DotOp : Tile_Op<"dot", [Pure, AllTypesMatch<["acc", "result"]>]> {
  let summary = "acc + lhs * rhs over tiles [batch..., m, k] x [batch..., k, n] -> [batch..., m, n]";
  let description = [{
    `transpose_lhs`: lhs is [batch..., k, m]; `transpose_rhs`: rhs is [batch...,
    n, k]. Floats are fused multiply-adds in the accumulator's type, k
    ascending; f16 and bf16 operands widen. Integer operands sign-extend, or
    zero-extend with `unsigned_lhs`, `unsigned_rhs`; they wrap.

    ```mlir
    // %a: tensor<2x8x4xf16>, %b: tensor<2x16x4xf16>, %c: tensor<2x8x16xf32>
    %d = tile.dot %a, %b, %c {transpose_rhs} : tensor<2x8x4xf16>, tensor<2x16x4xf16> -> tensor<2x8x16xf32>
    ```
  }];
  let arguments = (ins Tile_Tile:$lhs, Tile_Tile:$rhs, Tile_Tile:$acc,
                       UnitAttr:$transpose_lhs, UnitAttr:$transpose_rhs,
                       UnitAttr:$unsigned_lhs, UnitAttr:$unsigned_rhs);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$lhs `,` $rhs `,` $acc attr-dict `:` type($lhs) `,` type($rhs) `->` type($acc)";
  let hasVerifier = 1;
}

def Tile_ReduceOp : Tile_Op<"reduce", [Pure]> {
  let summary = "combines the whole of an axis, which leaves the shape";
  let description = [{
    The order is a fixed tree: while the axis has n > 1 elements, element i <
    floor(n / 2) is combined with element i + ceil(n / 2) and the first
    ceil(n / 2) elements stay.

    ```mlir
    // %t: tensor<8x32xf32>
    %r = tile.reduce <maximumf> %t axis 1 : tensor<8x32xf32> -> tensor<8xf32>
    ```
  }];
  let arguments = (ins Tile_CombineKindAttr:$kind, Tile_Tile:$operand, I64Attr:$axis);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$kind $operand `axis` $axis attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::tilewright::tile::CombineKind":$kind, "::mlir::Value":$operand, "int64_t":$axis)>];
  let hasCanonicalizer = 1;
}

def Tile_ScanOp : Tile_Op<"scan", [Pure, SameOperandsAndResultType]> {
  let summary = "running combination along an axis, inclusive, ascending";
  let description = [{
    result[..., i, ...] = combine(result[..., i - 1, ...], operand[..., i,
    ...]); element 0 is the operand's. The kind fits the element type: the float
    kinds combine floats, the others integers.

    ```mlir
    // %t: tensor<8x32xf32>
    %s = tile.scan <addf> %t axis 0 : tensor<8x32xf32>
    ```
  }];
  let arguments = (ins Tile_CombineKindAttr:$kind, Tile_Tile:$operand, I64Attr:$axis);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$kind $operand `axis` $axis attr-dict `:` type($operand)";
  let hasVerifier = 1;

  let hasFolder = 1;
}

def Tile_BroadcastOp : Tile_Op<"broadcast", [Pure]> {
  let summary = "repeats axes of size 1; operand and result have the same rank";
  let description = [{
    An axis of size 1 is repeated up to the result's size; every other axis has
    the same size in both. An axis that is missing is added by `tile.reshape`
    first.

    ```mlir
    // %t: tensor<8x1xf32>
    %b = tile.broadcast %t : tensor<8x1xf32> -> tensor<8x32xf32>
    ```
  }];
  let arguments = (ins Tile_Tile:$operand);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$operand, "::llvm::ArrayRef<int64_t>":$shape)>];
  let hasFolder = 1;
}

def Tile_TransposeOp : Tile_Op<"transpose", [Pure]> {
  let summary = "permutes the axes: axis i of the result is axis permutation[i] of the operand";
  let description = [{
    result[i[p[0]], i[p[1]], ...] = operand[i[0], i[1], ...], where p is
    `permutation`: each axis of the operand once.

    ```mlir
    // %t: tensor<8x32xf32>
    %p = tile.transpose %t [1, 0] : tensor<8x32xf32> -> tensor<32x8xf32>
    ```
  }];
  let arguments = (ins Tile_Tile:$operand, DenseI64ArrayAttr:$permutation);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$operand $permutation attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$operand, "::llvm::ArrayRef<int64_t>":$permutation)>];
  let hasFolder = 1;
}

def Tile_ReshapeOp : Tile_Op<"reshape", [Pure]> {
  let summary = "the same elements in row-major order under another shape";
  let description = [{
    Operand and result have the same element type and number of elements.

    ```mlir
    // %t: tensor<8xf32>
    %c = tile.reshape %t : tensor<8xf32> -> tensor<8x1xf32>
    ```
  }];
  let arguments = (ins Tile_Tile:$operand);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$operand, "::llvm::ArrayRef<int64_t>":$shape)>];
  let hasFolder = 1;
}

def Tile_SplatOp : Tile_Op<"splat", [Pure, TypesMatchWith<"scalar has the element type of the tile",
    "result", "scalar", "::llvm::cast<::mlir::RankedTensorType>($_self).getElementType()">]> {
  let summary = "a tile whose elements are all one scalar";
  let description = [{
    The scalar has the tile's element type.

    ```mlir
    // %x: f32
    %t = tile.splat %x : tensor<4x8xf32>
    ```
  }];
  let arguments = (ins Tile_Element:$scalar);
  let results = (outs Tile_Tile:$result);
  let assemblyFormat = "$scalar attr-dict `:` type($result)";

  let hasFolder = 1;
}

def Tile_IotaOp : Tile_Op<"iota", [Pure]> {
  let summary = "offset + the coordinate along an axis";
  let description = [{
    result[..., i, ...] = offset + i, where i is the coordinate on `axis`,
    wrapped to the result's element type.

    ```mlir
    // %i: index
    %n = tile.iota %i axis 1 : tensor<4x8xindex>
    ```
  }];
  let arguments = (ins Index:$offset, I64Attr:$axis);
  let results = (outs Tile_IndexTile:$result);
  let assemblyFormat = "$offset `axis` $axis attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Tile_ScratchOp : Tile_Op<"scratch"> {
  let summary = "a buffer of the block, contents undefined at its start";
  let description = [{
    One size (an index value) per dynamic axis. It stands inside the forall,
    outside of loops, and its sizes are functions of the kernel's sizes, so that
    the bytes that a block needs are known before the launch.

    ```mlir
    // %n: index
    %b = tile.scratch(%n) : memref<?x4xf32>
    ```
  }];
  let arguments = (ins Variadic<Index>:$sizes);
  let results = (outs Res<Tile_Buffer, "", [MemAlloc]>:$result);
  let assemblyFormat = "`(` $sizes `)` attr-dict `:` type($result)";
  let hasVerifier = 1;
}

#endif // TILEWRIGHT_DIALECT_TILE_IR_TILEOPS

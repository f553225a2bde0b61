//===- Passes.td - passes on the tile dialect -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_TILE_TRANSFORMS_PASSES
#define TILEWRIGHT_DIALECT_TILE_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def TileVerifyKernel : Pass<"tile-verify-kernel", "::mlir::func::FuncOp"> {
  let summary = "checks that padding of tiles never enters a result";
  let description = [{
    Checks a function with the attribute `tile.kernel` against the contract of
    the tiled form, and changes nothing. A function without it is left alone; of
    one with `tile.loops` only the outer shape is checked.

    0. The function conventions of docs/Architecture.md hold; `tile.blocks` is
       the number of blocks of the forall.
    1. There is one scf.forall; in the kernel are only tile ops, scf.for, scf.if,
       arith and math on tiles and scalars, and affine index arithmetic.
    2. The edge of every tile is followed (see Analysis/TileEdges.h).
    3. The axis of a reduce or scan is full, or filled with the neutral element
       of the kind. The k axis of a dot is full, or filled with 0 in both
       operands (in one, for integers).
    4. A store writes no arbitrary elements: its bounds are inside the valid
       range of the value. Stores of different blocks never meet.
    5. An axis of a load or store whose bounds are static is inside the buffer:
       by static sizes, divisibility, or an scf.if or a loop bound around it.
    6. Arbitrary elements reach no address and no integer division.

    Here the padding of the load is 0, its exponential is not, and the sum
    counts it:

        %x = tile.load %in[%i] valid [0 to %m] strides [1] fill 0.0 : f32
               : memref<?xf32> -> tensor<64xf32>
        %e = math.exp %x : tensor<64xf32>
        %s = tile.reduce <addf> %e axis 0 : tensor<64xf32> -> tensor<f32>

        error: 'tile.reduce' op axis 0 is filled with 1.000000e+00 : f32, but
        the neutral element of addf is needed: add a tile.clip

    With `%v = tile.clip %e valid [0 to %m] fill 0.0 : f32` between, it passes.
  }];
  let dependentDialects = [];
}

#endif // TILEWRIGHT_DIALECT_TILE_TRANSFORMS_PASSES

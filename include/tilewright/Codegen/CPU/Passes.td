//===- Passes.td - passes of CPU code generation ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_CODEGEN_CPU_PASSES
#define TILEWRIGHT_CODEGEN_CPU_PASSES

include "mlir/Pass/PassBase.td"

def TilePeelLoops : Pass<"tile-peel-loops", "::mlir::func::FuncOp"> {
  let summary = "Splits off the last, partial step of serial loops";
  let description = [{
    An `scf.for` of a kernel whose last step may be partial, and in which a bound
    of a tile op depends on that, becomes a loop of full steps and one partial
    step. In the loop of full steps those bounds become static.

    Needs: bounds written as `affine.min` of the step and what is left.
    Leaves alone: loops whose steps divide their range, loops without such
    bounds, the forall, and loop kernels (`tile.loops`).

        scf.for %k = %c0 to %K step %c64 {
          %left = affine.min affine_map<(d0)[s0] -> (s0 - d0, 64)>(%k)[%K]
          %a = tile.load %A[%k] valid [0 to %left] ...
        }

    becomes

        scf.for %k = %c0 to %split step %c64 {
          %a = tile.load %A[%k] valid [0 to 64] ...
        }
        scf.for %k = %split to %K step %c64 {
          %left = affine.min ...
          %a = tile.load %A[%k] valid [0 to %left] ...
        }
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect"];
}

def TileSplitBodyTail : Pass<"tile-split-body-tail", "::mlir::func::FuncOp"> {
  let summary = "Gives blocks without an edge a copy of the body without bounds";
  let description = [{
    The body of the forall is emitted twice: under `scf.if`, with the bounds of
    the block made static, if they are all full in this block; else as it is.
    Every bound counts that is known before the block's first tile op: a
    function of block coordinates and sizes. Bounds that depend on serial loops
    stay as they are in both copies.

    Leaves alone: kernels without such bounds, and loop kernels.

        scf.forall (%i) = (0) to (%N) step (8) {
          %m = affine.min affine_map<(d0)[s0] -> (s0 - d0, 8)>(%i)[%N]
          tile.store %t, %out[%i] valid [0 to %m] ...
        }

    becomes

        scf.forall (%i) = (0) to (%N) step (8) {
          %m = affine.min ...
          %full = arith.cmpi sge, %m, %c8
          scf.if %full {
            tile.store %t, %out[%i] valid [0 to 8] ...
          } else {
            tile.store %t, %out[%i] valid [0 to %m] ...
          }
        }
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect"];
}

def TileToVector : Pass<"tile-to-vector", "::mlir::ModuleOp"> {
  let summary = "Tiled kernels to functions with the CPU ABI on 1-D vectors";
  let description = [{
    Every function with `tile.kernel` or `tile.loops` becomes two: NAME, exported,
    with the CPU ABI `(buffers, sizes, lo, hi, scratch)`, and NAME.body, internal,
    whose pointers are noalias. The forall becomes a loop over lo..hi with
    row-major block coordinates. The text of TileEmitter.h says how tiles become
    vectors. NAME keeps `tile.blocks` and `tile.sizes` and gains `tile.scratch`
    and `tile.remarks`.
  }];
  let options = [
    Option<"vectorBytes", "vector-bytes", "int64_t", "32", "Bytes of a vector register">,
    Option<"vectorRegisters", "vector-registers", "int64_t", "16", "How many vector registers there are">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def TileExpandMath : Pass<"tile-expand-math"> {
  let summary = "Math ops to polynomials";
  let description = [{
    exp, exp2, log, log2, log10, tanh, erf, sin, cos and pow on f32, scalars and
    vectors, become straight-line code (ExpandMath.cpp states the error of each).
    f16 and bf16 math computes in f32. Conversions from and to bf16 become integer
    code. What is left (f64, rare functions) calls libm later.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def TileBFloat16AsBits : Pass<"tile-bf16-as-bits", "::mlir::ModuleOp"> {
  let summary = "bf16 values become the integers of their bits";
  let description = [{
    Runs on the LLVM dialect. After `tile-expand-math` nothing computes in bf16:
    what is left loads, stores, moves and chooses. With i16 in place of bf16 LLVM
    moves the bits as they are; of bf16 it would make conversions to and from f32,
    by functions of a library that a kernel has not. Fails if an op computes in
    bf16 after all.

        %0 = llvm.load %p : !llvm.ptr -> bf16
        %1 = llvm.bitcast %0 : bf16 to i16

    becomes

        %0 = llvm.load %p : !llvm.ptr -> i16
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // TILEWRIGHT_CODEGEN_CPU_PASSES

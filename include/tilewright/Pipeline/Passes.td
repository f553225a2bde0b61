//===- Passes.td - passes on kernels, one step each -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_PIPELINE_PASSES
#define TILEWRIGHT_PIPELINE_PASSES

include "mlir/Pass/PassBase.td"

def OutlineKernelsPass : Pass<"tw-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Makes a function of linalg on tensors of every tw.kernel";
  let description = [{
    For every `tw.kernel` of the module a function of its name in the form of
    `Conversion/GraphToLinalg` is appended to the module; the `tw.kernel` stays
    and is the call.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"];
}

def TileKernelsPass : Pass<"tw-tile-kernels", "::mlir::ModuleOp"> {
  let summary = "Replaces outlined kernels by their tiled form";
  let description = [{
    Every function with `tile.sizes` and without `tile.kernel` is tiled by
    `Tiling/Tiler.h` under the schedule in its attribute `tile.schedule`, or
    under one that `chooseSchedule` makes for `vector-bits` and `registers`.
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "int64_t", "512", "width of a vector register">,
    Option<"registers", "registers", "int64_t", "32", "number of vector registers">,
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
                           "::tilewright::tile::TileDialect"];
}

def LowerKernelsPass : Pass<"tw-lower-kernels", "::mlir::ModuleOp"> {
  let summary = "What the compiler makes of every launch, as functions";
  let description = [{
    `Pipeline/LowerKernels.h` on the module: the functions in the tiled form are
    appended to it, equal ones once, and the `tw.kernel` ops stay. A kernel that
    is refused falls apart into kernels of its ops, and one of a single op
    becomes loops on scalars; remarks say why.
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "int64_t", "512", "width of a vector register">,
    Option<"registers", "registers", "int64_t", "32", "number of vector registers">,
    Option<"scalarLoops", "scalar-loops", "bool", "false", "loops on scalars for every kernel">,
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect", "::tilewright::tile::TileDialect"];
}

#endif // TILEWRIGHT_PIPELINE_PASSES

//===- Passes.h - passes of CPU code generation ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_CODEGEN_CPU_PASSES_H
#define TILEWRIGHT_CODEGEN_CPU_PASSES_H

#include "tilewright/Codegen/CPU/CpuTarget.h"

#include "mlir/Pass/Pass.h"

namespace mlir {
class OpPassManager;
class RewritePatternSet;
} // namespace mlir

namespace tilewright::cpu {

#define GEN_PASS_DECL
#include "tilewright/Codegen/CPU/Passes.h.inc"

/// Function attributes that tile-to-vector leaves on the exported function,
/// beside tile.blocks and tile.sizes: the DimExpr of the scratch bytes, and an
/// array of strings that say what could not be vectorised.
inline constexpr llvm::StringLiteral kScratchAttr = "tile.scratch";
inline constexpr llvm::StringLiteral kRemarksAttr = "tile.remarks";

/// Vector and scalar math ops on f32 become polynomials with the error bounds
/// that ExpandMath.cpp states; f16 and bf16 compute in f32.
void populateExpandMathPatterns(mlir::RewritePatternSet &patterns);

/// From the tiled form to the LLVM dialect.
void buildCpuPipeline(mlir::OpPassManager &manager, const CpuTarget &target);

/// The passes above and the pipeline `tile-cpu-pipeline`.
void registerCpuCodegenPasses();

} // namespace tilewright::cpu

#endif // TILEWRIGHT_CODEGEN_CPU_PASSES_H

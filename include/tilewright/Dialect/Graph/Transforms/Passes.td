//===- Passes.td ------------------------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_PASSES
#define TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def FormKernelsPass : Pass<"tw-form-kernels", "::mlir::ModuleOp"> {
  let summary = "Fuses ops into tw.kernel regions, one launch each";
  let description = [{
    Every op that computes goes into a `tw.kernel`; what needs no launch stays
    outside: weights, constants with different elements, reshapes (views of the
    same bytes), sizes, control flow. One element constants are copied into the
    kernels that use them. An op joins the kernel of its producer if

    - the kernel computes the op's result tile by tile without computing anything
      twice: elementwise after everything, on the same shape; elementwise before
      reductions, normalisations and movement;
    - the kernel then still has no input that depends on its own output;
    - no sizes are bound between the two.

    A result that others use too is written by the same kernel. Refusals are
    remarks (`tw-opt --remarks-...`, the compiler's report).

        %1 = tw.conv %x, %w ...
        %2 = tw.binary add %1, %bias
        %3 = tw.binary max %2, %zero

    becomes

        %3 = tw.kernel "conv_0"(%x, %w, %bias) : ... {
        ^bb0(%a: ..., %b: ..., %c: ...):
          %1 = tw.conv %a, %b ...
          ...
          tw.yield %3
        }
  }];
  let dependentDialects = ["::tilewright::graph::GraphDialect"];
  let statistics = [
    Statistic<"numKernels", "kernels", "kernels formed">,
    Statistic<"numFused", "fused", "ops that joined the kernel of a producer">,
  ];
}

#endif // TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_PASSES

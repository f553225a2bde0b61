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

def SinkTransposesPass : Pass<"tw-sink-transposes", "::mlir::ModuleOp"> {
  let summary = "Moves transposes to where they cancel or are cheapest";
  let description = [{
    Importers put transposes around every spatial op, which tw has channels-last
    only. This pass finds the axes that are the same all through a group of ops
    that work in any order (elementwise, concat, slice, pad, resize, reduce,
    normalize, softmax, scan, matmul with a plain matrix, reshapes that merge or
    split axes) and gives the whole group one order, the one with the fewest bytes
    to move where other ops (convolutions, the function's arguments and results)
    define or use its values. What is moved of weights does not count: it is done
    when the module is written. A group whose transposes move no more than that is
    left alone, so nothing gets worse. Run `canonicalize` before and after it.

        %0 = tw.conv %x, %f ...                 : tensor<1x8x8x4xf32>
        %1 = tw.transpose %0 [0, 3, 1, 2]       : tensor<1x4x8x8xf32>
        %2 = tw.binary add %1, %b               // %b: tensor<4x1x1xf32>
        %3 = tw.transpose %2 [0, 2, 3, 1]       : tensor<1x8x8x4xf32>
        %4 = tw.conv %3, %g ...

    becomes

        %0 = tw.conv %x, %f ...                 : tensor<1x8x8x4xf32>
        %1 = tw.binary add %0, %c               // %c: tensor<4xf32>
        %2 = tw.conv %1, %g ...

    Values with axes of size 1 lose them in between.
  }];
  let dependentDialects = ["::tilewright::graph::GraphDialect"];
  let statistics = [
    Statistic<"numGroups", "groups", "groups of ops with a new order of axes">,
  ];
}

#endif // TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_PASSES

//===- Passes.td - the passes on tw ---------------------------------------===//
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
    - no sizes are bound between the two;
    - the kernel then has at most 256 ops.

    A result that others use too is written by the same kernel. Refusals are
    remarks.

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

def FoldScalesPass : Pass<"tw-fold-scales", "::mlir::ModuleOp"> {
  let summary = "Folds scales and shifts behind contractions into weights";
  let description = [{
    Batch normalisation at inference is a scale and a shift of every channel.
    Behind a `tw.conv`, `tw.conv_transpose` or `tw.matmul` with constant weights
    and no other user, a chain of additions, subtractions, multiplications and
    divisions with constants (one per output channel, or one for all) becomes one
    addition: the scales go into the weights. The arithmetic on weights is done in
    f64 and rounded once; `tw-hoist-weights` moves it out of @main. A single
    addition is left as it is, and so is a chain whose folded weights, or what is
    added, would leave the normal numbers of the element type: they would be
    infinite or lose digits where the result need not. (tw-opt knows no values of
    a `tw.weight` and takes them as fit.)

        %1 = tw.conv %x, %w ...
        %2 = tw.binary sub %1, %mean
        %3 = tw.binary mul %2, %scale
        %4 = tw.binary add %3, %bias

    becomes

        %1 = tw.conv %x, (%w * %scale) ...
        %2 = tw.binary add %1, (-%mean * %scale + %bias)

    Run it behind `tw-sink-transposes`: the channels are the last axis.
  }];
  let dependentDialects = ["::tilewright::graph::GraphDialect"];
  let statistics = [Statistic<"numFolded", "folded", "contractions that took in scales or shifts">];
}

def HoistWeightsPass : Pass<"tw-hoist-weights", "::mlir::ModuleOp"> {
  let summary = "Moves arithmetic on weights out of @main";
  let description = [{
    Every op of @main whose operands are all constant (weights, constants, results
    of such ops) moves into `func.func private @weights`, which is run once, when
    the module is written. @main refers to its results by new keys, from 2^32
    onward; in @weights the results carry them as `tw.key`. What is computed
    twice in the same way is one result.

        %w = tw.weight 3 "fc.weight" : tensor<8x4xf32>
        %t = tw.transpose %w [1, 0] : tensor<8x4xf32> -> tensor<4x8xf32>
        %y = tw.matmul %x, %t ...

    becomes

        %t = tw.weight 4294967296 "fc.weight" : tensor<4x8xf32>
        %y = tw.matmul %x, %t ...

        func.func private @weights() -> (tensor<4x8xf32> {tw.key = 4294967296, tw.name = "fc.weight"}) {
          %w = tw.weight 3 "fc.weight" : tensor<8x4xf32>
          %t = tw.transpose %w [1, 0] : tensor<8x4xf32> -> tensor<4x8xf32>
          return %t
        }

    What stays: broadcasts (who uses one can repeat the elements itself), and
    results over 1 MiB that are more than 64 times as large as the weights that
    they are made of. A weight that a matmul reads transposed is transposed here,
    once. Run `tw-fold-constants` before it.
  }];
  let dependentDialects = ["::tilewright::graph::GraphDialect"];
  let statistics = [Statistic<"numHoisted", "hoisted", "values that @weights computes">];
}

def FoldConstantsPass : Pass<"tw-fold-constants", "::mlir::ModuleOp"> {
  let summary = "Computes ops on constants, up to 1 KiB";
  let description = [{
    Ops whose operands are all `tw.constant` are run by the reference interpreter,
    so that they have exactly the results of docs/Semantics.md. Results above 1
    KiB are left to `tw-hoist-weights`. An op whose results have no elements, as
    is known here, is replaced by constants without elements.

        %a = tw.constant dense<7> : tensor<2xi32>
        %b = tw.constant dense<[2, 0]> : tensor<2xi32>
        %c = tw.binary div %a, %b : ...

    becomes

        %c = tw.constant dense<[3, 0]> : tensor<2xi32>
  }];
  let dependentDialects = ["::tilewright::graph::GraphDialect"];
  let statistics = [Statistic<"numFolded", "folded", "ops that became constants">];
}

def SimplifyShapesPass : Pass<"tw-simplify-shapes", "::mlir::ModuleOp"> {
  let summary = "Shape arithmetic becomes size expressions, which the ranges of symbols simplify";
  let description = [{
    What remains of a model's shape arithmetic after the import, and what the
    declared ranges of symbols (`tw.symbols`) decide:

    - expressions in types and attributes get their simplest form under the
      ranges, the same for expressions that are equal;
    - a `tw.check_dims` that holds for all sizes goes; one that never holds is an
      error, but stays in a `tw.if` or `tw.loop`, which may not run it;
    - a small integer tensor whose elements are known is a constant or a
      `tw.from_dims`, however it was computed;
    - a symbol that `tw.bind_dims` gives to a known value is that value;
    - a `tw.gather_nd` whose indices are the coordinates of its operand, computed
      from sizes, is that operand;
    - a `tw.if` whose condition is known is the region that it takes.

    Arguments of @main keep their types; what it returns has the simpler ones.

        // W is a multiple of 8
        %s = tw.from_dims <"N", "floordiv(W + 7, 8)"> : tensor<2xi64>
        %p = tw.reduce prod %s axes [0] : tensor<2xi64> -> tensor<i64>
        tw.check_dims <"floordiv(W + 7, 8)"> equals <"floordiv(W, 8)">, "..."

    becomes

        %p = tw.reshape (tw.from_dims <"N*floordiv(W, 8)">) : tensor<1xi64> -> tensor<i64>
  }];
  let dependentDialects = ["::tilewright::graph::GraphDialect"];
  let statistics = [
    Statistic<"numFolded", "folded", "tensors with known elements">,
    Statistic<"numChecks", "checks", "checks that hold always">,
    Statistic<"numBound", "bound", "symbols' bindings that were known">,
    Statistic<"numGrids", "grids", "gathers of grids of coordinates">,
    Statistic<"numBranches", "branches", "branches that are decided">,
  ];
}

def RecognisePass : Pass<"tw-recognise", "::mlir::ModuleOp"> {
  let summary = "Finds softmax, normalisations and attention in what exporters made of them";
  let description = [{
    Exporters write many ops as chains of simpler ones. This pass finds

    - `exp(x - max) / sum` and its logarithm: `tw.softmax`;
    - `(x - mean) / sqrt(mean of squares + epsilon)` over any axes, and the same
      without the mean: `tw.normalize`. The scale may stand on either side of the
      quotient, the root may be a power or its inverse, the mean a sum that is
      divided by the number of elements;
    - `1 / (1 + exp(-x))`: `tw.unary sigmoid`;
    - `softmax(Q K^T * scale + mask) V`: `tw.attention`, with heads of any
      layout, scales on Q, K or the scores, sums of masks or one of bools, softcap,
      keys and values that are repeated for a group of heads. What a row without
      a key gives is an attribute of the op.

    A chain is replaced if it is one for every shape that its types allow, and if
    none of its ops has another user. GELU, SiLU and HardSwish are chains in tw
    too (docs/Dialects/Graph/Rationale.md). Run `canonicalize` and `cse` before it.

        %m = tw.reduce mean %x axes [1]
        %k = tw.reshape %m
        %d = tw.binary sub %x, %k
        %s = tw.binary mul %d, %d
        %v = tw.reduce mean %s axes [1]
        %w = tw.reshape %v
        %e = tw.binary add %w, %epsilon
        %r = tw.unary sqrt %e
        %y = tw.binary div %d, %r

    becomes

        %y = tw.normalize %x axes [1] epsilon 1.0E-5
  }];
  let dependentDialects = ["::tilewright::graph::GraphDialect"];
  let statistics = [
    Statistic<"numSoftmax", "softmax", "softmax ops found">,
    Statistic<"numNormalize", "normalize", "normalisations found">,
    Statistic<"numSigmoid", "sigmoid", "sigmoids found">,
    Statistic<"numAttention", "attention", "attentions found">,
  ];
}

def DecomposeAttentionPass : Pass<"tw-decompose-attention", "::mlir::ModuleOp"> {
  let summary = "Writes tw.attention as matmul, softmax, matmul";
  let description = [{
    For targets without an attention kernel. The scores are computed in f32 (f64
    for f64); a row without a key gives what the attribute `rows` says, as in
    docs/Semantics.md.

        %y = tw.attention %q, %k, %v scale 0.5 ...

    becomes

        %s = tw.matmul %qt, %kt ...
        %p = tw.softmax (%s * 0.5) axis 3
        %y = tw.transpose (tw.matmul %p, %vt) [0, 2, 1, 3]
  }];
  let dependentDialects = ["::tilewright::graph::GraphDialect"];
}

#endif // TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_PASSES

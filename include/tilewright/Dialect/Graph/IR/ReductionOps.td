//===- ReductionOps.td - reductions, normalisations, scans ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_REDUCTIONOPS
#define TILEWRIGHT_DIALECT_GRAPH_IR_REDUCTIONOPS

include "tilewright/Dialect/Graph/IR/GraphOpBase.td"

def Graph_ReductionOps : OpDocGroup {
  let summary = "Reductions, normalisations, scans";
  let description = [{
    Floats accumulate in f32 (f64 for f64) and round once, at the end, unless the
    op says otherwise.
  }];
}

let opDocGroup = Graph_ReductionOps in {

def Graph_ReduceOp : Graph_InferredOp<"reduce"> {
  let summary = "reduces axes, which leave the shape; no elements give the neutral value (mean: NaN, integers 0)";
  let description = [{
    `axes` are ascending. `max` and `min` take every element type, `sum`, `mean`
    and `prod` floats and integers; `none` is refused. The result has the
    operand's element type. NaN wins; integers wrap.

    Accumulation, and the value for no elements: docs/Semantics.md, Reductions
    and scans.

    ```mlir
    // %x: tensor<?x5x4xf32, #tw.dims<"N">>
    %y = tw.reduce mean %x axes [1, 2]
      : tensor<?x5x4xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_ReduceKindAttr:$kind, Graph_Tensor:$operand, DenseI64ArrayAttr:$axes);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $operand `axes` $axes attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_ArgReduceOp : Graph_InferredOp<"arg_reduce"> {
  let summary = "index (i64) of the largest (max) or smallest (min) element of an axis, which leaves the shape";
  let description = [{
    `kind` is `max` or `min`, the operand holds numbers. Of equals it is the
    first, or the last with `last`. NaN counts as the largest (`max`) or the
    smallest (`min`); an empty axis gives 0.

    ```mlir
    // %x: tensor<?x5x4xf32, #tw.dims<"N">>
    %i = tw.arg_reduce max %x axis 1
      : tensor<?x5x4xf32, #tw.dims<"N">> -> tensor<?x4xi64, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_ReduceKindAttr:$kind, Graph_Tensor:$operand, Graph_IntAttr:$axis, UnitAttr:$last);
  let results = (outs Graph_IndexTensor:$result);
  let assemblyFormat = "$kind $operand `axis` $axis (`last` $last^)? attr-dict `:` type($operand) `->` type($result)";
}

def Graph_SoftmaxOp : Graph_InferredOp<"softmax"> {
  let summary = "exp(x - max) / sum of it along an axis; with `log`, its logarithm";
  let description = [{
    The result has the operand's type; without `log` the elements of each row
    along `axis` add up to 1. A row with NaN or +infinity is NaN, and so is one
    of -infinity only.

    ```mlir
    // %x: tensor<?x5x4xf32, #tw.dims<"N">>
    %y = tw.softmax %x axis 2 : tensor<?x5x4xf32, #tw.dims<"N">> -> tensor<?x5x4xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$operand, Graph_IntAttr:$axis, UnitAttr:$log);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$operand `axis` $axis (`log` $log^)? attr-dict `:` type($operand) `->` type($result)";
}

def Graph_NormalizeOp : Graph_InferredOp<"normalize"> {
  let summary = "(x - mean) / sqrt(variance + epsilon) over axes; with `rms`, x / sqrt(mean of x^2 + epsilon)";
  let description = [{
    The core of LayerNorm, InstanceNorm, GroupNorm, RMSNorm; scale and bias are
    elementwise ops after it. The result has the operand's type. `axes` (one or
    more, ascending) are normalised together; `epsilon` is 0 or more. The
    variance is the biased one, from the differences to the mean (two passes).
    An epsilon and a variance of 0 give NaN.

    ```mlir
    // %x: tensor<?x5x4xf32, #tw.dims<"N">>
    %y = tw.normalize %x axes [2] epsilon 1.0e-5
      : tensor<?x5x4xf32, #tw.dims<"N">> -> tensor<?x5x4xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$operand, DenseI64ArrayAttr:$axes, F64Attr:$epsilon, UnitAttr:$rms);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$operand `axes` $axes `epsilon` $epsilon (`rms` $rms^)? attr-dict `:` type($operand) `->` type($result)";
}

def Graph_ScanOp : Graph_InferredOp<"scan"> {
  let summary = "running sum, product, max or min along an axis";
  let description = [{
    result[..., i, ...] combines operand[..., 0 to i, ...]: `sum`, `prod`, `max`
    or `min` of floats or integers, and the result has the operand's type. With
    `exclusive` element i itself does not take part (the first result is the
    kind's value for no elements); with `reverse` it runs from the end of the
    axis.

    Rounding and NaN: docs/Semantics.md, Reductions and scans.

    ```mlir
    // %x: tensor<?x5xi64, #tw.dims<"N">>
    %y = tw.scan sum %x axis 1 exclusive
      : tensor<?x5xi64, #tw.dims<"N">> -> tensor<?x5xi64, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_ReduceKindAttr:$kind, Graph_Tensor:$operand, Graph_IntAttr:$axis, UnitAttr:$exclusive, UnitAttr:$reverse);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $operand `axis` $axis (`exclusive` $exclusive^)? (`reverse` $reverse^)? attr-dict `:` type($operand) `->` type($result)";
}

def Graph_AttentionOp : Graph_InferredOp<"attention"> {
  let summary = "softmax(scale * Q K^T + mask, causal) V with grouped heads";
  let description = [{
    query [B, L, H, E], key [B, S, G, E], value [B, S, G, F] -> [B, L, H, F];
    head h uses group h / (H / G). `mask` broadcasts to [B, H, L, S]: floats are
    added (of the query's type), bools keep (true) or drop. With `causal` query
    i sees keys up to i + S - L. `softcap` c > 0: c * tanh(x / c) before the
    mask. `rows` says what a row gives whose scores are all minus infinity (no
    key), or one of them NaN.

    Order of the steps and undefined rows: docs/Semantics.md, Reductions and
    scans.

    ```mlir
    // %q: tensor<1x5x8x16xf32>, %k: tensor<1x?x2x16xf32, #tw.dims<"S">>
    // %v: tensor<1x?x2x32xf32, #tw.dims<"S">>, %m: tensor<?xi1, #tw.dims<"S">>
    %y = tw.attention %q, %k, %v mask %m : tensor<?xi1, #tw.dims<"S">> scale 0.25 causal {softcap = 30.0 : f64}
      : tensor<1x5x8x16xf32>, tensor<1x?x2x16xf32, #tw.dims<"S">>, tensor<1x?x2x32xf32, #tw.dims<"S">>
        -> tensor<1x5x8x32xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$query, Graph_FloatTensor:$key, Graph_FloatTensor:$value,
                       Optional<Graph_Tensor>:$mask, F64Attr:$scale,
                       DefaultValuedAttr<F64Attr, "0.0">:$softcap,
                       DefaultValuedAttr<Graph_UndefinedRowsAttr, "::tilewright::graph::UndefinedRows::ZeroIfEmpty">:$rows,
                       UnitAttr:$causal);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$query `,` $key `,` $value (`mask` $mask^ `:` type($mask))? `scale` $scale (`causal` $causal^)? (`rows` $rows^)? attr-dict `:` type($query) `,` type($key) `,` type($value) `->` type($result)";
}

} // opDocGroup

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_REDUCTIONOPS

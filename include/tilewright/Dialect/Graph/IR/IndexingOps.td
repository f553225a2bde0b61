//===- IndexingOps.td - ops of tw that read or write by index -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_INDEXINGOPS
#define TILEWRIGHT_DIALECT_GRAPH_IR_INDEXINGOPS

include "tilewright/Dialect/Graph/IR/GraphOpBase.td"

def Graph_IndexingOps : OpDocGroup {
  let summary = "Indexing";
  let description = [{
    Elements are addressed by values: indices are i32 or i64, and one out of range
    is never undefined. `tw.range` makes such values.
  }];
}

let opDocGroup = Graph_IndexingOps in {

def Graph_GatherOp : Graph_InferredOp<"gather"> {
  let summary = "takes slices of an axis by index; the indices' shape replaces the axis";
  let description = [{
    result[a..., i..., b...] = operand[a..., indices[i...], b...], where a are
    the axes before `axis` and b those behind it. An index counts from the end
    if it is negative; one out of range is clamped. Empty axes:
    docs/Semantics.md, Indices.

    ```mlir
    // %table: tensor<1000x64xf32>, %tokens: tensor<?x16xi64, #tw.dims<"N">>
    %rows = tw.gather %table, %tokens axis 0
      : tensor<1000x64xf32>, tensor<?x16xi64, #tw.dims<"N">> -> tensor<?x16x64xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand, Graph_IndexTensor:$indices, Graph_IntAttr:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand `,` $indices `axis` $axis attr-dict `:` type($operand) `,` type($indices) `->` type($result)";
  let hasCanonicalizer = 1;
}

def Graph_GatherElementsOp : Graph_InferredOp<"gather_elements"> {
  let summary = "result[..., i, ...] = operand[..., indices[..., i, ...], ...]";
  let description = [{
    `indices` and `operand` have one rank, and the result has the shape of
    `indices`. On every axis but `axis`, `indices` has at most as many elements
    as `operand`. An index counts from the end if it is negative; one out of
    range is clamped. Empty axes: docs/Semantics.md, Indices.

    ```mlir
    // %x: tensor<5x4xf32>, %i: tensor<2x4xi32>
    %y = tw.gather_elements %x, %i axis 0 : tensor<5x4xf32>, tensor<2x4xi32> -> tensor<2x4xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand, Graph_IndexTensor:$indices, Graph_IntAttr:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand `,` $indices `axis` $axis attr-dict `:` type($operand) `,` type($indices) `->` type($result)";
}

def Graph_GatherNDOp : Graph_InferredOp<"gather_nd"> {
  let summary = "ONNX GatherND: the last axis of the indices addresses leading axes of the operand";
  let description = [{
    operand: [batch..., a..., b...], indices: [batch..., i..., k], result:
    [batch..., i..., b...]. There are `batch_dims` batch axes; k is constant,
    and a tuple of k indices addresses the k axes a. The result holds the slice
    b at each tuple. An index counts from the end if it is negative; one out of
    range is clamped. Empty axes: docs/Semantics.md, Indices.

    ```mlir
    // %x: tensor<2x5x4xf32>, %i: tensor<2x3x1xi64>
    %y = tw.gather_nd %x, %i batch_dims 1 : tensor<2x5x4xf32>, tensor<2x3x1xi64> -> tensor<2x3x4xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand, Graph_IndexTensor:$indices, Graph_IntAttr:$batch_dims);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand `,` $indices `batch_dims` $batch_dims attr-dict `:` type($operand) `,` type($indices) `->` type($result)";
}

def Graph_ScatterElementsOp : Graph_InferredOp<"scatter_elements"> {
  let summary = "a copy of the operand in which result[..., indices[..., i, ...], ...] is combined with updates[..., i, ...]";
  let description = [{
    The shapes are those of `tw.gather_elements`; `updates` has the shape of
    `indices` and the operand's element type. The result has the operand's type.
    `reduction` is `none` (the update replaces the element), or for numbers
    `sum`, `prod`, `max` or `min`. Updates are applied in row-major order. An
    index counts from the end if it is negative; one out of range writes
    nothing.

    NaN and rounding: docs/Semantics.md, Indices.

    ```mlir
    // %x: tensor<5x4xf32>, %i: tensor<2x4xi32>, %u: tensor<2x4xf32>
    %y = tw.scatter_elements sum %x, %i, %u axis 0
      : tensor<5x4xf32>, tensor<2x4xi32>, tensor<2x4xf32> -> tensor<5x4xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand, Graph_IndexTensor:$indices, Graph_Tensor:$updates,
                       Graph_IntAttr:$axis, Graph_ReduceKindAttr:$reduction);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$reduction $operand `,` $indices `,` $updates `axis` $axis attr-dict `:` type($operand) `,` type($indices) `,` type($updates) `->` type($result)";
}

def Graph_ScatterNDOp : Graph_InferredOp<"scatter_nd"> {
  let summary = "ONNX ScatterND: slices of updates are combined into a copy of the operand";
  let description = [{
    operand and result: [a..., b...], indices: [i..., k], updates: [i..., b...].
    k is constant; a tuple of k indices addresses the k axes a, and the slice
    updates[i...] is combined with the result's slice there, as `reduction` says
    (see `tw.scatter_elements`). Updates are applied in row-major order. An
    index counts from the end if it is negative; a tuple with one out of range
    writes nothing.

    NaN and rounding: docs/Semantics.md, Indices.

    ```mlir
    // %x: tensor<5x4xf32>, %i: tensor<6x1xi64>, %u: tensor<6x4xf32>
    %y = tw.scatter_nd none %x, %i, %u
      : tensor<5x4xf32>, tensor<6x1xi64>, tensor<6x4xf32> -> tensor<5x4xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand, Graph_IndexTensor:$indices, Graph_Tensor:$updates,
                       Graph_ReduceKindAttr:$reduction);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$reduction $operand `,` $indices `,` $updates attr-dict `:` type($operand) `,` type($indices) `,` type($updates) `->` type($result)";
}

def Graph_ReverseSequenceOp : Graph_InferredOp<"reverse_sequence"> {
  let summary = "reverses the first lengths[b] elements of the time axis for each batch b";
  let description = [{
    With n = lengths[b], element t of the time axis of batch b is the operand's
    element n - 1 - t where t < n, else its element t. `lengths` has rank 1 and
    one entry for each element of the batch axis; entries are clamped to 0 and
    the size of the time axis.

    ```mlir
    // %x: tensor<5x?x8xf32, #tw.dims<"B">>, %n: tensor<?xi64, #tw.dims<"B">>
    %y = tw.reverse_sequence %x, %n time 0 batch 1
      : tensor<5x?x8xf32, #tw.dims<"B">>, tensor<?xi64, #tw.dims<"B">>
        -> tensor<5x?x8xf32, #tw.dims<"B">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand, Graph_IndexTensor:$lengths, Graph_IntAttr:$time_axis, Graph_IntAttr:$batch_axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand `,` $lengths `time` $time_axis `batch` $batch_axis attr-dict `:` type($operand) `,` type($lengths) `->` type($result)";
}

def Graph_RangeOp : Graph_ShapedOp<"range"> {
  let summary = "result[i] = start + i * delta, rank 1";
  let description = [{
    `start` and `delta` have rank 0 and the result's element type, a number. The
    product and the sum are computed in that type (f16 and bf16 in f32);
    integers wrap.

    ```mlir
    // %start: tensor<i64>, %delta: tensor<i64>
    %y = tw.range %start, %delta : tensor<i64>, tensor<i64> -> tensor<?xi64, #tw.dims<"T">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$start, Graph_Tensor:$delta);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$start `,` $delta attr-dict `:` type($start) `,` type($delta) `->` type($result)";
}

} // opDocGroup

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_INDEXINGOPS

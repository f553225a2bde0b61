//===- SelectionOps.td - sorting and selection ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_SELECTIONOPS
#define TILEWRIGHT_DIALECT_GRAPH_IR_SELECTIONOPS

include "tilewright/Dialect/Graph/IR/GraphOpBase.td"

def Graph_SelectionOps : OpDocGroup {
  let summary = "Sorting and selection";
  let description = [{
    The size of most results depends on values: it is a symbol, named by
    `count`, that the op binds.
  }];
}

let opDocGroup = Graph_SelectionOps in {

def Graph_TopKOp : Graph_ShapedOp<"top_k"> {
  let summary = "the k largest (or smallest) elements of an axis, sorted, with their indices (i64)";
  let description = [{
    The operand holds numbers; both results have its shape, but for k on `axis`,
    which is at most the axis' size. The largest element is first, or the
    smallest with `smallest`. Equal elements keep their order; NaN counts as the
    largest of all.

    ```mlir
    // %x: tensor<?x5xf32, #tw.dims<"N">>
    %values, %indices = tw.top_k %x axis 1
      : tensor<?x5xf32, #tw.dims<"N">> -> tensor<?x3xf32, #tw.dims<"N">>, tensor<?x3xi64, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand, Graph_IntAttr:$axis, UnitAttr:$smallest);
  let results = (outs Graph_Tensor:$values, Graph_IndexTensor:$indices);
  let assemblyFormat = "$operand `axis` $axis (`smallest` $smallest^)? attr-dict `:` type($operand) `->` type($values) `,` type($indices)";
}

def Graph_NonZeroOp : Graph_Op<"non_zero"> {
  let summary = "coordinates of the elements that are not 0, row-major: [count, rank]";
  let description = [{
    Binds the symbol `count` when it has run: the result's type uses it. The
    result is [count, rank] of i64 (ONNX's is its transpose). NaN is not 0; -0
    is.

    ```mlir
    // %x: tensor<?x5xf32, #tw.dims<"N">>
    %i = tw.non_zero %x count "nz" : tensor<?x5xf32, #tw.dims<"N">> -> tensor<?x2xi64, #tw.dims<"nz">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand, StrAttr:$count);
  let results = (outs Graph_IndexTensor:$result);
  let assemblyFormat = "$operand `count` $count attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
}

def Graph_UniqueOp : Graph_Op<"unique"> {
  let summary = "ONNX Unique: the distinct elements (or slices of `axis`)";
  let description = [{
    Binds the symbol `count` when it has run. Without `axis` the elements are
    taken in row-major order and `values` is [count]; with it, `values` has the
    operand's shape, but for count on `axis`. indices: [count], where each first
    occurs; inverse: for each element (slice) its number in `values`; counts:
    [count], how often each occurs. The order is that of the first occurrences,
    or ascending with `sorted`.

    NaN and signed zeros: docs/Semantics.md, Sorting and selection.

    ```mlir
    // %x: tensor<?x5xf32, #tw.dims<"N">>
    %values, %indices, %inverse, %counts = tw.unique %x count "u" {sorted}
      : tensor<?x5xf32, #tw.dims<"N">>
        -> tensor<?xf32, #tw.dims<"u">>, tensor<?xi64, #tw.dims<"u">>,
           tensor<?xi64, #tw.dims<"5*N">>, tensor<?xi64, #tw.dims<"u">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand, OptionalAttr<Graph_IntAttr>:$axis, UnitAttr:$sorted, StrAttr:$count);
  let results = (outs Graph_Tensor:$values, Graph_IndexTensor:$indices, Graph_IndexTensor:$inverse, Graph_IndexTensor:$counts);
  let assemblyFormat = "$operand `count` $count attr-dict `:` type($operand) `->` type(results)";
  let hasVerifier = 1;
}

def Graph_NonMaxSuppressionOp : Graph_Op<"non_max_suppression"> {
  let summary = "ONNX NonMaxSuppression: [count, 3] of (batch, class, box)";
  let description = [{
    boxes [B, N, 4], scores [B, C, N]; the three limits are scalars
    (`max_per_class` i64, the thresholds floats). A box is two opposite corners
    (y, x, y, x), or with `center_point_box` (x, y, width, height). In each
    class of each batch boxes are taken by falling score, and up to
    `max_per_class` are kept: those whose score exceeds `score_threshold` and
    whose intersection over union with each kept box is at most `iou_threshold`.
    Binds the symbol `count`.

    Ties, NaN, empty boxes and the result's order: docs/Semantics.md, Sorting
    and selection.

    ```mlir
    // %boxes: tensor<1x10x4xf32>, %scores: tensor<1x2x10xf32>
    // %max: tensor<i64>, %iou: tensor<f32>, %score: tensor<f32>
    %kept = tw.non_max_suppression %boxes, %scores, %max, %iou, %score count "kept"
      : (tensor<1x10x4xf32>, tensor<1x2x10xf32>, tensor<i64>, tensor<f32>, tensor<f32>)
        -> tensor<?x3xi64, #tw.dims<"kept">>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$boxes, Graph_FloatTensor:$scores,
                       Graph_Tensor:$max_per_class, Graph_Tensor:$iou_threshold, Graph_Tensor:$score_threshold,
                       UnitAttr:$center_point_box, StrAttr:$count);
  let results = (outs Graph_IndexTensor:$result);
  let assemblyFormat = "operands `count` $count attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

} // opDocGroup

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_SELECTIONOPS

//===- DataMovementOps.td - ops of tw that move whole axes ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_DATAMOVEMENTOPS
#define TILEWRIGHT_DIALECT_GRAPH_IR_DATAMOVEMENTOPS

include "tilewright/Dialect/Graph/IR/GraphOpBase.td"

def Graph_DataMovementOps : OpDocGroup {
  let summary = "Shape and data movement";
  let description = [{
    Elements are copied bit by bit and have any element type.
  }];
}

let opDocGroup = Graph_DataMovementOps in {

def Graph_ReshapeOp : Graph_ShapedOp<"reshape"> {
  let summary = "the same elements in row-major order under another shape";
  let description = [{
    Operand and result have the same element type and the same number of
    elements. Sizes whose products may be equal pass; the importer adds a
    `tw.check_dims` where an input could break that.

    ```mlir
    // %x: tensor<?x4xf32, #tw.dims<"N">>
    %y = tw.reshape %x : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"4*N">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_BroadcastOp : Graph_ShapedOp<"broadcast"> {
  let summary = "repeats axes of static size 1, and missing leading ones, up to the result's shape";
  let description = [{
    The axes are aligned at the last one. An axis of the operand of static size
    1, or one that it does not have, is repeated; every other axis has the
    result's size. A result axis of size 0 gives an empty result.

    ```mlir
    // %x: tensor<4x1xf32>
    %y = tw.broadcast %x : tensor<4x1xf32> -> tensor<?x4x8xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_TransposeOp : Graph_InferredOp<"transpose"> {
  let summary = "permutes the axes: axis i of the result is axis permutation[i] of the operand";
  let description = [{
    result[i[p[0]], i[p[1]], ...] = operand[i[0], i[1], ...], where p is
    `permutation`: each axis of the operand once.

    ```mlir
    // %x: tensor<2x3x4xf32>
    %y = tw.transpose %x [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand, DenseI64ArrayAttr:$permutation);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand $permutation attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_ConcatOp : Graph_InferredOp<"concat"> {
  let summary = "joins tensors along an axis";
  let description = [{
    The elements of operand 0 along `axis`, then those of operand 1, and so on:
    one operand or more, of one element type and rank. The sizes of `axis` add
    up, all others are equal. Empty operands add nothing.

    ```mlir
    // %x: tensor<?x4xf32, #tw.dims<"N">>, %y: tensor<3x4xf32>
    %z = tw.concat %x, %y axis 0
      : tensor<?x4xf32, #tw.dims<"N">>, tensor<3x4xf32> -> tensor<?x4xf32, #tw.dims<"N + 3">>
    ```
  }];
  let arguments = (ins Variadic<Graph_Tensor>:$operands, Graph_IntAttr:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operands `axis` $axis attr-dict `:` type($operands) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    /// More operands than a tile is to be put together from: each of its tiles
    /// would look into all of them. Loops copy one operand after the other.
    bool isWide() { return getOperands().size() > 8; }
  }];
}

def Graph_SliceOp : Graph_ShapedOp<"slice"> {
  let summary = "result[i] = operand[starts + i * steps], per axis; sizes are the result's";
  let description = [{
    One start (an expression) and one step (a constant, not 0) per axis. Steps
    may be negative. Every element read is inside the operand: whoever builds
    the op has clamped starts and sizes.

    ```mlir
    // %x: tensor<?x4xf32, #tw.dims<"N">>
    %reversed = tw.slice %x starts <"N - 1", 0> steps [-1, 2]
      : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x2xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand, Graph_DimsAttr:$starts, DenseI64ArrayAttr:$steps);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand `starts` $starts `steps` $steps attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_PadOp : Graph_InferredOp<"pad"> {
  let summary = "adds elements before (`low`) and after (`high`) each axis; negative widths remove";
  let description = [{
    Each axis grows by `low` elements at its start and `high` at its end (one
    expression per axis). `mode` says what stands there: `constant` the `value`
    (rank 0, the operand's element type; other modes have none), `edge` the
    nearest element, `reflect` the operand mirrored at its outermost elements,
    which are not repeated, `wrap` the operand again. A negative width removes
    elements, before the mode looks at the operand.

    Widths beyond the operand and empty axes: docs/Semantics.md, Indices.

    ```mlir
    // %x: tensor<?x4xf32, #tw.dims<"N">>, %zero: tensor<f32>
    %y = tw.pad constant %x with %zero : tensor<f32> low <0, 1> high <"M", 0>
      : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x5xf32, #tw.dims<"M + N">>
    %z = tw.pad reflect %x low <0, 2> high <0, 2>
      : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x8xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand, Optional<Graph_Tensor>:$value,
                       Graph_PadModeAttr:$mode, Graph_DimsAttr:$low, Graph_DimsAttr:$high);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$mode $operand (`with` $value^ `:` type($value))? `low` $low `high` $high attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
}

} // opDocGroup

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_DATAMOVEMENTOPS

//===- ElementwiseOps.td - elementwise ops of tw --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_ELEMENTWISEOPS
#define TILEWRIGHT_DIALECT_GRAPH_IR_ELEMENTWISEOPS

include "tilewright/Dialect/Graph/IR/GraphOpBase.td"

def Graph_ElementwiseOps : OpDocGroup {
  let summary = "Elementwise";
  let description = [{
    Operands broadcast as NumPy's do: aligned at the last axis, an axis of static
    size 1 (or a missing one) is repeated. Two different dynamic expressions on an
    axis are taken as equal; importers add a `tw.check_dims`.
  }];
}

let opDocGroup = Graph_ElementwiseOps in {

def Graph_UnaryOp : Graph_InferredOp<"unary"> {
  let summary = "elementwise function of one operand";
  let description = [{
    result[i...] = kind(operand[i...]); the result has the operand's type
    (`isnan`: `i1`). `abs`, `neg` and `sign` take floats and integers, `not`
    integers (bitwise) and bools (logical), every other kind floats. `round`
    rounds half to even.

    Overflow, domains and NaN: docs/Semantics.md, Elementwise.

    ```mlir
    // %x: tensor<?x4xf32, #tw.dims<"N">>
    %y = tw.unary exp %x : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x4xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_UnaryKindAttr:$kind, Graph_Tensor:$operand);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
}

def Graph_BinaryOp : Graph_InferredOp<"binary"> {
  let summary = "elementwise function of two operands of one type";
  let description = [{
    result = kind(lhs, rhs), broadcast. Operands and result have one element
    type: integers or bools for `and`, `or`, `xor`; integers for `shl`, `shr`;
    floats for `atan2`; floats or integers for every other kind. Integers wrap;
    `mod` has the sign of the divisor, `rem` that of the dividend.

    Division by 0, wide shifts and NaN: docs/Semantics.md, Elementwise.

    ```mlir
    // %x: tensor<?x4xf32, #tw.dims<"N">>, %bias: tensor<4xf32>
    %y = tw.binary add %x, %bias
      : tensor<?x4xf32, #tw.dims<"N">>, tensor<4xf32> -> tensor<?x4xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_BinaryKindAttr:$kind, Graph_Tensor:$lhs, Graph_Tensor:$rhs);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_CompareOp : Graph_InferredOp<"compare"> {
  let summary = "elementwise comparison; false if an operand is NaN, but `ne` true";
  let description = [{
    result = lhs kind rhs, broadcast, as `i1`. The operands have one element
    type; bools have no order: they take `eq` and `ne` only. Unsigned integers
    compare as unsigned. A comparison with NaN is false, but `ne` is true; +0
    equals -0.

    ```mlir
    // %x: tensor<?x4xf32, #tw.dims<"N">>, %zero: tensor<f32>
    %isNegative = tw.compare lt %x, %zero
      : tensor<?x4xf32, #tw.dims<"N">>, tensor<f32> -> tensor<?x4xi1, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_CompareKindAttr:$kind, Graph_Tensor:$lhs, Graph_Tensor:$rhs);
  let results = (outs Graph_BoolTensor:$result);
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let hasCanonicalizer = 1;
}

def Graph_SelectOp : Graph_InferredOp<"select"> {
  let summary = "elementwise choice: condition ? on_true : on_false";
  let description = [{
    result = condition ? on_true : on_false, all three broadcast. The choices
    have one element type, any. Bits are copied: a NaN that is not chosen leaves
    no trace.

    ```mlir
    // %keep: tensor<?x4xi1, #tw.dims<"N">>, %x: tensor<?x4xf32, #tw.dims<"N">>, %zero: tensor<f32>
    %y = tw.select %keep, %x, %zero
      : tensor<?x4xi1, #tw.dims<"N">>, tensor<?x4xf32, #tw.dims<"N">>, tensor<f32>
        -> tensor<?x4xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_BoolTensor:$condition, Graph_Tensor:$on_true, Graph_Tensor:$on_false);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$condition `,` $on_true `,` $on_false attr-dict `:` type($condition) `,` type($on_true) `,` type($on_false) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_CastOp : Graph_ShapedOp<"cast"> {
  let summary = "conversion of the element type";
  let description = [{
    The operand's shape with another element type, element by element. Float to
    integer truncates and saturates, and NaN gives 0; integer to integer wraps;
    to bool is `!= 0` (NaN is true). Roundings: docs/Semantics.md, Cast.

    ```mlir
    // %x: tensor<4xui8>
    %y = tw.cast %x : tensor<4xui8> -> tensor<4xbf16>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
}

} // opDocGroup

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_ELEMENTWISEOPS

//===- ConstantOps.td - constants and sizes -------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_CONSTANTOPS
#define TILEWRIGHT_DIALECT_GRAPH_IR_CONSTANTOPS

include "tilewright/Dialect/Graph/IR/GraphOpBase.td"

def Graph_ConstantOps : OpDocGroup {
  let summary = "Constants and sizes";
  let description = [{
    Values that the model holds, and the ways between sizes and values. Sizes are
    64-bit; see docs/Semantics.md, Sizes.
  }];
}

let opDocGroup = Graph_ConstantOps in {

def Graph_ConstantOp : Graph_Op<"constant", [Pure, ConstantLike,
    AllTypesMatch<["value", "result"]>]> {
  let summary = "a constant of at most 1 KiB";
  let description = [{
    The shape is static and the elements take at most 1 KiB: a larger constant
    is a `tw.weight`, or the `tw.broadcast` of a small one.

    ```mlir
    %0 = tw.constant dense<[1, 2]> : tensor<2xi64>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let extraClassDeclaration = [{
    /// Larger constants are weights, or broadcasts of small constants.
    static constexpr int64_t maxBytes = 1024;
    ::mlir::RankedTensorType getType() {
      return ::llvm::cast<::mlir::RankedTensorType>(getResult().getType());
    }
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Graph_WeightOp : Graph_Op<"weight", [Pure]> {
  let summary = "a constant whose bytes are in the weight store";
  let description = [{
    `key` is the weight's number in the `WeightStore` that goes with the module;
    `name` is what the model calls it. The shape is static.

    ```mlir
    %0 = tw.weight 3 "conv1.weight" : tensor<3x3x3x64xf32>
    ```
  }];
  let arguments = (ins Graph_IntAttr:$key, StrAttr:$name);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$key $name attr-dict `:` type($result)";
  let extraClassDeclaration = [{
    ::mlir::RankedTensorType getType() {
      return ::llvm::cast<::mlir::RankedTensorType>(getResult().getType());
    }
  }];
  let hasVerifier = 1;
}

def Graph_FromDimsOp : Graph_InferredOp<"from_dims"> {
  let summary = "sizes as a tensor of i64";
  let description = [{
    One element for each expression of `dims`: the result has the type
    `tensor<nxi64>`. This is all that is left of a model's shape arithmetic.

    ```mlir
    %0 = tw.from_dims <"N", "2*H", 7> : tensor<3xi64>
    ```
  }];
  let arguments = (ins Graph_DimsAttr:$dims);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$dims attr-dict `:` type($result)";
}

def Graph_BindDimsOp : Graph_Op<"bind_dims"> {
  let summary = "gives names to sizes that were computed as values";
  let description = [{
    Element i of the integer tensor (rank 0 or 1, one element for each symbol)
    becomes symbol i from here on. The values are taken as they are and may be
    negative. It has a side effect: it stays before the ops whose types use the
    symbols.

    ```mlir
    // %sizes: tensor<2xi64>
    tw.bind_dims %sizes as ["A", "B"] : tensor<2xi64>
    ```
  }];
  let arguments = (ins Graph_IntTensor:$values, StrArrayAttr:$symbols);
  let assemblyFormat = "$values `as` $symbols attr-dict `:` type($values)";
  let hasVerifier = 1;
}

def Graph_CheckDimsOp : Graph_Op<"check_dims"> {
  let summary = "an equality of sizes that is checked at run time";
  let description = [{
    Expression i of `lhs` must be equal to expression i of `rhs`; both lists
    have the same length. Where they differ, the run ends with an error:
    `message` with both sides in its places `{lhs}` and `{rhs}`, or behind it if
    it has none. Constants that differ are valid: the branch that they are in
    may never run. It has a side effect: it stays, though nothing uses it.

    ```mlir
    tw.check_dims <"A", 4> equals <"N", "B">, "the sizes {lhs} and {rhs} of the mask differ"
    ```
  }];
  let arguments = (ins Graph_DimsAttr:$lhs, Graph_DimsAttr:$rhs, StrAttr:$message);
  let assemblyFormat = "$lhs `equals` $rhs `,` $message attr-dict";
  let hasVerifier = 1;
}

} // opDocGroup

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_CONSTANTOPS

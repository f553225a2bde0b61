//===- ControlFlowOps.td - control flow and kernels -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_CONTROLFLOWOPS
#define TILEWRIGHT_DIALECT_GRAPH_IR_CONTROLFLOWOPS

include "tilewright/Dialect/Graph/IR/GraphOpBase.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def Graph_ControlFlowOps : OpDocGroup {
  let summary = "Control flow and kernels";
  let description = [{
    Ops with regions. A region has one block, which ends with `tw.yield`.
  }];
}

let opDocGroup = Graph_ControlFlowOps in {

def Graph_YieldOp : Graph_Op<"yield", [Pure, ReturnLike, Terminator,
    ParentOneOf<["IfOp", "LoopOp", "KernelOp"]>]> {
  let summary = "ends a region and gives its results";
  let description = [{
    The terminator of the regions of `tw.if`, `tw.loop` and `tw.kernel`, which
    say what its operands are.

    ```mlir
    // %x: tensor<4xf32>
    %y = tw.kernel "copy"(%x) : (tensor<4xf32>) -> tensor<4xf32> {
    ^bb0(%a: tensor<4xf32>):
      tw.yield %a : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<Graph_Tensor>:$operands);
  let assemblyFormat = "($operands^ `:` type($operands))? attr-dict";
}

def Graph_IfOp : Graph_Op<"if", [SingleBlock, NoRegionArguments]> {
  let summary = "runs one of two regions";
  let description = [{
    The first region runs if `condition` (rank 0) is true, else the second. The
    regions may use values from outside. Where the branches' result types differ
    in a size, the result's type holds a fresh symbol, which both branches bind:
    `result_symbols` names them, and `then_dims` and `else_dims` hold what each
    is after that branch.

    ```mlir
    // %c: tensor<i1>, %x: tensor<4xf32>, %y: tensor<8xf32>
    %z = tw.if %c {result_symbols = ["R"], then_dims = #tw.dims<4>, else_dims = #tw.dims<8>}
        : (tensor<i1>) -> tensor<?xf32, #tw.dims<"R">> {
      tw.yield %x : tensor<4xf32>
    } else {
      tw.yield %y : tensor<8xf32>
    }
    ```
  }];
  let arguments = (ins Graph_BoolTensor:$condition,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$result_symbols,
                       OptionalAttr<Graph_DimsAttr>:$then_dims, OptionalAttr<Graph_DimsAttr>:$else_dims);
  let results = (outs Variadic<Graph_Tensor>:$results);
  let regions = (region SizedRegion<1>:$then_region, SizedRegion<1>:$else_region);
  let assemblyFormat = "$condition attr-dict `:` functional-type($condition, $results) $then_region `else` $else_region";
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Graph_LoopOp : Graph_Op<"loop", [SingleBlock, AttrSizedOperandSegments]> {
  let summary = "a loop with carried values and stacked outputs (ONNX Loop and Scan)";
  let description = [{
    Body arguments: iteration (i64, rank 0), then the carried values. The body
    yields: condition (i1, rank 0; true: go on), the carried values, then the
    values to stack. Results: the carried values at the end, then each stacked
    value with a new first axis of size `trips`.

    The loop ends after `max_trips` (absent: no limit; 0 or less: no trip) or
    when the condition is false; `condition` is the one before the first trip
    (absent: true). `trips` is a symbol that is bound when the loop has ended.
    Carried values keep their type; sizes that change from trip to trip are
    symbols named in `carried_symbols`, which hold `next_dims` after each trip
    and `init_dims` before the first; in the result's types they have their last
    value.

    ```mlir
    // %n: tensor<i64>, %c: tensor<i1>, %x: tensor<4xf32>
    %last, %trace = tw.loop max_trips %n : tensor<i64> carried(%x) trips "T"
        : (tensor<4xf32>) -> (tensor<4xf32>, tensor<?x4xf32, #tw.dims<"T">>) {
    ^bb0(%i: tensor<i64>, %a: tensor<4xf32>):
      %b = tw.unary exp %a : tensor<4xf32> -> tensor<4xf32>
      tw.yield %c, %b, %b : tensor<i1>, tensor<4xf32>, tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins Optional<Graph_IndexTensor>:$max_trips, Optional<Graph_BoolTensor>:$condition,
                       Variadic<Graph_Tensor>:$carried, StrAttr:$trips,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$carried_symbols,
                       OptionalAttr<Graph_DimsAttr>:$init_dims, OptionalAttr<Graph_DimsAttr>:$next_dims);
  let results = (outs Variadic<Graph_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "(`max_trips` $max_trips^ `:` type($max_trips))? (`while` $condition^ `:` type($condition))? `carried` `(` $carried `)` `trips` $trips attr-dict `:` functional-type($carried, $results) $body";
  let hasVerifier = 1;
}

def Graph_KernelOp : Graph_Op<"kernel", [IsolatedFromAbove, SingleBlock]> {
  let summary = "one kernel launch: its body runs as one kernel";
  let description = [{
    The unit of code generation, made by `tw-form-kernels`. Block arguments
    stand for the operands, in order, with the same types; the body uses no
    other values from outside, and ends with a `tw.yield` of the results.
    `sym_name` is unique in the module and names the kernel in plans, profiles
    and messages.

    ```mlir
    // %x: tensor<?xf32, #tw.dims<"N">>
    %y = tw.kernel "exp"(%x) : (tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
    ^bb0(%a: tensor<?xf32, #tw.dims<"N">>):
      %b = tw.unary exp %a : tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
      tw.yield %b : tensor<?xf32, #tw.dims<"N">>
    }
    ```
  }];
  let arguments = (ins StrAttr:$sym_name, Variadic<Graph_Tensor>:$inputs);
  let results = (outs Variadic<Graph_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name `(` $inputs `)` attr-dict-with-keyword `:` functional-type($inputs, $results) $body";
  let hasVerifier = 1;
}

} // opDocGroup

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_CONTROLFLOWOPS

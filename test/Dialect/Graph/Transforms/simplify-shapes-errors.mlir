// RUN: tw-opt %s --split-input-file --tw-simplify-shapes --verify-diagnostics

// The declared sizes can never fit.
module attributes {tw.symbols = {N = #tw.range<4, 4, 1>}} {
func.func @never(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  // expected-error@+1 {{sizes of operands: 5 is not 6}}
  tw.check_dims <"N + 1"> equals <6>, "sizes of operands"
  return %x : tensor<?xf32, #tw.dims<"N">>
}
}

// -----

// The branch that is taken always runs.
func.func @taken(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = tw.constant dense<true> : tensor<i1>
  %y = tw.if %c : (tensor<i1>) -> tensor<4xf32> {
    // expected-error@+1 {{sizes of operands: 5 is not 6}}
    tw.check_dims <5> equals <6>, "sizes of operands"
    tw.yield %x : tensor<4xf32>
  } else {
    tw.yield %x : tensor<4xf32>
  }
  return %y : tensor<4xf32>
}

// -----

// In a branch that the run chooses it stays for the run: no error.
module attributes {tw.symbols = {N = #tw.range<1, 1, 1>}} {
func.func @perhaps_taken(%x: tensor<4xf32>, %z: tensor<?xf32, #tw.dims<"N">>, %c: tensor<i1>) -> tensor<4xf32> {
  %y = tw.if %c : (tensor<i1>) -> tensor<4xf32> {
    tw.yield %x : tensor<4xf32>
  } else {
    tw.check_dims <"N"> equals <2>, "sizes of operands"
    tw.yield %x : tensor<4xf32>
  }
  return %y : tensor<4xf32>
}
}

// What the verifiers of control flow and kernels refuse.
// RUN: tw-opt %s --split-input-file --verify-diagnostics

// One condition decides.
func.func @if_condition(%c: tensor<1xi1>, %x: tensor<4xf32>, %i: tensor<4xi32>) {
  // expected-error @+1 {{expected a condition of rank 0, but got rank 1}}
  %0 = tw.if %c : (tensor<1xi1>) -> tensor<4xf32> {
    tw.yield %x : tensor<4xf32>
  } else {
    tw.yield %x : tensor<4xf32>
  }
  return
}

// -----

// Both branches yield what the op gives.
func.func @if_count(%c: tensor<i1>, %x: tensor<4xf32>, %i: tensor<4xi32>) {
  // expected-error @+1 {{expected 1 then results, but got 2}}
  %0 = tw.if %c : (tensor<i1>) -> tensor<4xf32> {
    tw.yield %x, %x : tensor<4xf32>, tensor<4xf32>
  } else {
    tw.yield %x : tensor<4xf32>
  }
  return
}

// -----

// There are no implicit conversions between branch and result.
func.func @if_type(%c: tensor<i1>, %x: tensor<4xf32>, %i: tensor<4xi32>) {
  // expected-error @+1 {{expected else result 0 of type 'tensor<4xf32>', but got 'tensor<4xi32>'}}
  %0 = tw.if %c : (tensor<i1>) -> tensor<4xf32> {
    tw.yield %x : tensor<4xf32>
  } else {
    tw.yield %i : tensor<4xi32>
  }
  return
}

// -----

// Two different constant sizes are not taken as equal.
func.func @if_shape(%c: tensor<i1>, %x: tensor<4xf32>, %i: tensor<4xi32>) {
  // expected-error @+1 {{expected then result 0 of type 'tensor<5xf32>', but got 'tensor<4xf32>'}}
  %0 = tw.if %c : (tensor<i1>) -> tensor<5xf32> {
    tw.yield %x : tensor<4xf32>
  } else {
    tw.yield %x : tensor<4xf32>
  }
  return
}

// -----

// Both branches say the size that a symbol has after them.
func.func @if_then_dims(%c: tensor<i1>, %x: tensor<4xf32>, %i: tensor<4xi32>) {
  // expected-error @+1 {{expected 1 expressions in then_dims, one per symbol, but got 0}}
  %0 = tw.if %c {result_symbols = ["R"], else_dims = #tw.dims<4>} : (tensor<i1>) -> tensor<4xf32> {
    tw.yield %x : tensor<4xf32>
  } else {
    tw.yield %x : tensor<4xf32>
  }
  return
}

// -----

// No branch says more sizes than there are symbols.
func.func @if_else_dims(%c: tensor<i1>, %x: tensor<4xf32>, %i: tensor<4xi32>) {
  // expected-error @+1 {{expected 1 expressions in else_dims, one per symbol, but got 2}}
  %0 = tw.if %c {result_symbols = ["R"], then_dims = #tw.dims<4>, else_dims = #tw.dims<4, 5>} : (tensor<i1>) -> tensor<4xf32> {
    tw.yield %x : tensor<4xf32>
  } else {
    tw.yield %x : tensor<4xf32>
  }
  return
}

// -----

// Only a symbol can be bound, no expression.
func.func @if_symbol(%c: tensor<i1>, %x: tensor<4xf32>, %i: tensor<4xi32>) {
  // expected-error @+1 {{expected the name of a symbol, but got '2*R'}}
  %0 = tw.if %c {result_symbols = ["2*R"], then_dims = #tw.dims<4>, else_dims = #tw.dims<4>} : (tensor<i1>) -> tensor<4xf32> {
    tw.yield %x : tensor<4xf32>
  } else {
    tw.yield %x : tensor<4xf32>
  }
  return
}

// -----

// A region ends with its results.
func.func @if_terminator(%c: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected else to end with tw.yield}}
  %0 = tw.if %c : (tensor<i1>) -> tensor<4xf32> {
    tw.yield %x : tensor<4xf32>
  } else {
    %1 = tw.unary abs %x : tensor<4xf32> -> tensor<4xf32>
  }
  return
}

// -----

// The limit is a scalar.
func.func @loop_max_trips_rank(%n: tensor<1xi64>, %c: tensor<i1>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected max_trips of i64 and rank 0, but got 'tensor<1xi64>'}}
  %0:2 = tw.loop max_trips %n : tensor<1xi64> while %c : tensor<i1> carried(%x) trips "T"
      : (tensor<4xf32>) -> (tensor<4xf32>, tensor<?x4xf32, #tw.dims<"T">>) {
  ^bb0(%j: tensor<i64>, %s: tensor<4xf32>):
    tw.yield %d, %s, %s : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

// The limit is i64.
func.func @loop_max_trips_type(%n: tensor<i32>, %c: tensor<i1>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected max_trips of i64 and rank 0, but got 'tensor<i32>'}}
  %0:2 = tw.loop max_trips %n : tensor<i32> while %c : tensor<i1> carried(%x) trips "T"
      : (tensor<4xf32>) -> (tensor<4xf32>, tensor<?x4xf32, #tw.dims<"T">>) {
  ^bb0(%j: tensor<i64>, %s: tensor<4xf32>):
    tw.yield %d, %s, %s : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

// The condition is a scalar.
func.func @loop_condition(%n: tensor<i64>, %c: tensor<1xi1>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected a condition of rank 0, but got rank 1}}
  %0:2 = tw.loop max_trips %n : tensor<i64> while %c : tensor<1xi1> carried(%x) trips "T"
      : (tensor<4xf32>) -> (tensor<4xf32>, tensor<?x4xf32, #tw.dims<"T">>) {
  ^bb0(%j: tensor<i64>, %s: tensor<4xf32>):
    tw.yield %d, %s, %s : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

// A carried symbol has a first value.
func.func @loop_init_dims(%n: tensor<i64>, %c: tensor<i1>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected 1 expressions in init_dims, one per symbol, but got 0}}
  %0:2 = tw.loop max_trips %n : tensor<i64> while %c : tensor<i1> carried(%x) trips "T" {carried_symbols = ["S"], next_dims = #tw.dims<4>}
      : (tensor<4xf32>) -> (tensor<4xf32>, tensor<?x4xf32, #tw.dims<"T">>) {
  ^bb0(%j: tensor<i64>, %s: tensor<4xf32>):
    tw.yield %d, %s, %s : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

// A carried symbol has a next value.
func.func @loop_next_dims(%n: tensor<i64>, %c: tensor<i1>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected 1 expressions in next_dims, one per symbol, but got 0}}
  %0:2 = tw.loop max_trips %n : tensor<i64> while %c : tensor<i1> carried(%x) trips "T" {carried_symbols = ["S"], init_dims = #tw.dims<4>}
      : (tensor<4xf32>) -> (tensor<4xf32>, tensor<?x4xf32, #tw.dims<"T">>) {
  ^bb0(%j: tensor<i64>, %s: tensor<4xf32>):
    tw.yield %d, %s, %s : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

// Only a symbol can be carried, no expression.
func.func @loop_symbol(%n: tensor<i64>, %c: tensor<i1>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected the name of a symbol, but got '4'}}
  %0:2 = tw.loop max_trips %n : tensor<i64> while %c : tensor<i1> carried(%x) trips "T" {carried_symbols = ["4"], init_dims = #tw.dims<4>, next_dims = #tw.dims<4>}
      : (tensor<4xf32>) -> (tensor<4xf32>, tensor<?x4xf32, #tw.dims<"T">>) {
  ^bb0(%j: tensor<i64>, %s: tensor<4xf32>):
    tw.yield %d, %s, %s : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

// The number of trips is a symbol of its own.
func.func @loop_trips(%n: tensor<i64>, %c: tensor<i1>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected the name of a symbol in trips, but got 'T + 1'}}
  %0:2 = tw.loop max_trips %n : tensor<i64> while %c : tensor<i1> carried(%x) trips "T + 1"
      : (tensor<4xf32>) -> (tensor<4xf32>, tensor<?x4xf32, #tw.dims<"T">>) {
  ^bb0(%j: tensor<i64>, %s: tensor<4xf32>):
    tw.yield %d, %s, %s : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

// The body sees the iteration and what is carried.
func.func @loop_arguments(%n: tensor<i64>, %c: tensor<i1>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected 2 body arguments, but got 1}}
  %0:2 = tw.loop max_trips %n : tensor<i64> while %c : tensor<i1> carried(%x) trips "T"
      : (tensor<4xf32>) -> (tensor<4xf32>, tensor<?x4xf32, #tw.dims<"T">>) {
  ^bb0(%s: tensor<4xf32>):
    tw.yield %d, %s, %s : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

// The iteration is i64.
func.func @loop_argument_type(%n: tensor<i64>, %c: tensor<i1>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected body argument 0 of type 'tensor<i64>', but got 'tensor<i32>'}}
  %0:2 = tw.loop max_trips %n : tensor<i64> while %c : tensor<i1> carried(%x) trips "T"
      : (tensor<4xf32>) -> (tensor<4xf32>, tensor<?x4xf32, #tw.dims<"T">>) {
  ^bb0(%j: tensor<i32>, %s: tensor<4xf32>):
    tw.yield %d, %s, %s : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

// The body yields whether to go on, what is carried, and what is stacked.
func.func @loop_yield(%n: tensor<i64>, %c: tensor<i1>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected a condition, 1 carried values and the values to stack from the body of a loop with 2 results, but got 2 values}}
  %0:2 = tw.loop max_trips %n : tensor<i64> while %c : tensor<i1> carried(%x) trips "T"
      : (tensor<4xf32>) -> (tensor<4xf32>, tensor<?x4xf32, #tw.dims<"T">>) {
  ^bb0(%j: tensor<i64>, %s: tensor<4xf32>):
    tw.yield %d, %s : tensor<i1>, tensor<4xf32>
  }
  return
}

// -----

// The first value that the body yields is the condition.
func.func @loop_yield_type(%n: tensor<i64>, %c: tensor<i1>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected body result 0 of type 'tensor<i1>', but got 'tensor<4xf32>'}}
  %0:2 = tw.loop max_trips %n : tensor<i64> while %c : tensor<i1> carried(%x) trips "T"
      : (tensor<4xf32>) -> (tensor<4xf32>, tensor<?x4xf32, #tw.dims<"T">>) {
  ^bb0(%j: tensor<i64>, %s: tensor<4xf32>):
    tw.yield %s, %s, %s : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

// A stacked result has a new first axis.
func.func @loop_stacked_rank(%n: tensor<i64>, %c: tensor<i1>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected a stacked result with a first axis of size T, but got 'tensor<f32>'}}
  %0:2 = tw.loop max_trips %n : tensor<i64> while %c : tensor<i1> carried(%x) trips "T"
      : (tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>) {
  ^bb0(%j: tensor<i64>, %s: tensor<4xf32>):
    tw.yield %d, %s, %s : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

// A carried value keeps its type.
func.func @loop_result(%n: tensor<i64>, %c: tensor<i1>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected carried result 0 of type 'tensor<4xf32>', but got 'tensor<5xf32>'}}
  %0:2 = tw.loop max_trips %n : tensor<i64> while %c : tensor<i1> carried(%x) trips "T"
      : (tensor<4xf32>) -> (tensor<5xf32>, tensor<?x4xf32, #tw.dims<"T">>) {
  ^bb0(%j: tensor<i64>, %s: tensor<4xf32>):
    tw.yield %d, %s, %s : tensor<i1>, tensor<4xf32>, tensor<4xf32>
  }
  return
}

// -----

// What is carried is among the results.
func.func @loop_results(%n: tensor<i64>, %d: tensor<i1>, %x: tensor<4xf32>) {
  // expected-error @+1 {{carried values and the values to stack from the body of a loop with 0 results, but got 1 values}}
  tw.loop max_trips %n : tensor<i64> carried(%x) trips "T" : (tensor<4xf32>) -> () {
  ^bb0(%j: tensor<i64>, %s: tensor<4xf32>):
    tw.yield %d : tensor<i1>
  }
  return
}

// -----

// A body ends with its results.
func.func @loop_terminator(%n: tensor<i64>) {
  // expected-error @+1 {{expected the body to end with tw.yield}}
  tw.loop max_trips %n : tensor<i64> carried() trips "T" : () -> () {
  ^bb0(%j: tensor<i64>):
    %0 = tw.unary abs %j : tensor<i64> -> tensor<i64>
  }
  return
}

// -----

// Profiles and messages show a kernel by its name.
func.func @kernel_name(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected a name}}
  %0 = tw.kernel ""(%x) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    tw.yield %a : tensor<4xf32>
  }
  return
}

// -----

// A body ends with its results.
func.func @kernel_terminator(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected the body to end with tw.yield}}
  %0 = tw.kernel "k"(%x) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    %1 = tw.unary abs %a : tensor<4xf32> -> tensor<4xf32>
  }
  return
}

// -----

// A block argument stands for each operand.
func.func @kernel_arguments(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected 1 block arguments, but got 2}}
  %0 = tw.kernel "k"(%x) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>):
    tw.yield %a : tensor<4xf32>
  }
  return
}

// -----

// A block argument has its operand's type.
func.func @kernel_argument_type(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected block argument 0 of type 'tensor<4xf32>', but got 'tensor<4xi32>'}}
  %0 = tw.kernel "k"(%x) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xi32>):
    tw.yield %a : tensor<4xi32>
  }
  return
}

// -----

// A kernel yields all its results.
func.func @kernel_results(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected 1 results, but got 0}}
  %0 = tw.kernel "k"(%x) : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: tensor<4xf32>):
    tw.yield
  }
  return
}

// -----

// A kernel's results have the types that it says.
func.func @kernel_result_type(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected result 0 of type 'tensor<5xf32>', but got 'tensor<4xf32>'}}
  %0 = tw.kernel "k"(%x) : (tensor<4xf32>) -> tensor<5xf32> {
  ^bb0(%a: tensor<4xf32>):
    tw.yield %a : tensor<4xf32>
  }
  return
}

// -----

// A kernel sees its operands only.
func.func @kernel_isolated(%x: tensor<4xf32>) {
  // expected-note @+1 {{required by region isolation constraints}}
  %0 = tw.kernel "k"() : () -> tensor<4xf32> {
    // expected-error @+1 {{using value defined outside the region}}
    tw.yield %x : tensor<4xf32>
  }
  return
}

// -----

// tw.yield ends a region of tw, no function.
func.func @yield_in_function(%x: tensor<4xf32>) {
  // expected-error @+1 {{expects parent op to be one of 'tw.if, tw.loop, tw.kernel'}}
  tw.yield %x : tensor<4xf32>
}

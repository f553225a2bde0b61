// What the verifiers of constants, sizes and elementwise ops refuse.
// RUN: tw-opt %s --split-input-file --verify-diagnostics

// Constants are small: what is larger is a weight.
func.func @constant_bytes() {
  // expected-error @+1 {{holds 1028 bytes, more than 1024: larger constants are weights or broadcasts}}
  %0 = tw.constant dense<0.0> : tensor<257xf32>
  return
}

// -----

// The size of a constant is compared without overflow.
func.func @constant_overflow() {
  // expected-error @+1 {{holds 18446744073709551615 bytes, more than 1024}}
  %0 = tw.constant dense<0.0> : tensor<4611686018427387904xf32>
  return
}

// -----

// A value of the wrong kind of elements.
func.func @constant_element() {
  // expected-error @+1 {{result #0 must be ranked tensor with named dynamic axes}}
  %0 = tw.constant dense<0> : tensor<2xi4>
  return
}

// -----

// A weight's bytes have a known number.
func.func @weight_shape() {
  // expected-error @+1 {{expected a static shape}}
  %0 = tw.weight 3 "w" : tensor<?xf32, #tw.dims<"N">>
  return
}

// -----

// A key is a number of the weight store.
func.func @weight_key() {
  // expected-error @+1 {{expected a key of 0 or more, but got -1}}
  %0 = tw.weight -1 "w" : tensor<4xf32>
  return
}

// -----

// One element for each size.
func.func @from_dims_count() {
  // expected-error @+2 {{inferred type(s) 'tensor<2xi64>' are incompatible with return type(s) of operation 'tensor<3xi64>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.from_dims <"N", 2> : tensor<3xi64>
  return
}

// -----

// Sizes are i64.
func.func @from_dims_element() {
  // expected-error @+2 {{inferred type(s) 'tensor<1xi64>' are incompatible with return type(s) of operation 'tensor<1xi32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.from_dims <"N"> : tensor<1xi32>
  return
}

// -----

// A list of sizes has one axis.
func.func @bind_rank(%v: tensor<1x1xi64>) {
  // expected-error @+1 {{expected values of rank 0 or 1, but got rank 2}}
  tw.bind_dims %v as ["A"] : tensor<1x1xi64>
  return
}

// -----

// Every value gets a name.
func.func @bind_count(%v: tensor<2xi64>) {
  // expected-error @+1 {{expected one symbol for each of 2 values, but got 1}}
  tw.bind_dims %v as ["A"] : tensor<2xi64>
  return
}

// -----

// How many symbols there are is known.
func.func @bind_dynamic(%v: tensor<?xi64, #tw.dims<"N">>) {
  // expected-error @+1 {{expected one symbol for each of N values, but got 1}}
  tw.bind_dims %v as ["A"] : tensor<?xi64, #tw.dims<"N">>
  return
}

// -----

// Only a symbol can be bound, no expression.
func.func @bind_expression(%v: tensor<2xi64>) {
  // expected-error @+1 {{expected the name of a symbol, but got '2*B'}}
  tw.bind_dims %v as ["A", "2*B"] : tensor<2xi64>
  return
}

// -----

// A symbol has a name.
func.func @bind_syntax(%v: tensor<i64>) {
  // expected-error @+1 {{expected the name of a symbol, but got ''}}
  tw.bind_dims %v as [""] : tensor<i64>
  return
}

// -----

// A symbol has one value.
func.func @bind_twice(%v: tensor<2xi64>) {
  // expected-error @+1 {{binds symbol 'A' twice}}
  tw.bind_dims %v as ["A", "A"] : tensor<2xi64>
  return
}

// -----

// Sizes are integers.
func.func @bind_floats(%v: tensor<2xf32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor with named dynamic axes}}
  tw.bind_dims %v as ["A", "B"] : tensor<2xf32>
  return
}

// -----

// A check compares pairs.
func.func @check_count() {
  // expected-error @+1 {{expected equally many sizes on both sides, but got 2 and 1}}
  tw.check_dims <"A", 4> equals <"N">, "why"
  return
}

// -----

// Bools have no sign.
func.func @unary_bool(%x: tensor<4xi1>) {
  // expected-error @+2 {{'tw.unary' op abs expected numbers, but got 'i1'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.unary abs %x : tensor<4xi1> -> tensor<4xi1>
  return
}

// -----

// `not` is logical or bitwise.
func.func @not_float(%x: tensor<4xf32>) {
  // expected-error @+2 {{not expected integers or bools, but got 'f32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.unary not %x : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

// What is not exact on integers is for floats only.
func.func @exp_integer(%x: tensor<4xi32>) {
  // expected-error @+2 {{exp expected floats, but got 'i32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.unary exp %x : tensor<4xi32> -> tensor<4xi32>
  return
}

// -----

// A test gives bools.
func.func @isnan_result(%x: tensor<4xf32>) {
  // expected-error @+2 {{inferred type(s) 'tensor<4xi1>' are incompatible with return type(s) of operation 'tensor<4xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.unary isnan %x : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

// Two constant sizes must be equal.
func.func @unary_shape(%x: tensor<4xf32>) {
  // expected-error @+2 {{inferred type(s) 'tensor<4xf32>' are incompatible with return type(s) of operation 'tensor<5xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.unary abs %x : tensor<4xf32> -> tensor<5xf32>
  return
}

// -----

// There are no implicit conversions.
func.func @binary_types(%x: tensor<4xf32>, %y: tensor<4xf16>) {
  // expected-error @+2 {{expected operands of one element type, but got 'f32' and 'f16'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.binary add %x, %y : tensor<4xf32>, tensor<4xf16> -> tensor<4xf32>
  return
}

// -----

// Signless and unsigned integers are different types.
func.func @binary_signs(%x: tensor<4xi8>, %y: tensor<4xui8>) {
  // expected-error @+2 {{expected operands of one element type, but got 'i8' and 'ui8'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.binary add %x, %y : tensor<4xi8>, tensor<4xui8> -> tensor<4xi8>
  return
}

// -----

// Logical and bitwise ops are for bools and integers.
func.func @and_floats(%x: tensor<4xf32>) {
  // expected-error @+2 {{and expected integers or bools, but got 'f32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.binary and %x, %x : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

// Bools cannot be shifted.
func.func @shl_bools(%x: tensor<4xi1>) {
  // expected-error @+2 {{shl expected integers, but got 'i1'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.binary shl %x, %x : tensor<4xi1>, tensor<4xi1> -> tensor<4xi1>
  return
}

// -----

// An angle is a float.
func.func @atan2_integers(%x: tensor<4xi32>) {
  // expected-error @+2 {{atan2 expected floats, but got 'i32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.binary atan2 %x, %x : tensor<4xi32>, tensor<4xi32> -> tensor<4xi32>
  return
}

// -----

// Arithmetic on bools is written with and, or, xor.
func.func @add_bools(%x: tensor<4xi1>) {
  // expected-error @+2 {{add expected numbers, but got 'i1'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.binary add %x, %x : tensor<4xi1>, tensor<4xi1> -> tensor<4xi1>
  return
}

// -----

// Only an axis of size 1 is repeated; the axis is counted in the result.
func.func @binary_shapes(%x: tensor<2x3x4xf32>, %y: tensor<2x4xf32>) {
  // expected-error @+2 {{shapes do not broadcast: axis 1 has sizes 3 and 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.binary add %x, %y : tensor<2x3x4xf32>, tensor<2x4xf32> -> tensor<2x3x4xf32>
  return
}

// -----

// Operands of a comparison have one element type.
func.func @compare_types(%x: tensor<4xf32>, %y: tensor<4xi32>) {
  // expected-error @+2 {{expected operands of one element type, but got 'f32' and 'i32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.compare lt %x, %y : tensor<4xf32>, tensor<4xi32> -> tensor<4xi1>
  return
}

// -----

// Bools are equal or not; they have no order.
func.func @compare_bools(%x: tensor<4xi1>) {
  // expected-error @+2 {{lt expected numbers, but got 'i1'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.compare lt %x, %x : tensor<4xi1>, tensor<4xi1> -> tensor<4xi1>
  return
}

// -----

// Operands of a comparison broadcast.
func.func @compare_shapes(%x: tensor<4xf32>, %y: tensor<5xf32>) {
  // expected-error @+2 {{shapes do not broadcast: axis 0 has sizes 4 and 5}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.compare eq %x, %y : tensor<4xf32>, tensor<5xf32> -> tensor<4xi1>
  return
}

// -----

// A comparison gives bools.
func.func @compare_result(%x: tensor<4xf32>) {
  // expected-error @+1 {{result #0 must be ranked tensor with named dynamic axes (#tw.dims) of 1-bit signless integer values, but got 'tensor<4xi8>'}}
  %0 = tw.compare eq %x, %x : tensor<4xf32>, tensor<4xf32> -> tensor<4xi8>
  return
}

// -----

// Choices have one element type, which is the result's.
func.func @select_types(%c: tensor<4xi1>, %x: tensor<4xf32>, %y: tensor<4xi32>) {
  // expected-error @+2 {{expected choices of one element type, but got 'f32' and 'i32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.select %c, %x, %y : tensor<4xi1>, tensor<4xf32>, tensor<4xi32> -> tensor<4xf32>
  return
}

// -----

// The condition broadcasts like the choices.
func.func @select_shapes(%c: tensor<3xi1>, %x: tensor<4xf32>) {
  // expected-error @+2 {{shapes do not broadcast: axis 0 has sizes 3 and 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.select %c, %x, %x : tensor<3xi1>, tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

// A cast keeps the shape.
func.func @cast_shape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expected the operand's shape [2, 3], but got [2, 4]}}
  %0 = tw.cast %x : tensor<2x3xf32> -> tensor<2x4xi32>
  return
}

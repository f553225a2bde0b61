// What the verifiers of ops that move data refuse.
// RUN: tw-opt %s --split-input-file --verify-diagnostics

// A reshape converts nothing.
func.func @reshape_element(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected the operand's element type 'f32', but got 'i32'}}
  %0 = tw.reshape %x : tensor<4xf32> -> tensor<4xi32>
  return
}

// -----

// A reshape keeps the number of elements.
func.func @reshape_count(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{expected 6 elements, but [4, 2] has 8}}
  %0 = tw.reshape %x : tensor<2x3xf32> -> tensor<4x2xf32>
  return
}

// -----

// A broadcast converts nothing.
func.func @broadcast_element(%x: tensor<1xf32>) {
  // expected-error @+1 {{expected the operand's element type 'f32', but got 'i32'}}
  %0 = tw.broadcast %x : tensor<1xf32> -> tensor<4xi32>
  return
}

// -----

// A broadcast drops no axes.
func.func @broadcast_rank(%x: tensor<1x1xf32>) {
  // expected-error @+1 {{expected a result of rank 2 or more, but got rank 1}}
  %0 = tw.broadcast %x : tensor<1x1xf32> -> tensor<4xf32>
  return
}

// -----

// Only an axis of size 1 is repeated.
func.func @broadcast_size(%x: tensor<3xf32>) {
  // expected-error @+1 {{axis 0 of size 3 cannot be repeated to size 6}}
  %0 = tw.broadcast %x : tensor<3xf32> -> tensor<2x6xf32>
  return
}

// -----

// A permutation names every axis.
func.func @transpose_count(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{expected a permutation of 2 axes, but got 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.transpose %x [0] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

// A permutation names the operand's axes only.
func.func @transpose_range(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{expected a permutation, but axis 2 is out of range or there twice}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.transpose %x [0, 2] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

// A permutation counts axes from the front.
func.func @transpose_negative(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{expected a permutation, but axis -1 is out of range or there twice}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.transpose %x [0, -1] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

// A permutation names every axis once.
func.func @transpose_twice(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{expected a permutation, but axis 1 is out of range or there twice}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.transpose %x [1, 1] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

// The result of a transpose has the permuted shape.
func.func @transpose_result(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{inferred type(s) 'tensor<3x2xf32>' are incompatible with return type(s) of operation 'tensor<2x3xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

// A concat of nothing would have no type.
func.func @concat_nothing() {
  // expected-error @+2 {{expected at least one operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = "tw.concat"() {axis = 0 : i64} : () -> tensor<0xf32>
  return
}

// -----

// The joined axis is one of the operands'.
func.func @concat_axis(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{expected an axis of a tensor of rank 2, but got 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.concat %x axis 2 : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

// Axes are counted from the front only; importers normalise.
func.func @concat_negative(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{expected an axis of a tensor of rank 2, but got -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.concat %x axis -1 : tensor<2x3xf32> -> tensor<2x3xf32>
  return
}

// -----

// Scalars have no axis to join.
func.func @concat_scalar(%x: tensor<f32>) {
  // expected-error @+2 {{expected an axis of a tensor of rank 0, but got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.concat %x axis 0 : tensor<f32> -> tensor<f32>
  return
}

// -----

// Joined operands have one element type.
func.func @concat_element(%x: tensor<2xf32>, %y: tensor<2xi32>) {
  // expected-error @+2 {{expected operands of element type 'f32', but operand 1 has 'i32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.concat %x, %y axis 0 : tensor<2xf32>, tensor<2xi32> -> tensor<4xf32>
  return
}

// -----

// Joined operands have one rank.
func.func @concat_rank(%x: tensor<2xf32>, %y: tensor<2x1xf32>) {
  // expected-error @+2 {{expected operands of rank 1, but operand 1 has rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.concat %x, %y axis 0 : tensor<2xf32>, tensor<2x1xf32> -> tensor<4xf32>
  return
}

// -----

// Axes other than the joined one agree.
func.func @concat_size(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) {
  // expected-error @+2 {{expected size 3 of axis 1, but operand 1 has 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.concat %x, %y axis 0 : tensor<2x3xf32>, tensor<2x4xf32> -> tensor<4x3xf32>
  return
}

// -----

// A slice converts nothing.
func.func @slice_element(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected the operand's element type 'f32', but got 'i32'}}
  %0 = tw.slice %x starts <0> steps [1] : tensor<4xf32> -> tensor<2xi32>
  return
}

// -----

// A slice keeps all axes.
func.func @slice_rank(%x: tensor<4x4xf32>) {
  // expected-error @+1 {{expected a result of rank 2, but got rank 1}}
  %0 = tw.slice %x starts <0, 0> steps [1, 1] : tensor<4x4xf32> -> tensor<4xf32>
  return
}

// -----

// A slice has a start for every axis.
func.func @slice_starts(%x: tensor<4x4xf32>) {
  // expected-error @+1 {{expected 2 starts and steps, one per axis, but got 1 and 2}}
  %0 = tw.slice %x starts <0> steps [1, 1] : tensor<4x4xf32> -> tensor<4x4xf32>
  return
}

// -----

// A slice has a step for every axis.
func.func @slice_steps(%x: tensor<4x4xf32>) {
  // expected-error @+1 {{expected 2 starts and steps, one per axis, but got 2 and 1}}
  %0 = tw.slice %x starts <0, 0> steps [1] : tensor<4x4xf32> -> tensor<4x4xf32>
  return
}

// -----

// A step of 0 would not be a slice but a broadcast.
func.func @slice_step_zero(%x: tensor<4x4xf32>) {
  // expected-error @+1 {{expected a step other than 0 of axis 1}}
  %0 = tw.slice %x starts <0, 0> steps [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
  return
}

// -----

// Every element that is read is inside.
func.func @slice_last(%x: tensor<4xf32>) {
  // expected-error @+1 {{reads elements 1 to 5 of axis 0, which has size 4}}
  %0 = tw.slice %x starts <1> steps [2] : tensor<4xf32> -> tensor<3xf32>
  return
}

// -----

// Starts are counted from the front: nothing is at -1.
func.func @slice_first(%x: tensor<4xf32>) {
  // expected-error @+1 {{reads elements -1 to 1 of axis 0, which has size 4}}
  %0 = tw.slice %x starts <-1> steps [1] : tensor<4xf32> -> tensor<3xf32>
  return
}

// -----

// Backwards, too, every element that is read is inside.
func.func @slice_backwards(%x: tensor<4xf32>) {
  // expected-error @+1 {{reads elements 3 to -1 of axis 0, which has size 4}}
  %0 = tw.slice %x starts <3> steps [-2] : tensor<4xf32> -> tensor<3xf32>
  return
}

// -----

// A step so large that the last index overflows is outside, too.
func.func @slice_overflow(%x: tensor<4xf32>) {
  // expected-error @+1 {{reads elements 0 to overflow() of axis 0, which has size 4}}
  %0 = tw.slice %x starts <0> steps [9223372036854775807] : tensor<4xf32> -> tensor<3xf32>
  return
}

// -----

// Every axis has a width before it.
func.func @pad_low(%x: tensor<4x4xf32>) {
  // expected-error @+2 {{expected 2 pad widths on each side, one per axis, but got 1 and 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.pad edge %x low <1> high <0, 0> : tensor<4x4xf32> -> tensor<5x4xf32>
  return
}

// -----

// Every axis has a width after it.
func.func @pad_high(%x: tensor<4xf32>) {
  // expected-error @+2 {{expected 1 pad widths on each side, one per axis, but got 1 and 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.pad edge %x low <1> high <0, 0> : tensor<4xf32> -> tensor<5xf32>
  return
}

// -----

// Only constant padding has a value.
func.func @pad_needless_value(%x: tensor<4xf32>, %v: tensor<f32>) {
  // expected-error @+2 {{mode edge takes no value}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.pad edge %x with %v : tensor<f32> low <1> high <0> : tensor<4xf32> -> tensor<5xf32>
  return
}

// -----

// The value of a padding is a scalar.
func.func @pad_value_rank(%x: tensor<4xf32>, %v: tensor<1xf32>) {
  // expected-error @+2 {{expected a value of rank 0 and element type 'f32', but got 'tensor<1xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.pad constant %x with %v : tensor<1xf32> low <1> high <0> : tensor<4xf32> -> tensor<5xf32>
  return
}

// -----

// The value of a padding has the operand's element type.
func.func @pad_value_element(%x: tensor<4xf32>, %v: tensor<f16>) {
  // expected-error @+2 {{expected a value of rank 0 and element type 'f32', but got 'tensor<f16>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.pad constant %x with %v : tensor<f16> low <1> high <0> : tensor<4xf32> -> tensor<5xf32>
  return
}

// -----

// Constant padding says what it holds.
func.func @pad_no_value(%x: tensor<4xf32>) {
  // expected-error @+2 {{mode constant needs a value}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.pad constant %x low <1> high <0> : tensor<4xf32> -> tensor<5xf32>
  return
}

// -----

// An empty axis has no element that could be repeated.
func.func @pad_empty(%x: tensor<0xf32>) {
  // expected-error @+2 {{mode reflect has no element to repeat: axis 0 is empty}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.pad reflect %x low <1> high <0> : tensor<0xf32> -> tensor<1xf32>
  return
}

// -----

// Negative widths remove no more than there is.
func.func @pad_negative(%x: tensor<4xf32>) {
  // expected-error @+2 {{axis 0 of the result would have size -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.pad edge %x low <-3> high <-2> : tensor<4xf32> -> tensor<0xf32>
  return
}

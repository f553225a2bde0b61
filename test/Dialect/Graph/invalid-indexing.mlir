// What the verifiers of ops with indices refuse.
// RUN: tw-opt %s --split-input-file --verify-diagnostics

// The gathered axis is one of the operand's.
func.func @gather_axis(%x: tensor<5x4xf32>, %i: tensor<3xi64>) {
  // expected-error @+2 {{expected an axis of a tensor of rank 2, but got 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.gather %x, %i axis 2 : tensor<5x4xf32>, tensor<3xi64> -> tensor<5x3xf32>
  return
}

// -----

// Indices are i32 or i64.
func.func @gather_indices(%x: tensor<5x4xf32>, %i: tensor<3xui8>) {
  // expected-error @+1 {{operand #1 must be ranked tensor with named dynamic axes (#tw.dims) of 32-bit signless integer or 64-bit signless integer values, but got 'tensor<3xui8>'}}
  %0 = tw.gather %x, %i axis 0 : tensor<5x4xf32>, tensor<3xui8> -> tensor<3x4xf32>
  return
}

// -----

// Axes are counted from the front only.
func.func @gather_elements_axis(%x: tensor<5x4xf32>, %i: tensor<3x4xi64>) {
  // expected-error @+2 {{expected an axis of a tensor of rank 2, but got -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.gather_elements %x, %i axis -1 : tensor<5x4xf32>, tensor<3x4xi64> -> tensor<3x4xf32>
  return
}

// -----

// Indices of elements have an entry per element of the result.
func.func @gather_elements_rank(%x: tensor<5x4xf32>, %i: tensor<3xi64>) {
  // expected-error @+2 {{expected indices of rank 2, but got rank 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.gather_elements %x, %i axis 0 : tensor<5x4xf32>, tensor<3xi64> -> tensor<3xf32>
  return
}

// -----

// Only the gathered axis may be longer than the operand's.
func.func @gather_elements_size(%x: tensor<5x4xf32>, %i: tensor<9x5xi64>) {
  // expected-error @+2 {{the indices' size 5 of axis 1 exceeds the operand's, 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.gather_elements %x, %i axis 0 : tensor<5x4xf32>, tensor<9x5xi64> -> tensor<9x5xf32>
  return
}

// -----

// A batch axis is one of both operands', and the indices' last axis is none.
func.func @gather_nd_batch(%x: tensor<5x4xf32>, %i: tensor<5x1xi64>) {
  // expected-error @+2 {{batch_dims is 2, but the ranks are 2 and 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.gather_nd %x, %i batch_dims 2 : tensor<5x4xf32>, tensor<5x1xi64> -> tensor<5xf32>
  return
}

// -----

// There are no fewer than 0 batch axes.
func.func @gather_nd_negative_batch(%x: tensor<5x4xf32>, %i: tensor<5x1xi64>) {
  // expected-error @+2 {{batch_dims is -1, but the ranks are 2 and 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.gather_nd %x, %i batch_dims -1 : tensor<5x4xf32>, tensor<5x1xi64> -> tensor<5xf32>
  return
}

// -----

// A scalar of indices addresses nothing.
func.func @scatter_nd_scalar(%x: tensor<5x4xf32>, %i: tensor<i64>, %u: tensor<4xf32>) {
  // expected-error @+2 {{expected indices of rank 1 or more, but got rank 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.scatter_nd none %x, %i, %u : tensor<5x4xf32>, tensor<i64>, tensor<4xf32> -> tensor<5x4xf32>
  return
}

// -----

// How many axes the indices address decides the result's rank: it is known.
func.func @gather_nd_dynamic_depth(%x: tensor<5x4xf32>, %i: tensor<3x?xi64, #tw.dims<"K">>) {
  // expected-error @+2 {{expected a constant last axis of the indices, but got K}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.gather_nd %x, %i batch_dims 0 : tensor<5x4xf32>, tensor<3x?xi64, #tw.dims<"K">> -> tensor<3xf32>
  return
}

// -----

// Indices address no more axes than there are.
func.func @gather_nd_depth(%x: tensor<5x4xf32>, %i: tensor<6x3xi64>) {
  // expected-error @+2 {{the indices address 3 axes, but the operand has 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.gather_nd %x, %i batch_dims 0 : tensor<5x4xf32>, tensor<6x3xi64> -> tensor<6xf32>
  return
}

// -----

// Batch axes are not addressed again.
func.func @gather_nd_batched_depth(%x: tensor<5x4xf32>, %i: tensor<5x2xi64>) {
  // expected-error @+2 {{the indices address 2 axes, but the operand has 1 behind its batch axes}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.gather_nd %x, %i batch_dims 1 : tensor<5x4xf32>, tensor<5x2xi64> -> tensor<5xf32>
  return
}

// -----

// Batch axes agree.
func.func @gather_nd_batch_size(%x: tensor<5x4xf32>, %i: tensor<6x1xi64>) {
  // expected-error @+2 {{expected equal batch sizes of axis 0, but got 5 and 6}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.gather_nd %x, %i batch_dims 1 : tensor<5x4xf32>, tensor<6x1xi64> -> tensor<5xf32>
  return
}

// -----

// Updates have the operand's element type.
func.func @scatter_element(%x: tensor<5x4xf32>, %i: tensor<2x4xi64>, %u: tensor<2x4xi32>) {
  // expected-error @+2 {{expected updates of element type 'f32', but got 'i32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.scatter_elements none %x, %i, %u axis 0
    : tensor<5x4xf32>, tensor<2x4xi64>, tensor<2x4xi32> -> tensor<5x4xf32>
  return
}

// -----

// A mean of what was there and what comes has no order to compute it in.
func.func @scatter_mean(%x: tensor<5x4xf32>, %i: tensor<2x4xi64>, %u: tensor<2x4xf32>) {
  // expected-error @+2 {{cannot combine by mean}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.scatter_elements mean %x, %i, %u axis 0
    : tensor<5x4xf32>, tensor<2x4xi64>, tensor<2x4xf32> -> tensor<5x4xf32>
  return
}

// -----

// Bools can be replaced, not combined.
func.func @scatter_bools(%x: tensor<5x4xi1>, %i: tensor<2x4xi64>, %u: tensor<2x4xi1>) {
  // expected-error @+2 {{sum expected numbers, but got 'i1'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.scatter_elements sum %x, %i, %u axis 0 : tensor<5x4xi1>, tensor<2x4xi64>, tensor<2x4xi1> -> tensor<5x4xi1>
  return
}

// -----

// The scattered axis is one of the operand's.
func.func @scatter_axis(%x: tensor<5x4xf32>, %i: tensor<2x4xi64>, %u: tensor<2x4xf32>) {
  // expected-error @+2 {{expected an axis of a tensor of rank 2, but got 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.scatter_elements none %x, %i, %u axis 2
    : tensor<5x4xf32>, tensor<2x4xi64>, tensor<2x4xf32> -> tensor<5x4xf32>
  return
}

// -----

// There is an update for each index.
func.func @scatter_updates(%x: tensor<5x4xf32>, %i: tensor<2x4xi64>, %u: tensor<3x4xf32>) {
  // expected-error @+2 {{expected updates of the indices' shape [2, 4], but got [3, 4]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.scatter_elements none %x, %i, %u axis 0
    : tensor<5x4xf32>, tensor<2x4xi64>, tensor<3x4xf32> -> tensor<5x4xf32>
  return
}

// -----

// Updates have the operand's element type.
func.func @scatter_nd_element(%x: tensor<5x4xf32>, %i: tensor<6x1xi64>, %u: tensor<6x4xf16>) {
  // expected-error @+2 {{expected updates of element type 'f32', but got 'f16'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.scatter_nd none %x, %i, %u : tensor<5x4xf32>, tensor<6x1xi64>, tensor<6x4xf16> -> tensor<5x4xf32>
  return
}

// -----

// Each index addresses a slice of the operand.
func.func @scatter_nd_updates(%x: tensor<5x4xf32>, %i: tensor<6x1xi64>, %u: tensor<6x5xf32>) {
  // expected-error @+2 {{expected updates of shape [6, 4], but got [6, 5]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.scatter_nd none %x, %i, %u : tensor<5x4xf32>, tensor<6x1xi64>, tensor<6x5xf32> -> tensor<5x4xf32>
  return
}

// -----

// The time axis is one of the operand's.
func.func @reverse_axis(%x: tensor<5x4xf32>, %l: tensor<4xi64>) {
  // expected-error @+2 {{expected an axis of a tensor of rank 2, but got 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.reverse_sequence %x, %l time 2 batch 1 : tensor<5x4xf32>, tensor<4xi64> -> tensor<5x4xf32>
  return
}

// -----

// So is the batch axis.
func.func @reverse_batch_axis(%x: tensor<5x4xf32>, %l: tensor<4xi64>) {
  // expected-error @+2 {{expected an axis of a tensor of rank 2, but got -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.reverse_sequence %x, %l time 0 batch -1 : tensor<5x4xf32>, tensor<4xi64> -> tensor<5x4xf32>
  return
}

// -----

// Time and batch are different axes.
func.func @reverse_one_axis(%x: tensor<5x4xf32>, %l: tensor<5xi64>) {
  // expected-error @+2 {{expected different time and batch axes, but both are 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.reverse_sequence %x, %l time 0 batch 0 : tensor<5x4xf32>, tensor<5xi64> -> tensor<5x4xf32>
  return
}

// -----

// Lengths are a list.
func.func @reverse_lengths_rank(%x: tensor<5x4xf32>, %l: tensor<4x1xi64>) {
  // expected-error @+2 {{expected lengths of rank 1, but got rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.reverse_sequence %x, %l time 0 batch 1 : tensor<5x4xf32>, tensor<4x1xi64> -> tensor<5x4xf32>
  return
}

// -----

// Every batch has a length.
func.func @reverse_lengths(%x: tensor<5x4xf32>, %l: tensor<5xi64>) {
  // expected-error @+2 {{expected one length for each of 4 batches, but got 5}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.reverse_sequence %x, %l time 0 batch 1 : tensor<5x4xf32>, tensor<5xi64> -> tensor<5x4xf32>
  return
}

// -----

// A range is a list.
func.func @range_rank(%s: tensor<i64>) {
  // expected-error @+1 {{expected a result of rank 1, but got rank 2}}
  %0 = tw.range %s, %s : tensor<i64>, tensor<i64> -> tensor<?x1xi64, #tw.dims<"T">>
  return
}

// -----

// Bools cannot be counted.
func.func @range_bools(%s: tensor<i1>) {
  // expected-error @+1 {{expected numbers, but got 'i1'}}
  %0 = tw.range %s, %s : tensor<i1>, tensor<i1> -> tensor<?xi1, #tw.dims<"T">>
  return
}

// -----

// Start and step are scalars of the result's element type.
func.func @range_operand_rank(%s: tensor<1xi64>, %t: tensor<i64>) {
  // expected-error @+1 {{expected operands of rank 0 and element type 'i64', but got 'tensor<1xi64>'}}
  %0 = tw.range %t, %s : tensor<i64>, tensor<1xi64> -> tensor<?xi64, #tw.dims<"T">>
  return
}

// -----

// Nothing is converted.
func.func @range_operand_element(%s: tensor<i32>) {
  // expected-error @+1 {{expected operands of rank 0 and element type 'i64', but got 'tensor<i32>'}}
  %0 = tw.range %s, %s : tensor<i32>, tensor<i32> -> tensor<?xi64, #tw.dims<"T">>
  return
}

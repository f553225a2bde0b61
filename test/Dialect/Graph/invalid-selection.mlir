// What the verifiers of sorting and selection refuse.
// RUN: tw-opt %s --split-input-file --verify-diagnostics

// Bools have no order.
func.func @top_k_bools(%x: tensor<4x5xi1>) {
  // expected-error @+1 {{expected numbers, but got 'i1'}}
  %0:2 = tw.top_k %x axis 1 : tensor<4x5xi1> -> tensor<4x3xi1>, tensor<4x3xi64>
  return
}

// -----

// The axis is one of the operand's.
func.func @top_k_axis(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected an axis of a tensor of rank 2, but got 2}}
  %0:2 = tw.top_k %x axis 2 : tensor<4x5xf32> -> tensor<4x3xf32>, tensor<4x3xi64>
  return
}

// -----

// Values are the operand's elements.
func.func @top_k_values(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected values of element type 'f32', but got 'f16'}}
  %0:2 = tw.top_k %x axis 1 : tensor<4x5xf32> -> tensor<4x3xf16>, tensor<4x3xi64>
  return
}

// -----

// Indices are i64.
func.func @top_k_indices_type(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected indices of i64 and the values' shape [4, 3], but got 'tensor<4x3xi32>'}}
  %0:2 = tw.top_k %x axis 1 : tensor<4x5xf32> -> tensor<4x3xf32>, tensor<4x3xi32>
  return
}

// -----

// Every value has an index.
func.func @top_k_indices_shape(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected indices of i64 and the values' shape [4, 3], but got 'tensor<4x2xi64>'}}
  %0:2 = tw.top_k %x axis 1 : tensor<4x5xf32> -> tensor<4x3xf32>, tensor<4x2xi64>
  return
}

// -----

// The axis stays, with k elements.
func.func @top_k_rank(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected results of rank 2, but got rank 1}}
  %0:2 = tw.top_k %x axis 1 : tensor<4x5xf32> -> tensor<3xf32>, tensor<3xi64>
  return
}

// -----

// There are no more elements than there are.
func.func @top_k_too_many(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{takes 6 of 5 elements}}
  %0:2 = tw.top_k %x axis 1 : tensor<4x5xf32> -> tensor<4x6xf32>, tensor<4x6xi64>
  return
}

// -----

// The other axes stay.
func.func @top_k_size(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected size 4 of axis 0, but got 3}}
  %0:2 = tw.top_k %x axis 1 : tensor<4x5xf32> -> tensor<3x3xf32>, tensor<3x3xi64>
  return
}

// -----

// A count is bound to a symbol.
func.func @non_zero_count(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected the name of a symbol, but got '2*C'}}
  %0 = tw.non_zero %x count "2*C" : tensor<4x5xf32> -> tensor<?x2xi64, #tw.dims<"2*C">>
  return
}

// -----

// The result's size is the count, by name.
func.func @non_zero_result(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected a result of i64 and shape [C, 2], but got 'tensor<?x2xi64, #tw.dims<"D">>'}}
  %0 = tw.non_zero %x count "C" : tensor<4x5xf32> -> tensor<?x2xi64, #tw.dims<"D">>
  return
}

// -----

// A row holds a coordinate per axis of the operand.
func.func @non_zero_coordinates(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected a result of i64 and shape [C, 2], but got }}
  %0 = tw.non_zero %x count "C" : tensor<4x5xf32> -> tensor<?x3xi64, #tw.dims<"C">>
  return
}

// -----

// A count is bound to a symbol.
func.func @unique_count(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected the name of a symbol, but got '1'}}
  %0:4 = tw.unique %x count "1" : tensor<4x5xf32>
    -> tensor<?xf32, #tw.dims<"C">>, tensor<?xi64, #tw.dims<"C">>, tensor<20xi64>, tensor<?xi64, #tw.dims<"C">>
  return
}

// -----

// The axis is one of the operand's.
func.func @unique_axis(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected an axis of a tensor of rank 2, but got 2}}
  %0:4 = tw.unique %x count "C" {axis = 2 : i64} : tensor<4x5xf32>
    -> tensor<?xf32, #tw.dims<"C">>, tensor<?xi64, #tw.dims<"C">>, tensor<20xi64>, tensor<?xi64, #tw.dims<"C">>
  return
}

// -----

// Without an axis the distinct elements are a list.
func.func @unique_values(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected values of 'f32' and shape [C], but got 'tensor<?x5xf32, #tw.dims<"C">>'}}
  %0:4 = tw.unique %x count "C" : tensor<4x5xf32>
    -> tensor<?x5xf32, #tw.dims<"C">>, tensor<?xi64, #tw.dims<"C">>, tensor<20xi64>, tensor<?xi64, #tw.dims<"C">>
  return
}

// -----

// With one they are slices.
func.func @unique_slices(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected values of 'f32' and shape [C, 5], but got 'tensor<?xf32, #tw.dims<"C">>'}}
  %0:4 = tw.unique %x count "C" {axis = 0 : i64} : tensor<4x5xf32>
    -> tensor<?xf32, #tw.dims<"C">>, tensor<?xi64, #tw.dims<"C">>, tensor<4xi64>, tensor<?xi64, #tw.dims<"C">>
  return
}

// -----

// Indices are i64.
func.func @unique_indices(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected indices of i64 and shape [C], but got 'tensor<?xi32, #tw.dims<"C">>'}}
  %0:4 = tw.unique %x count "C" : tensor<4x5xf32>
    -> tensor<?xf32, #tw.dims<"C">>, tensor<?xi32, #tw.dims<"C">>, tensor<20xi64>, tensor<?xi64, #tw.dims<"C">>
  return
}

// -----

// The inverse has an entry for each element.
func.func @unique_inverse(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected an inverse of i64 and shape [20], but got 'tensor<4xi64>'}}
  %0:4 = tw.unique %x count "C" : tensor<4x5xf32>
    -> tensor<?xf32, #tw.dims<"C">>, tensor<?xi64, #tw.dims<"C">>, tensor<4xi64>, tensor<?xi64, #tw.dims<"C">>
  return
}

// -----

// Every distinct element has a count.
func.func @unique_counts(%x: tensor<4x5xf32>) {
  // expected-error @+1 {{expected counts of i64 and shape [C], but got 'tensor<20xi64>'}}
  %0:4 = tw.unique %x count "C" : tensor<4x5xf32>
    -> tensor<?xf32, #tw.dims<"C">>, tensor<?xi64, #tw.dims<"C">>, tensor<20xi64>, tensor<20xi64>
  return
}

// -----

// A box has 4 coordinates.
func.func @nms_boxes(%b: tensor<1x10x5xf32>, %s: tensor<1x2x10xf32>, %m: tensor<i64>, %t: tensor<f32>,
                     %u: tensor<f32>) {
  // expected-error @+1 {{expected boxes [B, N, 4] and scores [B, C, N], but got [1, 10, 5] and [1, 2, 10]}}
  %0 = tw.non_max_suppression %b, %s, %m, %t, %u count "C"
    : (tensor<1x10x5xf32>, tensor<1x2x10xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64, #tw.dims<"C">>
  return
}

// -----

// Every box has a score.
func.func @nms_scores(%b: tensor<1x10x4xf32>, %s: tensor<1x2x11xf32>, %m: tensor<i64>, %t: tensor<f32>,
                      %u: tensor<f32>) {
  // expected-error @+1 {{expected boxes [B, N, 4] and scores [B, C, N], but got [1, 10, 4] and [1, 2, 11]}}
  %0 = tw.non_max_suppression %b, %s, %m, %t, %u count "C"
    : (tensor<1x10x4xf32>, tensor<1x2x11xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64, #tw.dims<"C">>
  return
}

// -----

// Boxes and scores have one element type.
func.func @nms_types(%b: tensor<1x10x4xf32>, %s: tensor<1x2x10xf16>, %m: tensor<i64>, %t: tensor<f32>,
                     %u: tensor<f32>) {
  // expected-error @+1 {{expected boxes and scores of one element type, but got 'f32' and 'f16'}}
  %0 = tw.non_max_suppression %b, %s, %m, %t, %u count "C"
    : (tensor<1x10x4xf32>, tensor<1x2x10xf16>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64, #tw.dims<"C">>
  return
}

// -----

// Limits are scalars.
func.func @nms_limit_rank(%b: tensor<1x10x4xf32>, %s: tensor<1x2x10xf32>, %m: tensor<i64>, %t: tensor<1xf32>,
                          %u: tensor<f32>) {
  // expected-error @+1 {{expected limits of rank 0, but got rank 1}}
  %0 = tw.non_max_suppression %b, %s, %m, %t, %u count "C"
    : (tensor<1x10x4xf32>, tensor<1x2x10xf32>, tensor<i64>, tensor<1xf32>, tensor<f32>) -> tensor<?x3xi64, #tw.dims<"C">>
  return
}

// -----

// A limit of a number is i64.
func.func @nms_max(%b: tensor<1x10x4xf32>, %s: tensor<1x2x10xf32>, %m: tensor<i32>, %t: tensor<f32>, %u: tensor<f32>) {
  // expected-error @+1 {{expected max_per_class of i64, but got 'i32'}}
  %0 = tw.non_max_suppression %b, %s, %m, %t, %u count "C"
    : (tensor<1x10x4xf32>, tensor<1x2x10xf32>, tensor<i32>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64, #tw.dims<"C">>
  return
}

// -----

// A limit of a score is a float.
func.func @nms_threshold(%b: tensor<1x10x4xf32>, %s: tensor<1x2x10xf32>, %m: tensor<i64>, %t: tensor<f32>,
                         %u: tensor<i64>) {
  // expected-error @+1 {{expected thresholds of floats, but got 'i64'}}
  %0 = tw.non_max_suppression %b, %s, %m, %t, %u count "C"
    : (tensor<1x10x4xf32>, tensor<1x2x10xf32>, tensor<i64>, tensor<f32>, tensor<i64>) -> tensor<?x3xi64, #tw.dims<"C">>
  return
}

// -----

// A count is bound to a symbol.
func.func @nms_count(%b: tensor<1x10x4xf32>, %s: tensor<1x2x10xf32>, %m: tensor<i64>, %t: tensor<f32>,
                     %u: tensor<f32>) {
  // expected-error @+1 {{expected the name of a symbol, but got 'C + 1'}}
  %0 = tw.non_max_suppression %b, %s, %m, %t, %u count "C + 1"
    : (tensor<1x10x4xf32>, tensor<1x2x10xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64, #tw.dims<"C">>
  return
}

// -----

// The result holds i64 triples.
func.func @nms_result(%b: tensor<1x10x4xf32>, %s: tensor<1x2x10xf32>, %m: tensor<i64>, %t: tensor<f32>,
                      %u: tensor<f32>) {
  // expected-error @+1 {{expected a result of i64 and shape [C, 3], but got 'tensor<?x3xi32, #tw.dims<"C">>'}}
  %0 = tw.non_max_suppression %b, %s, %m, %t, %u count "C"
    : (tensor<1x10x4xf32>, tensor<1x2x10xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi32, #tw.dims<"C">>
  return
}

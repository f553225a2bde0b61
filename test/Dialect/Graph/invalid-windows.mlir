// What the verifiers of contractions, windows and sampling refuse.
// RUN: tw-opt %s --split-input-file --verify-diagnostics

// Bools are not contracted.
func.func @matmul_bools(%a: tensor<2x3xi1>) {
  // expected-error @+1 {{expected numbers, but got 'i1', 'i1' and 'i32'}}
  %0 = tw.matmul %a, %a : tensor<2x3xi1>, tensor<2x3xi1> -> tensor<2x2xi32>
  return
}

// -----

// Floats are of one type; only f32 may accumulate another.
func.func @matmul_types(%a: tensor<2x3xf32>, %b: tensor<3x2xf16>) {
  // expected-error @+1 {{expected integers, or floats of one element type, but got 'f32' and 'f16' to 'f32'}}
  %0 = tw.matmul %a, %b : tensor<2x3xf32>, tensor<3x2xf16> -> tensor<2x2xf32>
  return
}

// -----

// Floats of 16 bits accumulate in their type or in f32.
func.func @matmul_result_type(%a: tensor<2x3xf16>, %b: tensor<3x2xf16>) {
  // expected-error @+1 {{expected integers, or floats of one element type, but got 'f16' and 'f16' to 'f64'}}
  %0 = tw.matmul %a, %b : tensor<2x3xf16>, tensor<3x2xf16> -> tensor<2x2xf64>
  return
}

// -----

// A vector is a matrix with an axis of size 1; importers write it so.
func.func @matmul_rank(%a: tensor<3xf32>, %b: tensor<3x2xf32>) {
  // expected-error @+1 {{expected operands of rank 2 or more, but got ranks 1 and 2}}
  %0 = tw.matmul %a, %b : tensor<3xf32>, tensor<3x2xf32> -> tensor<2xf32>
  return
}

// -----

// The contracted axes agree.
func.func @matmul_contracted(%a: tensor<2x3xf32>, %b: tensor<4x2xf32>) {
  // expected-error @+1 {{expected equal contracted sizes, but got 3 and 4}}
  %0 = tw.matmul %a, %b : tensor<2x3xf32>, tensor<4x2xf32> -> tensor<2x2xf32>
  return
}

// -----

// `transposed` changes which axis is contracted.
func.func @matmul_transposed(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>) {
  // expected-error @+1 {{expected equal contracted sizes, but got 3 and 2}}
  %0 = tw.matmul %a, %b transposed : tensor<2x3xf32>, tensor<3x2xf32> -> tensor<2x3xf32>
  return
}

// -----

// Leading axes broadcast.
func.func @matmul_batch(%a: tensor<2x2x3xf32>, %b: tensor<4x3x2xf32>) {
  // expected-error @+1 {{leading axes: shapes do not broadcast: axis 0 has sizes 2 and 4}}
  %0 = tw.matmul %a, %b : tensor<2x2x3xf32>, tensor<4x3x2xf32> -> tensor<2x2x2xf32>
  return
}

// -----

// The result's shape follows from the operands.
func.func @matmul_result(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) {
  // expected-error @+1 {{expected a result of shape [2, 4], but got [2, 5]}}
  %0 = tw.matmul %a, %b : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x5xf32>
  return
}

// -----

// Bools are not contracted.
func.func @conv_bools(%x: tensor<1x8x8x4xi1>, %f: tensor<3x3x4x6xi1>) {
  // expected-error @+1 {{expected numbers, but got 'i1', 'i1' and 'f32'}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1
    : tensor<1x8x8x4xi1>, tensor<3x3x4x6xi1> -> tensor<1x6x6x6xf32>
  return
}

// -----

// A filter has as many axes as the input.
func.func @conv_rank(%x: tensor<1x8x8x4xf32>, %f: tensor<3x4x6xf32>) {
  // expected-error @+1 {{expected an input and a filter of one rank, 2 or more, but got ranks 4 and 3}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x4x6xf32> -> tensor<1x6x6x6xf32>
  return
}

// -----

// There is a group.
func.func @conv_groups(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x6xf32>) {
  // expected-error @+1 {{expected at least 1 group, but got 0}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 0
    : tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32> -> tensor<1x6x6x6xf32>
  return
}

// -----

// The window is known when a kernel is made.
func.func @conv_kernel(%x: tensor<1x8x8x4xf32>, %f: tensor<?x3x4x6xf32, #tw.dims<"K">>) {
  // expected-error @+1 {{expected constant kernel sizes, but got K}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1
    : tensor<1x8x8x4xf32>, tensor<?x3x4x6xf32, #tw.dims<"K">> -> tensor<1x6x6x6xf32>
  return
}

// -----

// A window has an element.
func.func @conv_window(%x: tensor<1x8x8x4xf32>, %f: tensor<0x3x4x6xf32>) {
  // expected-error @+1 {{expected window sizes of at least 1, but got 0}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1
    : tensor<1x8x8x4xf32>, tensor<0x3x4x6xf32> -> tensor<1x6x6x6xf32>
  return
}

// -----

// Every spatial axis has a stride.
func.func @conv_strides_count(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x6xf32>) {
  // expected-error @+1 {{expected 2 strides, one per spatial axis, but got 1}}
  %0 = tw.conv %x, %f strides [1] dilations [1, 1] low <0, 0> high <0, 0> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32> -> tensor<1x6x6x6xf32>
  return
}

// -----

// A window moves on.
func.func @conv_strides(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x6xf32>) {
  // expected-error @+1 {{expected strides of at least 1, but got 0}}
  %0 = tw.conv %x, %f strides [1, 0] dilations [1, 1] low <0, 0> high <0, 0> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32> -> tensor<1x6x6x6xf32>
  return
}

// -----

// Every spatial axis has a dilation.
func.func @conv_dilations_count(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x6xf32>) {
  // expected-error @+1 {{expected 2 dilations, one per spatial axis, but got 3}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1, 1] low <0, 0> high <0, 0> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32> -> tensor<1x6x6x6xf32>
  return
}

// -----

// Elements of a window lie apart.
func.func @conv_dilations(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x6xf32>) {
  // expected-error @+1 {{expected dilations of at least 1, but got -1}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, -1] low <0, 0> high <0, 0> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32> -> tensor<1x6x6x6xf32>
  return
}

// -----

// Sizes of windows are computed without overflow.
func.func @conv_large_dilation(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x6xf32>) {
  // expected-error @+1 {{expected dilations of at most 2147483647, but got 4611686018427387904}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [4611686018427387904, 1] low <0, 0> high <0, 0> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32> -> tensor<1x6x6x6xf32>
  return
}

// -----

// Every spatial axis has a padding before it.
func.func @conv_low(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x6xf32>) {
  // expected-error @+1 {{expected 2 pad widths, one per spatial axis, but got 1}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0> high <0, 0> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32> -> tensor<1x6x6x6xf32>
  return
}

// -----

// Every spatial axis has a padding after it.
func.func @conv_high(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x6xf32>) {
  // expected-error @+1 {{expected 2 pad widths, one per spatial axis, but got 3}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0, 0> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32> -> tensor<1x6x6x6xf32>
  return
}

// -----

// Every group sees its share of the channels.
func.func @conv_channels(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x6xf32>) {
  // expected-error @+1 {{expected 2 groups of 4 input channels, but the input has 4}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 2
    : tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32> -> tensor<1x6x6x6xf32>
  return
}

// -----

// Every group makes as many output channels.
func.func @conv_output_channels(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x2x7xf32>) {
  // expected-error @+1 {{expected a number of output channels divisible by 2 groups, but got 7}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 2
    : tensor<1x8x8x4xf32>, tensor<3x3x2x7xf32> -> tensor<1x6x6x7xf32>
  return
}

// -----

// A window that lies more than one step outside makes no size.
func.func @conv_does_not_fit(%x: tensor<1x8x8x4xf32>, %f: tensor<3x11x4x6xf32>) {
  // expected-error @+1 {{the window of spatial axis 1 does not fit into the padded input}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x11x4x6xf32> -> tensor<1x6x0x6xf32>
  return
}

// -----

// The result's shape follows from the window.
func.func @conv_result(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x6xf32>) {
  // expected-error @+1 {{expected a result of shape [1, 6, 6, 6], but got [1, 8, 6, 6]}}
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32> -> tensor<1x8x6x6xf32>
  return
}

// -----

// A transposed convolution is a contraction, too.
func.func @conv_transpose_types(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x2xf16>) {
  // expected-error @+1 {{expected integers, or floats of one element type, but got 'f32' and 'f16' to 'f32'}}
  %0 = tw.conv_transpose %x, %f strides [2, 2] dilations [1, 1] low <1, 1> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x3x4x2xf16> -> tensor<1x16x16x2xf32>
  return
}

// -----

// The window of a transposed convolution is checked as a convolution's.
func.func @conv_transpose_strides(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x2xf32>) {
  // expected-error @+1 {{expected 2 strides, one per spatial axis, but got 1}}
  %0 = tw.conv_transpose %x, %f strides [2] dilations [1, 1] low <1, 1> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x3x4x2xf32> -> tensor<1x16x16x2xf32>
  return
}

// -----

// Every spatial axis has a padding.
func.func @conv_transpose_low(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x2xf32>) {
  // expected-error @+1 {{expected 2 pad widths, one per spatial axis, but got 1}}
  %0 = tw.conv_transpose %x, %f strides [2, 2] dilations [1, 1] low <1> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x3x4x2xf32> -> tensor<1x16x16x2xf32>
  return
}

// -----

// Every group sees its share of the channels.
func.func @conv_transpose_channels(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x2xf32>) {
  // expected-error @+1 {{expected 2 groups of 4 input channels, but the input has 4}}
  %0 = tw.conv_transpose %x, %f strides [2, 2] dilations [1, 1] low <1, 1> groups 2
    : tensor<1x8x8x4xf32>, tensor<3x3x4x2xf32> -> tensor<1x16x16x2xf32>
  return
}

// -----

// The spatial sizes of the result are given, its channels are not.
func.func @conv_transpose_result(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x4x2xf32>) {
  // expected-error @+1 {{expected a result of shape }}
  %0 = tw.conv_transpose %x, %f strides [2, 2] dilations [1, 1] low <1, 1> groups 1
    : tensor<1x8x8x4xf32>, tensor<3x3x4x2xf32> -> tensor<1x16x16x3xf32>
  return
}

// -----

// Pooling converts nothing.
func.func @pool_element(%x: tensor<1x8x8x4xf32>) {
  // expected-error @+1 {{expected the input's element type 'f32', but got 'f16'}}
  %0 = tw.pool max %x window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0> high <0, 0>
    : tensor<1x8x8x4xf32> -> tensor<1x4x4x4xf16>
  return
}

// -----

// Bools are not pooled.
func.func @pool_bools(%x: tensor<1x8x8x4xi1>) {
  // expected-error @+1 {{expected numbers, but got 'i1'}}
  %0 = tw.pool max %x window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0> high <0, 0>
    : tensor<1x8x8x4xi1> -> tensor<1x4x4x4xi1>
  return
}

// -----

// An average of integers would have to round.
func.func @pool_average_integers(%x: tensor<1x8x8x4xi32>) {
  // expected-error @+1 {{average expected floats, but got 'i32'}}
  %0 = tw.pool average %x window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0> high <0, 0>
    : tensor<1x8x8x4xi32> -> tensor<1x4x4x4xi32>
  return
}

// -----

// Pooling keeps the axes.
func.func @pool_rank(%x: tensor<1x8x8x4xf32>) {
  // expected-error @+1 {{expected an input and a result of one rank, 2 or more, but got ranks 4 and 3}}
  %0 = tw.pool max %x window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0> high <0, 0>
    : tensor<1x8x8x4xf32> -> tensor<1x4x4xf32>
  return
}

// -----

// Every spatial axis has a window size.
func.func @pool_window_count(%x: tensor<1x8x8x4xf32>) {
  // expected-error @+1 {{expected 2 window sizes, one per spatial axis, but got 1}}
  %0 = tw.pool max %x window [2] strides [2, 2] dilations [1, 1] low <0, 0> high <0, 0>
    : tensor<1x8x8x4xf32> -> tensor<1x4x4x4xf32>
  return
}

// -----

// A window has an element.
func.func @pool_window(%x: tensor<1x8x8x4xf32>) {
  // expected-error @+1 {{expected window sizes of at least 1, but got 0}}
  %0 = tw.pool max %x window [2, 0] strides [2, 2] dilations [1, 1] low <0, 0> high <0, 0>
    : tensor<1x8x8x4xf32> -> tensor<1x4x4x4xf32>
  return
}

// -----

// A window moves on.
func.func @pool_strides(%x: tensor<1x8x8x4xf32>) {
  // expected-error @+1 {{expected strides of at least 1, but got 0}}
  %0 = tw.pool max %x window [2, 2] strides [0, 2] dilations [1, 1] low <0, 0> high <0, 0>
    : tensor<1x8x8x4xf32> -> tensor<1x4x4x4xf32>
  return
}

// -----

// Every spatial axis has a padding.
func.func @pool_pads(%x: tensor<1x8x8x4xf32>) {
  // expected-error @+1 {{expected 2 pad widths, one per spatial axis, but got 1}}
  %0 = tw.pool max %x window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0> high <0>
    : tensor<1x8x8x4xf32> -> tensor<1x4x4x4xf32>
  return
}

// -----

// Pooling keeps batch and channels.
func.func @pool_channels(%x: tensor<1x8x8x4xf32>) {
  // expected-error @+1 {{expected batch and channels 1 and 4, but got 1 and 5}}
  %0 = tw.pool max %x window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0> high <0, 0>
    : tensor<1x8x8x4xf32> -> tensor<1x4x4x5xf32>
  return
}

// -----

// Positions are i64.
func.func @max_pool_indices_result(%x: tensor<1x8x8x4xf32>) {
  // expected-error @+1 {{expected a result of i64, but got 'i32'}}
  %0 = tw.max_pool_indices %x window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0>
    : tensor<1x8x8x4xf32> -> tensor<1x4x4x4xi32>
  return
}

// -----

// Bools are not pooled.
func.func @max_pool_indices_bools(%x: tensor<1x8x8x4xi1>) {
  // expected-error @+1 {{expected numbers, but got 'i1'}}
  %0 = tw.max_pool_indices %x window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0>
    : tensor<1x8x8x4xi1> -> tensor<1x4x4x4xi64>
  return
}

// -----

// Its windows are checked as those of a pooling.
func.func @max_pool_indices_window(%x: tensor<1x8x8x4xf32>) {
  // expected-error @+1 {{expected 2 strides, one per spatial axis, but got 1}}
  %0 = tw.max_pool_indices %x window [2, 2] strides [2] dilations [1, 1] low <0, 0>
    : tensor<1x8x8x4xf32> -> tensor<1x4x4x4xi64>
  return
}

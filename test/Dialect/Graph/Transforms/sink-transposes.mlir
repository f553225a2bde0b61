// Transposes go where they cancel or cost least.
// RUN: tw-opt %s --split-input-file --canonicalize --tw-sink-transposes --canonicalize | FileCheck %s

// The example of the pass's description: what stands between two convolutions
// follows their layout, and so does the bias.
// CHECK-LABEL: func.func @between_convolutions
// CHECK-NOT: tw.transpose
// CHECK: tw.binary add %{{.*}}, %{{.*}} : tensor<?x8x8x4xf32, #tw.dims<"N">>, tensor<4xf32>
// CHECK-NOT: tw.transpose
func.func @between_convolutions(%x: tensor<?x8x8x4xf32, #tw.dims<"N">>, %b: tensor<4x1x1xf32>) -> tensor<?x8x8x4xf32, #tw.dims<"N">> {
  %f = tw.weight 0 "f" : tensor<3x3x4x4xf32>
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <1, 1> high <1, 1> groups 1
    : tensor<?x8x8x4xf32, #tw.dims<"N">>, tensor<3x3x4x4xf32> -> tensor<?x8x8x4xf32, #tw.dims<"N">>
  %1 = tw.transpose %0 [0, 3, 1, 2] : tensor<?x8x8x4xf32, #tw.dims<"N">> -> tensor<?x4x8x8xf32, #tw.dims<"N">>
  %2 = tw.binary add %1, %b : tensor<?x4x8x8xf32, #tw.dims<"N">>, tensor<4x1x1xf32> -> tensor<?x4x8x8xf32, #tw.dims<"N">>
  %3 = tw.transpose %2 [0, 2, 3, 1] : tensor<?x4x8x8xf32, #tw.dims<"N">> -> tensor<?x8x8x4xf32, #tw.dims<"N">>
  %4 = tw.conv %3, %f strides [1, 1] dilations [1, 1] low <1, 1> high <1, 1> groups 1
    : tensor<?x8x8x4xf32, #tw.dims<"N">>, tensor<3x3x4x4xf32> -> tensor<?x8x8x4xf32, #tw.dims<"N">>
  return %4 : tensor<?x8x8x4xf32, #tw.dims<"N">>
}

// -----

// A residual branch: a value with two users, both of which can follow.
// CHECK-LABEL: func.func @residual
// CHECK: tw.transpose %arg0 [0, 2, 3, 1]
// CHECK-NOT: tw.transpose
// CHECK: tw.transpose %{{.*}} [0, 3, 1, 2]
// CHECK-NEXT: return
func.func @residual(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> {
  %f = tw.weight 0 "f" : tensor<1x1x4x4xf32>
  %t0 = tw.transpose %x [0, 2, 3, 1] : tensor<1x4x8x8xf32> -> tensor<1x8x8x4xf32>
  %0 = tw.conv %t0, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1 : tensor<1x8x8x4xf32>, tensor<1x1x4x4xf32> -> tensor<1x8x8x4xf32>
  %1 = tw.transpose %0 [0, 3, 1, 2] : tensor<1x8x8x4xf32> -> tensor<1x4x8x8xf32>
  %2 = tw.unary abs %1 : tensor<1x4x8x8xf32> -> tensor<1x4x8x8xf32>
  %t2 = tw.transpose %2 [0, 2, 3, 1] : tensor<1x4x8x8xf32> -> tensor<1x8x8x4xf32>
  %3 = tw.conv %t2, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1 : tensor<1x8x8x4xf32>, tensor<1x1x4x4xf32> -> tensor<1x8x8x4xf32>
  %4 = tw.transpose %3 [0, 3, 1, 2] : tensor<1x8x8x4xf32> -> tensor<1x4x8x8xf32>
  %5 = tw.binary add %2, %4 : tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32> -> tensor<1x4x8x8xf32>
  return %5 : tensor<1x4x8x8xf32>
}

// -----

// Axes of concat, slice, pad, softmax, reduce and resize are renumbered; a pad
// value stays a scalar.
// CHECK-LABEL: func.func @axes
// CHECK-NOT: tw.transpose
// CHECK: tw.concat %{{.*}}, %{{.*}} axis 3 :
// CHECK: tw.slice %{{.*}} starts <0, 1, 0, 2> steps [1, 2, 1, 1] : tensor<2x8x8x8xf32> -> tensor<2x3x8x5xf32>
// CHECK: tw.pad constant %{{.*}} with %{{.*}} low <0, 1, 0, 0> high <0, 2, 0, 0> : tensor<2x3x8x5xf32> -> tensor<2x6x8x5xf32>
// CHECK: tw.resize linear %{{.*}} half_pixel floor {scales = array<f64: 1.000000e+00, 2.000000e+00, 2.000000e+00, 1.000000e+00>} : tensor<2x6x8x5xf32> -> tensor<2x12x16x5xf32>
// CHECK: tw.softmax %{{.*}} axis 3
// CHECK: tw.reduce sum %{{.*}} axes [1, 2] : tensor<2x12x16x5xf32> -> tensor<2x5xf32>
// CHECK-NEXT: return
func.func @axes(%x: tensor<2x8x8x4xf32>, %f: tensor<1x1x4x4xf32>) -> tensor<2x5xf32> {
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1 : tensor<2x8x8x4xf32>, tensor<1x1x4x4xf32> -> tensor<2x8x8x4xf32>
  %z = tw.constant dense<0.0> : tensor<f32>
  %1 = tw.transpose %0 [0, 3, 1, 2] : tensor<2x8x8x4xf32> -> tensor<2x4x8x8xf32>
  %2 = tw.concat %1, %1 axis 1 : tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32> -> tensor<2x8x8x8xf32>
  %3 = tw.slice %2 starts <0, 2, 1, 0> steps [1, 1, 2, 1] : tensor<2x8x8x8xf32> -> tensor<2x5x3x8xf32>
  %4 = tw.pad constant %3 with %z : tensor<f32> low <0, 0, 1, 0> high <0, 0, 2, 0> : tensor<2x5x3x8xf32> -> tensor<2x5x6x8xf32>
  %5 = tw.resize linear %4 half_pixel floor {scales = array<f64: 1.0, 1.0, 2.0, 2.0>} : tensor<2x5x6x8xf32> -> tensor<2x5x12x16xf32>
  %6 = tw.softmax %5 axis 1 : tensor<2x5x12x16xf32> -> tensor<2x5x12x16xf32>
  %7 = tw.reduce sum %6 axes [2, 3] : tensor<2x5x12x16xf32> -> tensor<2x5xf32>
  return %7 : tensor<2x5xf32>
}

// -----

// Merging the spatial axes and bringing the channels last again (ViT's patches)
// moves nothing.
// CHECK-LABEL: func.func @patches
// CHECK-NOT: tw.transpose
// CHECK: tw.reshape %{{.*}} : tensor<?x4x5x6xf32, #tw.dims<"N">> -> tensor<?x20x6xf32, #tw.dims<"N">>
func.func @patches(%x: tensor<?x4x5x6xf32, #tw.dims<"N">>, %f: tensor<1x1x6x6xf32>) -> tensor<?x20x6xf32, #tw.dims<"N">> {
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1 : tensor<?x4x5x6xf32, #tw.dims<"N">>, tensor<1x1x6x6xf32> -> tensor<?x4x5x6xf32, #tw.dims<"N">>
  %1 = tw.transpose %0 [0, 3, 1, 2] : tensor<?x4x5x6xf32, #tw.dims<"N">> -> tensor<?x6x4x5xf32, #tw.dims<"N">>
  %2 = tw.reshape %1 : tensor<?x6x4x5xf32, #tw.dims<"N">> -> tensor<?x6x20xf32, #tw.dims<"N">>
  %3 = tw.transpose %2 [0, 2, 1] : tensor<?x6x20xf32, #tw.dims<"N">> -> tensor<?x20x6xf32, #tw.dims<"N">>
  return %3 : tensor<?x20x6xf32, #tw.dims<"N">>
}

// -----

// GroupNorm in NCHW splits the channels and normalizes over half of them and
// the picture; channels-last it does so without moving them.
// CHECK-LABEL: func.func @group_norm
// CHECK-NOT: tw.transpose
// CHECK: tw.normalize %{{.*}} axes [1, 2, 4] epsilon 1.000000e-05 : tensor<2x4x4x3x2xf32>
// CHECK-NOT: tw.transpose
func.func @group_norm(%x: tensor<2x4x4x6xf32>, %f: tensor<1x1x6x6xf32>) -> tensor<2x4x4x6xf32> {
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1 : tensor<2x4x4x6xf32>, tensor<1x1x6x6xf32> -> tensor<2x4x4x6xf32>
  %1 = tw.transpose %0 [0, 3, 1, 2] : tensor<2x4x4x6xf32> -> tensor<2x6x4x4xf32>
  %2 = tw.reshape %1 : tensor<2x6x4x4xf32> -> tensor<2x3x32xf32>
  %3 = tw.normalize %2 axes [2] epsilon 1.0e-5 : tensor<2x3x32xf32> -> tensor<2x3x32xf32>
  %4 = tw.reshape %3 : tensor<2x3x32xf32> -> tensor<2x6x4x4xf32>
  %5 = tw.transpose %4 [0, 2, 3, 1] : tensor<2x6x4x4xf32> -> tensor<2x4x4x6xf32>
  return %5 : tensor<2x4x4x6xf32>
}

// -----

// Squeeze and excitation: the pooled channels need no transposes either.
// CHECK-LABEL: func.func @squeeze_excite
// CHECK-NOT: tw.transpose
// CHECK: tw.binary mul %{{.*}}, %{{.*}} : tensor<2x8x8x4xf32>, tensor<2x1x1x4xf32> -> tensor<2x8x8x4xf32>
// CHECK-NOT: tw.transpose
func.func @squeeze_excite(%x: tensor<2x8x8x4xf32>, %f: tensor<1x1x4x4xf32>) -> tensor<2x8x8x4xf32> {
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1 : tensor<2x8x8x4xf32>, tensor<1x1x4x4xf32> -> tensor<2x8x8x4xf32>
  %1 = tw.transpose %0 [0, 3, 1, 2] : tensor<2x8x8x4xf32> -> tensor<2x4x8x8xf32>
  %2 = tw.reduce mean %1 axes [2, 3] : tensor<2x4x8x8xf32> -> tensor<2x4xf32>
  %3 = tw.reshape %2 : tensor<2x4xf32> -> tensor<2x4x1x1xf32>
  %4 = tw.transpose %3 [0, 2, 3, 1] : tensor<2x4x1x1xf32> -> tensor<2x1x1x4xf32>
  %5 = tw.conv %4, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1 : tensor<2x1x1x4xf32>, tensor<1x1x4x4xf32> -> tensor<2x1x1x4xf32>
  %6 = tw.transpose %5 [0, 3, 1, 2] : tensor<2x1x1x4xf32> -> tensor<2x4x1x1xf32>
  %7 = tw.unary sigmoid %6 : tensor<2x4x1x1xf32> -> tensor<2x4x1x1xf32>
  %8 = tw.binary mul %1, %7 : tensor<2x4x8x8xf32>, tensor<2x4x1x1xf32> -> tensor<2x4x8x8xf32>
  %9 = tw.transpose %8 [0, 2, 3, 1] : tensor<2x4x8x8xf32> -> tensor<2x8x8x4xf32>
  return %9 : tensor<2x8x8x4xf32>
}

// -----

// A linear layer needs its last axis innermost, the rows are free: ConvNeXt's
// block stays channels-last from convolution to convolution.
// CHECK-LABEL: func.func @linear
// CHECK-NOT: tw.transpose
// CHECK: tw.matmul %{{.*}}, %{{.*}} : tensor<2x8x8x4xf32>, tensor<4x4xf32> -> tensor<2x8x8x4xf32>
// CHECK-NOT: tw.transpose
func.func @linear(%x: tensor<2x8x8x4xf32>, %f: tensor<1x1x4x4xf32>, %w: tensor<4x4xf32>) -> tensor<2x8x8x4xf32> {
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 1 : tensor<2x8x8x4xf32>, tensor<1x1x4x4xf32> -> tensor<2x8x8x4xf32>
  %1 = tw.transpose %0 [0, 3, 1, 2] : tensor<2x8x8x4xf32> -> tensor<2x4x8x8xf32>
  %2 = tw.unary abs %1 : tensor<2x4x8x8xf32> -> tensor<2x4x8x8xf32>
  %3 = tw.transpose %2 [0, 2, 3, 1] : tensor<2x4x8x8xf32> -> tensor<2x8x8x4xf32>
  %4 = tw.matmul %3, %w : tensor<2x8x8x4xf32>, tensor<4x4xf32> -> tensor<2x8x8x4xf32>
  %5 = tw.transpose %4 [0, 3, 1, 2] : tensor<2x8x8x4xf32> -> tensor<2x4x8x8xf32>
  %6 = tw.binary add %5, %2 : tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32> -> tensor<2x4x8x8xf32>
  %7 = tw.transpose %6 [0, 2, 3, 1] : tensor<2x4x8x8xf32> -> tensor<2x8x8x4xf32>
  return %7 : tensor<2x8x8x4xf32>
}

// -----

// x + x^T has no order in which nothing moves: it is left alone.
// CHECK-LABEL: func.func @symmetric
// CHECK-NEXT: tw.transpose %arg0 [1, 0]
// CHECK-NEXT: tw.binary add
// CHECK-NEXT: return
func.func @symmetric(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = tw.transpose %x [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
  %1 = tw.binary add %x, %0 : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  return %1 : tensor<4x4xf32>
}

// -----

// One transpose at the end of a reduction moves less than one before it.
// CHECK-LABEL: func.func @cheaper_behind
// CHECK-NEXT: tw.reduce max %arg0 axes [1] : tensor<8x16x4xf32> -> tensor<8x4xf32>
// CHECK-NEXT: tw.transpose %{{.*}} [1, 0]
// CHECK-NEXT: return
func.func @cheaper_behind(%x: tensor<8x16x4xf32>) -> tensor<4x8xf32> {
  %0 = tw.transpose %x [2, 1, 0] : tensor<8x16x4xf32> -> tensor<4x16x8xf32>
  %1 = tw.reduce max %0 axes [1] : tensor<4x16x8xf32> -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// -----

// Inside of a branch, too.
// CHECK-LABEL: func.func @branch
// CHECK: tw.if
// CHECK-NEXT: tw.unary abs %arg1 : tensor<2x3xf32>
// CHECK-NEXT: tw.yield
func.func @branch(%c: tensor<i1>, %x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = tw.if %c : (tensor<i1>) -> tensor<2x3xf32> {
    %1 = tw.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
    %2 = tw.unary abs %1 : tensor<3x2xf32> -> tensor<3x2xf32>
    %3 = tw.transpose %2 [1, 0] : tensor<3x2xf32> -> tensor<2x3xf32>
    tw.yield %3 : tensor<2x3xf32>
  } else {
    tw.yield %x : tensor<2x3xf32>
  }
  return %0 : tensor<2x3xf32>
}

// -----

// A reshape that is refused after it has split an axis leaves that axis whole:
// the softmax along it needs no transposes.
// CHECK-LABEL: func.func @refused_reshape
// CHECK-NOT: tw.transpose
// CHECK: tw.softmax %arg0 axis 0
// CHECK-NOT: tw.transpose
// CHECK: return
func.func @refused_reshape(%x: tensor<12x5x7xf32>) -> (tensor<3x10x14xf32>, tensor<12x5x7xf32>) {
  %0 = tw.reshape %x : tensor<12x5x7xf32> -> tensor<3x10x14xf32>
  %1 = tw.transpose %x [2, 0, 1] : tensor<12x5x7xf32> -> tensor<7x12x5xf32>
  %2 = tw.softmax %1 axis 1 : tensor<7x12x5xf32> -> tensor<7x12x5xf32>
  %3 = tw.transpose %2 [1, 2, 0] : tensor<7x12x5xf32> -> tensor<12x5x7xf32>
  return %0, %3 : tensor<3x10x14xf32>, tensor<12x5x7xf32>
}

// Scales and shifts behind contractions go into weights and one addition.
// RUN: tw-opt %s --split-input-file --tw-fold-scales --canonicalize | FileCheck %s

// A convolution with bias and batch normalisation, the description's example.
// The arithmetic is in f64.
// CHECK-LABEL: func.func @batch_norm
// CHECK: %[[SCALED:.*]] = tw.binary mul %{{.*}}, %{{.*}} : tensor<3x3x2x4xf64>, tensor<4xf64> -> tensor<3x3x2x4xf64>
// CHECK: %[[FILTER:.*]] = tw.cast %[[SCALED]] : tensor<3x3x2x4xf64> -> tensor<3x3x2x4xf32>
// CHECK: %[[CONV:.*]] = tw.conv %arg0, %[[FILTER]]
// CHECK: %[[SUM:.*]] = tw.binary add %[[CONV]], %{{.*}} : tensor<1x8x8x4xf32>, tensor<4xf32>
// CHECK: return %[[SUM]]
func.func @batch_norm(%x: tensor<1x8x8x2xf32>) -> tensor<1x8x8x4xf32> {
  %f = tw.weight 0 "f" : tensor<3x3x2x4xf32>
  %bias = tw.weight 1 "b" : tensor<4xf32>
  %mean = tw.weight 2 "mean" : tensor<4xf32>
  %scale = tw.weight 3 "scale" : tensor<1x1x4xf32>
  %beta = tw.weight 4 "beta" : tensor<4xf32>
  %0 = tw.conv %x, %f strides [1, 1] dilations [1, 1] low <1, 1> high <1, 1> groups 1 : tensor<1x8x8x2xf32>, tensor<3x3x2x4xf32> -> tensor<1x8x8x4xf32>
  %1 = tw.binary add %0, %bias : tensor<1x8x8x4xf32>, tensor<4xf32> -> tensor<1x8x8x4xf32>
  %2 = tw.binary sub %1, %mean : tensor<1x8x8x4xf32>, tensor<4xf32> -> tensor<1x8x8x4xf32>
  %3 = tw.binary mul %2, %scale : tensor<1x8x8x4xf32>, tensor<1x1x4xf32> -> tensor<1x8x8x4xf32>
  %4 = tw.binary add %3, %beta : tensor<1x8x8x4xf32>, tensor<4xf32> -> tensor<1x8x8x4xf32>
  return %4 : tensor<1x8x8x4xf32>
}

// -----

// The rows of a transposed weight are the channels; c - x negates.
// CHECK-LABEL: func.func @transposed
// CHECK: tw.binary mul %{{.*}}, %{{.*}} : tensor<4x3xf64>, tensor<4x1xf64>
// CHECK: tw.matmul %arg0, %{{.*}} transposed
// CHECK: %[[SUM:.*]] = tw.binary add
// CHECK-NEXT: return %[[SUM]]
func.func @transposed(%x: tensor<?x3xf32, #tw.dims<"N">>) -> tensor<?x4xf32, #tw.dims<"N">> {
  %w = tw.weight 0 "w" : tensor<4x3xf32>
  %s = tw.weight 1 "s" : tensor<4xf32>
  %c = tw.constant dense<2.0> : tensor<f32>
  %0 = tw.matmul %x, %w transposed : tensor<?x3xf32, #tw.dims<"N">>, tensor<4x3xf32> -> tensor<?x4xf32, #tw.dims<"N">>
  %1 = tw.binary div %0, %c : tensor<?x4xf32, #tw.dims<"N">>, tensor<f32> -> tensor<?x4xf32, #tw.dims<"N">>
  %2 = tw.binary sub %s, %1 : tensor<4xf32>, tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x4xf32, #tw.dims<"N">>
  %3 = tw.binary mul %2, %s : tensor<?x4xf32, #tw.dims<"N">>, tensor<4xf32> -> tensor<?x4xf32, #tw.dims<"N">>
  return %3 : tensor<?x4xf32, #tw.dims<"N">>
}

// -----

// A bias alone stays, and so does what somebody else uses, what is not per
// channel, and a filter that is not constant.
// CHECK-LABEL: func.func @stays
// CHECK-NOT: f64
func.func @stays(%x: tensor<1x4xf32>, %v: tensor<4x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  %w = tw.weight 0 "w" : tensor<4x4xf32>
  %s = tw.weight 1 "s" : tensor<4xf32>
  %0 = tw.matmul %x, %w : tensor<1x4xf32>, tensor<4x4xf32> -> tensor<1x4xf32>
  %1 = tw.binary add %0, %s : tensor<1x4xf32>, tensor<4xf32> -> tensor<1x4xf32>
  %2 = tw.matmul %1, %w : tensor<1x4xf32>, tensor<4x4xf32> -> tensor<1x4xf32>
  %3 = tw.binary mul %2, %s : tensor<1x4xf32>, tensor<4xf32> -> tensor<1x4xf32>
  %4 = tw.matmul %2, %v : tensor<1x4xf32>, tensor<4x4xf32> -> tensor<1x4xf32>
  %5 = tw.binary mul %4, %s : tensor<1x4xf32>, tensor<4xf32> -> tensor<1x4xf32>
  %6 = tw.matmul %x, %w : tensor<1x4xf32>, tensor<4x4xf32> -> tensor<1x4xf32>
  %7 = tw.binary mul %6, %x : tensor<1x4xf32>, tensor<1x4xf32> -> tensor<1x4xf32>
  return %1, %3, %5, %7 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}

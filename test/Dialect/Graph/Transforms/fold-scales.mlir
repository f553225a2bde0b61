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

// -----

// What the element type does not hold with its full precision is not folded: a
// filter beyond the largest number, one below the least normal, a division by
// 0, a shift that is too large. The others are.
// CHECK-LABEL: func.func @out_of_range
// CHECK-COUNT-2: tw.binary mul %{{.*}}, %{{.*}} : tensor<1x2xf16>, tensor<2xf16>
// CHECK: tw.binary div
// CHECK: tw.binary add
// CHECK: tw.binary mul
// CHECK: tw.matmul
// CHECK-NEXT: return
func.func @out_of_range(%x: tensor<1x2xf16>) -> (tensor<1x2xf16>, tensor<1x2xf16>, tensor<1x2xf16>, tensor<1x2xf16>, tensor<1x2xf16>) {
  %w = tw.constant dense<[[3.0, 0.0], [0.001, -300.0]]> : tensor<2x2xf16>
  %large = tw.constant dense<[1.0, 300.0]> : tensor<2xf16>
  %small = tw.constant dense<[0.01, 1.0]> : tensor<2xf16>
  %zero = tw.constant dense<[0.0, 1.0]> : tensor<2xf16>
  %two = tw.constant dense<2.0> : tensor<f16>
  %shift = tw.constant dense<[40000.0, 0.0]> : tensor<2xf16>
  %0 = tw.matmul %x, %w : tensor<1x2xf16>, tensor<2x2xf16> -> tensor<1x2xf16>
  %1 = tw.binary mul %0, %large : tensor<1x2xf16>, tensor<2xf16> -> tensor<1x2xf16>
  %2 = tw.matmul %x, %w : tensor<1x2xf16>, tensor<2x2xf16> -> tensor<1x2xf16>
  %3 = tw.binary mul %2, %small : tensor<1x2xf16>, tensor<2xf16> -> tensor<1x2xf16>
  %4 = tw.matmul %x, %w : tensor<1x2xf16>, tensor<2x2xf16> -> tensor<1x2xf16>
  %5 = tw.binary div %4, %zero : tensor<1x2xf16>, tensor<2xf16> -> tensor<1x2xf16>
  %6 = tw.matmul %x, %w : tensor<1x2xf16>, tensor<2x2xf16> -> tensor<1x2xf16>
  %7 = tw.binary add %6, %shift : tensor<1x2xf16>, tensor<2xf16> -> tensor<1x2xf16>
  %8 = tw.binary mul %7, %two : tensor<1x2xf16>, tensor<f16> -> tensor<1x2xf16>
  %9 = tw.matmul %x, %w : tensor<1x2xf16>, tensor<2x2xf16> -> tensor<1x2xf16>
  %10 = tw.binary mul %9, %two : tensor<1x2xf16>, tensor<f16> -> tensor<1x2xf16>
  return %1, %3, %5, %8, %10 : tensor<1x2xf16>, tensor<1x2xf16>, tensor<1x2xf16>, tensor<1x2xf16>, tensor<1x2xf16>
}

// -----

// The rows of a transposed filter are its channels: 300 * 300 is too large,
// 0.01 * 300 is not.
// CHECK-LABEL: func.func @rows
// CHECK: tw.matmul
// CHECK: tw.binary mul %{{.*}}, %{{.*}} : tensor<1x2xf16>, tensor<2xf16>
// CHECK: %[[FOLDED:.*]] = tw.matmul
// CHECK: return %{{.*}}, %[[FOLDED]]
func.func @rows(%x: tensor<1x3xf16>) -> (tensor<1x2xf16>, tensor<1x2xf16>) {
  %w = tw.constant dense<[[1.0, 2.0, 300.0], [0.01, 3.0, 4.0]]> : tensor<2x3xf16>
  %first = tw.constant dense<[300.0, 1.0]> : tensor<2xf16>
  %second = tw.constant dense<[1.0, 300.0]> : tensor<2xf16>
  %0 = tw.matmul %x, %w transposed : tensor<1x3xf16>, tensor<2x3xf16> -> tensor<1x2xf16>
  %1 = tw.binary mul %0, %first : tensor<1x2xf16>, tensor<2xf16> -> tensor<1x2xf16>
  %2 = tw.matmul %x, %w transposed : tensor<1x3xf16>, tensor<2x3xf16> -> tensor<1x2xf16>
  %3 = tw.binary mul %2, %second : tensor<1x2xf16>, tensor<2xf16> -> tensor<1x2xf16>
  return %1, %3 : tensor<1x2xf16>, tensor<1x2xf16>
}

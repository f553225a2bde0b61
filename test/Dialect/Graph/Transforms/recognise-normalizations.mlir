// LayerNorm and RMSNorm from means of squares.
// RUN: tw-opt %s --split-input-file --canonicalize --cse --tw-recognise | FileCheck %s

// LayerNorm as PyTorch exports it, with two differences that are the same.
// CHECK-LABEL: func.func @layer_norm
// CHECK: %[[Y:.*]] = tw.normalize %arg0 axes [1] epsilon 2.500000e-01 : tensor<?x8xf32
// CHECK-NEXT: %[[S:.*]] = tw.binary mul %[[Y]], %{{.*}}
// CHECK-NEXT: %[[B:.*]] = tw.binary add %[[S]], %{{.*}}
// CHECK-NEXT: return %[[B]]
func.func @layer_norm(%x: tensor<?x8xf32, #tw.dims<"N">>) -> tensor<?x8xf32, #tw.dims<"N">> {
  %two = tw.constant dense<2.0> : tensor<f32>
  %epsilon = tw.constant dense<0.25> : tensor<f32>
  %scale = tw.weight 0 "scale" : tensor<8xf32>
  %bias = tw.weight 1 "bias" : tensor<8xf32>
  %m = tw.reduce mean %x axes [1] : tensor<?x8xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
  %k = tw.reshape %m : tensor<?xf32, #tw.dims<"N">> -> tensor<?x1xf32, #tw.dims<"N">>
  %d = tw.binary sub %x, %k : tensor<?x8xf32, #tw.dims<"N">>, tensor<?x1xf32, #tw.dims<"N">> -> tensor<?x8xf32, #tw.dims<"N">>
  %d2 = tw.binary sub %x, %k : tensor<?x8xf32, #tw.dims<"N">>, tensor<?x1xf32, #tw.dims<"N">> -> tensor<?x8xf32, #tw.dims<"N">>
  %s = tw.binary pow %d2, %two : tensor<?x8xf32, #tw.dims<"N">>, tensor<f32> -> tensor<?x8xf32, #tw.dims<"N">>
  %v = tw.reduce mean %s axes [1] : tensor<?x8xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
  %w = tw.reshape %v : tensor<?xf32, #tw.dims<"N">> -> tensor<?x1xf32, #tw.dims<"N">>
  %e = tw.binary add %w, %epsilon : tensor<?x1xf32, #tw.dims<"N">>, tensor<f32> -> tensor<?x1xf32, #tw.dims<"N">>
  %r = tw.unary sqrt %e : tensor<?x1xf32, #tw.dims<"N">> -> tensor<?x1xf32, #tw.dims<"N">>
  %q = tw.binary div %d, %r : tensor<?x8xf32, #tw.dims<"N">>, tensor<?x1xf32, #tw.dims<"N">> -> tensor<?x8xf32, #tw.dims<"N">>
  %t = tw.binary mul %q, %scale : tensor<?x8xf32, #tw.dims<"N">>, tensor<8xf32> -> tensor<?x8xf32, #tw.dims<"N">>
  %y = tw.binary add %t, %bias : tensor<?x8xf32, #tw.dims<"N">>, tensor<8xf32> -> tensor<?x8xf32, #tw.dims<"N">>
  return %y : tensor<?x8xf32, #tw.dims<"N">>
}

// -----

// Two axes in the middle, means as sums, the power of -1/2.
// CHECK-LABEL: func.func @two_axes
// CHECK-NEXT: tw.normalize %arg0 axes [1, 2] epsilon 5.000000e-01 : tensor<2x4x3x5xf32>
// CHECK-NEXT: return
func.func @two_axes(%x: tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32> {
  %half = tw.constant dense<0.5> : tensor<1xf32>
  %minus = tw.constant dense<-0.5> : tensor<f32>
  %count = tw.constant dense<12.0> : tensor<f32>
  %m = tw.reduce sum %x axes [1, 2] : tensor<2x4x3x5xf32> -> tensor<2x5xf32>
  %k = tw.reshape %m : tensor<2x5xf32> -> tensor<2x1x1x5xf32>
  %n = tw.binary div %k, %count : tensor<2x1x1x5xf32>, tensor<f32> -> tensor<2x1x1x5xf32>
  %d = tw.binary sub %x, %n : tensor<2x4x3x5xf32>, tensor<2x1x1x5xf32> -> tensor<2x4x3x5xf32>
  %s = tw.binary mul %d, %d : tensor<2x4x3x5xf32>, tensor<2x4x3x5xf32> -> tensor<2x4x3x5xf32>
  %v = tw.reduce sum %s axes [1, 2] : tensor<2x4x3x5xf32> -> tensor<2x5xf32>
  %w = tw.binary div %v, %count : tensor<2x5xf32>, tensor<f32> -> tensor<2x5xf32>
  %e = tw.binary add %w, %half : tensor<2x5xf32>, tensor<1xf32> -> tensor<2x5xf32>
  %r = tw.binary pow %e, %minus : tensor<2x5xf32>, tensor<f32> -> tensor<2x5xf32>
  %u = tw.reshape %r : tensor<2x5xf32> -> tensor<2x1x1x5xf32>
  %y = tw.binary mul %d, %u : tensor<2x4x3x5xf32>, tensor<2x1x1x5xf32> -> tensor<2x4x3x5xf32>
  return %y : tensor<2x4x3x5xf32>
}

// -----

// RMSNorm with the scale in the quotient.
// CHECK-LABEL: func.func @rms_norm
// CHECK: %[[N:.*]] = tw.normalize %arg0 axes [1] epsilon 5.000000e-01 rms :
// CHECK-NEXT: tw.binary mul %[[N]], %arg1
// CHECK-NEXT: return
func.func @rms_norm(%x: tensor<2x4xf32>, %scale: tensor<4xf32>) -> tensor<2x4xf32> {
  %half = tw.constant dense<0.5> : tensor<f32>
  %s = tw.binary mul %x, %x : tensor<2x4xf32>, tensor<2x4xf32> -> tensor<2x4xf32>
  %v = tw.reduce mean %s axes [1] : tensor<2x4xf32> -> tensor<2xf32>
  %w = tw.reshape %v : tensor<2xf32> -> tensor<2x1xf32>
  %e = tw.binary add %w, %half : tensor<2x1xf32>, tensor<f32> -> tensor<2x1xf32>
  %r = tw.unary rsqrt %e : tensor<2x1xf32> -> tensor<2x1xf32>
  %t = tw.binary mul %x, %scale : tensor<2x4xf32>, tensor<4xf32> -> tensor<2x4xf32>
  %y = tw.binary mul %t, %r : tensor<2x4xf32>, tensor<2x1xf32> -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// The mean is along another axis: it stays, the quotient is RMSNorm of the
// difference.
// CHECK-LABEL: func.func @other_mean
// CHECK: %[[D:.*]] = tw.binary sub
// CHECK-NEXT: tw.normalize %[[D]] axes [1] epsilon 5.000000e-01 rms :
// CHECK-NEXT: return
func.func @other_mean(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %half = tw.constant dense<0.5> : tensor<f32>
  %m = tw.reduce mean %x axes [0] : tensor<4x4xf32> -> tensor<4xf32>
  %d = tw.binary sub %x, %m : tensor<4x4xf32>, tensor<4xf32> -> tensor<4x4xf32>
  %s = tw.binary mul %d, %d : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %v = tw.reduce mean %s axes [1] : tensor<4x4xf32> -> tensor<4xf32>
  %w = tw.reshape %v : tensor<4xf32> -> tensor<4x1xf32>
  %e = tw.binary add %w, %half : tensor<4x1xf32>, tensor<f32> -> tensor<4x1xf32>
  %r = tw.unary sqrt %e : tensor<4x1xf32> -> tensor<4x1xf32>
  %y = tw.binary div %d, %r : tensor<4x4xf32>, tensor<4x1xf32> -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// -----

// Each of these is none: the deviations of rows divide columns; epsilon is
// added to the root; epsilon is a vector; another tensor is divided; the sum is
// divided by another number.
// CHECK-LABEL: func.func @none
// CHECK-NOT: tw.normalize
// CHECK: return
func.func @none(%x: tensor<4x4xf32>, %z: tensor<4x4xf32>, %epsilons: tensor<4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) {
  %half = tw.constant dense<0.5> : tensor<f32>
  %five = tw.constant dense<5.0> : tensor<f32>
  %s = tw.binary mul %x, %x : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %v = tw.reduce mean %s axes [1] : tensor<4x4xf32> -> tensor<4xf32>
  %w = tw.reshape %v : tensor<4xf32> -> tensor<4x1xf32>
  %e1 = tw.binary add %v, %half : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %r1 = tw.unary sqrt %e1 : tensor<4xf32> -> tensor<4xf32>
  %y1 = tw.binary div %x, %r1 : tensor<4x4xf32>, tensor<4xf32> -> tensor<4x4xf32>
  %r2 = tw.unary sqrt %w : tensor<4x1xf32> -> tensor<4x1xf32>
  %e2 = tw.binary add %r2, %half : tensor<4x1xf32>, tensor<f32> -> tensor<4x1xf32>
  %y2 = tw.binary div %x, %e2 : tensor<4x4xf32>, tensor<4x1xf32> -> tensor<4x4xf32>
  %e3 = tw.binary add %w, %epsilons : tensor<4x1xf32>, tensor<4xf32> -> tensor<4x4xf32>
  %a3 = tw.binary mul %e3, %e3 : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %r3 = tw.unary sqrt %a3 : tensor<4x4xf32> -> tensor<4x4xf32>
  %y3 = tw.binary div %x, %r3 : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %e4 = tw.binary add %w, %half : tensor<4x1xf32>, tensor<f32> -> tensor<4x1xf32>
  %r4 = tw.unary sqrt %e4 : tensor<4x1xf32> -> tensor<4x1xf32>
  %y4 = tw.binary div %z, %r4 : tensor<4x4xf32>, tensor<4x1xf32> -> tensor<4x4xf32>
  %v5 = tw.reduce sum %s axes [1] : tensor<4x4xf32> -> tensor<4xf32>
  %w5 = tw.reshape %v5 : tensor<4xf32> -> tensor<4x1xf32>
  %m5 = tw.binary div %w5, %five : tensor<4x1xf32>, tensor<f32> -> tensor<4x1xf32>
  %r5 = tw.unary sqrt %m5 : tensor<4x1xf32> -> tensor<4x1xf32>
  %y5 = tw.binary div %x, %r5 : tensor<4x4xf32>, tensor<4x1xf32> -> tensor<4x4xf32>
  return %y1, %y2, %y3, %y4, %y5 : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

// The variance is a result too: nothing would be saved.
// CHECK-LABEL: func.func @other_user
// CHECK-NOT: tw.normalize
// CHECK: return
func.func @other_user(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x1xf32>) {
  %half = tw.constant dense<0.5> : tensor<f32>
  %s = tw.binary mul %x, %x : tensor<2x4xf32>, tensor<2x4xf32> -> tensor<2x4xf32>
  %v = tw.reduce mean %s axes [1] : tensor<2x4xf32> -> tensor<2xf32>
  %w = tw.reshape %v : tensor<2xf32> -> tensor<2x1xf32>
  %e = tw.binary add %w, %half : tensor<2x1xf32>, tensor<f32> -> tensor<2x1xf32>
  %r = tw.unary sqrt %e : tensor<2x1xf32> -> tensor<2x1xf32>
  %y = tw.binary div %x, %r : tensor<2x4xf32>, tensor<2x1xf32> -> tensor<2x4xf32>
  return %y, %w : tensor<2x4xf32>, tensor<2x1xf32>
}

// Softmax, log-softmax and sigmoid from exponentials.
// RUN: tw-opt %s --split-input-file --canonicalize --cse --tw-recognise | FileCheck %s

// A decomposed softmax along the last axis.
// CHECK-LABEL: func.func @softmax
// CHECK-NEXT: %[[Y:.*]] = tw.softmax %arg0 axis 1 :
// CHECK-NEXT: return %[[Y]]
func.func @softmax(%x: tensor<?x4xf32, #tw.dims<"N">>) -> tensor<?x4xf32, #tw.dims<"N">> {
  %m = tw.reduce max %x axes [1] : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
  %k = tw.reshape %m : tensor<?xf32, #tw.dims<"N">> -> tensor<?x1xf32, #tw.dims<"N">>
  %d = tw.binary sub %x, %k : tensor<?x4xf32, #tw.dims<"N">>, tensor<?x1xf32, #tw.dims<"N">> -> tensor<?x4xf32, #tw.dims<"N">>
  %e = tw.unary exp %d : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x4xf32, #tw.dims<"N">>
  %s = tw.reduce sum %e axes [1] : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
  %t = tw.reshape %s : tensor<?xf32, #tw.dims<"N">> -> tensor<?x1xf32, #tw.dims<"N">>
  %y = tw.binary div %e, %t : tensor<?x4xf32, #tw.dims<"N">>, tensor<?x1xf32, #tw.dims<"N">> -> tensor<?x4xf32, #tw.dims<"N">>
  return %y : tensor<?x4xf32, #tw.dims<"N">>
}

// -----

// The first axis needs no kept axis; the quotient is a product with the
// reciprocal.
// CHECK-LABEL: func.func @reciprocal
// CHECK-NEXT: tw.softmax %arg0 axis 0 :
// CHECK-NEXT: return
func.func @reciprocal(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %m = tw.reduce max %x axes [0] : tensor<3x4xf32> -> tensor<4xf32>
  %d = tw.binary sub %x, %m : tensor<3x4xf32>, tensor<4xf32> -> tensor<3x4xf32>
  %e = tw.unary exp %d : tensor<3x4xf32> -> tensor<3x4xf32>
  %s = tw.reduce sum %e axes [0] : tensor<3x4xf32> -> tensor<4xf32>
  %r = tw.unary reciprocal %s : tensor<4xf32> -> tensor<4xf32>
  %y = tw.binary mul %r, %e : tensor<4xf32>, tensor<3x4xf32> -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

// The largest of one axis, the sum of the other: no softmax. The sizes are the
// same.
// CHECK-LABEL: func.func @other_axis
// CHECK-NOT: tw.softmax
// CHECK: return
func.func @other_axis(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %m = tw.reduce max %x axes [0] : tensor<4x4xf32> -> tensor<4xf32>
  %d = tw.binary sub %x, %m : tensor<4x4xf32>, tensor<4xf32> -> tensor<4x4xf32>
  %e = tw.unary exp %d : tensor<4x4xf32> -> tensor<4x4xf32>
  %s = tw.reduce sum %e axes [1] : tensor<4x4xf32> -> tensor<4xf32>
  %t = tw.reshape %s : tensor<4xf32> -> tensor<4x1xf32>
  %y = tw.binary div %e, %t : tensor<4x4xf32>, tensor<4x1xf32> -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// -----

// The sums of the rows divide the columns: the axis is not kept.
// CHECK-LABEL: func.func @not_kept
// CHECK-NOT: tw.softmax
// CHECK: return
func.func @not_kept(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %m = tw.reduce max %x axes [1] : tensor<4x4xf32> -> tensor<4xf32>
  %k = tw.reshape %m : tensor<4xf32> -> tensor<4x1xf32>
  %d = tw.binary sub %x, %k : tensor<4x4xf32>, tensor<4x1xf32> -> tensor<4x4xf32>
  %e = tw.unary exp %d : tensor<4x4xf32> -> tensor<4x4xf32>
  %s = tw.reduce sum %e axes [1] : tensor<4x4xf32> -> tensor<4xf32>
  %y = tw.binary div %e, %s : tensor<4x4xf32>, tensor<4xf32> -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// -----

// Without the largest taken off, large inputs overflow: that is not softmax.
// CHECK-LABEL: func.func @no_largest
// CHECK-NOT: tw.softmax
// CHECK: return
func.func @no_largest(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %e = tw.unary exp %x : tensor<3x4xf32> -> tensor<3x4xf32>
  %s = tw.reduce sum %e axes [0] : tensor<3x4xf32> -> tensor<4xf32>
  %y = tw.binary div %e, %s : tensor<3x4xf32>, tensor<4xf32> -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

// The exponentials are needed anyway.
// CHECK-LABEL: func.func @other_user
// CHECK-NOT: tw.softmax
// CHECK: return
func.func @other_user(%x: tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %m = tw.reduce max %x axes [0] : tensor<3x4xf32> -> tensor<4xf32>
  %d = tw.binary sub %x, %m : tensor<3x4xf32>, tensor<4xf32> -> tensor<3x4xf32>
  %e = tw.unary exp %d : tensor<3x4xf32> -> tensor<3x4xf32>
  %s = tw.reduce sum %e axes [0] : tensor<3x4xf32> -> tensor<4xf32>
  %y = tw.binary div %e, %s : tensor<3x4xf32>, tensor<4xf32> -> tensor<3x4xf32>
  return %y, %e : tensor<3x4xf32>, tensor<3x4xf32>
}

// -----

// x - max - log(sum(exp(x - max))).
// CHECK-LABEL: func.func @log_softmax
// CHECK-NEXT: tw.softmax %arg0 axis 0 log :
// CHECK-NEXT: return
func.func @log_softmax(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %m = tw.reduce max %x axes [0] : tensor<3x4xf32> -> tensor<4xf32>
  %d = tw.binary sub %x, %m : tensor<3x4xf32>, tensor<4xf32> -> tensor<3x4xf32>
  %e = tw.unary exp %d : tensor<3x4xf32> -> tensor<3x4xf32>
  %s = tw.reduce sum %e axes [0] : tensor<3x4xf32> -> tensor<4xf32>
  %l = tw.unary log %s : tensor<4xf32> -> tensor<4xf32>
  %y = tw.binary sub %d, %l : tensor<3x4xf32>, tensor<4xf32> -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

// The logarithm of other exponentials.
// CHECK-LABEL: func.func @other_logarithm
// CHECK-NOT: tw.softmax
// CHECK: return
func.func @other_logarithm(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %m = tw.reduce max %x axes [0] : tensor<3x4xf32> -> tensor<4xf32>
  %d = tw.binary sub %x, %m : tensor<3x4xf32>, tensor<4xf32> -> tensor<3x4xf32>
  %e = tw.unary exp %x : tensor<3x4xf32> -> tensor<3x4xf32>
  %s = tw.reduce sum %e axes [0] : tensor<3x4xf32> -> tensor<4xf32>
  %l = tw.unary log %s : tensor<4xf32> -> tensor<4xf32>
  %y = tw.binary sub %d, %l : tensor<3x4xf32>, tensor<4xf32> -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

// 1 / (1 + exp(-x)), and x times it: SiLU.
// CHECK-LABEL: func.func @silu
// CHECK-NEXT: %[[S:.*]] = tw.unary sigmoid %arg0 :
// CHECK-NEXT: tw.binary mul %arg0, %[[S]]
// CHECK-NEXT: return
func.func @silu(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %one = tw.constant dense<1.0> : tensor<f32>
  %n = tw.unary neg %x : tensor<3x4xf32> -> tensor<3x4xf32>
  %e = tw.unary exp %n : tensor<3x4xf32> -> tensor<3x4xf32>
  %s = tw.binary add %one, %e : tensor<f32>, tensor<3x4xf32> -> tensor<3x4xf32>
  %r = tw.binary div %one, %s : tensor<f32>, tensor<3x4xf32> -> tensor<3x4xf32>
  %y = tw.binary mul %x, %r : tensor<3x4xf32>, tensor<3x4xf32> -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

// -----

// 1 / (2 + exp(-x)) is none, nor is what the constant makes larger.
// CHECK-LABEL: func.func @no_sigmoid
// CHECK-NOT: sigmoid
// CHECK: return
func.func @no_sigmoid(%x: tensor<3x4xf32>, %z: tensor<4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %one = tw.constant dense<1.0> : tensor<f32>
  %ones = tw.constant dense<1.0> : tensor<3x1xf32>
  %two = tw.constant dense<2.0> : tensor<f32>
  %n = tw.unary neg %x : tensor<3x4xf32> -> tensor<3x4xf32>
  %e = tw.unary exp %n : tensor<3x4xf32> -> tensor<3x4xf32>
  %s = tw.binary add %e, %two : tensor<3x4xf32>, tensor<f32> -> tensor<3x4xf32>
  %r = tw.binary div %one, %s : tensor<f32>, tensor<3x4xf32> -> tensor<3x4xf32>
  %n2 = tw.unary neg %z : tensor<4xf32> -> tensor<4xf32>
  %e2 = tw.unary exp %n2 : tensor<4xf32> -> tensor<4xf32>
  %s2 = tw.binary add %e2, %ones : tensor<4xf32>, tensor<3x1xf32> -> tensor<3x4xf32>
  %r2 = tw.unary reciprocal %s2 : tensor<3x4xf32> -> tensor<3x4xf32>
  return %r, %r2 : tensor<3x4xf32>, tensor<3x4xf32>
}

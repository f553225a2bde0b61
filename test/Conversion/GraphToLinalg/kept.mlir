// What linalg cannot say stays an op of tw and emits its own tiles.
// RUN: tw-opt %s --tw-outline-kernels | FileCheck %s

// A contraction stays; what follows is a generic on its result.
// CHECK-LABEL: func.func @matmul(
// CHECK: %[[C:.*]] = tw.matmul
// CHECK: linalg.generic {{.*}} ins(%[[C]] :
// CHECK: math.exp
func.func @call_matmul(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %r = tw.kernel "matmul"(%x) : (tensor<4x4xf32>) -> tensor<4x4xf32> {
  ^bb0(%bx: tensor<4x4xf32>):
    %0 = tw.matmul %bx, %bx : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
    %1 = tw.unary exp %0 : tensor<4x4xf32> -> tensor<4x4xf32>
    tw.yield %1 : tensor<4x4xf32>
  }
  return %r : tensor<4x4xf32>
}

// Operands of another type are converted to the result's, each with its own sign:
// the tiles of a contraction have one type.
// CHECK-LABEL: func.func @mixed(
// CHECK-SAME: %[[X:.*]]: tensor<4x4xi8>, %[[Y:.*]]: tensor<4x4xi8>)
// CHECK: %[[A:.*]] = linalg.generic {{.*}} ins(%[[X]] :
// CHECK: arith.extui %{{.*}} : i8 to i32
// CHECK: %[[B:.*]] = linalg.generic {{.*}} ins(%[[Y]] :
// CHECK: arith.extsi %{{.*}} : i8 to i32
// CHECK: tw.matmul %[[A]], %[[B]] : tensor<4x4xi32>, tensor<4x4xi32> -> tensor<4x4xi32>
func.func @call_mixed(%x: tensor<4x4xui8>, %y: tensor<4x4xi8>) -> tensor<4x4xi32> {
  %r = tw.kernel "mixed"(%x, %y) : (tensor<4x4xui8>, tensor<4x4xi8>) -> tensor<4x4xi32> {
  ^bb0(%bx: tensor<4x4xui8>, %by: tensor<4x4xi8>):
    %0 = tw.matmul %bx, %by : tensor<4x4xui8>, tensor<4x4xi8> -> tensor<4x4xi32>
    tw.yield %0 : tensor<4x4xi32>
  }
  return %r : tensor<4x4xi32>
}

// A convolution stays with its attributes.
// CHECK-LABEL: func.func @conv(
// CHECK: tw.conv %{{.*}}, %{{.*}} strides [2, 2] dilations [1, 1] low <0, 0> high <1, 1> groups 2 :
func.func @call_conv(%x: tensor<1x8x8x4xf32>, %f: tensor<3x3x2x6xf32>) -> tensor<1x4x4x6xf32> {
  %r = tw.kernel "conv"(%x, %f) : (tensor<1x8x8x4xf32>, tensor<3x3x2x6xf32>) -> tensor<1x4x4x6xf32> {
  ^bb0(%bx: tensor<1x8x8x4xf32>, %bf: tensor<3x3x2x6xf32>):
    %0 = tw.conv %bx, %bf strides [2, 2] dilations [1, 1] low <0, 0> high <1, 1> groups 2 : tensor<1x8x8x4xf32>, tensor<3x3x2x6xf32> -> tensor<1x4x4x6xf32>
    tw.yield %0 : tensor<1x4x4x6xf32>
  }
  return %r : tensor<1x4x4x6xf32>
}

// So do joining, cutting forwards and padding: their tiles are bounds of loads.
// CHECK-LABEL: func.func @moved(
// CHECK: tw.concat
// CHECK: tw.slice
// CHECK: tw.pad
func.func @call_moved(%x: tensor<4xf32>, %v: tensor<f32>) -> tensor<6xf32> {
  %r = tw.kernel "moved"(%x, %v) : (tensor<4xf32>, tensor<f32>) -> tensor<6xf32> {
  ^bb0(%bx: tensor<4xf32>, %bv: tensor<f32>):
    %0 = tw.concat %bx, %bx axis 0 : tensor<4xf32>, tensor<4xf32> -> tensor<8xf32>
    %1 = tw.slice %0 starts <0> steps [2] : tensor<8xf32> -> tensor<4xf32>
    %2 = tw.pad constant %1 with %bv : tensor<f32> low <1> high <1> : tensor<4xf32> -> tensor<6xf32>
    tw.yield %2 : tensor<6xf32>
  }
  return %r : tensor<6xf32>
}

// A window over unsigned numbers says so, since its type no longer does.
// CHECK-LABEL: func.func @pooled(
// CHECK: tw.pool max %{{.*}} {tile.unsigned} : tensor<1x8x4xi8>
func.func @call_pooled(%x: tensor<1x8x4xui8>) -> tensor<1x4x4xui8> {
  %r = tw.kernel "pooled"(%x) : (tensor<1x8x4xui8>) -> tensor<1x4x4xui8> {
  ^bb0(%bx: tensor<1x8x4xui8>):
    %0 = tw.pool max %bx window [2] strides [2] dilations [1] low <0> high <0> : tensor<1x8x4xui8> -> tensor<1x4x4xui8>
    tw.yield %0 : tensor<1x4x4xui8>
  }
  return %r : tensor<1x4x4xui8>
}

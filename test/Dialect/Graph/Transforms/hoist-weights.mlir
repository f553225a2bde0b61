// Arithmetic on weights moves into @weights.
// RUN: tw-opt %s --split-input-file --tw-hoist-weights | FileCheck %s

// The example of the pass's description.
// CHECK-LABEL: func.func @main
// CHECK-NEXT: %[[W:.*]] = tw.weight 4294967296 "fc.weight" : tensor<4x8xf32>
// CHECK-NEXT: tw.matmul %arg0, %[[W]]
// CHECK: func.func private @weights() -> (tensor<4x8xf32> {tw.key = 4294967296 : i64, tw.name = "fc.weight"})
// CHECK-NEXT: %[[V:.*]] = tw.weight 3 "fc.weight"
// CHECK-NEXT: %[[T:.*]] = tw.transpose %[[V]]
// CHECK-NEXT: return %[[T]]
func.func @main(%x: tensor<2x4xf32>) -> tensor<2x8xf32> {
  %w = tw.weight 3 "fc.weight" : tensor<8x4xf32>
  %t = tw.transpose %w [1, 0] : tensor<8x4xf32> -> tensor<4x8xf32>
  %y = tw.matmul %x, %t : tensor<2x4xf32>, tensor<4x8xf32> -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// -----

// A chain is hoisted as one; a value with users on both sides is a result too.
// CHECK-LABEL: func.func @main
// CHECK-NOT: tw.unary neg
// CHECK: return
// CHECK: func.func private @weights() -> (tensor<4xf32> {{.*}}, tensor<4xf32> {{.*}})
// CHECK: %[[N:.*]] = tw.unary neg
// CHECK: %[[A:.*]] = tw.unary abs %[[N]]
// CHECK: return %[[N]], %[[A]]
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %w = tw.weight 0 "w" : tensor<4xf32>
  %n = tw.unary neg %w : tensor<4xf32> -> tensor<4xf32>
  %a = tw.unary abs %n : tensor<4xf32> -> tensor<4xf32>
  %0 = tw.binary mul %x, %n : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  %1 = tw.binary add %0, %a : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// A broadcast stays, and so does what grows far beyond its weights.
// CHECK-LABEL: func.func @main
// CHECK: tw.broadcast
// CHECK: tw.range
// CHECK-NOT: @weights
func.func @main(%x: tensor<64x64xf32>) -> (tensor<64x64xf32>, tensor<1000000xi64>) {
  %w = tw.weight 0 "w" : tensor<1x64xf32>
  %z = tw.constant dense<0> : tensor<i64>
  %o = tw.constant dense<1> : tensor<i64>
  %b = tw.broadcast %w : tensor<1x64xf32> -> tensor<64x64xf32>
  %0 = tw.matmul %x, %b : tensor<64x64xf32>, tensor<64x64xf32> -> tensor<64x64xf32>
  %r = tw.range %z, %o : tensor<i64>, tensor<i64> -> tensor<1000000xi64>
  return %0, %r : tensor<64x64xf32>, tensor<1000000xi64>
}

// -----

// What depends on a symbol is not constant.
// CHECK-LABEL: func.func @main
// CHECK: tw.slice
// CHECK-NOT: @weights
func.func @main(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  %w = tw.weight 0 "table" : tensor<512xf32>
  %s = tw.slice %w starts <0> steps [1] : tensor<512xf32> -> tensor<?xf32, #tw.dims<"N">>
  %0 = tw.binary add %x, %s : tensor<?xf32, #tw.dims<"N">>, tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
  return %0 : tensor<?xf32, #tw.dims<"N">>
}

// -----

// A weight that a matmul reads transposed is transposed ahead; what is no weight is read as it lies.
// CHECK-LABEL: func.func @main
// CHECK: %[[W:.*]] = tw.weight 4294967296 "fc.weight" : tensor<4x8xf32>
// CHECK: tw.matmul %arg0, %[[W]] : tensor<2x4xf32>, tensor<4x8xf32> -> tensor<2x8xf32>
// CHECK: tw.matmul %arg0, %arg1 transposed
// CHECK: func.func private @weights()
// CHECK: tw.transpose %{{.*}} [1, 0] : tensor<8x4xf32> -> tensor<4x8xf32>
func.func @main(%x: tensor<2x4xf32>, %z: tensor<8x4xf32>) -> (tensor<2x8xf32>, tensor<2x8xf32>) {
  %w = tw.weight 3 "fc.weight" : tensor<8x4xf32>
  %0 = tw.matmul %x, %w transposed : tensor<2x4xf32>, tensor<8x4xf32> -> tensor<2x8xf32>
  %1 = tw.matmul %x, %z transposed : tensor<2x4xf32>, tensor<8x4xf32> -> tensor<2x8xf32>
  return %0, %1 : tensor<2x8xf32>, tensor<2x8xf32>
}

// -----

// What is computed twice of the same weights is one result: the steps of an
// unrolled recurrent net read one transposed weight.
// CHECK-LABEL: func.func @main
// CHECK: %[[W:.*]] = tw.weight 4294967296 "w" : tensor<3x4xf32>
// CHECK: tw.matmul %arg0, %[[W]]
// CHECK: %[[AGAIN:.*]] = tw.weight 4294967296 "w" : tensor<3x4xf32>
// CHECK: tw.matmul %arg1, %[[AGAIN]]
// CHECK: func.func private @weights() -> (tensor<3x4xf32> {tw.key = 4294967296 : i64, tw.name = "w"})
// CHECK-NEXT: tw.weight 0
// CHECK-NEXT: tw.transpose
// CHECK-NEXT: return
func.func @main(%x: tensor<2x3xf32>, %y: tensor<2x3xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  %w = tw.weight 0 "w" : tensor<4x3xf32>
  %0 = tw.matmul %x, %w transposed : tensor<2x3xf32>, tensor<4x3xf32> -> tensor<2x4xf32>
  %v = tw.weight 0 "w" : tensor<4x3xf32>
  %1 = tw.matmul %y, %v transposed : tensor<2x3xf32>, tensor<4x3xf32> -> tensor<2x4xf32>
  return %0, %1 : tensor<2x4xf32>, tensor<2x4xf32>
}

// -----

// What no memory holds stays, however large its number of bytes is.
// CHECK-LABEL: func.func @main
// CHECK: tw.broadcast
// CHECK: tw.unary
// CHECK-NOT: @weights
func.func @main(%x: tensor<f32>) -> tensor<f32> {
  %w = tw.weight 0 "w" : tensor<1xf32>
  %none = tw.constant dense<0> : tensor<i64>
  %0 = tw.loop max_trips %none : tensor<i64> carried(%x) trips "T" : (tensor<f32>) -> tensor<f32> {
  ^bb0(%i: tensor<i64>, %s: tensor<f32>):
    %true = tw.constant dense<true> : tensor<i1>
    %b = tw.broadcast %w : tensor<1xf32> -> tensor<2147483648x2147483648xf32>
    %n = tw.unary neg %b : tensor<2147483648x2147483648xf32> -> tensor<2147483648x2147483648xf32>
    %r = tw.reduce sum %n axes [0, 1] : tensor<2147483648x2147483648xf32> -> tensor<f32>
    tw.yield %true, %r : tensor<i1>, tensor<f32>
  }
  return %0 : tensor<f32>
}

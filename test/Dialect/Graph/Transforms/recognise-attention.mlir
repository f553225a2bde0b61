// Attention from two products and a softmax.
// RUN: tw-opt %s --split-input-file --canonicalize --cse --tw-recognise --canonicalize | FileCheck %s

// As BERT has it: heads by reshape and transpose, the scale on the scores, a
// mask of keys. A row without keys is NaN, as softmax says.
// CHECK-LABEL: func.func @bert
// CHECK-DAG: %[[Q:.*]] = tw.reshape %arg0 : {{.*}} -> tensor<?x?x2x4xf32
// CHECK-DAG: %[[K:.*]] = tw.reshape %arg1
// CHECK-DAG: %[[V:.*]] = tw.reshape %arg2
// CHECK: %[[A:.*]] = tw.attention %[[Q]], %[[K]], %[[V]] mask %arg3 : {{.*}} scale 5.000000e-01 rows nan :
// CHECK-NEXT: %[[Y:.*]] = tw.reshape %[[A]]
// CHECK-NEXT: return %[[Y]]
func.func @bert(%q: tensor<?x?x8xf32, #tw.dims<"N", "L">>, %k: tensor<?x?x8xf32, #tw.dims<"N", "L">>, %v: tensor<?x?x8xf32, #tw.dims<"N", "L">>, %mask: tensor<?x1x1x?xf32, #tw.dims<"N", "L">>) -> tensor<?x?x8xf32, #tw.dims<"N", "L">> {
  %two = tw.constant dense<2.0> : tensor<f32>
  %q1 = tw.reshape %q : tensor<?x?x8xf32, #tw.dims<"N", "L">> -> tensor<?x?x2x4xf32, #tw.dims<"N", "L">>
  %q2 = tw.transpose %q1 [0, 2, 1, 3] : tensor<?x?x2x4xf32, #tw.dims<"N", "L">> -> tensor<?x2x?x4xf32, #tw.dims<"N", "L">>
  %k1 = tw.reshape %k : tensor<?x?x8xf32, #tw.dims<"N", "L">> -> tensor<?x?x2x4xf32, #tw.dims<"N", "L">>
  %k2 = tw.transpose %k1 [0, 2, 3, 1] : tensor<?x?x2x4xf32, #tw.dims<"N", "L">> -> tensor<?x2x4x?xf32, #tw.dims<"N", "L">>
  %v1 = tw.reshape %v : tensor<?x?x8xf32, #tw.dims<"N", "L">> -> tensor<?x?x2x4xf32, #tw.dims<"N", "L">>
  %v2 = tw.transpose %v1 [0, 2, 1, 3] : tensor<?x?x2x4xf32, #tw.dims<"N", "L">> -> tensor<?x2x?x4xf32, #tw.dims<"N", "L">>
  %s = tw.matmul %q2, %k2 : tensor<?x2x?x4xf32, #tw.dims<"N", "L">>, tensor<?x2x4x?xf32, #tw.dims<"N", "L">> -> tensor<?x2x?x?xf32, #tw.dims<"N", "L", "L">>
  %t = tw.binary div %s, %two : tensor<?x2x?x?xf32, #tw.dims<"N", "L", "L">>, tensor<f32> -> tensor<?x2x?x?xf32, #tw.dims<"N", "L", "L">>
  %u = tw.binary add %t, %mask : tensor<?x2x?x?xf32, #tw.dims<"N", "L", "L">>, tensor<?x1x1x?xf32, #tw.dims<"N", "L">> -> tensor<?x2x?x?xf32, #tw.dims<"N", "L", "L">>
  %p = tw.softmax %u axis 3 : tensor<?x2x?x?xf32, #tw.dims<"N", "L", "L">> -> tensor<?x2x?x?xf32, #tw.dims<"N", "L", "L">>
  %o = tw.matmul %p, %v2 : tensor<?x2x?x?xf32, #tw.dims<"N", "L", "L">>, tensor<?x2x?x4xf32, #tw.dims<"N", "L">> -> tensor<?x2x?x4xf32, #tw.dims<"N", "L">>
  %o1 = tw.transpose %o [0, 2, 1, 3] : tensor<?x2x?x4xf32, #tw.dims<"N", "L">> -> tensor<?x?x2x4xf32, #tw.dims<"N", "L">>
  %o2 = tw.reshape %o1 : tensor<?x?x2x4xf32, #tw.dims<"N", "L">> -> tensor<?x?x8xf32, #tw.dims<"N", "L">>
  return %o2 : tensor<?x?x8xf32, #tw.dims<"N", "L">>
}

// -----

// As PyTorch's scaled_dot_product_attention: scales on Q and K, the key
// transposed as [B * H, L, E], NaN becomes 0.
// CHECK-LABEL: func.func @torch
// CHECK: %[[M:.*]] = tw.reshape %arg3
// CHECK: %[[A:.*]] = tw.attention %arg0, %arg1, %arg2 mask %[[M]] : tensor<1x1x3x5xf32> scale 2.500000e-01 rows zero :
// CHECK-NEXT: return %[[A]]
func.func @torch(%q: tensor<?x3x2x4xf32, #tw.dims<"N">>, %k: tensor<?x5x2x4xf32, #tw.dims<"N">>, %v: tensor<?x5x2x4xf32, #tw.dims<"N">>, %mask: tensor<3x5xf32>) -> tensor<?x3x2x4xf32, #tw.dims<"N">> {
  %half = tw.constant dense<0.5> : tensor<1xf32>
  %zero = tw.constant dense<0.0> : tensor<f32>
  %q1 = tw.transpose %q [0, 2, 1, 3] : tensor<?x3x2x4xf32, #tw.dims<"N">> -> tensor<?x2x3x4xf32, #tw.dims<"N">>
  %q2 = tw.binary mul %q1, %half : tensor<?x2x3x4xf32, #tw.dims<"N">>, tensor<1xf32> -> tensor<?x2x3x4xf32, #tw.dims<"N">>
  %k1 = tw.transpose %k [0, 2, 1, 3] : tensor<?x5x2x4xf32, #tw.dims<"N">> -> tensor<?x2x5x4xf32, #tw.dims<"N">>
  %k2 = tw.reshape %k1 : tensor<?x2x5x4xf32, #tw.dims<"N">> -> tensor<?x5x4xf32, #tw.dims<"2*N">>
  %k3 = tw.transpose %k2 [0, 2, 1] : tensor<?x5x4xf32, #tw.dims<"2*N">> -> tensor<?x4x5xf32, #tw.dims<"2*N">>
  %k4 = tw.reshape %k3 : tensor<?x4x5xf32, #tw.dims<"2*N">> -> tensor<?x2x4x5xf32, #tw.dims<"N">>
  %k5 = tw.binary mul %k4, %half : tensor<?x2x4x5xf32, #tw.dims<"N">>, tensor<1xf32> -> tensor<?x2x4x5xf32, #tw.dims<"N">>
  %v1 = tw.transpose %v [0, 2, 1, 3] : tensor<?x5x2x4xf32, #tw.dims<"N">> -> tensor<?x2x5x4xf32, #tw.dims<"N">>
  %s = tw.matmul %q2, %k5 : tensor<?x2x3x4xf32, #tw.dims<"N">>, tensor<?x2x4x5xf32, #tw.dims<"N">> -> tensor<?x2x3x5xf32, #tw.dims<"N">>
  %u = tw.binary add %s, %mask : tensor<?x2x3x5xf32, #tw.dims<"N">>, tensor<3x5xf32> -> tensor<?x2x3x5xf32, #tw.dims<"N">>
  %p = tw.softmax %u axis 3 : tensor<?x2x3x5xf32, #tw.dims<"N">> -> tensor<?x2x3x5xf32, #tw.dims<"N">>
  %n = tw.unary isnan %p : tensor<?x2x3x5xf32, #tw.dims<"N">> -> tensor<?x2x3x5xi1, #tw.dims<"N">>
  %c = tw.select %n, %zero, %p : tensor<?x2x3x5xi1, #tw.dims<"N">>, tensor<f32>, tensor<?x2x3x5xf32, #tw.dims<"N">> -> tensor<?x2x3x5xf32, #tw.dims<"N">>
  %o = tw.matmul %c, %v1 : tensor<?x2x3x5xf32, #tw.dims<"N">>, tensor<?x2x5x4xf32, #tw.dims<"N">> -> tensor<?x2x3x4xf32, #tw.dims<"N">>
  %o1 = tw.transpose %o [0, 2, 1, 3] : tensor<?x2x3x4xf32, #tw.dims<"N">> -> tensor<?x3x2x4xf32, #tw.dims<"N">>
  return %o1 : tensor<?x3x2x4xf32, #tw.dims<"N">>
}

// -----

// As Swin has it: windows of a picture are the batch of the products; the bias
// of heads and the mask of windows are added under different shapes. Windows
// and heads together are the heads of the op, beside the sum of both.
// CHECK-LABEL: func.func @windows
// CHECK: %[[M:.*]] = tw.binary add
// CHECK: %[[MASK:.*]] = tw.reshape %[[M]] : {{.*}} -> tensor<1x12x3x3xf32>
// CHECK: tw.attention %{{.*}}, %{{.*}}, %{{.*}} mask %[[MASK]] : tensor<1x12x3x3xf32> scale 5.000000e-01 rows nan : tensor<?x3x12x5xf32
func.func @windows(%x: tensor<?xf32, #tw.dims<"N">>, %q: tensor<?x3x3x5xf32, #tw.dims<"4*N">>, %k: tensor<?x3x3x5xf32, #tw.dims<"4*N">>, %v: tensor<?x3x3x5xf32, #tw.dims<"4*N">>) -> tensor<?x3x3x5xf32, #tw.dims<"4*N">> {
  %half = tw.constant dense<0.5> : tensor<f32>
  %bias = tw.weight 0 "bias" : tensor<1x3x3x3xf32>
  %mask = tw.weight 1 "mask" : tensor<1x4x1x3x3xf32>
  %q1 = tw.binary mul %q, %half : tensor<?x3x3x5xf32, #tw.dims<"4*N">>, tensor<f32> -> tensor<?x3x3x5xf32, #tw.dims<"4*N">>
  %s = tw.matmul %q1, %k transposed : tensor<?x3x3x5xf32, #tw.dims<"4*N">>, tensor<?x3x3x5xf32, #tw.dims<"4*N">> -> tensor<?x3x3x3xf32, #tw.dims<"4*N">>
  %t = tw.binary add %s, %bias : tensor<?x3x3x3xf32, #tw.dims<"4*N">>, tensor<1x3x3x3xf32> -> tensor<?x3x3x3xf32, #tw.dims<"4*N">>
  %t1 = tw.reshape %t : tensor<?x3x3x3xf32, #tw.dims<"4*N">> -> tensor<?x4x3x3x3xf32, #tw.dims<"N">>
  %u = tw.binary add %t1, %mask : tensor<?x4x3x3x3xf32, #tw.dims<"N">>, tensor<1x4x1x3x3xf32> -> tensor<?x4x3x3x3xf32, #tw.dims<"N">>
  %u1 = tw.reshape %u : tensor<?x4x3x3x3xf32, #tw.dims<"N">> -> tensor<?x3x3x3xf32, #tw.dims<"4*N">>
  %p = tw.softmax %u1 axis 3 : tensor<?x3x3x3xf32, #tw.dims<"4*N">> -> tensor<?x3x3x3xf32, #tw.dims<"4*N">>
  %o = tw.matmul %p, %v : tensor<?x3x3x3xf32, #tw.dims<"4*N">>, tensor<?x3x3x5xf32, #tw.dims<"4*N">> -> tensor<?x3x3x5xf32, #tw.dims<"4*N">>
  return %o : tensor<?x3x3x5xf32, #tw.dims<"4*N">>
}

// -----

// Keys and values that are repeated for the heads of a group; a mask of bools
// that says what is dropped; a softcap.
// CHECK-LABEL: func.func @grouped
// CHECK-DAG: %[[K:.*]] = tw.transpose %arg1 [0, 2, 1, 3]
// CHECK-DAG: %[[V:.*]] = tw.transpose %arg2 [0, 2, 1, 3]
// CHECK-DAG: %[[M:.*]] = tw.unary not
// CHECK: tw.attention %{{.*}}, %[[K]], %[[V]] mask %[[M]] : tensor<1x1x3x7xi1> scale 1.250000e-01 rows nan {softcap = 8.000000e+00 : f64} : tensor<2x3x4x5xf32>, tensor<2x7x2x5xf32>, tensor<2x7x2x6xf32> -> tensor<2x3x4x6xf32>
func.func @grouped(%q: tensor<2x4x3x5xf32>, %k: tensor<2x2x7x5xf32>, %v: tensor<2x2x7x6xf32>, %drop: tensor<3x7xi1>) -> tensor<2x4x3x6xf32> {
  %eighth = tw.constant dense<0.125> : tensor<f32>
  %cap = tw.constant dense<8.0> : tensor<f32>
  %none = tw.constant dense<0xFF800000> : tensor<f32>
  %k1 = tw.reshape %k : tensor<2x2x7x5xf32> -> tensor<2x2x1x7x5xf32>
  %k2 = tw.broadcast %k1 : tensor<2x2x1x7x5xf32> -> tensor<2x2x2x7x5xf32>
  %k3 = tw.reshape %k2 : tensor<2x2x2x7x5xf32> -> tensor<2x4x7x5xf32>
  %v1 = tw.reshape %v : tensor<2x2x7x6xf32> -> tensor<2x2x1x7x6xf32>
  %v2 = tw.broadcast %v1 : tensor<2x2x1x7x6xf32> -> tensor<2x2x2x7x6xf32>
  %v3 = tw.reshape %v2 : tensor<2x2x2x7x6xf32> -> tensor<2x4x7x6xf32>
  %s = tw.matmul %q, %k3 transposed : tensor<2x4x3x5xf32>, tensor<2x4x7x5xf32> -> tensor<2x4x3x7xf32>
  %s1 = tw.binary mul %s, %eighth : tensor<2x4x3x7xf32>, tensor<f32> -> tensor<2x4x3x7xf32>
  %t = tw.binary div %s1, %cap : tensor<2x4x3x7xf32>, tensor<f32> -> tensor<2x4x3x7xf32>
  %t1 = tw.unary tanh %t : tensor<2x4x3x7xf32> -> tensor<2x4x3x7xf32>
  %t2 = tw.binary mul %t1, %cap : tensor<2x4x3x7xf32>, tensor<f32> -> tensor<2x4x3x7xf32>
  %u = tw.select %drop, %none, %t2 : tensor<3x7xi1>, tensor<f32>, tensor<2x4x3x7xf32> -> tensor<2x4x3x7xf32>
  %p = tw.softmax %u axis 3 : tensor<2x4x3x7xf32> -> tensor<2x4x3x7xf32>
  %o = tw.matmul %p, %v3 : tensor<2x4x3x7xf32>, tensor<2x4x7x6xf32> -> tensor<2x4x3x6xf32>
  return %o : tensor<2x4x3x6xf32>
}

// -----

// One matrix: one batch, one head.
// CHECK-LABEL: func.func @matrices
// CHECK: tw.attention {{.*}} scale 1.000000e+00 rows nan : tensor<1x3x1x5xf32>, tensor<1x7x1x5xf32>, tensor<1x7x1x6xf32> -> tensor<1x3x1x6xf32>
func.func @matrices(%q: tensor<3x5xf32>, %k: tensor<7x5xf32>, %v: tensor<7x6xf32>) -> tensor<3x6xf32> {
  %s = tw.matmul %q, %k transposed : tensor<3x5xf32>, tensor<7x5xf32> -> tensor<3x7xf32>
  %p = tw.softmax %s axis 1 : tensor<3x7xf32> -> tensor<3x7xf32>
  %o = tw.matmul %p, %v : tensor<3x7xf32>, tensor<7x6xf32> -> tensor<3x6xf32>
  return %o : tensor<3x6xf32>
}

// -----

// Softmax along the queries.
// CHECK-LABEL: func.func @other_axis
// CHECK-NOT: tw.attention
// CHECK: return
func.func @other_axis(%q: tensor<3x5xf32>, %k: tensor<3x5xf32>, %v: tensor<3x6xf32>) -> tensor<3x6xf32> {
  %s = tw.matmul %q, %k transposed : tensor<3x5xf32>, tensor<3x5xf32> -> tensor<3x3xf32>
  %p = tw.softmax %s axis 0 : tensor<3x3xf32> -> tensor<3x3xf32>
  %o = tw.matmul %p, %v : tensor<3x3xf32>, tensor<3x6xf32> -> tensor<3x6xf32>
  return %o : tensor<3x6xf32>
}

// -----

// The weights are a result too.
// CHECK-LABEL: func.func @other_user
// CHECK-NOT: tw.attention
// CHECK: return
func.func @other_user(%q: tensor<3x5xf32>, %k: tensor<7x5xf32>, %v: tensor<7x6xf32>) -> (tensor<3x6xf32>, tensor<3x7xf32>) {
  %s = tw.matmul %q, %k transposed : tensor<3x5xf32>, tensor<7x5xf32> -> tensor<3x7xf32>
  %p = tw.softmax %s axis 1 : tensor<3x7xf32> -> tensor<3x7xf32>
  %o = tw.matmul %p, %v : tensor<3x7xf32>, tensor<7x6xf32> -> tensor<3x6xf32>
  return %o, %p : tensor<3x6xf32>, tensor<3x7xf32>
}

// -----

// A scale that is a tensor, one behind the mask, a mask with a finite number
// for what is not seen, and keys that are broadcast over the batch.
// CHECK-LABEL: func.func @none
// CHECK-NOT: tw.attention
// CHECK: return
func.func @none(%q: tensor<2x3x5xf32>, %k: tensor<2x7x5xf32>, %one: tensor<1x7x5xf32>, %v: tensor<2x7x6xf32>, %scale: tensor<7xf32>, %mask: tensor<3x7xf32>, %keep: tensor<3x7xi1>) -> (tensor<2x3x6xf32>, tensor<2x3x6xf32>, tensor<2x3x6xf32>, tensor<2x3x6xf32>) {
  %half = tw.constant dense<0.5> : tensor<f32>
  %low = tw.constant dense<-1.0e4> : tensor<f32>
  %s1 = tw.matmul %q, %k transposed : tensor<2x3x5xf32>, tensor<2x7x5xf32> -> tensor<2x3x7xf32>
  %t1 = tw.binary mul %s1, %scale : tensor<2x3x7xf32>, tensor<7xf32> -> tensor<2x3x7xf32>
  %p1 = tw.softmax %t1 axis 2 : tensor<2x3x7xf32> -> tensor<2x3x7xf32>
  %o1 = tw.matmul %p1, %v : tensor<2x3x7xf32>, tensor<2x7x6xf32> -> tensor<2x3x6xf32>
  %s2 = tw.matmul %k, %q transposed : tensor<2x7x5xf32>, tensor<2x3x5xf32> -> tensor<2x7x3xf32>
  %r2 = tw.transpose %s2 [0, 2, 1] : tensor<2x7x3xf32> -> tensor<2x3x7xf32>
  %u2 = tw.binary add %r2, %mask : tensor<2x3x7xf32>, tensor<3x7xf32> -> tensor<2x3x7xf32>
  %t2 = tw.binary mul %u2, %half : tensor<2x3x7xf32>, tensor<f32> -> tensor<2x3x7xf32>
  %p2 = tw.softmax %t2 axis 2 : tensor<2x3x7xf32> -> tensor<2x3x7xf32>
  %o2 = tw.matmul %p2, %v : tensor<2x3x7xf32>, tensor<2x7x6xf32> -> tensor<2x3x6xf32>
  %q3 = tw.unary neg %q : tensor<2x3x5xf32> -> tensor<2x3x5xf32>
  %s3 = tw.matmul %q3, %k transposed : tensor<2x3x5xf32>, tensor<2x7x5xf32> -> tensor<2x3x7xf32>
  %u3 = tw.select %keep, %s3, %low : tensor<3x7xi1>, tensor<2x3x7xf32>, tensor<f32> -> tensor<2x3x7xf32>
  %p3 = tw.softmax %u3 axis 2 : tensor<2x3x7xf32> -> tensor<2x3x7xf32>
  %o3 = tw.matmul %p3, %v : tensor<2x3x7xf32>, tensor<2x7x6xf32> -> tensor<2x3x6xf32>
  %s4 = tw.matmul %q, %one transposed : tensor<2x3x5xf32>, tensor<1x7x5xf32> -> tensor<2x3x7xf32>
  %p4 = tw.softmax %s4 axis 2 : tensor<2x3x7xf32> -> tensor<2x3x7xf32>
  %o4 = tw.matmul %p4, %v : tensor<2x3x7xf32>, tensor<2x7x6xf32> -> tensor<2x3x6xf32>
  return %o1, %o2, %o3, %o4 : tensor<2x3x6xf32>, tensor<2x3x6xf32>, tensor<2x3x6xf32>, tensor<2x3x6xf32>
}

// RUN: tw-opt %s --tw-form-kernels --split-input-file | FileCheck %s

// A convolution, its bias and ReLU are one kernel; the constant is inside.
// CHECK-LABEL: func.func @epilogue
// CHECK: %[[R:.*]] = tw.kernel "conv_0"(%arg0, %arg1, %arg2)
// CHECK: tw.constant
// CHECK: tw.conv
// CHECK: tw.binary add
// CHECK: tw.binary max
// CHECK: return %[[R]]
func.func @epilogue(%x: tensor<?x8x8x4xf32, #tw.dims<"N">>, %w: tensor<1x1x4x8xf32>, %b: tensor<8xf32>) -> tensor<?x8x8x8xf32, #tw.dims<"N">> {
  %zero = tw.constant dense<0.0> : tensor<f32>
  %1 = tw.conv %x, %w strides [1, 1] dilations [1, 1] low #tw.dims<"0", "0"> high #tw.dims<"0", "0"> groups 1 : tensor<?x8x8x4xf32, #tw.dims<"N">>, tensor<1x1x4x8xf32> -> tensor<?x8x8x8xf32, #tw.dims<"N">>
  %2 = tw.binary add %1, %b : tensor<?x8x8x8xf32, #tw.dims<"N">>, tensor<8xf32> -> tensor<?x8x8x8xf32, #tw.dims<"N">>
  %3 = tw.binary max %2, %zero : tensor<?x8x8x8xf32, #tw.dims<"N">>, tensor<f32> -> tensor<?x8x8x8xf32, #tw.dims<"N">>
  return %3 : tensor<?x8x8x8xf32, #tw.dims<"N">>
}

// -----

// Two contractions are two kernels; what both sides of the second need is
// written by the first.
// CHECK-LABEL: func.func @two
// CHECK: %[[A:.*]] = tw.kernel "matmul_0"(%arg0, %arg1)
// CHECK: %[[B:.*]] = tw.kernel "matmul_1"(%[[A]], %arg1)
// CHECK: tw.matmul
// CHECK: tw.binary add
// CHECK: return %[[B]]
func.func @two(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %1 = tw.matmul %x, %w : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %2 = tw.matmul %1, %w : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %3 = tw.binary add %2, %1 : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  return %3 : tensor<4x4xf32>
}

// -----

// Where elementwise work feeds a matmul and what comes after it, the matmul
// reads it from memory: it would compute it again for every tile.
// CHECK-LABEL: func.func @diamond
// CHECK: %[[A:.*]] = tw.kernel "exp_0"(%arg0)
// CHECK: %[[B:.*]] = tw.kernel "matmul_1"(%[[A]], %arg0)
// CHECK: tw.matmul
// CHECK: tw.binary add
// CHECK: return %[[B]]
func.func @diamond(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %1 = tw.unary exp %x : tensor<4x4xf32> -> tensor<4x4xf32>
  %2 = tw.matmul %1, %x : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  %3 = tw.binary add %2, %1 : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  return %3 : tensor<4x4xf32>
}

// -----

// Elementwise work before a softmax joins it; a reshape is a view and stays
// outside.
// CHECK-LABEL: func.func @rows
// CHECK: %[[A:.*]] = tw.kernel "softmax_0"(%arg0)
// CHECK: tw.binary mul
// CHECK: tw.softmax
// CHECK: %[[V:.*]] = tw.reshape %[[A]]
// CHECK: return %[[V]]
func.func @rows(%x: tensor<4x6xf32>) -> tensor<24xf32> {
  %half = tw.constant dense<0.5> : tensor<f32>
  %1 = tw.binary mul %x, %half : tensor<4x6xf32>, tensor<f32> -> tensor<4x6xf32>
  %2 = tw.softmax %1 axis 1 : tensor<4x6xf32> -> tensor<4x6xf32>
  %3 = tw.reshape %2 : tensor<4x6xf32> -> tensor<24xf32>
  return %3 : tensor<24xf32>
}

// -----

// A kernel of loops writes all results of its op, also what nobody reads.
// CHECK-LABEL: func.func @unused_result
// CHECK: %[[K:.*]]:2 = tw.kernel "top_k_0"(%arg0)
// CHECK: return %[[K]]#1
func.func @unused_result(%x: tensor<4x5xf32>) -> tensor<4x3xi64> {
  %v, %i = tw.top_k %x axis 1 : tensor<4x5xf32> -> tensor<4x3xf32>, tensor<4x3xi64>
  return %i : tensor<4x3xi64>
}

// -----

// A kernel that holds an op before %f may still need %f: the sum of %b, which
// needs the first kernel, cannot have %f in it.
// CHECK-LABEL: func.func @unit_needs_later_op
// CHECK: %[[F:.*]] = tw.kernel "exp_0"(%arg1)
// CHECK: %[[U:.*]]:2 = tw.kernel "add_1"({{.*}}%[[F]]
// CHECK: %[[T:.*]] = tw.kernel "reduce_2"({{.*}}%[[F]]
// CHECK: return %[[U]]#1, %[[T]]
func.func @unit_needs_later_op(%x: tensor<4x5xf32>, %v: tensor<5xf32>) -> (tensor<4x5xf32>, tensor<5xf32>) {
  %b = tw.unary exp %x : tensor<4x5xf32> -> tensor<4x5xf32>
  %f = tw.unary exp %v : tensor<5xf32> -> tensor<5xf32>
  %1 = tw.binary add %b, %f : tensor<4x5xf32>, tensor<5xf32> -> tensor<4x5xf32>
  %2 = tw.reduce sum %b axes [0] : tensor<4x5xf32> -> tensor<5xf32>
  %3 = tw.binary add %2, %f : tensor<5xf32>, tensor<5xf32> -> tensor<5xf32>
  return %1, %3 : tensor<4x5xf32>, tensor<5xf32>
}

// -----

// A GELU as frameworks export it, x/2 * (1 + erf(x / sqrt 2)), needs no op of
// its own: with the matmul and the bias before it, it is one kernel.
// CHECK-LABEL: func.func @erf_gelu
// CHECK: %[[R:.*]] = tw.kernel "matmul_0"(%arg0, %arg1, %arg2)
// CHECK: tw.matmul
// CHECK: tw.unary erf
// CHECK-NOT: tw.kernel
// CHECK: return %[[R]]
func.func @erf_gelu(%x: tensor<?x8xf32, #tw.dims<"N">>, %w: tensor<8x16xf32>, %b: tensor<16xf32>) -> tensor<?x16xf32, #tw.dims<"N">> {
  %root = tw.constant dense<1.41421354> : tensor<f32>
  %one = tw.constant dense<1.0> : tensor<f32>
  %half = tw.constant dense<0.5> : tensor<f32>
  %1 = tw.matmul %x, %w : tensor<?x8xf32, #tw.dims<"N">>, tensor<8x16xf32> -> tensor<?x16xf32, #tw.dims<"N">>
  %2 = tw.binary add %1, %b : tensor<?x16xf32, #tw.dims<"N">>, tensor<16xf32> -> tensor<?x16xf32, #tw.dims<"N">>
  %3 = tw.binary div %2, %root : tensor<?x16xf32, #tw.dims<"N">>, tensor<f32> -> tensor<?x16xf32, #tw.dims<"N">>
  %4 = tw.unary erf %3 : tensor<?x16xf32, #tw.dims<"N">> -> tensor<?x16xf32, #tw.dims<"N">>
  %5 = tw.binary add %4, %one : tensor<?x16xf32, #tw.dims<"N">>, tensor<f32> -> tensor<?x16xf32, #tw.dims<"N">>
  %6 = tw.binary mul %2, %5 : tensor<?x16xf32, #tw.dims<"N">>, tensor<?x16xf32, #tw.dims<"N">> -> tensor<?x16xf32, #tw.dims<"N">>
  %7 = tw.binary mul %6, %half : tensor<?x16xf32, #tw.dims<"N">>, tensor<f32> -> tensor<?x16xf32, #tw.dims<"N">>
  return %7 : tensor<?x16xf32, #tw.dims<"N">>
}

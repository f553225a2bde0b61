// The named pipelines, one after the other, as the driver runs them.
// RUN: tw-opt %s -tw-graph-pipeline | FileCheck %s --check-prefix=GRAPH
// RUN: tw-opt %s -tw-graph-pipeline -tw-kernel-pipeline | FileCheck %s --check-prefix=KERNELS

// Two transposes cancel, and the decomposed sigmoid is one op; then that and
// the matrix product before it are one kernel.
// GRAPH-LABEL: func.func @main
// GRAPH-NOT: tw.transpose
// GRAPH: %[[M:.*]] = tw.matmul %arg0
// GRAPH: %[[R:.*]] = tw.unary sigmoid %[[M]]
// GRAPH: return %[[R]]
// KERNELS-LABEL: func.func @main
// KERNELS: %[[K:.*]] = tw.kernel "matmul_0"(%arg0, %arg1)
// KERNELS: tw.matmul
// KERNELS: tw.unary sigmoid
// KERNELS: return %[[K]]
func.func @main(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> tensor<4x8xf32> {
  %one = tw.constant dense<1.0> : tensor<f32>
  %t = tw.transpose %x [1, 0] : tensor<4x8xf32> -> tensor<8x4xf32>
  %u = tw.transpose %t [1, 0] : tensor<8x4xf32> -> tensor<4x8xf32>
  %m = tw.matmul %u, %w : tensor<4x8xf32>, tensor<8x8xf32> -> tensor<4x8xf32>
  %n = tw.unary neg %m : tensor<4x8xf32> -> tensor<4x8xf32>
  %e = tw.unary exp %n : tensor<4x8xf32> -> tensor<4x8xf32>
  %d = tw.binary add %one, %e : tensor<f32>, tensor<4x8xf32> -> tensor<4x8xf32>
  %r = tw.binary div %one, %d : tensor<f32>, tensor<4x8xf32> -> tensor<4x8xf32>
  return %r : tensor<4x8xf32>
}

// RUN: tw-opt %s --tw-form-kernels --split-input-file --verify-diagnostics | FileCheck %s

// A producer that stays in another kernel is a remark at its consumer, with the
// reason, and a note at the producer.
// CHECK-LABEL: func.func @two
func.func @two(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-note @+1 {{this producer is not fused with it}}
  %1 = tw.matmul %x, %w : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  // expected-remark @+1 {{a convolution, pooling or matrix product would compute its operand again for every tile}}
  %2 = tw.matmul %1, %w : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  return %2 : tensor<4x4xf32>
}

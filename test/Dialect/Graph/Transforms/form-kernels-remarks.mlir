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

// -----

// An op that has a kernel of loops takes nothing in.
// CHECK-LABEL: func.func @own_kernel
func.func @own_kernel(%x: tensor<4x5xf32>) -> tensor<4x5xf32> {
  // expected-note @+1 {{this producer is not fused with it}}
  %1 = tw.unary exp %x : tensor<4x5xf32> -> tensor<4x5xf32>
  // expected-remark @+1 {{one of them is a kernel of its own}}
  %2, %i = tw.top_k %1 axis 1 : tensor<4x5xf32> -> tensor<4x5xf32>, tensor<4x5xi64>
  return %2 : tensor<4x5xf32>
}

// -----

// The sum of two softmaxes goes with the first of them.
// CHECK-LABEL: func.func @two_reductions
func.func @two_reductions(%x: tensor<4x5xf32>, %y: tensor<4x5xf32>) -> tensor<4x5xf32> {
  %1 = tw.softmax %x axis 1 : tensor<4x5xf32> -> tensor<4x5xf32>
  // expected-note @+1 {{this producer is not fused with it}}
  %2 = tw.softmax %y axis 1 : tensor<4x5xf32> -> tensor<4x5xf32>
  // expected-remark @+1 {{each holds a reduction, convolution, pooling or matrix product, and a kernel has one}}
  %3 = tw.binary add %1, %2 : tensor<4x5xf32>, tensor<4x5xf32> -> tensor<4x5xf32>
  return %3 : tensor<4x5xf32>
}

// -----

// So does a softmax of a softmax.
// CHECK-LABEL: func.func @reduction_of_reduction
func.func @reduction_of_reduction(%x: tensor<4x5xf32>) -> tensor<4x5xf32> {
  // expected-note @+1 {{this producer is not fused with it}}
  %1 = tw.softmax %x axis 1 : tensor<4x5xf32> -> tensor<4x5xf32>
  // expected-remark @+1 {{each holds a reduction, convolution, pooling or matrix product, and a kernel has one}}
  %2 = tw.softmax %1 axis 1 : tensor<4x5xf32> -> tensor<4x5xf32>
  return %2 : tensor<4x5xf32>
}

// -----

// A sum that is added to every row would be computed for every row.
// CHECK-LABEL: func.func @repeated_reduction
func.func @repeated_reduction(%x: tensor<4x5xf32>) -> tensor<4x5xf32> {
  // expected-note @+1 {{this producer is not fused with it}}
  %1 = tw.reduce sum %x axes [0] : tensor<4x5xf32> -> tensor<5xf32>
  // expected-remark @+1 {{the consumer repeats the producer's elements: it would reduce or gather again}}
  %2 = tw.binary add %x, %1 : tensor<4x5xf32>, tensor<5xf32> -> tensor<4x5xf32>
  return %2 : tensor<4x5xf32>
}

// -----

// What is written anyway is not computed for every row.
// CHECK-LABEL: func.func @repeated_and_used
func.func @repeated_and_used(%x: tensor<4x5xf32>, %v: tensor<5xf32>) -> (tensor<4x5xf32>, tensor<5xf32>) {
  // expected-note @+1 {{this producer is not fused with it}}
  %1 = tw.unary abs %v : tensor<5xf32> -> tensor<5xf32>
  // expected-remark @+1 {{the consumer repeats the producer's elements, and others use them too}}
  %2 = tw.binary add %x, %1 : tensor<4x5xf32>, tensor<5xf32> -> tensor<4x5xf32>
  return %2, %1 : tensor<4x5xf32>, tensor<5xf32>
}

// -----

// Nor is an exponential.
// CHECK-LABEL: func.func @repeated_and_costly
func.func @repeated_and_costly(%x: tensor<4x5xf32>, %v: tensor<5xf32>) -> tensor<4x5xf32> {
  // expected-note @+1 {{this producer is not fused with it}}
  %1 = tw.unary exp %v : tensor<5xf32> -> tensor<5xf32>
  // expected-remark @+1 {{the consumer repeats the producer's elements, and they cost too much}}
  %2 = tw.binary add %x, %1 : tensor<4x5xf32>, tensor<5xf32> -> tensor<4x5xf32>
  return %2 : tensor<4x5xf32>
}

// -----

// A softmax by rows cannot be written by columns.
// CHECK-LABEL: func.func @moved_reduction
func.func @moved_reduction(%x: tensor<4x5xf32>) -> tensor<5x4xf32> {
  // expected-note @+1 {{this producer is not fused with it}}
  %1 = tw.softmax %x axis 1 : tensor<4x5xf32> -> tensor<4x5xf32>
  // expected-remark @+1 {{elements that move after a reduction, convolution, pooling or matrix product would cut its tiles}}
  %2 = tw.transpose %1 [1, 0] : tensor<4x5xf32> -> tensor<5x4xf32>
  return %2 : tensor<5x4xf32>
}

// -----

// A kernel writes one shape: what also others use is not moved on the way.
// CHECK-LABEL: func.func @moved_and_used
func.func @moved_and_used(%x: tensor<4x5xf32>) -> (tensor<4x5xf32>, tensor<5x4xf32>) {
  // expected-note @+1 {{this producer is not fused with it}}
  %1 = tw.unary exp %x : tensor<4x5xf32> -> tensor<4x5xf32>
  // expected-remark @+1 {{the producer's result is used elsewhere, in another shape}}
  %2 = tw.transpose %1 [1, 0] : tensor<4x5xf32> -> tensor<5x4xf32>
  return %1, %2 : tensor<4x5xf32>, tensor<5x4xf32>
}

// -----

// The same for a sum.
// CHECK-LABEL: func.func @reduced_and_used
func.func @reduced_and_used(%x: tensor<4x5xf32>) -> (tensor<4x5xf32>, tensor<5xf32>) {
  // expected-note @+1 {{this producer is not fused with it}}
  %1 = tw.unary exp %x : tensor<4x5xf32> -> tensor<4x5xf32>
  // expected-remark @+1 {{the producer's result is used elsewhere, in another shape}}
  %2 = tw.reduce sum %1 axes [0] : tensor<4x5xf32> -> tensor<5xf32>
  return %1, %2 : tensor<4x5xf32>, tensor<5xf32>
}

// -----

// Here all that use %1 are in its own kernel, but that has to write %2.
// CHECK-LABEL: func.func @kernel_of_another_shape
func.func @kernel_of_another_shape(%x: tensor<4x5xf32>) -> (tensor<4x5xf32>, tensor<5xf32>) {
  // expected-note @+1 {{this producer is not fused with it}}
  %1 = tw.unary exp %x : tensor<4x5xf32> -> tensor<4x5xf32>
  %2 = tw.unary neg %1 : tensor<4x5xf32> -> tensor<4x5xf32>
  // expected-remark @+1 {{the producer's kernel has results of another shape}}
  %3 = tw.reduce sum %1 axes [0] : tensor<4x5xf32> -> tensor<5xf32>
  return %2, %3 : tensor<4x5xf32>, tensor<5xf32>
}

// -----

// A gather reads any row.
// CHECK-LABEL: func.func @gathered
func.func @gathered(%x: tensor<4x5xf32>, %i: tensor<3xi64>) -> tensor<3x5xf32> {
  // expected-note @+1 {{this producer is not fused with it}}
  %1 = tw.unary exp %x : tensor<4x5xf32> -> tensor<4x5xf32>
  // expected-remark @+1 {{computed addresses are read from memory}}
  %2 = tw.gather %1, %i axis 0 : tensor<4x5xf32>, tensor<3xi64> -> tensor<3x5xf32>
  return %2 : tensor<3x5xf32>
}

// -----

// Its indices may be computed on the way, but not when somebody else has them
// written.
// CHECK-LABEL: func.func @indices_used
func.func @indices_used(%x: tensor<4x5xf32>, %i: tensor<3xi64>) -> (tensor<3x5xf32>, tensor<3xi64>) {
  // expected-note @+1 {{this producer is not fused with it}}
  %1 = tw.unary abs %i : tensor<3xi64> -> tensor<3xi64>
  // expected-remark @+1 {{the indices are computed by a reduction or used elsewhere}}
  %2 = tw.gather %x, %1 axis 0 : tensor<4x5xf32>, tensor<3xi64> -> tensor<3x5xf32>
  return %2, %1 : tensor<3x5xf32>, tensor<3xi64>
}

// -----

// %4 cannot join the kernel of %1, which %2 needs, as %4 needs %2 too.
// CHECK-LABEL: func.func @around
func.func @around(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-note @+1 {{this producer is not fused with it}}
  %1 = tw.unary exp %x : tensor<4x4xf32> -> tensor<4x4xf32>
  // expected-note @+2 {{this producer is not fused with it}}
  // expected-remark @+1 {{a convolution, pooling or matrix product would compute its operand again for every tile}}
  %2 = tw.matmul %1, %x : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  // expected-remark @+1 {{a convolution, pooling or matrix product would compute its operand again for every tile}}
  %3 = tw.matmul %2, %x : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  // expected-remark @+1 {{a kernel between the two needs the one and is needed by the other}}
  %4 = tw.binary add %3, %1 : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
  return %4 : tensor<4x4xf32>
}

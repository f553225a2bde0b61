// Kernels that cannot be converted.
// RUN: tw-opt %s --tw-outline-kernels --split-input-file --verify-diagnostics

// -----

// A scan is sequential: it is a loop kernel.
func.func @call_scan(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %r = tw.kernel "scan"(%x) : (tensor<4x4xf32>) -> tensor<4x4xf32> {
  ^bb0(%bx: tensor<4x4xf32>):
    // expected-error @+1 {{'tw.scan' op has no conversion to linalg}}
    %0 = tw.scan sum %bx axis 0 : tensor<4x4xf32> -> tensor<4x4xf32>
    tw.yield %0 : tensor<4x4xf32>
  }
  return %r : tensor<4x4xf32>
}

// -----

// The windows of an antialiased resize depend on the scale.
func.func @call_antialias(%x: tensor<4xf32>) -> tensor<2xf32> {
  %r = tw.kernel "antialias"(%x) : (tensor<4xf32>) -> tensor<2xf32> {
  ^bb0(%bx: tensor<4xf32>):
    // expected-error @+1 {{'tw.resize' op with antialias has no conversion to linalg}}
    %0 = tw.resize linear %bx half_pixel floor {antialias} : tensor<4xf32> -> tensor<2xf32>
    tw.yield %0 : tensor<2xf32>
  }
  return %r : tensor<2xf32>
}

// -----

// A reshape is a view between kernels.
func.func @call_reshape(%x: tensor<4xf32>) -> tensor<2x2xf32> {
  %r = tw.kernel "reshape"(%x) : (tensor<4xf32>) -> tensor<2x2xf32> {
  ^bb0(%bx: tensor<4xf32>):
    // expected-error @+1 {{'tw.reshape' op has no conversion to linalg}}
    %0 = tw.reshape %bx : tensor<4xf32> -> tensor<2x2xf32>
    tw.yield %0 : tensor<2x2xf32>
  }
  return %r : tensor<2x2xf32>
}

// -----

// A constant of several different elements is a buffer.
func.func @call_list(%x: tensor<2xf32>) -> tensor<2xf32> {
  %r = tw.kernel "list"(%x) : (tensor<2xf32>) -> tensor<2xf32> {
  ^bb0(%bx: tensor<2xf32>):
    // expected-error @+1 {{'tw.constant' op has no conversion to linalg}}
    %0 = tw.constant dense<[2.0, 3.0]> : tensor<2xf32>
    tw.yield %0 : tensor<2xf32>
  }
  return %r : tensor<2xf32>
}

// Resize and GridSample: coordinates, then taps.
// RUN: tw-opt %s --tw-outline-kernels | FileCheck %s

// Points of f64 stay f64 on their way to the nearest element, also into an input
// of f32.
// CHECK-LABEL: func.func @wide_points(
// CHECK: linalg.generic
// CHECK-NOT: arith.truncf
// CHECK: math.roundeven {{.*}} : f64
func.func @call_wide_points(%x: tensor<1x4x4x1xf32>, %g: tensor<1x2x2x2xf64>) -> tensor<1x2x2x1xf32> {
  %r = tw.kernel "wide_points"(%x, %g) : (tensor<1x4x4x1xf32>, tensor<1x2x2x2xf64>) -> tensor<1x2x2x1xf32> {
  ^bb0(%bx: tensor<1x4x4x1xf32>, %bg: tensor<1x2x2x2xf64>):
    %0 = tw.grid_sample nearest edge %bx, %bg : tensor<1x4x4x1xf32>, tensor<1x2x2x2xf64> -> tensor<1x2x2x1xf32>
    tw.yield %0 : tensor<1x2x2x1xf32>
  }
  return %r : tensor<1x2x2x1xf32>
}

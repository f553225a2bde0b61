// RUN: tw-opt %s --canonicalize | FileCheck %s

// A bound that became a constant becomes static: the axis is full.
// CHECK-LABEL: @constant_bound
// CHECK: tile.load %{{.*}} valid [0 to 8, 0 to %{{.*}}] strides
func.func @constant_bound(%b: memref<?x?xf32>, %i: index, %n: index) -> tensor<8x4xf32> {
  %c8 = arith.constant 8 : index
  %t = tile.load %b[%i, %i] valid [0 to %c8, 0 to %n] strides [1, 1] : memref<?x?xf32> -> tensor<8x4xf32>
  return %t : tensor<8x4xf32>
}

// A constant outside the tile stands in code that never runs; it stays.
// CHECK-LABEL: @constant_outside
// CHECK: valid [0 to %{{.*}}]
func.func @constant_outside(%t: tensor<8xf32>) -> tensor<8xf32> {
  %c9 = arith.constant 9 : index
  %c = tile.clip %t valid [0 to %c9] fill 0.0 : f32 : tensor<8xf32>
  return %c : tensor<8xf32>
}

// CHECK-LABEL: @full_clip
// CHECK-SAME: (%[[T:.*]]: tensor<8xf32>)
// CHECK-NEXT: return %[[T]]
func.func @full_clip(%t: tensor<8xf32>) -> tensor<8xf32> {
  %c = tile.clip %t valid [0 to 8] fill 0.0 : f32 : tensor<8xf32>
  return %c : tensor<8xf32>
}

// CHECK-LABEL: @clip_of_its_fill
// CHECK: %[[C:.*]] = arith.constant dense<0.000000e+00>
// CHECK-NEXT: return %[[C]]
func.func @clip_of_its_fill(%n: index) -> tensor<8xf32> {
  %z = arith.constant dense<0.0> : tensor<8xf32>
  %c = tile.clip %z valid [0 to %n] fill 0.0 : f32 : tensor<8xf32>
  return %c : tensor<8xf32>
}

// Movements that move nothing vanish.
// CHECK-LABEL: @identities
// CHECK-SAME: (%[[T:.*]]: tensor<8x4xf32>)
// CHECK-NEXT: return %[[T]]
func.func @identities(%t: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %a = tile.reshape %t : tensor<8x4xf32> -> tensor<32xf32>
  %b = tile.reshape %a : tensor<32xf32> -> tensor<8x4xf32>
  %c = tile.transpose %b [0, 1] : tensor<8x4xf32> -> tensor<8x4xf32>
  %d = tile.broadcast %c : tensor<8x4xf32> -> tensor<8x4xf32>
  return %d : tensor<8x4xf32>
}

// Movements of a splat are a splat.
// CHECK-LABEL: @splats
// CHECK-NEXT: %[[C:.*]] = arith.constant dense<2.000000e+00> : tensor<4x8xf32>
// CHECK-NEXT: return %[[C]]
func.func @splats() -> tensor<4x8xf32> {
  %f = arith.constant 2.0 : f32
  %s = tile.splat %f : tensor<1xf32>
  %a = tile.reshape %s : tensor<1xf32> -> tensor<1x1xf32>
  %b = tile.broadcast %a : tensor<1x1xf32> -> tensor<8x4xf32>
  %c = tile.transpose %b [1, 0] : tensor<8x4xf32> -> tensor<4x8xf32>
  return %c : tensor<4x8xf32>
}

// A combination of one element is that element.
// CHECK-LABEL: @one_element
// CHECK-NEXT: tile.reshape %{{.*}} : tensor<8x1xf32> -> tensor<8xf32>
// CHECK-NEXT: return
func.func @one_element(%t: tensor<8x1xf32>) -> tensor<8xf32> {
  %s = tile.scan <mulf> %t axis 1 : tensor<8x1xf32>
  %r = tile.reduce <addf> %s axis 1 : tensor<8x1xf32> -> tensor<8xf32>
  return %r : tensor<8xf32>
}

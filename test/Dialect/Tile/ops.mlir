// RUN: tw-opt %s | FileCheck %s

// Bounds mix constants and values; a load says its fill.
// CHECK-LABEL: @load
// CHECK: tile.load %{{.*}}[%{{.*}}, %{{.*}}] valid [0 to %{{.*}}, 0 to 32] strides [1, 2] fill 0.000000e+00 : f32
func.func @load(%b: memref<?x64xf32>, %i: index, %j: index, %m: index) -> tensor<8x32xf32> {
  %t = tile.load %b[%i, %j] valid [0 to %m, 0 to 32] strides [1, 2] fill 0.0 : f32 : memref<?x64xf32> -> tensor<8x32xf32>
  return %t : tensor<8x32xf32>
}

// Without a fill the elements outside are any value.
// CHECK-LABEL: @load_any
// CHECK: tile.load %{{.*}} valid [%{{.*}} to %{{.*}}] strides [1] : memref<?xi8> -> tensor<16xi8>
func.func @load_any(%b: memref<?xi8>, %i: index, %lo: index, %hi: index) -> tensor<16xi8> {
  %t = tile.load %b[%i] valid [%lo to %hi] strides [1] : memref<?xi8> -> tensor<16xi8>
  return %t : tensor<16xi8>
}

// A buffer of rank 0 has no offsets and no bounds.
// CHECK-LABEL: @scalar
// CHECK: tile.load %{{.*}}[] valid [] strides [] : memref<f32> -> tensor<f32>
func.func @scalar(%b: memref<f32>, %c: memref<f32>) {
  %t = tile.load %b[] valid [] strides [] : memref<f32> -> tensor<f32>
  tile.store %t, %c[] valid [] strides [] : tensor<f32>, memref<f32>
  return
}

// CHECK-LABEL: @store
// CHECK: tile.store %{{.*}}, %{{.*}}[%{{.*}}] valid [0 to %{{.*}}] strides [1] : tensor<8xbf16>, memref<?xbf16>
func.func @store(%t: tensor<8xbf16>, %b: memref<?xbf16>, %i: index, %m: index) {
  tile.store %t, %b[%i] valid [0 to %m] strides [1] : tensor<8xbf16>, memref<?xbf16>
  return
}

// CHECK-LABEL: @gather
// CHECK: tile.gather %{{.*}}[%{{.*}}, %{{.*}} : tensor<8xi64>, tensor<8xindex>] valid [0 to %{{.*}}] fill 7 : i32 : memref<?x4xi32> -> tensor<8xi32>
func.func @gather(%b: memref<?x4xi32>, %r: tensor<8xi64>, %c: tensor<8xindex>, %m: index) -> tensor<8xi32> {
  %t = tile.gather %b[%r, %c : tensor<8xi64>, tensor<8xindex>] valid [0 to %m] fill 7 : i32 : memref<?x4xi32> -> tensor<8xi32>
  return %t : tensor<8xi32>
}

// CHECK-LABEL: @clip
// CHECK: tile.clip %{{.*}} valid [0 to 4, 0 to %{{.*}}] fill 0xFF800000 : f32 : tensor<4x64xf32>
func.func @clip(%t: tensor<4x64xf32>, %n: index) -> tensor<4x64xf32> {
  %c = tile.clip %t valid [0 to 4, 0 to %n] fill 0xFF800000 : f32 : tensor<4x64xf32>
  return %c : tensor<4x64xf32>
}

// CHECK-LABEL: @contraction
// CHECK: tile.dot %{{.*}}, %{{.*}}, %{{.*}} {transpose_rhs} : tensor<2x8x4xf16>, tensor<2x16x4xf16> -> tensor<2x8x16xf32>
func.func @contraction(%a: tensor<2x8x4xf16>, %b: tensor<2x16x4xf16>, %c: tensor<2x8x16xf32>) -> tensor<2x8x16xf32> {
  %d = tile.dot %a, %b, %c {transpose_rhs} : tensor<2x8x4xf16>, tensor<2x16x4xf16> -> tensor<2x8x16xf32>
  return %d : tensor<2x8x16xf32>
}

// CHECK-LABEL: @movement
// CHECK: tile.reduce <maximumf> %{{.*}} axis 1 : tensor<8x32xf32> -> tensor<8xf32>
// CHECK: tile.scan <addf> %{{.*}} axis 0 : tensor<8xf32>
// CHECK: tile.reshape %{{.*}} : tensor<8xf32> -> tensor<8x1xf32>
// CHECK: tile.broadcast %{{.*}} : tensor<8x1xf32> -> tensor<8x32xf32>
// CHECK: tile.transpose %{{.*}} [1, 0] : tensor<8x32xf32> -> tensor<32x8xf32>
func.func @movement(%t: tensor<8x32xf32>) -> tensor<32x8xf32> {
  %r = tile.reduce <maximumf> %t axis 1 : tensor<8x32xf32> -> tensor<8xf32>
  %s = tile.scan <addf> %r axis 0 : tensor<8xf32>
  %c = tile.reshape %s : tensor<8xf32> -> tensor<8x1xf32>
  %b = tile.broadcast %c : tensor<8x1xf32> -> tensor<8x32xf32>
  %p = tile.transpose %b [1, 0] : tensor<8x32xf32> -> tensor<32x8xf32>
  return %p : tensor<32x8xf32>
}

// CHECK-LABEL: @sources
// CHECK: tile.splat %{{.*}} : tensor<4xf32>
// CHECK: tile.iota %{{.*}} axis 1 : tensor<4x8xindex>
// CHECK: tile.scratch(%{{.*}}) : memref<?x4xf32>
func.func @sources(%x: f32, %i: index) -> (tensor<4xf32>, tensor<4x8xindex>) {
  %s = tile.splat %x : tensor<4xf32>
  %n = tile.iota %i axis 1 : tensor<4x8xindex>
  %b = tile.scratch(%i) : memref<?x4xf32>
  return %s, %n : tensor<4xf32>, tensor<4x8xindex>
}

// RUN: tw-opt %s -tile-to-vector="vector-bytes=64 vector-registers=32" -canonicalize -cse -split-input-file | FileCheck %s

// The body has noalias pointers, and the exported function the CPU ABI. Row
// after row is loaded, computed and stored.
// CHECK-LABEL: func.func private @add.body(
// CHECK-SAME: %[[X:.*]]: !llvm.ptr {llvm.align = 64 : i64, llvm.noalias
// CHECK-SAME: llvm.linkage = #llvm.linkage<internal>
// CHECK: scf.for
// CHECK: llvm.load %{{.*}} {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
// CHECK-NEXT: arith.addf
// CHECK-NEXT: llvm.store
// CHECK: llvm.load
// CHECK-NEXT: arith.addf
// CHECK: func.func @add(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64, %{{.*}}: !llvm.ptr)
// CHECK-SAME: tile.scratch = "0"
// CHECK: call @add.body
func.func @add(%x: memref<?x16xf32> {tile.dims = ["2*N", "16"]}, %y: memref<?x16xf32> {tile.dims = ["2*N", "16"]}, %N: index)
    attributes {tile.kernel, tile.sizes = ["2*N"], tile.inputs = 1 : i64, tile.blocks = "N"} {
  %c0 = arith.constant 0 : index
  scf.forall (%i) = (0) to (%N) step (2) {
    %t = tile.load %x[%i, %c0] valid [0 to 2, 0 to 16] strides [1, 1] : memref<?x16xf32> -> tensor<2x16xf32>
    %s = arith.addf %t, %t : tensor<2x16xf32>
    tile.store %s, %y[%i, %c0] valid [0 to 2, 0 to 16] strides [1, 1] : tensor<2x16xf32>, memref<?x16xf32>
  }
  return
}

// -----

#left = affine_map<(d0)[s0] -> (s0 - d0, 2)>

// A bound without a fill: the address is clamped, and only the store asks.
// CHECK-LABEL: func.func private @clamped.body
// CHECK: llvm.load
// CHECK: arith.minsi
// CHECK-NOT: masked
// CHECK: llvm.load
// CHECK: scf.if
// CHECK-NEXT: llvm.store
func.func @clamped(%x: memref<?x16xf32> {tile.dims = ["N", "16"]}, %y: memref<?x16xf32> {tile.dims = ["N", "16"]}, %N: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.inputs = 1 : i64, tile.blocks = "ceildiv(N, 2)"} {
  %c0 = arith.constant 0 : index
  scf.forall (%i) = (0) to (%N) step (2) {
    %m = affine.min #left(%i)[%N]
    %t = tile.load %x[%i, %c0] valid [0 to %m, 0 to 16] strides [1, 1] : memref<?x16xf32> -> tensor<2x16xf32>
    tile.store %t, %y[%i, %c0] valid [0 to %m, 0 to 16] strides [1, 1] : tensor<2x16xf32>, memref<?x16xf32>
  }
  return
}

// -----

// A contraction from memory: a loop over k that holds its accumulators in
// registers and has no masks.
// CHECK-LABEL: func.func private @dot.body
// CHECK: scf.for {{.*}} -> (vector<32xf32>, vector<32xf32>)
// CHECK: llvm.load {{.*}} -> vector<32xf32>
// CHECK: llvm.load {{.*}} -> vector<1xf32>
// CHECK: math.fma {{.*}} : vector<32xf32>
// CHECK-NOT: masked
// CHECK: scf.yield
func.func @dot(%a: memref<2x512xf32> {tile.dims = ["2", "512"]}, %b: memref<512x32xf32> {tile.dims = ["512", "32"]}, %y: memref<2x32xf32> {tile.dims = ["2", "32"]})
    attributes {tile.kernel, tile.sizes = [], tile.inputs = 2 : i64, tile.blocks = "1"} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant dense<0.0> : tensor<2x32xf32>
  scf.forall (%i) = (0) to (1) step (1) {
    %s = tile.load %a[%c0, %c0] valid [0 to 2, 0 to 512] strides [1, 1] : memref<2x512xf32> -> tensor<2x512xf32>
    %t = tile.load %b[%c0, %c0] valid [0 to 512, 0 to 32] strides [1, 1] : memref<512x32xf32> -> tensor<512x32xf32>
    %d = tile.dot %s, %t, %zero : tensor<2x512xf32>, tensor<512x32xf32> -> tensor<2x32xf32>
    tile.store %d, %y[%c0, %c0] valid [0 to 2, 0 to 32] strides [1, 1] : tensor<2x32xf32>, memref<2x32xf32>
  }
  return
}

// -----

// The size of a buffer of the block is part of the call's scratch, and tiles
// that do not fit the registers come behind it.
// CHECK: tile.remarks = ["a tile of 65536 elements does not fit the registers"]
// CHECK-SAME: tile.scratch = "64*floordiv(N + 15, 16) + 262144"
func.func @scratch(%x: memref<256x256xf32> {tile.dims = ["256", "256"]}, %y: memref<256x256xf32> {tile.dims = ["256", "256"]}, %N: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.inputs = 1 : i64, tile.blocks = "1"} {
  %c0 = arith.constant 0 : index
  scf.forall (%i) = (0) to (1) step (1) {
    %b = tile.scratch(%N) : memref<?xf32>
    %t = tile.load %x[%c0, %c0] valid [0 to 256, 0 to 256] strides [1, 1] : memref<256x256xf32> -> tensor<256x256xf32>
    %s = math.absf %t : tensor<256x256xf32>
    %u = arith.mulf %s, %t : tensor<256x256xf32>
    %v = arith.addf %s, %u : tensor<256x256xf32>
    tile.store %v, %y[%c0, %c0] valid [0 to 256, 0 to 256] strides [1, 1] : tensor<256x256xf32>, memref<256x256xf32>
  }
  return
}

// -----

#left = affine_map<(d0)[s0] -> (s0 - d0, 2)>

// A row that is read backwards, outside of a bound: element by element.
// CHECK-LABEL: func.func private @backwards.body
// CHECK: llvm.mlir.global internal constant @backwards.body.fill1(dense<0.000000e+00> : tensor<1xf32>)
func.func @backwards(%x: memref<?x16xf32> {tile.dims = ["N", "16"]}, %w: memref<16x16xf32> {tile.dims = ["16", "16"]}, %y: memref<?x16xf32> {tile.dims = ["N", "16"]}, %N: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.inputs = 2 : i64, tile.blocks = "ceildiv(N, 2)"} {
  %c0 = arith.constant 0 : index
  %c15 = arith.constant 15 : index
  %zero = arith.constant dense<0.0> : tensor<2x16xf32>
  scf.forall (%i) = (0) to (%N) step (2) {
    %m = affine.min #left(%i)[%N]
    %a = tile.load %x[%i, %c15] valid [0 to %m, 0 to 16] strides [1, -1] fill 0.0 : f32 : memref<?x16xf32> -> tensor<2x16xf32>
    %b = tile.load %w[%c0, %c0] valid [0 to 16, 0 to 16] strides [1, 1] : memref<16x16xf32> -> tensor<16x16xf32>
    %d = tile.dot %a, %b, %zero : tensor<2x16xf32>, tensor<16x16xf32> -> tensor<2x16xf32>
    tile.store %d, %y[%i, %c0] valid [0 to %m, 0 to 16] strides [1, 1] : tensor<2x16xf32>, memref<?x16xf32>
  }
  return
}

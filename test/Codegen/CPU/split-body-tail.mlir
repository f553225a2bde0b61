// RUN: tw-opt %s -tile-split-body-tail -split-input-file | FileCheck %s

#m8 = affine_map<(d0)[s0] -> (s0 - d0, 8)>

// One copy for blocks in which all bounds are full, one for the others.
// CHECK-LABEL: func @one_axis
func.func @one_axis(%x: memref<?xf32> {tile.dims = ["N"]}, %y: memref<?xf32> {tile.dims = ["N"]}, %N: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.inputs = 1 : i64, tile.blocks = "ceildiv(N, 8)"} {
  scf.forall (%i) = (0) to (%N) step (8) {
    // CHECK: %[[M:.*]] = affine.min
    // CHECK: %[[FULL:.*]] = arith.cmpi sge, %[[M]], %c8
    // CHECK: scf.if %[[FULL]] {
    // CHECK: tile.load {{.*}} valid [0 to 8]
    // CHECK: tile.store {{.*}} valid [0 to 8]
    // CHECK: } else {
    // CHECK: tile.load {{.*}} valid [0 to %[[M]]]
    // CHECK: tile.store {{.*}} valid [0 to %[[M]]]
    %m = affine.min #m8(%i)[%N]
    %t = tile.load %x[%i] valid [0 to %m] strides [1] : memref<?xf32> -> tensor<8xf32>
    tile.store %t, %y[%i] valid [0 to %m] strides [1] : tensor<8xf32>, memref<?xf32>
  }
  return
}

// -----

#m8 = affine_map<(d0)[s0] -> (s0 - d0, 8)>
#end = affine_map<(d0)[s0] -> (d0 + 64, s0)>

// The loop over the tiles of a block carries nothing: its body is what is split.
// CHECK-LABEL: func @tiles_of_a_block
func.func @tiles_of_a_block(%x: memref<?xf32> {tile.dims = ["N"]}, %y: memref<?xf32> {tile.dims = ["N"]}, %N: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.inputs = 1 : i64, tile.blocks = "ceildiv(N, 64)"} {
  %c8 = arith.constant 8 : index
  scf.forall (%b) = (0) to (%N) step (64) {
    %e = affine.min #end(%b)[%N]
    // CHECK: scf.for
    // CHECK: scf.if
    // CHECK: valid [0 to 8]
    // CHECK: else
    scf.for %i = %b to %e step %c8 {
      %m = affine.min #m8(%i)[%N]
      %t = tile.load %x[%i] valid [0 to %m] strides [1] : memref<?xf32> -> tensor<8xf32>
      tile.store %t, %y[%i] valid [0 to %m] strides [1] : tensor<8xf32>, memref<?xf32>
    }
  }
  return
}

// -----

#m8 = affine_map<(d0)[s0] -> (s0 - d0, 8)>
#pos = affine_map<(d0) -> (d0, 0)>

// A bound that may be empty is no edge of the blocks: asking for it to be full
// would send most blocks to the tail.
// CHECK-LABEL: func @operand_of_concat
func.func @operand_of_concat(%x: memref<?xf32> {tile.dims = ["M"]}, %y: memref<64xf32> {tile.dims = ["64"]}, %M: index)
    attributes {tile.kernel, tile.sizes = ["M"], tile.inputs = 1 : i64, tile.blocks = "8"} {
  // CHECK-NOT: scf.if
  scf.forall (%i) = (0) to (64) step (8) {
    %m0 = affine.min #m8(%i)[%M]
    %m = affine.max #pos(%m0)
    %t = tile.load %x[%i] valid [0 to %m] strides [1] fill 0.0 : f32 : memref<?xf32> -> tensor<8xf32>
    tile.store %t, %y[%i] valid [0 to 8] strides [1] : tensor<8xf32>, memref<64xf32>
  }
  return
}

// RUN: tw-opt %s -tile-cpu-pipeline="vector-bytes=64 vector-registers=32" | FileCheck %s

// Everything ends in the LLVM dialect.
// CHECK-NOT: {{func\.func|tile\.load|scf\.|arith\.|memref\.|unrealized}}
// CHECK: llvm.func internal @relu.body
// CHECK: llvm.intr.masked.load
// CHECK: llvm.func @relu
#left = affine_map<(d0)[s0] -> (s0 - d0, 16)>
func.func @relu(%x: memref<?xf32> {tile.dims = ["N"]}, %y: memref<?xf32> {tile.dims = ["N"]}, %N: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.inputs = 1 : i64, tile.blocks = "ceildiv(N, 16)"} {
  %zero = arith.constant dense<0.0> : tensor<16xf32>
  scf.forall (%i) = (0) to (%N) step (16) {
    %m = affine.min #left(%i)[%N]
    %t = tile.load %x[%i] valid [0 to %m] strides [1] : memref<?xf32> -> tensor<16xf32>
    %r = arith.maximumf %t, %zero : tensor<16xf32>
    tile.store %r, %y[%i] valid [0 to %m] strides [1] : tensor<16xf32>, memref<?xf32>
  }
  return
}

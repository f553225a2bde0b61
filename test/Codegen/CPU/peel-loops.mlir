// RUN: tw-opt %s -tile-peel-loops -split-input-file | FileCheck %s

#k16 = affine_map<(d0)[s0] -> (s0 - d0, 16)>

// The loop runs over whole steps, in which the bounds are static; what is left
// is one more step.
// CHECK-LABEL: func @dynamic
func.func @dynamic(%a: memref<?xf32> {tile.dims = ["K"]}, %y: memref<16xf32> {tile.dims = ["16"]}, %K: index)
    attributes {tile.kernel, tile.sizes = ["K"], tile.inputs = 1 : i64, tile.blocks = "1"} {
  %zero = arith.constant dense<0.0> : tensor<16xf32>
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  scf.forall (%b) = (0) to (1) step (1) {
    // CHECK: %[[SPLIT:.*]] = affine.apply
    // CHECK: %[[WHOLE:.*]] = scf.for %{{.*}} = %{{.*}} to %[[SPLIT]]
    // CHECK: tile.load {{.*}} valid [0 to 16]
    // CHECK: scf.for %{{.*}} = %[[SPLIT]] to %{{.*}} iter_args(%{{.*}} = %[[WHOLE]])
    // CHECK: %[[LEFT:.*]] = affine.min
    // CHECK: tile.load {{.*}} valid [0 to %[[LEFT]]]
    %s = scf.for %k = %c0 to %K step %c16 iter_args(%x = %zero) -> (tensor<16xf32>) {
      %q = affine.min #k16(%k)[%K]
      %t = tile.load %a[%k] valid [0 to %q] strides [1] fill 0.0 : f32 : memref<?xf32> -> tensor<16xf32>
      %u = arith.addf %x, %t : tensor<16xf32>
      scf.yield %u : tensor<16xf32>
    }
    tile.store %s, %y[%c0] valid [0 to 16] strides [1] : tensor<16xf32>, memref<16xf32>
  }
  return
}

// -----

// No bound depends on the last step: nothing to peel.
// CHECK-LABEL: func @no_bounds
func.func @no_bounds(%a: memref<?x16xf32> {tile.dims = ["K", "16"]}, %y: memref<16xf32> {tile.dims = ["16"]}, %K: index)
    attributes {tile.kernel, tile.sizes = ["K"], tile.inputs = 1 : i64, tile.blocks = "1"} {
  %zero = arith.constant dense<0.0> : tensor<1x16xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.forall (%b) = (0) to (1) step (1) {
    // CHECK: scf.for %
    // CHECK-NOT: scf.for %
    %s = scf.for %k = %c0 to %K step %c1 iter_args(%x = %zero) -> (tensor<1x16xf32>) {
      %t = tile.load %a[%k, %c0] valid [0 to 1, 0 to 16] strides [1, 1] : memref<?x16xf32> -> tensor<1x16xf32>
      %u = arith.addf %x, %t : tensor<1x16xf32>
      scf.yield %u : tensor<1x16xf32>
    }
    %r = tile.reshape %s : tensor<1x16xf32> -> tensor<16xf32>
    tile.store %r, %y[%c0] valid [0 to 16] strides [1] : tensor<16xf32>, memref<16xf32>
  }
  return
}

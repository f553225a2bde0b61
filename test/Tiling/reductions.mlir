// Reductions: lane by lane in a loop, one tree at its end.
// RUN: tw-opt %s --tw-outline-kernels --tw-tile-kernels --tile-verify-kernel | FileCheck %s

// Elements that are not there are the neutral one.
// CHECK-LABEL: func.func @sum(
// CHECK: %[[INIT:.*]] = arith.constant dense<0.000000e+00> : tensor<4x64xf32>
// CHECK: %[[SUM:.*]] = scf.for {{.*}} iter_args(%[[ACC:.*]] = %[[INIT]])
// CHECK: %[[T:.*]] = tile.load %{{.*}} fill 0.000000e+00
// CHECK: arith.addf %[[ACC]], %[[T]]
// CHECK: tile.reduce <addf> %[[SUM]] axis 1 : tensor<4x64xf32> -> tensor<4xf32>
func.func @call_sum(%x: tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?xf32, #tw.dims<"N">> {
  %r = tw.kernel "sum"(%x) : (tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?xf32, #tw.dims<"N">> {
  ^bb0(%bx: tensor<?x?xf32, #tw.dims<"N", "M">>):
    %0 = tw.reduce sum %bx axes [1] : tensor<?x?xf32, #tw.dims<"N", "M">> -> tensor<?xf32, #tw.dims<"N">>
    tw.yield %0 : tensor<?xf32, #tw.dims<"N">>
  }
  return %r : tensor<?xf32, #tw.dims<"N">>
}

// Softmax passes three times over its rows, of which a block takes some whole:
// maximum, sum of exponentials, result. An exponential has no edge of its own: it
// is clipped before it is added.
// CHECK-LABEL: func.func @softmax(
// CHECK-SAME: tile.blocks = "floordiv(N + 3, 4)"
// CHECK: scf.forall (%{{.*}}) = (0) to (%{{.*}}) step (4)
// CHECK: %[[MAX:.*]] = scf.for
// CHECK: tile.clip %{{.*}} fill 0xFF800000
// CHECK: arith.maximumf
// CHECK: tile.reduce <maximumf> %[[MAX]] axis 1
// CHECK: %[[SUM:.*]] = scf.for
// CHECK: %[[E:.*]] = math.exp
// CHECK: %[[CLIP:.*]] = tile.clip %[[E]] {{.*}} fill 0.000000e+00
// CHECK: arith.addf %{{.*}}, %[[CLIP]]
// CHECK: tile.reduce <addf> %[[SUM]] axis 1
// CHECK: arith.divf
// CHECK: scf.for
// CHECK: math.exp
// CHECK: arith.mulf
// CHECK: tile.store
// CHECK: return
func.func @call_softmax(%x: tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?x?xf32, #tw.dims<"N", "M">> {
  %r = tw.kernel "softmax"(%x) : (tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?x?xf32, #tw.dims<"N", "M">> {
  ^bb0(%bx: tensor<?x?xf32, #tw.dims<"N", "M">>):
    %0 = tw.softmax %bx axis 1 : tensor<?x?xf32, #tw.dims<"N", "M">> -> tensor<?x?xf32, #tw.dims<"N", "M">>
    tw.yield %0 : tensor<?x?xf32, #tw.dims<"N", "M">>
  }
  return %r : tensor<?x?xf32, #tw.dims<"N", "M">>
}

// A reduction over the first axis keeps columns apart and needs no tree.
// CHECK-LABEL: func.func @columns(
// CHECK: scf.for {{.*}} iter_args
// CHECK: tile.load
// CHECK: arith.addf
// CHECK-NOT: tile.reduce <addf> %{{.*}} : tensor<64x
// CHECK: tile.store
func.func @call_columns(%x: tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?xf32, #tw.dims<"M">> {
  %r = tw.kernel "columns"(%x) : (tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?xf32, #tw.dims<"M">> {
  ^bb0(%bx: tensor<?x?xf32, #tw.dims<"N", "M">>):
    %0 = tw.reduce sum %bx axes [0] : tensor<?x?xf32, #tw.dims<"N", "M">> -> tensor<?xf32, #tw.dims<"M">>
    tw.yield %0 : tensor<?xf32, #tw.dims<"M">>
  }
  return %r : tensor<?xf32, #tw.dims<"M">>
}

// Movement is addressing.
// RUN: tw-opt %s --tw-outline-kernels --tw-tile-kernels --tile-verify-kernel | FileCheck %s

// Padding is a load whose bounds end before the tile does, with the value as fill.
// CHECK-LABEL: func.func @padded(
// CHECK-SAME: tile.dims = ["N + 2", "6"]
// CHECK: %[[T:.*]] = tile.load %{{.*}} valid [%{{.*}} to %{{.*}}, %{{.*}} to %{{.*}}] strides [1, 1] fill 0.000000e+00
// CHECK: tile.store %[[T]]
func.func @call_padded(%x: tensor<?x4xf32, #tw.dims<"N">>) -> tensor<?x6xf32, #tw.dims<"N + 2">> {
  %r = tw.kernel "padded"(%x) : (tensor<?x4xf32, #tw.dims<"N">>) -> tensor<?x6xf32, #tw.dims<"N + 2">> {
  ^bb0(%bx: tensor<?x4xf32, #tw.dims<"N">>):
    %z = tw.constant dense<0.0> : tensor<f32>
    %0 = tw.pad constant %bx with %z : tensor<f32> low <2, 1> high <0, 1> : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x6xf32, #tw.dims<"N + 2">>
    tw.yield %0 : tensor<?x6xf32, #tw.dims<"N + 2">>
  }
  return %r : tensor<?x6xf32, #tw.dims<"N + 2">>
}

// A tile of a concat is chosen from a tile of each operand, of which only the
// elements that are there are read; its edge is the concat's own.
// CHECK-LABEL: func.func @joined(
// CHECK: %[[A:.*]] = tile.load %{{.*}} valid [0 to %{{.*}}, 0 to %[[END:[a-z0-9_]+]]]
// CHECK: %[[B:.*]] = tile.load %{{.*}} valid [0 to %{{.*}}, %[[END]] to 8]
// CHECK: %[[I:.*]] = tile.iota
// CHECK: %[[SECOND:.*]] = arith.cmpi sge, %[[I]]
// CHECK: %[[R:.*]] = arith.select %[[SECOND]], %[[B]], %[[A]]
// CHECK: %[[C:.*]] = tile.clip %[[R]] valid [0 to %{{.*}}, 0 to 8]
// CHECK: tile.store %[[C]]
func.func @call_joined(%x: tensor<?x4xf32, #tw.dims<"N">>) -> tensor<?x8xf32, #tw.dims<"N">> {
  %r = tw.kernel "joined"(%x) : (tensor<?x4xf32, #tw.dims<"N">>) -> tensor<?x8xf32, #tw.dims<"N">> {
  ^bb0(%bx: tensor<?x4xf32, #tw.dims<"N">>):
    %0 = tw.concat %bx, %bx axis 1 : tensor<?x4xf32, #tw.dims<"N">>, tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x8xf32, #tw.dims<"N">>
    tw.yield %0 : tensor<?x8xf32, #tw.dims<"N">>
  }
  return %r : tensor<?x8xf32, #tw.dims<"N">>
}

// A slice is an offset and a stride of the load.
// CHECK-LABEL: func.func @sliced(
// CHECK: %[[AT:.*]] = affine.apply
// CHECK: %[[T:.*]] = tile.load %{{.*}}[%[[AT]]] valid [0 to %{{.*}}] strides [2] fill 0.000000e+00
// CHECK: tile.store %[[T]], %{{.*}} strides [1]
func.func @call_sliced(%x: tensor<200xf32>) -> tensor<100xf32> {
  %r = tw.kernel "sliced"(%x) : (tensor<200xf32>) -> tensor<100xf32> {
  ^bb0(%bx: tensor<200xf32>):
    %0 = tw.slice %bx starts <1> steps [2] : tensor<200xf32> -> tensor<100xf32>
    tw.yield %0 : tensor<100xf32>
  }
  return %r : tensor<100xf32>
}

// One that reaches to the operand's end needs no fill: both bounds are the same.
// CHECK-LABEL: func.func @rest(
// CHECK: tile.load %{{.*}} strides [1] : memref<?xf32>
// CHECK: tile.store
func.func @call_rest(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N - 3">> {
  %r = tw.kernel "rest"(%x) : (tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N - 3">> {
  ^bb0(%bx: tensor<?xf32, #tw.dims<"N">>):
    %0 = tw.slice %bx starts <3> steps [1] : tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N - 3">>
    tw.yield %0 : tensor<?xf32, #tw.dims<"N - 3">>
  }
  return %r : tensor<?xf32, #tw.dims<"N - 3">>
}

// A transpose loads a tile and turns it.
// CHECK-LABEL: func.func @turned(
// CHECK: %[[T:.*]] = tile.load
// CHECK: %[[S:.*]] = tile.transpose %[[T]]
// CHECK: tile.store %[[S]]
func.func @call_turned(%x: tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?x?xf32, #tw.dims<"M", "N">> {
  %r = tw.kernel "turned"(%x) : (tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?x?xf32, #tw.dims<"M", "N">> {
  ^bb0(%bx: tensor<?x?xf32, #tw.dims<"N", "M">>):
    %0 = tw.transpose %bx [1, 0] : tensor<?x?xf32, #tw.dims<"N", "M">> -> tensor<?x?xf32, #tw.dims<"M", "N">>
    tw.yield %0 : tensor<?x?xf32, #tw.dims<"M", "N">>
  }
  return %r : tensor<?x?xf32, #tw.dims<"M", "N">>
}

// A computed address is a gather.
// CHECK-LABEL: func.func @gathered(
// CHECK: tile.load %{{.*}} : memref<?xi64>
// CHECK: tile.gather {{.*}} valid [0 to 1, 0 to 64] : memref<9x64xf32>
func.func @call_gathered(%x: tensor<9x64xf32>, %i: tensor<?xi64, #tw.dims<"K">>) -> tensor<?x64xf32, #tw.dims<"K">> {
  %r = tw.kernel "gathered"(%x, %i) : (tensor<9x64xf32>, tensor<?xi64, #tw.dims<"K">>) -> tensor<?x64xf32, #tw.dims<"K">> {
  ^bb0(%bx: tensor<9x64xf32>, %bi: tensor<?xi64, #tw.dims<"K">>):
    %0 = tw.gather %bx, %bi axis 0 : tensor<9x64xf32>, tensor<?xi64, #tw.dims<"K">> -> tensor<?x64xf32, #tw.dims<"K">>
    tw.yield %0 : tensor<?x64xf32, #tw.dims<"K">>
  }
  return %r : tensor<?x64xf32, #tw.dims<"K">>
}

// Of an axis that may be empty nothing is read then, and the elements are 0.
// CHECK-LABEL: func.func @maybe_empty(
// CHECK-SAME: %[[N:[a-z0-9]+]]: index, %{{.*}}: index) attributes
// CHECK: %[[SOME:.*]] = affine.min {{.*}}%[[N]],
// CHECK: tile.gather {{.*}} valid [0 to %[[SOME]]] fill 0.000000e+00
func.func @call_maybe_empty(%x: tensor<?xf32, #tw.dims<"N">>, %i: tensor<?xi64, #tw.dims<"K">>) -> tensor<?xf32, #tw.dims<"K">> {
  %r = tw.kernel "maybe_empty"(%x, %i) : (tensor<?xf32, #tw.dims<"N">>, tensor<?xi64, #tw.dims<"K">>) -> tensor<?xf32, #tw.dims<"K">> {
  ^bb0(%bx: tensor<?xf32, #tw.dims<"N">>, %bi: tensor<?xi64, #tw.dims<"K">>):
    %0 = tw.gather %bx, %bi axis 0 : tensor<?xf32, #tw.dims<"N">>, tensor<?xi64, #tw.dims<"K">> -> tensor<?xf32, #tw.dims<"K">>
    tw.yield %0 : tensor<?xf32, #tw.dims<"K">>
  }
  return %r : tensor<?xf32, #tw.dims<"K">>
}

// A size that only the tiles need (the sum of two axes) becomes an argument.
// CHECK-LABEL: func.func @stacked(
// CHECK-SAME: %arg5: index)
// CHECK-SAME: tile.sizes = ["M", "N", "M + N"]
func.func @call_stacked(%x: tensor<?x8xf32, #tw.dims<"M">>, %y: tensor<?x8xf32, #tw.dims<"N">>) -> tensor<?x8xf32, #tw.dims<"M + N">> {
  %r = tw.kernel "stacked"(%x, %y) : (tensor<?x8xf32, #tw.dims<"M">>, tensor<?x8xf32, #tw.dims<"N">>) -> tensor<?x8xf32, #tw.dims<"M + N">> {
  ^bb0(%bx: tensor<?x8xf32, #tw.dims<"M">>, %by: tensor<?x8xf32, #tw.dims<"N">>):
    %0 = tw.concat %bx, %by axis 0 : tensor<?x8xf32, #tw.dims<"M">>, tensor<?x8xf32, #tw.dims<"N">> -> tensor<?x8xf32, #tw.dims<"M + N">>
    tw.yield %0 : tensor<?x8xf32, #tw.dims<"M + N">>
  }
  return %r : tensor<?x8xf32, #tw.dims<"M + N">>
}

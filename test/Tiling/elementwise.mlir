// Elementwise kernels: tiles of a block, bounds at the edges, no masks between.
// RUN: tw-opt %s --tw-outline-kernels --tw-tile-kernels --tile-verify-kernel | FileCheck %s

// The tiled form is a function of buffers, inputs first, and sizes. A block is
// some thousand elements, in tiles of a few registers.
// CHECK-LABEL: func.func @signature(
// CHECK-SAME: %[[X:.*]]: memref<?xf32> {tile.dims = ["N"]}, %[[Y:.*]]: memref<?xf32> {tile.dims = ["N"]}, %[[N:.*]]: index)
// CHECK-SAME: tile.blocks = "floordiv(N + 4095, 4096)", tile.inputs = 1 : i64, tile.kernel, tile.sizes = ["N"]
// CHECK: scf.forall (%[[B:.*]]) = (0) to (%[[N]]) step (4096)
// CHECK: %[[END:.*]] = affine.min #{{.*}}(%[[B]])[%[[N]]]
// CHECK: scf.for %[[I:.*]] = %[[B]] to %[[END]] step %c64
// CHECK: %[[EDGE:.*]] = affine.min #{{.*}}(%[[I]])[%[[N]]]
// CHECK: %[[T:.*]] = tile.load %[[X]][%[[I]]] valid [0 to %[[EDGE]]] strides [1] : memref<?xf32> -> tensor<64xf32>
// CHECK: %[[R:.*]] = math.exp %[[T]]
// CHECK: tile.store %[[R]], %[[Y]][%[[I]]] valid [0 to %[[EDGE]]]
func.func @call_signature(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  %r = tw.kernel "signature"(%x) : (tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  ^bb0(%bx: tensor<?xf32, #tw.dims<"N">>):
    %0 = tw.unary exp %bx : tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
    tw.yield %0 : tensor<?xf32, #tw.dims<"N">>
  }
  return %r : tensor<?xf32, #tw.dims<"N">>
}

// An operand that does not depend on the column is loaded before the columns.
// CHECK-LABEL: func.func @rows(
// CHECK: scf.forall
// CHECK: %[[ROW:.*]] = tile.load {{.*}} : memref<16x1xf32>
// CHECK: scf.for
// CHECK: %[[T:.*]] = tile.load {{.*}} : memref<16x4096xf32>
// CHECK: %[[B:.*]] = tile.broadcast %[[ROW]]
// CHECK: arith.addf %[[T]], %[[B]]
func.func @call_rows(%x: tensor<16x4096xf32>, %y: tensor<16x1xf32>) -> tensor<16x4096xf32> {
  %r = tw.kernel "rows"(%x, %y) : (tensor<16x4096xf32>, tensor<16x1xf32>) -> tensor<16x4096xf32> {
  ^bb0(%bx: tensor<16x4096xf32>, %by: tensor<16x1xf32>):
    %0 = tw.binary add %bx, %by : tensor<16x4096xf32>, tensor<16x1xf32> -> tensor<16x4096xf32>
    tw.yield %0 : tensor<16x4096xf32>
  }
  return %r : tensor<16x4096xf32>
}

// A value that is used twice is computed once.
// CHECK-LABEL: func.func @shared(
// CHECK: math.exp
// CHECK-NOT: math.exp
// CHECK: arith.mulf
// CHECK: return
func.func @call_shared(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  %r = tw.kernel "shared"(%x) : (tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  ^bb0(%bx: tensor<?xf32, #tw.dims<"N">>):
    %0 = tw.unary exp %bx : tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
    %1 = tw.binary mul %0, %0 : tensor<?xf32, #tw.dims<"N">>, tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
    tw.yield %1 : tensor<?xf32, #tw.dims<"N">>
  }
  return %r : tensor<?xf32, #tw.dims<"N">>
}

// A size may have any name.
// CHECK-LABEL: func.func @names(
// CHECK-SAME: tile.sizes = ["_tile.index.x"]
func.func @call_names(%x: tensor<?xf32, #tw.dims<"_tile.index.x">>) -> tensor<?xf32, #tw.dims<"_tile.index.x">> {
  %r = tw.kernel "names"(%x) : (tensor<?xf32, #tw.dims<"_tile.index.x">>) -> tensor<?xf32, #tw.dims<"_tile.index.x">> {
  ^bb0(%bx: tensor<?xf32, #tw.dims<"_tile.index.x">>):
    %0 = tw.unary exp %bx : tensor<?xf32, #tw.dims<"_tile.index.x">> -> tensor<?xf32, #tw.dims<"_tile.index.x">>
    tw.yield %0 : tensor<?xf32, #tw.dims<"_tile.index.x">>
  }
  return %r : tensor<?xf32, #tw.dims<"_tile.index.x">>
}

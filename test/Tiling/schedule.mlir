// A schedule that is written on a kernel is the one that it is tiled by.
// RUN: tw-opt %s --tw-tile-kernels --tile-verify-kernel | FileCheck %s

// Blocks of 6 rows by all columns; tiles of 2 by 8.
// CHECK-LABEL: func.func @given(
// CHECK-SAME: tile.blocks = "floordiv(N + 5, 6)"
// CHECK: scf.forall (%{{.*}}) = (0) to (%{{.*}}) step (6)
// CHECK: tile.load {{.*}} : memref<?x20xf32> -> tensor<2x8xf32>
func.func @given(%x: tensor<?x20xf32, #tw.dims<"N">>, %n: index) -> tensor<?x20xf32, #tw.dims<"N">>
    attributes {tile.sizes = ["N"], tile.schedule = {block = array<i64: 6, 0>, tile = array<i64: 2, 8>}} {
  %e = tensor.empty(%n) : tensor<?x20xf32, #tw.dims<"N">>
  %0 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x20xf32, #tw.dims<"N">>) outs(%e : tensor<?x20xf32, #tw.dims<"N">>) {
  ^bb0(%a: f32, %b: f32):
    %1 = math.exp %a : f32
    linalg.yield %1 : f32
  } -> tensor<?x20xf32, #tw.dims<"N">>
  return %0 : tensor<?x20xf32, #tw.dims<"N">>
}

// RUN: tw-opt %s -split-input-file -tw-lower-kernels -verify-diagnostics | FileCheck %s --check-prefix=TILES
// RUN: tw-opt %s -split-input-file -tw-lower-kernels=scalar-loops | FileCheck %s --check-prefix=LOOPS

// A kernel that can be tiled is; on demand it becomes loops on scalars, with
// the row's sum before the loop over the row.
// TILES-LABEL: func.func @main
// TILES: func.func @k0({{.*}}tile.kernel
// LOOPS-LABEL: func.func @main
// LOOPS: func.func @k0({{.*}}tile.loops
// LOOPS: scf.forall
// LOOPS: scf.for
// LOOPS: arith.addf
// LOOPS: scf.for
// LOOPS: memref.store
func.func @main(%x: tensor<?x8xf32, #tw.dims<"N">>) -> tensor<?x8xf32, #tw.dims<"N">> {
  %0 = tw.kernel "softmax_0"(%x) : (tensor<?x8xf32, #tw.dims<"N">>) -> tensor<?x8xf32, #tw.dims<"N">> {
  ^bb0(%a: tensor<?x8xf32, #tw.dims<"N">>):
    %1 = tw.softmax %a axis 1 : tensor<?x8xf32, #tw.dims<"N">> -> tensor<?x8xf32, #tw.dims<"N">>
    tw.yield %1 : tensor<?x8xf32, #tw.dims<"N">>
  }
  return %0 : tensor<?x8xf32, #tw.dims<"N">>
}

// -----

// A fused kernel that the tiler refuses falls apart into kernels of its ops.
// TILES-LABEL: func.func @main
// TILES: %[[EXP:.*]] = tw.kernel "exp_gather_0_0"
// TILES: tw.kernel "gather_gather_0_1"(%[[EXP]], %{{.*}})
// TILES: func.func @k0({{.*}}tile.kernel
// TILES: func.func @k1({{.*}}tile.kernel
func.func @main(%x: tensor<8xf32>, %i: tensor<4xi64>) -> tensor<4xf32> {
  // expected-remark @+1 {{its ops are not fused: 'linalg.generic' op reads computed addresses of a value that is not a buffer}}
  %0 = tw.kernel "gather_0"(%x, %i) : (tensor<8xf32>, tensor<4xi64>) -> tensor<4xf32> {
  ^bb0(%a: tensor<8xf32>, %b: tensor<4xi64>):
    %1 = tw.unary exp %a : tensor<8xf32> -> tensor<8xf32>
    %2 = tw.gather %1, %b axis 0 : tensor<8xf32>, tensor<4xi64> -> tensor<4xf32>
    tw.yield %2 : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

// Where the channels of a group begin must be known: a convolution in groups of
// symbolic channels becomes loops.
// TILES-LABEL: func.func @main
// TILES: func.func @k0({{.*}}tile.loops
func.func @main(%x: tensor<1x6x6x?xf32, #tw.dims<"C">>, %w: tensor<3x3x?x8xf32, #tw.dims<"K">>) -> tensor<1x4x4x8xf32> {
  // expected-remark @+1 {{is not tiled, but loops on scalars: 'tw.conv' op expected groups of known numbers of channels}}
  %0 = tw.kernel "conv_0"(%x, %w) : (tensor<1x6x6x?xf32, #tw.dims<"C">>, tensor<3x3x?x8xf32, #tw.dims<"K">>) -> tensor<1x4x4x8xf32> {
  ^bb0(%a: tensor<1x6x6x?xf32, #tw.dims<"C">>, %b: tensor<3x3x?x8xf32, #tw.dims<"K">>):
    %1 = tw.conv %a, %b strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 2 : tensor<1x6x6x?xf32, #tw.dims<"C">>, tensor<3x3x?x8xf32, #tw.dims<"K">> -> tensor<1x4x4x8xf32>
    tw.yield %1 : tensor<1x4x4x8xf32>
  }
  return %0 : tensor<1x4x4x8xf32>
}

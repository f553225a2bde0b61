// Contractions: a register tile that a loop over k accumulates.
// RUN: tw-opt %s --tw-outline-kernels --tw-tile-kernels --tile-verify-kernel | FileCheck %s

// Sizes may be dynamic: rows and k have edges. What is added up is 0 there in both
// operands; what is not may be anything.
// CHECK-LABEL: func.func @dynamic(
// CHECK-SAME: tile.blocks = "2*floordiv(M + 127, 128)"
// CHECK-SAME: tile.sizes = ["M", "K"]
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : tensor<8x32xf32>
// CHECK: scf.forall (%{{.*}}, %[[J:.*]]) = (0, 0) to (%{{.*}}, 64) step (128, 32)
// CHECK: scf.for %[[I:.*]] =
// CHECK: %[[ROWS:.*]] = affine.min
// CHECK: %[[ACC:.*]] = scf.for %[[K:.*]] = %c0 to %{{.*}} step %c4 iter_args(%[[C:.*]] = %[[ZERO]])
// CHECK: %[[DEPTH:.*]] = affine.min
// CHECK: %[[A:.*]] = tile.load %{{.*}}[%[[I]], %[[K]]] valid [0 to %[[ROWS]], 0 to %[[DEPTH]]] strides [1, 1] fill 0.000000e+00
// CHECK: %[[B:.*]] = tile.load %{{.*}}[%[[K]], %[[J]]] valid [0 to %[[DEPTH]], 0 to 32] strides [1, 1] fill 0.000000e+00
// CHECK: tile.dot %[[A]], %[[B]], %[[C]]
// CHECK: tile.store %[[ACC]], %{{.*}}[%[[I]], %[[J]]] valid [0 to %[[ROWS]], 0 to 32]
func.func @call_dynamic(%x: tensor<?x?xf32, #tw.dims<"M", "K">>, %y: tensor<?x64xf32, #tw.dims<"K">>) -> tensor<?x64xf32, #tw.dims<"M">> {
  %r = tw.kernel "dynamic"(%x, %y) : (tensor<?x?xf32, #tw.dims<"M", "K">>, tensor<?x64xf32, #tw.dims<"K">>) -> tensor<?x64xf32, #tw.dims<"M">> {
  ^bb0(%bx: tensor<?x?xf32, #tw.dims<"M", "K">>, %by: tensor<?x64xf32, #tw.dims<"K">>):
    %0 = tw.matmul %bx, %by : tensor<?x?xf32, #tw.dims<"M", "K">>, tensor<?x64xf32, #tw.dims<"K">> -> tensor<?x64xf32, #tw.dims<"M">>
    tw.yield %0 : tensor<?x64xf32, #tw.dims<"M">>
  }
  return %r : tensor<?x64xf32, #tw.dims<"M">>
}

// Sizes that tiles divide have no edges.
// CHECK-LABEL: func.func @divisible(
// CHECK-NOT: affine.min
// CHECK: tile.load %{{.*}} valid [0 to 8, 0 to 4]
// CHECK: tile.load %{{.*}} valid [0 to 4, 0 to 32]
// CHECK: tile.dot
func.func @call_divisible(%x: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %r = tw.kernel "divisible"(%x) : (tensor<64x64xf32>) -> tensor<64x64xf32> {
  ^bb0(%bx: tensor<64x64xf32>):
    %0 = tw.matmul %bx, %bx : tensor<64x64xf32>, tensor<64x64xf32> -> tensor<64x64xf32>
    tw.yield %0 : tensor<64x64xf32>
  }
  return %r : tensor<64x64xf32>
}

// f16 accumulates in f32.
// CHECK-LABEL: func.func @half(
// CHECK: tile.dot %{{.*}} : tensor<8x4xf16>, tensor<4x32xf16> -> tensor<8x32xf32>
// CHECK: arith.truncf %{{.*}} : tensor<8x32xf32> to tensor<8x32xf16>
func.func @call_half(%x: tensor<64x64xf16>) -> tensor<64x64xf16> {
  %r = tw.kernel "half"(%x) : (tensor<64x64xf16>) -> tensor<64x64xf16> {
  ^bb0(%bx: tensor<64x64xf16>):
    %0 = tw.matmul %bx, %bx : tensor<64x64xf16>, tensor<64x64xf16> -> tensor<64x64xf16>
    tw.yield %0 : tensor<64x64xf16>
  }
  return %r : tensor<64x64xf16>
}

// Bias and ReLU of a convolution are computed on the accumulator, before its only
// store. The border of the image is the bounds of the load.
// CHECK-LABEL: func.func @conv_relu(
// CHECK: %[[BIAS:.*]] = tile.load %{{.*}} : memref<8xf32> -> tensor<8xf32>
// CHECK: scf.for %{{.*}} = %c0 to %c3 step %c1 iter_args
// CHECK: %[[TOP:.*]] = affine.max
// CHECK: scf.for %{{.*}} = %c0 to %c3 step %c1 iter_args(%[[C:.*]] =
// CHECK: tile.load %{{.*}} valid [0 to 1, %{{.*}} to %{{.*}}, %{{.*}} to %{{.*}}, 0 to 4] strides [1, 1, 1, 1] fill 0.000000e+00
// CHECK: tile.load %{{.*}} : memref<3x3x4x8xf32>
// CHECK: tile.dot %{{.*}}, %{{.*}}, %[[C]]
// CHECK: tile.broadcast
// CHECK: %[[SUM:.*]] = arith.addf
// CHECK: %[[RELU:.*]] = arith.maximumf %[[SUM]]
// CHECK-NOT: tile.store
// CHECK: tile.store %[[RELU]]
func.func @call_conv_relu(%x: tensor<?x8x8x4xf32, #tw.dims<"N">>, %f: tensor<3x3x4x8xf32>, %b: tensor<8xf32>) -> tensor<?x8x8x8xf32, #tw.dims<"N">> {
  %r = tw.kernel "conv_relu"(%x, %f, %b) : (tensor<?x8x8x4xf32, #tw.dims<"N">>, tensor<3x3x4x8xf32>, tensor<8xf32>) -> tensor<?x8x8x8xf32, #tw.dims<"N">> {
  ^bb0(%bx: tensor<?x8x8x4xf32, #tw.dims<"N">>, %bf: tensor<3x3x4x8xf32>, %bb: tensor<8xf32>):
    %z = tw.constant dense<0.0> : tensor<f32>
    %0 = tw.conv %bx, %bf strides [1, 1] dilations [1, 1] low <1, 1> high <1, 1> groups 1 : tensor<?x8x8x4xf32, #tw.dims<"N">>, tensor<3x3x4x8xf32> -> tensor<?x8x8x8xf32, #tw.dims<"N">>
    %1 = tw.binary add %0, %bb : tensor<?x8x8x8xf32, #tw.dims<"N">>, tensor<8xf32> -> tensor<?x8x8x8xf32, #tw.dims<"N">>
    %2 = tw.binary max %1, %z : tensor<?x8x8x8xf32, #tw.dims<"N">>, tensor<f32> -> tensor<?x8x8x8xf32, #tw.dims<"N">>
    tw.yield %2 : tensor<?x8x8x8xf32, #tw.dims<"N">>
  }
  return %r : tensor<?x8x8x8xf32, #tw.dims<"N">>
}

// A strided convolution loads with strides.
// CHECK-LABEL: func.func @strided(
// CHECK: tile.load %{{.*}} strides [1, 2, 2, 1] fill 0.000000e+00 : f32 : memref<1x17x17x4xf32> -> tensor<1x1x8x4xf32>
// CHECK: tile.dot
func.func @call_strided(%x: tensor<1x17x17x4xf32>, %f: tensor<3x3x4x8xf32>) -> tensor<1x8x8x8xf32> {
  %r = tw.kernel "strided"(%x, %f) : (tensor<1x17x17x4xf32>, tensor<3x3x4x8xf32>) -> tensor<1x8x8x8xf32> {
  ^bb0(%bx: tensor<1x17x17x4xf32>, %bf: tensor<3x3x4x8xf32>):
    %0 = tw.conv %bx, %bf strides [2, 2] dilations [1, 1] low <0, 0> high <0, 0> groups 1 : tensor<1x17x17x4xf32>, tensor<3x3x4x8xf32> -> tensor<1x8x8x8xf32>
    tw.yield %0 : tensor<1x8x8x8xf32>
  }
  return %r : tensor<1x8x8x8xf32>
}

// A depthwise convolution contracts nothing: it multiplies and adds, fused.
// CHECK-LABEL: func.func @depthwise(
// CHECK-NOT: tile.dot
// CHECK: %[[P:.*]] = arith.mulf %{{.*}} fastmath<contract>
// CHECK: arith.addf %[[P]], %{{.*}} fastmath<contract>
// CHECK: tile.store
func.func @call_depthwise(%x: tensor<1x8x8x16xf32>, %f: tensor<3x3x1x16xf32>) -> tensor<1x6x6x16xf32> {
  %r = tw.kernel "depthwise"(%x, %f) : (tensor<1x8x8x16xf32>, tensor<3x3x1x16xf32>) -> tensor<1x6x6x16xf32> {
  ^bb0(%bx: tensor<1x8x8x16xf32>, %bf: tensor<3x3x1x16xf32>):
    %0 = tw.conv %bx, %bf strides [1, 1] dilations [1, 1] low <0, 0> high <0, 0> groups 16 : tensor<1x8x8x16xf32>, tensor<3x3x1x16xf32> -> tensor<1x6x6x16xf32>
    tw.yield %0 : tensor<1x6x6x16xf32>
  }
  return %r : tensor<1x6x6x16xf32>
}

// A residual beside a convolution that is padded, all sizes dynamic: what the border
// leaves in the sum is known, so that only the residual's own edge bounds the store.
// CHECK-LABEL: func.func @conv_residual(
// CHECK: %[[R:.*]] = tile.load %{{.*}} valid [0 to 1, 0 to 1, 0 to %[[EDGE:.*]], 0 to 16] strides [1, 1, 1, 1] :
// CHECK: %[[SUM:.*]] = arith.addf %{{.*}}, %[[R]]
// CHECK: tile.store %[[SUM]], %{{.*}} valid [0 to 1, 0 to 1, 0 to %[[EDGE]], 0 to 16]
func.func @call_conv_residual(%x: tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">>, %w: tensor<3x3x16x16xf32>, %r: tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">>) -> tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">> {
  %0 = tw.kernel "conv_residual"(%x, %w, %r) : (tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">>, tensor<3x3x16x16xf32>, tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">>) -> tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">> {
  ^bb0(%a: tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">>, %b: tensor<3x3x16x16xf32>, %c: tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">>):
    %1 = tw.conv %a, %b strides [1, 1] dilations [1, 1] low <1, 1> high <1, 1> groups 1 : tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">>, tensor<3x3x16x16xf32> -> tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">>
    %2 = tw.binary add %1, %c : tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">>, tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">> -> tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">>
    tw.yield %2 : tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">>
  }
  return %0 : tensor<?x?x?x16xf32, #tw.dims<"B", "H", "W">>
}

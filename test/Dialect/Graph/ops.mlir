// Every op and attribute of tw prints in a form that parses back.
// RUN: tw-opt %s | FileCheck %s

// Symbols with a range, metadata and the producer are attributes of the module.
// CHECK: module attributes {tw.metadata = {stage = "test"}, tw.producer = "by hand", tw.symbols = {N = #tw.range<1, 32, 1>, W = #tw.range<-4, 64, 8>}}
module attributes {tw.symbols = {N = #tw.range<1, 32, 1>, W = #tw.range<-4, 64, 8>},
                   tw.metadata = {stage = "test"}, tw.producer = "by hand"} {

// Arguments and results carry the model's names.
// CHECK-LABEL: func.func @names
// CHECK-SAME: (%{{.*}}: tensor<?x3x?xf32, #tw.dims<"N", "2*H">> {tw.name = "x"}) -> (tensor<?x3x?xf32, #tw.dims<"N", "2*H">> {tw.name = "y"})
func.func @names(%x: tensor<?x3x?xf32, #tw.dims<"N", "H*2">> {tw.name = "x"})
    -> (tensor<?x3x?xf32, #tw.dims<"N", "2*H">> {tw.name = "y"}) {
  return %x : tensor<?x3x?xf32, #tw.dims<"N", "2*H">>
}

// CHECK-LABEL: func.func @constants
func.func @constants(%v: tensor<2xi64>) {
  // CHECK: tw.constant dense<[1, 2]> : tensor<2xi64>
  %0 = tw.constant dense<[1, 2]> : tensor<2xi64>
  // CHECK: tw.constant dense<[true, false]> : tensor<2xi1>
  %1 = tw.constant dense<[true, false]> : tensor<2xi1>
  // CHECK: tw.weight 3 "conv1.weight" : tensor<64x3x3x3xf32>
  %2 = tw.weight 3 "conv1.weight" : tensor<64x3x3x3xf32>
  // Expressions are made canonical, constants are printed bare.
  // CHECK: tw.from_dims <"3*N", 7> : tensor<2xi64>
  %3 = tw.from_dims <"N + 2*N", 7> : tensor<2xi64>
  // CHECK: tw.bind_dims %{{.*}} as ["A", "B"] : tensor<2xi64>
  tw.bind_dims %v as ["A", "B"] : tensor<2xi64>
  // CHECK: tw.check_dims <"A", 4> equals <"N", "B">, "reshape keeps the elements"
  tw.check_dims <"A", 4> equals <"N", "B">, "reshape keeps the elements"
  return
}

// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%x: tensor<?x4xf32, #tw.dims<"N">>, %y: tensor<4xf32>, %i: tensor<4xi32>, %u: tensor<4xui8>) {
  // CHECK: tw.unary exp %{{.*}} : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x4xf32, #tw.dims<"N">>
  %0 = tw.unary exp %x : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x4xf32, #tw.dims<"N">>
  // CHECK: tw.unary isnan
  %1 = tw.unary isnan %y : tensor<4xf32> -> tensor<4xi1>
  // CHECK: tw.binary add %{{.*}}, %{{.*}} : tensor<?x4xf32, #tw.dims<"N">>, tensor<4xf32> -> tensor<?x4xf32, #tw.dims<"N">>
  %2 = tw.binary add %x, %y : tensor<?x4xf32, #tw.dims<"N">>, tensor<4xf32> -> tensor<?x4xf32, #tw.dims<"N">>
  // CHECK: tw.compare lt
  %3 = tw.compare lt %x, %y : tensor<?x4xf32, #tw.dims<"N">>, tensor<4xf32> -> tensor<?x4xi1, #tw.dims<"N">>
  // CHECK: tw.select
  %4 = tw.select %3, %x, %y : tensor<?x4xi1, #tw.dims<"N">>, tensor<?x4xf32, #tw.dims<"N">>, tensor<4xf32> -> tensor<?x4xf32, #tw.dims<"N">>
  // CHECK: tw.cast %{{.*}} : tensor<4xui8> -> tensor<4xbf16>
  %5 = tw.cast %u : tensor<4xui8> -> tensor<4xbf16>
  // CHECK: tw.binary shl %{{.*}} : tensor<4xi32>, tensor<4xi32> -> tensor<4xi32>
  %6 = tw.binary shl %i, %i : tensor<4xi32>, tensor<4xi32> -> tensor<4xi32>
  return
}

// CHECK-LABEL: func.func @movement
func.func @movement(%x: tensor<?x4xf32, #tw.dims<"N">>, %zero: tensor<f32>) {
  // CHECK: tw.reshape %{{.*}} : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"4*N">>
  %0 = tw.reshape %x : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"4*N">>
  // CHECK: tw.broadcast
  %1 = tw.broadcast %zero : tensor<f32> -> tensor<?x2xf32, #tw.dims<"N">>
  // CHECK: tw.transpose %{{.*}} [1, 0] : tensor<?x4xf32, #tw.dims<"N">> -> tensor<4x?xf32, #tw.dims<"N">>
  %2 = tw.transpose %x [1, 0] : tensor<?x4xf32, #tw.dims<"N">> -> tensor<4x?xf32, #tw.dims<"N">>
  // CHECK: tw.concat %{{.*}}, %{{.*}} axis 0 : {{.*}} -> tensor<?x4xf32, #tw.dims<"2*N">>
  %3 = tw.concat %x, %x axis 0 : tensor<?x4xf32, #tw.dims<"N">>, tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x4xf32, #tw.dims<"2*N">>
  // CHECK: tw.slice %{{.*}} starts <"N - 1", 0> steps [-1, 2] :
  %4 = tw.slice %x starts <"N - 1", 0> steps [-1, 2] : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x2xf32, #tw.dims<"N">>
  // CHECK: tw.pad constant %{{.*}} with %{{.*}} : tensor<f32> low <0, 1> high <"M", 0> :
  %5 = tw.pad constant %x with %zero : tensor<f32> low <0, 1> high <"M", 0> : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x5xf32, #tw.dims<"N + M">>
  // CHECK: tw.pad reflect %{{.*}} low <0, 1> high <0, 1> :
  %6 = tw.pad reflect %x low <0, 1> high <0, 1> : tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x6xf32, #tw.dims<"N">>
  // A scalar has no axes to slice.
  // CHECK: tw.slice %{{.*}} starts <> steps [] : tensor<f32> -> tensor<f32>
  %7 = tw.slice %zero starts <> steps [] : tensor<f32> -> tensor<f32>
  return
}

// CHECK-LABEL: func.func @indexing
func.func @indexing(%x: tensor<5x4xf32>, %i: tensor<3xi64>, %e: tensor<2x4xi32>, %n: tensor<6x1xi64>,
                    %u: tensor<2x4xf32>, %w: tensor<6x4xf32>, %l: tensor<4xi64>, %s: tensor<i64>) {
  // CHECK: tw.gather %{{.*}}, %{{.*}} axis 0 : tensor<5x4xf32>, tensor<3xi64> -> tensor<3x4xf32>
  %0 = tw.gather %x, %i axis 0 : tensor<5x4xf32>, tensor<3xi64> -> tensor<3x4xf32>
  // CHECK: tw.gather_elements
  %1 = tw.gather_elements %x, %e axis 0 : tensor<5x4xf32>, tensor<2x4xi32> -> tensor<2x4xf32>
  // CHECK: tw.gather_nd %{{.*}}, %{{.*}} batch_dims 0 :
  %2 = tw.gather_nd %x, %n batch_dims 0 : tensor<5x4xf32>, tensor<6x1xi64> -> tensor<6x4xf32>
  // CHECK: tw.scatter_elements sum %{{.*}}, %{{.*}}, %{{.*}} axis 0 :
  %3 = tw.scatter_elements sum %x, %e, %u axis 0 : tensor<5x4xf32>, tensor<2x4xi32>, tensor<2x4xf32> -> tensor<5x4xf32>
  // CHECK: tw.scatter_nd none
  %4 = tw.scatter_nd none %x, %n, %w : tensor<5x4xf32>, tensor<6x1xi64>, tensor<6x4xf32> -> tensor<5x4xf32>
  // CHECK: tw.reverse_sequence %{{.*}}, %{{.*}} time 0 batch 1 :
  %5 = tw.reverse_sequence %x, %l time 0 batch 1 : tensor<5x4xf32>, tensor<4xi64> -> tensor<5x4xf32>
  // CHECK: tw.range
  %6 = tw.range %s, %s : tensor<i64>, tensor<i64> -> tensor<?xi64, #tw.dims<"T">>
  return
}

// CHECK-LABEL: func.func @contractions
func.func @contractions(%x: tensor<?x8x8x4xf32, #tw.dims<"N">>, %f: tensor<3x3x2x6xf32>,
                        %a: tensor<?x5x4xf32, #tw.dims<"N">>, %b: tensor<7x4xf32>, %t: tensor<3x3x4x2xf32>) {
  // CHECK: tw.matmul %{{.*}}, %{{.*}} transposed :
  %0 = tw.matmul %a, %b transposed : tensor<?x5x4xf32, #tw.dims<"N">>, tensor<7x4xf32> -> tensor<?x5x7xf32, #tw.dims<"N">>
  // CHECK: tw.conv %{{.*}}, %{{.*}} strides [2, 2] dilations [1, 1] low <0, 0> high <1, 1> groups 2 :
  %1 = tw.conv %x, %f strides [2, 2] dilations [1, 1] low <0, 0> high <1, 1> groups 2
    : tensor<?x8x8x4xf32, #tw.dims<"N">>, tensor<3x3x2x6xf32> -> tensor<?x4x4x6xf32, #tw.dims<"N">>
  // CHECK: tw.conv_transpose %{{.*}}, %{{.*}} strides [2, 2] dilations [1, 1] low <1, 1> groups 1 :
  %2 = tw.conv_transpose %x, %t strides [2, 2] dilations [1, 1] low <1, 1> groups 1
    : tensor<?x8x8x4xf32, #tw.dims<"N">>, tensor<3x3x4x2xf32> -> tensor<?x16x16x2xf32, #tw.dims<"N">>
  // CHECK: tw.pool average %{{.*}} window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0> high <0, 0> :
  %3 = tw.pool average %x window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0> high <0, 0>
    : tensor<?x8x8x4xf32, #tw.dims<"N">> -> tensor<?x4x4x4xf32, #tw.dims<"N">>
  // CHECK: tw.max_pool_indices %{{.*}} window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0> column_major :
  %4 = tw.max_pool_indices %x window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0> column_major
    : tensor<?x8x8x4xf32, #tw.dims<"N">> -> tensor<?x4x4x4xi64, #tw.dims<"N">>
  return
}

// CHECK-LABEL: func.func @sampling
func.func @sampling(%x: tensor<?x8x8x4xf32, #tw.dims<"N">>, %g: tensor<?x5x6x2xf32, #tw.dims<"N">>,
                    %r: tensor<7x4xf32>, %i: tensor<7xi64>) {
  // CHECK: tw.resize linear %{{.*}} half_pixel floor :
  %0 = tw.resize linear %x half_pixel floor
    : tensor<?x8x8x4xf32, #tw.dims<"N">> -> tensor<?x16x16x4xf32, #tw.dims<"N">>
  // CHECK: tw.resize cubic %{{.*}} tf_crop_and_resize round_prefer_floor {antialias, cubic_coefficient = -5.000000e-01 : f32, exclude_outside, extrapolation_value = 1.000000e+00 : f32, roi = {{.*}}, scales = {{.*}}} :
  %1 = tw.resize cubic %x tf_crop_and_resize round_prefer_floor
    {cubic_coefficient = -0.5 : f32, extrapolation_value = 1.0 : f32, exclude_outside, antialias,
     scales = array<f64: 1.0, 2.0, 2.0, 1.0>, roi = array<f32: 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0>}
    : tensor<?x8x8x4xf32, #tw.dims<"N">> -> tensor<?x16x16x4xf32, #tw.dims<"N">>
  // CHECK: tw.grid_sample cubic reflect %{{.*}}, %{{.*}} align_corners :
  %2 = tw.grid_sample cubic reflect %x, %g align_corners
    : tensor<?x8x8x4xf32, #tw.dims<"N">>, tensor<?x5x6x2xf32, #tw.dims<"N">> -> tensor<?x5x6x4xf32, #tw.dims<"N">>
  // CHECK: tw.roi_align average
  %3 = tw.roi_align average %x, %r, %i {half_pixel = true, sampling_ratio = 2 : i64, spatial_scale = 0.25 : f32}
    : tensor<?x8x8x4xf32, #tw.dims<"N">>, tensor<7x4xf32>, tensor<7xi64> -> tensor<7x3x3x4xf32>
  return
}

// CHECK-LABEL: func.func @reductions
func.func @reductions(%x: tensor<?x5x4xf32, #tw.dims<"N">>) {
  // CHECK: tw.reduce mean %{{.*}} axes [0, 2] : {{.*}} -> tensor<5xf32>
  %0 = tw.reduce mean %x axes [0, 2] : tensor<?x5x4xf32, #tw.dims<"N">> -> tensor<5xf32>
  // CHECK: tw.arg_reduce max %{{.*}} axis 1 last :
  %1 = tw.arg_reduce max %x axis 1 last : tensor<?x5x4xf32, #tw.dims<"N">> -> tensor<?x4xi64, #tw.dims<"N">>
  // CHECK: tw.softmax %{{.*}} axis 2 log : tensor<?x5x4xf32, #tw.dims<"N">> -> tensor<?x5x4xf32, #tw.dims<"N">>
  %2 = tw.softmax %x axis 2 log : tensor<?x5x4xf32, #tw.dims<"N">> -> tensor<?x5x4xf32, #tw.dims<"N">>
  // CHECK: tw.normalize %{{.*}} axes [2] epsilon 1.000000e-05 rms :
  %3 = tw.normalize %x axes [2] epsilon 1.0e-5 rms : tensor<?x5x4xf32, #tw.dims<"N">> -> tensor<?x5x4xf32, #tw.dims<"N">>
  // CHECK: tw.scan sum %{{.*}} axis 1 exclusive reverse :
  %4 = tw.scan sum %x axis 1 exclusive reverse : tensor<?x5x4xf32, #tw.dims<"N">> -> tensor<?x5x4xf32, #tw.dims<"N">>
  return
}

// CHECK-LABEL: func.func @attention
func.func @attention(%q: tensor<?x5x8x16xf32, #tw.dims<"B">>, %k: tensor<?x?x2x16xf32, #tw.dims<"B", "S">>,
                     %v: tensor<?x?x2x32xf32, #tw.dims<"B", "S">>, %m: tensor<?x1x1x?xi1, #tw.dims<"B", "S">>) {
  // CHECK: tw.attention %{{.*}}, %{{.*}}, %{{.*}} mask %{{.*}} : tensor<?x1x1x?xi1, #tw.dims<"B", "S">> scale 2.500000e-01 causal {softcap = 3.000000e+01 : f64} :
  %0 = tw.attention %q, %k, %v mask %m : tensor<?x1x1x?xi1, #tw.dims<"B", "S">> scale 0.25 causal {softcap = 30.0 : f64}
    : tensor<?x5x8x16xf32, #tw.dims<"B">>, tensor<?x?x2x16xf32, #tw.dims<"B", "S">>, tensor<?x?x2x32xf32, #tw.dims<"B", "S">>
    -> tensor<?x5x8x32xf32, #tw.dims<"B">>
  // CHECK: tw.attention %{{.*}}, %{{.*}}, %{{.*}} scale 1.000000e+00 :
  %1 = tw.attention %q, %k, %v scale 1.0
    : tensor<?x5x8x16xf32, #tw.dims<"B">>, tensor<?x?x2x16xf32, #tw.dims<"B", "S">>, tensor<?x?x2x32xf32, #tw.dims<"B", "S">>
    -> tensor<?x5x8x32xf32, #tw.dims<"B">>
  return
}

// CHECK-LABEL: func.func @selection
func.func @selection(%x: tensor<?x5xf32, #tw.dims<"N">>, %boxes: tensor<1x10x4xf32>, %scores: tensor<1x2x10xf32>,
                     %max: tensor<i64>, %iou: tensor<f32>) {
  // CHECK: tw.top_k %{{.*}} axis 1 smallest :
  %0:2 = tw.top_k %x axis 1 smallest : tensor<?x5xf32, #tw.dims<"N">> -> tensor<?x3xf32, #tw.dims<"N">>, tensor<?x3xi64, #tw.dims<"N">>
  // CHECK: tw.non_zero %{{.*}} count "nz" : {{.*}} -> tensor<?x2xi64, #tw.dims<"nz">>
  %1 = tw.non_zero %x count "nz" : tensor<?x5xf32, #tw.dims<"N">> -> tensor<?x2xi64, #tw.dims<"nz">>
  // CHECK: tw.unique %{{.*}} count "u" {sorted} :
  %2:4 = tw.unique %x count "u" {sorted} : tensor<?x5xf32, #tw.dims<"N">>
    -> tensor<?xf32, #tw.dims<"u">>, tensor<?xi64, #tw.dims<"u">>, tensor<?xi64, #tw.dims<"5*N">>, tensor<?xi64, #tw.dims<"u">>
  // CHECK: tw.non_max_suppression %{{.*}} count "kept" {center_point_box} :
  %3 = tw.non_max_suppression %boxes, %scores, %max, %iou, %iou count "kept" {center_point_box}
    : (tensor<1x10x4xf32>, tensor<1x2x10xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64, #tw.dims<"kept">>
  return
}

// CHECK-LABEL: func.func @control
func.func @control(%c: tensor<i1>, %x: tensor<?xf32, #tw.dims<"N">>, %n: tensor<i64>) {
  // CHECK: tw.if %{{.*}} {else_dims = #tw.dims<"2*N">, result_symbols = ["R"], then_dims = #tw.dims<"N">} : (tensor<i1>) -> tensor<?xf32, #tw.dims<"R">> {
  // CHECK: } else {
  %0 = tw.if %c {result_symbols = ["R"], then_dims = #tw.dims<"N">, else_dims = #tw.dims<"2*N">}
      : (tensor<i1>) -> tensor<?xf32, #tw.dims<"R">> {
    tw.yield %x : tensor<?xf32, #tw.dims<"N">>
  } else {
    %y = tw.concat %x, %x axis 0 : tensor<?xf32, #tw.dims<"N">>, tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"2*N">>
    tw.yield %y : tensor<?xf32, #tw.dims<"2*N">>
  }
  // CHECK: tw.loop max_trips %{{.*}} : tensor<i64> while %{{.*}} : tensor<i1> carried(%{{.*}}) trips "T" : (tensor<?xf32, #tw.dims<"N">>) -> (tensor<?xf32, #tw.dims<"N">>, tensor<?xi64, #tw.dims<"T">>) {
  %1:2 = tw.loop max_trips %n : tensor<i64> while %c : tensor<i1> carried(%x) trips "T"
      : (tensor<?xf32, #tw.dims<"N">>) -> (tensor<?xf32, #tw.dims<"N">>, tensor<?xi64, #tw.dims<"T">>) {
  ^bb0(%i: tensor<i64>, %s: tensor<?xf32, #tw.dims<"N">>):
    tw.yield %c, %s, %i : tensor<i1>, tensor<?xf32, #tw.dims<"N">>, tensor<i64>
  }
  // A loop that carries and stacks nothing.
  // CHECK: tw.loop carried() trips "E" : () -> () {
  tw.loop carried() trips "E" : () -> () {
  ^bb0(%i: tensor<i64>):
    tw.yield %c : tensor<i1>
  }
  return
}

// CHECK-LABEL: func.func @kernel
func.func @kernel(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  // CHECK: tw.kernel "relu"(%{{.*}}) : (tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  // CHECK-NEXT: ^bb0(%{{.*}}: tensor<?xf32, #tw.dims<"N">>):
  %0 = tw.kernel "relu"(%x) : (tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  ^bb0(%a: tensor<?xf32, #tw.dims<"N">>):
    %1 = tw.unary abs %a : tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
    tw.yield %1 : tensor<?xf32, #tw.dims<"N">>
  }
  return %0 : tensor<?xf32, #tw.dims<"N">>
}

}

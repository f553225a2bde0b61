// Elementwise ops: one linalg.generic each, broadcasting in its maps.
// RUN: tw-opt %s --tw-outline-kernels | FileCheck %s

// CHECK-DAG: #[[ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[ROW:.*]] = affine_map<(d0, d1) -> (d0, 0)>
// CHECK-DAG: #[[COLUMN:.*]] = affine_map<(d0, d1) -> (d1)>

// A kernel becomes a function of its buffers and, once each, of its sizes.
// CHECK-LABEL: func.func @signature(
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32, #tw.dims<"N", "M">>, %[[Y:.*]]: tensor<?x?xf32, #tw.dims<"N", "M">>, %[[N:.*]]: index, %[[M:.*]]: index)
// CHECK-SAME: tile.sizes = ["N", "M"]
// CHECK: %[[E:.*]] = tensor.empty(%[[N]], %[[M]])
// CHECK: %[[R:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[Y]] : {{.*}} outs(%[[E]] :
// CHECK: %[[S:.*]] = arith.addf
// CHECK-NEXT: linalg.yield %[[S]]
// CHECK: return %[[R]]
func.func @call_signature(%x: tensor<?x?xf32, #tw.dims<"N", "M">>, %y: tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?x?xf32, #tw.dims<"N", "M">> {
  %r = tw.kernel "signature"(%x, %y) : (tensor<?x?xf32, #tw.dims<"N", "M">>, tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?x?xf32, #tw.dims<"N", "M">> {
  ^bb0(%bx: tensor<?x?xf32, #tw.dims<"N", "M">>, %by: tensor<?x?xf32, #tw.dims<"N", "M">>):
    %0 = tw.binary add %bx, %by : tensor<?x?xf32, #tw.dims<"N", "M">>, tensor<?x?xf32, #tw.dims<"N", "M">> -> tensor<?x?xf32, #tw.dims<"N", "M">>
    tw.yield %0 : tensor<?x?xf32, #tw.dims<"N", "M">>
  }
  return %r : tensor<?x?xf32, #tw.dims<"N", "M">>
}

// Static sizes are no arguments.
// CHECK-LABEL: func.func @static(
// CHECK-SAME: %{{[^:]*}}: tensor<4x4xf32>) -> tensor<4x4xf32>
// CHECK-SAME: tile.sizes = []
func.func @call_static(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %r = tw.kernel "static"(%x) : (tensor<4x4xf32>) -> tensor<4x4xf32> {
  ^bb0(%bx: tensor<4x4xf32>):
    %0 = tw.unary abs %bx : tensor<4x4xf32> -> tensor<4x4xf32>
    tw.yield %0 : tensor<4x4xf32>
  }
  return %r : tensor<4x4xf32>
}

// An axis of size 1 is read at 0, a missing one not at all.
// CHECK-LABEL: func.func @broadcast(
// CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[ROW]], #[[ID]]]
// CHECK: arith.addf
// CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[COLUMN]], #[[ID]]]
// CHECK: arith.mulf
func.func @call_broadcast(%x: tensor<?x?xf32, #tw.dims<"N", "M">>, %y: tensor<?x1xf32, #tw.dims<"N">>, %z: tensor<?xf32, #tw.dims<"M">>) -> tensor<?x?xf32, #tw.dims<"N", "M">> {
  %r = tw.kernel "broadcast"(%x, %y, %z) : (tensor<?x?xf32, #tw.dims<"N", "M">>, tensor<?x1xf32, #tw.dims<"N">>, tensor<?xf32, #tw.dims<"M">>) -> tensor<?x?xf32, #tw.dims<"N", "M">> {
  ^bb0(%bx: tensor<?x?xf32, #tw.dims<"N", "M">>, %by: tensor<?x1xf32, #tw.dims<"N">>, %bz: tensor<?xf32, #tw.dims<"M">>):
    %0 = tw.binary add %bx, %by : tensor<?x?xf32, #tw.dims<"N", "M">>, tensor<?x1xf32, #tw.dims<"N">> -> tensor<?x?xf32, #tw.dims<"N", "M">>
    %1 = tw.binary mul %0, %bz : tensor<?x?xf32, #tw.dims<"N", "M">>, tensor<?xf32, #tw.dims<"M">> -> tensor<?x?xf32, #tw.dims<"N", "M">>
    tw.yield %1 : tensor<?x?xf32, #tw.dims<"N", "M">>
  }
  return %r : tensor<?x?xf32, #tw.dims<"N", "M">>
}

// f16 computes in f32.
// CHECK-LABEL: func.func @half(
// CHECK: %[[W:.*]] = arith.extf %{{.*}} : f16 to f32
// CHECK: %[[R:.*]] = math.exp %[[W]] : f32
// CHECK: arith.truncf %[[R]] : f32 to f16
func.func @call_half(%x: tensor<?xf16, #tw.dims<"N">>) -> tensor<?xf16, #tw.dims<"N">> {
  %r = tw.kernel "half"(%x) : (tensor<?xf16, #tw.dims<"N">>) -> tensor<?xf16, #tw.dims<"N">> {
  ^bb0(%bx: tensor<?xf16, #tw.dims<"N">>):
    %0 = tw.unary exp %bx : tensor<?xf16, #tw.dims<"N">> -> tensor<?xf16, #tw.dims<"N">>
    tw.yield %0 : tensor<?xf16, #tw.dims<"N">>
  }
  return %r : tensor<?xf16, #tw.dims<"N">>
}

// A bool is a byte in memory and a bit in the body.
// CHECK-LABEL: func.func @bools(
// CHECK-SAME: %{{[^:]*}}: tensor<?xi8
// CHECK-SAME: -> tensor<?xi8
// CHECK: %[[A:.*]] = arith.cmpi ne, %{{.*}} : i8
// CHECK: %[[B:.*]] = arith.cmpi ne, %{{.*}} : i8
// CHECK: %[[R:.*]] = arith.andi %[[A]], %[[B]] : i1
// CHECK: arith.extui %[[R]] : i1 to i8
func.func @call_bools(%x: tensor<?xi1, #tw.dims<"N">>, %y: tensor<?xi1, #tw.dims<"N">>) -> tensor<?xi1, #tw.dims<"N">> {
  %r = tw.kernel "bools"(%x, %y) : (tensor<?xi1, #tw.dims<"N">>, tensor<?xi1, #tw.dims<"N">>) -> tensor<?xi1, #tw.dims<"N">> {
  ^bb0(%bx: tensor<?xi1, #tw.dims<"N">>, %by: tensor<?xi1, #tw.dims<"N">>):
    %0 = tw.binary and %bx, %by : tensor<?xi1, #tw.dims<"N">>, tensor<?xi1, #tw.dims<"N">> -> tensor<?xi1, #tw.dims<"N">>
    tw.yield %0 : tensor<?xi1, #tw.dims<"N">>
  }
  return %r : tensor<?xi1, #tw.dims<"N">>
}

// A condition is such a byte, too.
// CHECK-LABEL: func.func @choice(
// CHECK: %[[C:.*]] = arith.cmpi ne, %{{.*}} : i8
// CHECK: arith.select %[[C]], %{{.*}} : f32
func.func @call_choice(%c: tensor<4xi1>, %x: tensor<4xf32>) -> tensor<4xf32> {
  %r = tw.kernel "choice"(%c, %x) : (tensor<4xi1>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%bc: tensor<4xi1>, %bx: tensor<4xf32>):
    %0 = tw.select %bc, %bx, %bx : tensor<4xi1>, tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
    tw.yield %0 : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// Types lose their sign; the op has it.
// CHECK-LABEL: func.func @unsigned(
// CHECK-SAME: %{{[^:]*}}: tensor<4xi8>
// CHECK: arith.cmpi ult, %{{.*}} : i8
func.func @call_unsigned(%x: tensor<4xui8>, %y: tensor<4xui8>) -> tensor<4xi1> {
  %r = tw.kernel "unsigned"(%x, %y) : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xi1> {
  ^bb0(%bx: tensor<4xui8>, %by: tensor<4xui8>):
    %0 = tw.compare lt %bx, %by : tensor<4xui8>, tensor<4xui8> -> tensor<4xi1>
    tw.yield %0 : tensor<4xi1>
  }
  return %r : tensor<4xi1>
}

// Division has a result for every operand: nothing divides by 0 or -1.
// CHECK-LABEL: func.func @division(
// CHECK: %[[ZERO:.*]] = arith.cmpi eq, %[[Y:.*]], %c0_i32
// CHECK: %[[MINUS:.*]] = arith.cmpi eq, %[[Y]], %c-1_i32
// CHECK: %[[EITHER:.*]] = arith.ori %[[ZERO]], %[[MINUS]]
// CHECK: %[[SAFE:.*]] = arith.select %[[EITHER]], %c1_i32, %[[Y]]
// CHECK: arith.divsi %{{.*}}, %[[SAFE]]
func.func @call_division(%x: tensor<4xi32>, %y: tensor<4xi32>) -> tensor<4xi32> {
  %r = tw.kernel "division"(%x, %y) : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32> {
  ^bb0(%bx: tensor<4xi32>, %by: tensor<4xi32>):
    %0 = tw.binary div %bx, %by : tensor<4xi32>, tensor<4xi32> -> tensor<4xi32>
    tw.yield %0 : tensor<4xi32>
  }
  return %r : tensor<4xi32>
}

// A cast to integers saturates, NaN is 0: nothing is converted that does not fit.
// CHECK-LABEL: func.func @saturate(
// CHECK: %[[NAN:.*]] = arith.cmpf uno, %[[X:.*]], %[[X]]
// CHECK: %[[BELOW:.*]] = arith.cmpf olt, %[[X]]
// CHECK: %[[ABOVE:.*]] = arith.cmpf ogt, %[[X]]
// CHECK: %[[SAFE:.*]] = arith.select %{{.*}}, %{{.*}}, %[[X]]
// CHECK: arith.fptosi %[[SAFE]] : f32 to i8
// CHECK: arith.select %[[BELOW]], %c-128_i8
// CHECK: arith.select %[[ABOVE]], %c127_i8
func.func @call_saturate(%x: tensor<4xf32>) -> tensor<4xi8> {
  %r = tw.kernel "saturate"(%x) : (tensor<4xf32>) -> tensor<4xi8> {
  ^bb0(%bx: tensor<4xf32>):
    %0 = tw.cast %bx : tensor<4xf32> -> tensor<4xi8>
    tw.yield %0 : tensor<4xi8>
  }
  return %r : tensor<4xi8>
}

// The larger of a number and NaN is NaN.
// CHECK-LABEL: func.func @nan(
// CHECK: arith.maximumf
func.func @call_nan(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %r = tw.kernel "nan"(%x, %y) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%bx: tensor<4xf32>, %by: tensor<4xf32>):
    %0 = tw.binary max %bx, %by : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>
    tw.yield %0 : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

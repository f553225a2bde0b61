// Reductions: a fill with the neutral element and one combining op.
// RUN: tw-opt %s --tw-outline-kernels | FileCheck %s

// CHECK-DAG: #[[ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[ROW:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-DAG: #[[COLUMN:.*]] = affine_map<(d0, d1) -> (d1)>

// A sum starts at 0.
// CHECK-LABEL: func.func @sum(
// CHECK: %[[ZERO:.*]] = arith.constant 0.000000e+00
// CHECK: %[[INIT:.*]] = linalg.fill ins(%[[ZERO]]
// CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[ROW]]], iterator_types = ["parallel", "reduction"]} {{.*}} outs(%[[INIT]] :
// CHECK: arith.addf
func.func @call_sum(%x: tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?xf32, #tw.dims<"N">> {
  %r = tw.kernel "sum"(%x) : (tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?xf32, #tw.dims<"N">> {
  ^bb0(%bx: tensor<?x?xf32, #tw.dims<"N", "M">>):
    %0 = tw.reduce sum %bx axes [1] : tensor<?x?xf32, #tw.dims<"N", "M">> -> tensor<?xf32, #tw.dims<"N">>
    tw.yield %0 : tensor<?xf32, #tw.dims<"N">>
  }
  return %r : tensor<?xf32, #tw.dims<"N">>
}

// The largest unsigned number starts at 0; the reduced axis may be any.
// CHECK-LABEL: func.func @largest(
// CHECK: %[[ZERO:.*]] = arith.constant 0 : i8
// CHECK: linalg.fill ins(%[[ZERO]]
// CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[COLUMN]]], iterator_types = ["reduction", "parallel"]}
// CHECK: arith.maxui
func.func @call_largest(%x: tensor<4x4xui8>) -> tensor<4xui8> {
  %r = tw.kernel "largest"(%x) : (tensor<4x4xui8>) -> tensor<4xui8> {
  ^bb0(%bx: tensor<4x4xui8>):
    %0 = tw.reduce max %bx axes [0] : tensor<4x4xui8> -> tensor<4xui8>
    tw.yield %0 : tensor<4xui8>
  }
  return %r : tensor<4xui8>
}

// A mean of f16 is summed and divided in f32.
// CHECK-LABEL: func.func @mean(
// CHECK: arith.extf %{{.*}} : f16 to f32
// CHECK: arith.addf %{{.*}} : f32
// CHECK: %[[MEAN:.*]] = arith.divf %{{.*}} : f32
// CHECK: arith.truncf %[[MEAN]] : f32 to f16
func.func @call_mean(%x: tensor<?x?xf16, #tw.dims<"N", "M">>) -> tensor<?xf16, #tw.dims<"N">> {
  %r = tw.kernel "mean"(%x) : (tensor<?x?xf16, #tw.dims<"N", "M">>) -> tensor<?xf16, #tw.dims<"N">> {
  ^bb0(%bx: tensor<?x?xf16, #tw.dims<"N", "M">>):
    %0 = tw.reduce mean %bx axes [1] : tensor<?x?xf16, #tw.dims<"N", "M">> -> tensor<?xf16, #tw.dims<"N">>
    tw.yield %0 : tensor<?xf16, #tw.dims<"N">>
  }
  return %r : tensor<?xf16, #tw.dims<"N">>
}

// The index of the largest: the extremum first, then the least index that has it
// or is NaN.
// CHECK-LABEL: func.func @argmax(
// CHECK: %[[MAX:.*]] = linalg.generic {{.*}}"reduction"
// CHECK: arith.maximumf
// CHECK: %[[PLACES:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[MAX]] :
// CHECK: arith.cmpf oeq
// CHECK: arith.cmpf uno
// CHECK: linalg.generic {{.*}}"reduction"{{.*}} ins(%[[PLACES]] :
// CHECK: arith.minsi
func.func @call_argmax(%x: tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?xi64, #tw.dims<"N">> {
  %r = tw.kernel "argmax"(%x) : (tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?xi64, #tw.dims<"N">> {
  ^bb0(%bx: tensor<?x?xf32, #tw.dims<"N", "M">>):
    %0 = tw.arg_reduce max %bx axis 1 : tensor<?x?xf32, #tw.dims<"N", "M">> -> tensor<?xi64, #tw.dims<"N">>
    tw.yield %0 : tensor<?xi64, #tw.dims<"N">>
  }
  return %r : tensor<?xi64, #tw.dims<"N">>
}

// Softmax subtracts the maximum of a row, and multiplies with one reciprocal a row.
// CHECK-LABEL: func.func @softmax(
// CHECK: %[[MAX:.*]] = linalg.generic {{.*}}"reduction"
// CHECK: arith.maximumf
// CHECK: %[[SHIFTED:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[MAX]] :
// CHECK: arith.subf
// CHECK: %[[EXP:.*]] = linalg.generic {{.*}} ins(%[[SHIFTED]] :
// CHECK: math.exp
// CHECK: %[[SUM:.*]] = linalg.generic {{.*}}"reduction"{{.*}} ins(%[[EXP]] :
// CHECK: arith.addf
// CHECK: %[[RECIPROCAL:.*]] = linalg.generic {{.*}} ins(%[[SUM]] :
// CHECK: arith.divf
// CHECK: linalg.generic {{.*}} ins(%[[EXP]], %[[RECIPROCAL]] :
// CHECK: arith.mulf
func.func @call_softmax(%x: tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?x?xf32, #tw.dims<"N", "M">> {
  %r = tw.kernel "softmax"(%x) : (tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?x?xf32, #tw.dims<"N", "M">> {
  ^bb0(%bx: tensor<?x?xf32, #tw.dims<"N", "M">>):
    %0 = tw.softmax %bx axis 1 : tensor<?x?xf32, #tw.dims<"N", "M">> -> tensor<?x?xf32, #tw.dims<"N", "M">>
    tw.yield %0 : tensor<?x?xf32, #tw.dims<"N", "M">>
  }
  return %r : tensor<?x?xf32, #tw.dims<"N", "M">>
}

// The variance is taken of the differences to the mean.
// CHECK-LABEL: func.func @normalize(
// CHECK: %[[SUM:.*]] = linalg.generic {{.*}}"reduction"
// CHECK: %[[MEAN:.*]] = linalg.generic {{.*}} ins(%[[SUM]] :
// CHECK: %[[DIFFERENCE:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[MEAN]] :
// CHECK: arith.subf
// CHECK: %[[SQUARE:.*]] = linalg.generic {{.*}} ins(%[[DIFFERENCE]] :
// CHECK: arith.mulf
// CHECK: %[[VARIANCE:.*]] = linalg.generic {{.*}}"reduction"{{.*}} ins(%[[SQUARE]] :
// CHECK: %[[SCALE:.*]] = linalg.generic {{.*}} ins(%[[VARIANCE]] :
// CHECK: math.sqrt
// CHECK: linalg.generic {{.*}} ins(%[[DIFFERENCE]], %[[SCALE]] :
// CHECK: arith.mulf
func.func @call_normalize(%x: tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?x?xf32, #tw.dims<"N", "M">> {
  %r = tw.kernel "normalize"(%x) : (tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?x?xf32, #tw.dims<"N", "M">> {
  ^bb0(%bx: tensor<?x?xf32, #tw.dims<"N", "M">>):
    %0 = tw.normalize %bx axes [1] epsilon 1.0e-5 : tensor<?x?xf32, #tw.dims<"N", "M">> -> tensor<?x?xf32, #tw.dims<"N", "M">>
    tw.yield %0 : tensor<?x?xf32, #tw.dims<"N", "M">>
  }
  return %r : tensor<?x?xf32, #tw.dims<"N", "M">>
}

// Folders and canonicalisation patterns.
// RUN: tw-opt %s --canonicalize --split-input-file | FileCheck %s

// Adding -0.0, multiplying with 1 and negating twice do nothing; adding 0.0
// does (to -0.0).
// CHECK-LABEL: func.func @identities
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>, %[[I:.*]]: tensor<4xi32>)
func.func @identities(%x: tensor<4xf32>, %i: tensor<4xi32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xi32>) {
  %nz = tw.constant dense<-0.0> : tensor<f32>
  %z = tw.constant dense<0.0> : tensor<f32>
  %one = tw.constant dense<1.0> : tensor<f32>
  %iz = tw.constant dense<0> : tensor<4xi32>
  // CHECK-DAG: %[[Z:.*]] = tw.constant dense<0.000000e+00>
  %0 = tw.binary add %x, %nz : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %1 = tw.binary mul %0, %one : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %2 = tw.unary neg %1 : tensor<4xf32> -> tensor<4xf32>
  %3 = tw.unary neg %2 : tensor<4xf32> -> tensor<4xf32>
  // CHECK: %[[KEPT:.*]] = tw.binary add %[[X]], %[[Z]]
  %4 = tw.binary add %x, %z : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  %5 = tw.binary add %i, %iz : tensor<4xi32>, tensor<4xi32> -> tensor<4xi32>
  // CHECK: return %[[X]], %[[KEPT]], %[[I]]
  return %3, %4, %5 : tensor<4xf32>, tensor<4xf32>, tensor<4xi32>
}

// -----

// x + 0 is not x where the other operand gives the shape.
// CHECK-LABEL: func.func @shape_of_neutral
// CHECK: tw.binary sub
func.func @shape_of_neutral(%x: tensor<f32>) -> tensor<4xf32> {
  %z = tw.constant dense<0.0> : tensor<4xf32>
  %0 = tw.binary sub %x, %z : tensor<f32>, tensor<4xf32> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Constants go to the right of commutative ops only.
// CHECK-LABEL: func.func @order
func.func @order(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[C:.*]] = tw.constant
  %c = tw.constant dense<2.0> : tensor<f32>
  // CHECK: tw.binary mul %arg0, %[[C]]
  %0 = tw.binary mul %c, %x : tensor<f32>, tensor<4xf32> -> tensor<4xf32>
  // CHECK: tw.binary sub %[[C]], %arg0
  %1 = tw.binary sub %c, %x : tensor<f32>, tensor<4xf32> -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// Small powers are products; the cube of an f16 would round twice.
// CHECK-LABEL: func.func @powers
func.func @powers(%x: tensor<4xf32>, %h: tensor<4xf16>) -> (tensor<4xf32>, tensor<4xf16>) {
  // CHECK: %[[SQUARE:.*]] = tw.binary mul %arg0, %arg0
  // CHECK: tw.binary mul %[[SQUARE]], %arg0
  %three = tw.constant dense<3.0> : tensor<f32>
  %0 = tw.binary pow %x, %three : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
  // CHECK: tw.binary pow %arg1
  %three_h = tw.constant dense<3.0> : tensor<f16>
  %1 = tw.binary pow %h, %three_h : tensor<4xf16>, tensor<f16> -> tensor<4xf16>
  return %0, %1 : tensor<4xf32>, tensor<4xf16>
}

// -----

// A broadcast before an elementwise op goes, if the other operand has the shape.
// CHECK-LABEL: func.func @broadcast_operand
// CHECK: %[[B:.*]] = tw.broadcast
// CHECK: tw.binary add %arg0, %arg1 : tensor<?x4xf32, #tw.dims<"N">>, tensor<4xf32>
// CHECK: tw.binary add %arg1, %[[B]]
func.func @broadcast_operand(%x: tensor<?x4xf32, #tw.dims<"N">>, %b: tensor<4xf32>)
    -> (tensor<?x4xf32, #tw.dims<"N">>, tensor<?x4xf32, #tw.dims<"N">>) {
  %0 = tw.broadcast %b : tensor<4xf32> -> tensor<?x4xf32, #tw.dims<"N">>
  %1 = tw.binary add %x, %0 : tensor<?x4xf32, #tw.dims<"N">>, tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x4xf32, #tw.dims<"N">>
  %2 = tw.binary add %b, %0 : tensor<4xf32>, tensor<?x4xf32, #tw.dims<"N">> -> tensor<?x4xf32, #tw.dims<"N">>
  return %1, %2 : tensor<?x4xf32, #tw.dims<"N">>, tensor<?x4xf32, #tw.dims<"N">>
}

// -----

// A cast to a type that holds all values and back is nothing; one that loses
// something stays.
// CHECK-LABEL: func.func @casts
// CHECK: %[[A:.*]] = tw.cast %arg1
// CHECK: %[[B:.*]] = tw.cast %[[A]]
// CHECK: return %arg0, %[[B]]
func.func @casts(%x: tensor<4xi8>, %y: tensor<4xi32>) -> (tensor<4xi8>, tensor<4xi32>) {
  %0 = tw.cast %x : tensor<4xi8> -> tensor<4xf16>
  %1 = tw.cast %0 : tensor<4xf16> -> tensor<4xi8>
  %2 = tw.cast %y : tensor<4xi32> -> tensor<4xf32>
  %3 = tw.cast %2 : tensor<4xf32> -> tensor<4xi32>
  return %1, %3 : tensor<4xi8>, tensor<4xi32>
}

// -----

// Chains of reshapes and transposes are one op, and none if nothing changes.
// CHECK-LABEL: func.func @chains
// CHECK-NEXT: %[[R:.*]] = tw.reshape %arg0 : tensor<2x3x4xf32> -> tensor<6x4xf32>
// CHECK-NEXT: %[[T:.*]] = tw.transpose %arg0 [2, 0, 1] :
// CHECK-NEXT: return %[[R]], %[[T]], %arg0
func.func @chains(%x: tensor<2x3x4xf32>) -> (tensor<6x4xf32>, tensor<4x2x3xf32>, tensor<2x3x4xf32>) {
  %0 = tw.reshape %x : tensor<2x3x4xf32> -> tensor<24xf32>
  %1 = tw.reshape %0 : tensor<24xf32> -> tensor<6x4xf32>
  %2 = tw.transpose %x [1, 2, 0] : tensor<2x3x4xf32> -> tensor<3x4x2xf32>
  %3 = tw.transpose %2 [1, 2, 0] : tensor<3x4x2xf32> -> tensor<4x2x3xf32>
  %4 = tw.transpose %3 [1, 2, 0] : tensor<4x2x3xf32> -> tensor<2x3x4xf32>
  return %1, %3, %4 : tensor<6x4xf32>, tensor<4x2x3xf32>, tensor<2x3x4xf32>
}

// -----

// A transpose that moves only axes of size 1 is a reshape.
// CHECK-LABEL: func.func @still
// CHECK: tw.reshape %arg0 : tensor<?x1x4xf32, #tw.dims<"N">> -> tensor<1x?x4xf32, #tw.dims<"N">>
func.func @still(%x: tensor<?x1x4xf32, #tw.dims<"N">>) -> tensor<1x?x4xf32, #tw.dims<"N">> {
  %0 = tw.transpose %x [1, 0, 2] : tensor<?x1x4xf32, #tw.dims<"N">> -> tensor<1x?x4xf32, #tw.dims<"N">>
  return %0 : tensor<1x?x4xf32, #tw.dims<"N">>
}

// -----

// A slice of a slice is one, a slice of all is none.
// CHECK-LABEL: func.func @slices
// CHECK: %[[S:.*]] = tw.slice %arg0 starts <7> steps [-4] : tensor<10xf32> -> tensor<2xf32>
// CHECK: return %[[S]], %arg0
func.func @slices(%x: tensor<10xf32>) -> (tensor<2xf32>, tensor<10xf32>) {
  %0 = tw.slice %x starts <1> steps [2] : tensor<10xf32> -> tensor<5xf32>
  %1 = tw.slice %0 starts <3> steps [-2] : tensor<5xf32> -> tensor<2xf32>
  %2 = tw.slice %x starts <0> steps [1] : tensor<10xf32> -> tensor<10xf32>
  return %1, %2 : tensor<2xf32>, tensor<10xf32>
}

// -----

// Gathering one constant index, or evenly stepping ones, is a slice; an index
// that may have to be clamped stays a gather.
// CHECK-LABEL: func.func @gathers
func.func @gathers(%x: tensor<5x4xf32>, %y: tensor<?xf32, #tw.dims<"N">>) -> (tensor<4xf32>, tensor<2x4xf32>, tensor<f32>) {
  // CHECK: %[[S:.*]] = tw.slice %arg0 starts <4, 0> steps [1, 1] : tensor<5x4xf32> -> tensor<1x4xf32>
  // CHECK: tw.reshape %[[S]] : tensor<1x4xf32> -> tensor<4xf32>
  %last = tw.constant dense<-1> : tensor<i64>
  %0 = tw.gather %x, %last axis 0 : tensor<5x4xf32>, tensor<i64> -> tensor<4xf32>
  // CHECK: tw.slice %arg0 starts <3, 0> steps [-2, 1] : tensor<5x4xf32> -> tensor<2x4xf32>
  %some = tw.constant dense<[3, 1]> : tensor<2xi64>
  %1 = tw.gather %x, %some axis 0 : tensor<5x4xf32>, tensor<2xi64> -> tensor<2x4xf32>
  // CHECK: tw.gather %arg1
  %2 = tw.gather %y, %last axis 0 : tensor<?xf32, #tw.dims<"N">>, tensor<i64> -> tensor<f32>
  return %0, %1, %2 : tensor<4xf32>, tensor<2x4xf32>, tensor<f32>
}

// -----

// The least index there is has no opposite.
// CHECK-LABEL: func.func @least_index
func.func @least_index(%x: tensor<5xf32>) -> tensor<f32> {
  // CHECK: tw.gather %arg0
  %least = tw.constant dense<-9223372036854775808> : tensor<i64>
  %0 = tw.gather %x, %least axis 0 : tensor<5xf32>, tensor<i64> -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// Concat leaves out empty operands and takes in another concat.
// CHECK-LABEL: func.func @concat
// CHECK-NEXT: tw.concat %arg0, %arg0, %arg0 axis 0
// CHECK-NEXT: return
func.func @concat(%x: tensor<3xf32>, %e: tensor<0xf32>) -> tensor<9xf32> {
  %0 = tw.concat %x, %x axis 0 : tensor<3xf32>, tensor<3xf32> -> tensor<6xf32>
  %1 = tw.concat %0, %e, %x axis 0 : tensor<6xf32>, tensor<0xf32>, tensor<3xf32> -> tensor<9xf32>
  return %1 : tensor<9xf32>
}

// -----

// Reducing axes of size 1 is a reshape; no padding and no resizing are nothing.
// CHECK-LABEL: func.func @nothing_to_do
// CHECK: %[[R:.*]] = tw.reshape %arg0 : tensor<1x4xf32> -> tensor<4xf32>
// CHECK: return %[[R]], %arg0, %arg0
func.func @nothing_to_do(%x: tensor<1x4xf32>, %v: tensor<f32>) -> (tensor<4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  %0 = tw.reduce max %x axes [0] : tensor<1x4xf32> -> tensor<4xf32>
  %1 = tw.pad constant %x with %v : tensor<f32> low <0, 0> high <0, 0> : tensor<1x4xf32> -> tensor<1x4xf32>
  %2 = tw.resize linear %x half_pixel floor : tensor<1x4xf32> -> tensor<1x4xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// Matmul reads a transposed operand as it is.
// CHECK-LABEL: func.func @matmul
// CHECK-NEXT: tw.matmul %arg0, %arg1 transposed : tensor<2x3x4xf32>, tensor<2x5x4xf32> -> tensor<2x3x5xf32>
func.func @matmul(%a: tensor<2x3x4xf32>, %b: tensor<2x5x4xf32>) -> tensor<2x3x5xf32> {
  %t = tw.transpose %b [0, 2, 1] : tensor<2x5x4xf32> -> tensor<2x4x5xf32>
  %0 = tw.matmul %a, %t : tensor<2x3x4xf32>, tensor<2x4x5xf32> -> tensor<2x3x5xf32>
  return %0 : tensor<2x3x5xf32>
}

// -----

// A constant condition picks its branch.
// CHECK-LABEL: func.func @branch
// CHECK-NEXT: return %arg0
func.func @branch(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %c = tw.constant dense<true> : tensor<i1>
  %0 = tw.if %c : (tensor<i1>) -> tensor<4xf32> {
    tw.yield %x : tensor<4xf32>
  } else {
    tw.yield %y : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// Movement: index maps where they say it, else computed addresses.
// RUN: tw-opt %s --tw-outline-kernels | FileCheck %s

// CHECK-DAG: #[[SWAP:.*]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-DAG: #[[ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>

// A transpose is a map.
// CHECK-LABEL: func.func @transposed(
// CHECK: linalg.generic {indexing_maps = [#[[SWAP]], #[[ID]]]
// CHECK: ^bb0(%[[IN:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: linalg.yield %[[IN]]
func.func @call_transposed(%x: tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?x?xf32, #tw.dims<"M", "N">> {
  %r = tw.kernel "transposed"(%x) : (tensor<?x?xf32, #tw.dims<"N", "M">>) -> tensor<?x?xf32, #tw.dims<"M", "N">> {
  ^bb0(%bx: tensor<?x?xf32, #tw.dims<"N", "M">>):
    %0 = tw.transpose %bx [1, 0] : tensor<?x?xf32, #tw.dims<"N", "M">> -> tensor<?x?xf32, #tw.dims<"M", "N">>
    tw.yield %0 : tensor<?x?xf32, #tw.dims<"M", "N">>
  }
  return %r : tensor<?x?xf32, #tw.dims<"M", "N">>
}

// A gather reads at a computed address, inside whatever the index: negative ones
// count from the end, what is out of range is clamped.
// CHECK-LABEL: func.func @gathered(
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32, #tw.dims<"N", "M">>, %{{.*}}: tensor<3xi64>, %[[N:.*]]: index, %{{.*}}: index)
// CHECK: %[[I:.*]] = arith.index_cast %{{.*}} : i64 to index
// CHECK: %[[END:.*]] = arith.addi %[[I]], %[[N]]
// CHECK: %[[FRONT:.*]] = arith.select %{{.*}}, %[[END]], %[[I]]
// CHECK: %[[MIN:.*]] = arith.minsi %[[FRONT]]
// CHECK: %[[AT:.*]] = arith.maxsi %[[MIN]]
// CHECK: %[[J:.*]] = linalg.index 1
// CHECK: tensor.extract %[[X]][%[[AT]], %[[J]]]
func.func @call_gathered(%x: tensor<?x?xf32, #tw.dims<"N", "M">>, %i: tensor<3xi64>) -> tensor<3x?xf32, #tw.dims<"M">> {
  %r = tw.kernel "gathered"(%x, %i) : (tensor<?x?xf32, #tw.dims<"N", "M">>, tensor<3xi64>) -> tensor<3x?xf32, #tw.dims<"M">> {
  ^bb0(%bx: tensor<?x?xf32, #tw.dims<"N", "M">>, %bi: tensor<3xi64>):
    %0 = tw.gather %bx, %bi axis 0 : tensor<?x?xf32, #tw.dims<"N", "M">>, tensor<3xi64> -> tensor<3x?xf32, #tw.dims<"M">>
    tw.yield %0 : tensor<3x?xf32, #tw.dims<"M">>
  }
  return %r : tensor<3x?xf32, #tw.dims<"M">>
}

// A range is arithmetic on coordinates.
// CHECK-LABEL: func.func @counted(
// CHECK: %[[I:.*]] = linalg.index 0
// CHECK: %[[C:.*]] = arith.index_cast %[[I]] : index to i64
// CHECK: %[[S:.*]] = arith.muli %[[C]]
// CHECK: arith.addi %{{.*}}, %[[S]]
func.func @call_counted(%s: tensor<i64>, %t: tensor<i64>) -> tensor<?xi64, #tw.dims<"N">> {
  %r = tw.kernel "counted"(%s, %t) : (tensor<i64>, tensor<i64>) -> tensor<?xi64, #tw.dims<"N">> {
  ^bb0(%bs: tensor<i64>, %bt: tensor<i64>):
    %0 = tw.range %bs, %bt : tensor<i64>, tensor<i64> -> tensor<?xi64, #tw.dims<"N">>
    tw.yield %0 : tensor<?xi64, #tw.dims<"N">>
  }
  return %r : tensor<?xi64, #tw.dims<"N">>
}

// Padding that mirrors is a computed address; constant padding stays an op.
// CHECK-LABEL: func.func @mirrored(
// CHECK: %[[I:.*]] = linalg.index 0
// CHECK: arith.remsi
// CHECK: tensor.extract
// CHECK-NOT: tw.pad
func.func @call_mirrored(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N + 2">> {
  %r = tw.kernel "mirrored"(%x) : (tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N + 2">> {
  ^bb0(%bx: tensor<?xf32, #tw.dims<"N">>):
    %0 = tw.pad reflect %bx low <1> high <1> : tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N + 2">>
    tw.yield %0 : tensor<?xf32, #tw.dims<"N + 2">>
  }
  return %r : tensor<?xf32, #tw.dims<"N + 2">>
}

// So is a slice backwards; its start is a size of the kernel.
// CHECK-LABEL: func.func @backwards(
// CHECK-SAME: %[[X:.*]]: tensor<?xf32, #tw.dims<"N">>, %[[START:.*]]: index, %{{.*}}: index)
// CHECK-SAME: tile.sizes = ["N - 1", "N"]
// CHECK: %[[AT:.*]] = arith.addi %[[START]]
// CHECK: tensor.extract %[[X]][%[[AT]]]
func.func @call_backwards(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  %r = tw.kernel "backwards"(%x) : (tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  ^bb0(%bx: tensor<?xf32, #tw.dims<"N">>):
    %0 = tw.slice %bx starts <"N - 1"> steps [-1] : tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
    tw.yield %0 : tensor<?xf32, #tw.dims<"N">>
  }
  return %r : tensor<?xf32, #tw.dims<"N">>
}

// A constant is a generic without operands.
// CHECK-LABEL: func.func @constant(
// CHECK: %[[C:.*]] = linalg.generic {{.*}}iterator_types = []} outs(
// CHECK: %[[TWO:.*]] = arith.constant 2.000000e+00
// CHECK: linalg.yield %[[TWO]]
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[C]] :
func.func @call_constant(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  %r = tw.kernel "constant"(%x) : (tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  ^bb0(%bx: tensor<?xf32, #tw.dims<"N">>):
    %c = tw.constant dense<2.0> : tensor<f32>
    %0 = tw.binary mul %bx, %c : tensor<?xf32, #tw.dims<"N">>, tensor<f32> -> tensor<?xf32, #tw.dims<"N">>
    tw.yield %0 : tensor<?xf32, #tw.dims<"N">>
  }
  return %r : tensor<?xf32, #tw.dims<"N">>
}

// Interpolation reads at computed addresses.
// CHECK-LABEL: func.func @nearest(
// CHECK: math.floor
// CHECK: %[[AT:.*]] = arith.index_cast %{{.*}} : i64 to index
// CHECK: tensor.extract %{{.*}}[%[[AT]]]
func.func @call_nearest(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"2*N">> {
  %r = tw.kernel "nearest"(%x) : (tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"2*N">> {
  ^bb0(%bx: tensor<?xf32, #tw.dims<"N">>):
    %0 = tw.resize nearest %bx asymmetric floor : tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"2*N">>
    tw.yield %0 : tensor<?xf32, #tw.dims<"2*N">>
  }
  return %r : tensor<?xf32, #tw.dims<"2*N">>
}

// RUN: tw-opt %s --tw-decompose-attention --split-input-file | FileCheck %s

// Scores, softmax, product; heads first and back.
// CHECK-LABEL: func.func @plain
// CHECK-NOT: tw.attention
// CHECK: %[[S:.*]] = tw.matmul
// CHECK: tw.softmax
// CHECK: tw.matmul
// CHECK: tw.transpose {{.*}} [0, 2, 1, 3]
func.func @plain(%q: tensor<2x5x4x8xf32>, %k: tensor<2x7x4x8xf32>, %v: tensor<2x7x4x6xf32>) -> tensor<2x5x4x6xf32> {
  %0 = tw.attention %q, %k, %v scale 0.5 : tensor<2x5x4x8xf32>, tensor<2x7x4x8xf32>, tensor<2x7x4x6xf32> -> tensor<2x5x4x6xf32>
  return %0 : tensor<2x5x4x6xf32>
}

// -----

// Grouped heads, a mask of bools and causal: a row without keys gives 0.
// CHECK-LABEL: func.func @grouped
// CHECK: tw.matmul
// CHECK: tw.select
// CHECK: tw.compare ge
// CHECK: tw.softmax
// CHECK: tw.reduce max
// CHECK: tw.compare eq
func.func @grouped(%q: tensor<?x5x4x8xf32, #tw.dims<"N">>, %k: tensor<?x4x2x8xf32, #tw.dims<"N">>, %v: tensor<?x4x2x6xf32, #tw.dims<"N">>, %m: tensor<5x4xi1>) -> tensor<?x5x4x6xf32, #tw.dims<"N">> {
  %0 = tw.attention %q, %k, %v mask %m : tensor<5x4xi1> scale 0.5 causal : tensor<?x5x4x8xf32, #tw.dims<"N">>, tensor<?x4x2x8xf32, #tw.dims<"N">>, tensor<?x4x2x6xf32, #tw.dims<"N">> -> tensor<?x5x4x6xf32, #tw.dims<"N">>
  return %0 : tensor<?x5x4x6xf32, #tw.dims<"N">>
}

// -----

// The first query has no key: 0, as without `rows`; NaN, as softmax gives it; 0
// wherever softmax is NaN.
// CHECK-LABEL: func.func @no_key
// CHECK: tw.reduce max
// CHECK: tw.compare eq
// CHECK: tw.select
// CHECK: tw.softmax
// CHECK-NEXT: tw.matmul
// CHECK: %[[P:.*]] = tw.softmax
// CHECK: %[[N:.*]] = tw.unary isnan %[[P]]
// CHECK: tw.select %[[N]], %{{.*}}, %[[P]]
func.func @no_key(%q: tensor<1x2x1x4xf32>, %k: tensor<1x3x1x4xf32>) -> (tensor<1x2x1x4xf32>, tensor<1x2x1x4xf32>, tensor<1x2x1x4xf32>) {
  %m = tw.constant dense<[[0xFF800000, 0xFF800000, 0xFF800000], [0.0, 1.0, 0xFF800000]]> : tensor<2x3xf32>
  %0 = tw.attention %q, %k, %k mask %m : tensor<2x3xf32> scale 0.5 : tensor<1x2x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32> -> tensor<1x2x1x4xf32>
  %1 = tw.attention %q, %k, %k mask %m : tensor<2x3xf32> scale 0.5 rows nan : tensor<1x2x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32> -> tensor<1x2x1x4xf32>
  %2 = tw.attention %q, %k, %k mask %m : tensor<2x3xf32> scale 0.5 rows zero : tensor<1x2x1x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32> -> tensor<1x2x1x4xf32>
  return %0, %1, %2 : tensor<1x2x1x4xf32>, tensor<1x2x1x4xf32>, tensor<1x2x1x4xf32>
}

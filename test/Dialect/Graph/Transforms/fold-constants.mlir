// Ops on constants are computed, by the rules of docs/Semantics.md.
// RUN: tw-opt %s --split-input-file --tw-fold-constants | FileCheck %s

// Division by zero gives 0.
// CHECK-LABEL: func.func @division
// CHECK: %[[C:.*]] = tw.constant dense<[3, 0]> : tensor<2xi32>
// CHECK: return %[[C]]
func.func @division() -> tensor<2xi32> {
  %a = tw.constant dense<7> : tensor<2xi32>
  %b = tw.constant dense<[2, 0]> : tensor<2xi32>
  %c = tw.binary div %a, %b : tensor<2xi32>, tensor<2xi32> -> tensor<2xi32>
  return %c : tensor<2xi32>
}

// -----

// A chain folds in one go; bools are constants too.
// CHECK-LABEL: func.func @chain
// CHECK: %[[C:.*]] = tw.constant dense<[true, false, true]> : tensor<3xi1>
// CHECK: return %[[C]]
func.func @chain() -> tensor<3xi1> {
  %z = tw.constant dense<0.0> : tensor<f32>
  %h = tw.constant dense<0.5> : tensor<f32>
  %r = tw.range %z, %h : tensor<f32>, tensor<f32> -> tensor<3xf32>
  %c = tw.compare ne %r, %h : tensor<3xf32>, tensor<f32> -> tensor<3xi1>
  return %c : tensor<3xi1>
}

// -----

// Large results stay, and so do ops on weights.
// CHECK-LABEL: func.func @stays
// CHECK: tw.range
// CHECK: tw.unary neg
func.func @stays() -> (tensor<1000xf32>, tensor<3xf32>) {
  %z = tw.constant dense<0.0> : tensor<f32>
  %r = tw.range %z, %z : tensor<f32>, tensor<f32> -> tensor<1000xf32>
  %w = tw.weight 0 "w" : tensor<3xf32>
  %n = tw.unary neg %w : tensor<3xf32> -> tensor<3xf32>
  return %r, %n : tensor<1000xf32>, tensor<3xf32>
}

// -----

// What has no elements needs no computation, whatever it is made of.
// CHECK-LABEL: func.func @empty
// CHECK: %[[C:.*]] = tw.constant dense<> : tensor<0x3xf32>
// CHECK-NOT: tw.unary
// CHECK: return %[[C]]
func.func @empty(%x: tensor<0x3xf32>) -> tensor<0x3xf32> {
  %y = tw.unary abs %x : tensor<0x3xf32> -> tensor<0x3xf32>
  return %y : tensor<0x3xf32>
}

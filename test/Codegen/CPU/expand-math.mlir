// RUN: tw-opt %s -tile-expand-math | FileCheck %s

// exp on a vector is straight-line code, without conversions that a NaN breaks.
// CHECK-LABEL: func @exp
// CHECK-NOT: math.exp
// CHECK-NOT: arith.fptosi
// CHECK: math.fma {{.*}} : vector<16xf32>
// CHECK: arith.bitcast {{.*}} : vector<16xf32> to vector<16xi32>
func.func @exp(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}

// f64 is left to libm.
// CHECK-LABEL: func @exp64
// CHECK: math.exp %{{.*}} : f64
func.func @exp64(%x: f64) -> f64 {
  %y = math.exp %x : f64
  return %y : f64
}

// bf16 computes in f32.
// CHECK-LABEL: func @tanh_bf16
// CHECK-NOT: arith.extf
// CHECK: arith.divf {{.*}} : vector<8xf32>
// CHECK-NOT: arith.truncf
func.func @tanh_bf16(%x: vector<8xbf16>) -> vector<8xbf16> {
  %y = math.tanh %x : vector<8xbf16>
  return %y : vector<8xbf16>
}

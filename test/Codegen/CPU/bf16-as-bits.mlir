// RUN: tw-opt %s -tile-bf16-as-bits -split-input-file -verify-diagnostics | FileCheck %s

// Loads, choices and stores move the bits.
// CHECK-LABEL: llvm.func @move
// CHECK: llvm.load %{{.*}} : !llvm.ptr -> vector<4xi16>
// CHECK: llvm.select %{{.*}}, %{{.*}}, %{{.*}} : i1, vector<4xi16>
// CHECK: llvm.store %{{.*}} : vector<4xi16>, !llvm.ptr
llvm.func @move(%from: !llvm.ptr, %to: !llvm.ptr, %c: i1, %other: vector<4xbf16>) {
  %0 = llvm.load %from : !llvm.ptr -> vector<4xbf16>
  %1 = llvm.select %c, %0, %other : i1, vector<4xbf16>
  llvm.store %1, %to : vector<4xbf16>, !llvm.ptr
  llvm.return
}

// A constant is its bits, and what gave the bits is nothing any more.
// CHECK-LABEL: llvm.func @constant
// CHECK: llvm.mlir.constant(16256 : i16) : i16
// CHECK: llvm.mlir.constant(dense<16256> : vector<2xi16>) : vector<2xi16>
// CHECK-NOT: llvm.bitcast
llvm.func @constant() -> i16 {
  %0 = llvm.mlir.constant(1.0 : bf16) : bf16
  %1 = llvm.mlir.constant(dense<1.0> : vector<2xbf16>) : vector<2xbf16>
  %2 = llvm.bitcast %0 : bf16 to i16
  llvm.return %2 : i16
}

// -----

llvm.func @computes(%x: bf16) -> bf16 {
  // expected-error @+1 {{operand #0 must be floating point LLVM type}}
  %0 = llvm.fadd %x, %x : bf16
  llvm.return %0 : bf16
}

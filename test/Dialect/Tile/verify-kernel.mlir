// RUN: tw-opt %s --tile-verify-kernel | FileCheck %s

// The pass changes nothing: each kernel here is right.

#left8 = affine_map<(d0)[s0] -> (-d0 + s0, 8)>
#left64 = affine_map<(d0)[s0] -> (-d0 + s0, 64)>

// The same bound on load and store; the fill of the load may be anything.
// CHECK-LABEL: @elementwise
func.func @elementwise(%x: memref<?xf32> {tile.dims = ["N"]}, %y: memref<?xf32> {tile.dims = ["N"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "ceildiv(N, 64)", tile.inputs = 1 : i64} {
  scf.forall (%i) = (0) to (%n) step (64) {
    %m = affine.min #left64(%i)[%n]
    %t = tile.load %x[%i] valid [0 to %m] strides [1] : memref<?xf32> -> tensor<64xf32>
    %e = math.exp %t : tensor<64xf32>
    tile.store %e, %y[%i] valid [0 to %m] strides [1] : tensor<64xf32>, memref<?xf32>
  }
  return
}

// A contraction: k is filled with 0 in both operands, m with anything.
// CHECK-LABEL: @matmul
func.func @matmul(%a: memref<?x?xf32> {tile.dims = ["M", "K"]}, %b: memref<?x64xf32> {tile.dims = ["K", "64"]},
                  %c: memref<?x64xf32> {tile.dims = ["M", "64"]}, %m: index, %k: index)
    attributes {tile.kernel, tile.sizes = ["M", "K"], tile.blocks = "2*ceildiv(M, 8)", tile.inputs = 2 : i64} {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant dense<0.0> : tensor<8x32xf32>
  scf.forall (%i, %j) = (0, 0) to (%m, 64) step (8, 32) {
    %bm = affine.min #left8(%i)[%m]
    %acc = scf.for %p = %c0 to %k step %c8 iter_args(%s = %zero) -> (tensor<8x32xf32>) {
      %bk = affine.min #left8(%p)[%k]
      %ta = tile.load %a[%i, %p] valid [0 to %bm, 0 to %bk] strides [1, 1] fill 0.0 : f32 : memref<?x?xf32> -> tensor<8x8xf32>
      %tb = tile.load %b[%p, %j] valid [0 to %bk, 0 to 32] strides [1, 1] fill 0.0 : f32 : memref<?x64xf32> -> tensor<8x32xf32>
      %d = tile.dot %ta, %tb, %s : tensor<8x8xf32>, tensor<8x32xf32> -> tensor<8x32xf32>
      scf.yield %d : tensor<8x32xf32>
    }
    tile.store %acc, %c[%i, %j] valid [0 to %bm, 0 to 32] strides [1, 1] : tensor<8x32xf32>, memref<?x64xf32>
  }
  return
}

// A sum of exp, lane by lane: the neutral element comes after the producer,
// and the lanes start at it.
// CHECK-LABEL: @sum_of_exp
func.func @sum_of_exp(%x: memref<?x?xf32> {tile.dims = ["M", "N"]}, %y: memref<?xf32> {tile.dims = ["M"]}, %m: index, %n: index)
    attributes {tile.kernel, tile.sizes = ["M", "N"], tile.blocks = "ceildiv(M, 8)", tile.inputs = 1 : i64} {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %zero = arith.constant dense<0.0> : tensor<8x64xf32>
  scf.forall (%i) = (0) to (%m) step (8) {
    %bm = affine.min #left8(%i)[%m]
    %lanes = scf.for %j = %c0 to %n step %c64 iter_args(%s = %zero) -> (tensor<8x64xf32>) {
      %bn = affine.min #left64(%j)[%n]
      %t = tile.load %x[%i, %j] valid [0 to %bm, 0 to %bn] strides [1, 1] : memref<?x?xf32> -> tensor<8x64xf32>
      %e = math.exp %t : tensor<8x64xf32>
      %v = tile.clip %e valid [0 to 8, 0 to %bn] fill 0.0 : f32 : tensor<8x64xf32>
      %a = arith.addf %s, %v : tensor<8x64xf32>
      scf.yield %a : tensor<8x64xf32>
    }
    %r = tile.reduce <addf> %lanes axis 1 : tensor<8x64xf32> -> tensor<8xf32>
    tile.store %r, %y[%i] valid [0 to %bm] strides [1] : tensor<8xf32>, memref<?xf32>
  }
  return
}

// A full bound by divisibility: the size is a multiple of the tile.
// CHECK-LABEL: @divisible
func.func @divisible(%x: memref<?xf32> {tile.dims = ["64*N"]}, %y: memref<?xf32> {tile.dims = ["64*N"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["64*N"], tile.blocks = "N", tile.inputs = 1 : i64} {
  scf.forall (%i) = (0) to (%n) step (64) {
    %t = tile.load %x[%i] valid [0 to 64] strides [1] : memref<?xf32> -> tensor<64xf32>
    tile.store %t, %y[%i] valid [0 to 64] strides [1] : tensor<64xf32>, memref<?xf32>
  }
  return
}

// A full bound under an scf.if, as the split of a block in body and tail.
// CHECK-LABEL: @body_and_tail
func.func @body_and_tail(%x: memref<?xf32> {tile.dims = ["N"]}, %y: memref<?xf32> {tile.dims = ["N"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "ceildiv(N, 64)", tile.inputs = 1 : i64} {
  %c64 = arith.constant 64 : index
  scf.forall (%i) = (0) to (%n) step (64) {
    %m = affine.min #left64(%i)[%n]
    %full = arith.cmpi eq, %m, %c64 : index
    scf.if %full {
      %t = tile.load %x[%i] valid [0 to 64] strides [1] : memref<?xf32> -> tensor<64xf32>
      tile.store %t, %y[%i] valid [0 to 64] strides [1] : tensor<64xf32>, memref<?xf32>
    } else {
      %t = tile.load %x[%i] valid [0 to %m] strides [1] : memref<?xf32> -> tensor<64xf32>
      tile.store %t, %y[%i] valid [0 to %m] strides [1] : tensor<64xf32>, memref<?xf32>
    }
  }
  return
}

// A full bound in the peeled part of a loop, and the rest after it.
// CHECK-LABEL: @peeled
#whole = affine_map<()[s0] -> (s0 - s0 mod 64)>
func.func @peeled(%x: memref<?x?xf32> {tile.dims = ["M", "N"]}, %y: memref<?x?xf32> {tile.dims = ["M", "N"]}, %m: index, %n: index)
    attributes {tile.kernel, tile.sizes = ["M", "N"], tile.blocks = "M", tile.inputs = 1 : i64} {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  scf.forall (%i) = (0) to (%m) step (1) {
    %whole = affine.apply #whole()[%n]
    scf.for %j = %c0 to %whole step %c64 {
      %t = tile.load %x[%i, %j] valid [0 to 1, 0 to 64] strides [1, 1] : memref<?x?xf32> -> tensor<1x64xf32>
      tile.store %t, %y[%i, %j] valid [0 to 1, 0 to 64] strides [1, 1] : tensor<1x64xf32>, memref<?x?xf32>
    }
    scf.for %j = %whole to %n step %c64 {
      %left = arith.subi %n, %j : index
      %b = arith.minsi %left, %c64 : index
      %t = tile.load %x[%i, %j] valid [0 to 1, 0 to %b] strides [1, 1] : memref<?x?xf32> -> tensor<1x64xf32>
      tile.store %t, %y[%i, %j] valid [0 to 1, 0 to %b] strides [1, 1] : tensor<1x64xf32>, memref<?x?xf32>
    }
  }
  return
}

// A clamped address: the row is inside whatever the block.
// CHECK-LABEL: @clamped_row
func.func @clamped_row(%x: memref<?x64xf32> {tile.dims = ["N", "64"]}, %y: memref<?x64xf32> {tile.dims = ["N", "64"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "N", tile.inputs = 1 : i64} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.forall (%i) = (0) to (%n) step (1) {
    %last = arith.subi %n, %c1 : index
    %next = arith.addi %i, %c1 : index
    %row = arith.minsi %next, %last : index
    %t = tile.load %x[%row, %c0] valid [0 to 1, 0 to 64] strides [1, 1] : memref<?x64xf32> -> tensor<1x64xf32>
    tile.store %t, %y[%i, %c0] valid [0 to 1, 0 to 64] strides [1, 1] : tensor<1x64xf32>, memref<?x64xf32>
  }
  return
}

// Two block variables in one offset.
// CHECK-LABEL: @two_variables_one_axis
func.func @two_variables_one_axis(%y: memref<?xf32> {tile.dims = ["8*N"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "2*N", tile.inputs = 0 : i64} {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  scf.forall (%i, %j) = (0, 0) to (%n, 8) step (1, 4) {
    %o = affine.apply affine_map<(d0, d1) -> (d0 * 8 + d1)>(%i, %j)
    tile.store %zero, %y[%o] valid [0 to 4] strides [1] : tensor<4xf32>, memref<?xf32>
  }
  return
}

// Of a kernel of loops only the outer shape is checked.
// CHECK-LABEL: @loops
func.func @loops(%y: memref<?xf32> {tile.dims = ["N"]}, %n: index)
    attributes {tile.loops, tile.sizes = ["N"], tile.blocks = "1", tile.inputs = 0 : i64} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%i) = (0) to (1) step (1) {
    memref.store %zero, %y[%c0] : memref<?xf32>
  }
  return
}

// A full bound by what the module says of a symbol.
// CHECK-LABEL: module attributes
module attributes {tw.symbols = {W = #tw.range<8, 1280, 8>}} {
  func.func @multiple(%x: memref<?xf32> {tile.dims = ["W"]}, %y: memref<?xf32> {tile.dims = ["W"]}, %w: index)
      attributes {tile.kernel, tile.sizes = ["W"], tile.blocks = "floordiv(W, 8)", tile.inputs = 1 : i64} {
    scf.forall (%i) = (0) to (%w) step (8) {
      %t = tile.load %x[%i] valid [0 to 8] strides [1] : memref<?xf32> -> tensor<8xf32>
      tile.store %t, %y[%i] valid [0 to 8] strides [1] : tensor<8xf32>, memref<?xf32>
    }
    return
  }
}

// A loop whose step is its bound or more has one trip, at 0: what is read from
// there is inside, also with strides (5 + 3 * 63 < 200).
// CHECK-LABEL: @one_block
func.func @one_block(%x: memref<200xf32> {tile.dims = ["200"]}, %y: memref<60xf32> {tile.dims = ["60"]})
    attributes {tile.kernel, tile.sizes = [], tile.blocks = "1", tile.inputs = 1 : i64} {
  scf.forall (%i) = (0) to (60) step (64) {
    %at = affine.apply affine_map<(d0) -> (d0 * 3 + 5)>(%i)
    %m = affine.min affine_map<(d0) -> (-d0 + 60, 64)>(%i)
    %t = tile.load %x[%at] valid [0 to 64] strides [3] : memref<200xf32> -> tensor<64xf32>
    tile.store %t, %y[%i] valid [0 to %m] strides [1] : tensor<64xf32>, memref<60xf32>
  }
  return
}

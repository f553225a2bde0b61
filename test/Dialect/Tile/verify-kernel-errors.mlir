// RUN: tw-opt %s --tile-verify-kernel --split-input-file --verify-diagnostics

// Conventions of the function.

// expected-error @+1 {{expected tile.sizes, an array of strings with size expressions}}
func.func @no_sizes(%n: index) attributes {tile.kernel, tile.blocks = "1", tile.inputs = 0 : i64} {
  return
}

// -----

// expected-error @+1 {{tile.dims of argument 0 says N for axis 0, but its static size is 4}}
func.func @wrong_dims(%x: memref<4xf32> {tile.dims = ["N"]})
    attributes {tile.kernel, tile.sizes = [], tile.blocks = "1", tile.inputs = 0 : i64} {
  return
}

// -----

// expected-error @+1 {{tile.dims of argument 0 holds "N +", which is no size expression}}
func.func @bad_expression(%x: memref<?xf32> {tile.dims = ["N +"]})
    attributes {tile.kernel, tile.sizes = [], tile.blocks = "1", tile.inputs = 0 : i64} {
  return
}

// -----

// expected-error @+1 {{tile.sizes has 2 entries, but there are 1 index arguments}}
func.func @sizes_count(%n: index)
    attributes {tile.kernel, tile.sizes = ["N", "M"], tile.blocks = "1", tile.inputs = 0 : i64} {
  return
}

// -----

// expected-error @+1 {{tile.inputs is 2, but there are 1 buffers}}
func.func @inputs(%x: memref<4xf32> {tile.dims = ["4"]})
    attributes {tile.kernel, tile.sizes = [], tile.blocks = "1", tile.inputs = 2 : i64} {
  return
}

// -----

// expected-error @+1 {{tile.count needs memref<1xi64> as the last output}}
func.func @count(%x: memref<1xi32> {tile.dims = ["1"]})
    attributes {tile.loops, tile.sizes = [], tile.blocks = "1", tile.inputs = 0 : i64, tile.count = "n"} {
  return
}

// -----

// expected-error @+1 {{expected one scf.forall over blocks in the body}}
func.func @no_forall() attributes {tile.loops, tile.sizes = [], tile.blocks = "1", tile.inputs = 0 : i64} {
  return
}

// -----

// expected-error @+1 {{tile.blocks is "N", but the forall has floordiv(N + 63, 64) blocks}}
func.func @blocks(%n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "N", tile.inputs = 0 : i64} {
  scf.forall (%i) = (0) to (%n) step (64) {
  }
  return
}

// -----

// Rule 1: only ops of the tiled form.

func.func @foreign_op(%x: memref<8xf32> {tile.dims = ["8"]})
    attributes {tile.kernel, tile.sizes = [], tile.blocks = "1", tile.inputs = 1 : i64} {
  %c0 = arith.constant 0 : index
  scf.forall (%i) = (0) to (1) step (1) {
    // expected-error @+1 {{'memref.load' op is not an op of the tiled form}}
    %v = memref.load %x[%c0] : memref<8xf32>
  }
  return
}

// -----

func.func @outside(%x: memref<8xf32> {tile.dims = ["8"]})
    attributes {tile.kernel, tile.sizes = [], tile.blocks = "1", tile.inputs = 1 : i64} {
  %c0 = arith.constant 0 : index
  // expected-error @+1 {{must stand inside the forall over blocks}}
  %t = tile.load %x[%c0] valid [0 to 8] strides [1] : memref<8xf32> -> tensor<8xf32>
  scf.forall (%i) = (0) to (1) step (1) {
  }
  return
}

// -----

// Rule 3: what the reduction counts.

#left64 = affine_map<(d0)[s0] -> (-d0 + s0, 64)>
func.func @padding_in_sum(%x: memref<?xf32> {tile.dims = ["N"]}, %y: memref<?xf32> {tile.dims = ["N"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "ceildiv(N, 64)", tile.inputs = 1 : i64} {
  scf.forall (%i) = (0) to (%n) step (64) {
    %m = affine.min #left64(%i)[%n]
    %t = tile.load %x[%i] valid [0 to %m] strides [1] fill 0.0 : f32 : memref<?xf32> -> tensor<64xf32>
    %e = math.exp %t : tensor<64xf32>
    // expected-error @+1 {{axis 0 is filled with 1.000000e+00 : f32, but the neutral element of addf is needed: add a tile.clip}}
    %s = tile.reduce <addf> %e axis 0 : tensor<64xf32> -> tensor<f32>
  }
  return
}

// -----

// A row's value added to lanes filled with 0 is counted once per padding lane.
#left64 = affine_map<(d0)[s0] -> (-d0 + s0, 64)>
func.func @not_an_accumulator(%x: memref<?xf32> {tile.dims = ["N"]}, %b: memref<1xf32> {tile.dims = ["1"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "ceildiv(N, 64)", tile.inputs = 2 : i64} {
  %c0 = arith.constant 0 : index
  scf.forall (%i) = (0) to (%n) step (64) {
    %m = affine.min #left64(%i)[%n]
    %t = tile.load %x[%i] valid [0 to %m] strides [1] fill 0.0 : f32 : memref<?xf32> -> tensor<64xf32>
    %o = tile.load %b[%c0] valid [0 to 1] strides [1] : memref<1xf32> -> tensor<1xf32>
    %r = tile.broadcast %o : tensor<1xf32> -> tensor<64xf32>
    %e = arith.addf %t, %r : tensor<64xf32>
    // expected-error @+1 {{axis 0 is computed from a fill, but the neutral element of addf is needed}}
    %s = tile.reduce <addf> %e axis 0 : tensor<64xf32> -> tensor<f32>
  }
  return
}

// -----

// Lanes of a sum that do not start at 0.
#left64 = affine_map<(d0)[s0] -> (-d0 + s0, 64)>
func.func @start(%x: memref<?xf32> {tile.dims = ["N"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "1", tile.inputs = 1 : i64} {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %ones = arith.constant dense<1.0> : tensor<64xf32>
  scf.forall (%b) = (0) to (1) step (1) {
    %l = scf.for %i = %c0 to %n step %c64 iter_args(%s = %ones) -> (tensor<64xf32>) {
      %m = affine.min #left64(%i)[%n]
      %t = tile.load %x[%i] valid [0 to %m] strides [1] fill 0.0 : f32 : memref<?xf32> -> tensor<64xf32>
      %a = arith.addf %s, %t : tensor<64xf32>
      scf.yield %a : tensor<64xf32>
    }
    // expected-error @+1 {{axis 0 is computed from a fill, but the neutral element of addf is needed}}
    %s = tile.reduce <addf> %l axis 0 : tensor<64xf32> -> tensor<f32>
  }
  return
}

// -----

// Lanes of a sum are no lanes of a maximum.
#left64 = affine_map<(d0)[s0] -> (-d0 + s0, 64)>
func.func @other_kind(%x: memref<?xf32> {tile.dims = ["N"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "1", tile.inputs = 1 : i64} {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %zero = arith.constant dense<0.0> : tensor<64xf32>
  scf.forall (%b) = (0) to (1) step (1) {
    %l = scf.for %i = %c0 to %n step %c64 iter_args(%s = %zero) -> (tensor<64xf32>) {
      %m = affine.min #left64(%i)[%n]
      %t = tile.load %x[%i] valid [0 to %m] strides [1] fill 0.0 : f32 : memref<?xf32> -> tensor<64xf32>
      %a = arith.addf %s, %t : tensor<64xf32>
      scf.yield %a : tensor<64xf32>
    }
    // expected-error @+1 {{axis 0 is lanes of addf, but the neutral element of maximumf is needed}}
    %s = tile.reduce <maximumf> %l axis 0 : tensor<64xf32> -> tensor<f32>
  }
  return
}

// -----

// 0 times what the memory held may be NaN.
#left8 = affine_map<(d0)[s0] -> (-d0 + s0, 8)>
func.func @dot_one_side(%a: memref<8x?xf32> {tile.dims = ["8", "K"]}, %b: memref<?x8xf32> {tile.dims = ["K", "8"]}, %k: index)
    attributes {tile.kernel, tile.sizes = ["K"], tile.blocks = "1", tile.inputs = 2 : i64} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant dense<0.0> : tensor<8x8xf32>
  scf.forall (%i) = (0) to (1) step (1) {
    %m = affine.min #left8(%c0)[%k]
    %x = tile.load %a[%c0, %c0] valid [0 to 8, 0 to %m] strides [1, 1] fill 0.0 : f32 : memref<8x?xf32> -> tensor<8x8xf32>
    %y = tile.load %b[%c0, %c0] valid [0 to %m, 0 to 8] strides [1, 1] : memref<?x8xf32> -> tensor<8x8xf32>
    // expected-error @+1 {{k is filled with 0.000000e+00 : f32 in lhs and filled with anything in rhs, but it must be full, or filled with 0 in both operands}}
    %d = tile.dot %x, %y, %zero : tensor<8x8xf32>, tensor<8x8xf32> -> tensor<8x8xf32>
  }
  return
}

// -----

// Rule 4: a store of what may be anything.

#left64 = affine_map<(d0)[s0] -> (-d0 + s0, 64)>
func.func @store_padding(%x: memref<?xf32> {tile.dims = ["N"]}, %y: memref<?xf32> {tile.dims = ["64*ceildiv(N, 64)"]}, %n: index, %p: index)
    attributes {tile.kernel, tile.sizes = ["N", "64*ceildiv(N, 64)"], tile.blocks = "ceildiv(N, 64)", tile.inputs = 1 : i64} {
  scf.forall (%i) = (0) to (%n) step (64) {
    %m = affine.min #left64(%i)[%n]
    %b = affine.min #left64(%i)[%p]
    %t = tile.load %x[%i] valid [0 to %m] strides [1] : memref<?xf32> -> tensor<64xf32>
    // expected-error @+1 {{writes elements of axis 0 that may be anything: its bounds are not inside the valid range of the value}}
    tile.store %t, %y[%i] valid [0 to %b] strides [1] : tensor<64xf32>, memref<?xf32>
  }
  return
}

// -----

// Blocks that race: the second variable is in no offset.
func.func @race(%y: memref<64xf32> {tile.dims = ["64"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "8*N", tile.inputs = 0 : i64} {
  %zero = arith.constant dense<0.0> : tensor<8xf32>
  scf.forall (%i, %j) = (0, 0) to (64, %n) step (8, 1) {
    // expected-error @+1 {{may write the same elements in different blocks}}
    tile.store %zero, %y[%i] valid [0 to 8] strides [1] : tensor<8xf32>, memref<64xf32>
  }
  return
}

// -----

// Tiles that overlap: step 4, size 8.
func.func @overlap(%y: memref<64xf32> {tile.dims = ["64"]})
    attributes {tile.kernel, tile.sizes = [], tile.blocks = "14", tile.inputs = 0 : i64} {
  %zero = arith.constant dense<0.0> : tensor<8xf32>
  scf.forall (%i) = (0) to (56) step (4) {
    // expected-error @+1 {{may write the same elements in different blocks}}
    tile.store %zero, %y[%i] valid [0 to 8] strides [1] : tensor<8xf32>, memref<64xf32>
  }
  return
}

// -----

// Rule 5: a full bound without a proof.

func.func @unproven(%x: memref<?xf32> {tile.dims = ["N"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "ceildiv(N, 64)", tile.inputs = 1 : i64} {
  scf.forall (%i) = (0) to (%n) step (64) {
    // expected-error @+1 {{bounds of axis 0 are 0 to 64, but the last element is not provably inside the buffer's N}}
    %t = tile.load %x[%i] valid [0 to 64] strides [1] : memref<?xf32> -> tensor<64xf32>
  }
  return
}

// -----

func.func @below(%x: memref<8xf32> {tile.dims = ["8"]})
    attributes {tile.kernel, tile.sizes = [], tile.blocks = "8", tile.inputs = 1 : i64} {
  %c1 = arith.constant 1 : index
  scf.forall (%i) = (0) to (8) step (1) {
    %o = arith.subi %i, %c1 : index
    // expected-error @+1 {{bounds of axis 0 are 0 to 1, but the first element is not provably at 0 or above}}
    %t = tile.load %x[%o] valid [0 to 1] strides [1] : memref<8xf32> -> tensor<1xf32>
  }
  return
}

// -----

// Rule 6: what may be anything reaches no coordinate and no division.

#left8 = affine_map<(d0)[s0] -> (-d0 + s0, 8)>
func.func @coordinates(%x: memref<16xf32> {tile.dims = ["16"]}, %c: memref<?xi64> {tile.dims = ["N"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "ceildiv(N, 8)", tile.inputs = 2 : i64} {
  scf.forall (%i) = (0) to (%n) step (8) {
    %m = affine.min #left8(%i)[%n]
    %t = tile.load %c[%i] valid [0 to %m] strides [1] : memref<?xi64> -> tensor<8xi64>
    // expected-error @+1 {{reads at coordinates of axis 0 that may be anything}}
    %g = tile.gather %x[%t : tensor<8xi64>] valid [0 to 8] : memref<16xf32> -> tensor<8xf32>
  }
  return
}

// -----

// The least number divided by -1 overflows, however it is rounded: a guard
// against 0 alone is not enough.
#left8 = affine_map<(d0)[s0] -> (-d0 + s0, 8)>
func.func @half_guarded(%c: memref<?xi64> {tile.dims = ["N"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "ceildiv(N, 8)", tile.inputs = 1 : i64} {
  %zero = arith.constant dense<0> : tensor<8xi64>
  %one = arith.constant dense<1> : tensor<8xi64>
  scf.forall (%i) = (0) to (%n) step (8) {
    %m = affine.min #left8(%i)[%n]
    %t = tile.load %c[%i] valid [0 to %m] strides [1] : memref<?xi64> -> tensor<8xi64>
    %z = arith.cmpi eq, %t, %zero : tensor<8xi64>
    %d = arith.select %z, %one, %t : tensor<8xi1>, tensor<8xi64>
    // expected-error @+1 {{an integer division needs a known element other than 0}}
    %q = arith.floordivsi %t, %d : tensor<8xi64>
  }
  return
}

// -----

#left8 = affine_map<(d0)[s0] -> (-d0 + s0, 8)>
func.func @division(%c: memref<?xi64> {tile.dims = ["N"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "ceildiv(N, 8)", tile.inputs = 1 : i64} {
  scf.forall (%i) = (0) to (%n) step (8) {
    %m = affine.min #left8(%i)[%n]
    %t = tile.load %c[%i] valid [0 to %m] strides [1] fill 0 : i64 : memref<?xi64> -> tensor<8xi64>
    // expected-error @+1 {{divisor is filled with 0 : i64 on axis 0: an integer division needs a known element other than 0}}
    %q = arith.divsi %t, %t : tensor<8xi64>
  }
  return
}

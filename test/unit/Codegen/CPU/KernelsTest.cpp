//===- KernelsTest.cpp - whole kernels against the tile interpreter -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"

using namespace tilewright;
using namespace tilewright::cpu;

namespace {
class Kernels : public testing::TestWithParam<CpuTarget> {};
} // namespace

INSTANTIATE_TEST_SUITE_P(Targets, Kernels, testing::ValuesIn(runnableTargets()),
                         targetName);

static std::vector<Sizes> combine(std::vector<int64_t> ms,
                                  std::vector<int64_t> ns,
                                  std::vector<int64_t> ks) {
  std::vector<Sizes> result;
  for (int64_t m : ms)
    for (int64_t n : ns)
      for (int64_t k : ks)
        result.push_back({{"M", m}, {"N", n}, {"K", k}});
  return result;
}

// A contraction whose three axes are dynamic, with an epilogue.
TEST_P(Kernels, MatmulBiasRelu) {
  const char *text = R"mlir(
#m8 = affine_map<(d0)[s0] -> (s0 - d0, 8)>
#n32 = affine_map<(d0)[s0] -> (s0 - d0, 32)>
#k16 = affine_map<(d0)[s0] -> (s0 - d0, 16)>
func.func @mm(%a: memref<?x?xf32> {tile.dims = ["M", "K"]},
              %b: memref<?x?xf32> {tile.dims = ["K", "N"]},
              %bias: memref<?xf32> {tile.dims = ["N"]},
              %c: memref<?x?xf32> {tile.dims = ["M", "N"]},
              %M: index, %N: index, %K: index)
    attributes {tile.kernel, tile.sizes = ["M", "N", "K"], tile.inputs = 3 : i64,
                tile.blocks = "ceildiv(M, 8)*ceildiv(N, 32)"} {
  %zero = arith.constant dense<0.0> : tensor<8x32xf32>
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  scf.forall (%i, %j) = (0, 0) to (%M, %N) step (8, 32) {
    %m = affine.min #m8(%i)[%M]
    %n = affine.min #n32(%j)[%N]
    %acc = scf.for %k = %c0 to %K step %c16 iter_args(%x = %zero) -> (tensor<8x32xf32>) {
      %q = affine.min #k16(%k)[%K]
      %ta = tile.load %a[%i, %k] valid [0 to %m, 0 to %q] strides [1, 1] fill 0.0 : f32 : memref<?x?xf32> -> tensor<8x16xf32>
      %tb = tile.load %b[%k, %j] valid [0 to %q, 0 to %n] strides [1, 1] fill 0.0 : f32 : memref<?x?xf32> -> tensor<16x32xf32>
      %d = tile.dot %ta, %tb, %x : tensor<8x16xf32>, tensor<16x32xf32> -> tensor<8x32xf32>
      scf.yield %d : tensor<8x32xf32>
    }
    %t = tile.load %bias[%j] valid [0 to %n] strides [1] : memref<?xf32> -> tensor<32xf32>
    %t1 = tile.reshape %t : tensor<32xf32> -> tensor<1x32xf32>
    %t2 = tile.broadcast %t1 : tensor<1x32xf32> -> tensor<8x32xf32>
    %s = arith.addf %acc, %t2 : tensor<8x32xf32>
    %r = arith.maximumf %s, %zero : tensor<8x32xf32>
    tile.store %r, %c[%i, %j] valid [0 to %m, 0 to %n] strides [1, 1] : tensor<8x32xf32>, memref<?x?xf32>
  }
  return
}
)mlir";
  expectSameAsInterpreter(
      text, GetParam(),
      combine({0, 1, 7, 8, 9, 19}, {1, 32, 67}, {0, 1, 15, 16, 17, 35}), 1e-6);
}

// Three passes over a row of dynamic length; the maximum and the sum are kept
// lane by lane and reduced at the end.
TEST_P(Kernels, Softmax) {
  const char *text = R"mlir(
#m4 = affine_map<(d0)[s0] -> (s0 - d0, 4)>
#n64 = affine_map<(d0)[s0] -> (s0 - d0, 64)>
func.func @softmax(%x: memref<?x?xf32> {tile.dims = ["M", "N"]},
                   %y: memref<?x?xf32> {tile.dims = ["M", "N"]},
                   %M: index, %N: index)
    attributes {tile.kernel, tile.sizes = ["M", "N"], tile.inputs = 1 : i64,
                tile.blocks = "ceildiv(M, 4)"} {
  %least = arith.constant dense<0xFF800000> : tensor<4x64xf32>
  %zero = arith.constant dense<0.0> : tensor<4x64xf32>
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  scf.forall (%i) = (0) to (%M) step (4) {
    %m = affine.min #m4(%i)[%M]
    %maxima = scf.for %j = %c0 to %N step %c64 iter_args(%acc = %least) -> (tensor<4x64xf32>) {
      %n = affine.min #n64(%j)[%N]
      %t = tile.load %x[%i, %j] valid [0 to %m, 0 to %n] strides [1, 1] fill 0xFF800000 : f32 : memref<?x?xf32> -> tensor<4x64xf32>
      %u = arith.maximumf %acc, %t : tensor<4x64xf32>
      scf.yield %u : tensor<4x64xf32>
    }
    %max = tile.reduce <maximumf> %maxima axis 1 : tensor<4x64xf32> -> tensor<4xf32>
    %max1 = tile.reshape %max : tensor<4xf32> -> tensor<4x1xf32>
    %max2 = tile.broadcast %max1 : tensor<4x1xf32> -> tensor<4x64xf32>
    %sums = scf.for %j = %c0 to %N step %c64 iter_args(%acc = %zero) -> (tensor<4x64xf32>) {
      %n = affine.min #n64(%j)[%N]
      %t = tile.load %x[%i, %j] valid [0 to %m, 0 to %n] strides [1, 1] : memref<?x?xf32> -> tensor<4x64xf32>
      %d = arith.subf %t, %max2 : tensor<4x64xf32>
      %e = math.exp %d : tensor<4x64xf32>
      %v = tile.clip %e valid [0 to 4, 0 to %n] fill 0.0 : f32 : tensor<4x64xf32>
      %u = arith.addf %acc, %v : tensor<4x64xf32>
      scf.yield %u : tensor<4x64xf32>
    }
    %sum = tile.reduce <addf> %sums axis 1 : tensor<4x64xf32> -> tensor<4xf32>
    %sum1 = tile.reshape %sum : tensor<4xf32> -> tensor<4x1xf32>
    %sum2 = tile.broadcast %sum1 : tensor<4x1xf32> -> tensor<4x64xf32>
    scf.for %j = %c0 to %N step %c64 {
      %n = affine.min #n64(%j)[%N]
      %t = tile.load %x[%i, %j] valid [0 to %m, 0 to %n] strides [1, 1] : memref<?x?xf32> -> tensor<4x64xf32>
      %d = arith.subf %t, %max2 : tensor<4x64xf32>
      %e = math.exp %d : tensor<4x64xf32>
      %q = arith.divf %e, %sum2 : tensor<4x64xf32>
      tile.store %q, %y[%i, %j] valid [0 to %m, 0 to %n] strides [1, 1] : tensor<4x64xf32>, memref<?x?xf32>
    }
  }
  return
}
)mlir";
  expectSameAsInterpreter(
      text, GetParam(), combine({0, 1, 3, 4, 5, 11}, {1, 63, 64, 65, 131}, {0}),
      1e-6);
}

// Mean, variance and scale over the rows, in three passes.
TEST_P(Kernels, LayerNorm) {
  const char *text = R"mlir(
#n32 = affine_map<(d0)[s0] -> (s0 - d0, 32)>
func.func @norm(%x: memref<?x?xf32> {tile.dims = ["M", "N"]},
                %g: memref<?xf32> {tile.dims = ["N"]},
                %y: memref<?x?xf32> {tile.dims = ["M", "N"]},
                %M: index, %N: index)
    attributes {tile.kernel, tile.sizes = ["M", "N"], tile.inputs = 2 : i64,
                tile.blocks = "M"} {
  %zero = arith.constant dense<0.0> : tensor<1x32xf32>
  %eps = arith.constant dense<1.0e-5> : tensor<1xf32>
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  scf.forall (%i) = (0) to (%M) step (1) {
    %ni = arith.index_cast %N : index to i64
    %nf = arith.sitofp %ni : i64 to f32
    %nt = tile.splat %nf : tensor<1xf32>
    %sums = scf.for %j = %c0 to %N step %c32 iter_args(%acc = %zero) -> (tensor<1x32xf32>) {
      %n = affine.min #n32(%j)[%N]
      %t = tile.load %x[%i, %j] valid [0 to 1, 0 to %n] strides [1, 1] fill 0.0 : f32 : memref<?x?xf32> -> tensor<1x32xf32>
      %u = arith.addf %acc, %t : tensor<1x32xf32>
      scf.yield %u : tensor<1x32xf32>
    }
    %sum = tile.reduce <addf> %sums axis 1 : tensor<1x32xf32> -> tensor<1xf32>
    %mean = arith.divf %sum, %nt : tensor<1xf32>
    %mean1 = tile.reshape %mean : tensor<1xf32> -> tensor<1x1xf32>
    %mean2 = tile.broadcast %mean1 : tensor<1x1xf32> -> tensor<1x32xf32>
    %squares = scf.for %j = %c0 to %N step %c32 iter_args(%acc = %zero) -> (tensor<1x32xf32>) {
      %n = affine.min #n32(%j)[%N]
      %t = tile.load %x[%i, %j] valid [0 to 1, 0 to %n] strides [1, 1] : memref<?x?xf32> -> tensor<1x32xf32>
      %d = arith.subf %t, %mean2 : tensor<1x32xf32>
      %q = arith.mulf %d, %d : tensor<1x32xf32>
      %v = tile.clip %q valid [0 to 1, 0 to %n] fill 0.0 : f32 : tensor<1x32xf32>
      %u = arith.addf %acc, %v : tensor<1x32xf32>
      scf.yield %u : tensor<1x32xf32>
    }
    %square = tile.reduce <addf> %squares axis 1 : tensor<1x32xf32> -> tensor<1xf32>
    %var = arith.divf %square, %nt : tensor<1xf32>
    %var1 = arith.addf %var, %eps : tensor<1xf32>
    %scale = math.rsqrt %var1 : tensor<1xf32>
    %scale1 = tile.reshape %scale : tensor<1xf32> -> tensor<1x1xf32>
    %scale2 = tile.broadcast %scale1 : tensor<1x1xf32> -> tensor<1x32xf32>
    scf.for %j = %c0 to %N step %c32 {
      %n = affine.min #n32(%j)[%N]
      %t = tile.load %x[%i, %j] valid [0 to 1, 0 to %n] strides [1, 1] : memref<?x?xf32> -> tensor<1x32xf32>
      %gt = tile.load %g[%j] valid [0 to %n] strides [1] : memref<?xf32> -> tensor<32xf32>
      %g1 = tile.reshape %gt : tensor<32xf32> -> tensor<1x32xf32>
      %d = arith.subf %t, %mean2 : tensor<1x32xf32>
      %q = arith.mulf %d, %scale2 : tensor<1x32xf32>
      %r = arith.mulf %q, %g1 : tensor<1x32xf32>
      tile.store %r, %y[%i, %j] valid [0 to 1, 0 to %n] strides [1, 1] : tensor<1x32xf32>, memref<?x?xf32>
    }
  }
  return
}
)mlir";
  expectSameAsInterpreter(text, GetParam(),
                          combine({0, 1, 3}, {1, 31, 32, 33, 67}, {0}), 1e-5);
}

// A 3x3 convolution of stride 2 with a border of one: loads with bounds on both
// sides that depend on the block and on the loops over the filter.
TEST_P(Kernels, PaddedStridedConvolution) {
  const char *text = R"mlir(
#in = affine_map<(d0, d1) -> (d0 * 2 + d1 - 1)>
#lo = affine_map<(d0) -> ((-d0) ceildiv 2, 4)>
#hi = affine_map<(d0)[s0] -> ((s0 - d0) ceildiv 2, 4)>
#pos = affine_map<(d0) -> (d0, 0)>
#ow4 = affine_map<(d0)[s0] -> (s0 - d0, 4)>
#one = affine_map<(d0) -> (-d0, 1)>
#oneh = affine_map<(d0)[s0] -> (s0 - d0, 1)>
func.func @conv(%x: memref<?x?x5xf32> {tile.dims = ["H", "W", "5"]},
                %w: memref<3x3x5x16xf32> {tile.dims = ["3", "3", "5", "16"]},
                %y: memref<?x?x16xf32> {tile.dims = ["ceildiv(H, 2)", "ceildiv(W, 2)", "16"]},
                %H: index, %W: index, %OH: index, %OW: index)
    attributes {tile.kernel, tile.sizes = ["H", "W", "ceildiv(H, 2)", "ceildiv(W, 2)"],
                tile.inputs = 2 : i64,
                tile.blocks = "ceildiv(H, 2)*ceildiv(ceildiv(W, 2), 4)"} {
  %zero = arith.constant dense<0.0> : tensor<4x16xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  scf.forall (%oh, %ow) = (0, 0) to (%OH, %OW) step (1, 4) {
    %r = affine.min #ow4(%ow)[%OW]
    %acc = scf.for %kh = %c0 to %c3 step %c1 iter_args(%p = %zero) -> (tensor<4x16xf32>) {
      %ih = affine.apply #in(%oh, %kh)
      %hl0 = affine.min #one(%ih)
      %hl = affine.max #pos(%hl0)
      %hh0 = affine.min #oneh(%ih)[%H]
      %hh = affine.max #pos(%hh0)
      %acc2 = scf.for %kw = %c0 to %c3 step %c1 iter_args(%q = %p) -> (tensor<4x16xf32>) {
        %iw = affine.apply #in(%ow, %kw)
        %wl0 = affine.min #lo(%iw)
        %wl = affine.max #pos(%wl0)
        %wh0 = affine.min #hi(%iw)[%W]
        %wh = affine.max #pos(%wh0)
        %t = tile.load %x[%ih, %iw, %c0] valid [%hl to %hh, %wl to %wh, 0 to 5] strides [1, 2, 1] fill 0.0 : f32 : memref<?x?x5xf32> -> tensor<1x4x5xf32>
        %t1 = tile.reshape %t : tensor<1x4x5xf32> -> tensor<4x5xf32>
        %f = tile.load %w[%kh, %kw, %c0, %c0] valid [0 to 1, 0 to 1, 0 to 5, 0 to 16] strides [1, 1, 1, 1] : memref<3x3x5x16xf32> -> tensor<1x1x5x16xf32>
        %f1 = tile.reshape %f : tensor<1x1x5x16xf32> -> tensor<5x16xf32>
        %d = tile.dot %t1, %f1, %q : tensor<4x5xf32>, tensor<5x16xf32> -> tensor<4x16xf32>
        scf.yield %d : tensor<4x16xf32>
      }
      scf.yield %acc2 : tensor<4x16xf32>
    }
    %out = tile.reshape %acc : tensor<4x16xf32> -> tensor<1x4x16xf32>
    tile.store %out, %y[%oh, %ow, %c0] valid [0 to 1, 0 to %r, 0 to 16] strides [1, 1, 1] : tensor<1x4x16xf32>, memref<?x?x16xf32>
  }
  return
}
)mlir";
  std::vector<Sizes> sizes;
  for (int64_t h : {1, 2, 5})
    for (int64_t w : {1, 7, 8, 9, 19})
      sizes.push_back({{"H", h}, {"W", w}});
  expectSameAsInterpreter(text, GetParam(), sizes, 1e-6);
}

// Blocks of several tiles: serial loops over the tiles of a block, whose ends
// are minima too.
TEST_P(Kernels, BlocksOfSeveralTiles) {
  const char *text = R"mlir(
#m2 = affine_map<(d0)[s0] -> (s0 - d0, 2)>
#n16 = affine_map<(d0)[s0] -> (s0 - d0, 16)>
#endm = affine_map<(d0)[s0] -> (d0 + 6, s0)>
#endn = affine_map<(d0)[s0] -> (d0 + 48, s0)>
func.func @tiles(%x: memref<?x?xf32> {tile.dims = ["M", "N"]},
                 %y: memref<?x?xf32> {tile.dims = ["M", "N"]},
                 %M: index, %N: index)
    attributes {tile.kernel, tile.sizes = ["M", "N"], tile.inputs = 1 : i64,
                tile.blocks = "ceildiv(M, 6)*ceildiv(N, 48)"} {
  %c2 = arith.constant 2 : index
  %c16 = arith.constant 16 : index
  scf.forall (%bi, %bj) = (0, 0) to (%M, %N) step (6, 48) {
    %em = affine.min #endm(%bi)[%M]
    %en = affine.min #endn(%bj)[%N]
    scf.for %i = %bi to %em step %c2 {
      %m = affine.min #m2(%i)[%M]
      scf.for %j = %bj to %en step %c16 {
        %n = affine.min #n16(%j)[%N]
        %t = tile.load %x[%i, %j] valid [0 to %m, 0 to %n] strides [1, 1] : memref<?x?xf32> -> tensor<2x16xf32>
        %r = arith.mulf %t, %t : tensor<2x16xf32>
        tile.store %r, %y[%i, %j] valid [0 to %m, 0 to %n] strides [1, 1] : tensor<2x16xf32>, memref<?x?xf32>
      }
    }
  }
  return
}
)mlir";
  expectSameAsInterpreter(
      text, GetParam(),
      combine({0, 1, 2, 5, 6, 7, 15}, {1, 16, 47, 48, 49, 99}, {0}));
}

// Two operands behind each other: two loads with complementary bounds.
TEST_P(Kernels, Concat) {
  const char *text = R"mlir(
#left = affine_map<(d0)[s0] -> (s0 - d0, 16)>
#zero = affine_map<(d0) -> (d0, 0)>
#off = affine_map<(d0)[s0] -> (d0 - s0)>
#lo = affine_map<(d0) -> (-d0, 16)>
func.func @concat(%x: memref<?xf32> {tile.dims = ["M"]}, %z: memref<?xf32> {tile.dims = ["N"]},
                  %y: memref<?xf32> {tile.dims = ["M + N"]}, %M: index, %N: index, %S: index)
    attributes {tile.kernel, tile.sizes = ["M", "N", "M + N"], tile.inputs = 2 : i64,
                tile.blocks = "ceildiv(M + N, 16)"} {
  scf.forall (%i) = (0) to (%S) step (16) {
    %s = affine.min #left(%i)[%S]
    %h0 = affine.min #left(%i)[%M]
    %h = affine.max #zero(%h0)
    %o = affine.apply #off(%i)[%M]
    %l0 = affine.min #lo(%o)
    %l = affine.max #zero(%l0)
    %e0 = affine.min #left(%o)[%N]
    %e = affine.max #zero(%e0)
    %t = tile.load %x[%i] valid [0 to %h] strides [1] : memref<?xf32> -> tensor<16xf32>
    %u = tile.load %z[%o] valid [%l to %e] strides [1] : memref<?xf32> -> tensor<16xf32>
    %n = tile.iota %i axis 0 : tensor<16xindex>
    %m = tile.splat %M : tensor<16xindex>
    %c = arith.cmpi slt, %n, %m : tensor<16xindex>
    %r = arith.select %c, %t, %u : tensor<16xi1>, tensor<16xf32>
    tile.store %r, %y[%i] valid [0 to %s] strides [1] : tensor<16xf32>, memref<?xf32>
  }
  return
}
)mlir";
  expectSameAsInterpreter(text, GetParam(),
                          combine({0, 1, 15, 16, 17, 40}, {0, 1, 20, 37}, {0}));
}

// Rows of a table whose numbers come from a partial load: every row its own.
TEST_P(Kernels, GatherRows) {
  const char *text = R"mlir(
#m4 = affine_map<(d0)[s0] -> (s0 - d0, 4)>
func.func @rows(%table: memref<4x128xf32> {tile.dims = ["4", "128"]},
                %ids: memref<?xi64> {tile.dims = ["M"]},
                %y: memref<?x128xf32> {tile.dims = ["M", "128"]}, %M: index)
    attributes {tile.kernel, tile.sizes = ["M"], tile.inputs = 2 : i64,
                tile.blocks = "ceildiv(M, 4)"} {
  %zero = arith.constant dense<0> : tensor<4x64xindex>
  %last = arith.constant dense<3> : tensor<4x64xindex>
  %size = arith.constant dense<4> : tensor<4x64xindex>
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c128 = arith.constant 128 : index
  scf.forall (%i) = (0) to (%M) step (4) {
    %m = affine.min #m4(%i)[%M]
    %id = tile.load %ids[%i] valid [0 to %m] strides [1] : memref<?xi64> -> tensor<4xi64>
    scf.for %j = %c0 to %c128 step %c64 {
      %id1 = tile.reshape %id : tensor<4xi64> -> tensor<4x1xi64>
      %id2 = tile.broadcast %id1 : tensor<4x1xi64> -> tensor<4x64xi64>
      %wide = arith.index_cast %id2 : tensor<4x64xi64> to tensor<4x64xindex>
      %negative = arith.cmpi slt, %wide, %zero : tensor<4x64xindex>
      %fromEnd = arith.addi %wide, %size : tensor<4x64xindex>
      %one = arith.select %negative, %fromEnd, %wide : tensor<4x64xi1>, tensor<4x64xindex>
      %low = arith.minsi %one, %last : tensor<4x64xindex>
      %row = arith.maxsi %low, %zero : tensor<4x64xindex>
      %column = tile.iota %j axis 1 : tensor<4x64xindex>
      %r = tile.gather %table[%row, %column : tensor<4x64xindex>, tensor<4x64xindex>] valid [0 to %m, 0 to 64] : memref<4x128xf32> -> tensor<4x64xf32>
      tile.store %r, %y[%i, %j] valid [0 to %m, 0 to 64] strides [1, 1] : tensor<4x64xf32>, memref<?x128xf32>
    }
  }
  return
}
)mlir";
  expectSameAsInterpreter(text, GetParam(),
                          combine({1, 2, 3, 4, 6, 7, 11}, {0}, {0}));
}

// A kernel of loops on scalars, with a loop whose end is in the data.
TEST_P(Kernels, LoopKernel) {
  const char *text = R"mlir(
func.func @count(%x: memref<?x?xi32> {tile.dims = ["M", "N"]},
                 %y: memref<?xi32> {tile.dims = ["M"]}, %M: index, %N: index)
    attributes {tile.loops, tile.sizes = ["M", "N"], tile.inputs = 1 : i64, tile.blocks = "M"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0 : i32
  scf.forall (%i) = (0) to (%M) step (1) {
    // The sum up to the first negative element.
    %n, %s = scf.while (%j = %c0, %sum = %zero) : (index, i32) -> (index, i32) {
      %in = arith.cmpi slt, %j, %N : index
      %go = scf.if %in -> (i1) {
        %v = memref.load %x[%i, %j] : memref<?x?xi32>
        %p = arith.cmpi sge, %v, %zero : i32
        scf.yield %p : i1
      } else {
        scf.yield %in : i1
      }
      scf.condition(%go) %j, %sum : index, i32
    } do {
    ^bb0(%j: index, %sum: i32):
      %v = memref.load %x[%i, %j] : memref<?x?xi32>
      %t = arith.addi %sum, %v : i32
      %k = arith.addi %j, %c1 : index
      scf.yield %k, %t : index, i32
    }
    memref.store %s, %y[%i] : memref<?xi32>
  }
  return
}
)mlir";
  expectSameAsInterpreter(text, GetParam(), combine({0, 1, 5}, {0, 1, 9}, {0}));
}

//===- ElementwiseTest.cpp - elementwise kernels with edges ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"

#include "gtest/gtest.h"

using namespace tilewright;
using namespace tilewright::cpu;

namespace {
/// One test per runnable target.
class Elementwise : public testing::TestWithParam<CpuTarget> {};
} // namespace

INSTANTIATE_TEST_SUITE_P(Targets, Elementwise,
                         testing::ValuesIn(runnableTargets()), targetName);

static const char *const kAddRelu = R"mlir(
#left = affine_map<(d0)[s0] -> (s0 - d0, 8)>
#leftn = affine_map<(d0)[s0] -> (s0 - d0, 32)>
func.func @add(%x: memref<?x?xf32> {tile.dims = ["M", "N"]},
               %bias: memref<?xf32> {tile.dims = ["N"]},
               %y: memref<?x?xf32> {tile.dims = ["M", "N"]},
               %M: index, %N: index)
    attributes {tile.kernel, tile.sizes = ["M", "N"], tile.inputs = 2 : i64,
                tile.blocks = "ceildiv(M, 8)*ceildiv(N, 32)"} {
  %zero = arith.constant dense<0.0> : tensor<8x32xf32>
  scf.forall (%i, %j) = (0, 0) to (%M, %N) step (8, 32) {
    %m = affine.min #left(%i)[%M]
    %n = affine.min #leftn(%j)[%N]
    %t = tile.load %x[%i, %j] valid [0 to %m, 0 to %n] strides [1, 1] : memref<?x?xf32> -> tensor<8x32xf32>
    %b = tile.load %bias[%j] valid [0 to %n] strides [1] : memref<?xf32> -> tensor<32xf32>
    %b1 = tile.reshape %b : tensor<32xf32> -> tensor<1x32xf32>
    %b2 = tile.broadcast %b1 : tensor<1x32xf32> -> tensor<8x32xf32>
    %s = arith.addf %t, %b2 : tensor<8x32xf32>
    %r = arith.maximumf %s, %zero : tensor<8x32xf32>
    tile.store %r, %y[%i, %j] valid [0 to %m, 0 to %n] strides [1, 1] : tensor<8x32xf32>, memref<?x?xf32>
  }
  return
}
)mlir";

// Bounds on both axes: every size around the tile's, nothing outside touched.
TEST_P(Elementwise, AddRelu) {
  auto kernels = LoadedKernels::compile(kAddRelu, GetParam());
  ASSERT_TRUE(kernels);
  for (int64_t m : {0, 1, 7, 8, 9, 19})
    for (int64_t n : {0, 1, 31, 32, 33, 67}) {
      Guarded<float> x = randomFloats(m * n, 1), bias = randomFloats(n, 2);
      Guarded<float> y(m * n);
      kernels->run("add", {x.data(), bias.data(), y.data()},
                   {{"M", m}, {"N", n}});
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j)
          ASSERT_EQ(y[i * n + j], std::max(0.0f, x[i * n + j] + bias[j]))
              << m << "x" << n << " at " << i << ", " << j;
      EXPECT_TRUE(y.isIntact());
    }
}

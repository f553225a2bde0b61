//===- Kernels.c - kernels by hand, in the CPU ABI ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <stdint.h>

// y = 2 * x + b[0]; one block per element.
void scale(void *const *buffers, const int64_t *sizes, int64_t lo, int64_t hi,
           void *scratch) {
  const float *x = buffers[0], *b = buffers[1];
  float *y = buffers[2];
  for (int64_t i = lo; i < hi; ++i)
    y[i] = 2 * x[i] + b[0];
}

// Sums rows of length sizes[0] through scratch memory; one block per row.
void row_sum(void *const *buffers, const int64_t *sizes, int64_t lo, int64_t hi,
             void *scratch) {
  const float *x = buffers[0];
  float *y = buffers[1], *sum = scratch;
  for (int64_t row = lo; row < hi; ++row) {
    *sum = 0;
    for (int64_t i = 0; i < sizes[0]; ++i)
      *sum += x[row * sizes[0] + i];
    y[row] = *sum;
  }
}

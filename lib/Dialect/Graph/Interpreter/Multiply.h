//===- Multiply.h - the matrix product that matmul and conv share --------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_MULTIPLY_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_MULTIPLY_H

#include "Elements.h"

#include <algorithm>

namespace tilewright::graph::reference {

/// out[i, j] = sum over k of a[i, k] * b[k, j], for i < m and j < n, each
/// rounded once from an Accumulator that adds k = 0, 1, 2, ... in order.
///
/// `a` is row-major, already widened; the rows of `b` and `out` are `bStride`
/// and `outStride` elements apart. Blocks of 4 x 4 results keep the sums in
/// registers: plain, but not slow.
template <typename T>
void multiply(const Accumulator<T> *a, const T *b, int64_t bStride, T *out,
              int64_t outStride, int64_t m, int64_t n, int64_t k) {
  using A = Accumulator<T>;
  constexpr int64_t R = 4, C = 4;
  std::vector<A> panel(k * C), zeros(k);
  for (int64_t j = 0; j < n; j += C) {
    int64_t columns = std::min(C, n - j);
    for (int64_t p = 0; p < k; ++p)
      for (int64_t c = 0; c < C; ++c)
        panel[p * C + c] = c < columns ? A(load(b[p * bStride + j + c])) : A(0);
    for (int64_t i = 0; i < m; i += R) {
      int64_t rows = std::min(R, m - i);
      const A *row[R];
      for (int64_t r = 0; r < R; ++r)
        row[r] = r < rows ? a + (i + r) * k : zeros.data();
      A sum[R][C] = {};
      const A *column = panel.data();
      for (int64_t p = 0; p < k; ++p, column += C)
        for (int64_t r = 0; r < R; ++r)
          for (int64_t c = 0; c < C; ++c)
            sum[r][c] += row[r][p] * column[c];
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < columns; ++c)
          out[(i + r) * outStride + j + c] = storeAccumulator<T>(sum[r][c]);
    }
  }
}

} // namespace tilewright::graph::reference

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_MULTIPLY_H

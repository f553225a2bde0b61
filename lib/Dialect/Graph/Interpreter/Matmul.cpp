//===- Matmul.cpp - matrix product ---------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernels.h"
#include "Multiply.h"

namespace tilewright::graph::reference {

namespace {
Result<Tensor> swapLastAxes(const Tensor &x) {
  Shape permutation;
  for (int64_t i = 0; i < x.rank(); ++i)
    permutation.push_back(i);
  std::swap(permutation[x.rank() - 1], permutation[x.rank() - 2]);
  return transpose(x, permutation);
}
} // namespace

Result<Tensor> matmul(const Tensor &lhs, const Tensor &rhs, bool transposeLhs,
                      bool transposeRhs, DType type) {
  Result<Tensor> a = cast(lhs, type), b = cast(rhs, type);
  if (a && transposeLhs)
    a = swapLastAxes(*a);
  if (b && transposeRhs)
    b = swapLastAxes(*b);
  if (!a || !b)
    return a ? b : a;
  auto leading = [](const Tensor &x) {
    return Shape(x.shape().begin(), x.shape().end() - 2);
  };
  Result<Shape> batch = broadcastShape(leading(*a), leading(*b));
  if (!batch)
    return batch.error();
  int64_t m = a->shape()[a->rank() - 2], k = a->shape()[a->rank() - 1];
  int64_t n = b->shape()[b->rank() - 1];
  if (b->shape()[b->rank() - 2] != k)
    return error("the contracted axes differ: ", k, " on the left, ",
                 b->shape()[b->rank() - 2], " on the right");
  Shape shape = *batch;
  shape.push_back(m);
  shape.push_back(n);
  Result<Tensor> result = Tensor::allocate(type, shape);
  if (!result)
    return result;
  return dispatchNumber("matmul", type, [&](auto tag) -> Result<Tensor> {
    using T = typename decltype(tag)::Type;
    // Strides count matrices here.
    Shape aStrides = broadcastStrides(leading(*a), *batch);
    Shape bStrides = broadcastStrides(leading(*b), *batch);
    std::vector<Accumulator<T>> rows(m * k);
    T *out = result->template as<T>();
    for (Coordinates c(*batch); c.valid(); c.next(), out += m * n) {
      int64_t i = 0, j = 0;
      for (size_t axis = 0; axis < batch->size(); ++axis) {
        i += c[axis] * aStrides[axis];
        j += c[axis] * bStrides[axis];
      }
      for (int64_t e = 0; e < m * k; ++e)
        rows[e] = Accumulator<T>(load(a->as<T>()[i * m * k + e]));
      multiply<T>(rows.data(), b->as<T>() + j * k * n, n, out, n, m, n, k);
    }
    return result;
  });
}

} // namespace tilewright::graph::reference

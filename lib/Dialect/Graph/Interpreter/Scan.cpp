//===- Scan.cpp - running sums and the like ------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Combine.h"
#include "Kernels.h"

namespace tilewright::graph::reference {

Result<Tensor> scan(ReduceKind kind, const Tensor &x, int64_t axis,
                    bool exclusive, bool reverse) {
  if (kind == ReduceKind::Mean)
    return error("'mean' is not defined for a scan");
  AxisSplit split(x.shape(), axis);
  Result<Tensor> result = Tensor::allocate(x.type(), x.shape());
  if (!result)
    return result;
  return dispatch(x.type(), [&](auto tag) -> Result<Tensor> {
    using T = typename decltype(tag)::Type;
    auto run = [&](auto initial, auto combine, auto finish) {
      for (int64_t o = 0; o < split.outer; ++o)
        for (int64_t i = 0; i < split.inner; ++i) {
          int64_t first = o * split.size * split.inner + i;
          auto running = initial;
          for (int64_t n = 0; n < split.size; ++n) {
            int64_t a = reverse ? split.size - 1 - n : n;
            int64_t at = first + a * split.inner;
            auto before = running;
            running = combine(running, load(x.as<T>()[at]));
            result->template as<T>()[at] = finish(exclusive ? before : running);
          }
        }
    };
    if (Status done = withCombiner<T>(kind, run); !done)
      return done.error();
    return result;
  });
}

} // namespace tilewright::graph::reference

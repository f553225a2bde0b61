//===- Elements.cpp - how the interpreter computes with an element -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"

namespace tilewright::graph::reference {

std::vector<double> toDoubles(const Tensor &tensor) {
  std::vector<double> values(tensor.size());
  dispatch(tensor.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<double>(load(tensor.as<T>()[i]));
  });
  return values;
}

std::vector<int64_t> toIntegers(const Tensor &tensor) {
  std::vector<int64_t> values(tensor.size());
  dispatch(tensor.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    if constexpr (!isFloatElement<T>)
      for (size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<int64_t>(load(tensor.as<T>()[i]));
  });
  return values;
}

} // namespace tilewright::graph::reference

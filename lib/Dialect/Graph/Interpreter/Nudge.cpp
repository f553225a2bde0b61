//===- Nudge.cpp - values moved before they jump --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Nudge.h"

#include "Elements.h"

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include "mlir/IR/TypeUtilities.h"

#include <algorithm>

namespace tilewright::graph::reference {

bool jumps(mlir::Operation *op) {
  if (auto unary = llvm::dyn_cast<UnaryOp>(op))
    switch (unary.getKind()) {
    case UnaryKind::Round:
    case UnaryKind::Floor:
    case UnaryKind::Ceil:
    case UnaryKind::Sign:
      return true;
    default:
      return false;
    }
  if (auto cast = llvm::dyn_cast<CastOp>(op))
    return mlir::getElementTypeOrSelf(cast.getType()).isInteger();
  return llvm::isa<CompareOp>(op);
}

Tensor nudged(const Tensor &values, double share) {
  return dispatchFloat(values.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    Tensor result = values.clone();
    T *elements = result.as<T>();
    double largest = 0;
    for (int64_t i = 0, e = result.size(); i < e; ++i)
      if (double value = load(elements[i]); std::isfinite(value))
        largest = std::max(largest, std::fabs(value));
    for (int64_t i = 0, e = result.size(); i < e; ++i)
      if (double value = load(elements[i]); value != std::floor(value))
        elements[i] = store<T>(value + share * largest);
    return result;
  });
}

} // namespace tilewright::graph::reference

//===- UnifySizes.cpp - one name for equal sizes --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "UnifySizes.h"

#include "tilewright/Dialect/Graph/IR/Dims.h"

using namespace mlir;

namespace tilewright {

using Replacements = std::map<std::string, DimExpr>;

/// What stands for `expr` in the end.
static DimExpr find(const Replacements &replacements, DimExpr expr) {
  for (auto next = replacements.find(expr.str()); next != replacements.end();
       next = replacements.find(expr.str()))
    expr = next->second;
  return expr;
}

/// Constants stand for expressions, short expressions for long ones.
static bool isSimpler(const DimExpr &a, const DimExpr &b) {
  if (a.constantValue().has_value() != b.constantValue().has_value())
    return a.constantValue().has_value();
  if (a.str().size() != b.str().size())
    return a.str().size() < b.str().size();
  return a < b;
}

UnifySizes::UnifySizes(ModuleOp module) {
  module.walk([&](graph::CheckDimsOp check) { checks.push_back(check); });
}

graph::KernelOp UnifySizes::apply(graph::KernelOp kernel) const {
  Replacements replacements;
  for (graph::CheckDimsOp check : checks) {
    Operation *ancestor = check->getBlock()->findAncestorOpInBlock(*kernel);
    if (!ancestor || !check->isBeforeInBlock(ancestor))
      continue;
    for (auto [lhs, rhs] :
         llvm::zip(check.getLhs().exprs(), check.getRhs().exprs())) {
      DimExpr a = find(replacements, lhs), b = find(replacements, rhs);
      // Two constants that differ fail at run time, before the kernel.
      if (a == b || (a.constantValue() && b.constantValue()))
        continue;
      if (isSimpler(b, a))
        std::swap(a, b);
      replacements[b.str()] = a;
    }
  }

  auto copy = cast<graph::KernelOp>(kernel->clone());
  if (replacements.empty())
    return copy;
  auto unify = [&](Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    graph::Dims dims = graph::getDims(type);
    for (DimExpr &dim : dims)
      dim = find(replacements, dim);
    value.setType(
        graph::getTensorType(type.getContext(), dims, type.getElementType()));
  };
  for (Value result : copy.getResults())
    unify(result);
  for (BlockArgument argument : copy.getBody().front().getArguments())
    unify(argument);
  for (Operation &op : copy.getBody().front())
    for (Value result : op.getResults())
      unify(result);
  return copy;
}

} // namespace tilewright

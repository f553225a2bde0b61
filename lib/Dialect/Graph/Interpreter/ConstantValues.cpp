//===- ConstantValues.cpp - what constants come to ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/Interpreter/ConstantValues.h"

#include "tilewright/Dialect/Graph/Interpreter/Interpreter.h"

#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace tilewright::graph {

SmallVector<Operation *> coneOf(ValueRange values) {
  llvm::SetVector<Operation *> cone;
  for (Value value : values)
    cone.insert(value.getDefiningOp());
  for (size_t i = 0; i < cone.size(); ++i)
    for (Value operand : cone[i]->getOperands())
      cone.insert(operand.getDefiningOp());
  return topologicalSort(cone).takeVector();
}

Result<std::vector<Tensor>> evaluateConstants(ValueRange values,
                                              const WeightStore &weights) {
  Location location = values.front().getLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(location);
  OpBuilder builder(location.getContext());
  builder.setInsertionPointToEnd(module->getBody());
  auto function =
      func::FuncOp::create(builder, location, "main",
                           builder.getFunctionType({}, values.getTypes()));
  builder.setInsertionPointToStart(function.addEntryBlock());
  IRMapping mapping;
  for (Operation *op : coneOf(values))
    builder.clone(*op, mapping);
  SmallVector<Value> results;
  for (Value value : values)
    results.push_back(mapping.lookup(value));
  func::ReturnOp::create(builder, location, results);
  return interpret(function, {}, weights);
}

bool isFixed(Operation *op) {
  for (NamedAttribute attribute : op->getAttrs())
    if (auto dims = dyn_cast<DimsAttr>(attribute.getValue()))
      for (const DimExpr &expr : dims.exprs())
        if (!expr.constantValue())
          return false;
  return llvm::all_of(op->getResultTypes(), [](Type type) {
    return hasDims(type) && cast<RankedTensorType>(type).hasStaticShape();
  });
}

bool isComputable(Operation *op) {
  return isa_and_nonnull<GraphDialect>(op->getDialect()) && isPure(op) &&
         op->getNumRegions() == 0 && isFixed(op);
}

static bool isSmall(Operation *op) {
  return llvm::all_of(op->getResultTypes(), [](Type type) {
    return cast<RankedTensorType>(type).getNumElements() <= 1024;
  });
}

std::optional<Tensor> smallConstant(Value value, const WeightStore &weights) {
  llvm::SetVector<Operation *> cone;
  cone.insert(value.getDefiningOp());
  for (size_t i = 0; i < cone.size(); ++i) {
    if (!cone[i] || i == 64 || !isComputable(cone[i]) || !isSmall(cone[i]))
      return std::nullopt;
    for (Value operand : cone[i]->getOperands())
      cone.insert(operand.getDefiningOp());
  }
  Result<std::vector<Tensor>> tensors = evaluateConstants(value, weights);
  if (!tensors)
    return std::nullopt;
  return tensors->front();
}

} // namespace tilewright::graph

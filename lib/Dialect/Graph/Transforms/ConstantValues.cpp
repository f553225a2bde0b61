//===- ConstantValues.cpp - what constants come to ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantValues.h"

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

} // namespace tilewright::graph

//===- Evaluator.cpp - runs blocks of ops --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "Nudge.h"

#include "tilewright/Dialect/Graph/IR/NodeNames.h"

namespace tilewright::graph::reference {

Result<Tensors> Evaluator::runBlock(mlir::Block &block,
                                    llvm::ArrayRef<Tensor> arguments) {
  if (block.getNumArguments() != arguments.size())
    return error("expected ", block.getNumArguments(), " values, but got ",
                 arguments.size());
  for (auto [argument, tensor] : llvm::zip(block.getArguments(), arguments)) {
    std::string name = "argument " + std::to_string(argument.getArgNumber());
    if (Status ok = symbols.check(argument.getType(), tensor, name); !ok)
      return ok.error();
    values[argument] = tensor;
  }
  for (mlir::Operation &op : block.without_terminator()) {
    if (Status ok = runOp(&op); !ok)
      return ok.error();
    for (mlir::Value dead : deathsIn(block).lookup(&op))
      values.erase(dead);
  }
  Tensors results;
  for (mlir::Value value : block.getTerminator()->getOperands())
    results.push_back(values.lookup(value));
  for (mlir::Value dead : deathsIn(block).lookup(block.getTerminator()))
    values.erase(dead);
  return results;
}

Status Evaluator::runOp(mlir::Operation *op) {
  Tensors operands;
  for (mlir::Value operand : op->getOperands())
    operands.push_back(values.lookup(operand));

  if (options.nudge && jumps(op) && isFloat(operands[0].type()))
    operands[0] = nudged(operands[0], options.nudge(operands[0].type()));

  // Ops with regions put the context of an error in front of what their ops
  // say; others are named here.
  Result<Tensors> results = Tensors{};
  if (auto branch = llvm::dyn_cast<IfOp>(op))
    results = runIf(branch);
  else if (auto loop = llvm::dyn_cast<LoopOp>(op))
    results = runLoop(loop);
  else if (auto kernel = llvm::dyn_cast<KernelOp>(op))
    results = runKernel(kernel, operands);
  else
    results = evaluate(op, Frame{operands, symbols, weights});
  if (!results) {
    // A check of sizes is about the node; its own name says nothing.
    std::string nodes = describeNodes(op->getLoc());
    bool isCheck = llvm::isa<CheckDimsOp>(op) && !nodes.empty();
    return results.error().in(isCheck ? nodes : describeOp(op));
  }

  for (mlir::OpResult result : op->getResults()) {
    const Tensor &tensor = (*results)[result.getResultNumber()];
    std::string name =
        op->getNumResults() == 1
            ? "the result"
            : "result " + std::to_string(result.getResultNumber());
    if (Status ok = symbols.check(result.getType(), tensor, name); !ok)
      return ok.error().in(describeOp(op));
    if (!result.use_empty())
      values[result] = tensor;
  }
  if (options.observer)
    return options.observer({op, operands, *results, symbols.bindings()});
  return Status::success();
}

const Evaluator::Deaths &Evaluator::deathsIn(mlir::Block &block) {
  auto [entry, isNew] = deaths.try_emplace(&block);
  if (!isNew)
    return entry->second;
  auto lastUse = [&](mlir::Value value) {
    mlir::Operation *last = nullptr;
    for (mlir::Operation *user : value.getUsers()) {
      mlir::Operation *here = block.findAncestorOpInBlock(*user);
      if (!last || last->isBeforeInBlock(here))
        last = here;
    }
    if (last)
      entry->second[last].push_back(value);
  };
  llvm::for_each(block.getArguments(), lastUse);
  for (mlir::Operation &op : block)
    llvm::for_each(op.getResults(), lastUse);
  return entry->second;
}

} // namespace tilewright::graph::reference

namespace tilewright::graph {

namespace {
/// The inputs with every bool 0 or 1: users' arrays may hold other bytes.
std::vector<Tensor> normalizeBools(llvm::ArrayRef<Tensor> inputs) {
  std::vector<Tensor> result(inputs.begin(), inputs.end());
  for (Tensor &tensor : result) {
    if (tensor.type() != DType::Bool)
      continue;
    tensor = tensor.clone();
    for (int64_t i = 0, e = tensor.size(); i < e; ++i)
      tensor.as<uint8_t>()[i] = tensor.as<uint8_t>()[i] != 0;
  }
  return result;
}
} // namespace

Result<std::vector<Tensor>> interpret(mlir::func::FuncOp function,
                                      llvm::ArrayRef<Tensor> inputs,
                                      const WeightStore &weights,
                                      const InterpreterOptions &options) {
  if (function.isExternal() || !function.getBody().hasOneBlock())
    return error("function '", function.getName().str(),
                 "' does not have a body of one block");
  reference::Evaluator evaluator(getSymbolRanges(function), &weights, options);
  std::vector<std::string> names;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto name = function.getArgAttrOfType<mlir::StringAttr>(i, "tw.name");
    names.push_back(name ? "input '" + name.str() + "'"
                         : "input " + std::to_string(i));
  }
  if (Status ok = evaluator.symbols.bindInputs(function.getArgumentTypes(),
                                               inputs, names);
      !ok)
    return ok.error();
  Result<reference::Tensors> results =
      evaluator.runBlock(function.getBody().front(), normalizeBools(inputs));
  if (!results)
    return results.error();
  return std::vector<Tensor>(results->begin(), results->end());
}

Result<std::vector<Tensor>> interpretKernel(KernelOp kernel,
                                            llvm::ArrayRef<Tensor> inputs,
                                            const SymbolBindings &bindings,
                                            const InterpreterOptions &options) {
  reference::Evaluator evaluator(getSymbolRanges(kernel), nullptr, options);
  evaluator.symbols.assume(bindings);
  Result<reference::Tensors> results =
      evaluator.runBlock(kernel.getBody().front(), inputs);
  if (!results)
    return results.error().in("kernel '" + kernel.getSymName().str() + "'");
  return std::vector<Tensor>(results->begin(), results->end());
}

} // namespace tilewright::graph

//===- EvaluateWeights.cpp - the weights that are computed ahead ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/EvaluateWeights.h"

#include "tilewright/Dialect/Graph/Interpreter/Interpreter.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>

using namespace mlir;

namespace tilewright {

namespace {

/// Some results of @weights and what computes them.
struct Group {
  OwningOpRef<ModuleOp> module;
  OpBuilder builder;
  IRMapping mapping;
  SmallVector<unsigned> results;
  /// The module as bytecode, for a thread's own context.
  std::string bytecode;
};

/// Cuts @weights into functions that have only weights and constants in common.
std::vector<Group> split(func::FuncOp function) {
  Block &block = function.getBody().front();
  auto isLeaf = [](Operation *op) { return op->getNumOperands() == 0; };
  llvm::EquivalenceClasses<Operation *> connected;
  for (Operation &op : block.without_terminator()) {
    connected.insert(&op);
    for (Value operand : op.getOperands())
      if (!isLeaf(operand.getDefiningOp()))
        connected.unionSets(&op, operand.getDefiningOp());
  }

  std::vector<Group> groups;
  llvm::DenseMap<Operation *, size_t> groupOf; // By the leader of a class.
  auto find = [&](Operation *op) -> Group & {
    auto [entry, isNew] =
        groupOf.try_emplace(connected.getLeaderValue(op), groups.size());
    if (isNew) {
      OwningOpRef<ModuleOp> module = ModuleOp::create(function.getLoc());
      OpBuilder builder(module->getBodyRegion());
      auto type = builder.getFunctionType({}, {});
      auto part = func::FuncOp::create(builder, function.getLoc(),
                                       function.getName(), type);
      builder.setInsertionPointToStart(part.addEntryBlock());
      groups.push_back({std::move(module), builder, {}, {}, {}});
    }
    return groups[entry->second];
  };
  auto copy = [](Group &group, Operation *op) {
    if (!group.mapping.contains(op->getResult(0)))
      group.builder.clone(*op, group.mapping);
  };
  Operation *end = block.getTerminator();
  for (Operation &op : block.without_terminator()) {
    if (isLeaf(&op))
      continue;
    Group &group = find(&op);
    for (Value operand : op.getOperands())
      if (isLeaf(operand.getDefiningOp()))
        copy(group, operand.getDefiningOp());
    copy(group, &op);
  }
  for (OpOperand &result : end->getOpOperands()) {
    Group &group = find(result.get().getDefiningOp());
    copy(group, result.get().getDefiningOp());
    group.results.push_back(result.getOperandNumber());
  }
  for (Group &group : groups) {
    SmallVector<Value> results;
    for (unsigned number : group.results)
      results.push_back(group.mapping.lookup(end->getOperand(number)));
    func::ReturnOp::create(group.builder, end->getLoc(), results);
    auto part = *group.module->getOps<func::FuncOp>().begin();
    part.setType(
        group.builder.getFunctionType({}, TypeRange(ValueRange(results))));
  }
  return groups;
}

Result<std::vector<Tensor>> evaluate(StringRef bytecode, MLIRContext &context,
                                     const WeightStore &weights) {
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(bytecode, ParserConfig(&context));
  if (!module)
    return error("internal error: @weights cannot be read back");
  return graph::interpret(*module->getOps<func::FuncOp>().begin(), {}, weights);
}

} // namespace

Status evaluateWeights(ModuleOp module, WeightStore &weights,
                       const ParallelOptions &options) {
  auto function = module.lookupSymbol<func::FuncOp>("weights");
  if (!function)
    return Status::success();
  std::vector<Group> groups = split(function);
  for (Group &group : groups) {
    llvm::raw_string_ostream stream(group.bytecode);
    if (failed(writeBytecodeToFile(*group.module, stream)))
      return error("internal error: @weights cannot be written as bytecode");
    group.module = {};
  }

  DialectRegistry registry;
  registry.insert<graph::GraphDialect, func::FuncDialect>();
  std::vector<std::optional<Result<std::vector<Tensor>>>> results(
      groups.size());
  auto makeContext = [&] {
    return std::make_unique<MLIRContext>(registry,
                                         MLIRContext::Threading::DISABLED);
  };
  bool done = parallelFor(
      groups.size(), options, makeContext, [&](size_t i, const auto &context) {
        results[i] = evaluate(groups[i].bytecode, *context, weights);
      });
  if (!done)
    return error("cancelled");

  for (auto [group, values] : llvm::zip_equal(groups, results)) {
    if (!*values)
      return values->error().in("while folding weights");
    for (auto [number, tensor] : llvm::zip_equal(group.results, **values)) {
      auto key = function.getResultAttrOfType<IntegerAttr>(
          number, graph::GraphDialect::keyName);
      auto name = function.getResultAttrOfType<StringAttr>(
          number, graph::GraphDialect::valueName);
      if (!key)
        return error("internal error: a result of @weights has no tw.key");
      weights.addWithKey(key.getInt(), name ? name.str() : std::string(),
                         tensor);
    }
  }
  function.erase();
  return Status::success();
}

} // namespace tilewright

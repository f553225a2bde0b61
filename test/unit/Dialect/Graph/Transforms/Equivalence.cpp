//===- Equivalence.cpp - the same results before and after passes ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Equivalence.h"

#include "Random.h"

#include "tilewright/Dialect/Graph/Interpreter/Interpreter.h"
#include "tilewright/Dialect/Graph/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

namespace tilewright::test {
namespace {

Tensor randomTensor(Random &random, Type element, std::vector<int64_t> shape) {
  DType type = *getDType(element);
  return isFloat(type) ? random.tensor(type, std::move(shape), -2, 2)
                       : random.tensor(type, std::move(shape), -4, 5);
}

/// One number for every symbol in the types of the arguments.
SymbolBindings chooseSizes(func::FuncOp function, Random &random) {
  SymbolRanges ranges = getSymbolRanges(function);
  SymbolBindings bindings;
  std::set<std::string> symbols;
  for (Type type : function.getArgumentTypes())
    for (const DimExpr &size : getDims(cast<RankedTensorType>(type)))
      size.collectSymbols(symbols);
  for (const std::string &symbol : symbols) {
    SymbolRange range =
        ranges.count(symbol) ? ranges[symbol] : SymbolRange{1, 7};
    int64_t first =
        (std::max<int64_t>(range.lo, 1) + range.multiple - 1) / range.multiple;
    int64_t last = std::min(range.hi / range.multiple, first + 6);
    bindings[symbol] = random.integer(first, last) * range.multiple;
  }
  return bindings;
}

using Outputs = std::map<std::string, Result<std::vector<Tensor>>>;

/// Runs @weights, if there is one, and gives its results their keys.
Status computeWeights(ModuleOp module, WeightStore &store) {
  auto weights = module.lookupSymbol<func::FuncOp>("weights");
  if (!weights)
    return Status::success();
  auto results = interpret(weights, {}, store);
  if (!results)
    return results.error();
  for (unsigned i = 0; i < weights.getNumResults(); ++i)
    store.addWithKey(
        weights.getResultAttrOfType<IntegerAttr>(i, "tw.key").getInt(), "",
        (*results)[i]);
  return Status::success();
}

} // namespace

Comparison comparePasses(const std::string &text, const std::string &pipeline,
                         uint64_t seed, double tolerance) {
  Comparison comparison;
  auto fail = [&](const std::string &what) {
    comparison.failures += what + "\n";
    return comparison;
  };
  [[maybe_unused]] static const bool registered = [] {
    registerTransformsPasses();
    registerGraphTransformsPasses();
    return true;
  }();
  MLIRContext context;
  context.loadDialect<GraphDialect, func::FuncDialect>();
  auto before = parseSourceString<ModuleOp>(text, &context);
  if (!before)
    return fail("cannot be parsed");
  OwningOpRef<ModuleOp> after = before->clone();
  PassManager passes(&context);
  if (failed(parsePassPipeline(pipeline, passes)))
    return fail("no such pipeline: " + pipeline);
  if (failed(passes.run(*after)))
    return fail("the passes failed");

  Random random(seed);
  WeightStore store;
  before->walk([&](WeightOp weight) {
    auto type = weight.getType();
    if (!store.lookup(weight.getKey()))
      store.addWithKey(weight.getKey(), weight.getName().str(),
                       randomTensor(random, type.getElementType(),
                                    std::vector<int64_t>(type.getShape())));
  });
  if (Status status = computeWeights(*after, store); !status)
    return fail("@weights: " + status.error().message);

  for (func::FuncOp function : before->getOps<func::FuncOp>()) {
    std::string name = function.getName().str();
    auto rewritten = after->lookupSymbol<func::FuncOp>(name);
    if (!rewritten)
      return fail(name + ": is gone");
    SymbolBindings sizes = chooseSizes(function, random);
    std::vector<Tensor> inputs;
    for (Type type : function.getArgumentTypes()) {
      auto tensor = cast<RankedTensorType>(type);
      std::vector<int64_t> shape;
      for (const DimExpr &size : getDims(tensor))
        shape.push_back(*size.evaluate(sizes));
      inputs.push_back(randomTensor(random, tensor.getElementType(), shape));
    }
    auto expected = interpret(function, inputs, store);
    auto actual = interpret(rewritten, inputs, store);
    if (!expected || !actual) {
      fail(name + ": " +
           (expected ? "after: " + actual.error().message
                     : "before: " + expected.error().message));
      continue;
    }
    ++comparison.functions;
    for (size_t i = 0; i < expected->size(); ++i) {
      const Tensor &want = (*expected)[i], &have = (*actual)[i];
      Result<double> difference = relativeError(have, want);
      bool isNarrow = isFloat(want.type()) && byteSize(want.type()) == 2;
      if (!difference)
        fail(name + ": " + difference.error().message);
      else if (!(*difference <= (isNarrow ? 0.015625 : tolerance)))
        fail(name + ": result " + std::to_string(i) + " is off by " +
             std::to_string(*difference));
    }
  }
  return comparison;
}

} // namespace tilewright::test

//===- TilingTest.h - tiled kernels against the reference -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each test builds a small graph, forms its kernels, runs the graph in the
// reference interpreter, and feeds every kernel's reference inputs to its tiled
// form in the tile interpreter. Sizes around the tiles, static and dynamic.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TEST_UNIT_TILING_TILINGTEST_H
#define TILEWRIGHT_TEST_UNIT_TILING_TILINGTEST_H

#include "Random.h"

#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Graph/Interpreter/Interpreter.h"
#include "tilewright/Dialect/Tile/Interpreter/Interpreter.h"
#include "tilewright/Pipeline/LowerKernels.h"
#include "tilewright/Pipeline/Pipelines.h"

#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

namespace tilewright::test {

using namespace mlir;
using namespace tilewright::graph;

class TilingTest : public testing::Test {
protected:
  TilingTest() : builder(&context) {
    DialectRegistry registry;
    registerCompilerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// Starts a new graph.
  void start() {
    module = ModuleOp::create(builder.getUnknownLoc());
    main = func::FuncOp::create(builder.getUnknownLoc(), "main",
                                builder.getFunctionType({}, {}));
    module->push_back(main);
    builder.setInsertionPointToStart(main.addEntryBlock());
    inputs.clear();
  }
  Location loc() { return builder.getUnknownLoc(); }

  /// An input of these sizes; `dynamic` ones become symbols.
  Value input(std::vector<int64_t> shape, DType type = DType::F32,
              bool dynamic = false, double low = -2, double high = 2) {
    Dims dims;
    for (int64_t size : shape) {
      std::string name = "d" + std::to_string(size);
      dims.push_back(dynamic && size != 1 ? DimExpr::symbol(name)
                                          : DimExpr(size));
    }
    inputs.push_back(random.tensor(type, shape, low, high));
    return main.front().addArgument(
        getTensorType(&context, dims, getElementType(&context, type)), loc());
  }

  Value scalar(double value) {
    auto type = RankedTensorType::get({}, builder.getF32Type());
    return ConstantOp::create(builder, loc(), type,
                              DenseElementsAttr::get(type, float(value)));
  }
  Type typeOf(std::vector<DimExpr> dims, Type element) {
    return getTensorType(&context, Dims(dims.begin(), dims.end()), element);
  }

  struct Run {
    std::vector<Tensor> operands, results;
    SymbolBindings bindings;
  };

  /// Whether a kernel's function gives what the reference did.
  bool isSame(const Run &run, const LoweredKernel &kernel, ModuleOp functions,
              double bound) {
    auto function = functions.lookupSymbol<func::FuncOp>(kernel.symbol);
    std::vector<int64_t> sizes;
    for (const DimExpr &size : kernel.sizes)
      sizes.push_back(*size.evaluate(run.bindings));
    for (uint64_t seed : {1, 2}) {
      std::vector<Tensor> actual;
      for (const Tensor &expected : run.results)
        actual.emplace_back(expected.type(), expected.shape());
      Status status =
          tile::interpretKernel(function, run.operands, actual, sizes, {seed});
      EXPECT_TRUE(bool(status)) << (status ? "" : status.error().message);
      if (!status) {
        function.dump();
        return false;
      }
      for (auto [a, e] : llvm::zip(actual, run.results)) {
        auto difference = relativeError(a, e);
        EXPECT_TRUE(bool(difference));
        EXPECT_LE(*difference, bound)
            << kernel.name << " of " << e.typeString();
        if (*difference > bound) {
          module->dump();
          function.dump();
          return false;
        }
      }
    }
    return true;
  }

  /// Ends the graph.
  void finish(const std::vector<Value> &results) {
    func::ReturnOp::create(builder, loc(), results);
    main.setFunctionType(builder.getFunctionType(
        main.front().getArgumentTypes(), ValueRange(results).getTypes()));
  }

  /// Ends the graph and checks every kernel; gives back how many there are.
  size_t check(std::vector<Value> results, double bound = 1e-5) {
    finish(results);
    PassManager passes(&context);
    buildKernelPipeline(passes);
    EXPECT_TRUE(succeeded(passes.run(*module)));

    std::vector<Run> runs;
    InterpreterOptions options;
    options.observer = [&](const Observation &seen) {
      if (isa<KernelOp>(seen.op))
        runs.push_back({{seen.operands.begin(), seen.operands.end()},
                        {seen.results.begin(), seen.results.end()},
                        seen.bindings});
      return Status::success();
    };
    auto outputs = interpret(main, inputs, weights, options);
    EXPECT_TRUE(bool(outputs)) << (outputs ? "" : outputs.error().message);
    if (!outputs)
      return 0;
    // The tiled form, and the loops on scalars that stand in for it.
    for (bool scalarLoops : {false, true}) {
      LoweringOptions lowering;
      lowering.scalarLoops = scalarLoops;
      auto lowered = lowerKernels(*module, lowering);
      EXPECT_TRUE(succeeded(lowered));
      if (failed(lowered))
        return 0;
      EXPECT_EQ(runs.size(), lowered->kernels.size());
      for (auto [run, kernel] : llvm::zip(runs, lowered->kernels))
        if (!isSame(run, kernel, *lowered->module, bound))
          return 0;
    }
    return runs.size();
  }

  MLIRContext context;
  OpBuilder builder;
  OwningOpRef<ModuleOp> module;
  func::FuncOp main;
  std::vector<Tensor> inputs;
  WeightStore weights;
  Random random{42};
};

} // namespace tilewright::test

#endif // TILEWRIGHT_TEST_UNIT_TILING_TILINGTEST_H

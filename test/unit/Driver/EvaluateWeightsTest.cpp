//===- EvaluateWeightsTest.cpp - the weights that are computed ahead ------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/EvaluateWeights.h"

#include "TestSupport.h"

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"

using namespace tilewright;

namespace {

/// Results 0 and 2 have an op in common, 1 and 3 only a weight.
constexpr const char *text = R"(
func.func private @weights()
    -> (tensor<2xf32> {tw.key = 10 : i64, tw.name = "a"},
        tensor<2xf32> {tw.key = 11 : i64, tw.name = "b"},
        tensor<2xf32> {tw.key = 12 : i64, tw.name = "c"},
        tensor<2xf32> {tw.key = 13 : i64, tw.name = "d"}) {
  %v = tw.weight 0 "v" : tensor<2xf32>
  %w = tw.weight 1 "w" : tensor<2xf32>
  %n = tw.unary neg %v : tensor<2xf32> -> tensor<2xf32>
  %b = tw.unary abs %w : tensor<2xf32> -> tensor<2xf32>
  %c = tw.binary add %n, %w : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
  %d = tw.unary neg %w : tensor<2xf32> -> tensor<2xf32>
  return %n, %b, %c, %d : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
})";

class EvaluateWeights : public testing::Test {
protected:
  EvaluateWeights() {
    context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
    weights.add("v", Tensor::of<float>(DType::F32, {2}, {1, 2}));
    weights.add("w", Tensor::of<float>(DType::F32, {2}, {-4, 8}));
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  }

  void expect(int64_t key, const char *name, float first, float second) {
    auto weight = weights.lookup(key);
    ASSERT_TRUE(weight) << name;
    EXPECT_EQ(weight->name, name);
    EXPECT_EQ(weight->tensor.as<float>()[0], first) << name;
    EXPECT_EQ(weight->tensor.as<float>()[1], second) << name;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  WeightStore weights;
};

TEST_F(EvaluateWeights, AnyNumberOfThreads) {
  for (unsigned jobs : {1u, 4u}) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    for (int64_t key : {10, 11, 12, 13})
      weights.remove(key);
    ASSERT_OK(evaluateWeights(*module, weights, {.jobs = jobs}));
    expect(10, "a", -1, -2);
    expect(11, "b", 4, 8);
    expect(12, "c", -5, 6);
    expect(13, "d", 4, -8);
    EXPECT_FALSE(module->lookupSymbol("weights"));
    // A module without @weights has nothing to do.
    ASSERT_OK(evaluateWeights(*module, weights));
  }
}

// Three groups: progress is told after each, and may end it.
TEST_F(EvaluateWeights, Cancels) {
  ParallelOptions options;
  std::vector<double> told;
  options.progress = [&](double fraction) {
    told.push_back(fraction);
    return told.size() < 2;
  };
  EXPECT_ERROR(evaluateWeights(*module, weights, options), "cancelled");
  EXPECT_EQ(told, (std::vector<double>{1 / 3.0, 2 / 3.0}));
  EXPECT_FALSE(weights.lookup(10));
}

// What is missing is named.
TEST_F(EvaluateWeights, NamesWhatIsMissing) {
  weights.remove(1);
  auto status = evaluateWeights(*module, weights, {.jobs = 2});
  EXPECT_ERROR(status, "while folding weights");
  EXPECT_ERROR(status, "'w'");
}

} // namespace

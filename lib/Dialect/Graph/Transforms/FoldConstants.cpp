//===- FoldConstants.cpp - ops on constants become constants --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/ConstantTensors.h"
#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Dialect/Graph/Interpreter/ConstantValues.h"
#include "tilewright/Dialect/Graph/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tilewright::graph {
#define GEN_PASS_DEF_FOLDCONSTANTSPASS
#include "tilewright/Dialect/Graph/Transforms/Passes.h.inc"
} // namespace tilewright::graph

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

namespace {

bool isFoldable(Operation *op) {
  if (!isComputable(op) || isa<ConstantOp, WeightOp, YieldOp>(op) ||
      op->getNumResults() == 0)
    return false;
  for (Value operand : op->getOperands())
    if (!isa_and_nonnull<ConstantOp>(operand.getDefiningOp()))
      return false;
  return llvm::all_of(op->getResultTypes(), [](Type type) {
    auto tensor = cast<RankedTensorType>(type);
    int64_t elements = tensor.getNumElements();
    return elements <= ConstantOp::maxBytes &&
           elements * byteSize(*getDType(tensor.getElementType())) <=
               ConstantOp::maxBytes;
  });
}

/// True if an op has results, all without elements, and does nothing else.
bool isEmpty(Operation *op) {
  return isPure(op) && !isa<ConstantOp, WeightOp>(op) &&
         op->getNumResults() != 0 &&
         llvm::all_of(op->getResultTypes(), [](Type type) {
           auto tensor = dyn_cast<RankedTensorType>(type);
           return tensor && tensor.hasStaticShape() &&
                  tensor.getNumElements() == 0;
         });
}

struct FoldConstantsPass
    : graph::impl::FoldConstantsPassBase<FoldConstantsPass> {
  void runOnOperation() override {
    getOperation().walk([&](func::FuncOp function) {
      function.walk<WalkOrder::PreOrder>([&](Operation *op) {
        if (op->getDialect() != getContext().getLoadedDialect<GraphDialect>())
          return WalkResult::advance();
        if (isEmpty(op)) {
          replaceByNothing(op);
          return WalkResult::skip();
        }
        if (isFoldable(op) && fold(op))
          return WalkResult::skip();
        return WalkResult::advance();
      });
    });
  }

  /// Constants without elements for the results.
  void replaceByNothing(Operation *op) {
    OpBuilder builder(op);
    for (Value result : op->getResults())
      result.replaceAllUsesWith(ConstantOp::create(
          builder, op->getLoc(),
          DenseElementsAttr::get(cast<RankedTensorType>(result.getType()),
                                 ArrayRef<Attribute>())));
    op->erase();
    ++numFolded;
  }

  /// An op that cannot be computed stays: the run says why.
  bool fold(Operation *op) {
    Result<std::vector<Tensor>> results =
        evaluateConstants(op->getResults(), WeightStore());
    if (!results)
      return false;
    OpBuilder builder(op);
    for (auto [result, tensor] : llvm::zip(op->getResults(), *results))
      result.replaceAllUsesWith(ConstantOp::create(
          builder, op->getLoc(), toAttribute(&getContext(), tensor)));
    op->erase();
    ++numFolded;
    return true;
  }
};

} // namespace

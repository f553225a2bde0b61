//===- HoistWeights.cpp - arithmetic on weights moves out of @main --------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Dialect/Graph/Interpreter/ConstantValues.h"
#include "tilewright/Dialect/Graph/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

namespace tilewright::graph {
#define GEN_PASS_DEF_HOISTWEIGHTSPASS
#include "tilewright/Dialect/Graph/Transforms/Passes.h.inc"
} // namespace tilewright::graph

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

namespace {

// What grows more than this from its weights stays in @main, where it is
// computed where it is needed: a mask made of a few numbers is not worth
// reading from memory.
constexpr uint64_t maxGrowth = 64;
constexpr uint64_t smallResult = 1 << 20;

/// Saturates: what no memory holds is not hoisted.
uint64_t bytesOf(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  uint64_t bytes = uint64_t(byteSize(*getDType(type.getElementType())));
  for (int64_t size : type.getShape())
    bytes = llvm::SaturatingMultiply(bytes, uint64_t(size));
  // A size of 0 after a product that has saturated.
  return llvm::is_contained(type.getShape(), 0) ? 0 : bytes;
}

/// Ops that compute the same of the same operands.
struct SameComputation : llvm::DenseMapInfo<Operation *> {
  static unsigned getHashValue(const Operation *op) {
    return OperationEquivalence::computeHash(
        const_cast<Operation *>(op), OperationEquivalence::directHashValue,
        OperationEquivalence::ignoreHashValue,
        OperationEquivalence::IgnoreLocations);
  }
  static bool isEqual(const Operation *a, const Operation *b) {
    if (a == b || a == getEmptyKey() || a == getTombstoneKey() ||
        b == getEmptyKey() || b == getTombstoneKey())
      return a == b;
    return OperationEquivalence::isEquivalentTo(
        const_cast<Operation *>(a), const_cast<Operation *>(b),
        OperationEquivalence::IgnoreLocations);
  }
};

class Hoister {
public:
  Hoister(ModuleOp module, func::FuncOp main) : module(module), main(main) {
    module.walk([&](WeightOp weight) {
      nextKey = std::max(nextKey, weight.getKey() + 1);
    });
  }

  int run() {
    main.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isa<KernelOp>(op))
        return WalkResult::skip();
      if (auto matmul = dyn_cast<MatmulOp>(op))
        untranspose(matmul);
      classify(op);
      return WalkResult::advance();
    });
    // The values that what stays in @main uses.
    llvm::SetVector<Value> frontier;
    for (Operation *op : fixed)
      for (Value result : op->getResults())
        if (!isLeaf(op) &&
            llvm::any_of(result.getUsers(), [&](Operation *user) {
              return !fixed.contains(user);
            }))
          frontier.insert(result);
    if (!frontier.empty())
      move(frontier);
    return numHoisted;
  }

private:
  static bool isLeaf(Operation *op) { return isa<WeightOp, ConstantOp>(op); }

  /// A weight that a matmul reads transposed is transposed ahead.
  void untranspose(MatmulOp op) {
    Operation *weight = op.getRhs().getDefiningOp();
    if (!op.getTransposeRhs() || !weight || !fixed.contains(weight))
      return;
    Dims dims = getDims(op.getRhs());
    SmallVector<int64_t> permutation =
        llvm::to_vector(llvm::seq<int64_t>(0, int64_t(dims.size())));
    std::swap(permutation.back(), permutation[permutation.size() - 2]);
    std::swap(dims.back(), dims[dims.size() - 2]);
    OpBuilder builder(op);
    auto type = cast<RankedTensorType>(op.getRhs().getType());
    auto transpose = TransposeOp::create(
        builder, op.getLoc(),
        getTensorType(builder.getContext(), dims, type.getElementType()),
        op.getRhs(), permutation);
    op.getRhsMutable().assign(transpose);
    op.setTransposeRhs(false);
    classify(transpose);
  }

  void classify(Operation *op) {
    if (isLeaf(op)) {
      fixed.insert(op);
      leafBytes[op] = bytesOf(op->getResult(0));
      return;
    }
    bool isHoistable =
        op->getDialect() ==
            main->getContext()->getLoadedDialect<GraphDialect>() &&
        isPure(op) && op->getNumRegions() == 0 && op->getNumResults() > 0 &&
        op->getNumOperands() > 0 && isFixed(op);
    uint64_t leaves = 0;
    for (Value operand : op->getOperands()) {
      Operation *definition = operand.getDefiningOp();
      if (!isHoistable || !definition || !fixed.contains(definition))
        return;
      leaves = llvm::SaturatingAdd(leaves, leafBytes.lookup(definition));
    }
    if (!isHoistable)
      return;
    uint64_t bytes = 0;
    for (Value result : op->getResults())
      bytes = llvm::SaturatingAdd(bytes, bytesOf(result));
    if (bytes > smallResult && bytes / maxGrowth > leaves)
      return;
    // Whoever uses a broadcast can repeat the elements itself.
    if (isa<BroadcastOp>(op) && bytes > bytesOf(op->getOperand(0)) &&
        !llvm::all_of(op->getUsers(), [](Operation *user) {
          return llvm::all_of(user->getOperands(), [](Value operand) {
            return isa_and_nonnull<WeightOp, ConstantOp, BroadcastOp>(
                operand.getDefiningOp());
          });
        }))
      return;
    fixed.insert(op);
    leafBytes[op] = leaves;
  }

  static std::string nameOf(Value value, int64_t newKey) {
    // The weight that it is made of, if there is one only.
    llvm::SetVector<Operation *> cone;
    cone.insert(value.getDefiningOp());
    StringRef name;
    int64_t key = -1;
    for (size_t i = 0; i < cone.size(); ++i) {
      if (auto weight = dyn_cast<WeightOp>(cone[i])) {
        if (key >= 0 && key != weight.getKey())
          name = "";
        else
          name = weight.getName();
        if (name.empty())
          break;
        key = weight.getKey();
      }
      for (Value operand : cone[i]->getOperands())
        cone.insert(operand.getDefiningOp());
    }
    if (!name.empty())
      return name.str();
    if (auto location = dyn_cast<NameLoc>(value.getLoc()))
      return location.getName().str();
    return "computed." + std::to_string(newKey);
  }

  /// Copies what the frontier needs to where the builder is; what computes the
  /// same, as the steps of an unrolled recurrent net do, once.
  void copyInto(OpBuilder &builder, const llvm::SetVector<Value> &frontier,
                IRMapping &mapping) {
    SmallVector<Operation *> cone = coneOf(frontier.getArrayRef());
    llvm::DenseSet<Operation *> needed(cone.begin(), cone.end());
    llvm::DenseSet<Operation *, SameComputation> copies;
    for (Operation *op : fixed) { // in the order of @main
      if (!needed.contains(op))
        continue;
      Operation *copy = builder.clone(*op, mapping);
      auto [same, isNew] = copies.insert(copy);
      if (isNew)
        continue;
      mapping.map(op->getResults(), (*same)->getResults());
      copy->erase();
    }
  }

  void move(const llvm::SetVector<Value> &frontier) {
    OpBuilder builder(module.getContext());
    builder.setInsertionPointToEnd(module.getBody());
    auto weights = func::FuncOp::create(builder, module.getLoc(), "weights",
                                        builder.getFunctionType({}, {}));
    weights.setPrivate();
    builder.setInsertionPointToStart(weights.addEntryBlock());
    IRMapping mapping;
    copyInto(builder, frontier, mapping);

    llvm::SetVector<Value> results;
    for (Value value : frontier)
      results.insert(mapping.lookup(value));
    func::ReturnOp::create(builder, module.getLoc(), results.getArrayRef());
    weights.setType(builder.getFunctionType(
        {}, TypeRange(ValueRange(results.getArrayRef()))));
    llvm::DenseMap<Value, std::pair<int64_t, std::string>> entries;
    for (auto [i, result] : llvm::enumerate(results)) {
      std::string name = nameOf(result, nextKey);
      weights.setResultAttr(unsigned(i), GraphDialect::keyName,
                            builder.getI64IntegerAttr(nextKey));
      weights.setResultAttr(unsigned(i), GraphDialect::valueName,
                            builder.getStringAttr(name));
      entries[result] = {nextKey++, name};
    }
    numHoisted = int(results.size());

    for (Value value : frontier.getArrayRef()) {
      const auto &[key, name] = entries.find(mapping.lookup(value))->second;
      builder.setInsertionPoint(value.getDefiningOp());
      auto weight =
          WeightOp::create(builder, value.getLoc(), value.getType(), key, name);
      value.replaceUsesWithIf(weight.getResult(), [&](OpOperand &use) {
        return !fixed.contains(use.getOwner());
      });
    }
    for (Operation *op : llvm::reverse(fixed))
      if (op->use_empty())
        op->erase();
  }

  ModuleOp module;
  func::FuncOp main;
  llvm::SetVector<Operation *> fixed;
  llvm::DenseMap<Operation *, uint64_t> leafBytes;
  int64_t nextKey = firstComputedWeight;
  /// Results of @weights.
  int numHoisted = 0;
};

struct HoistWeightsPass : graph::impl::HoistWeightsPassBase<HoistWeightsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main)
      return;
    if (module.lookupSymbol("weights")) {
      module.emitError("tw-hoist-weights has run before: @weights exists");
      return signalPassFailure();
    }
    numHoisted += Hoister(module, main).run();
  }
};

} // namespace

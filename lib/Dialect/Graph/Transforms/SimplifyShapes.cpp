//===- SimplifyShapes.cpp - no shape is computed by a kernel --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IndexGrids.h"
#include "SizeRewriter.h"

#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Dialect/Graph/IR/ShapeContents.h"
#include "tilewright/Dialect/Graph/Transforms/Passes.h"
#include "tilewright/Support/SizeMessage.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace tilewright::graph {

#define GEN_PASS_DEF_SIMPLIFYSHAPESPASS
#include "tilewright/Dialect/Graph/Transforms/Passes.h.inc"

namespace {

/// A larger expression would cost more than the ops that it stands for.
constexpr size_t maxText = 1024;
/// A symbol that is bound to a longer one stays: sizes multiply, and products
/// of long ones grow without bounds.
constexpr size_t maxBoundText = 64;

/// What was computed is a list of sizes already, or costs nothing.
bool isListOfSizes(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (isa<FromDimsOp, ConstantOp, WeightOp>(op))
      return true;
    if (!isa<ReshapeOp, CastOp>(op))
      return false;
    value = op->getOperand(0);
  }
  return true;
}

/// A constant of an integer or bool type, or null if a number does not fit.
Value constantOf(OpBuilder &b, Location loc, RankedTensorType type,
                 ArrayRef<DimExpr> contents) {
  unsigned width = type.getElementTypeBitWidth();
  bool isUnsigned = type.getElementType().isUnsignedInteger() || width == 1;
  SmallVector<APInt> numbers;
  for (const DimExpr &expr : contents) {
    int64_t number = *expr.constantValue();
    if (isUnsigned ? number < 0 || !llvm::isUIntN(width, uint64_t(number))
                   : !llvm::isIntN(width, number))
      return {};
    numbers.emplace_back(width, uint64_t(number), !isUnsigned);
  }
  if (int64_t(numbers.size() * std::max(1u, width / 8)) > ConstantOp::maxBytes)
    return {};
  return ConstantOp::create(b, loc, DenseIntElementsAttr::get(type, numbers));
}

/// Where the symbols that are no sizes of arguments get their values.
class Bindings {
public:
  explicit Bindings(ModuleOp module) {
    module.walk([&](func::FuncOp function) {
      for (Type type : function.getArgumentTypes())
        if (auto tensor = dyn_cast<RankedTensorType>(type))
          for (const DimExpr &dim : getDims(tensor))
            dim.collectSymbols(ofArguments);
    });
    module.walk([&](BindDimsOp bind) {
      for (auto symbol : bind.getSymbols().getAsRange<StringAttr>())
        places[symbol.str()] = bind;
    });
  }

  /// True if all symbols of the expression have their values before `op`.
  bool areBefore(const DimExpr &expr, Operation *op) const {
    std::set<std::string> symbols;
    expr.collectSymbols(symbols);
    return llvm::all_of(symbols, [&](const std::string &symbol) {
      if (ofArguments.count(symbol))
        return true;
      auto place = places.find(symbol);
      if (place == places.end())
        return false;
      Operation *around = place->second->getBlock()->findAncestorOpInBlock(*op);
      return around && around != place->second &&
             place->second->isBeforeInBlock(around);
    });
  }

private:
  std::set<std::string> ofArguments;
  std::map<std::string, Operation *> places;
};

struct SimplifyShapesPass : impl::SimplifyShapesPassBase<SimplifyShapesPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SizeRewriter sizes(getSymbolRanges(module));
    defineSymbols(sizes);
    sizes.rewrite(module);
    // What a decided branch does not take is gone before anything is refused.
    inlineBranches();
    if (failed(dropChecks()))
      return signalPassFailure();
    replaceContents();
    dropIndexGrids();
    for (auto function : module.getOps<func::FuncOp>())
      updateResults(function);
  }

private:
  /// Symbols that stand for known values, and those of decided branches.
  void defineSymbols(SizeRewriter &sizes) {
    Bindings bindings(getOperation());
    SmallVector<BindDimsOp> known;
    getOperation().walk([&](Operation *op) {
      if (auto bind = dyn_cast<BindDimsOp>(op)) {
        std::optional<Dims> values = foldContents(bind.getValues());
        if (!values || !llvm::all_of(*values, [&](const DimExpr &value) {
              return isShort(value) && value.str().size() <= maxBoundText &&
                     bindings.areBefore(value, op);
            }))
          return;
        bool isDefined = true;
        for (auto [symbol, value] :
             llvm::zip(bind.getSymbols().getAsRange<StringAttr>(), *values))
          isDefined &= sizes.define(symbol.str(), value);
        if (isDefined)
          known.push_back(bind);
      } else if (auto branch = dyn_cast<IfOp>(op)) {
        std::optional<DimExpr> condition = foldScalar(branch.getCondition());
        if (!condition || !condition->constantValue() ||
            branch.getResultSymbols().empty())
          return;
        auto taken = condition->isConstant(0) ? branch.getElseDims()
                                              : branch.getThenDims();
        for (auto [symbol, value] :
             llvm::zip(branch.getResultSymbols().getAsRange<StringAttr>(),
                       taken->exprs()))
          if (bindings.areBefore(value, op))
            sizes.define(symbol.str(), value);
      }
    });
    for (BindDimsOp bind : known)
      bind.erase();
    numBound += known.size();
  }

  static bool isShort(const DimExpr &expr) {
    return expr.str().size() <= maxText && !expr.isOverflow();
  }

  /// Checks that hold for all sizes go; one that never holds is an error where
  /// it always runs. In a branch or a loop, which may not run, it stays.
  LogicalResult dropChecks() {
    bool isPossible = true;
    getOperation().walk([&](CheckDimsOp check) {
      bool alwaysRuns = isa<func::FuncOp>(check->getParentOp());
      Dims lhs, rhs;
      for (auto [a, b] :
           llvm::zip(check.getLhs().exprs(), check.getRhs().exprs())) {
        if (alwaysRuns && !mayBeEqual(a, b)) {
          check.emitError() << sizeMessage(check.getMessage().str(),
                                           {a.str(), *a.constantValue()},
                                           {b.str(), *b.constantValue()});
          isPossible = false;
        }
        if (a != b) {
          lhs.push_back(a);
          rhs.push_back(b);
        }
      }
      if (lhs.empty()) {
        ++numChecks;
        check.erase();
      } else if (isPossible) {
        check.setLhsAttr(getDimsAttr(&getContext(), lhs));
        check.setRhsAttr(getDimsAttr(&getContext(), rhs));
      }
    });
    return success(isPossible);
  }

  /// Small integers with known elements become constants or lists of sizes.
  void replaceContents() {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (isa_and_nonnull<GraphDialect>(op->getDialect()) && isPure(op) &&
          op->getNumRegions() == 0)
        ops.push_back(op);
    });
    Bindings bindings(getOperation());
    llvm::DenseMap<Value, Dims> known;
    ContentsFolder folder(getOperation());
    for (Operation *op : ops)
      for (Value result : op->getResults())
        if (isa<IntegerType>(elementOf(result)))
          if (std::optional<Dims> contents = folder.fold(result))
            known[result] = std::move(*contents);
    // From the last to the first: what only served a known value is dead then.
    for (Operation *op : llvm::reverse(ops)) {
      OpBuilder b(op);
      b.setInsertionPointAfter(op);
      for (Value result : op->getResults())
        if (auto entry = known.find(result); entry != known.end() &&
                                             !result.use_empty() &&
                                             !isListOfSizes(result))
          if (Value list = materialize(b, result, entry->second, bindings)) {
            result.replaceAllUsesWith(list);
            ++numFolded;
          }
      if (isOpTriviallyDead(op))
        op->erase();
    }
  }

  /// The elements of `value` behind it, or null if they are too long or not
  /// known there.
  static Value materialize(OpBuilder &b, Value value, const Dims &known,
                           const Bindings &bindings) {
    auto type = cast<RankedTensorType>(value.getType());
    if (!llvm::all_of(known, [&](const DimExpr &expr) {
          return isShort(expr) &&
                 bindings.areBefore(expr, value.getDefiningOp());
        }))
      return {};
    Location loc = value.getLoc();
    if (llvm::all_of(known, [](const DimExpr &expr) {
          return expr.constantValue().has_value();
        }))
      return constantOf(b, loc, type, known);
    if (type.getElementType().isInteger(1))
      return {};
    Value result =
        FromDimsOp::create(b, loc, getDimsAttr(b.getContext(), known));
    if (type.getElementType() != b.getI64Type())
      result =
          CastOp::create(b, loc,
                         withElement(cast<RankedTensorType>(result.getType()),
                                     type.getElementType()),
                         result);
    if (result.getType() != type)
      result = ReshapeOp::create(b, loc, type, result);
    return result;
  }

  void dropIndexGrids() {
    SmallVector<GatherNDOp> gathers;
    getOperation().walk([&](GatherNDOp op) { gathers.push_back(op); });
    for (GatherNDOp op : gathers) {
      OpBuilder b(op);
      if (Value value = withoutIndexGrid(b, op)) {
        op.replaceAllUsesWith(value);
        op.erase();
        ++numGrids;
      }
    }
  }

  /// The region that a known condition takes stands in the place of its tw.if.
  void inlineBranches() {
    SmallVector<IfOp> branches;
    getOperation().walk([&](IfOp op) { branches.push_back(op); });
    for (IfOp op : branches) {
      std::optional<DimExpr> condition = foldScalar(op.getCondition());
      if (!condition || !condition->constantValue())
        continue;
      Block &taken = condition->isConstant(0) ? op.getElseRegion().front()
                                              : op.getThenRegion().front();
      Operation *yield = taken.getTerminator();
      if (yield->getOperandTypes() != op->getResultTypes())
        continue;
      op->replaceAllUsesWith(yield->getOperands());
      yield->erase();
      op->getBlock()->getOperations().splice(op->getIterator(),
                                             taken.getOperations());
      op->erase();
      ++numBranches;
    }
  }

  /// The function returns what its return says now.
  static void updateResults(func::FuncOp function) {
    if (function.isExternal())
      return;
    Operation *end = function.getBody().back().getTerminator();
    function.setType(
        FunctionType::get(function.getContext(), function.getArgumentTypes(),
                          SmallVector<Type>(end->getOperandTypes())));
  }
};

} // namespace
} // namespace tilewright::graph

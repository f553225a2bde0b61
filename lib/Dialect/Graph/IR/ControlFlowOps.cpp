//===- ControlFlowOps.cpp - control flow and kernels ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpChecks.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

/// The terminator of a region's block, or an error.
static FailureOr<YieldOp> yieldOf(Operation *op, StringRef what,
                                  Region &region) {
  Block &block = region.front();
  auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
  if (!yield)
    return op->emitOpError() << "expected " << what << " to end with tw.yield";
  return yield;
}

static LogicalResult checkTypes(Operation *op, StringRef what, TypeRange actual,
                                TypeRange expected) {
  if (actual.size() != expected.size())
    return op->emitOpError() << "expected " << expected.size() << " " << what
                             << "s, but got " << actual.size();
  for (auto [i, a, e] : llvm::enumerate(actual, expected))
    if (!areCompatible(a, e))
      return op->emitOpError() << "expected " << what << " " << i << " of type "
                               << e << ", but got " << a;
  return success();
}

/// One expression of each list for every symbol that the op binds.
static LogicalResult checkSymbolDims(Operation *op, ArrayAttr symbols,
                                     StringRef firstName,
                                     std::optional<DimsAttr> first,
                                     StringRef secondName,
                                     std::optional<DimsAttr> second) {
  for (auto [name, dims] :
       {std::pair(firstName, first), {secondName, second}}) {
    size_t found = dims ? dims->getTexts().size() : 0;
    if (found != symbols.size())
      return op->emitOpError()
             << "expected " << symbols.size() << " expressions in " << name
             << ", one per symbol, but got " << found;
  }
  for (Attribute symbol : symbols)
    if (failed(symbolOf(op, cast<StringAttr>(symbol))))
      return failure();
  return success();
}

LogicalResult IfOp::verify() {
  if (rankOf(getCondition()) != 0)
    return emitOpError() << "expected a condition of rank 0, but got rank "
                         << rankOf(getCondition());
  if (failed(checkSymbolDims(*this, getResultSymbols(), "then_dims",
                             getThenDims(), "else_dims", getElseDims())))
    return failure();
  for (auto [name, region] :
       {std::pair<StringRef, Region *>("then", &getThenRegion()),
        {"else", &getElseRegion()}}) {
    FailureOr<YieldOp> yield = yieldOf(*this, name, *region);
    if (failed(yield) ||
        failed(checkTypes(*this, (name + " result").str(),
                          (*yield).getOperandTypes(), getResultTypes())))
      return failure();
  }
  return success();
}

LogicalResult LoopOp::verify() {
  if (getMaxTrips() &&
      (rankOf(getMaxTrips()) != 0 || !elementOf(getMaxTrips()).isInteger(64)))
    return emitOpError() << "expected max_trips of i64 and rank 0, but got "
                         << getMaxTrips().getType();
  if (getCondition() && rankOf(getCondition()) != 0)
    return emitOpError() << "expected a condition of rank 0, but got rank "
                         << rankOf(getCondition());
  if (failed(checkSymbolDims(*this, getCarriedSymbols(), "init_dims",
                             getInitDims(), "next_dims", getNextDims())))
    return failure();
  Result<DimExpr> trips = DimExpr::parse(std::string_view(getTrips()));
  if (!trips || !trips->symbolName())
    return emitOpError() << "expected the name of a symbol in trips, but got '"
                         << getTrips() << "'";

  MLIRContext *context = getContext();
  auto iteration = RankedTensorType::get({}, IntegerType::get(context, 64));
  auto condition = RankedTensorType::get({}, IntegerType::get(context, 1));
  SmallVector<Type> arguments{iteration};
  llvm::append_range(arguments, getCarried().getTypes());
  FailureOr<YieldOp> yield = yieldOf(*this, "the body", getBody());
  if (failed(checkTypes(*this, "body argument", getBody().getArgumentTypes(),
                        arguments)) ||
      failed(yield))
    return failure();

  size_t carried = getCarried().size();
  SmallVector<Type> yielded((*yield).getOperandTypes());
  if (getNumResults() < carried || yielded.size() != getNumResults() + 1)
    return emitOpError()
           << "expected a condition, " << carried
           << " carried values and the values to stack from the body "
              "of a loop with "
           << getNumResults() << " results, but got " << yielded.size()
           << " values";
  SmallVector<Type> expected{condition};
  llvm::append_range(expected, getCarried().getTypes());
  for (Value stacked : getResults().drop_front(carried)) {
    Dims dims = getDims(stacked);
    if (dims.empty() || !mayBeEqual(dims[0], *trips))
      return emitOpError()
             << "expected a stacked result with a first axis of size "
             << getTrips() << ", but got " << stacked.getType();
    expected.push_back(getTensorType(context, ArrayRef(dims).drop_front(),
                                     elementOf(stacked)));
  }
  if (failed(checkTypes(*this, "body result", yielded, expected)))
    return failure();
  return checkTypes(*this, "carried result",
                    TypeRange(getResultTypes()).take_front(carried),
                    getCarried().getTypes());
}

LogicalResult KernelOp::verify() {
  if (getSymName().empty())
    return emitOpError("expected a name");
  FailureOr<YieldOp> yield = yieldOf(*this, "the body", getBody());
  if (failed(yield) ||
      failed(checkTypes(*this, "block argument", getBody().getArgumentTypes(),
                        getInputs().getTypes())))
    return failure();
  return checkTypes(*this, "result", (*yield).getOperandTypes(),
                    getResultTypes());
}

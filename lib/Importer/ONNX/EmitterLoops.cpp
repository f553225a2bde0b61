//===- EmitterLoops.cpp - tw ops, one call each: loops -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

void Emitter::verifyFilled(Operation *op) {
  std::string errors;
  ScopedDiagnosticHandler handler(state.context, [&](Diagnostic &diagnostic) {
    llvm::raw_string_ostream(errors) << diagnostic;
    return success();
  });
  if (mlir::failed(verify(op, /*verifyRecursively=*/false)))
    fail(errors);
}

namespace {

/// The sizes of carried values that change: one symbol per axis.
struct ChangingSizes {
  std::vector<std::string> symbols;
  Dims init, next;
  /// The place of a value's axis in the lists.
  std::map<std::pair<size_t, size_t>, size_t> places;
};

} // namespace

/// Compares what the body yields with what it got; true if no further size has
/// to become a symbol.
static bool settle(Emitter &e, ArrayRef<Value> carried,
                   ArrayRef<Value> arguments, ArrayRef<Value> yielded,
                   ChangingSizes &sizes) {
  bool settled = true;
  for (size_t i = 0; i < carried.size() && !e.failed(); ++i) {
    Dims had = graph::getDims(arguments[i]), got = graph::getDims(yielded[i]);
    if (e.element(arguments[i]) != e.element(yielded[i]) ||
        had.size() != got.size()) {
      e.fail("loop value " + Twine(i) + " changes from " +
             Emitter::typeName(e.element(arguments[i])) + " of rank " +
             Twine(had.size()) + " to " +
             Emitter::typeName(e.element(yielded[i])) + " of rank " +
             Twine(got.size()));
      return false;
    }
    for (size_t axis = 0; axis < had.size(); ++axis) {
      auto place = sizes.places.find({i, axis});
      if (place != sizes.places.end()) {
        sizes.next[place->second] = got[axis];
      } else if (had[axis] != got[axis]) {
        sizes.places[{i, axis}] = sizes.symbols.size();
        sizes.symbols.push_back(e.state.freshSymbol("carried"));
        sizes.init.push_back(graph::getDim(carried[i], int64_t(axis)));
        sizes.next.push_back(got[axis]);
        settled = false;
      }
    }
  }
  return settled;
}

Emitter::LoopResult Emitter::loop(Value maxTrips, Value condition,
                                  ArrayRef<Value> carried,
                                  std::optional<DimExpr> count, LoopBody body) {
  LoopResult result;
  if (failed())
    return result;
  OpBuilder &b = state.builder;
  std::string trips = state.freshSymbol("trips");
  ChangingSizes sizes;
  auto makeLoop = [&](TypeRange types) {
    SmallVector<StringRef> names(sizes.symbols.begin(), sizes.symbols.end());
    bool changing = !names.empty();
    return graph::LoopOp::create(
        b, loc, types, maxTrips, condition, carried, b.getStringAttr(trips),
        b.getStrArrayAttr(names),
        changing ? dimsAttr(sizes.init) : graph::DimsAttr(),
        changing ? dimsAttr(sizes.next) : graph::DimsAttr());
  };
  while (true) {
    // The results' types are known when the body is: until then it lives in a
    // loop without results.
    graph::LoopOp draft = makeLoop({});
    size_t warned = state.warnings.size();
    SmallVector<Type> types{RankedTensorType::get({}, b.getI64Type())};
    for (auto [i, value] : llvm::enumerate(carried)) {
      Dims dims = graph::getDims(value);
      for (size_t axis = 0; axis < dims.size(); ++axis)
        if (auto found = sizes.places.find({i, axis});
            found != sizes.places.end())
          dims[axis] = DimExpr::symbol(sizes.symbols[found->second]);
      types.push_back(
          graph::getTensorType(state.context, dims, element(value)));
    }
    LoopStep step;
    SmallVector<Value> arguments;
    {
      OpBuilder::InsertionGuard guard(b);
      Block *block = b.createBlock(&draft.getBody(), {}, types,
                                   SmallVector<Location>(types.size(), loc));
      arguments.assign(block->args_begin() + 1, block->args_end());
      step = body(block->getArgument(0), arguments);
      if (!failed() && step.carried.size() != carried.size())
        fail("the loop's body gives " + Twine(step.carried.size()) +
             " values to carry on, but has " + Twine(carried.size()));
      if (!failed()) {
        SmallVector<Value> yielded{step.goOn ? step.goOn : scalar(i1(), 1)};
        llvm::append_range(yielded, step.carried);
        llvm::append_range(yielded, step.stacked);
        graph::YieldOp::create(b, loc, yielded);
      }
    }
    bool settled =
        !failed() && settle(*this, carried, arguments, step.carried, sizes);
    if (!settled) {
      state.forget(draft.getBody());
      draft.erase();
      // What is imported again warns again.
      state.warnings.resize(warned);
      if (failed())
        return result;
      continue;
    }
    SmallVector<Type> results(types.begin() + 1, types.end());
    for (Value value : step.stacked) {
      Dims dims{count ? *count : DimExpr::symbol(trips)};
      dims.append(graph::getDims(value));
      results.push_back(
          graph::getTensorType(state.context, dims, element(value)));
    }
    graph::LoopOp loop = makeLoop(results);
    loop.getBody().takeBody(draft.getBody());
    draft.erase();
    verifyFilled(loop);
    result.carried.assign(loop.result_begin(),
                          loop.result_begin() + ptrdiff_t(carried.size()));
    result.stacked.assign(loop.result_begin() + ptrdiff_t(carried.size()),
                          loop.result_end());
    return result;
  }
}

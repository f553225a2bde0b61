//===- ControlFlow.cpp - ONNX If, Loop and Scan ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "GraphImporter.h"
#include "Registry.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

//===----------------------------------------------------------------------===//
// If
//===----------------------------------------------------------------------===//

/// The two sizes of a condition `a == b`, if both are known.
static std::optional<std::pair<DimExpr, DimExpr>>
comparedSizes(ImportState &state, Value condition) {
  Operation *op = condition.getDefiningOp();
  while (isa_and_nonnull<graph::ReshapeOp, graph::CastOp>(op))
    op = op->getOperand(0).getDefiningOp();
  auto compare = dyn_cast_if_present<graph::CompareOp>(op);
  if (!compare || compare.getKind() != graph::CompareKind::Eq)
    return std::nullopt;
  std::optional<Dims> lhs = state.knownContents(compare.getLhs()),
                      rhs = state.knownContents(compare.getRhs());
  if (!lhs || !rhs || lhs->size() != 1 || rhs->size() != 1)
    return std::nullopt;
  return std::pair(lhs->front(), rhs->front());
}

static void importOnly(Node &n, const onnx::GraphProto &taken) {
  std::optional<SmallVector<Value>> values =
      n.graph.importSubgraph(n, taken, {});
  for (size_t i = 0; values && i < values->size(); ++i)
    n.result(int64_t(i), (*values)[i]);
}

namespace {

/// The branches of an If in an op without results, and what both have in
/// common: a size in which they differ is a symbol, bound to one or the other.
struct Branches {
  graph::IfOp draft;
  SmallVector<Value> thenValues, elseValues;
  SmallVector<Type> types;
  std::vector<std::string> symbols;
  Dims thenDims, elseDims;

  graph::IfOp makeIf(Node &n, Value condition) {
    SmallVector<StringRef> names(symbols.begin(), symbols.end());
    OpBuilder &b = n.state.builder;
    return graph::IfOp::create(
        b, n.loc, types, condition, b.getStrArrayAttr(names),
        names.empty() ? graph::DimsAttr() : n.dimsAttr(thenDims),
        names.empty() ? graph::DimsAttr() : n.dimsAttr(elseDims));
  }
};

} // namespace

static void importBranches(Node &n, Value condition,
                           const onnx::GraphProto &thenGraph,
                           const onnx::GraphProto &elseGraph, Branches &both) {
  both.draft = both.makeIf(n, condition);
  auto import = [&](Region &region, const onnx::GraphProto &graph,
                    SmallVector<Value> &values) {
    OpBuilder::InsertionGuard guard(n.state.builder);
    n.state.builder.createBlock(&region);
    std::optional<SmallVector<Value>> branch =
        n.graph.importSubgraph(n, graph, {});
    if (!branch)
      return false;
    values = *branch;
    graph::YieldOp::create(n.state.builder, n.loc, values);
    return true;
  };
  if (import(both.draft.getThenRegion(), thenGraph, both.thenValues) &&
      import(both.draft.getElseRegion(), elseGraph, both.elseValues) &&
      both.thenValues.size() != both.elseValues.size())
    n.fail("the branches have " + Twine(both.thenValues.size()) + " and " +
           Twine(both.elseValues.size()) + " results");
}

/// Whether no result has one rank in one branch and another in the other.
static bool haveSameRanks(Node &n, const Branches &both) {
  return llvm::all_of(
      llvm::zip(both.thenValues, both.elseValues), [&](const auto &pair) {
        return n.rank(std::get<0>(pair)) == n.rank(std::get<1>(pair));
      });
}

/// The types of the results. `anyRank`: ranks are not compared.
static void joinTypes(Node &n, Branches &both, bool anyRank) {
  for (size_t i = 0; !n.failed() && i < both.thenValues.size(); ++i) {
    Value a = both.thenValues[i], e = both.elseValues[i];
    Dims dims = graph::getDims(a), other = graph::getDims(e);
    bool sameRank = dims.size() == other.size();
    if (n.element(a) != n.element(e) || (!sameRank && !anyRank))
      return n.fail("output " + Twine(i) + ": the branches give " +
                    Emitter::typeName(n.element(a)) + " of rank " +
                    Twine(dims.size()) + " and " +
                    Emitter::typeName(n.element(e)) + " of rank " +
                    Twine(other.size()));
    for (size_t axis = 0; sameRank && axis < dims.size(); ++axis)
      if (dims[axis] != other[axis]) {
        both.symbols.push_back(n.state.freshSymbol("branch"));
        both.thenDims.push_back(dims[axis]);
        both.elseDims.push_back(other[axis]);
        dims[axis] = DimExpr::symbol(both.symbols.back());
      }
    both.types.push_back(
        graph::getTensorType(n.state.context, dims, n.element(a)));
  }
}

/// No value has two ranks: the model is for sizes that are equal (PyTorch's
/// squeeze(k) squeezes there). Others are an error when it runs.
static void requireEqual(Node &n, const std::pair<DimExpr, DimExpr> &sizes) {
  n.state.warnings.push_back(
      "node '" + n.name +
      "' (If): the branches' results differ in rank, so the module is for "
      "sizes with " +
      sizes.first.str() + " = " + sizes.second.str() +
      "; declare the inputs' shapes for others");
  n.state.checkEqual(n.loc, sizes.first, sizes.second,
                     "the branch that the model was compiled for");
}

static void importIf(Node &n) {
  const onnx::GraphProto *thenGraph = n.subgraph("then_branch");
  const onnx::GraphProto *elseGraph = n.subgraph("else_branch");
  Value condition = toScalar(n, n.in(0), "input 'cond'");
  if (n.failed())
    return;
  // A condition that is known (often: is this size 1?) leaves one branch, whose
  // results may then have another rank than the other's.
  if (std::optional<Dims> known = n.state.knownContents(condition);
      known && known->size() == 1 && (*known)[0].constantValue())
    return importOnly(n, (*known)[0].isConstant(0) ? *elseGraph : *thenGraph);

  Branches both;
  size_t warned = n.state.warnings.size();
  importBranches(n, condition, *thenGraph, *elseGraph, both);
  auto sizes = comparedSizes(n.state, condition);
  bool onSizes = !n.failed() && sizes && !haveSameRanks(n, both);
  if (!n.failed())
    joinTypes(n, both, /*anyRank=*/onSizes);
  if (n.failed() || onSizes) {
    n.state.forget(both.draft.getThenRegion());
    n.state.forget(both.draft.getElseRegion());
    both.draft.erase();
    n.state.warnings.resize(warned);
    if (n.failed())
      return;
    requireEqual(n, *sizes);
    return importOnly(n, *thenGraph);
  }
  graph::IfOp op = both.makeIf(n, condition);
  op.getThenRegion().takeBody(both.draft.getThenRegion());
  op.getElseRegion().takeBody(both.draft.getElseRegion());
  both.draft.erase();
  n.verifyFilled(op);
  for (auto [i, value] : llvm::enumerate(op.getResults()))
    n.result(int64_t(i), value);
}

//===----------------------------------------------------------------------===//
// Loop
//===----------------------------------------------------------------------===//

static void importLoop(Node &n) {
  const onnx::GraphProto *body = n.subgraph("body");
  if (!n.has(0) && !n.has(1))
    return n.fail("neither input 'M' nor input 'cond' is given: the loop would "
                  "never end");
  Value limit = n.has(0) ? toScalar(n, n.in(0), "input 'M'") : Value();
  Value condition = n.has(1) ? toScalar(n, n.in(1), "input 'cond'") : Value();
  SmallVector<Value> carried;
  for (int64_t i = 2; i < n.numInputs(); ++i) {
    if (!n.has(i))
      return n.fail("input " + Twine(i) + " is missing");
    carried.push_back(n.in(i));
  }
  if (n.failed())
    return;
  size_t count = carried.size();
  if (body->output_size() < int(count) + 1)
    return n.fail("the body has " + Twine(body->output_size()) +
                  " outputs, but the loop carries " + Twine(count) + " values");
  // Without a condition and with a known number of trips, that is the size of
  // what is stacked.
  std::optional<DimExpr> trips;
  bool endless = !condition;
  if (std::optional<Dims> known =
          condition ? n.state.knownContents(condition) : std::nullopt)
    endless = known->size() == 1 && (*known)[0].isConstant(1);
  std::optional<Dims> known =
      limit ? n.state.knownContents(limit) : std::nullopt;
  bool goesOn = endless && known && known->size() == 1;
  Emitter::LoopResult result =
      n.loop(limit, condition, carried, std::nullopt,
             [&](Value iteration, ArrayRef<Value> values) {
               Emitter::LoopStep step;
               // The body only runs while the condition holds.
               SmallVector<Value> inputs{iteration, n.scalar(n.i1(), 1)};
               inputs.append(values.begin(), values.end());
               std::optional<SmallVector<Value>> outputs =
                   n.graph.importSubgraph(n, *body, inputs);
               if (!outputs)
                 return step;
               if (condition)
                 step.goOn = toScalar(n, (*outputs)[0], "the body's condition");
               std::optional<Dims> always =
                   step.goOn ? n.state.knownContents(step.goOn) : std::nullopt;
               goesOn &= !step.goOn || (always && (*always)[0].isConstant(1));
               step.carried.assign(outputs->begin() + 1,
                                   outputs->begin() + 1 + ptrdiff_t(count));
               step.stacked.assign(outputs->begin() + 1 + ptrdiff_t(count),
                                   outputs->end());
               return step;
             });
  if (n.failed())
    return;
  for (size_t i = 0; i < count; ++i)
    n.result(int64_t(i), result.carried[i]);
  for (size_t i = 0; i < result.stacked.size(); ++i) {
    Value stacked = result.stacked[i];
    if (goesOn) {
      Dims dims = n.shape(stacked).dims;
      dims[0] =
          n.isSize((*known)[0]) ? (*known)[0] : DimExpr::max(0, (*known)[0]);
      stacked = n.reshape(stacked, dims);
    }
    n.result(int64_t(count + i), stacked);
  }
}

//===----------------------------------------------------------------------===//
// Scan
//===----------------------------------------------------------------------===//

/// A list with an entry per scanned input or output.
static SmallVector<int64_t> perScan(Node &n, StringRef name, size_t count) {
  SmallVector<int64_t> values = n.integers(name);
  if (!n.hasAttr(name))
    values.assign(count, 0);
  if (values.size() != count)
    n.fail("attribute '" + name + "': expected " + Twine(count) +
           " entries, but got " + Twine(values.size()));
  values.resize(count, 0);
  return values;
}

static void importScan(Node &n) {
  const onnx::GraphProto *body = n.subgraph("body");
  int64_t scanned = n.required("num_scan_inputs");
  if (n.failed())
    return;
  int64_t states = n.numInputs() - scanned;
  if (scanned < 1 || states < 0)
    return n.fail("attribute 'num_scan_inputs': " + Twine(scanned) +
                  " does not fit " + Twine(n.numInputs()) + " inputs");
  if (int64_t(body->output_size()) < states)
    return n.fail("the body has too few outputs");
  size_t outputs = size_t(body->output_size() - states);
  SmallVector<int64_t> inAxes = perScan(n, "scan_input_axes", size_t(scanned));
  SmallVector<int64_t> inBack =
      perScan(n, "scan_input_directions", size_t(scanned));
  SmallVector<int64_t> outAxes = perScan(n, "scan_output_axes", outputs);
  SmallVector<int64_t> outBack = perScan(n, "scan_output_directions", outputs);
  SmallVector<Value> carried, sequences;
  for (int64_t i = 0; i < n.numInputs(); ++i) {
    if (!n.has(i))
      return n.fail("input " + Twine(i) + " is missing");
    (i < states ? carried : sequences).push_back(n.in(i));
  }
  DimExpr length(0);
  for (size_t i = 0; i < sequences.size() && !n.failed(); ++i) {
    inAxes[i] =
        n.axis(inAxes[i], n.rank(sequences[i]), "attribute 'scan_input_axes'");
    DimExpr size = n.shape(sequences[i])[inAxes[i]];
    length = i == 0 ? size : n.equal(length, size, "the lengths of the inputs");
  }
  if (n.failed())
    return;
  Value last = n.fromDim(length - 1);
  Emitter::LoopResult result =
      n.forLoop(length, carried, [&](Value iteration, ArrayRef<Value> values) {
        Emitter::LoopStep step;
        SmallVector<Value> inputs(values);
        for (size_t i = 0; i < sequences.size(); ++i) {
          Value at = inBack[i] ? n.sub(last, iteration) : iteration;
          inputs.push_back(n.gather(sequences[i], at, inAxes[i]));
        }
        std::optional<SmallVector<Value>> yielded =
            n.graph.importSubgraph(n, *body, inputs);
        if (!yielded)
          return step;
        step.carried.assign(yielded->begin(), yielded->begin() + states);
        step.stacked.assign(yielded->begin() + states, yielded->end());
        return step;
      });
  if (n.failed())
    return;
  for (int64_t i = 0; i < states; ++i)
    n.result(i, result.carried[size_t(i)]);
  for (size_t i = 0; i < outputs; ++i) {
    Value y = result.stacked[i];
    if (outBack[i])
      y = n.reverse(y, 0);
    int64_t rank = n.rank(y);
    int64_t axis = n.axis(outAxes[i], rank, "attribute 'scan_output_axes'");
    SmallVector<int64_t> permutation;
    for (int64_t at = 1; at < rank; ++at)
      permutation.push_back(at);
    permutation.insert(permutation.begin() + axis, 0);
    n.result(states + int64_t(i), n.transpose(y, permutation));
  }
}

llvm::ArrayRef<OpRow> onnximport::controlFlowOps() {
  static const OpRow rows[] = {
      {"If", 7, Newest, 1, 1, Bool, importIf,
       "branches with results of different ranks, unless the condition is "
       "known"},
      {"Loop", 7, Newest, 0, Many, Any, importLoop,
       "carried values whose rank or type changes"},
      {"Scan", 9, Newest, 1, Many, Any, importScan},
  };
  return rows;
}

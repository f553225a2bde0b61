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

static void importIf(Node &n) {
  const onnx::GraphProto *thenGraph = n.subgraph("then_branch");
  const onnx::GraphProto *elseGraph = n.subgraph("else_branch");
  Value condition = toScalar(n, n.in(0), "input 'cond'");
  if (n.failed())
    return;
  auto importOnly = [&](const onnx::GraphProto &taken) {
    std::optional<SmallVector<Value>> values =
        n.graph.importSubgraph(n, taken, {});
    for (size_t i = 0; values && i < values->size(); ++i)
      n.result(int64_t(i), (*values)[i]);
  };
  // A condition that is known (often: is this size 1?) leaves one branch, whose
  // results may then have another rank than the other's.
  if (std::optional<Dims> known = n.state.knownContents(condition);
      known && known->size() == 1 && (*known)[0].constantValue())
    return importOnly((*known)[0].isConstant(0) ? *elseGraph : *thenGraph);
  auto sizes = comparedSizes(n.state, condition);

  OpBuilder &b = n.state.builder;
  auto makeIf = [&](TypeRange types, ArrayRef<std::string> symbols,
                    const Dims &thenDims, const Dims &elseDims) {
    SmallVector<StringRef> names(symbols.begin(), symbols.end());
    return graph::IfOp::create(
        b, n.loc, types, condition, b.getStrArrayAttr(names),
        names.empty() ? graph::DimsAttr() : n.dimsAttr(thenDims),
        names.empty() ? graph::DimsAttr() : n.dimsAttr(elseDims));
  };
  graph::IfOp draft = makeIf({}, {}, {}, {});
  SmallVector<Value> values[2];
  for (int i = 0; i < 2; ++i) {
    OpBuilder::InsertionGuard guard(b);
    b.createBlock(&draft->getRegion(unsigned(i)));
    std::optional<SmallVector<Value>> branch =
        n.graph.importSubgraph(n, i == 0 ? *thenGraph : *elseGraph, {});
    if (!branch)
      break;
    values[i] = *branch;
    graph::YieldOp::create(b, n.loc, values[i]);
  }
  if (!n.failed() && values[0].size() != values[1].size())
    n.fail("the branches have " + Twine(values[0].size()) + " and " +
           Twine(values[1].size()) + " results");
  SmallVector<Type> types;
  std::vector<std::string> symbols;
  Dims thenDims, elseDims;
  bool onSizes = false;
  for (size_t i = 0; !n.failed() && i < values[0].size(); ++i) {
    Value a = values[0][i], e = values[1][i];
    Dims dims = graph::getDims(a), other = graph::getDims(e);
    bool sameRank = dims.size() == other.size();
    onSizes |= !sameRank && sizes;
    if (n.element(a) != n.element(e) || (!sameRank && !onSizes)) {
      n.fail("output " + Twine(i) + ": the branches give " +
             Emitter::typeName(n.element(a)) + " of rank " +
             Twine(dims.size()) + " and " + Emitter::typeName(n.element(e)) +
             " of rank " + Twine(other.size()));
      break;
    }
    if (onSizes)
      break;
    for (size_t axis = 0; axis < dims.size(); ++axis)
      if (dims[axis] != other[axis]) {
        symbols.push_back(n.state.freshSymbol("branch"));
        thenDims.push_back(dims[axis]);
        elseDims.push_back(other[axis]);
        dims[axis] = DimExpr::symbol(symbols.back());
      }
    types.push_back(graph::getTensorType(n.state.context, dims, n.element(a)));
  }
  if (n.failed() || onSizes) {
    n.state.forget(draft.getThenRegion());
    n.state.forget(draft.getElseRegion());
    draft.erase();
    if (n.failed())
      return;
    // No value has two ranks: the model is for sizes that are equal (PyTorch's
    // squeeze(k) squeezes there). Others are an error when it runs.
    std::string equal = sizes->first.str() + " = " + sizes->second.str();
    n.state.warnings.push_back(
        "node '" + n.name +
        "' (If): the branches' results differ in rank, so the module is for "
        "sizes with " +
        equal + "; declare the inputs' shapes for others");
    n.state.checkEqual(n.loc, sizes->first, sizes->second,
                       "the branch that the model was compiled for");
    return importOnly(*thenGraph);
  }
  graph::IfOp op = makeIf(types, symbols, thenDims, elseDims);
  op.getThenRegion().takeBody(draft.getThenRegion());
  op.getElseRegion().takeBody(draft.getElseRegion());
  draft.erase();
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

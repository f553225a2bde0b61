//===- Recurrent.cpp - ONNX RNN, GRU and LSTM --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

//===----------------------------------------------------------------------===//
// Per direction: one matrix product of all inputs with W before the loop, then
// a loop over time with the product of the state with R and the gates. A
// reversed direction walks from the end; elements behind a sequence's own
// length leave the state as it is and give zeros. Of f16 and bf16 all of it is
// computed in f32: an error of one step grows in the next.
//===----------------------------------------------------------------------===//

namespace {

struct Activation {
  std::string name;
  double alpha, beta;
};

class RecurrentImporter {
public:
  /// `gates`: how many matrices W and R hold; `functions`: activations per
  /// direction.
  RecurrentImporter(Node &n, int64_t gates, ArrayRef<StringRef> functions)
      : n(n), gates(gates), functions(functions.begin(), functions.end()) {}

  /// The gates of one step: from the input's part [B, gates * H], the states
  /// (h, for LSTM also c) to the new states.
  using Cell = llvm::function_ref<SmallVector<Value>(
      RecurrentImporter &, Value input, ArrayRef<Value> states)>;
  void run(bool hasCell, Cell cell);

  // For the cells, while a direction is imported.
  Value activate(size_t which, Value x);
  Value clipped(Value x);
  Value gate(Value all, int64_t index) {
    return n.sliceAxis(all, 1, DimExpr(index) * hidden, hidden);
  }
  Value timesR(Value state, int64_t first, int64_t count) {
    Value part = n.sliceAxis(recurrence, 0, DimExpr(first) * hidden,
                             DimExpr(count) * hidden);
    return n.matmul(state, part, false, true);
  }
  /// Part of the bias of R, [count * H]; null if there is none.
  Value recurrentBias(int64_t first, int64_t count) {
    return bias ? n.sliceAxis(bias, 0, DimExpr(gates + first) * hidden,
                              DimExpr(count) * hidden)
                : Value();
  }
  Value peephole(int64_t index) {
    return peepholes
               ? n.sliceAxis(peepholes, 0, DimExpr(index) * hidden, hidden)
               : Value();
  }
  Node &n;
  /// GRU: apply the reset gate after the product with R.
  bool resetAfter = false;
  bool inputForget = false;

private:
  Value in(int64_t input) { return wide(n, n.in(input)); }
  void result(int64_t output, Value value) {
    n.result(output, n.castLike(value, n.in(0)));
  }
  bool readActivations();
  /// Row `direction` of a parameter.
  Value rowOf(Value parameter, int64_t direction) {
    return n.squeeze(n.sliceAxis(parameter, 0, direction, 1), {0});
  }
  Value initial(int64_t input, int64_t direction);

  int64_t gates, directions = 1;
  SmallVector<StringRef> functions;
  std::vector<Activation> activations;
  size_t firstActivation = 0;
  std::optional<double> clip;
  bool batchFirst = false;
  Value x, recurrence, bias, peepholes;
  DimExpr hidden, batch, steps;
};

/// What an activation uses if the model gives no alpha or beta.
std::optional<Activation> defaults(std::string name) {
  // Names are compared without their case, as exporters disagree.
  for (auto [known, alpha, beta] :
       std::initializer_list<std::tuple<const char *, double, double>>{
           {"Relu", 0, 0},
           {"Tanh", 0, 0},
           {"Sigmoid", 0, 0},
           {"Affine", 1, 0},
           {"LeakyRelu", 0.01f, 0},
           {"ThresholdedRelu", 1, 0},
           {"ScaledTanh", 1, 1},
           {"HardSigmoid", 0.2f, 0.5},
           {"Elu", 1, 0},
           {"Softsign", 0, 0},
           {"Softplus", 0, 0}})
    if (StringRef(known).equals_insensitive(name))
      return Activation{known, alpha, beta};
  return std::nullopt;
}

} // namespace

bool RecurrentImporter::readActivations() {
  std::vector<std::string> names = n.texts("activations");
  SmallVector<double> alphas = n.numbers("activation_alpha");
  SmallVector<double> betas = n.numbers("activation_beta");
  size_t count = functions.size() * size_t(directions);
  if (names.empty())
    for (int64_t i = 0; i < directions; ++i)
      names.insert(names.end(), functions.begin(), functions.end());
  if (names.size() != count) {
    n.fail("attribute 'activations': expected " + Twine(count) +
           " names, but got " + Twine(names.size()));
    return false;
  }
  // Alphas and betas are listed for the functions that take one.
  size_t nextAlpha = 0, nextBeta = 0;
  for (const std::string &name : names) {
    std::optional<Activation> found = defaults(name);
    if (!found) {
      n.fail("attribute 'activations': '" + name + "' is not known");
      return false;
    }
    bool takesBeta = found->name == "ScaledTanh" ||
                     found->name == "HardSigmoid" || found->name == "Affine";
    bool takesAlpha = takesBeta || found->name == "LeakyRelu" ||
                      found->name == "ThresholdedRelu" || found->name == "Elu";
    if (takesAlpha && nextAlpha < alphas.size())
      found->alpha = alphas[nextAlpha++];
    if (takesBeta && nextBeta < betas.size())
      found->beta = betas[nextBeta++];
    activations.push_back(*found);
  }
  return true;
}

Value RecurrentImporter::activate(size_t which, Value x) {
  const Activation &f = activations[firstActivation + which];
  Value alpha = n.like(x, f.alpha), beta = n.like(x, f.beta);
  if (f.name == "Relu")
    return n.maximum(x, n.like(x, 0));
  if (f.name == "Tanh")
    return n.unary(UnaryKind::Tanh, x);
  if (f.name == "Sigmoid")
    return n.unary(UnaryKind::Sigmoid, x);
  if (f.name == "Affine")
    return n.add(n.mul(x, alpha), beta);
  if (f.name == "LeakyRelu")
    return n.selectNegative(x, n.mul(x, alpha), x);
  if (f.name == "ThresholdedRelu")
    return n.select(n.compare(CompareKind::Ge, x, alpha), x, n.like(x, 0));
  if (f.name == "ScaledTanh")
    return n.mul(n.unary(UnaryKind::Tanh, n.mul(x, beta)), alpha);
  if (f.name == "HardSigmoid")
    return hardSigmoid(n, x, f.alpha, f.beta);
  if (f.name == "Elu")
    return elu(n, x, f.alpha);
  return f.name == "Softsign" ? softsign(n, x) : softplus(n, x);
}

Value RecurrentImporter::clipped(Value x) {
  return clip ? n.clamp(x, -*clip, *clip) : x;
}

/// The state before the first step: [B, H] of an input, or zeros.
Value RecurrentImporter::initial(int64_t input, int64_t direction) {
  if (!n.has(input))
    return n.full({batch, hidden}, n.like(x, 0));
  Value all = in(input); // [D, B, H], or [B, D, H] with layout 1.
  if (!n.expectRank(all, 3, 3, "an initial state"))
    return x;
  if (batchFirst)
    all = n.transpose(all, {1, 0, 2});
  n.equal(n.shape(all)[1], batch, "the batch of an initial state");
  n.equal(n.shape(all)[2], hidden, "the hidden size of an initial state");
  n.equal(n.shape(all)[0], directions, "the directions of an initial state");
  return n.reshape(rowOf(all, direction), {batch, hidden});
}

void RecurrentImporter::run(bool hasCell, Cell cell) {
  std::string direction =
      n.text("direction", "forward", {"forward", "reverse", "bidirectional"});
  directions = direction == "bidirectional" ? 2 : 1;
  batchFirst = n.opset >= 14 && n.flag("layout", false);
  n.ignore({"output_sequence"});
  if (n.hasAttr("clip"))
    clip = n.number("clip", 0);
  if (!readActivations() || !n.expectRank(n.in(0), 3, 3, "input 'X'") ||
      !n.expectRank(n.in(1), 3, 3, "input 'W'") ||
      !n.expectRank(n.in(2), 3, 3, "input 'R'"))
    return;
  x = batchFirst ? n.transpose(in(0), {1, 0, 2}) : in(0);
  steps = n.shape(x)[0];
  batch = n.shape(x)[1];
  hidden = n.shape(n.in(2))[2];
  if (n.hasAttr("hidden_size"))
    hidden = n.equal(hidden, n.integer("hidden_size", 0),
                     "attribute 'hidden_size' and input 'R'");
  // Their sizes per direction; the first axis counts these.
  DimExpr all = DimExpr(gates) * hidden;
  auto expectParameter = [&](int64_t input, const Dims &dims) {
    if (!n.has(input) ||
        !n.expectRank(n.in(input), int64_t(dims.size()) + 1,
                      int64_t(dims.size()) + 1, "input " + Twine(input)))
      return;
    n.equal(n.shape(n.in(input))[0], directions,
            "the directions of input " + Twine(input));
    for (auto [i, size] : llvm::enumerate(dims))
      n.equal(n.shape(n.in(input))[int64_t(i) + 1], size,
              "axis " + Twine(i + 1) + " of input " + Twine(input) +
                  ", which follows from the hidden size");
  };
  expectParameter(1, {all, n.shape(x)[2]});
  expectParameter(2, {all, hidden});
  expectParameter(3, {DimExpr(2) * all});
  if (hasCell)
    expectParameter(7, {DimExpr(3) * hidden});
  if (n.failed() ||
      (n.has(4) && !n.expectVector(n.in(4), batch, "input 'sequence_lens'")))
    return;
  Value lengths =
      n.has(4) ? n.unsqueeze(n.cast(n.in(4), n.i64()), {1}) : Value();

  SmallVector<Value> outputs, finals, finalCells;
  for (int64_t d = 0; d < directions && !n.failed(); ++d) {
    bool backward = direction == "reverse" || d == 1;
    firstActivation = functions.size() * size_t(d);
    recurrence = rowOf(in(2), d);
    bias = n.has(3) ? rowOf(in(3), d) : Value();
    peepholes = hasCell && n.has(7) ? rowOf(in(7), d) : Value();
    Value input = n.matmul(x, rowOf(in(1), d), false, true);
    if (bias)
      input = n.add(input, n.sliceAxis(bias, 0, 0, DimExpr(gates) * hidden));
    SmallVector<Value> states{initial(5, d)};
    if (hasCell)
      states.push_back(initial(6, d));
    Value last = n.fromDim(steps - 1);
    Emitter::LoopResult result =
        n.forLoop(steps, states, [&](Value iteration, ArrayRef<Value> before) {
          Emitter::LoopStep step;
          Value time = backward ? n.sub(last, iteration) : iteration;
          SmallVector<Value> after =
              cell(*this, n.gather(input, time, 0), before);
          Value output = after[0];
          if (lengths) {
            Value inside = n.compare(CompareKind::Lt, time, lengths);
            output = n.select(inside, output, n.like(output, 0));
            for (size_t i = 0; i < after.size(); ++i)
              after[i] = n.select(inside, after[i], before[i]);
          }
          step.carried = after;
          step.stacked = {output};
          return step;
        });
    if (n.failed())
      return;
    Value y = result.stacked[0]; // [S, B, H]
    outputs.push_back(n.unsqueeze(backward ? n.reverse(y, 0) : y, {1}));
    finals.push_back(n.unsqueeze(result.carried[0], {0}));
    if (hasCell)
      finalCells.push_back(n.unsqueeze(result.carried[1], {0}));
  }
  if (n.failed())
    return;
  // [S, D, B, H] and [D, B, H]; with layout 1 [B, S, D, H] and [B, D, H].
  Value y = n.concat(outputs, 1), h = n.concat(finals, 0);
  result(0, batchFirst ? n.transpose(y, {2, 0, 1, 3}) : y);
  result(1, batchFirst ? n.transpose(h, {1, 0, 2}) : h);
  if (hasCell) {
    Value c = n.concat(finalCells, 0);
    result(2, batchFirst ? n.transpose(c, {1, 0, 2}) : c);
  }
}

static Value addIf(Node &n, Value x, Value bias) {
  return bias ? n.add(x, bias) : x;
}

static void importRNN(Node &n) {
  RecurrentImporter r(n, 1, {"Tanh"});
  r.run(false, [](RecurrentImporter &r, Value input, ArrayRef<Value> states) {
    Value sum = r.n.add(input, r.timesR(states[0], 0, 1));
    sum = addIf(r.n, sum, r.recurrentBias(0, 1));
    return SmallVector<Value>{r.activate(0, r.clipped(sum))};
  });
}

/// Gates in the order z (update), r (reset), h (new).
static void importGRU(Node &n) {
  RecurrentImporter r(n, 3, {"Sigmoid", "Tanh"});
  r.resetAfter = n.flag("linear_before_reset", false);
  r.run(false, [](RecurrentImporter &r, Value input, ArrayRef<Value> states) {
    Node &n = r.n;
    Value h = states[0];
    Value both = addIf(n, r.timesR(h, 0, 2), r.recurrentBias(0, 2));
    Value z =
        r.activate(0, r.clipped(n.add(r.gate(input, 0), r.gate(both, 0))));
    Value reset =
        r.activate(0, r.clipped(n.add(r.gate(input, 1), r.gate(both, 1))));
    Value part;
    if (r.resetAfter)
      part = n.mul(reset, addIf(n, r.timesR(h, 2, 1), r.recurrentBias(2, 1)));
    else
      part = addIf(n, r.timesR(n.mul(reset, h), 2, 1), r.recurrentBias(2, 1));
    Value fresh = r.activate(1, r.clipped(n.add(r.gate(input, 2), part)));
    Value kept = n.mul(z, h);
    return SmallVector<Value>{
        n.add(n.mul(n.sub(n.like(z, 1), z), fresh), kept)};
  });
}

/// Gates in the order i (input), o (output), f (forget), c (cell); peepholes in
/// the order i, o, f.
static void importLSTM(Node &n) {
  RecurrentImporter r(n, 4, {"Sigmoid", "Tanh", "Tanh"});
  r.inputForget = n.flag("input_forget", false);
  r.run(true, [](RecurrentImporter &r, Value input, ArrayRef<Value> states) {
    Node &n = r.n;
    Value h = states[0], c = states[1];
    Value all =
        addIf(n, n.add(input, r.timesR(h, 0, 4)), r.recurrentBias(0, 4));
    auto withPeephole = [&](int64_t gate, int64_t which, Value cell) {
      Value sum = r.gate(all, gate);
      Value weight = r.peephole(which);
      return weight ? n.add(sum, n.mul(cell, weight)) : sum;
    };
    Value i = r.activate(0, r.clipped(withPeephole(0, 0, c)));
    Value f = r.inputForget ? n.sub(n.like(i, 1), i)
                            : r.activate(0, r.clipped(withPeephole(2, 2, c)));
    Value fresh = r.activate(1, r.clipped(r.gate(all, 3)));
    Value cell = n.add(n.mul(f, c), n.mul(i, fresh));
    Value o = r.activate(0, r.clipped(withPeephole(1, 1, cell)));
    return SmallVector<Value>{n.mul(o, r.activate(2, cell)), cell};
  });
}

llvm::ArrayRef<OpRow> onnximport::recurrentOps() {
  static const OpRow rows[] = {
      {"RNN", 7, Newest, 3, 6, Float, importRNN},
      {"GRU", 7, Newest, 3, 6, Float, importGRU},
      {"LSTM", 7, Newest, 3, 8, Float, importLSTM},
  };
  return rows;
}

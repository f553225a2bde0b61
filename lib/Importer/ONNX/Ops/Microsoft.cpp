//===- Microsoft.cpp - fused ops of com.microsoft ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include "Common.h"
#include "Quantization.h"
#include "Registry.h"
#include "Windows.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

static Value geluOf(Node &n, Value x, bool tanh) {
  return n.castLike(gelu(n, wide(n, x), tanh), x);
}

static void importGelu(Node &n) { n.result(0, geluOf(n, n.in(0), false)); }

static void importBiasGelu(Node &n) {
  n.result(0, geluOf(n, n.add(n.in(0), n.in(1)), false));
}

static void importFastGelu(Node &n) {
  Value x = n.has(1) ? n.add(n.in(0), n.in(1)) : n.in(0);
  n.result(0, geluOf(n, x, true));
}

static void importQuickGelu(Node &n) {
  double alpha = n.number("alpha", 1.702f);
  n.result(0, n.castLike(swish(n, wide(n, n.in(0)), alpha), n.in(0)));
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static void importFusedMatMul(Node &n) {
  double alpha = n.number("alpha", 1);
  bool transA = n.flag("transA", false), transB = n.flag("transB", false);
  Value a = n.in(0), b = n.in(1);
  // Rows come before the batch: [M, batch..., K] -> [batch..., M, K].
  auto rowsBehindBatch = [&](Value x, StringRef name) {
    if (!n.flag(name, false) || !n.expectRank(x, 3, 64, name))
      return x;
    SmallVector<int64_t> permutation = axesFrom(0, n.rank(x));
    std::rotate(permutation.begin(), permutation.begin() + 1,
                permutation.end() - 1);
    return n.transpose(x, permutation);
  };
  a = rowsBehindBatch(a, "transBatchA");
  b = rowsBehindBatch(b, "transBatchB");
  // As in NumPy, a vector has nothing to transpose.
  Value y = n.rank(a) < 2 || n.rank(b) < 2 ? numpyMatmul(n, a, b, {})
                                           : n.matmul(a, b, transA, transB);
  n.result(0, alpha == 1 ? y : n.mul(y, n.like(y, alpha)));
}

/// The activation that an attribute names, for the fused convolution.
static Value namedActivation(Node &n, Value x) {
  std::string name = n.text(
      "activation", "",
      {"", "Relu", "Tanh", "Sigmoid", "LeakyRelu", "Clip", "HardSigmoid"});
  SmallVector<double> params = n.numbers("activation_params");
  size_t expected = name == "LeakyRelu"                       ? 1
                    : name == "Clip" || name == "HardSigmoid" ? 2
                                                              : 0;
  // None has a default. What an activation does not take is ignored, as in ONNX
  // Runtime.
  if (params.size() != expected && expected != 0) {
    n.fail("attribute 'activation_params': expected " + Twine(expected) +
           " entries for " + name + ", but got " + Twine(params.size()));
    return x;
  }
  if (name == "Relu")
    return n.maximum(x, n.like(x, 0));
  if (name == "Tanh")
    return n.unary(UnaryKind::Tanh, x);
  if (name == "Sigmoid")
    return n.unary(UnaryKind::Sigmoid, x);
  if (name == "LeakyRelu")
    return n.selectNegative(x, n.mul(x, n.like(x, params[0])), x);
  if (name == "Clip")
    return n.clamp(x, params[0], params[1]);
  if (name == "HardSigmoid")
    return hardSigmoid(n, x, params[0], params[1]);
  return x;
}

static void importFusedConv(Node &n) {
  Value y = convolution(n, n.in(0), n.in(1), n.has(2) ? n.in(2) : Value());
  if (n.has(3))
    y = n.add(y, n.in(3));
  n.result(0, namedActivation(n, y));
}

//===----------------------------------------------------------------------===//
// Normalisation
//===----------------------------------------------------------------------===//

/// Layer normalisation over the last axis; the input may be a sum, which is the
/// fourth result.
static void normalized(Node &n, Value x, int64_t scale, int64_t bias,
                       bool rms) {
  double epsilon = n.number("epsilon", 1e-12f);
  for (int64_t i : {scale, bias})
    if (i >= 0 && n.has(i) &&
        !n.expectVector(n.in(i), n.shape(x)[-1], "input " + Twine(i)))
      return;
  Value y = n.normalize(wide(n, x), {n.rank(x) - 1}, epsilon, rms);
  y = n.mul(y, n.castLike(n.in(scale), y));
  if (bias >= 0 && n.has(bias))
    y = n.add(y, n.castLike(n.in(bias), y));
  n.result(0, n.castLike(y, x));
}

static void importSkipLayerNormalization(Node &n) {
  Value sum = n.add(n.in(0), n.in(1));
  if (n.has(4))
    sum = n.add(sum, n.in(4));
  normalized(n, sum, 2, 3, false);
  n.result(3, sum);
}

static void importSkipSimplifiedLayerNormalization(Node &n) {
  Value sum = n.add(n.in(0), n.in(1));
  if (n.has(3))
    sum = n.add(sum, n.in(3));
  normalized(n, sum, 2, -1, true);
  n.result(3, sum);
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// A mask of keys: [B, S] or [B, L, S] of 1 and 0 or less (masked), or lengths
/// [B]; as bools that broadcast to [B, H, L, S].
static Value keysKept(Node &n, Value mask, const DimExpr &keys) {
  int64_t rank = n.rank(mask);
  if (rank == 2 || rank == 3) {
    Value kept = n.compare(CompareKind::Gt, mask, n.like(mask, 0));
    return rank == 2 ? n.unsqueeze(kept, {1, 2}) : n.unsqueeze(kept, {1});
  }
  if (rank != 1) {
    n.fail("a mask of rank " + Twine(rank) + " is not supported");
    return mask;
  }
  Value lengths = n.alongAxis(n.cast(mask, n.i64()), 0, 4);
  return n.compare(CompareKind::Lt, n.iota(keys, n.i64()), lengths);
}

static double scaleOf(Node &n, Value &query) {
  double scale = n.number("scale", 0);
  return scale != 0 ? scale : defaultScale(n, query);
}

/// The end of both attentions: `keysMask` is the input that says which keys
/// take part; input 5 is a bias. Query, key and value are wide and split into
/// heads.
static void attend(Node &n, Value q, Value k, Value v, int64_t keysMask,
                   bool causal) {
  AttentionMask mask;
  double filter = n.number("mask_filter_value", -10000);
  DimExpr queries = n.shape(q)[1], keys = n.shape(k)[1];
  if (n.has(5))
    mask.bias = wide(n, n.in(5));
  if (n.has(keysMask)) {
    // A number is added to what is masked, so that a row of which all is
    // masked is as if nothing were.
    Value added = n.select(keysKept(n, n.in(keysMask), keys), n.like(q, 0),
                           n.like(q, filter));
    mask.bias = mask.bias ? n.add(mask.bias, added) : added;
  }
  // Query i sees keys up to i, but the last one sees all of them, as in ONNX
  // Runtime. With as many keys as queries that is tw's own causality.
  bool own = causal && queries == keys;
  if (causal && !own) {
    Value positions = n.unsqueeze(n.iota(queries, n.i64()), {1});
    Value isLast =
        n.compare(CompareKind::Eq, positions, n.fromDim(queries - 1));
    Value isSeen = n.compare(CompareKind::Ge, positions, n.iota(keys, n.i64()));
    mask.restrict(n, n.binary(BinaryKind::Or, isSeen, isLast));
  }
  if (n.failed())
    return;
  double scale = scaleOf(n, q);
  Value y = attention(n, q, k, v, mask.merged(n, n.element(q)), scale, 0, own);
  n.result(0, n.castLike(joinHeads(n, y), n.in(0)));
}

/// One matrix makes query, key and value: input [B, L, D] x [D, 3 * D'].
static void importAttention(Node &n) {
  int64_t heads = n.required("num_heads");
  bool causal = n.flag("unidirectional", false);
  if (n.integer("do_rotary", 0) != 0 || n.has(4) || n.has(6))
    return n.fail("rotary embeddings and past states are not supported");
  SmallVector<int64_t> sizes = n.integers("qkv_hidden_sizes");
  if (!sizes.empty() && sizes.size() != 3)
    return n.fail("attribute 'qkv_hidden_sizes': expected 3 numbers, but got " +
                  Twine(sizes.size()));
  if (!n.expectRank(n.in(0), 3, 3, "input") ||
      !n.expectRank(n.in(1), 2, 2, "input 'weights'"))
    return;
  Value all = n.matmul(wide(n, n.in(0)), wide(n, n.in(1)));
  if (n.has(2))
    all = n.add(all, wide(n, n.in(2)));
  DimExpr third = DimExpr::floorDiv(n.shape(all)[2], 3);
  Dims widths{third, third, third};
  if (sizes.size() == 3)
    widths.assign(sizes.begin(), sizes.end());
  n.equal(widths[0] + widths[1] + widths[2], n.shape(all)[2],
          "the hidden sizes and the columns of the weights");
  Value q = splitHeads(n, n.sliceAxis(all, 2, 0, widths[0]), heads);
  Value k = splitHeads(n, n.sliceAxis(all, 2, widths[0], widths[1]), heads);
  Value v = splitHeads(n, n.sliceAxis(all, 2, widths[0] + widths[1], widths[2]),
                       heads);
  attend(n, q, k, v, /*keysMask=*/3, causal);
}

static void importMultiHeadAttention(Node &n) {
  int64_t heads = n.required("num_heads");
  bool causal = n.flag("unidirectional", false);
  for (int64_t i = 6; i < n.numInputs(); ++i)
    if (n.has(i))
      return n.fail("past states are not supported");
  if (!n.has(1) || !n.has(2))
    return n.fail("packed keys and values are not supported");
  for (int64_t i = 0; i < 3; ++i)
    if (!n.expectRank(n.in(i), 3, 3, "input " + Twine(i)))
      return;
  Value q = wide(n, n.in(0)), k = wide(n, n.in(1)), v = wide(n, n.in(2));
  if (n.has(3)) {
    Value bias = wide(n, n.in(3));
    DimExpr a = n.shape(q)[2], b = n.shape(k)[2], c = n.shape(v)[2];
    if (!n.expectVector(bias, a + b + c, "input 'bias'"))
      return;
    q = n.add(q, n.sliceAxis(bias, 0, 0, a));
    k = n.add(k, n.sliceAxis(bias, 0, a, b));
    v = n.add(v, n.sliceAxis(bias, 0, a + b, c));
  }
  q = splitHeads(n, q, heads);
  k = splitHeads(n, k, heads);
  v = splitHeads(n, v, heads);
  attend(n, q, k, v, /*keysMask=*/4, causal);
}

//===----------------------------------------------------------------------===//
// Quantised
//===----------------------------------------------------------------------===//

static Value scalarInput(Node &n, int64_t i) {
  return n.has(i) ? toScalar(n, n.in(i), "input " + Twine(i)) : Value();
}

/// Inputs: the result's scale and zero point, then each operand with its own.
static void importQLinearConcat(Node &n) {
  int64_t axis = n.required("axis");
  if (n.numInputs() % 3 != 2 || n.numInputs() < 5)
    return n.fail("expected the scale and zero point of the result and three "
                  "inputs per operand, but got " +
                  Twine(n.numInputs()) + " inputs");
  SmallVector<Value> operands;
  for (int64_t i = 2; i < n.numInputs(); i += 3) {
    if (!n.has(i) || !n.has(i + 1))
      return n.fail("input " + Twine(n.has(i) ? i + 1 : i) + " is missing");
    operands.push_back(
        dequantize(n, n.in(i), scalarInput(n, i + 1), scalarInput(n, i + 2)));
  }
  axis = n.axis(axis, n.rank(operands.front()));
  Value y = n.div(n.concat(operands, axis), scalarInput(n, 0));
  n.result(0, quantize(n, y, scalarInput(n, 1), n.element(n.in(2))));
}

/// Inputs: a, its scale and zero point, b, its own, the result's.
template <BinaryKind kind> static void importQLinearBinary(Node &n) {
  Value a = dequantize(n, n.in(0), scalarInput(n, 1), scalarInput(n, 2));
  Value b = dequantize(n, n.in(3), scalarInput(n, 4), scalarInput(n, 5));
  Value y = n.div(n.binary(kind, a, b), scalarInput(n, 6));
  n.result(0, quantize(n, y, scalarInput(n, 7), n.element(n.in(0))));
}

static void importQLinearGlobalAveragePool(Node &n) {
  bool channelsLast = n.flag("channels_last", false);
  if (!n.expectRank(n.in(0), 3, 64, "input 'X'"))
    return;
  Value x = dequantize(n, n.in(0), scalarInput(n, 1), scalarInput(n, 2));
  SmallVector<int64_t> axes = axesFrom(0, n.rank(x));
  axes.erase(channelsLast ? axes.end() - 1 : axes.begin() + 1);
  axes.erase(axes.begin());
  Value y = n.div(n.reduce(ReduceKind::Mean, x, axes, true), scalarInput(n, 3));
  n.result(0, quantize(n, y, scalarInput(n, 4), n.element(n.in(0))));
}

static void importQLinearSigmoid(Node &n) {
  Value x = dequantize(n, n.in(0), scalarInput(n, 1), scalarInput(n, 2));
  Value y = n.div(n.unary(UnaryKind::Sigmoid, x), scalarInput(n, 3));
  n.result(0, quantize(n, y, scalarInput(n, 4), n.element(n.in(0))));
}

static void importQLinearLeakyRelu(Node &n) {
  double alpha = n.number("alpha", 0.01f);
  Value x = dequantize(n, n.in(0), scalarInput(n, 1), scalarInput(n, 2));
  Value y = n.selectNegative(x, n.mul(x, n.like(x, alpha)), x);
  n.result(0, quantize(n, n.div(y, scalarInput(n, 3)), scalarInput(n, 4),
                       n.element(n.in(0))));
}

static void importMatMulIntegerToFloat(Node &n) {
  Value a = withoutZeroPoint(n, n.in(0), n.has(4) ? n.in(4) : Value(), -2);
  Value b = withoutZeroPoint(n, n.in(1), n.has(5) ? n.in(5) : Value(), -1);
  Value sum = numpyMatmul(n, a, b, {});
  Value scale = n.mul(wide(n, n.in(2)), wide(n, n.in(3)));
  Value y = n.mul(n.castLike(sum, scale), scale);
  if (n.has(6))
    y = n.add(y, wide(n, n.in(6)));
  n.result(0, n.castLike(y, n.in(2)));
}

llvm::ArrayRef<OpRow> onnximport::microsoftOps() {
  static const OpRow rows[] = {
      {"Gelu", 1, Newest, 1, 1, Float, importGelu},
      {"BiasGelu", 1, Newest, 2, 2, Float, importBiasGelu},
      {"FastGelu", 1, Newest, 1, 2, Float, importFastGelu},
      {"QuickGelu", 1, Newest, 1, 1, Float, importQuickGelu},
      {"FusedMatMul", 1, Newest, 2, 2, Float, importFusedMatMul},
      {"FusedConv", 1, Newest, 2, 4, Float, importFusedConv,
       "a filter of dynamic spatial sizes"},
      {"SkipLayerNormalization", 1, Newest, 3, 5, Float,
       importSkipLayerNormalization, "the mean and the deviation as outputs"},
      {"SkipSimplifiedLayerNormalization", 1, Newest, 3, 4, Float,
       importSkipSimplifiedLayerNormalization,
       "the mean and the deviation as outputs"},
      {"Attention", 1, Newest, 2, 7, Float, importAttention,
       "past states, rotary embeddings, masks of rank 4"},
      {"MultiHeadAttention", 1, Newest, 1, 10, Float, importMultiHeadAttention,
       "past states, packed inputs, masks of rank 4"},
      {"QLinearAdd", 1, Newest, 7, 8, Byte,
       importQLinearBinary<BinaryKind::Add>},
      {"QLinearMul", 1, Newest, 7, 8, Byte,
       importQLinearBinary<BinaryKind::Mul>},
      {"QLinearConcat", 1, Newest, 5, Many, bit(DType::F32),
       importQLinearConcat},
      {"QLinearGlobalAveragePool", 1, Newest, 4, 5, Byte,
       importQLinearGlobalAveragePool},
      {"QLinearSigmoid", 1, Newest, 4, 5, Byte, importQLinearSigmoid},
      {"QLinearLeakyRelu", 1, Newest, 4, 5, Byte, importQLinearLeakyRelu},
      {"MatMulIntegerToFloat", 1, Newest, 4, 7, Byte,
       importMatMulIntegerToFloat},
  };
  return rows;
}

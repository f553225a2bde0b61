//===- Attention.cpp - ONNX attention ----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include "Common.h"
#include "Registry.h"

#include <cmath>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

Value onnximport::splitHeads(Node &n, Value x, int64_t heads) {
  Shape shape = n.shape(x);
  if (heads < 1) {
    n.fail("expected a positive number of heads, but got " + Twine(heads));
    return x;
  }
  DimExpr size = DimExpr::floorDiv(shape[2], heads);
  n.equal(size * DimExpr(heads), shape[2],
          "the hidden size, which the heads must divide,");
  return n.reshape(x, {shape[0], shape[1], heads, size});
}

Value onnximport::joinHeads(Node &n, Value x) {
  Shape shape = n.shape(x);
  return n.reshape(x, {shape[0], shape[1], shape[2] * shape[3]});
}

double onnximport::defaultScale(Node &n, Value &query) {
  DimExpr size = n.shape(query)[-1];
  if (std::optional<int64_t> constant = size.constantValue())
    return 1 / std::sqrt(double(std::max<int64_t>(*constant, 1)));
  Value root = n.unary(UnaryKind::Rsqrt, n.cast(n.fromDim(size), n.f32()));
  Value scaled = n.mul(wide(n, query), n.castLike(root, wide(n, query)));
  query = n.castLike(scaled, query);
  return 1;
}

void AttentionMask::restrict(Node &n, Value condition) {
  keep = keep ? n.binary(BinaryKind::And, keep, condition) : condition;
}

Value AttentionMask::merged(Node &n, Type element) {
  if (!bias)
    return keep;
  Value sum = n.cast(bias, element);
  if (!keep)
    return sum;
  return n.select(keep, sum,
                  n.scalar(element, -std::numeric_limits<double>::infinity()));
}

Value onnximport::attention(Node &n, Value query, Value key, Value value,
                            Value mask, double scale, double softcap,
                            bool causal) {
  auto &b = n.state.builder;
  return n.inferred<graph::AttentionOp>(
      query, key, value, mask, b.getF64FloatAttr(scale),
      b.getF64FloatAttr(softcap), graph::UndefinedRowsAttr(), n.unit(causal));
}

namespace {

/// The op with everything in the layout of tw.attention.
struct Attention {
  Value query, key, value; // [B, L, H, E], [B, S, G, E], [B, S, G, F]
  AttentionMask mask;
  double scale = 1, softcap = 0;
  bool causal = false;
};

} // namespace

/// [S] positions of keys and [.., L, 1] absolute positions of queries, from
/// which causality and windows follow.
static void restrictPositions(Node &n, Attention &a, Value offset, bool causal,
                              int64_t left, int64_t right) {
  Value keys = n.iota(n.shape(a.key)[1], n.i64());
  Value queries = n.unsqueeze(n.iota(n.shape(a.query)[1], n.i64()), {1});
  queries = n.add(queries, offset);
  Value distance = n.sub(queries, keys);
  auto limit = [&](CompareKind kind, int64_t bound) {
    a.mask.restrict(n, n.compare(kind, distance, n.scalarInt(n.i64(), bound)));
  };
  if (causal)
    limit(CompareKind::Ge, 0);
  if (left >= 0)
    limit(CompareKind::Le, left);
  if (right >= 0)
    limit(CompareKind::Ge, -right);
}

/// The scores before the softmax, step by step, for the op's fourth output:
/// [B, H, L, S].
static Value scoresOutput(Node &n, Attention &a, int64_t mode) {
  Type type = n.element(a.query);
  Value q = wide(n, n.transpose(a.query, {0, 2, 1, 3}));
  Value k = wide(n, n.transpose(a.key, {0, 2, 3, 1}));
  Shape qs = n.shape(q), ks = n.shape(k);
  int64_t heads = qs.fixed(1), groups = ks.fixed(1);
  if (heads < 1 || groups < 1 || heads % groups != 0) {
    n.fail("the numbers of heads must be constants, and those of the keys must "
           "divide those of the queries");
    return q;
  }
  // [B, G, H / G, L, E] x [B, G, 1, E, S].
  q = n.reshape(q, {qs[0], groups, heads / groups, qs[2], qs[3]});
  k = n.reshape(k, {ks[0], groups, 1, ks[2], ks[3]});
  Value scores = n.reshape(n.matmul(q, k), {qs[0], heads, qs[2], ks[3]});
  scores = n.mul(scores, n.like(scores, a.scale));
  if (a.softcap > 0 && mode != 0) {
    Value cap = n.like(scores, a.softcap);
    scores = n.mul(n.unary(UnaryKind::Tanh, n.div(scores, cap)), cap);
  }
  Value mask = a.mask.merged(n, n.element(scores));
  double infinity = std::numeric_limits<double>::infinity();
  if (mask && n.isBool(mask))
    mask = n.select(mask, n.like(scores, 0), n.like(scores, -infinity));
  if (mode >= 2 && mask)
    scores = n.add(scores, mask);
  if (mode == 3) {
    Value probabilities = n.softmax(scores, 3);
    if (mask) {
      // A row without any key is zero.
      Value best = n.reduce(ReduceKind::Max, mask, {n.rank(mask) - 1}, true);
      Value none = n.compare(CompareKind::Eq, best, n.like(best, -infinity));
      probabilities = n.select(none, n.like(probabilities, 0), probabilities);
    }
    scores = probabilities;
  }
  return n.cast(scores, type);
}

static void importAttention(Node &n) {
  Attention a;
  bool packed = n.rank(n.in(0)) == 3;
  int64_t heads = n.integer("q_num_heads", 0);
  int64_t groups = n.integer("kv_num_heads", 0);
  bool causal = n.flag("is_causal", false);
  a.softcap = n.number("softcap", 0);
  int64_t mode = n.integer("qk_matmul_output_mode", 0);
  int64_t left = n.integer("left_window_size", -1);
  int64_t right = n.integer("right_window_size", -1);
  // The softmax is computed in f32 or more whatever is asked for.
  n.ignore({"softmax_precision"});
  if (mode < 0 || mode > 3)
    n.fail("attribute 'qk_matmul_output_mode': expected 0 to 3, but got " +
           Twine(mode));
  if (n.has(4) != n.has(5))
    n.fail("past_key and past_value must be given together");
  for (int64_t i = 0; i < 3; ++i)
    if (!n.expectRank(n.in(i), packed ? 3 : 4, packed ? 3 : 4,
                      "input " + Twine(i)))
      return;
  if (packed) {
    a.query = splitHeads(n, n.in(0), heads);
    a.key = splitHeads(n, n.in(1), groups);
    a.value = splitHeads(n, n.in(2), groups);
  } else {
    a.query = n.transpose(n.in(0), {0, 2, 1, 3});
    a.key = n.transpose(n.in(1), {0, 2, 1, 3});
    a.value = n.transpose(n.in(2), {0, 2, 1, 3});
  }
  DimExpr past(0);
  if (n.has(4)) {
    past = n.shape(n.in(4))[2];
    a.key = n.concat({n.transpose(n.in(4), {0, 2, 1, 3}), a.key}, 1);
    a.value = n.concat({n.transpose(n.in(5), {0, 2, 1, 3}), a.value}, 1);
  }
  if (n.failed())
    return;
  DimExpr queries = n.shape(a.query)[1], keys = n.shape(a.key)[1];
  if (n.hasAttr("scale")) {
    a.scale = n.number("scale", 1);
  } else {
    a.scale = defaultScale(n, a.query);
  }
  if (n.has(3)) {
    Value mask = n.in(3);
    // From opset 24 on a shorter mask drops the keys behind its end.
    DimExpr given = n.shape(mask)[-1];
    if (!given.isConstant(1) && n.opset < 24)
      n.equal(given, keys, "the keys of the mask and of the key");
    else if (!given.isConstant(1))
      n.atMost(given, keys, "the mask has {lhs} keys, but there are {rhs}");
    if (!given.isConstant(1) && given != keys && n.opset >= 24 && !n.failed()) {
      Dims low(size_t(n.rank(mask)), DimExpr(0)), high = low;
      high.back() = keys - given;
      Value filler =
          n.isBool(mask)
              ? n.scalar(n.i1(), 0)
              : n.like(mask, -std::numeric_limits<double>::infinity());
      mask = n.pad(mask, filler, PadMode::Constant, low, high);
    }
    (n.isBool(mask) ? a.mask.keep : a.mask.bias) = mask;
  }
  Value offset = n.fromDim(past);
  if (n.has(6)) {
    // An external cache: per batch element, how many keys are valid.
    if (!n.expectVector(n.in(6), n.shape(a.query)[0],
                        "input 'nonpad_kv_seqlen'"))
      return;
    Value valid = n.alongAxis(n.in(6), 0, 4);
    Value positions = n.iota(keys, n.i64());
    a.mask.restrict(n, n.compare(CompareKind::Lt, positions, valid));
    if (!n.has(4))
      offset = n.sub(valid, n.fromDim(queries));
  }
  // tw's own causality lines the last query up with the last key.
  bool scores = n.wants(3);
  a.causal = causal && !scores && !n.has(6) && past + queries == keys;
  if ((causal && !a.causal) || left >= 0 || right >= 0)
    restrictPositions(n, a, offset, causal && !a.causal, left, right);
  Value mask = a.mask.merged(n, n.element(a.query));
  Value y =
      attention(n, a.query, a.key, a.value, mask, a.scale, a.softcap, a.causal);
  n.result(0, packed ? joinHeads(n, y) : n.transpose(y, {0, 2, 1, 3}));
  if (n.wants(1))
    n.result(1, n.transpose(a.key, {0, 2, 1, 3}));
  if (n.wants(2))
    n.result(2, n.transpose(a.value, {0, 2, 1, 3}));
  if (scores)
    n.result(3, scoresOutput(n, a, mode));
}

/// Turns pairs of elements of x by the angles of the caches: pairs are
/// neighbours if interleaved, else elements of the two halves.
static void importRotaryEmbedding(Node &n) {
  Value x = n.in(0), cosine = n.in(1), sine = n.in(2);
  bool interleaved = n.flag("interleaved", false);
  int64_t rotated = n.integer("rotary_embedding_dim", 0);
  int64_t heads = n.integer("num_heads", 0);
  bool packed = n.rank(x) == 3;
  if (!n.expectRank(x, 3, 4, "input 'X'"))
    return;
  // [B, L, H, E].
  Value states =
      packed ? splitHeads(n, x, heads) : n.transpose(x, {0, 2, 1, 3});
  if (n.failed())
    return;
  Shape shape = n.shape(states);
  int64_t size = shape.fixed(3);
  if (rotated == 0)
    rotated = size;
  if (size < 1 || rotated < 2 || rotated > size || rotated % 2 != 0)
    return n.fail("the rotated size must be a constant, even and at most the "
                  "head size");
  if (n.has(3)) {
    cosine = n.gather(cosine, n.in(3), 0);
    sine = n.gather(sine, n.in(3), 0);
  }
  if (!n.expectRank(cosine, 3, 3, "input 'cos_cache'") ||
      !n.expectRank(sine, 3, 3, "input 'sin_cache'"))
    return;
  for (Value cache : {cosine, sine}) {
    for (int64_t i : {0, 1})
      if (!n.shape(cache)[i].isConstant(1))
        n.equal(n.shape(cache)[i], shape[i],
                "axis " + Twine(i) + " of the angles and of the input");
    n.equal(n.shape(cache)[2], rotated / 2, "the angles per position");
  }
  cosine = n.unsqueeze(cosine, {2});
  sine = n.unsqueeze(sine, {2});
  Value turned = n.sliceAxis(states, 3, 0, rotated);
  int64_t half = rotated / 2;
  Value a = n.sliceAxis(turned, 3, 0, half, interleaved ? 2 : 1);
  Value b =
      n.sliceAxis(turned, 3, interleaved ? 1 : half, half, interleaved ? 2 : 1);
  Value real = n.sub(n.mul(cosine, a), n.mul(sine, b));
  Value imaginary = n.add(n.mul(sine, a), n.mul(cosine, b));
  Value y;
  if (interleaved)
    y = n.reshape(
        n.concat({n.unsqueeze(real, {4}), n.unsqueeze(imaginary, {4})}, 4),
        n.shape(turned).dims);
  else
    y = n.concat({real, imaginary}, 3);
  if (rotated < size)
    y = n.concat({y, n.sliceAxis(states, 3, rotated, size - rotated)}, 3);
  n.result(0, packed ? joinHeads(n, y) : n.transpose(y, {0, 2, 1, 3}));
}

llvm::ArrayRef<OpRow> onnximport::attentionOps() {
  static const OpRow rows[] = {
      {"Attention", 23, Newest, 3, 7, Float, importAttention,
       "the scores as an output with dynamic numbers of heads"},
      {"RotaryEmbedding", 23, Newest, 3, 4, Float, importRotaryEmbedding,
       "a dynamic head size"},
  };
  return rows;
}

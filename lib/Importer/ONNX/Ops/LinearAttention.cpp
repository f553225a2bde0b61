//===- LinearAttention.cpp - ONNX linear attention ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attention.h"
#include "Common.h"
#include "Registry.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

/// A recurrence over time on a state S of [B, G, K, V] per key head:
/// S = decay * S + k (beta * (v - S^T k)) with the parts that the update rule
/// has; the output is scale * S^T q.
static void importLinearAttention(Node &n) {
  std::string rule = n.text("update_rule", "gated_delta",
                            {"linear", "gated", "delta", "gated_delta"});
  n.ignore({"chunk_size"}); // Says how, not what.
  int64_t heads = n.required("q_num_heads");
  int64_t groups = n.required("kv_num_heads");
  double scale = n.number("scale", 0);
  bool gated = rule == "gated" || rule == "gated_delta";
  bool delta = rule == "delta" || rule == "gated_delta";
  for (int64_t i = 0; i < 3; ++i)
    if (!n.expectRank(n.in(i), 3, 3, "input " + Twine(i)))
      return;
  if (gated && !n.has(4))
    n.fail("input 'decay' is missing");
  if (delta && !n.has(5))
    n.fail("input 'beta' is missing");
  if (groups < 1 || heads % groups != 0)
    n.fail("attribute 'q_num_heads': expected a multiple of kv_num_heads");
  if (n.failed())
    return;
  Type type = n.element(n.in(0));
  Value q = splitHeads(n, wide(n, n.in(0)), heads);
  Value k = splitHeads(n, wide(n, n.in(1)), groups);
  Value v = splitHeads(n, wide(n, n.in(2)), groups);
  Shape ks = n.shape(k), vs = n.shape(v);
  DimExpr batch = ks[0], steps = ks[1], keySize = ks[3], valueSize = vs[3];
  auto alike = [&](Value value, const Twine &what) {
    for (int64_t axis : {0, 1})
      n.equal(n.shape(value)[axis], ks[axis],
              "axis " + Twine(axis) + " of the keys and of " + what);
  };
  alike(q, "the queries");
  alike(v, "the values");
  if (gated)
    alike(n.in(4), "input 'decay'");
  if (delta)
    alike(n.in(5), "input 'beta'");
  n.equal(n.shape(q)[3], keySize, "the sizes of a query and a key");
  if (n.has(3) && n.expectRank(n.in(3), 4, 4, "input 'past_state'")) {
    Dims dims{batch, groups, keySize, valueSize};
    for (int64_t axis = 0; axis < 4; ++axis)
      n.equal(n.shape(n.in(3))[axis], dims[size_t(axis)],
              "axis " + Twine(axis) + " of the state");
  }
  if (scale == 0)
    scale = defaultScale(n, q);
  Value decay, beta;
  if (gated) {
    // Per key element, or per head.
    decay = n.unary(UnaryKind::Exp, splitHeads(n, wide(n, n.in(4)), groups));
    decay = n.unsqueeze(decay, {4}); // [B, T, G, K or 1, 1]
  }
  if (delta) {
    Value b = wide(n, n.in(5)); // [B, T, G or 1]
    beta = n.unsqueeze(b, {3, 4});
  }
  Value state =
      n.has(3) ? n.in(3)
               : n.full({batch, groups, keySize, valueSize}, n.scalar(type, 0));
  Type stateType = n.element(state);
  // q as [B, T, G, H / G, K], k as [.., K, 1], v as [.., 1, V].
  q = n.reshape(q, {batch, steps, groups, heads / groups, keySize});
  q = n.mul(q, n.like(q, scale));
  k = n.unsqueeze(k, {4});
  v = n.unsqueeze(v, {3});
  Emitter::LoopResult result = n.forLoop(
      steps, {n.castLike(state, q)}, [&](Value time, ArrayRef<Value> carried) {
        Emitter::LoopStep step;
        Value s = carried[0];
        auto now = [&](Value x) { return n.gather(x, time, 1); };
        Value key = now(k), update = now(v);
        if (gated)
          s = n.mul(s, now(decay));
        if (delta) {
          Value known = n.matmul(key, s, /*transposeLhs=*/true);
          update = n.mul(n.sub(update, known), now(beta));
        }
        s = n.add(s, n.mul(key, update));
        step.carried = {s};
        step.stacked = {n.matmul(now(q), s)}; // [B, G, H / G, V]
        return step;
      });
  if (n.failed())
    return;
  Value y = n.transpose(result.stacked[0], {1, 0, 2, 3, 4});
  y = n.reshape(y, {batch, steps, DimExpr(heads) * valueSize});
  n.result(0, n.cast(y, type));
  n.result(1, n.cast(result.carried[0], stateType));
}

llvm::ArrayRef<OpRow> onnximport::linearAttentionOps() {
  static const OpRow rows[] = {
      {"LinearAttention", 27, Newest, 3, 6, Float, importLinearAttention},
  };
  return rows;
}

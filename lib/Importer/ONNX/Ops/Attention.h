//===- Attention.h - attention masks -----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_OPS_ATTENTION_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_OPS_ATTENTION_H

#include "Node.h"

namespace tilewright::onnximport {

/// [B, L, heads * E] -> [B, L, heads, E].
mlir::Value splitHeads(Node &n, mlir::Value x, int64_t heads);
/// [B, L, H, E] -> [B, L, H * E].
mlir::Value joinHeads(Node &n, mlir::Value x);

/// 1 / sqrt(the query's last size). Where that is not known before the run, the
/// query is multiplied by it, and the scale that is left is 1.
double defaultScale(Node &n, mlir::Value &query);

/// What is dropped and added before the softmax; both may be null.
struct AttentionMask {
  /// True: the key takes part.
  mlir::Value keep;
  mlir::Value bias;

  void restrict(Node &n, mlir::Value condition);
  /// One mask for tw.attention, null if there is none: a bias of `element`, or
  /// bools.
  mlir::Value merged(Node &n, mlir::Type element);
};

/// tw.attention: query [B, L, H, E], key [B, S, G, E], value [B, S, G, F].
mlir::Value attention(Node &n, mlir::Value query, mlir::Value key,
                      mlir::Value value, mlir::Value mask, double scale,
                      double softcap, bool causal);

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_OPS_ATTENTION_H

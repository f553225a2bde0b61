//===- Evaluate.h - one op -----------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_EVALUATE_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_EVALUATE_H

#include "Symbols.h"

#include "tilewright/Support/WeightStore.h"

namespace tilewright::graph::reference {

using Tensors = llvm::SmallVector<Tensor, 1>;

/// What an op sees when it runs.
struct Frame {
  llvm::ArrayRef<Tensor> operands;
  Symbols &symbols;
  /// Null inside of a kernel that runs alone.
  const WeightStore *weights;
};

/// The results of an op without regions.
Result<Tensors> evaluate(mlir::Operation *op, const Frame &frame);

} // namespace tilewright::graph::reference

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_EVALUATE_H

//===- ConstantValues.h - what constants come to --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Passes, and importers, that decide by the numbers in constants compute them
// with the reference interpreter: ops on constants and weights run in a
// function of their own.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_INTERPRETER_CONSTANTVALUES_H
#define TILEWRIGHT_DIALECT_GRAPH_INTERPRETER_CONSTANTVALUES_H

#include "tilewright/Support/WeightStore.h"

#include "mlir/IR/ValueRange.h"

#include <optional>

namespace tilewright::graph {

/// Everything that the values are computed from, each op behind those that it
/// reads.
llvm::SmallVector<mlir::Operation *> coneOf(mlir::ValueRange values);

/// The op gives the same for every run if its operands do: neither its
/// attributes nor its types hold symbols.
bool isFixed(mlir::Operation *op);

/// Whether the op can be computed anywhere if its operands are known: it is
/// fixed and pure, and has no regions.
bool isComputable(mlir::Operation *op);

/// The tensors that the values hold; they are computed from constants and from
/// weights of the store only.
Result<std::vector<Tensor>> evaluateConstants(mlir::ValueRange values,
                                              const WeightStore &weights);

/// The tensor that a value holds if it is computed from constants and weights
/// only, by at most 64 ops on at most 1024 elements each; else none.
std::optional<Tensor> smallConstant(mlir::Value value,
                                    const WeightStore &weights);

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_INTERPRETER_CONSTANTVALUES_H

//===- Interpreter.h - the reference interpreter of the tw dialect -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs a function of tw ops, op by op, in host memory: slow, plain, and the
// measure of what is right. It takes the importer's output before any pass as
// well as the form with `tw.kernel` regions, and every fast path is compared
// with it. What it computes is docs/Semantics.md; sums are more exact than a
// kernel's (f32 accumulates in f64 and rounds once).
//
//     Result<std::vector<Tensor>> outputs =
//         interpret(function, {x, y}, weights);
//     if (!outputs)
//       ... outputs.error().message: "node 'conv1' (Conv), tw.conv: ..."
//
// It trusts no shape: symbols are bound from the inputs, and every result is
// compared with the sizes in its type.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_INTERPRETER_INTERPRETER_H
#define TILEWRIGHT_DIALECT_GRAPH_INTERPRETER_INTERPRETER_H

#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Support/Tensor.h"
#include "tilewright/Support/WeightStore.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <functional>

namespace tilewright::graph {

/// What an observer sees of an op that has run.
struct Observation {
  mlir::Operation *op;
  llvm::ArrayRef<Tensor> operands;
  llvm::ArrayRef<Tensor> results;
  /// The symbols that have a value so far.
  const SymbolBindings &bindings;
};

struct InterpreterOptions {
  /// Called after each op, also after those inside of kernels, branches and
  /// loops (each time they run), and after the op around them. An error ends
  /// the run. The tensors may be kept: they share their bytes.
  std::function<Status(const Observation &)> observer;
  /// What a float is moved by before it jumps: before it is rounded to a whole
  /// number, compared or its sign taken. A share of the largest value in its
  /// tensor, by type; whole numbers stay. Two runs, up and down, show where
  /// another that is a little off may give other results.
  std::function<double(DType)> nudge;
};

/// Runs a function. Inputs must have the element types and ranks of the
/// arguments; the symbols in their types are bound from their shapes, and the
/// ranges in `tw.symbols` are checked. An error names the node and the op, or
/// the input.
Result<std::vector<Tensor>> interpret(mlir::func::FuncOp function,
                                      llvm::ArrayRef<Tensor> inputs,
                                      const WeightStore &weights,
                                      const InterpreterOptions &options = {});

/// Runs the body of one kernel. `bindings` must hold every symbol that the
/// body's types and attributes use, as an Observation has them.
Result<std::vector<Tensor>>
interpretKernel(KernelOp kernel, llvm::ArrayRef<Tensor> inputs,
                const SymbolBindings &bindings,
                const InterpreterOptions &options = {});

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_INTERPRETER_INTERPRETER_H

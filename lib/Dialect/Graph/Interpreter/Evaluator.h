//===- Evaluator.h - runs blocks of ops ----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_EVALUATOR_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_EVALUATOR_H

#include "Evaluate.h"

#include "tilewright/Dialect/Graph/Interpreter/Interpreter.h"

namespace tilewright::graph::reference {

/// Runs blocks: holds the values that are alive and the symbols. A value is
/// dropped after the last op that uses it.
class Evaluator {
public:
  Evaluator(SymbolRanges ranges, const WeightStore *weights,
            const InterpreterOptions &options)
      : symbols(std::move(ranges)), weights(weights), options(options) {}

  /// Runs the ops of a block; the result is what its terminator takes. An error
  /// names the op.
  Result<Tensors> runBlock(mlir::Block &block,
                           llvm::ArrayRef<Tensor> arguments);

  Symbols symbols;

private:
  using Deaths =
      llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value, 2>>;

  Status runOp(mlir::Operation *op);
  Result<Tensors> runIf(IfOp op);
  Result<Tensors> runLoop(LoopOp op);
  Result<Tensors> runKernel(KernelOp op, llvm::ArrayRef<Tensor> inputs);

  /// Binds symbols to the values that expressions have now, all at once.
  Status bindAll(mlir::Operation *op, mlir::ArrayAttr symbolNames,
                 std::optional<DimsAttr> dims, const std::string &source);
  const Deaths &deathsIn(mlir::Block &block);

  const WeightStore *weights;
  const InterpreterOptions &options;
  llvm::DenseMap<mlir::Value, Tensor> values;
  llvm::DenseMap<mlir::Block *, Deaths> deaths;
};

} // namespace tilewright::graph::reference

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_EVALUATOR_H

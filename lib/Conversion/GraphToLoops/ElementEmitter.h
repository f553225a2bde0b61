//===- ElementEmitter.h - any kernel, one element at a time ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The tiler's idea on scalars, for what the tiler refuses: ask for an element
// of the result at its coordinates, and emitting it asks for elements of the
// operands:
//
//     buffer         memref.load
//     linalg.generic elements through the index maps, then the body; loops over
//                    what is reduced
//     tw.conv, ...   their own loops
//
// An element is emitted once, in the outermost loop in which its coordinates
// exist: what does not depend on a loop is computed before it. What exists only
// under a condition (inside of a padding) gets its coordinates under it.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CONVERSION_GRAPHTOLOOPS_ELEMENTEMITTER_H
#define TILEWRIGHT_LIB_CONVERSION_GRAPHTOLOOPS_ELEMENTEMITTER_H

#include "LoopKernel.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace tilewright::graph::loops {

class ElementEmitter {
public:
  /// `source` is GraphToLinalg's form of a kernel.
  ElementEmitter(mlir::func::FuncOp source, LoopKernel &k)
      : source(source), k(k) {}

  /// The whole kernel; fails with a diagnostic.
  mlir::FailureOr<mlir::func::FuncOp> emit();

private:
  /// The element of a tensor of the source; null after a diagnostic.
  Value element(Value tensor, Values at);
  Value emitElement(Value tensor, const Values &at);

  // One element of what an op gives.
  Value generic(mlir::linalg::GenericOp op, unsigned result, const Values &at);
  Value slice(SliceOp op, const Values &at);
  Value concat(ConcatOp op, const Values &at);
  Value pad(PadOp op, const Values &at);
  Value matmul(MatmulOp op, const Values &at);
  Value conv(ConvOp op, const Values &at);
  Value convTranspose(ConvTransposeOp op, const Values &at);
  using Tap = llvm::function_ref<std::pair<Value, Value>(int64_t, Value)>;
  template <typename OpTy> Value sumOfTaps(OpTy op, const Values &at, Tap tap);
  Value pool(PoolOp op, const Values &at);

  /// The body of a generic at a point of its iteration; `carried` are the
  /// elements of its results so far.
  Values body(mlir::linalg::GenericOp op, const Values &point,
              ValueRange carried);
  /// A value from outside of a body.
  Value outer(Value value);
  Value extract(Value tensor, const Values &at);
  /// acc + x * y, in the accumulator's type.
  Value multiplyAdd(Value x, Value y, Value acc);
  /// acc + the sum over the channels c of the output channel's group of
  /// input[pixel, c] * filter[position, c, output].
  Value addPixel(Value input, const Values &pixel, Value filter,
                 const Values &position, int64_t groups, Value output,
                 Value acc);

  // Loops and branches that are scopes.
  Values nest(ValueRange sizes, ValueRange start,
              llvm::function_ref<Values(const Values &, ValueRange)> body);
  Value choose(Value condition, Type type, llvm::function_ref<Value()> yes,
               llvm::function_ref<Value()> no);

  /// An index constant before the loops: equal ones are one value.
  Value constant(int64_t value);
  Value zeroOf(Type type);
  Value offset(Value x, const DimExpr &expr, bool subtract = false);
  Dims dims(Value value) { return getDims(value); }

  /// A block that is open, and the op in it that holds the next open block.
  struct Scope {
    mlir::Block *block;
    mlir::Operation *next = nullptr;
  };
  /// Runs `body` with `block` as the innermost scope.
  void inScope(mlir::Block *block, llvm::function_ref<void()> body);
  unsigned depthOf(Value value) const;
  bool isVisible(Value value) const;

  struct Emitted {
    Values at;
    Value element;
  };

  mlir::func::FuncOp source;
  LoopKernel &k;
  llvm::DenseMap<Value, Array> buffers;
  llvm::DenseMap<Value, Value> scalars;
  std::map<int64_t, Value> constants;
  llvm::SmallVector<Scope> scopes;
  llvm::DenseMap<Value, std::vector<Emitted>> memo;
  bool failed = false;
};

} // namespace tilewright::graph::loops

#endif // TILEWRIGHT_LIB_CONVERSION_GRAPHTOLOOPS_ELEMENTEMITTER_H

//===- Matching.h - looking at graphs upwards -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Recognition starts at the last op of a pattern and takes ops one after the
// other, upwards. A `Trail` notes what was taken: the pattern may be replaced
// if nobody else uses an op on the way, since the work would then be done
// twice.
//
//     %m = tw.reduce max %x axes [1]        trail.reduction(Max, sub->rhs)
//     %k = tw.reshape %m
//     %d = tw.binary sub %x, %k             sub = trail.binary(Sub, d)
//     %e = tw.unary exp %d                  d = trail.unary(Exp, e)
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_MATCHING_H
#define TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_MATCHING_H

#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include "llvm/ADT/SetVector.h"

namespace tilewright::graph {

/// The number, if the value is a float constant with equal elements.
std::optional<double> splatOf(mlir::Value value);
/// `splatOf`, if the constant has one element.
std::optional<double> scalarOf(mlir::Value value);

/// True if a tensor of these sizes, whose elements are those of a reduction of
/// `from` along `axes` in row-major order, broadcasts back to `from` with every
/// element where it came from: [2, 1] or [2, 1, 1] is kept of [2, 3] along 1.
bool isKept(llvm::ArrayRef<DimExpr> sizes, llvm::ArrayRef<DimExpr> from,
            llvm::ArrayRef<int64_t> axes);

class Trail {
public:
  /// The defining op, if it is an `OpT`.
  template <typename OpT> OpT take(mlir::Value value) {
    auto op = value.getDefiningOp<OpT>();
    if (op)
      ops.insert(op);
    return op;
  }

  /// The operand of a unary op of this kind, or null.
  mlir::Value unary(UnaryKind kind, mlir::Value value);

  struct Operands {
    mlir::Value lhs, rhs;
  };
  std::optional<Operands> binary(BinaryKind kind, mlir::Value value);
  /// x and c of an op with a constant of one element on the right, or on either
  /// side if the op is commutative.
  std::optional<std::pair<mlir::Value, double>> withScalar(BinaryKind kind,
                                                           mlir::Value value);
  /// x of x * x or pow(x, 2), or null.
  mlir::Value square(mlir::Value value);
  /// The operand in front of reshapes.
  mlir::Value behindReshapes(mlir::Value value);

  struct Reduction {
    mlir::Value operand;
    llvm::SmallVector<int64_t> axes;
  };
  /// A reduction, perhaps with reshapes after it; a mean may be a sum that is
  /// divided by the number of elements.
  std::optional<Reduction> reduction(ReduceKind kind, mlir::Value value);

  /// True if all users of the ops taken are ops taken or `root`, and all stand
  /// in its block.
  bool isPrivateTo(mlir::Operation *root) const;

  /// Where the whole pattern comes from, its last op first.
  mlir::Location location(mlir::Operation *root) const;

private:
  llvm::SmallSetVector<mlir::Operation *, 16> ops;
};

/// n / d, n / sqrt(d), and what is the same: a product with a reciprocal, a
/// power of -1/2, ...
struct Quotient {
  mlir::Value numerator;
  /// What stands beside the numerator: d, its root, or the inverse.
  mlir::Value operand;
  mlir::Value divisor;
  bool isRoot = false;
  Trail trail;
};
/// The ways to see an op as a quotient.
llvm::SmallVector<Quotient, 2> quotientsOf(BinaryOp op);

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_MATCHING_H

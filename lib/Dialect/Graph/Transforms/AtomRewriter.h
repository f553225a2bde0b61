//===- AtomRewriter.h - ops on values stored atom by atom -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rewrites the transparent ops of chosen groups so that every value of a group
// is stored with one axis per atom, in the group's order. At the borders a
// value is brought into the stored form (reshape, transpose) and back
// (transpose, reshape); where nothing has to move, only the reshapes are left.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_TRANSFORMS_ATOMREWRITER_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_TRANSFORMS_ATOMREWRITER_H

#include "AxisAtoms.h"

namespace tilewright::graph {

class AtomRewriter {
public:
  /// The position of each atom of a group.
  using Order = llvm::DenseMap<int, int>;

  AtomRewriter(mlir::Block &block, const AxisAtoms &atoms,
               llvm::ArrayRef<Order> orders);
  void run();

private:
  bool isMember(mlir::Value value) const;
  /// Sorted by the group's order.
  Atoms sorted(Atoms sequence) const;

  /// Transposes a value whose axes are the atoms of `from` to those of `to`.
  mlir::Value transpose(mlir::Value value, const Atoms &from, const Atoms &to);
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<DimExpr> dims);
  Dims sizes(mlir::Value value, const Atoms &sequence) const;

  /// The stored form of a value of a group.
  mlir::Value stored(mlir::Value value);
  /// The stored form with an axis (of size 1 where the value has none) for each
  /// atom of `frame`, which is sorted.
  mlir::Value inFrame(mlir::Value value, const Atoms &frame);
  /// The value in its own shape, from its stored form.
  mlir::Value natural(mlir::Value value);

  void rewrite(mlir::Operation *op);
  mlir::Value rewriteElementwise(mlir::Operation *op, const Atoms &frame);
  mlir::Value rewriteAlongAxes(mlir::Operation *op, const Atoms &frame);
  mlir::Value rewriteResized(mlir::Operation *op, const Atoms &frame);
  mlir::Value rewriteLinear(MatmulOp op);

  mlir::Block &block;
  const AxisAtoms &atoms;
  Order order;
  mlir::OpBuilder builder;
  mlir::Location loc;
  llvm::DenseMap<mlir::Value, mlir::Value> storedForms;
};

} // namespace tilewright::graph

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_TRANSFORMS_ATOMREWRITER_H

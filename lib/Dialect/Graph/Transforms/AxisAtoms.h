//===- AxisAtoms.h - which axes of which values are the same --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// To move transposes we ask which axes of different values are one and the
// same: the H of a convolution's result, of the ReLU behind it and of the
// concat after that. Such an axis is an *atom*. A reshape that merges H and W
// makes an axis of two atoms, one that splits an axis gives its atom two parts.
// Where an atom has size 1 in a value, it can stand anywhere and be left out.
//
//     %0 = conv ...                 [N, H, W, C]       N   H W   C
//     %1 = transpose %0 [0,3,1,2]   [N, C, H, W]       N   C   H W
//     %2 = reshape %1               [N, C, H*W]        N   C   (H W)
//     %3 = transpose %2 [0,2,1]     [N, H*W, C]        N   (H W)   C
//
// Ops that work on any order of their axes (elementwise, concat, reduce, ...)
// are *transparent*: an order of the atoms in memory serves all values that
// they connect, and in the order N H W C nothing above moves. The others are
// *hard*: their operands and results have the order that they have.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_TRANSFORMS_AXISATOMS_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_TRANSFORMS_AXISATOMS_H

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace tilewright::graph {

using Atoms = llvm::SmallVector<int, 4>;

class AxisAtoms {
public:
  /// Looks at the ops of one block (not into their regions).
  explicit AxisAtoms(mlir::Block &block);

  bool isTransparent(mlir::Operation *op) const {
    return transparent.contains(op);
  }
  /// The atoms of each axis, outermost first.
  llvm::SmallVector<Atoms> axesOf(mlir::Value value) const;
  /// The atoms of all axes in the value's own order.
  Atoms atomsOf(mlir::Value value) const;
  /// The same without those of size 1: what it means to move data.
  Atoms movingAtomsOf(mlir::Value value) const;
  /// The size of the atom in the value; 1 if the value does not have it.
  DimExpr sizeIn(mlir::Value value, int atom) const;

  /// A matmul with a plain matrix on the right: its rows have any order.
  static bool isLinear(mlir::Operation *op);

private:
  struct Atom {
    int parent;
    /// Not empty if a reshape has split it; outermost first.
    Atoms parts;
    DimExpr size;
    /// Its size differs between values (concat, slice) or an op needs it whole:
    /// it cannot be split.
    bool isRigid = false;
    /// Some value has it in one axis with others, whose size is the product:
    /// its size must be the same everywhere, so it is never rigid as well.
    bool isCombined = false;
    /// Atoms that some value has beside this one: never the same axis.
    llvm::DenseSet<int> others;
  };

  int make(const DimExpr &size);
  /// The atom, to be changed by a rule that may still fail.
  Atom &change(int atom);
  int find(int atom) const;
  Atoms resolve(const Atoms &atoms) const;
  bool interfere(int a, int b) const;
  bool join(int a, int b);
  bool split(int atom, const Atoms &parts);
  bool unify(const Atoms &a, const Atoms &b);
  /// The single atom of an axis whose size may change, made rigid.
  std::optional<int> rigid(const Atoms &axis);
  /// The last step of a rule: it cannot be undone.
  void define(mlir::Value value, llvm::SmallVector<Atoms> axes);
  void defineFresh(mlir::Value value);

  /// The axes of the results of a transparent op; false if it is hard.
  bool transfer(mlir::Operation *op);
  bool transferBroadcasting(mlir::Operation *op);
  bool transferConcat(ConcatOp op);
  bool transferResized(mlir::Operation *op, llvm::ArrayRef<bool> isChanged);
  bool transferReshape(ReshapeOp op);
  bool transferOneAxis(mlir::Operation *op, int64_t axis, bool dropAxis);

  llvm::SmallVector<Atom, 0> atoms;
  /// What the rule for the present op has changed, as it was before.
  llvm::SmallVector<std::pair<int, Atom>, 0> changed;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<Atoms>> axes;
  llvm::DenseSet<mlir::Operation *> transparent;
};

} // namespace tilewright::graph

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_TRANSFORMS_AXISATOMS_H

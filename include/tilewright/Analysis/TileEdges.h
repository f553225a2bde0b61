//===- TileEdges.h - what stands outside the valid part of a tile ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A tile at the end of a tensor is only partly data. This analysis follows the
// rest, per value and axis, through a kernel:
//
//     Full       every element is data, or a constant that stands for itself
//     Lanes(k)   every element is a partial result of the combine kind k: the
//                carried accumulator of a loop that started at k's neutral
//                element; data for a reduction of the kind k
//     Fill(c)    elements outside the ranges are c
//     Known      elements outside the ranges are determined by the program, but
//                are not data: exp of a fill, say
//     Any        elements outside the ranges are arbitrary: they may be what
//     the
//                memory held, and differ from run to run
//
// The ranges are bounds [lo, hi) as written on the ops; the valid elements are
// those inside all of them. A range that the analysis lost is 0 to 0.
//
// The verifier of kernels reads it (tile-verify-kernel), and code generation:
// an axis that is Full needs no mask, and a fill of Any no select.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_ANALYSIS_TILEEDGES_H
#define TILEWRIGHT_ANALYSIS_TILEEDGES_H

#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/DenseMap.h"

namespace tilewright {

struct TileRange {
  mlir::OpFoldResult lo, hi;
  /// Outside stands anything; else a fill, or what is computed from one.
  bool any = false;
  bool operator==(const TileRange &other) const {
    return lo == other.lo && hi == other.hi && any == other.any;
  }
};

/// The state of one axis of one value.
struct AxisEdge {
  enum Kind { Full, Lanes, Fill, Known, Any };
  Kind kind = Full;
  /// Fill: the element (FloatAttr or IntegerAttr).
  mlir::Attribute fill;
  /// Lanes: the kind of combination.
  tile::CombineKind combine = tile::CombineKind::AddF;
  /// Fill, Known, Any: where the data is.
  llvm::SmallVector<TileRange, 1> ranges;

  bool isFull() const { return kind == Full; }
  bool operator==(const AxisEdge &other) const;
  /// "full", "filled with 0.0 : f32", ...: for messages.
  std::string str() const;
};

/// One entry per axis of a tile.
using TileEdge = llvm::SmallVector<AxisEdge, 4>;

class TileEdges {
public:
  explicit TileEdges(mlir::func::FuncOp kernel);
  /// For the pass manager's getAnalysis on func.func.
  explicit TileEdges(mlir::Operation *kernel)
      : TileEdges(llvm::cast<mlir::func::FuncOp>(kernel)) {}

  /// The edges of a tile of the kernel.
  const TileEdge &of(mlir::Value tile) const;

private:
  void visit(mlir::Block &block);
  void visit(mlir::Operation *op);
  void visitLoop(mlir::Operation *loop);
  void visitElementwise(mlir::Operation *op);
  TileEdge reshaped(tile::ReshapeOp op) const;
  void set(mlir::Value value, TileEdge edge) { edges[value] = std::move(edge); }

  llvm::DenseMap<mlir::Value, TileEdge> edges;
};

/// The combine kind of an elementwise arith op (addf: AddF, ...), if any.
std::optional<tile::CombineKind> getCombineKind(mlir::Operation *op);

} // namespace tilewright

#endif // TILEWRIGHT_ANALYSIS_TILEEDGES_H

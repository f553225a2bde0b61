//===- Emitter.h - a kernel in tiles, from its results --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Requests, scopes and the memo table of the tiler, and the emission of each
// kind of op (Emit*.cpp). See Tiling/Tiler.h for the idea.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_TILING_EMITTER_H
#define TILEWRIGHT_LIB_TILING_EMITTER_H

#include "tilewright/Tiling/Tiler.h"

#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"

#include <map>

namespace tilewright::tiling {

/// constant + the sum of coefficient * value: index arithmetic as data, so that
/// equal offsets are seen to be equal.
struct Offset {
  /// In the order in which they were added; no zero coefficients.
  llvm::SmallVector<std::pair<mlir::Value, int64_t>, 2> terms;
  int64_t constant = 0;

  Offset(int64_t constant = 0) : constant(constant) {}
  Offset(mlir::Value value) { terms.push_back({value, 1}); }
  Offset operator+(const Offset &other) const;
  Offset operator*(int64_t factor) const;
  Offset operator-(const Offset &other) const { return *this + other * -1; }
  bool operator==(const Offset &other) const;
};

/// One axis of a request: elements offset, offset + stride, ... (size of them).
struct Axis {
  Offset offset;
  int64_t size = 1;
  int64_t stride = 1;
  /// Elements outside the tensor must be the request's fill.
  bool filled = false;

  bool operator==(const Axis &other) const {
    return offset == other.offset && size == other.size &&
           stride == other.stride && filled == other.filled;
  }
};

using Axes = llvm::SmallVector<Axis, 4>;

/// The element type in which elements of the type are summed.
mlir::Type accumulatorType(mlir::Type element);

struct Request {
  mlir::Value value;
  Axes axes;
  /// What stands outside the tensor on the axes that are `filled`.
  mlir::TypedAttr fill;

  bool operator==(const Request &other) const {
    return value == other.value && axes == other.axes && fill == other.fill;
  }
};

/// Bounds per axis, in elements of the tile.
struct Bounds {
  llvm::SmallVector<mlir::OpFoldResult> lo, hi;
  bool full = true;
};

class Emitter {
public:
  Emitter(mlir::func::FuncOp source, mlir::func::FuncOp target,
          const Schedule &schedule);

  /// The whole body of the target: forall, loops, stores.
  mlir::LogicalResult emitKernel();

private:
  using Dims = graph::Dims;

  /// The tile of a request; null after a diagnostic.
  mlir::Value emit(const Request &request);
  /// Emits at the depth that the request needs; the memo is looked up already.
  mlir::Value emitOp(const Request &request);

  mlir::Value emitLoad(const Request &request);
  // Emit*.cpp; none of them looks at `filled`: emit() clips afterwards.
  mlir::Value emitElementwise(mlir::linalg::GenericOp op,
                              const Request &request);
  mlir::Value emitReduction(mlir::linalg::GenericOp op, const Request &request);
  mlir::Value emitBody(mlir::linalg::GenericOp op,
                       llvm::ArrayRef<mlir::Value> tiles,
                       const Request &request);
  mlir::Value emitSlice(graph::SliceOp op, const Request &request);
  mlir::Value emitConcat(graph::ConcatOp op, const Request &request);
  mlir::Value emitPad(graph::PadOp op, const Request &request);
  mlir::Value emitMatmul(graph::MatmulOp op, const Request &request);
  mlir::Value emitConv(graph::ConvOp op, const Request &request);
  mlir::Value emitDepthwise(graph::ConvOp op, const Request &request);
  Offset firstChannel(const Axis &o, int64_t outputsPerGroup,
                      const DimExpr &inputs, const DimExpr &channels);
  mlir::Value emitConvTranspose(graph::ConvTransposeOp op,
                                const Request &request);
  mlir::Value emitPool(graph::PoolOp op, const Request &request);

  /// A serial loop over [0, extent) by `step` that carries `init`; no loop if
  /// one trip covers it. `body` gets the offset and the carried tile.
  mlir::Value
  serialLoop(const DimExpr &extent, int64_t step, mlir::Value init,
             llvm::function_ref<mlir::Value(Offset, mlir::Value)> body);
  /// A nest of serial loops, one per extent, by steps of 1; `body` gets the
  /// position in all of them.
  mlir::Value serialNest(
      llvm::ArrayRef<DimExpr> extents, mlir::Value init,
      llvm::function_ref<mlir::Value(llvm::ArrayRef<Offset>, mlir::Value)>
          body);
  /// The input's elements under a window: out * stride + shift - padLow.
  Axis windowAxis(const Axis &out, int64_t stride, const Offset &shift,
                  const DimExpr &padLow);

  // Bounds.
  Bounds bounds(const Request &request, bool filledOnly = false);
  /// True if every element of the axis is inside [0, extent), statically.
  bool isInside(const Axis &axis, const DimExpr &extent, bool &below,
                bool &above);
  /// The largest value of an offset, if it is known statically.
  std::optional<int64_t> upperBound(const Offset &offset);
  std::optional<int64_t> lowerBound(const Offset &offset);

  // Values.
  mlir::Value extentValue(const DimExpr &extent);
  mlir::OpFoldResult extentFold(const DimExpr &extent);
  mlir::Value materialize(const Offset &offset);
  Offset offsetOf(const DimExpr &expr);
  mlir::Value splat(mlir::TypedAttr value, llvm::ArrayRef<int64_t> shape);
  mlir::Value reshape(mlir::Value tile, llvm::ArrayRef<int64_t> shape);
  mlir::Value broadcast(mlir::Value tile, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value tile, llvm::ArrayRef<int64_t> permutation);
  /// Coordinates of the request along an axis, as an index tile of its shape.
  mlir::Value coordinates(const Request &request, int64_t axis);

  // Scopes: the forall's body, then the open serial loops, outermost first.
  struct Scope {
    mlir::Block *block;
    /// The loop of the next scope, before which this one is continued; null for
    /// the innermost.
    mlir::Operation *next = nullptr;
  };
  unsigned depthOf(const Offset &offset) const;
  unsigned depthOf(mlir::Value value) const;
  void setInsertionPoint(unsigned depth);
  bool isVisible(mlir::Block *block);

  /// What is known of a loop index: a multiple of `step` in [0, extent).
  struct Induction {
    DimExpr extent;
    int64_t step;
  };

  // EmitKernel.cpp.
  llvm::SmallVector<mlir::Value> declareArguments(mlir::ValueRange results);
  bool isCut(size_t axis, const DimExpr &extent) const;
  mlir::scf::ForallOp beginBlocks(const Dims &root);
  void overTiles(size_t axis, const DimExpr &extent, mlir::Value start,
                 llvm::function_ref<void(Offset)> body);
  mlir::Value blockEnd(mlir::Value start, const DimExpr &extent, int64_t block);
  mlir::LogicalResult storeTiles(mlir::ValueRange results,
                                 mlir::ValueRange outputs, const Axes &axes);

  llvm::SmallVector<int64_t> shapeOf(const Axes &axes) const;
  static Dims dims(mlir::Value value) { return graph::getDims(value); }

  mlir::func::FuncOp source, target;
  Schedule schedule;
  mlir::OpBuilder b;
  mlir::Location loc;
  mlir::IRMapping buffers; // source arguments -> target arguments
  std::map<std::string, mlir::Value> sizeArguments;
  llvm::SmallVector<Scope> scopes;
  unsigned depth = 0; // where the builder inserts now
  llvm::DenseMap<mlir::Value, Induction> inductions;
  struct Emitted {
    Request request;
    mlir::Value tile;
  };
  llvm::DenseMap<mlir::Value, std::vector<Emitted>> memo;
  llvm::SmallVector<std::pair<Offset, mlir::Value>> offsetMemo;
};

} // namespace tilewright::tiling

#endif // TILEWRIGHT_LIB_TILING_EMITTER_H

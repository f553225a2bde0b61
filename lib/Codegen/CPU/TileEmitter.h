//===- TileEmitter.h - tiles as rows of 1-D vectors -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the body of a kernel in the tiled form as code on 1-D vectors.
//
// A tile of shape [d0, ..., dn, L] is d0*...*dn *rows*, vectors of L lanes. The
// last axis is the vector axis; code that works on a tile asks for the pieces
// that it wants by `fetch(tile, coordinates, lanes)`: `lanes` elements along
// the last axis from `coordinates` on. Where the pieces come from is the tile's
// state:
//
//   - an *expression*: nothing is emitted yet; a piece is computed from pieces
//     of the operands when somebody asks. Loads, elementwise ops, splat, iota,
//     broadcast, clip and some movements are expressions. So a chain of them is
//     emitted row by row, which keeps few values live, and the k loop of a dot
//     reads its operands straight from the buffers.
//   - *rows*: SSA values, also those of an expression that were computed
//   before.
//   - a *home*: row-major memory in the scratch of the call. Tiles too large to
//     be unrolled live there, and loops over their pieces are emitted.
//
// Coordinates are static or index values; with values, a piece can only come
// from an expression or a home (`makeAddressable` sees to that).
//
// Edges: an axis of a load that has bounds and no fill is read at a clamped
// coordinate; with a fill, a row outside is read from a constant row of fills
// (one select of a pointer). Only the vector axis has masks, and only on loads
// and stores.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_CPU_TILEEMITTER_H
#define TILEWRIGHT_LIB_CODEGEN_CPU_TILEEMITTER_H

#include "KernelAbi.h"

#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

namespace tilewright::cpu {

/// The register file that code is emitted for.
struct VectorShape {
  int64_t bytes = 32;
  int64_t registers = 16;
  /// A tile of more registers or more rows than this lives in memory.
  int64_t maxUnrolled = 64;
};

/// An index, static or a value.
using Coord = mlir::OpFoldResult;
using Coords = llvm::SmallVector<Coord>;

class TileEmitter {
public:
  TileEmitter(KernelAbi &abi, const VectorShape &shape)
      : abi(abi), shape(shape), b(abi.func.getLoc(), abi.func.getContext()) {}

  /// Emits NAME and NAME.body behind the kernel; the caller erases the kernel.
  mlir::LogicalResult emit();

private:
  struct Tile {
    mlir::RankedTensorType type;
    /// The op, if the tile is an expression, and the tile as its result.
    mlir::Operation *op = nullptr;
    unsigned resultNumber = 0;
    llvm::SmallVector<mlir::Value> rows;
    mlir::Value home;
    mlir::Block *homeBlock = nullptr;
    /// Another tile has the same home: it must not be overwritten.
    bool homeShared = false;
  };
  struct Buffer {
    mlir::Value pointer;
    mlir::Type element;
    Coords sizes;
    Coords strides;
    bool written = false;
  };

  //===--- TileEmitter.cpp: functions and blocks --------------------------===//
  mlir::LogicalResult createFunctions();
  void createEntry(mlir::func::FuncOp body);
  mlir::LogicalResult addScratchBuffers();
  mlir::LogicalResult emitForall(mlir::scf::ForallOp forall);
  mlir::LogicalResult emitBlock(mlir::Block &block);
  mlir::LogicalResult emitOp(mlir::Operation &op);
  mlir::LogicalResult emitTileOp(mlir::Operation &op);
  void remark(const llvm::Twine &text);

  //===--- TileControl.cpp: loops and branches that carry tiles
  //------------===//
  mlir::LogicalResult emitScalarOp(mlir::Operation &op);
  mlir::LogicalResult emitFor(mlir::scf::ForOp loop);
  mlir::LogicalResult emitIf(mlir::scf::IfOp branch);
  void prepareForRegions(mlir::Operation &op);
  void yieldInto(mlir::OperandRange yielded,
                 llvm::ArrayRef<mlir::Value> targets,
                 llvm::SmallVectorImpl<mlir::Value> &results);

  //===--- TileAccess.cpp: memory
  //------------------------------------------===//
  /// Where the row of `op` at `coords` is: the pointer to its first element,
  /// and a condition (null: always true) for it to be inside the bounds of all
  /// axes before `maskedAxes`.
  struct RowPlace {
    mlir::Value pointer;
    mlir::Value inside;
  };
  template <typename OpTy>
  RowPlace placeOf(OpTy op, llvm::ArrayRef<Coord> coords, bool lanesMasked,
                   bool clampCoordinates);
  template <typename OpTy>
  mlir::Value insideOf(OpTy op, unsigned axis, Coord coord);
  template <typename OpTy>
  mlir::Value laneMask(OpTy op, Coord lane, int64_t lanes, mlir::Value inside);
  /// True if the bound (of the kernel in the tiled form) is at least `least`.
  bool knownAtLeast(Coord bound, int64_t least);
  template <typename OpTy> bool isFullAxis(OpTy op, unsigned axis);
  mlir::Value baseOf(mlir::Operation *op, mlir::Value buffer,
                     mlir::ValueRange offsets);
  mlir::Value fetchLoad(tile::LoadOp op, llvm::ArrayRef<Coord> coords,
                        int64_t lanes);
  mlir::Value fetchGather(tile::GatherOp op, llvm::ArrayRef<Coord> coords,
                          int64_t lanes);
  mlir::Value fetchClip(tile::ClipOp op, llvm::ArrayRef<Coord> coords,
                        int64_t lanes);
  void emitStore(tile::StoreOp op);
  void storePiece(tile::StoreOp op, llvm::ArrayRef<Coord> coords,
                  mlir::Value piece);
  mlir::Value elementPointer(mlir::Value base, mlir::Type element, Coord index);
  mlir::Value lanePointers(mlir::Value base, mlir::Type element,
                           mlir::Value indices);
  mlir::Value stridedPointers(mlir::Value base, mlir::Type element,
                              int64_t step, int64_t lanes);
  mlir::Value loadVector(mlir::Value pointer, mlir::Type element,
                         int64_t lanes);
  void storeVector(mlir::Value vector, mlir::Value pointer);
  mlir::Value fromMemory(mlir::Value vector, mlir::Type element);
  mlir::Value toMemory(mlir::Value vector);
  mlir::Type memoryType(mlir::Type element);
  mlir::Value fillVector(std::optional<mlir::TypedAttr> fill,
                         mlir::Type element, int64_t lanes);
  mlir::Value fillRow(std::optional<mlir::TypedAttr> fill, mlir::Type element,
                      int64_t lanes);

  //===--- TileFetch.cpp: the pieces of tiles
  //-------------------------------===//
  Tile &tileOf(mlir::Value value);
  Tile &addTile(mlir::Value value);
  mlir::Value fetch(mlir::Value tile, llvm::ArrayRef<Coord> coords,
                    int64_t lanes);
  mlir::Value compute(mlir::Operation *op, unsigned resultNumber,
                      llvm::ArrayRef<Coord> coords, int64_t lanes);
  mlir::Value computeElementwise(mlir::Operation *op, unsigned resultNumber,
                                 llvm::ArrayRef<Coord> coords, int64_t lanes);
  mlir::Value fetchIota(tile::IotaOp op, llvm::ArrayRef<Coord> coords,
                        int64_t lanes);
  mlir::Value fetchConstant(mlir::DenseElementsAttr value,
                            llvm::ArrayRef<Coord> coords, int64_t lanes);
  /// An expression that is cheap to compute again and that no store can change.
  bool isAlwaysExpression(mlir::Value value);
  bool isExpression(mlir::Operation &op);
  /// Few enough rows for SSA values.
  bool isSmall(mlir::RankedTensorType type);
  /// All rows as SSA values.
  void makeRows(mlir::Value tile);
  llvm::ArrayRef<mlir::Value> getRows(mlir::Value tile);
  /// A home with all elements in it.
  mlir::Value makeHome(mlir::Value tile);
  /// Afterwards `fetch` works with coordinates that are values.
  void makeAddressable(mlir::Value tile);
  void setRows(mlir::Value tile, llvm::ArrayRef<mlir::Value> rows);
  void setHome(mlir::Value tile, mlir::Value home);
  mlir::Value allocateHome(mlir::RankedTensorType type);
  mlir::Value homePointer(mlir::Value home, mlir::RankedTensorType type,
                          llvm::ArrayRef<Coord> coords);
  void copyToHome(mlir::Value tile, mlir::Value home);
  /// Emits loops over `type` in pieces of at most `chunk` lanes.
  void forEachPiece(
      mlir::RankedTensorType type, int64_t chunk,
      llvm::function_ref<void(llvm::ArrayRef<Coord>, int64_t lanes)> body);
  bool isVisible(mlir::Value value);
  bool isVisible(mlir::Block *block);

  //===--- TileDot.cpp
  //------------------------------------------------------===//
  struct DotPlan;
  mlir::LogicalResult emitDot(tile::DotOp op);
  DotPlan planDot(tile::DotOp op);
  void emitDotPiece(const DotPlan &plan, llvm::ArrayRef<Coord> batch, Coord m,
                    int64_t rows, Coord n, int64_t lanes,
                    llvm::MutableArrayRef<mlir::Value> accumulators);
  mlir::Value multiplyAdd(mlir::Value lhs, mlir::Value rhs, mlir::Value acc);
  mlir::Value widen(mlir::Value piece, mlir::Type element, bool isUnsigned);
  bool isCheap(mlir::Value tile);

  //===--- TileShape.cpp: reduce, scan, transpose, reshape
  //-----------------===//
  mlir::LogicalResult emitReduce(tile::ReduceOp op);
  mlir::LogicalResult emitScan(tile::ScanOp op);
  mlir::LogicalResult emitTranspose(tile::TransposeOp op);
  mlir::LogicalResult emitReshape(tile::ReshapeOp op);
  mlir::Value combine(tile::CombineKind kind, mlir::Value left,
                      mlir::Value right);
  mlir::Value reduceLanes(tile::CombineKind kind, mlir::Value row);
  llvm::SmallVector<mlir::Value>
  transposeBlock(llvm::ArrayRef<mlir::Value> rows);
  void transposeToHome(mlir::Value tile, unsigned axis,
                       llvm::ArrayRef<int64_t> permutation, mlir::Value home);

  //===--- TileValues.cpp: small things
  //------------------------------------===//
  mlir::Value index(Coord coord);
  Coord add(Coord left, Coord right);
  Coord multiply(Coord left, Coord right);
  Coord mapBound(Coord bound);
  mlir::Value scalarOf(mlir::Value value);
  mlir::Value slice(mlir::Value vector, int64_t offset, int64_t lanes);
  mlir::Value concatenate(llvm::ArrayRef<mlir::Value> pieces);
  mlir::Value splat(mlir::Value scalar, int64_t lanes);
  mlir::Value splatOfLane0(mlir::Value vector, int64_t lanes);
  mlir::Value constant(mlir::Type type, int64_t value);
  mlir::Value both(mlir::Value left, mlir::Value right);
  int64_t chunkLanes(mlir::Type element);

  KernelAbi &abi;
  VectorShape shape;
  mlir::ImplicitLocOpBuilder b;
  mlir::IRMapping scalars;
  llvm::DenseMap<mlir::Value, std::unique_ptr<Tile>> tiles;
  llvm::DenseMap<mlir::Value, Buffer> buffers;
  /// Pointers to buffer[offsets] by op.
  llvm::DenseMap<mlir::Operation *, mlir::Value> bases;
  /// Axes whose bounds a dot has taken into its loop.
  llvm::DenseSet<std::pair<mlir::Operation *, unsigned>> takenAxes;
  llvm::DenseMap<std::pair<mlir::Attribute, int64_t>, mlir::Value> fillRows;
  llvm::DenseMap<mlir::Value, std::optional<int64_t>> lowerBounds;
  llvm::SetVector<mlir::Attribute> remarks;
  mlir::func::FuncOp entry, body;
  mlir::Value lo, hi, homes;
  /// Bytes of homes so far.
  int64_t homeBytes = 0;
  std::optional<DimExpr> scratchBytes;
};

inline int64_t lanesOf(mlir::Value vector) {
  return llvm::cast<mlir::VectorType>(vector.getType()).getDimSize(0);
}
inline int64_t lanesOf(mlir::RankedTensorType type) {
  return type.getRank() ? type.getShape().back() : 1;
}
inline int64_t rowsOf(mlir::RankedTensorType type) {
  return type.getNumElements() == 0 ? 0 : type.getNumElements() / lanesOf(type);
}
inline mlir::RankedTensorType tileTypeOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}
/// True for tensors: what the emitter keeps as a tile.
inline bool isTile(mlir::Value value) {
  return llvm::isa<mlir::RankedTensorType>(value.getType());
}
/// The coordinates of the first element of a row.
Coords coordsOfRow(mlir::RankedTensorType type, int64_t row);

} // namespace tilewright::cpu

#endif // TILEWRIGHT_LIB_CODEGEN_CPU_TILEEMITTER_H

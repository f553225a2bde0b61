//===- Machine.h - the state of a run of the tile interpreter -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A `Machine` walks the ops of a kernel and keeps what each SSA value is now: a
// scalar, a tile (its elements in row-major order) or a buffer. Values of loops
// are overwritten trip by trip; dominance makes that safe.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_TILE_INTERPRETER_MACHINE_H
#define TILEWRIGHT_LIB_DIALECT_TILE_INTERPRETER_MACHINE_H

#include "Buffer.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/DenseMap.h"

namespace tilewright::tile {

using Tile = std::vector<Cell>;

struct Slot {
  Cell scalar = intCell(0);
  std::shared_ptr<const Tile> tile;
  std::shared_ptr<Buffer> buffer;
};

class Machine {
public:
  explicit Machine(uint64_t seed) : marker(seed), reversed(seed % 2 == 0) {}

  Slot &slot(mlir::Value value) { return slots[value]; }
  /// Runs the ops of a block up to its terminator.
  Status run(mlir::Block &block);
  /// How many blocks the forall had.
  int64_t numBlocks() const { return blocks; }

  Marker marker;

private:
  Status run(mlir::Operation *op);
  Status runControl(mlir::Operation *op, bool &known);
  Status runForall(mlir::scf::ForallOp op);
  Status runWhile(mlir::scf::WhileOp op);
  Status runMemory(mlir::Operation *op, bool &known);
  Status runTile(mlir::Operation *op, bool &known);
  Status runAffine(mlir::Operation *op, bool &known);
  Status runElementwise(mlir::Operation *op, bool &known);
  Status runDot(DotOp op);
  Status runGather(GatherOp op);
  template <typename OpTy, typename F> Status forEachElement(OpTy op, F visit);

  int64_t integer(mlir::Value value) { return slots[value].scalar.i; }
  int64_t integer(mlir::OpFoldResult value);
  const Tile &tile(mlir::Value value) { return *slots[value].tile; }
  void setTile(mlir::Value value, Tile tile) {
    slots[value].tile = std::make_shared<const Tile>(std::move(tile));
  }
  void setInteger(mlir::Value value, int64_t number) {
    slots[value].scalar = intCell(number);
  }
  /// Copies slots, all at once.
  void assign(mlir::ValueRange to, mlir::ValueRange from);

  llvm::DenseMap<mlir::Value, Slot> slots;
  llvm::DenseMap<mlir::Operation *, ElementFunction> functions;
  int64_t block = 0, blocks = 0;
  bool reversed;
};

} // namespace tilewright::tile

#endif // TILEWRIGHT_LIB_DIALECT_TILE_INTERPRETER_MACHINE_H

//===- Schedule.h - blocks and tiles of a kernel --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A schedule says, for every axis of a kernel's results (they all have the same
// shape: the root shape), how many elements a block takes (the step of the
// scf.forall) and how many a tile does:
//
//     block == tile      one tile per block
//     block  > tile      a serial loop over the block's tiles (a multiple)
//     block == 0         the axis is not cut into blocks: one block loops over
//                        all of it
//
// An axis is not cut if a reduction of the kernel does not depend on it: each
// of its blocks would compute that reduction again (softmax over columns: one
// block takes whole rows).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TILING_SCHEDULE_H
#define TILEWRIGHT_TILING_SCHEDULE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cstdint>

namespace tilewright {

struct Schedule {
  llvm::SmallVector<int64_t> block, tile;
  /// Tile along the innermost reduced axis of a reduction whose operand is
  /// contiguous there; other reduced axes have tiles of 1.
  int64_t reduction = 64;
  /// Elements of the contracted axis that one tile.dot takes.
  int64_t contraction = 4;

  /// What `attr` of a kernel in linalg form says. An error for missing keys,
  /// another rank than that of the results, or tiles that do not divide their
  /// block.
  static mlir::FailureOr<Schedule> fromAttr(mlir::func::FuncOp kernel,
                                            mlir::DictionaryAttr attr);
};

/// What a schedule is chosen for: the vector unit.
struct VectorUnit {
  int64_t bits = 512;
  int64_t registers = 32;
};

/// A schedule for a kernel in linalg form (GraphToLinalg's output), by shapes
/// and by which axes its reductions depend on.
Schedule chooseSchedule(mlir::func::FuncOp kernel, const VectorUnit &unit);

} // namespace tilewright

#endif // TILEWRIGHT_TILING_SCHEDULE_H

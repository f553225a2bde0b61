//===- IndexGrids.h - gathers that take every element where it is ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `mask[arange(N)[:, None], arange(128)]` is exported as a GatherND of a grid
// of indices that holds its own coordinates, computed from sizes at run time:
//
//     %i = tw.broadcast (tw.range 0, 1)      // [N, 128, 1]: the row
//     %j = tw.broadcast (0, 1, ..., 127)     // [N, 128, 1]: the column
//     %g = tw.gather_nd %mask, (tw.concat %i, %j)
//
// is %mask.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_INDEXGRIDS_H
#define TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_INDEXGRIDS_H

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

namespace tilewright::graph {

/// The axis along which an integer tensor counts 0, 1, 2, ...: each element is
/// its own position on it. None if it is no such tensor.
std::optional<int64_t> countingAxis(mlir::Value value);

/// What a gather of a grid of its own coordinates is: its operand, with new
/// axes where the grid repeats it. Null if the indices are others.
mlir::Value withoutIndexGrid(mlir::OpBuilder &builder, GatherNDOp op);

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_INDEXGRIDS_H

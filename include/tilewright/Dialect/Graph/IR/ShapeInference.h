//===- ShapeInference.h - the sizes of results ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The shape rules of the tw dialect as plain functions: type inference, the
// verifiers and the importers all call them. The error says what was expected
// and what was found; the caller adds the op.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_SHAPEINFERENCE_H
#define TILEWRIGHT_DIALECT_GRAPH_IR_SHAPEINFERENCE_H

#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Support/Result.h"

namespace tilewright::graph {

/// NumPy's broadcasting: aligned at the last axis; an axis of static size 1, or
/// a missing one, is repeated; other sizes are taken as equal (the result has
/// the constant, if one is).
Result<Dims> broadcastShapes(llvm::ArrayRef<Dims> shapes);

/// [..., M, K] x [..., K, N]; the leading axes broadcast.
Result<Dims> matmulShape(llvm::ArrayRef<DimExpr> lhs,
                         llvm::ArrayRef<DimExpr> rhs, bool transposeLhs,
                         bool transposeRhs);

/// A sliding window; one entry per spatial axis.
struct Window {
  llvm::SmallVector<int64_t> sizes, strides, dilations;
  Dims padLow, padHigh;
};

/// Every list has `spatial` entries; sizes, strides and dilations are at
/// least 1.
Status checkWindow(const Window &window, int64_t spatial);

/// floordiv(input + low + high - dilation * (window - 1) - 1, stride) + 1, or
/// with `ceilMode` the ceiling, less windows that would start behind the input
/// and its low padding (as ONNX has it).
DimExpr windowedSize(const DimExpr &input, int64_t window, int64_t stride,
                     int64_t dilation, const DimExpr &padLow,
                     const DimExpr &padHigh, bool ceilMode = false);

/// [N, spatial..., C] with [kernel..., C / groups, O] -> [N, spatial..., O].
/// The filter's kernel sizes must be constants.
Result<Dims> convShape(llvm::ArrayRef<DimExpr> input,
                       llvm::ArrayRef<DimExpr> filter,
                       llvm::ArrayRef<int64_t> strides,
                       llvm::ArrayRef<int64_t> dilations,
                       llvm::ArrayRef<DimExpr> padLow,
                       llvm::ArrayRef<DimExpr> padHigh, int64_t groups);

/// The shape with `axes` taken out; they must be ascending and in range.
Result<Dims> reducedShape(llvm::ArrayRef<DimExpr> operand,
                          llvm::ArrayRef<int64_t> axes);

/// Ascending, no two equal, each in [0, rank).
Status checkAxes(llvm::ArrayRef<int64_t> axes, int64_t rank);
Status checkAxis(int64_t axis, int64_t rank);

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_SHAPEINFERENCE_H

//===- Kernels.h - the ops as functions on tensors -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What each op of tw computes, as a function from tensors to tensors: no MLIR
// but the enums. Sizes that an op gets from its types or attributes come as
// numbers; a function that takes `shape` is told its result's, the others find
// it. Operands have the element types that the ops' verifiers allow.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_KERNELS_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_KERNELS_H

#include "Strides.h"

#include "tilewright/Dialect/Graph/IR/GraphEnums.h"
#include "tilewright/Support/Tensor.h"

#include "llvm/ADT/ArrayRef.h"

#include <optional>

namespace tilewright::graph::reference {

// Elementwise (Unary.cpp, Binary.cpp, Cast.cpp)
Result<Tensor> unary(UnaryKind kind, const Tensor &x);
Result<Tensor> binary(BinaryKind kind, const Tensor &a, const Tensor &b);
Result<Tensor> compare(CompareKind kind, const Tensor &a, const Tensor &b);
Result<Tensor> select(const Tensor &condition, const Tensor &onTrue,
                      const Tensor &onFalse);
Result<Tensor> cast(const Tensor &x, DType type);

// Movement (Movement.cpp)
Result<Tensor> reshape(const Tensor &x, const Shape &shape);
Result<Tensor> broadcast(const Tensor &x, const Shape &shape);
Result<Tensor> transpose(const Tensor &x, const Shape &permutation);
Result<Tensor> concat(llvm::ArrayRef<Tensor> operands, int64_t axis);
Result<Tensor> slice(const Tensor &x, const Shape &starts, const Shape &steps,
                     const Shape &shape);
/// `value` is null in modes that have none.
Result<Tensor> pad(PadMode mode, const Tensor &x, const Tensor *value,
                   const Shape &low, const Shape &high);
Result<Tensor> range(const Tensor &start, const Tensor &delta, int64_t size);

// Indexing (Gather.cpp, Scatter.cpp)
Result<Tensor> gather(const Tensor &x, const Tensor &indices, int64_t axis);
Result<Tensor> gatherElements(const Tensor &x, const Tensor &indices,
                              int64_t axis);
Result<Tensor> gatherND(const Tensor &x, const Tensor &indices,
                        int64_t batchDims);
Result<Tensor> scatterElements(ReduceKind kind, const Tensor &x,
                               const Tensor &indices, const Tensor &updates,
                               int64_t axis);
Result<Tensor> scatterND(ReduceKind kind, const Tensor &x,
                         const Tensor &indices, const Tensor &updates);
Result<Tensor> reverseSequence(const Tensor &x, const Tensor &lengths,
                               int64_t timeAxis, int64_t batchAxis);

// Contractions (Matmul.cpp, Convolution.cpp, Attention.cpp). Operands are
// converted to the result's element type first.
Result<Tensor> matmul(const Tensor &lhs, const Tensor &rhs, bool transposeLhs,
                      bool transposeRhs, DType type);
/// A sliding window: one entry per spatial axis.
struct Window {
  Shape sizes, strides, dilations, low, high;
};
Result<Tensor> conv(const Tensor &input, const Tensor &filter,
                    const Window &window, int64_t groups, DType type);
Result<Tensor> convTranspose(const Tensor &input, const Tensor &filter,
                             const Window &window, int64_t groups,
                             const Shape &shape, DType type);
struct AttentionParameters {
  double scale = 1, softcap = 0;
  bool causal = false;
  UndefinedRows rows = UndefinedRows::ZeroIfEmpty;
};
/// `mask` is null if there is none.
Result<Tensor> attention(const Tensor &query, const Tensor &key,
                         const Tensor &value, const Tensor *mask,
                         const AttentionParameters &parameters);

// Windows and sampling (Pooling.cpp, Resize.cpp, GridSample.cpp, RoiAlign.cpp)
Result<Tensor> pool(PoolKind kind, const Tensor &input, const Window &window,
                    const Shape &shape);
Result<Tensor> maxPoolIndices(const Tensor &input, const Window &window,
                              bool columnMajor, const Shape &shape);
struct ResizeParameters {
  ResizeMode mode = ResizeMode::Nearest;
  ResizeCoordinates coordinates = ResizeCoordinates::HalfPixel;
  NearestRounding rounding = NearestRounding::RoundPreferFloor;
  /// One per axis, or none: result size / input size.
  std::vector<double> scales;
  /// Starts, then ends; for tf_crop_and_resize.
  std::vector<double> roi;
  double cubicCoefficient = -0.75, extrapolationValue = 0;
  bool excludeOutside = false, antialias = false;
};
Result<Tensor> resize(const Tensor &x, const ResizeParameters &parameters,
                      const Shape &shape);
Result<Tensor> gridSample(ResizeMode mode, PadMode padding, bool alignCorners,
                          const Tensor &input, const Tensor &grid);
struct RoiAlignParameters {
  PoolKind kind = PoolKind::Average;
  double spatialScale = 1;
  int64_t samplingRatio = 0;
  bool halfPixel = true;
};
Result<Tensor> roiAlign(const Tensor &input, const Tensor &rois,
                        const Tensor &batchIndices,
                        const RoiAlignParameters &parameters,
                        const Shape &shape);

// Reductions (Reduction.cpp, Normalization.cpp, Scan.cpp)
Result<Tensor> reduce(ReduceKind kind, const Tensor &x, const Shape &axes);
Result<Tensor> argReduce(ReduceKind kind, const Tensor &x, int64_t axis,
                         bool last);
Result<Tensor> softmax(const Tensor &x, int64_t axis, bool log);
Result<Tensor> normalize(const Tensor &x, const Shape &axes, double epsilon,
                         bool rms);
Result<Tensor> scan(ReduceKind kind, const Tensor &x, int64_t axis,
                    bool exclusive, bool reverse);

// Sorting and selection (Sorting.cpp, Unique.cpp, NonMaxSuppression.cpp)
struct TopK {
  Tensor values, indices;
};
Result<TopK> topK(const Tensor &x, int64_t axis, int64_t k, bool smallest);
Result<Tensor> nonZero(const Tensor &x);
struct Unique {
  Tensor values, indices, inverse, counts;
};
Result<Unique> unique(const Tensor &x, std::optional<int64_t> axis,
                      bool sorted);
Result<Tensor> nonMaxSuppression(const Tensor &boxes, const Tensor &scores,
                                 const Tensor &maxPerClass,
                                 const Tensor &iouThreshold,
                                 const Tensor &scoreThreshold,
                                 bool centerPointBox);

} // namespace tilewright::graph::reference

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_KERNELS_H

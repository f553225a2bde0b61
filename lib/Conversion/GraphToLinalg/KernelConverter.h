//===- KernelConverter.h - state of one kernel's conversion to linalg ----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Shared by the chapters of the conversion (Elementwise.cpp, Movement.cpp,
// Reduction.cpp, Sampling.cpp): the map from tw values to converted tensors,
// the index arguments for sizes, and a builder for linalg.generic.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CONVERSION_GRAPHTOLINALG_KERNELCONVERTER_H
#define TILEWRIGHT_LIB_CONVERSION_GRAPHTOLINALG_KERNELCONVERTER_H

#include "tilewright/Conversion/Scalar/Scalar.h"
#include "tilewright/Dialect/Graph/IR/Dims.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <map>

namespace tilewright::graph {

class KernelConverter {
public:
  /// An operand of a generic: a converted tensor and its index map.
  struct Input {
    mlir::Value value;
    mlir::AffineMap map;
  };
  /// Emits a body: block arguments in, the element to yield out.
  using Body =
      llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::ValueRange)>;

  KernelConverter(mlir::func::FuncOp function)
      : function(function), b(function.getContext()) {}

  /// Converts `op`; its operands are mapped already.
  mlir::LogicalResult convert(mlir::Operation *op);

  void map(mlir::Value from, mlir::Value to) { values.map(from, to); }
  mlir::Value get(mlir::Value value) { return values.lookup(value); }

  /// The value of a size: a constant, or an index argument of the function.
  mlir::Value size(const DimExpr &expr);
  /// The expressions of the index arguments, in order.
  const std::vector<DimExpr> &sizes() const { return sizeExprs; }

private:
  // The chapters.
  mlir::LogicalResult convertElementwise(mlir::Operation *op);
  mlir::LogicalResult convertMovement(mlir::Operation *op);
  mlir::LogicalResult convertReduction(mlir::Operation *op);
  mlir::LogicalResult convertSampling(mlir::Operation *op);
  /// Ops that emit their own tiles are cloned with storage types.
  mlir::LogicalResult keep(mlir::Operation *op);
  /// An operand of a contraction in the result's element type, the only one
  /// that the tiles know: 8-bit integers are extended by their own sign.
  /// (Products wrap, so an operand that is too wide may be cut.)
  mlir::Value contracted(mlir::Operation *op, mlir::Value operand);

  mlir::Type storage(mlir::Value value) {
    return storageType(elementOf(value));
  }

  /// linalg.generic over `shape` with all axes parallel.
  mlir::Value parallel(mlir::Location loc, const Dims &shape,
                       mlir::Type element, llvm::ArrayRef<Input> inputs,
                       Body body);
  /// linalg.generic over `shape` that combines along `axes`, from `neutral`.
  mlir::Value reduce(mlir::Location loc, mlir::Value operand, const Dims &shape,
                     llvm::ArrayRef<int64_t> axes, mlir::TypedAttr neutral,
                     llvm::function_ref<mlir::Value(mlir::OpBuilder &,
                                                    mlir::Value, mlir::Value)>
                         combine);
  /// Elementwise over `shape` with inputs of that shape, or broadcast to it.
  mlir::Value elementwise(mlir::Location loc, const Dims &shape,
                          mlir::Type element,
                          llvm::ArrayRef<mlir::Value> inputs, Body body);
  /// The map by which an operand of sizes `operand` is read in an iteration
  /// over `result`: aligned at the last axis, size 1 repeated.
  mlir::AffineMap broadcastMap(const Dims &operand, const Dims &result);
  /// The map that leaves out `axes` of `rank` ones.
  mlir::AffineMap withoutAxes(int64_t rank, llvm::ArrayRef<int64_t> axes);
  mlir::Value extract(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value tensor,
                      llvm::ArrayRef<mlir::Value> coordinates);

  mlir::Value normalize(NormalizeOp op);
  mlir::Value softmax(SoftmaxOp op);
  mlir::Value reduceOp(ReduceOp op);
  mlir::Value argReduce(ArgReduceOp op);
  mlir::Value resize(ResizeOp op);
  mlir::Value gridSample(GridSampleOp op);
  struct IndexMath;
  mlir::Value padByCoordinates(PadOp op);
  mlir::Value constant(ConstantOp op);
  mlir::Value transpose(TransposeOp op);
  mlir::Value broadcast(BroadcastOp op);
  mlir::Value range(RangeOp op);
  mlir::Value slice(SliceOp op);
  mlir::Value gather(GatherOp op);
  mlir::Value gatherElements(GatherElementsOp op);
  mlir::Value gatherND(GatherNDOp op);
  mlir::Value reverseSequence(ReverseSequenceOp op);
  /// The first operand of an op, read for each element of the result where the
  /// coordinates say.
  mlir::Value
  readAt(mlir::Operation *op, llvm::ArrayRef<Input> inputs,
         llvm::function_ref<llvm::SmallVector<mlir::Value>(IndexMath &,
                                                           mlir::ValueRange)>
             coordinatesOf);

  mlir::func::FuncOp function;
  mlir::OpBuilder b;
  mlir::IRMapping values;
  std::map<std::string, mlir::Value> sizeArguments;
  std::vector<DimExpr> sizeExprs;
};

} // namespace tilewright::graph

#endif // TILEWRIGHT_LIB_CONVERSION_GRAPHTOLINALG_KERNELCONVERTER_H

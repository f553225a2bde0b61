//===- LoopKernel.h - builds a kernel of loops ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `LoopKernel` builds the function around one op's loops, and gives short names
// to what the loops are made of. An emitter declares the buffers first, begins
// the body with the extents of the blocks, and writes loops:
//
//     LoopKernel k(op, name, builder);
//     Array x = k.input(op.getOperand(), {outer, n, inner});
//     Array y = k.output(op.getResult(), {outer, n, inner});
//     SmallVector<Value> at = k.begin({outer, inner});
//     k.loop(k.size(n), [&](Value i) {
//       k.store(y, {at[0], i, at[1]}, f(k.load(x, {at[0], i, at[1]})));
//     });
//     return k.finish();
//
// Elements are loaded in the type that they are computed in: f16 and bf16 as
// f32, bool as an i8 that is 0 or 1.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CONVERSION_GRAPHTOLOOPS_LOOPKERNEL_H
#define TILEWRIGHT_LIB_CONVERSION_GRAPHTOLOOPS_LOOPKERNEL_H

#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace tilewright::graph::loops {

using mlir::Type;
using mlir::Value;
using mlir::ValueRange;
using Values = llvm::SmallVector<Value>;
using Body = llvm::function_ref<void(Value)>;
/// From the loop variable and the carried values to the next carried values.
using CarryBody = llvm::function_ref<Values(Value, ValueRange)>;

/// A buffer and the tw element type that it holds.
struct Array {
  Value memref;
  Type element;

  bool isFloat() const { return llvm::isa<mlir::FloatType>(element); }
  bool isUnsigned() const {
    return element.isUnsignedInteger() || element.isInteger(1);
  }
};

class LoopKernel {
public:
  LoopKernel(mlir::Operation *op, llvm::StringRef name,
             mlir::OpBuilder &builder);

  //--- Function -------------------------------------------------------------
  /// The next operand or result, under a shape of as many elements.
  Array input(Value operand, llvm::ArrayRef<DimExpr> shape);
  Array output(Value result, llvm::ArrayRef<DimExpr> shape);
  /// The last output: one i64 that is what `symbol` will be.
  Array count(llvm::StringRef symbol);
  /// Opens the forall over blocks; returns its variables. No extents: one
  /// block. `step`: of the last axis.
  Values begin(llvm::ArrayRef<DimExpr> extents, int64_t step = 1);
  mlir::func::FuncOp finish();

  /// The value of an expression: a constant or an argument of the function.
  Value size(const DimExpr &expr);
  Values sizes(llvm::ArrayRef<DimExpr> exprs);
  /// A buffer of the block.
  Array scratch(Type element, llvm::ArrayRef<DimExpr> shape);

  //--- Memory ---------------------------------------------------------------
  Value load(const Array &array, ValueRange at);
  void store(const Array &array, ValueRange at, Value value);
  /// Copies an element as it is stored.
  void copy(const Array &from, ValueRange fromAt, const Array &to,
            ValueRange toAt);
  /// An integer element as an index.
  Value loadIndex(const Array &array, ValueRange at);
  void storeIndex(const Array &array, ValueRange at, Value index);

  //--- Loops ----------------------------------------------------------------
  void loop(Value count, Body body);
  Values loop(Value from, Value to, ValueRange start, CarryBody body);
  /// Loops over all coordinates below `sizes`, row-major.
  Values nest(ValueRange sizes, ValueRange start,
              llvm::function_ref<Values(ValueRange, ValueRange)> body);
  void nest(ValueRange sizes, llvm::function_ref<void(ValueRange)> body);
  Values whileLoop(ValueRange start,
                   llvm::function_ref<Value(ValueRange)> condition,
                   llvm::function_ref<Values(ValueRange)> body);
  void when(Value condition, llvm::function_ref<void()> body);
  /// The values of one of two branches.
  Values choose(Value condition, llvm::function_ref<Values()> yes,
                llvm::function_ref<Values()> no);

  //--- Scalars --------------------------------------------------------------
  Value index(int64_t value);
  Value number(Type type, double value);
  Value truth(bool value);
  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);
  /// Index comparisons and extremes, signed.
  Value less(Value a, Value b);
  Value equal(Value a, Value b);
  Value smaller(Value a, Value b);
  Value larger(Value a, Value b);
  Value clamp(Value x, Value lo, Value hi);
  Value both(Value a, Value b);
  Value either(Value a, Value b);
  Value negate(Value condition);
  Value select(Value condition, Value a, Value b);
  /// 0 <= x < size.
  Value inside(Value x, Value size);
  Value compareFloats(mlir::arith::CmpFPredicate predicate, Value a, Value b);

  /// a < b for elements of the array; NaN is the largest of all.
  Value lessNaNLast(const Array &array, Value a, Value b);
  /// a combined with b, and what no elements give.
  Value combine(ReduceKind kind, const Array &array, Value a, Value b);
  Value neutral(ReduceKind kind, const Array &array);

  mlir::ImplicitLocOpBuilder b;

private:
  Array addBuffer(Type element, llvm::ArrayRef<DimExpr> shape);

  mlir::func::FuncOp function;
  llvm::SmallVector<mlir::Attribute> dims;
  /// The sizes of buffers that are no constants.
  llvm::SmallVector<DimExpr> extents;
  std::vector<DimExpr> sizeExprs;
  std::map<std::string, Value> sizeValues;
  DimExpr blocks{1};
  unsigned numInputs = 0;
};

/// The shape of a value as [outer, size of the axis, inner].
struct AxisSplit {
  DimExpr outer, size, inner;
  AxisSplit(llvm::ArrayRef<DimExpr> shape, int64_t axis);
};

/// Sorts `order[0][0..count)`, a scratch of shape [2, n], so that `before`
/// holds between neighbours; equal ones keep their order. Returns the row of
/// `order` that holds the result.
Value mergeSort(LoopKernel &k, const Array &order, Value count,
                llvm::function_ref<Value(Value, Value)> before);

mlir::func::FuncOp emit(LoopKernel &k, TopKOp op);
mlir::func::FuncOp emit(LoopKernel &k, UniqueOp op);
mlir::func::FuncOp emit(LoopKernel &k, NonZeroOp op);
mlir::func::FuncOp emit(LoopKernel &k, NonMaxSuppressionOp op);
mlir::func::FuncOp emit(LoopKernel &k, ScatterElementsOp op);
mlir::func::FuncOp emit(LoopKernel &k, ScatterNDOp op);
mlir::func::FuncOp emit(LoopKernel &k, ScanOp op);
mlir::func::FuncOp emit(LoopKernel &k, MaxPoolIndicesOp op);
mlir::func::FuncOp emit(LoopKernel &k, RoiAlignOp op);
mlir::func::FuncOp emit(LoopKernel &k, ResizeOp op);
mlir::func::FuncOp emit(LoopKernel &k, ConcatOp op);

} // namespace tilewright::graph::loops

#endif // TILEWRIGHT_LIB_CONVERSION_GRAPHTOLOOPS_LOOPKERNEL_H

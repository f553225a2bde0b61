//===- Emitter.h - tw ops, one call each ----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the op handlers build with. An op of the model becomes an expression:
//
//     n.result(0, n.div(x, n.add(n.unary(UnaryKind::Abs, x), n.like(x, 1))));
//
// Errors are sticky: the first `fail` is kept, what is built afterwards is
// thrown away with the import. So a handler need not check after each call; a
// failed call returns some valid value. Shapes are read through `Shape`, whose
// access is checked, so that going on after a failure is harmless.
//
// Ops are verified and folded as they are built. Where an op takes sizes as
// equal (or one as not larger) that are not known to be, a tw.check_dims is
// emitted before it (Graph/IR/SizeRequirements.h): no handler can forget it.
// What ONNX asks for and the op does not (a bias that has one number per
// channel, not just one that broadcasts) is the handler's: `equal`, `atMost`.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_EMITTER_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_EMITTER_H

#include "ImportState.h"

namespace tilewright::onnximport {

using graph::BinaryKind;
using graph::CompareKind;
using graph::PadMode;
using graph::PoolKind;
using graph::ReduceKind;
using graph::UnaryKind;

/// The sizes of a value. Axes may be negative (from the end); one that is out
/// of range has size 0.
class Shape {
public:
  Shape(Dims dims) : dims(std::move(dims)) {}
  int64_t rank() const { return int64_t(dims.size()); }
  DimExpr operator[](int64_t axis) const {
    if (axis < 0)
      axis += rank();
    return axis < 0 || axis >= rank() ? DimExpr(0) : dims[size_t(axis)];
  }
  /// The size if it is a constant, else -1.
  int64_t fixed(int64_t axis) const {
    return (*this)[axis].constantValue().value_or(-1);
  }
  const Dims dims;
};

class Emitter {
public:
  Emitter(ImportState &state, mlir::Location loc) : state(state), loc(loc) {}

  ImportState &state;
  mlir::Location loc;

  /// Records why this node cannot be imported; the first reason counts.
  void fail(const llvm::Twine &reason);
  bool failed() const { return failure.has_value(); }
  const std::string &reason() const { return *failure; }

  //===--- Types ----------------------------------------------------------===//

  Shape shape(mlir::Value value) const { return Shape(graph::getDims(value)); }
  int64_t rank(mlir::Value value) const { return shape(value).rank(); }
  mlir::Type element(mlir::Value value) const;
  bool isFloat(mlir::Value value) const;
  bool isBool(mlir::Value value) const;
  mlir::Type f32() { return state.builder.getF32Type(); }
  mlir::Type f64() { return state.builder.getF64Type(); }
  mlir::Type i32() { return state.builder.getI32Type(); }
  mlir::Type i64() { return state.builder.getI64Type(); }
  mlir::Type i1() { return state.builder.getI1Type(); }
  /// "f32", as messages name an element type.
  static std::string typeName(mlir::Type element);
  /// An axis made positive; fails if it is out of range for `rank`.
  int64_t axis(int64_t axis, int64_t rank, const llvm::Twine &what = "axis");
  /// Axes made positive and sorted; fails if one is given twice.
  llvm::SmallVector<int64_t> axes(llvm::ArrayRef<int64_t> axes, int64_t rank,
                                  const llvm::Twine &what = "axes");
  /// Fails unless the rank is in [lo, hi].
  bool expectRank(mlir::Value value, int64_t lo, int64_t hi,
                  const llvm::Twine &what);

  /// Fails unless the numbers are in [lo, 2^31): 64 bits hold their products.
  bool expectSmall(llvm::ArrayRef<int64_t> values, int64_t lo,
                   const llvm::Twine &what);

  //===--- Constants and sizes --------------------------------------------===//

  /// A scalar of the element type (rounded, saturating).
  mlir::Value scalar(mlir::Type element, double value);
  mlir::Value scalarInt(mlir::Type element, int64_t value);
  /// A scalar of the element type of `value`.
  mlir::Value like(mlir::Value value, double number) {
    return scalar(element(value), number);
  }
  mlir::Value ints(llvm::ArrayRef<int64_t> values);
  /// A size as an i64 scalar; sizes as an i64 vector.
  mlir::Value fromDim(const DimExpr &size);
  mlir::Value fromDims(llvm::ArrayRef<DimExpr> sizes);
  /// A tensor of one number.
  mlir::Value full(llvm::ArrayRef<DimExpr> dims, mlir::Value scalar);
  /// [0, 1, ..., size - 1].
  mlir::Value iota(const DimExpr &size, mlir::Type element);
  /// What a value holds, if it is a constant.
  std::optional<Tensor> constantValue(mlir::Value value);
  std::optional<llvm::SmallVector<double>> constantFloats(mlir::Value value);
  /// Constant integers; fails ("... must be a constant") if they are none.
  llvm::SmallVector<int64_t> constantInts(mlir::Value value,
                                          const llvm::Twine &what);
  /// Integers as expressions (bound to symbols if need be); fails if their
  /// number is not known.
  Dims contents(mlir::Value value, const llvm::Twine &what);
  /// The expression, or, if it has more than `longest` characters, a symbol
  /// that is bound to its value.
  DimExpr shortened(const DimExpr &expr, const llvm::Twine &what,
                    size_t longest = ImportState::maxExpressionText);

  /// Requires two sizes to be equal, now or at run time; gives the better one.
  DimExpr equal(const DimExpr &a, const DimExpr &b, const llvm::Twine &what);
  /// Requires a <= b, now or at run time. The message has the places {lhs} and
  /// {rhs} for their values (Support/SizeMessage.h).
  void atMost(const DimExpr &a, const DimExpr &b, const llvm::Twine &message);
  /// Requires a vector with one entry per element of the axis.
  bool expectVector(mlir::Value value, const DimExpr &size,
                    const llvm::Twine &what);
  /// Requires that NumPy's broadcasting gives `value` the shape `dims` (ONNX's
  /// unidirectional broadcasting).
  bool expectBroadcastsTo(mlir::Value value, llvm::ArrayRef<DimExpr> dims,
                          const llvm::Twine &what);
  /// Makes values ready for NumPy's broadcasting, with checks.
  void broadcastTogether(llvm::MutableArrayRef<mlir::Value> values);
  /// Whether broadcasting takes `size` as 1: it is 1 at most (min(1, T), of a
  /// slice) and meets a size that may be larger. `expectOne` requires it.
  bool countsAsOne(const DimExpr &size, const DimExpr &other);
  void expectOne(const DimExpr &size, int64_t axis);
  /// The value with 1 for each size that counts as it against `dims`, aligned
  /// at the last axis.
  mlir::Value asOnes(mlir::Value value, llvm::ArrayRef<DimExpr> dims);
  bool isSize(const DimExpr &expr) { return state.isSize(expr); }
  SymbolRange bounds(const DimExpr &expr) { return expr.bounds(state.ranges); }

  //===--- Elementwise ----------------------------------------------------===//

  mlir::Value unary(UnaryKind kind, mlir::Value operand);
  mlir::Value binary(BinaryKind kind, mlir::Value lhs, mlir::Value rhs);
  mlir::Value compare(CompareKind kind, mlir::Value lhs, mlir::Value rhs);
  mlir::Value select(mlir::Value condition, mlir::Value onTrue,
                     mlir::Value onFalse);
  mlir::Value cast(mlir::Value operand, mlir::Type element);
  mlir::Value castLike(mlir::Value operand, mlir::Value like) {
    return cast(operand, element(like));
  }
  mlir::Value add(mlir::Value a, mlir::Value b) {
    return binary(BinaryKind::Add, a, b);
  }
  mlir::Value sub(mlir::Value a, mlir::Value b) {
    return binary(BinaryKind::Sub, a, b);
  }
  mlir::Value mul(mlir::Value a, mlir::Value b) {
    return binary(BinaryKind::Mul, a, b);
  }
  mlir::Value div(mlir::Value a, mlir::Value b) {
    return binary(BinaryKind::Div, a, b);
  }
  mlir::Value maximum(mlir::Value a, mlir::Value b) {
    return binary(BinaryKind::Max, a, b);
  }
  mlir::Value minimum(mlir::Value a, mlir::Value b) {
    return binary(BinaryKind::Min, a, b);
  }
  mlir::Value neg(mlir::Value a) { return unary(UnaryKind::Neg, a); }
  mlir::Value logicalNot(mlir::Value a) { return unary(UnaryKind::Not, a); }
  mlir::Value clamp(mlir::Value a, double lo, double hi);
  /// x < 0 ? negative : x >= 0 ? positive : x; NaN stays.
  mlir::Value selectNegative(mlir::Value x, mlir::Value negative,
                             mlir::Value positive);

  //===--- Shape and data movement ----------------------------------------===//

  mlir::Value reshape(mlir::Value operand, llvm::ArrayRef<DimExpr> dims);
  mlir::Value broadcast(mlir::Value operand, llvm::ArrayRef<DimExpr> dims);
  mlir::Value transpose(mlir::Value operand,
                        llvm::ArrayRef<int64_t> permutation);
  mlir::Value concat(llvm::ArrayRef<mlir::Value> operands, int64_t axis);
  mlir::Value slice(mlir::Value operand, llvm::ArrayRef<DimExpr> starts,
                    llvm::ArrayRef<DimExpr> sizes,
                    llvm::ArrayRef<int64_t> steps);
  /// [start, start + size) of one axis.
  mlir::Value sliceAxis(mlir::Value operand, int64_t axis, const DimExpr &start,
                        const DimExpr &size, int64_t step = 1);
  mlir::Value reverse(mlir::Value operand, int64_t axis);
  mlir::Value pad(mlir::Value operand, mlir::Value value, PadMode mode,
                  llvm::ArrayRef<DimExpr> low, llvm::ArrayRef<DimExpr> high);
  mlir::Value gather(mlir::Value operand, mlir::Value indices, int64_t axis);
  /// Axes of size 1 put in, in terms of the result; or taken out.
  mlir::Value unsqueeze(mlir::Value operand, llvm::ArrayRef<int64_t> axes);
  mlir::Value squeeze(mlir::Value operand, llvm::ArrayRef<int64_t> axes);
  /// A vector along `axis` of something of rank `rank`: [C] -> [C, 1, 1].
  mlir::Value alongAxis(mlir::Value vector, int64_t axis, int64_t rank);
  /// [N, C, spatial...] -> [N, spatial..., C], and back.
  mlir::Value channelsLast(mlir::Value operand);
  mlir::Value channelsFirst(mlir::Value operand);

  //===--- Contractions and reductions ------------------------------------===//

  /// Rank >= 2; the element type of the result is `type` (null: that of lhs).
  mlir::Value matmul(mlir::Value lhs, mlir::Value rhs,
                     bool transposeLhs = false, bool transposeRhs = false,
                     mlir::Type type = {});
  mlir::Value reduce(ReduceKind kind, mlir::Value operand,
                     llvm::ArrayRef<int64_t> axes, bool keepDims);
  mlir::Value softmax(mlir::Value operand, int64_t axis, bool log = false);
  mlir::Value normalize(mlir::Value operand, llvm::ArrayRef<int64_t> axes,
                        double epsilon, bool rms = false);

  //===--- Loops ----------------------------------------------------------===//

  struct LoopStep {
    /// Null: true.
    mlir::Value goOn;
    llvm::SmallVector<mlir::Value> carried, stacked;
  };
  struct LoopResult {
    llvm::SmallVector<mlir::Value> carried, stacked;
  };
  using LoopBody = llvm::function_ref<LoopStep(
      mlir::Value iteration, llvm::ArrayRef<mlir::Value> carried)>;
  /// tw.loop. `body` is called with the builder in the body, more than once if
  /// sizes of the carried values turn out to change from trip to trip: they
  /// become symbols. `count` is the number of trips if it is known; null values
  /// for `maxTrips` and `condition` mean that there is none.
  LoopResult loop(mlir::Value maxTrips, mlir::Value condition,
                  llvm::ArrayRef<mlir::Value> carried,
                  std::optional<DimExpr> count, LoopBody body);
  /// A loop of `count` trips.
  LoopResult forLoop(const DimExpr &count, llvm::ArrayRef<mlir::Value> carried,
                     LoopBody body) {
    return loop(fromDim(count), {}, carried, count, body);
  }
  /// Verifies an op with regions that has been filled.
  void verifyFilled(mlir::Operation *op);

  //===--- Any op ---------------------------------------------------------===//

  /// Builds an op whose result type is inferred; verifies and folds it.
  template <typename OpT, typename... Args>
  mlir::Value inferred(Args &&...args);
  /// Builds an op with the given result type(s); verifies and folds it.
  template <typename OpT, typename... Args>
  mlir::Operation *build(mlir::TypeRange types, Args &&...args);
  template <typename OpT, typename... Args>
  mlir::Value shaped(llvm::ArrayRef<DimExpr> dims, mlir::Type element,
                     Args &&...args);
  mlir::DenseI64ArrayAttr array(llvm::ArrayRef<int64_t> values) {
    return state.builder.getDenseI64ArrayAttr(values);
  }
  /// A unit attribute, or null.
  mlir::UnitAttr unit(bool set) {
    return set ? state.builder.getUnitAttr() : mlir::UnitAttr();
  }
  graph::DimsAttr dimsAttr(llvm::ArrayRef<DimExpr> dims) {
    return graph::getDimsAttr(state.context, dims);
  }

private:
  using InferFn = llvm::function_ref<llvm::LogicalResult(
      llvm::SmallVectorImpl<mlir::Type> &)>;
  bool inferTypes(mlir::OperationState &op, InferFn infer);
  /// Emits before `op` what it needs of its operands' sizes.
  void checkSizes(mlir::Operation *op);
  /// Creates and verifies; null after a failure.
  mlir::Operation *create(mlir::OperationState &op);
  mlir::Value createFolded(mlir::OperationState &op);
  mlir::Value poison();

  std::optional<std::string> failure;
};

//===----------------------------------------------------------------------===//
// Implementation
//===----------------------------------------------------------------------===//

template <typename OpT, typename... Args>
mlir::Value Emitter::inferred(Args &&...args) {
  if (failed())
    return poison();
  mlir::OperationState op(loc, OpT::getOperationName());
  // The type is a placeholder: the builder that infers would end the process
  // where no type can be inferred.
  mlir::Type placeholder = mlir::RankedTensorType::get({}, f32());
  OpT::build(state.builder, op, placeholder, std::forward<Args>(args)...);
  if (!inferTypes(op, [&](llvm::SmallVectorImpl<mlir::Type> &types) {
        return OpT::inferReturnTypes(state.context, loc, op.operands,
                                     op.attributes.getDictionary(state.context),
                                     op.getRawProperties(), {}, types);
      }))
    return poison();
  return createFolded(op);
}

template <typename OpT, typename... Args>
mlir::Operation *Emitter::build(mlir::TypeRange types, Args &&...args) {
  if (failed())
    return nullptr;
  mlir::OperationState op(loc, OpT::getOperationName());
  OpT::build(state.builder, op, types, std::forward<Args>(args)...);
  return create(op);
}

template <typename OpT, typename... Args>
mlir::Value Emitter::shaped(llvm::ArrayRef<DimExpr> dims, mlir::Type element,
                            Args &&...args) {
  if (failed())
    return poison();
  mlir::OperationState op(loc, OpT::getOperationName());
  OpT::build(state.builder, op,
             mlir::Type(graph::getTensorType(state.context, dims, element)),
             std::forward<Args>(args)...);
  return createFolded(op);
}

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_EMITTER_H

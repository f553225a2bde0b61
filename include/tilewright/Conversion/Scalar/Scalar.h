//===- Scalar.h - one element of an elementwise op in arith and math -----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits what one element of a tw op computes, on scalars or (the ops are
// elementwise-mappable) on tiles. Every emitted op is total: division by zero,
// shifts that are too wide and float-to-integer overflow get the results that
// docs/Semantics.md fixes.
//
// Storage and compute types: in buffers a bool is an i8 (0 or 1), integers are
// signless, f16 and bf16 are themselves; in a body a bool is an i1 and f16 and
// bf16 are f32.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_CONVERSION_SCALAR_SCALAR_H
#define TILEWRIGHT_CONVERSION_SCALAR_SCALAR_H

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

namespace tilewright::graph {

/// The element type that buffers hold for `element` of tw.
mlir::Type storageType(mlir::Type element);
/// The element type that bodies compute in for `element` of tw.
mlir::Type computeType(mlir::Type element);
/// A storage or compute type as an element type of tw, for what asks for the
/// signedness: ui8 for an i8 that holds unsigned numbers.
mlir::Type withSignedness(mlir::Type type, bool isUnsigned);

/// The number of the compute (or storage) type `type` that a reduction begins
/// with: it changes nothing that it is combined with.
mlir::TypedAttr neutralOf(mlir::OpBuilder &builder, ReduceKind kind,
                          mlir::Type type, bool isUnsigned);

/// Emits scalar ops at a location, for values of tw element types.
class ScalarEmitter {
public:
  ScalarEmitter(mlir::OpBuilder &builder, mlir::Location loc)
      : b(builder), loc(loc) {}

  /// Storage to compute type and back, for the tw element type `element`.
  mlir::Value load(mlir::Value stored, mlir::Type element);
  mlir::Value store(mlir::Value computed, mlir::Type element);

  /// The kinds of tw.unary, tw.binary, tw.compare on values in compute type;
  /// `element` is the operands' element type in tw (it says the signedness).
  mlir::Value unary(UnaryKind kind, mlir::Value x, mlir::Type element);
  mlir::Value binary(BinaryKind kind, mlir::Value x, mlir::Value y,
                     mlir::Type element);
  mlir::Value compare(CompareKind kind, mlir::Value x, mlir::Value y,
                      mlir::Type element);
  mlir::Value cast(mlir::Value x, mlir::Type from, mlir::Type to);

  /// A constant of the compute type `type` (float: the value; integer and i1:
  /// the truncated value).
  mlir::Value constant(mlir::Type type, double value);
  mlir::Value integer(mlir::Type type, int64_t value);

private:
  mlir::Value floatUnary(UnaryKind kind, mlir::Value x);
  mlir::Value integerUnary(UnaryKind kind, mlir::Value x, bool isUnsigned);
  mlir::Value integerBinary(BinaryKind kind, mlir::Value x, mlir::Value y,
                            bool isUnsigned);
  mlir::Value divide(mlir::Value x, mlir::Value y, bool isUnsigned);
  mlir::Value remainder(mlir::Value x, mlir::Value y, bool isUnsigned);
  mlir::Value integerPower(mlir::Value x, mlir::Value y, bool isUnsigned);
  mlir::Value shift(BinaryKind kind, mlir::Value x, mlir::Value y,
                    bool isUnsigned);
  mlir::Value floatToInteger(mlir::Value x, mlir::Type to, bool isUnsigned);

  mlir::OpBuilder &b;
  mlir::Location loc;
};

} // namespace tilewright::graph

#endif // TILEWRIGHT_CONVERSION_SCALAR_SCALAR_H

//===- Common.h - formulas that several chapters use -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_OPS_COMMON_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_OPS_COMMON_H

#include "Node.h"

namespace tilewright::onnximport {

/// f16 and bf16 as f32, everything else as it is: a formula of several ops is
/// computed in this and rounded once at its end.
mlir::Value wide(Emitter &e, mlir::Value x);

// Activations.
mlir::Value elu(Emitter &e, mlir::Value x, double alpha);
mlir::Value hardSigmoid(Emitter &e, mlir::Value x, double alpha, double beta);
mlir::Value softplus(Emitter &e, mlir::Value x);
mlir::Value softsign(Emitter &e, mlir::Value x);
mlir::Value gelu(Emitter &e, mlir::Value x, bool tanh);
mlir::Value swish(Emitter &e, mlir::Value x, double alpha);

/// A tensor of one element as a scalar; fails if it has another size.
mlir::Value toScalar(Emitter &e, mlir::Value x, const llvm::Twine &what);
/// [the product of the sizes before `axis`, that of the others].
Dims flattened(const Shape &shape, int64_t axis);
/// 1 where condition holds, else 0, for an integer expression:
/// expr < 0, expr == 0.
DimExpr isNegative(const DimExpr &expr);
DimExpr isZero(const DimExpr &expr);
/// NumPy's matmul for ranks of 1 and more; `type` is the result's element type
/// (null: the operands').
mlir::Value numpyMatmul(Emitter &e, mlir::Value a, mlir::Value b,
                        mlir::Type type);
/// x - zero point as i32; a vector of zero points lies along `axis`. A null
/// zero point is 0.
mlir::Value withoutZeroPoint(Emitter &e, mlir::Value x, mlir::Value zeroPoint,
                             int64_t axis);
/// A number of an attribute as a scalar of the element type of `x`; fails if
/// that is one of integers and the number is none.
mlir::Value attributeLike(Node &n, mlir::Value x, llvm::StringRef attribute,
                          double otherwise);
/// The axes [first, rank).
llvm::SmallVector<int64_t> axesFrom(int64_t first, int64_t rank);

// Ops that are one of tw.
template <UnaryKind kind> void importUnary(Node &n) {
  n.result(0, n.unary(kind, n.in(0)));
}
template <BinaryKind kind> void importBinary(Node &n) {
  n.result(0, n.binary(kind, n.in(0), n.in(1)));
}

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_OPS_COMMON_H

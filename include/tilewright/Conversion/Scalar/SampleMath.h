//===- SampleMath.h - where an interpolation reads ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Scalar arithmetic of resizing and grid sampling, for bodies of linalg.generic
// and for kernels of loops.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_CONVERSION_SCALAR_SAMPLEMATH_H
#define TILEWRIGHT_CONVERSION_SCALAR_SAMPLEMATH_H

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace tilewright::graph {

/// Arithmetic of coordinates, whose type is `real`, and indices in a body.
struct SampleMath {
  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::FloatType real;

  SampleMath(mlir::OpBuilder &b, mlir::Location loc, bool wide)
      : b(b), loc(loc), real(wide ? mlir::FloatType(b.getF64Type())
                                  : mlir::FloatType(b.getF32Type())) {}

  mlir::Value f(double value) {
    return mlir::arith::ConstantOp::create(b, loc, b.getFloatAttr(real, value));
  }
  mlir::Value i(int64_t value) {
    return mlir::arith::ConstantIndexOp::create(b, loc, value);
  }
  mlir::Value add(mlir::Value x, mlir::Value y) {
    return mlir::arith::AddFOp::create(b, loc, x, y);
  }
  mlir::Value sub(mlir::Value x, mlir::Value y) {
    return mlir::arith::SubFOp::create(b, loc, x, y);
  }
  mlir::Value mul(mlir::Value x, mlir::Value y) {
    return mlir::arith::MulFOp::create(b, loc, x, y);
  }
  mlir::Value div(mlir::Value x, mlir::Value y) {
    return mlir::arith::DivFOp::create(b, loc, x, y);
  }
  mlir::Value floor(mlir::Value x) {
    return mlir::math::FloorOp::create(b, loc, x);
  }
  mlir::Value ceil(mlir::Value x) {
    return mlir::math::CeilOp::create(b, loc, x);
  }
  mlir::Value less(mlir::Value x, mlir::Value y) {
    return mlir::arith::CmpFOp::create(b, loc, mlir::arith::CmpFPredicate::OLT,
                                       x, y);
  }
  mlir::Value isNaN(mlir::Value x) {
    return mlir::arith::CmpFOp::create(b, loc, mlir::arith::CmpFPredicate::UNO,
                                       x, x);
  }
  mlir::Value clamp(mlir::Value x, mlir::Value low, mlir::Value high) {
    return mlir::arith::MinNumFOp::create(
        b, loc, mlir::arith::MaxNumFOp::create(b, loc, x, low), high);
  }
  mlir::Value equal(mlir::Value x, mlir::Value y) {
    return mlir::arith::CmpFOp::create(b, loc, mlir::arith::CmpFPredicate::OEQ,
                                       x, y);
  }
  /// x * weight, or 0 where the weight is: it hides what is there, even a NaN.
  mlir::Value weighted(mlir::Value x, mlir::Value weight) {
    mlir::Value nothing =
        mlir::arith::ConstantOp::create(b, loc, b.getZeroAttr(x.getType()));
    mlir::Value none = mlir::arith::CmpFOp::create(
        b, loc, mlir::arith::CmpFPredicate::OEQ, weight, nothing);
    return mul(select(none, nothing, x), weight);
  }
  mlir::Value either(mlir::Value x, mlir::Value y) {
    return mlir::arith::OrIOp::create(b, loc, x, y);
  }
  mlir::Value select(mlir::Value c, mlir::Value x, mlir::Value y) {
    return mlir::arith::SelectOp::create(b, loc, c, x, y);
  }
  mlir::Value toFloat(mlir::Value index) {
    mlir::Value wide =
        mlir::arith::IndexCastOp::create(b, loc, b.getI64Type(), index);
    return mlir::arith::SIToFPOp::create(b, loc, real, wide);
  }
  /// A whole number in [0, size), from one that may be outside or NaN.
  mlir::Value toIndex(mlir::Value x, mlir::Value size) {
    mlir::Value last = sub(toFloat(size), f(1));
    x = mlir::arith::MinNumFOp::create(
        b, loc, mlir::arith::MaxNumFOp::create(b, loc, x, f(0)), last);
    x = mlir::arith::MaxNumFOp::create(b, loc, x, f(0));
    mlir::Value wide = mlir::arith::FPToSIOp::create(b, loc, b.getI64Type(), x);
    return mlir::arith::IndexCastOp::create(b, loc, b.getIndexType(), wide);
  }
  mlir::Value isOutside(mlir::Value x, mlir::Value size) {
    return either(less(x, f(0)), less(sub(toFloat(size), f(1)), x));
  }
  /// Weights of the taps at -1, 0, 1, 2 for a fraction t in [0, 1).
  llvm::SmallVector<mlir::Value> cubicWeights(mlir::Value t, double a) {
    auto inner = [&](mlir::Value x) { // ((a + 2) x - (a + 3)) x^2 + 1
      return add(mul(mul(sub(mul(f(a + 2), x), f(a + 3)), x), x), f(1));
    };
    auto outer = [&](mlir::Value x) { // ((a x - 5 a) x + 8 a) x - 4 a
      return sub(mul(add(mul(sub(mul(f(a), x), f(5 * a)), x), f(8 * a)), x),
                 f(4 * a));
    };
    mlir::Value one = f(1), rest = sub(one, t);
    return {outer(add(t, one)), inner(t), inner(rest), outer(add(rest, one))};
  }
};

/// Whether the number of taps of an element depends on the sizes: then the op
/// has no body of linalg.generic. (The nearest neighbour is one tap.)
inline bool hasWideFilter(ResizeOp op) {
  return op.getAntialias() && op.getMode() != ResizeMode::Nearest;
}

/// The coordinate in the operand of output element `x` of an axis, per ONNX
/// Resize; `in` and `out` are the sizes of the axis.
mlir::Value resizeCoordinate(SampleMath &m, ResizeOp op, size_t axis,
                             mlir::Value x, mlir::Value in, mlir::Value out);

} // namespace tilewright::graph

#endif // TILEWRIGHT_CONVERSION_SCALAR_SAMPLEMATH_H

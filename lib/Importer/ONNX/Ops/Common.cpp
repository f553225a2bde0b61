//===- Common.cpp - formulas that several chapters use -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

Value onnximport::wide(Emitter &e, Value x) {
  Type type = e.element(x);
  return type.isF16() || type.isBF16() ? e.cast(x, e.f32()) : x;
}

Value onnximport::elu(Emitter &e, Value x, double alpha) {
  Value grown = e.sub(e.unary(UnaryKind::Exp, x), e.like(x, 1));
  return e.selectNegative(x, e.mul(grown, e.like(x, alpha)), x);
}

Value onnximport::hardSigmoid(Emitter &e, Value x, double alpha, double beta) {
  return e.clamp(e.add(e.mul(x, e.like(x, alpha)), e.like(x, beta)), 0, 1);
}

Value onnximport::softplus(Emitter &e, Value x) {
  // log(1 + exp(x)) without an overflow.
  Value tail = e.unary(UnaryKind::Exp, e.neg(e.unary(UnaryKind::Abs, x)));
  return e.add(e.maximum(x, e.like(x, 0)),
               e.unary(UnaryKind::Log, e.add(tail, e.like(x, 1))));
}

Value onnximport::softsign(Emitter &e, Value x) {
  return e.div(x, e.add(e.unary(UnaryKind::Abs, x), e.like(x, 1)));
}

Value onnximport::gelu(Emitter &e, Value x, bool tanh) {
  Value inner;
  if (tanh) {
    Value cube = e.mul(e.mul(x, x), x);
    Value sum = e.add(x, e.mul(cube, e.like(x, 0.044715)));
    inner = e.unary(UnaryKind::Tanh, e.mul(sum, e.like(x, 0.7978845608028654)));
  } else {
    inner = e.unary(UnaryKind::Erf, e.mul(x, e.like(x, 0.7071067811865476)));
  }
  return e.mul(e.mul(x, e.like(x, 0.5)), e.add(inner, e.like(x, 1)));
}

Value onnximport::swish(Emitter &e, Value x, double alpha) {
  Value scaled = alpha == 1 ? x : e.mul(x, e.like(x, alpha));
  return e.mul(x, e.unary(UnaryKind::Sigmoid, scaled));
}

Value onnximport::toScalar(Emitter &e, Value x, const Twine &what) {
  for (const DimExpr &size : e.shape(x).dims)
    e.equal(size, DimExpr(1), what + ", which must have one element,");
  return e.reshape(x, {});
}

Dims onnximport::flattened(const Shape &shape, int64_t axis) {
  DimExpr before(1), after(1);
  for (int64_t i = 0; i < shape.rank(); ++i)
    (i < axis ? before : after) = (i < axis ? before : after) * shape[i];
  return {before, after};
}

DimExpr onnximport::isNegative(const DimExpr &expr) {
  // Clamped before anything is added: expr may be as far out as 64 bits go.
  return DimExpr(0) - DimExpr::max(-1, DimExpr::min(0, expr));
}

DimExpr onnximport::isZero(const DimExpr &expr) {
  return DimExpr(1) - isNegative(expr) - DimExpr::max(0, DimExpr::min(1, expr));
}

Value onnximport::attributeLike(Node &n, Value x, StringRef attribute,
                                double otherwise) {
  double number = n.number(attribute, otherwise);
  if (!n.isFloat(x) && number != std::floor(number))
    n.fail("attribute '" + attribute + "': expected a whole number for " +
           Emitter::typeName(n.element(x)) + ", but got " +
           llvm::formatv("{0}", number).str());
  return n.like(x, number);
}

SmallVector<int64_t> onnximport::axesFrom(int64_t first, int64_t rank) {
  SmallVector<int64_t> axes;
  for (int64_t i = first; i < rank; ++i)
    axes.push_back(i);
  return axes;
}

//===- ExpandMath.cpp - math ops to polynomials ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Straight-line code for math on f32, the same for scalars and vectors. NaN and
// infinities need no branches: ranges are clamped with comparisons that let a
// NaN through, and the exponents are built with integer arithmetic.
//
//   exp, exp2    Cephes expf's polynomial of degree 5; 1.5 ulp, denormals right
//   expm1        (u - 1) * x / log(u), u = exp(x) (Kahan); 3 ulp
//   log, log2,
//   log10        Cephes logf's polynomial of degree 8; 1.5 ulp
//   log1p        log(u) * x / (u - 1), u = 1 + x (Kahan); 3 ulp
//   tanh         rational 13/6 (Eigen); 5 ulp
//   erf          rational 13/8 (Eigen); 7 ulp
//   sin, cos     in f64, reduced by pi/2 in two parts; 1 ulp. Arguments over
//                10^9 go to libm.
//   pow          2^(y log2 |x|) in f64, with the special cases of C; 1 ulp
//
// The unit test ExpandMathTest checks these bounds.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Codegen/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace tilewright;

namespace tilewright::cpu {
#define GEN_PASS_DEF_TILEEXPANDMATH
#include "tilewright/Codegen/CPU/Passes.h.inc"
} // namespace tilewright::cpu

namespace {
/// Arithmetic on values of one shape (scalar or vector).
class Expansion {
public:
  Expansion(OpBuilder &builder, Location loc, Type type)
      : b(loc, builder), shape(type) {}

  /// `element` under the shape.
  Type typeOf(Type element) {
    if (auto vector = dyn_cast<VectorType>(shape))
      return vector.clone(element);
    return element;
  }
  Type f32() { return typeOf(b.getF32Type()); }
  Type f64() { return typeOf(b.getF64Type()); }
  Type i32() { return typeOf(b.getI32Type()); }
  Type i64() { return typeOf(b.getI64Type()); }

  Value number(Type type, double value) {
    return constant(type, b.getFloatAttr(getElementTypeOrSelf(type), value));
  }
  Value number(double value) { return number(f32(), value); }
  Value integer(Type type, int64_t value) {
    return constant(type, b.getIntegerAttr(getElementTypeOrSelf(type), value));
  }
  Value fma(Value x, Value y, Value z) {
    return math::FmaOp::create(b, x, y, z);
  }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, x, y); }
  Value add(Value x, Value y) { return arith::AddFOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(b, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(b, x, y); }
  Value neg(Value x) { return arith::NegFOp::create(b, x); }
  Value abs(Value x) { return math::AbsFOp::create(b, x); }
  Value addI(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value subI(Value x, Value y) { return arith::SubIOp::create(b, x, y); }
  Value andI(Value x, Value y) { return arith::AndIOp::create(b, x, y); }
  Value orI(Value x, Value y) { return arith::OrIOp::create(b, x, y); }
  Value shiftLeft(Value x, int64_t bits) {
    return arith::ShLIOp::create(b, x, integer(x.getType(), bits));
  }
  Value shiftRight(Value x, int64_t bits) {
    return arith::ShRSIOp::create(b, x, integer(x.getType(), bits));
  }
  Value bitcast(Type type, Value x) {
    return arith::BitcastOp::create(b, type, x);
  }
  Value is(arith::CmpFPredicate predicate, Value x, Value y) {
    return arith::CmpFOp::create(b, predicate, x, y);
  }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, condition, x, y);
  }
  /// x within [low, high]; NaN stays.
  Value clamp(Value x, double low, double high) {
    Value l = number(x.getType(), low), h = number(x.getType(), high);
    x = select(is(arith::CmpFPredicate::OLT, x, l), l, x);
    return select(is(arith::CmpFPredicate::OGT, x, h), h, x);
  }
  /// coefficients[0] is that of the highest power.
  Value polynomial(Value x, ArrayRef<double> coefficients) {
    Value result = number(x.getType(), coefficients.front());
    for (double coefficient : coefficients.drop_front())
      result = fma(result, x, number(x.getType(), coefficient));
    return result;
  }

  ImplicitLocOpBuilder b;

private:
  Value constant(Type type, TypedAttr element) {
    TypedAttr value = element;
    if (auto vector = dyn_cast<VectorType>(type))
      value = DenseElementsAttr::get(vector, Attribute(element));
    return arith::ConstantOp::create(b, value);
  }
  Type shape;
};
} // namespace

static constexpr double kInfinity = std::numeric_limits<double>::infinity();
static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
using Predicate = arith::CmpFPredicate;

//===----------------------------------------------------------------------===//
// Exponentials and logarithms
//===----------------------------------------------------------------------===//

/// e^r * 2^n for |r| <= ln(2)/2 and the n that `shifted` holds: n + 1.5 * 2^23
/// as a float, so that n is in its low bits. Two factors of 2, so that results
/// below the normal range round once.
static Value scaledExp(Expansion &e, Value r, Value shifted) {
  Value p =
      e.polynomial(r, {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3,
                       4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1});
  Value y = e.add(e.fma(p, e.mul(r, r), r), e.number(1.0));
  Value n = e.subI(e.bitcast(e.i32(), shifted), e.integer(e.i32(), 0x4B400000));
  Value half = e.shiftRight(n, 1);
  auto power = [&](Value exponent) {
    Value biased = e.addI(exponent, e.integer(e.i32(), 127));
    return e.bitcast(e.f32(), e.shiftLeft(biased, 23));
  };
  return e.mul(e.mul(y, power(half)), power(e.subI(n, half)));
}

static constexpr double kShifter = 12582912.0; // 1.5 * 2^23

static Value expandExp(Expansion &e, Value x) {
  x = e.clamp(x, -104.0, 89.0);
  Value shifter = e.number(kShifter);
  Value shifted = e.fma(x, e.number(1.44269504088896341), shifter);
  Value n = e.sub(shifted, shifter);
  Value r = e.fma(n, e.number(-0.693359375), x);
  r = e.fma(n, e.number(2.12194440e-4), r);
  return scaledExp(e, r, shifted);
}

static Value expandExp2(Expansion &e, Value x) {
  x = e.clamp(x, -151.0, 128.5);
  Value shifter = e.number(kShifter);
  Value shifted = e.add(x, shifter);
  Value r =
      e.mul(e.sub(x, e.sub(shifted, shifter)), e.number(0.693147180559945309));
  return scaledExp(e, r, shifted);
}

static Value expandExpM1(Expansion &e, Value x) {
  Value u = expandExp(e, x);
  Value um1 = e.sub(u, e.number(1.0));
  Value result = e.mul(um1, e.div(x, math::LogOp::create(e.b, u)));
  // exp(x) rounds to 1: expm1(x) rounds to x. Far below: -1. Infinity stays.
  result = e.select(e.is(Predicate::OEQ, u, e.number(1.0)), x, result);
  result = e.select(e.is(Predicate::OEQ, um1, e.number(-1.0)), um1, result);
  return e.select(e.is(Predicate::OEQ, u, e.number(kInfinity)), u, result);
}

namespace {
/// x = (1 + f) * 2^exponent with 1 + f in [sqrt(1/2), sqrt(2)), and
/// log(1 + f) = f + tail.
struct LogParts {
  Value f, tail, exponent;
};
} // namespace

static LogParts logParts(Expansion &e, Value x) {
  // Numbers below the normal range are scaled into it.
  Value isSmall = e.is(Predicate::OLT, x, e.number(1.17549435e-38));
  x = e.select(isSmall, e.mul(x, e.number(8388608.0)), x);
  Value bits = e.bitcast(e.i32(), x);
  Value exponent =
      e.shiftRight(e.subI(bits, e.integer(e.i32(), 0x3f3504f3)), 23);
  Value mantissa = e.bitcast(e.f32(), e.subI(bits, e.shiftLeft(exponent, 23)));
  LogParts parts;
  parts.f = e.sub(mantissa, e.number(1.0));
  parts.exponent = arith::SIToFPOp::create(e.b, e.f32(), exponent);
  parts.exponent =
      e.select(isSmall, e.sub(parts.exponent, e.number(23.0)), parts.exponent);
  Value z = e.mul(parts.f, parts.f);
  Value p = e.polynomial(parts.f,
                         {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1,
                          -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
                          2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1});
  parts.tail = e.fma(e.mul(parts.f, z), p, e.mul(z, e.number(-0.5)));
  return parts;
}

/// The logarithm where x is 0, negative, infinite or NaN.
static Value logSpecialCases(Expansion &e, Value x, Value result) {
  result = e.select(e.is(Predicate::OLT, x, e.number(kInfinity)), result, x);
  Value ofZero = e.select(e.is(Predicate::OEQ, x, e.number(0.0)),
                          e.number(-kInfinity), e.number(kNaN));
  return e.select(e.is(Predicate::OLE, x, e.number(0.0)), ofZero, result);
}

static Value expandLog(Expansion &e, Value x) {
  LogParts parts = logParts(e, x);
  Value y = e.fma(parts.exponent, e.number(-2.12194440e-4), parts.tail);
  Value result =
      e.fma(parts.exponent, e.number(0.693359375), e.add(parts.f, y));
  return logSpecialCases(e, x, result);
}

static Value expandLog2(Expansion &e, Value x) {
  LogParts parts = logParts(e, x);
  // log2(e) = 1 + 0.4427: the 1 is added without rounding f.
  Value more = e.number(0.44269504088896340735992);
  Value y = e.mul(parts.tail, more);
  y = e.fma(parts.f, more, y);
  y = e.add(y, parts.tail);
  y = e.add(y, parts.f);
  return logSpecialCases(e, x, e.add(y, parts.exponent));
}

static Value expandLog10(Expansion &e, Value x) {
  LogParts parts = logParts(e, x);
  // log10(e) and log10(2), each as a short and a small part (Cephes log10f).
  Value y =
      e.mul(e.add(parts.f, parts.tail), e.number(7.00731903251827651129e-4));
  y = e.fma(parts.tail, e.number(4.3359375e-1), y);
  y = e.fma(parts.f, e.number(4.3359375e-1), y);
  y = e.fma(parts.exponent, e.number(2.48745663981195213739e-4), y);
  y = e.fma(parts.exponent, e.number(3.0078125e-1), y);
  return logSpecialCases(e, x, y);
}

static Value expandLog1p(Expansion &e, Value x) {
  Value u = e.add(x, e.number(1.0));
  Value scale = e.div(x, e.sub(u, e.number(1.0)));
  Value result = e.mul(expandLog(e, u), scale);
  result = e.select(e.is(Predicate::OEQ, u, e.number(1.0)), x, result);
  return e.select(e.is(Predicate::OEQ, u, e.number(kInfinity)), u, result);
}

//===----------------------------------------------------------------------===//
// tanh, erf
//===----------------------------------------------------------------------===//

static Value expandTanh(Expansion &e, Value x) {
  Value c = e.clamp(x, -7.99881172180175781, 7.99881172180175781);
  Value z = e.mul(c, c);
  Value p = e.polynomial(z, {-2.76076847742355e-16, 2.00018790482477e-13,
                             -8.60467152213735e-11, 5.12229709037114e-08,
                             1.48572235717979e-05, 6.37261928875436e-04,
                             4.89352455891786e-03});
  Value q = e.polynomial(z, {1.19825839466702e-06, 1.18534705686654e-04,
                             2.26843463243900e-03, 4.89352518554385e-03});
  Value result = e.div(e.mul(c, p), q);
  // Saturates exactly, and is x where x^3 does not count.
  Value one = math::CopySignOp::create(e.b, e.number(1.0), x);
  result =
      e.select(e.is(Predicate::OGT, e.abs(x), e.number(9.02)), one, result);
  return e.select(e.is(Predicate::OLT, e.abs(x), e.number(4e-4)), x, result);
}

static Value expandErf(Expansion &e, Value x) {
  Value c = e.clamp(x, -4.0, 4.0);
  Value z = e.mul(c, c);
  Value p = e.polynomial(z, {-2.72614225801306e-10, 2.77068142495902e-08,
                             -2.10102402082508e-06, -5.69250639462346e-05,
                             -7.34990630326855e-04, -2.95459980854025e-03,
                             -1.60960333262415e-02});
  Value q = e.polynomial(z, {-1.45660718464996e-05, -2.13374055278905e-04,
                             -1.68282697438203e-03, -7.37332916720468e-03,
                             -1.42647390514189e-02});
  // c last: it may be below the normal range.
  return e.mul(c, e.div(p, q));
}

//===----------------------------------------------------------------------===//
// sin, cos
//===----------------------------------------------------------------------===//

/// sin(x + quadrant * pi/2) for |x| <= 10^9.
static Value sinNear(Expansion &e, Value x, int64_t quadrant) {
  Value wide = arith::ExtFOp::create(e.b, e.f64(), x);
  Value shifter = e.number(e.f64(), 6755399441055744.0); // 1.5 * 2^52
  Value shifted =
      e.fma(wide, e.number(e.f64(), 0.63661977236758134308), shifter);
  Value n = e.sub(shifted, shifter);
  Value r = e.fma(n, e.number(e.f64(), -1.57079632679489661923), wide);
  r = e.fma(n, e.number(e.f64(), -6.12323399573676603587e-17), r);
  Value z = e.mul(r, r);
  // Cephes sin and cos.
  Value s =
      e.polynomial(z, {2.75573136213857245213e-6, -1.98412698295895385996e-4,
                       8.33333333332211858878e-3, -1.66666666666666307295e-1});
  s = e.fma(e.mul(s, z), r, r);
  Value c = e.polynomial(
      z, {-2.75573141792967388112e-7, 2.48015872888517045348e-5,
          -1.38888888888730564116e-3, 4.16666666666665929218e-2, -0.5, 1.0});
  Value turns =
      e.addI(e.bitcast(e.i64(), shifted), e.integer(e.i64(), quadrant));
  Value zero = e.integer(e.i64(), 0);
  Value isCos =
      arith::CmpIOp::create(e.b, arith::CmpIPredicate::ne,
                            e.andI(turns, e.integer(e.i64(), 1)), zero);
  Value isNegative =
      arith::CmpIOp::create(e.b, arith::CmpIPredicate::ne,
                            e.andI(turns, e.integer(e.i64(), 2)), zero);
  Value result = e.select(isCos, c, s);
  result = e.select(isNegative, e.neg(result), result);
  return arith::TruncFOp::create(e.b, e.f32(), result);
}

template <typename OpTy> static Value expandSinCos(Expansion &e, Value x) {
  bool isCos = std::is_same_v<OpTy, math::CosOp>;
  Value near = sinNear(e, x, isCos);
  Value isFar = e.is(Predicate::OGT, e.abs(x), e.number(1e9));
  Value anyFar = isFar;
  if (isa<VectorType>(x.getType()))
    anyFar = vector::ReductionOp::create(e.b, vector::CombiningKind::OR, isFar);
  auto branch = scf::IfOp::create(e.b, e.f32(), anyFar, /*withElse=*/true);
  OpBuilder::InsertionGuard guard(e.b);
  e.b.setInsertionPointToStart(branch.thenBlock());
  // f64 stays for libm, which reduces by as many digits of pi as it takes.
  Value wide = arith::ExtFOp::create(e.b, e.f64(), x);
  Value far = arith::TruncFOp::create(e.b, e.f32(), OpTy::create(e.b, wide));
  scf::YieldOp::create(e.b, far);
  e.b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(e.b, near);
  return branch.getResult(0);
}

//===----------------------------------------------------------------------===//
// pow
//===----------------------------------------------------------------------===//

static Value expandPow(Expansion &e, Value x32, Value y32) {
  Type f64 = e.f64(), i64 = e.i64();
  Value x = arith::ExtFOp::create(e.b, f64, x32);
  Value y = arith::ExtFOp::create(e.b, f64, y32);
  Value magnitude = e.abs(x);

  // log2 |x| = exponent + log2(m), m in [sqrt(1/2), sqrt(2)), by the series of
  // atanh((m - 1) / (m + 1)); every f32 is a normal f64.
  Value bits = e.bitcast(i64, magnitude);
  Value exponent =
      e.shiftRight(e.subI(bits, e.integer(i64, 0x3fe6a09e667f3bcd)), 52);
  Value m = e.bitcast(f64, e.subI(bits, e.shiftLeft(exponent, 52)));
  Value one = e.number(f64, 1.0), zero = e.number(f64, 0.0);
  Value s = e.div(e.sub(m, one), e.add(m, one));
  Value z = e.mul(s, s);
  SmallVector<double> series;
  constexpr double kLog2E = 1.44269504088896340736;
  for (int i = 15; i >= 1; i -= 2)
    series.push_back(2.0 * kLog2E / i);
  Value log2 = e.fma(e.polynomial(z, series), s,
                     arith::SIToFPOp::create(e.b, f64, exponent));
  Value infinity = e.number(f64, kInfinity);
  log2 = e.select(e.is(Predicate::OEQ, magnitude, zero),
                  e.number(f64, -kInfinity), log2);
  log2 = e.select(e.is(Predicate::OEQ, magnitude, infinity), infinity, log2);

  // 2^t; |x| = 1 gives t = 0 even if y is infinite.
  Value t = e.select(e.is(Predicate::OEQ, log2, zero), zero, e.mul(y, log2));
  t = e.clamp(t, -1000.0, 1000.0);
  Value shifter = e.number(f64, 6755399441055744.0);
  Value shifted = e.add(t, shifter);
  Value n = e.subI(e.bitcast(i64, shifted), e.bitcast(i64, shifter));
  Value r = e.mul(e.sub(t, e.sub(shifted, shifter)),
                  e.number(f64, 0.693147180559945309417));
  SmallVector<double> factorials = {1.0};
  for (int i = 1; i <= 10; ++i)
    factorials.insert(factorials.begin(), factorials.front() / i);
  Value result =
      e.mul(e.polynomial(r, factorials),
            e.bitcast(f64, e.shiftLeft(e.addI(n, e.integer(i64, 1023)), 52)));

  // Negative x: the sign of odd powers, NaN for those that are no integers.
  Value isInteger = e.is(Predicate::OEQ, math::FloorOp::create(e.b, y), y);
  Value halved = e.mul(y, e.number(f64, 0.5));
  Value isEven =
      e.is(Predicate::OEQ, math::FloorOp::create(e.b, halved), halved);
  Value signedResult = math::CopySignOp::create(e.b, result, x);
  Value isOdd =
      e.andI(isInteger, arith::XOrIOp::create(e.b, isEven,
                                              e.integer(isEven.getType(), 1)));
  result = e.select(isOdd, signedResult, result);
  Value isFiniteNegative =
      e.andI(e.is(Predicate::OLT, x, zero),
             e.is(Predicate::OGT, x, e.number(f64, -kInfinity)));
  Value isNaN = e.andI(isFiniteNegative,
                       e.is(Predicate::UNE, math::FloorOp::create(e.b, y), y));
  result = e.select(isNaN, e.number(f64, kNaN), result);
  result = e.select(e.is(Predicate::UNO, x, y), e.number(f64, kNaN), result);
  Value isOne =
      e.orI(e.is(Predicate::OEQ, x, one), e.is(Predicate::OEQ, y, zero));
  result = e.select(isOne, one, result);
  return arith::TruncFOp::create(e.b, e.f32(), result);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {
/// Replaces an f32 op by what `expand` emits for its operands.
template <typename OpTy> struct Expand : OpRewritePattern<OpTy> {
  using Function = Value (*)(Expansion &, ValueRange);
  Expand(MLIRContext *context, Function expand)
      : OpRewritePattern<OpTy>(context), expand(expand) {}

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isF32())
      return rewriter.notifyMatchFailure(op, "expected f32");
    Expansion expansion(rewriter, op.getLoc(), type);
    rewriter.replaceOp(op, expand(expansion, op->getOperands()));
    return success();
  }
  Function expand;
};

/// A conversion to f16 or bf16 from f64 must round once. Rounding to f32 "to
/// odd" first (cut, and set the last bit if something was cut off) keeps what
/// the second rounding needs.
struct TruncateF64 : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Type from = getElementTypeOrSelf(op.getIn().getType()),
         to = getElementTypeOrSelf(op.getType());
    if (!from.isF64() || to.getIntOrFloatBitWidth() != 16)
      return rewriter.notifyMatchFailure(op, "expected f64 to 16 bits");
    Expansion e(rewriter, op.getLoc(), op.getType());
    Value narrow = arith::TruncFOp::create(e.b, e.f32(), op.getIn());
    Value back = arith::ExtFOp::create(e.b, e.f64(), narrow);
    // Away from zero became too much: one step back, then the odd one.
    Value isInexact = e.is(Predicate::ONE, back, op.getIn());
    Value isFinite = e.is(Predicate::ONE, e.abs(narrow), e.number(kInfinity));
    Value isTooFar = e.is(Predicate::OGT, e.abs(back), e.abs(op.getIn()));
    Value bits = e.bitcast(e.i32(), narrow);
    Value cut = e.select(isTooFar, e.subI(bits, e.integer(e.i32(), 1)), bits);
    Value odd = e.orI(cut, e.integer(e.i32(), 1));
    bits = e.select(e.andI(isInexact, isFinite), odd, bits);
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(),
                                                 e.bitcast(e.f32(), bits));
    return success();
  }
};

/// Conversions of 16-bit floats to integers and f64 go through f32, and those
/// of integers to them: these round twice, as docs/Semantics.md says.
template <typename OpTy> struct ConvertThroughF32 : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Type from = getElementTypeOrSelf(op.getIn().getType()),
         to = getElementTypeOrSelf(op.getType());
    Expansion e(rewriter, op.getLoc(), op.getType());
    if (isa<FloatType>(from) && from.getIntOrFloatBitWidth() == 16 &&
        !to.isF32()) {
      Value wide = arith::ExtFOp::create(e.b, e.f32(), op.getIn());
      rewriter.replaceOpWithNewOp<OpTy>(op, op.getType(), wide);
      return success();
    }
    if (isa<IntegerType>(from) && isa<FloatType>(to) &&
        to.getIntOrFloatBitWidth() == 16) {
      Value wide = OpTy::create(e.b, e.f32(), op.getIn());
      rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), wide);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "not a conversion of 16-bit floats");
  }
};

template <Value (*expand)(Expansion &, Value)>
Value unary(Expansion &e, ValueRange operands) {
  return expand(e, operands[0]);
}
} // namespace

void cpu::populateExpandMathPatterns(RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  patterns.add<Expand<math::ExpOp>>(context, unary<expandExp>);
  patterns.add<Expand<math::Exp2Op>>(context, unary<expandExp2>);
  patterns.add<Expand<math::ExpM1Op>>(context, unary<expandExpM1>);
  patterns.add<Expand<math::LogOp>>(context, unary<expandLog>);
  patterns.add<Expand<math::Log2Op>>(context, unary<expandLog2>);
  patterns.add<Expand<math::Log10Op>>(context, unary<expandLog10>);
  patterns.add<Expand<math::Log1pOp>>(context, unary<expandLog1p>);
  patterns.add<Expand<math::TanhOp>>(context, unary<expandTanh>);
  patterns.add<Expand<math::ErfOp>>(context, unary<expandErf>);
  patterns.add<Expand<math::SinOp>>(context, unary<expandSinCos<math::SinOp>>);
  patterns.add<Expand<math::CosOp>>(context, unary<expandSinCos<math::CosOp>>);
  patterns.add<Expand<math::PowFOp>>(context, [](Expansion &e, ValueRange v) {
    return expandPow(e, v[0], v[1]);
  });
  patterns.add<
      TruncateF64, ConvertThroughF32<arith::ExtFOp>,
      ConvertThroughF32<arith::FPToSIOp>, ConvertThroughF32<arith::FPToUIOp>,
      ConvertThroughF32<arith::SIToFPOp>, ConvertThroughF32<arith::UIToFPOp>>(
      context);
  arith::populateExpandBFloat16Patterns(patterns);
  populateMathF32ExpansionPatterns(patterns, [](StringRef) { return true; });
}

namespace {
struct ExpandMath : cpu::impl::TileExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    cpu::populateExpandMathPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

//===- SizeArithmetic.cpp - exact arithmetic on sizes ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SizeArithmetic.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APSInt.h"
#include <cmath>
#include <numeric>

using namespace llvm;

namespace tilewright::graph {

// Fractions of sizes come from halving and dividing by small numbers. A larger
// denominator is a scale like 0.1 that the model's floats only come near to.
static constexpr int64_t maxDenominator = 4096;

Number::Number(DimExpr n, int64_t d) : numerator(std::move(n)), denominator(d) {
  if (denominator < 0) {
    numerator = DimExpr(0) - numerator;
    denominator = -denominator;
  }
  // Lowest terms where that shows: the numerator divides exactly.
  for (int64_t divisor = denominator; divisor > 1; --divisor) {
    if (denominator % divisor != 0)
      continue;
    DimExpr quotient = DimExpr::floorDiv(numerator, divisor);
    if (quotient * DimExpr(divisor) != numerator)
      continue;
    numerator = quotient;
    denominator /= divisor;
    break;
  }
}

std::optional<int> SizeArithmetic::sign(const DimExpr &x) const {
  SymbolRange range = bounds(x);
  if (range.lo > 0)
    return 1;
  if (range.hi < 0)
    return -1;
  if (range.lo == 0 && range.hi == 0)
    return 0;
  return std::nullopt;
}

MaybeNumber SizeArithmetic::fit(DimExpr x, DType type) const {
  if (tilewright::isFloat(type))
    return x;
  if (type == DType::Bool)
    return x;
  unsigned bits = unsigned(8 * byteSize(type));
  if (std::optional<int64_t> value = x.constantValue()) {
    if (type == DType::U64 && *value < 0)
      return std::nullopt; // 2^64 - ...: no int64 holds it.
    APInt wrapped = APInt(64, uint64_t(*value)).trunc(bits);
    return Number(isUnsigned(type) ? int64_t(wrapped.getZExtValue())
                                   : wrapped.getSExtValue());
  }
  SymbolRange range = bounds(x);
  if (isUnsigned(type)) {
    if (range.lo < 0 || (bits < 32 && range.hi >= (int64_t(1) << bits)))
      return std::nullopt;
  } else if (bits < 32) {
    if (range.lo < -(int64_t(1) << (bits - 1)) ||
        range.hi >= (int64_t(1) << (bits - 1)))
      return std::nullopt;
  }
  return x;
}

MaybeNumber SizeArithmetic::add(const Number &x, const Number &y,
                                int64_t sign) const {
  int64_t common = std::lcm(x.denominator, y.denominator);
  if (common > maxDenominator)
    return std::nullopt;
  return Number(x.numerator * DimExpr(common / x.denominator) +
                    y.numerator * DimExpr(sign * (common / y.denominator)),
                common);
}

MaybeNumber SizeArithmetic::multiply(const Number &x, const Number &y) const {
  Number product(x.numerator * y.numerator, x.denominator * y.denominator);
  if (product.denominator > maxDenominator)
    return std::nullopt;
  return product;
}

std::optional<DimExpr> SizeArithmetic::truncatingDiv(const DimExpr &x,
                                                     const DimExpr &y) const {
  // A divisor of 0 gives 0 in either language, so >= 0 is enough.
  SymbolRange range = bounds(y);
  if (range.hi < 0)
    return truncatingDiv(DimExpr(0) - x, DimExpr(0) - y);
  if (range.lo < 0)
    return std::nullopt;
  SymbolRange dividend = bounds(x);
  if (dividend.lo >= 0)
    return DimExpr::floorDiv(x, y);
  if (dividend.hi <= 0)
    return DimExpr::ceilDiv(x, y);
  // One of the two is 0, whatever the sign.
  return DimExpr::max(DimExpr::floorDiv(x, y), 0) +
         DimExpr::min(DimExpr::ceilDiv(x, y), 0);
}

std::optional<DimExpr> SizeArithmetic::truncate(const Number &x) const {
  if (x.isWhole())
    return x.numerator;
  return truncatingDiv(x.numerator, x.denominator);
}

MaybeNumber SizeArithmetic::unary(UnaryKind kind, const Number &x,
                                  DType type) const {
  switch (kind) {
  case UnaryKind::Neg:
    if (!x.isWhole())
      return Number(DimExpr(0) - x.numerator, x.denominator);
    return fit(DimExpr(0) - x.numerator, type);
  case UnaryKind::Abs: {
    std::optional<int> s = sign(x.numerator);
    DimExpr negated = DimExpr(0) - x.numerator;
    DimExpr absolute = bounds(x.numerator).lo >= 0 ? x.numerator
                       : s == -1 ? negated
                                 : DimExpr::max(x.numerator, negated);
    if (!x.isWhole())
      return Number(absolute, x.denominator);
    return fit(absolute, type);
  }
  case UnaryKind::Sign:
    if (std::optional<int> s = sign(x.numerator))
      return Number(*s);
    return std::nullopt;
  case UnaryKind::Floor:
    return Number(DimExpr::floorDiv(x.numerator, x.denominator));
  case UnaryKind::Ceil:
    return Number(DimExpr::ceilDiv(x.numerator, x.denominator));
  case UnaryKind::Round:
    if (x.isWhole())
      return x;
    return std::nullopt;
  case UnaryKind::Reciprocal:
    if (std::optional<int64_t> value = x.numerator.constantValue();
        value && *value != 0 && std::abs(*value) <= maxDenominator)
      return Number(x.denominator, *value);
    return std::nullopt;
  case UnaryKind::Not:
    if (type == DType::Bool && x.numerator.constantValue())
      return Number(1 - *x.numerator.constantValue());
    return std::nullopt;
  case UnaryKind::IsNaN:
    return Number(0);
  default:
    return std::nullopt;
  }
}

MaybeNumber SizeArithmetic::binary(BinaryKind kind, const Number &x,
                                   const Number &y, DType type) const {
  const DimExpr &a = x.numerator, &b = y.numerator;
  bool isWhole = x.isWhole() && y.isWhole();
  auto whole = [&](MaybeNumber result) -> MaybeNumber {
    if (!result || !result->isWhole())
      return result;
    return fit(result->numerator, type);
  };
  switch (kind) {
  case BinaryKind::Add:
    return whole(add(x, y, 1));
  case BinaryKind::Sub:
    return whole(add(x, y, -1));
  case BinaryKind::Mul:
    return whole(multiply(x, y));
  case BinaryKind::Div: {
    if (!tilewright::isFloat(type)) {
      if (std::optional<DimExpr> quotient = truncatingDiv(a, b))
        return fit(*quotient, type);
      return std::nullopt;
    }
    std::optional<int64_t> divisor = b.constantValue();
    if (!divisor || *divisor == 0 || std::abs(*divisor) > maxDenominator)
      return std::nullopt;
    return multiply(x, Number(y.denominator, *divisor));
  }
  case BinaryKind::Mod:
    if (!isWhole || (tilewright::isFloat(type) && bounds(b).lo <= 0))
      return std::nullopt;
    return Number(DimExpr::mod(a, b));
  case BinaryKind::Rem: {
    if (!isWhole || (tilewright::isFloat(type) && bounds(b).lo <= 0))
      return std::nullopt;
    // By 0 the result is 0, not the dividend.
    if (b.isConstant(0))
      return Number(0);
    if (bounds(a).lo >= 0 && bounds(b).lo >= 0)
      return Number(DimExpr::mod(a, b));
    std::optional<DimExpr> quotient = truncatingDiv(a, b);
    std::optional<int> s = sign(b);
    if (!quotient || !s)
      return std::nullopt;
    return Number(a - b * *quotient);
  }
  case BinaryKind::Max:
  case BinaryKind::Min: {
    int64_t common = std::lcm(x.denominator, y.denominator);
    if (common > maxDenominator)
      return std::nullopt;
    DimExpr p = a * DimExpr(common / x.denominator);
    DimExpr q = b * DimExpr(common / y.denominator);
    DimExpr extremum =
        (kind == BinaryKind::Max ? DimExpr::max(p, q) : DimExpr::min(p, q));
    return Number(extremum.simplify(ranges), common);
  }
  case BinaryKind::Pow: {
    std::optional<int64_t> exponent = b.constantValue();
    if (!exponent || !y.isWhole() || *exponent < 0 || *exponent > 4)
      return std::nullopt;
    MaybeNumber result = Number(1);
    for (int64_t i = 0; i < *exponent && result; ++i)
      result = multiply(*result, x);
    return whole(result);
  }
  case BinaryKind::And:
  case BinaryKind::Or:
  case BinaryKind::Xor: {
    std::optional<int64_t> p = a.constantValue(), q = b.constantValue();
    if (p && q)
      return Number(kind == BinaryKind::And  ? *p & *q
                    : kind == BinaryKind::Or ? *p | *q
                                             : *p ^ *q);
    return std::nullopt;
  }
  default:
    return std::nullopt;
  }
}

std::optional<bool> SizeArithmetic::compare(CompareKind kind, const Number &x,
                                            const Number &y) const {
  // Both sides times the denominators, which are positive.
  DimExpr difference = x.numerator * DimExpr(y.denominator) -
                       y.numerator * DimExpr(x.denominator);
  SymbolRange range = bounds(difference.simplify(ranges));
  bool isNegative = range.hi < 0, isPositive = range.lo > 0;
  bool isZero = range.lo == 0 && range.hi == 0;
  // The difference of two sizes of 64 bits need not fit: it has saturated.
  if (range.lo == INT64_MIN && range.hi == INT64_MAX)
    return std::nullopt;
  bool isDifferent = isNegative || isPositive;
  auto decide = [](bool yes, bool no) -> std::optional<bool> {
    if (yes || no)
      return yes;
    return std::nullopt;
  };
  switch (kind) {
  case CompareKind::Eq:
    return decide(isZero, isDifferent);
  case CompareKind::Ne:
    return decide(isDifferent, isZero);
  case CompareKind::Lt:
    return decide(isNegative, range.lo >= 0);
  case CompareKind::Le:
    return decide(range.hi <= 0, isPositive);
  case CompareKind::Gt:
    return decide(isPositive, range.hi <= 0);
  case CompareKind::Ge:
    return decide(range.lo >= 0, isNegative);
  }
  return std::nullopt;
}

MaybeNumber SizeArithmetic::cast(const Number &x, DType from, DType to) const {
  if (to == DType::Bool) {
    if (std::optional<bool> isSet =
            compare(CompareKind::Ne, x, Number(DimExpr(0))))
      return Number(int64_t(*isSet));
    return std::nullopt;
  }
  if (tilewright::isFloat(to)) {
    // f16 and bf16 do not even hold the sizes of pictures.
    bool isNarrow = byteSize(to) == 2;
    SymbolRange range = bounds(x.numerator);
    if (isNarrow && (!x.isWhole() || range.lo < -256 || range.hi > 256))
      return std::nullopt;
    return x;
  }
  std::optional<DimExpr> whole = truncate(x);
  if (!whole)
    return std::nullopt;
  if (tilewright::isFloat(from)) {
    // Saturates where an integer would wrap.
    int64_t bits = 8 * byteSize(to);
    if (bits < 64 || isUnsigned(to)) {
      int64_t lo = isUnsigned(to) ? 0 : -(int64_t(1) << (bits - 1));
      DimExpr clamped = DimExpr::max(*whole, lo);
      if (bits < 64)
        clamped = DimExpr::min(
            clamped, (int64_t(1) << (isUnsigned(to) ? bits : bits - 1)) - 1);
      // What does not fit 32 bits is no size: do not write the clamp down.
      if (bits >= 32 && !whole->constantValue())
        return fit(*whole, to);
      return Number(clamped.simplify(ranges));
    }
    return Number(*whole);
  }
  return fit(*whole, to);
}

MaybeNumber SizeArithmetic::constant(const APFloat &value) {
  if (!value.isFinite())
    return std::nullopt;
  for (int64_t denominator = 1; denominator <= maxDenominator;
       denominator *= 2) {
    // Every finite float is a whole number over a power of two.
    bool lost = false;
    APFloat wide = value;
    wide.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
    double scaled = wide.convertToDouble() * double(denominator);
    if (scaled == std::floor(scaled) && std::abs(scaled) < 9.0e15)
      return Number(DimExpr(int64_t(scaled)), denominator);
  }
  return std::nullopt;
}

} // namespace tilewright::graph

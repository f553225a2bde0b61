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

// A small size: products of five of them and a number of channels fit an i32.
static constexpr int64_t modest = 16;

// Up to here a quotient that is no whole number stays, with the errors of a few
// roundings to f32, further from the next one than they are large.
static constexpr int64_t maxRoundedNumerator = int64_t(1) << 21;

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

SymbolRange SizeArithmetic::modestBounds(const DimExpr &x) const {
  std::set<std::string> names;
  x.collectSymbols(names);
  SymbolRanges small;
  for (const std::string &name : names) {
    auto known = ranges.find(name);
    SymbolRange range = known == ranges.end() ? SymbolRange() : known->second;
    int64_t lo = std::max(range.lo, std::min(range.hi, -modest));
    range.hi = std::min(range.hi, std::max(range.lo, modest));
    range.lo = lo;
    small[name] = range;
  }
  return x.bounds(small);
}

/// The value modulo the type's size; none for an u64 that no int64 holds.
static MaybeNumber wrap(__int128 value, DType type) {
  APInt wrapped =
      APInt(64, uint64_t(value)).trunc(unsigned(8 * byteSize(type)));
  if (!isUnsigned(type))
    return Number(wrapped.getSExtValue());
  if (wrapped.getActiveBits() > 63)
    return std::nullopt;
  return Number(int64_t(wrapped.getZExtValue()));
}

/// The largest n up to which the float type holds all whole numbers.
static int64_t lastWhole(DType type) {
  switch (type) {
  case DType::BF16:
    return int64_t(1) << 8;
  case DType::F16:
    return int64_t(1) << 11;
  case DType::F32:
    return int64_t(1) << 24;
  default:
    return int64_t(1) << 53;
  }
}

MaybeNumber SizeArithmetic::fit(const Number &x, DType type) const {
  if (type == DType::Bool)
    return x;
  std::optional<int64_t> value = x.numerator.constantValue();
  if (!tilewright::isFloat(type)) {
    if (value)
      return wrap(*value, type);
    unsigned bits = unsigned(8 * byteSize(type));
    SymbolRange all = bounds(x.numerator),
                range = bits < 32 ? all : modestBounds(x.numerator);
    // Ends of 64 bits are those of a sum that may have left them.
    bool fits =
        isUnsigned(type)
            ? all.lo >= 0 && (bits == 64 ? range.hi < INT64_MAX
                                         : range.hi < int64_t(1) << bits)
        : bits == 64 ? range.lo > INT64_MIN && range.hi < INT64_MAX
                     : range.lo >= -(int64_t(1) << (bits - 1)) &&
                           range.hi < int64_t(1) << (bits - 1);
    return fits ? MaybeNumber(x) : std::nullopt;
  }
  // f16 and bf16 do not even hold the sizes of pictures.
  bool isNarrow = byteSize(type) == 2;
  int64_t limit = x.oddDenominator() == 1 ? lastWhole(type)
                  : isNarrow              ? 0
                                          : maxRoundedNumerator;
  SymbolRange range =
      isNarrow ? bounds(x.numerator) : modestBounds(x.numerator);
  if (value && *value != 0) // 3 * 2^30 is exact.
    range.lo = range.hi = *value >> llvm::countr_zero(uint64_t(*value));
  if (range.lo < -limit || range.hi > limit)
    return std::nullopt;
  return x;
}

MaybeNumber SizeArithmetic::add(const Number &x, const Number &y,
                                int64_t sign) const {
  int64_t common = std::lcm(x.denominator, y.denominator);
  if (common > maxDenominator ||
      (x.oddDenominator() != 1 && y.oddDenominator() != 1))
    return std::nullopt;
  return Number(x.numerator * DimExpr(common / x.denominator) +
                    y.numerator * DimExpr(sign * (common / y.denominator)),
                common);
}

MaybeNumber SizeArithmetic::multiply(const Number &x, const Number &y) const {
  Number product(x.numerator * y.numerator, x.denominator * y.denominator);
  if (product.denominator > maxDenominator)
    return std::nullopt;
  // What was rounded must not become whole: the other is a constant without the
  // odd factors.
  for (auto [rounded, other] : {std::pair(&x, &y), std::pair(&y, &x)})
    if (int64_t odd = rounded->oddDenominator();
        odd != 1 &&
        (other->oddDenominator() != 1 || !other->numerator.constantValue() ||
         product.oddDenominator() != odd))
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
    return fit(Number(DimExpr(0) - x.numerator, x.denominator), type);
  case UnaryKind::Abs: {
    std::optional<int> s = sign(x.numerator);
    DimExpr negated = DimExpr(0) - x.numerator;
    DimExpr absolute = bounds(x.numerator).lo >= 0 ? x.numerator
                       : s == -1 ? negated
                                 : DimExpr::max(x.numerator, negated);
    return fit(Number(absolute, x.denominator), type);
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
        value && *value != 0 && std::abs(*value) <= maxDenominator &&
        x.oddDenominator() == 1)
      return fit(Number(x.denominator, *value), type);
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
  auto fitted = [&](const MaybeNumber &result) -> MaybeNumber {
    return result ? fit(*result, type) : std::nullopt;
  };
  std::optional<int64_t> p = a.constantValue(), q = b.constantValue();
  bool areIntegers = p && q && !tilewright::isFloat(type);
  switch (kind) {
  case BinaryKind::Add:
    return areIntegers ? wrap(__int128(*p) + *q, type) : fitted(add(x, y, 1));
  case BinaryKind::Sub:
    return areIntegers ? wrap(__int128(*p) - *q, type) : fitted(add(x, y, -1));
  case BinaryKind::Mul:
    return areIntegers ? wrap(__int128(*p) * *q, type) : fitted(multiply(x, y));
  case BinaryKind::Div: {
    if (!tilewright::isFloat(type)) {
      if (std::optional<DimExpr> quotient = truncatingDiv(a, b))
        return fit(*quotient, type);
      return std::nullopt;
    }
    if (!q || *q == 0 || std::abs(*q) > maxDenominator ||
        y.oddDenominator() != 1)
      return std::nullopt;
    Number quotient(a * DimExpr(y.denominator), x.denominator * *q);
    if (quotient.denominator > maxDenominator ||
        quotient.oddDenominator() % x.oddDenominator() != 0)
      return std::nullopt;
    return fit(quotient, type);
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
    if (!q || !y.isWhole() || *q < 0 || *q > 4)
      return std::nullopt;
    MaybeNumber result = Number(1);
    for (int64_t i = 0; i < *q && result; ++i)
      result = multiply(*result, x);
    return fitted(result);
  }
  case BinaryKind::And:
  case BinaryKind::Or:
  case BinaryKind::Xor: {
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
  DimExpr left = x.numerator * DimExpr(y.denominator),
          right = y.numerator * DimExpr(x.denominator);
  // A rounded quotient keeps its distance from what is exact.
  if (x.oddDenominator() != 1 || y.oddDenominator() != 1)
    for (const DimExpr &side : {left, right})
      if (SymbolRange range = modestBounds(side);
          range.lo < -maxRoundedNumerator || range.hi > maxRoundedNumerator ||
          (x.oddDenominator() != 1 && y.oddDenominator() != 1))
        return std::nullopt;
  DimExpr difference = left - right;
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
  if (tilewright::isFloat(to))
    return fit(x, to);
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

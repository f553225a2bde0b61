//===- Scalar.cpp - one element of an elementwise op in arith and math ---===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Conversion/Scalar/Scalar.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <limits>

using namespace mlir;

namespace tilewright::graph {

Type storageType(Type element) {
  auto integer = dyn_cast<IntegerType>(element);
  if (!integer)
    return element;
  unsigned width = integer.getWidth() == 1 ? 8 : integer.getWidth();
  return IntegerType::get(element.getContext(), width);
}

Type computeType(Type element) {
  if (element.isF16() || element.isBF16())
    return Float32Type::get(element.getContext());
  if (auto integer = dyn_cast<IntegerType>(element))
    return IntegerType::get(element.getContext(), integer.getWidth());
  return element;
}

Type withSignedness(Type type, bool isUnsigned) {
  return isUnsigned
             ? IntegerType::get(type.getContext(), type.getIntOrFloatBitWidth(),
                                IntegerType::Unsigned)
             : type;
}

TypedAttr neutralOf(OpBuilder &b, ReduceKind kind, Type compute,
                    bool isUnsigned) {
  if (isa<FloatType>(compute)) {
    double infinity = std::numeric_limits<double>::infinity();
    double value = kind == ReduceKind::Prod  ? 1.0
                   : kind == ReduceKind::Max ? -infinity
                   : kind == ReduceKind::Min ? infinity
                                             : 0.0;
    return b.getFloatAttr(compute, value);
  }
  unsigned width = compute.getIntOrFloatBitWidth();
  APInt value(width, kind == ReduceKind::Prod ? 1 : 0);
  if (kind == ReduceKind::Max)
    value = isUnsigned ? APInt::getMinValue(width)
                       : APInt::getSignedMinValue(width);
  if (kind == ReduceKind::Min)
    value = isUnsigned ? APInt::getMaxValue(width)
                       : APInt::getSignedMaxValue(width);
  return b.getIntegerAttr(compute, value);
}

static bool isUnsignedElement(Type element) {
  return element.isUnsignedInteger() || element.isInteger(1);
}

Value ScalarEmitter::integer(Type type, int64_t value) {
  return arith::ConstantOp::create(
      b, loc,
      b.getIntegerAttr(type, APInt(type.getIntOrFloatBitWidth(),
                                   uint64_t(value), false, true)
                                 .getSExtValue()));
}

Value ScalarEmitter::constant(Type type, double value) {
  if (isa<FloatType>(type))
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, value));
  return integer(type, int64_t(value));
}

Value ScalarEmitter::load(Value stored, Type element) {
  if (element.isInteger(1))
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, stored,
                                 integer(stored.getType(), 0));
  if (element.isF16() || element.isBF16())
    return arith::ExtFOp::create(b, loc, b.getF32Type(), stored);
  return stored;
}

Value ScalarEmitter::store(Value computed, Type element) {
  if (element.isInteger(1))
    return arith::ExtUIOp::create(b, loc, b.getI8Type(), computed);
  if (element.isF16() || element.isBF16())
    return arith::TruncFOp::create(b, loc, element, computed);
  return computed;
}

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

Value ScalarEmitter::floatUnary(UnaryKind kind, Value x) {
  Type type = x.getType();
  switch (kind) {
  case UnaryKind::Abs:
    return math::AbsFOp::create(b, loc, x);
  case UnaryKind::Neg:
    return arith::NegFOp::create(b, loc, x);
  case UnaryKind::Sign: {
    // NaN stays NaN, +-0 stay themselves.
    Value zero = constant(type, 0.0);
    Value one = math::CopySignOp::create(b, loc, constant(type, 1.0), x);
    Value ordered =
        arith::CmpFOp::create(b, loc, arith::CmpFPredicate::ONE, x, zero);
    return arith::SelectOp::create(b, loc, ordered, one, x);
  }
  case UnaryKind::Exp:
    return math::ExpOp::create(b, loc, x);
  case UnaryKind::Log:
    return math::LogOp::create(b, loc, x);
  case UnaryKind::Sqrt:
    return math::SqrtOp::create(b, loc, x);
  case UnaryKind::Rsqrt:
    return arith::DivFOp::create(b, loc, constant(type, 1.0),
                                 math::SqrtOp::create(b, loc, x));
  case UnaryKind::Reciprocal:
    return arith::DivFOp::create(b, loc, constant(type, 1.0), x);
  case UnaryKind::Floor:
    return math::FloorOp::create(b, loc, x);
  case UnaryKind::Ceil:
    return math::CeilOp::create(b, loc, x);
  case UnaryKind::Round:
    return math::RoundEvenOp::create(b, loc, x);
  case UnaryKind::Sin:
    return math::SinOp::create(b, loc, x);
  case UnaryKind::Cos:
    return math::CosOp::create(b, loc, x);
  case UnaryKind::Tan:
    return math::TanOp::create(b, loc, x);
  case UnaryKind::Asin:
    return math::AsinOp::create(b, loc, x);
  case UnaryKind::Acos:
    return math::AcosOp::create(b, loc, x);
  case UnaryKind::Atan:
    return math::AtanOp::create(b, loc, x);
  case UnaryKind::Sinh:
    return math::SinhOp::create(b, loc, x);
  case UnaryKind::Cosh:
    return math::CoshOp::create(b, loc, x);
  case UnaryKind::Tanh:
    return math::TanhOp::create(b, loc, x);
  case UnaryKind::Asinh:
    return math::AsinhOp::create(b, loc, x);
  case UnaryKind::Acosh:
    return math::AcoshOp::create(b, loc, x);
  case UnaryKind::Atanh:
    return math::AtanhOp::create(b, loc, x);
  case UnaryKind::Erf:
    return math::ErfOp::create(b, loc, x);
  case UnaryKind::Sigmoid: {
    // 1 / (1 + exp(-x)): exp overflows to infinity, which gives the limit 0.
    Value one = constant(type, 1.0);
    Value e = math::ExpOp::create(b, loc, arith::NegFOp::create(b, loc, x));
    return arith::DivFOp::create(b, loc, one,
                                 arith::AddFOp::create(b, loc, one, e));
  }
  case UnaryKind::IsNaN:
    return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO, x, x);
  case UnaryKind::Not:
    break;
  }
  return {};
}

Value ScalarEmitter::integerUnary(UnaryKind kind, Value x, bool isUnsigned) {
  Type type = x.getType();
  switch (kind) {
  case UnaryKind::Abs: {
    if (isUnsigned)
      return x;
    Value negative = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, x,
                                           integer(type, 0));
    return arith::SelectOp::create(
        b, loc, negative, arith::SubIOp::create(b, loc, integer(type, 0), x),
        x);
  }
  case UnaryKind::Neg:
    return arith::SubIOp::create(b, loc, integer(type, 0), x);
  case UnaryKind::Sign: {
    Value zero = integer(type, 0), one = integer(type, 1);
    Value nonZero =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, x, zero);
    Value positive = arith::SelectOp::create(b, loc, nonZero, one, zero);
    if (isUnsigned)
      return positive;
    Value negative =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, x, zero);
    return arith::SelectOp::create(b, loc, negative, integer(type, -1),
                                   positive);
  }
  case UnaryKind::Not:
    return arith::XOrIOp::create(b, loc, x, integer(type, -1));
  case UnaryKind::Floor:
  case UnaryKind::Ceil:
  case UnaryKind::Round:
    return x;
  default:
    return {};
  }
}

Value ScalarEmitter::unary(UnaryKind kind, Value x, Type element) {
  if (isa<FloatType>(x.getType()))
    return floatUnary(kind, x);
  return integerUnary(kind, x, isUnsignedElement(element));
}

//===----------------------------------------------------------------------===//
// Binary
//===----------------------------------------------------------------------===//

/// Truncating division; by zero 0; the lowest value by -1 is itself.
Value ScalarEmitter::divide(Value x, Value y, bool isUnsigned) {
  Type type = x.getType();
  Value zero = integer(type, 0), one = integer(type, 1);
  Value byZero =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, y, zero);
  if (isUnsigned) {
    Value safe = arith::SelectOp::create(b, loc, byZero, one, y);
    Value quotient = arith::DivUIOp::create(b, loc, x, safe);
    return arith::SelectOp::create(b, loc, byZero, zero, quotient);
  }
  Value byMinusOne = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, y,
                                           integer(type, -1));
  Value special = arith::OrIOp::create(b, loc, byZero, byMinusOne);
  Value safe = arith::SelectOp::create(b, loc, special, one, y);
  Value quotient = arith::DivSIOp::create(b, loc, x, safe);
  Value negated = arith::SubIOp::create(b, loc, zero, x);
  Value result = arith::SelectOp::create(b, loc, byMinusOne, negated, quotient);
  return arith::SelectOp::create(b, loc, byZero, zero, result);
}

/// x - y * trunc(x / y), so 0 for y = -1; for y = 0 it is 0.
Value ScalarEmitter::remainder(Value x, Value y, bool isUnsigned) {
  Type type = x.getType();
  Value zero = integer(type, 0), one = integer(type, 1);
  Value special =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, y, zero);
  if (!isUnsigned) {
    Value byMinusOne = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                             y, integer(type, -1));
    special = arith::OrIOp::create(b, loc, special, byMinusOne);
  }
  // By 1 the remainder is 0, which is the result in both special cases.
  Value safe = arith::SelectOp::create(b, loc, special, one, y);
  if (isUnsigned)
    return arith::RemUIOp::create(b, loc, x, safe);
  return arith::RemSIOp::create(b, loc, x, safe);
}

Value ScalarEmitter::shift(BinaryKind kind, Value x, Value y, bool isUnsigned) {
  Type type = x.getType();
  unsigned width = type.getIntOrFloatBitWidth();
  Value zero = integer(type, 0);
  // A negative amount is a large unsigned one: too wide.
  Value fits = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, y,
                                     integer(type, width));
  if (kind == BinaryKind::Shr && !isUnsigned) {
    Value amount =
        arith::SelectOp::create(b, loc, fits, y, integer(type, width - 1));
    return arith::ShRSIOp::create(b, loc, x, amount);
  }
  Value amount = arith::SelectOp::create(b, loc, fits, y, zero);
  Value shifted = kind == BinaryKind::Shl
                      ? arith::ShLIOp::create(b, loc, x, amount).getResult()
                      : arith::ShRUIOp::create(b, loc, x, amount).getResult();
  return arith::SelectOp::create(b, loc, fits, shifted, zero);
}

/// Square and multiply over the bits of the exponent, wrapping. A negative
/// exponent gives 1 / x^|y| truncated: 1 for x = 1, +-1 for x = -1, else 0.
Value ScalarEmitter::integerPower(Value x, Value y, bool isUnsigned) {
  Type type = x.getType();
  Value zero = integer(type, 0), one = integer(type, 1);
  Value result = one, base = x, exponent = y;
  unsigned width = type.getIntOrFloatBitWidth();
  for (unsigned bit = 0; bit < width; ++bit) {
    Value odd = arith::CmpIOp::create(
        b, loc, arith::CmpIPredicate::ne,
        arith::AndIOp::create(b, loc, exponent, one), zero);
    result = arith::SelectOp::create(
        b, loc, odd, arith::MulIOp::create(b, loc, result, base), result);
    if (bit + 1 == width)
      break;
    base = arith::MulIOp::create(b, loc, base, base);
    exponent = arith::ShRUIOp::create(b, loc, exponent, one);
  }
  if (isUnsigned)
    return result;
  // For |x| = 1 the result above is right for negative exponents too: the
  // low bit decides the sign.
  Value negative =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, y, zero);
  Value isOne = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, x, one);
  Value isMinusOne = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, x,
                                           integer(type, -1));
  Value unit = arith::OrIOp::create(b, loc, isOne, isMinusOne);
  Value truncated = arith::SelectOp::create(b, loc, unit, result, zero);
  return arith::SelectOp::create(b, loc, negative, truncated, result);
}

Value ScalarEmitter::integerBinary(BinaryKind kind, Value x, Value y,
                                   bool isUnsigned) {
  switch (kind) {
  case BinaryKind::Add:
    return arith::AddIOp::create(b, loc, x, y);
  case BinaryKind::Sub:
    return arith::SubIOp::create(b, loc, x, y);
  case BinaryKind::Mul:
    return arith::MulIOp::create(b, loc, x, y);
  case BinaryKind::Div:
    return divide(x, y, isUnsigned);
  case BinaryKind::Rem:
    return remainder(x, y, isUnsigned);
  case BinaryKind::Mod: {
    Value rest = remainder(x, y, isUnsigned);
    if (isUnsigned)
      return rest;
    // A rest that is not 0 and has the other sign moves by one divisor.
    Value zero = integer(x.getType(), 0);
    Value nonZero =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, rest, zero);
    Value signs = arith::XOrIOp::create(b, loc, rest, y);
    Value differ =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, signs, zero);
    Value moves = arith::AndIOp::create(b, loc, nonZero, differ);
    return arith::SelectOp::create(
        b, loc, moves, arith::AddIOp::create(b, loc, rest, y), rest);
  }
  case BinaryKind::Max:
    return isUnsigned ? arith::MaxUIOp::create(b, loc, x, y).getResult()
                      : arith::MaxSIOp::create(b, loc, x, y).getResult();
  case BinaryKind::Min:
    return isUnsigned ? arith::MinUIOp::create(b, loc, x, y).getResult()
                      : arith::MinSIOp::create(b, loc, x, y).getResult();
  case BinaryKind::Pow:
    return integerPower(x, y, isUnsigned);
  case BinaryKind::And:
    return arith::AndIOp::create(b, loc, x, y);
  case BinaryKind::Or:
    return arith::OrIOp::create(b, loc, x, y);
  case BinaryKind::Xor:
    return arith::XOrIOp::create(b, loc, x, y);
  case BinaryKind::Shl:
  case BinaryKind::Shr:
    return shift(kind, x, y, isUnsigned);
  case BinaryKind::Atan2:
    break;
  }
  return {};
}

Value ScalarEmitter::binary(BinaryKind kind, Value x, Value y, Type element) {
  if (!isa<FloatType>(x.getType()))
    return integerBinary(kind, x, y, isUnsignedElement(element));
  switch (kind) {
  case BinaryKind::Add:
    return arith::AddFOp::create(b, loc, x, y);
  case BinaryKind::Sub:
    return arith::SubFOp::create(b, loc, x, y);
  case BinaryKind::Mul:
    return arith::MulFOp::create(b, loc, x, y);
  case BinaryKind::Div:
    return arith::DivFOp::create(b, loc, x, y);
  case BinaryKind::Rem:
    return arith::RemFOp::create(b, loc, x, y);
  case BinaryKind::Mod: {
    Value zero = constant(x.getType(), 0.0);
    Value rest = arith::RemFOp::create(b, loc, x, y);
    Value nonZero =
        arith::CmpFOp::create(b, loc, arith::CmpFPredicate::ONE, rest, zero);
    Value restNegative =
        arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, rest, zero);
    Value divisorNegative =
        arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, y, zero);
    Value differ = arith::XOrIOp::create(b, loc, restNegative, divisorNegative);
    Value moves = arith::AndIOp::create(b, loc, nonZero, differ);
    return arith::SelectOp::create(
        b, loc, moves, arith::AddFOp::create(b, loc, rest, y), rest);
  }
  case BinaryKind::Max:
    return arith::MaximumFOp::create(b, loc, x, y);
  case BinaryKind::Min:
    return arith::MinimumFOp::create(b, loc, x, y);
  case BinaryKind::Pow:
    return math::PowFOp::create(b, loc, x, y);
  case BinaryKind::Atan2:
    return math::Atan2Op::create(b, loc, x, y);
  default:
    return {};
  }
}

Value ScalarEmitter::compare(CompareKind kind, Value x, Value y, Type element) {
  if (isa<FloatType>(x.getType())) {
    constexpr arith::CmpFPredicate predicates[] = {
        arith::CmpFPredicate::OEQ, arith::CmpFPredicate::UNE,
        arith::CmpFPredicate::OLT, arith::CmpFPredicate::OLE,
        arith::CmpFPredicate::OGT, arith::CmpFPredicate::OGE};
    return arith::CmpFOp::create(b, loc, predicates[unsigned(kind)], x, y);
  }
  constexpr arith::CmpIPredicate signedPredicates[] = {
      arith::CmpIPredicate::eq,  arith::CmpIPredicate::ne,
      arith::CmpIPredicate::slt, arith::CmpIPredicate::sle,
      arith::CmpIPredicate::sgt, arith::CmpIPredicate::sge};
  constexpr arith::CmpIPredicate unsignedPredicates[] = {
      arith::CmpIPredicate::eq,  arith::CmpIPredicate::ne,
      arith::CmpIPredicate::ult, arith::CmpIPredicate::ule,
      arith::CmpIPredicate::ugt, arith::CmpIPredicate::uge};
  auto predicate = isUnsignedElement(element)
                       ? unsignedPredicates[unsigned(kind)]
                       : signedPredicates[unsigned(kind)];
  return arith::CmpIOp::create(b, loc, predicate, x, y);
}

//===----------------------------------------------------------------------===//
// Cast
//===----------------------------------------------------------------------===//

/// Truncates; saturates; NaN gives 0.
Value ScalarEmitter::floatToInteger(Value x, Type to, bool isUnsigned) {
  Type type = x.getType();
  unsigned width = to.getIntOrFloatBitWidth();
  APInt lowest =
      isUnsigned ? APInt::getMinValue(width) : APInt::getSignedMinValue(width);
  APInt highest =
      isUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width);
  auto asFloat = [&](const APInt &value) {
    // Rounded towards zero: the largest float that converts without overflow.
    APFloat result(llvm::cast<FloatType>(type).getFloatSemantics());
    result.convertFromAPInt(value, !isUnsigned, APFloat::rmTowardZero);
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, result))
        .getResult();
  };
  auto asInteger = [&](const APInt &value) {
    return arith::ConstantOp::create(b, loc, b.getIntegerAttr(to, value))
        .getResult();
  };
  Value low = asFloat(lowest), high = asFloat(highest);
  Value isNaN = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO, x, x);
  Value below =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, x, low);
  Value above =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT, x, high);
  Value outside = arith::OrIOp::create(
      b, loc, isNaN, arith::OrIOp::create(b, loc, below, above));
  Value safe = arith::SelectOp::create(b, loc, outside, constant(type, 0.0), x);
  Value converted = isUnsigned
                        ? arith::FPToUIOp::create(b, loc, to, safe).getResult()
                        : arith::FPToSIOp::create(b, loc, to, safe).getResult();
  converted =
      arith::SelectOp::create(b, loc, below, asInteger(lowest), converted);
  return arith::SelectOp::create(b, loc, above, asInteger(highest), converted);
}

Value ScalarEmitter::cast(Value x, Type from, Type to) {
  Type target = computeType(to);
  if (to.isInteger(1)) {
    if (from.isInteger(1))
      return x;
    if (isa<FloatType>(x.getType()))
      return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNE, x,
                                   constant(x.getType(), 0.0));
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, x,
                                 integer(x.getType(), 0));
  }
  bool fromUnsigned = isUnsignedElement(from);
  if (isa<FloatType>(x.getType())) {
    if (isa<IntegerType>(target))
      return floatToInteger(x, target, to.isUnsignedInteger());
    unsigned have = x.getType().getIntOrFloatBitWidth(),
             want = target.getIntOrFloatBitWidth();
    if (want > have)
      return arith::ExtFOp::create(b, loc, target, x).getResult();
    if (want < have) {
      // f64 to f16 or bf16 rounds once: not by way of f32.
      if (to.isF16() || to.isBF16())
        return arith::ExtFOp::create(
                   b, loc, target,
                   arith::TruncFOp::create(b, loc, to, x).getResult())
            .getResult();
      return arith::TruncFOp::create(b, loc, target, x).getResult();
    }
    return x;
  }
  if (isa<FloatType>(target))
    return fromUnsigned
               ? arith::UIToFPOp::create(b, loc, target, x).getResult()
               : arith::SIToFPOp::create(b, loc, target, x).getResult();
  unsigned have = x.getType().getIntOrFloatBitWidth(),
           want = target.getIntOrFloatBitWidth();
  if (want < have)
    return arith::TruncIOp::create(b, loc, target, x);
  if (want > have)
    return fromUnsigned ? arith::ExtUIOp::create(b, loc, target, x).getResult()
                        : arith::ExtSIOp::create(b, loc, target, x).getResult();
  return x;
}

} // namespace tilewright::graph

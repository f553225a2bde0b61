//===- Elementwise.cpp - arith and math, one element at a time ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cell.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

#include <bit>
#include <cmath>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::tile;

namespace {
/// Builds the function of one op: the types that it works on, and shorthands
/// for the shapes that most functions have.
class FunctionBuilder {
public:
  FunctionBuilder(Operation *op, Marker &marker)
      : op(op), marker(marker),
        type(getElementTypeOrSelf(op->getResult(0).getType())),
        from(op->getNumOperands()
                 ? getElementTypeOrSelf(op->getOperand(0).getType())
                 : type),
        width(widthOf(type)), fromWidth(widthOf(from)) {}

  ElementFunction build();

private:
  ElementFunction unary(double (*f)(double)) {
    return [f, t = type](const Cell *a, std::string &) {
      return floatCell(roundTo(t, f(a[0].f)));
    };
  }
  ElementFunction binary(double (*f)(double, double)) {
    return [f, t = type](const Cell *a, std::string &) {
      return floatCell(roundTo(t, f(a[0].f, a[1].f)));
    };
  }
  ElementFunction combined(CombineKind kind) {
    return [kind, t = type](const Cell *a, std::string &) {
      return combine(kind, t, a[0], a[1]);
    };
  }
  template <typename F> ElementFunction integer(F f) {
    return [f, w = width](const Cell *a, std::string &) {
      return intCell(wrap(int64_t(f(a)), w));
    };
  }
  template <typename F> ElementFunction division(bool isSigned, F f);
  template <typename F> ElementFunction shift(F f);
  template <typename F> ElementFunction test(F f) {
    return [f](const Cell *a, std::string &) {
      return intCell(f(a[0].f) ? -1 : 0);
    };
  }
  ElementFunction toInteger(bool isSigned);
  ElementFunction compareIntegers(arith::CmpIPredicate predicate);
  ElementFunction compareFloats(arith::CmpFPredicate predicate);
  ElementFunction floatMath();

  Operation *op;
  Marker &marker;
  /// Element types of the result and of the first operand, and their widths.
  Type type, from;
  unsigned width, fromWidth;
};
} // namespace

template <typename F>
ElementFunction FunctionBuilder::division(bool isSigned, F f) {
  return [f, isSigned, w = width](const Cell *a, std::string &error) {
    if (unsignedOf(a[1].i, w) == 0) {
      error = "divides an integer by 0";
      return a[0];
    }
    if (isSigned && a[1].i == -1 && a[0].i == wrap(int64_t(1) << (w - 1), w)) {
      error = "divides the lowest integer by -1";
      return a[0];
    }
    return intCell(wrap(int64_t(f(a)), w));
  };
}

template <typename F> ElementFunction FunctionBuilder::shift(F f) {
  return [f, w = width, t = type, &m = marker](const Cell *a, std::string &) {
    uint64_t amount = unsignedOf(a[1].i, w);
    return amount >= w ? m.next(t)
                       : intCell(wrap(int64_t(f(a[0].i, amount)), w));
  };
}

ElementFunction FunctionBuilder::toInteger(bool isSigned) {
  return [isSigned, w = width, t = type, &m = marker](const Cell *a,
                                                      std::string &) {
    double value = std::trunc(a[0].f);
    double limit = std::ldexp(1.0, isSigned ? w - 1 : w);
    // Out of range is poison.
    if (!(value < limit) || value < (isSigned ? -limit : 0.0))
      return m.next(t);
    return intCell(
        wrap(isSigned ? int64_t(value) : int64_t(uint64_t(value)), w));
  };
}

ElementFunction
FunctionBuilder::compareIntegers(arith::CmpIPredicate predicate) {
  using P = arith::CmpIPredicate;
  return [predicate, w = fromWidth](const Cell *a, std::string &) {
    int64_t x = a[0].i, y = a[1].i;
    uint64_t ux = unsignedOf(x, w), uy = unsignedOf(y, w);
    bool result = false;
    switch (predicate) {
    case P::eq:
      result = ux == uy;
      break;
    case P::ne:
      result = ux != uy;
      break;
    case P::slt:
      result = x < y;
      break;
    case P::sle:
      result = x <= y;
      break;
    case P::sgt:
      result = x > y;
      break;
    case P::sge:
      result = x >= y;
      break;
    case P::ult:
      result = ux < uy;
      break;
    case P::ule:
      result = ux <= uy;
      break;
    case P::ugt:
      result = ux > uy;
      break;
    case P::uge:
      result = ux >= uy;
      break;
    }
    return intCell(result ? -1 : 0);
  };
}

ElementFunction FunctionBuilder::compareFloats(arith::CmpFPredicate predicate) {
  using P = arith::CmpFPredicate;
  return [predicate](const Cell *a, std::string &) {
    double x = a[0].f, y = a[1].f;
    bool unordered = std::isnan(x) || std::isnan(y);
    bool result = false;
    switch (predicate) {
    case P::AlwaysFalse:
      break;
    case P::AlwaysTrue:
      result = true;
      break;
    case P::ORD:
      result = !unordered;
      break;
    case P::UNO:
      result = unordered;
      break;
    case P::OEQ:
      result = x == y;
      break;
    case P::UEQ:
      result = unordered || x == y;
      break;
    case P::ONE:
      result = !unordered && x != y;
      break;
    case P::UNE:
      result = x != y;
      break;
    case P::OLT:
      result = x < y;
      break;
    case P::ULT:
      result = unordered || x < y;
      break;
    case P::OLE:
      result = x <= y;
      break;
    case P::ULE:
      result = unordered || x <= y;
      break;
    case P::OGT:
      result = x > y;
      break;
    case P::UGT:
      result = unordered || x > y;
      break;
    case P::OGE:
      result = x >= y;
      break;
    case P::UGE:
      result = unordered || x >= y;
      break;
    }
    return intCell(result ? -1 : 0);
  };
}

/// math on floats: a table of C functions, computed in f64 and rounded.
ElementFunction FunctionBuilder::floatMath() {
  using Unary = double (*)(double);
  using Binary = double (*)(double, double);
  auto f = [&](Unary function) { return unary(function); };
  return llvm::TypeSwitch<Operation *, ElementFunction>(op)
      .Case([&](math::AbsFOp) { return f(std::fabs); })
      .Case([&](math::AcosOp) { return f(std::acos); })
      .Case([&](math::AcoshOp) { return f(std::acosh); })
      .Case([&](math::AsinOp) { return f(std::asin); })
      .Case([&](math::AsinhOp) { return f(std::asinh); })
      .Case([&](math::AtanOp) { return f(std::atan); })
      .Case([&](math::AtanhOp) { return f(std::atanh); })
      .Case([&](math::CbrtOp) { return f(std::cbrt); })
      .Case([&](math::CeilOp) { return f(std::ceil); })
      .Case([&](math::CosOp) { return f(std::cos); })
      .Case([&](math::CoshOp) { return f(std::cosh); })
      .Case([&](math::ErfOp) { return f(std::erf); })
      .Case([&](math::ErfcOp) { return f(std::erfc); })
      .Case([&](math::ExpOp) { return f(std::exp); })
      .Case([&](math::Exp2Op) { return f(std::exp2); })
      .Case([&](math::ExpM1Op) { return f(std::expm1); })
      .Case([&](math::FloorOp) { return f(std::floor); })
      .Case([&](math::LogOp) { return f(std::log); })
      .Case([&](math::Log10Op) { return f(std::log10); })
      .Case([&](math::Log1pOp) { return f(std::log1p); })
      .Case([&](math::Log2Op) { return f(std::log2); })
      .Case([&](math::RoundOp) { return f(std::round); })
      .Case([&](math::RoundEvenOp) { return f(std::nearbyint); })
      .Case([&](math::RsqrtOp) {
        return f([](double x) { return 1.0 / std::sqrt(x); });
      })
      .Case([&](math::SinOp) { return f(std::sin); })
      .Case([&](math::SinhOp) { return f(std::sinh); })
      .Case([&](math::SqrtOp) { return f(std::sqrt); })
      .Case([&](math::TanOp) { return f(std::tan); })
      .Case([&](math::TanhOp) { return f(std::tanh); })
      .Case([&](math::TruncOp) { return f(std::trunc); })
      .Case([&](math::Atan2Op) { return binary(Binary(std::atan2)); })
      .Case([&](math::CopySignOp) { return binary(Binary(std::copysign)); })
      .Case([&](math::PowFOp) { return binary(Binary(std::pow)); })
      .Case([&](math::FmaOp) {
        return ElementFunction([t = type](const Cell *a, std::string &) {
          if (t.isF32())
            return floatCell(
                std::fma(float(a[0].f), float(a[1].f), float(a[2].f)));
          return floatCell(roundTo(t, std::fma(a[0].f, a[1].f, a[2].f)));
        });
      })
      .Case([&](math::FPowIOp) {
        return ElementFunction([t = type](const Cell *a, std::string &) {
          return floatCell(roundTo(t, std::pow(a[0].f, double(a[1].i))));
        });
      })
      .Case([&](math::IsNaNOp) {
        return test([](double x) { return std::isnan(x); });
      })
      .Case([&](math::IsInfOp) {
        return test([](double x) { return std::isinf(x); });
      })
      .Case([&](math::IsFiniteOp) {
        return test([](double x) { return std::isfinite(x); });
      })
      .Default([](Operation *) { return ElementFunction(); });
}

ElementFunction FunctionBuilder::build() {
  unsigned w = width, fw = fromWidth;
  return llvm::TypeSwitch<Operation *, ElementFunction>(op)
      // Floats.
      .Case([&](arith::AddFOp) { return combined(CombineKind::AddF); })
      .Case([&](arith::SubFOp) {
        return binary([](double x, double y) { return x - y; });
      })
      .Case([&](arith::MulFOp) { return combined(CombineKind::MulF); })
      .Case([&](arith::DivFOp) {
        return binary([](double x, double y) { return x / y; });
      })
      .Case([&](arith::RemFOp) {
        return binary([](double x, double y) { return std::fmod(x, y); });
      })
      .Case([&](arith::NegFOp) { return unary([](double x) { return -x; }); })
      .Case([&](arith::MaximumFOp) { return combined(CombineKind::MaximumF); })
      .Case([&](arith::MinimumFOp) { return combined(CombineKind::MinimumF); })
      .Case([&](arith::MaxNumFOp) {
        return binary([](double x, double y) { return std::fmax(x, y); });
      })
      .Case([&](arith::MinNumFOp) {
        return binary([](double x, double y) { return std::fmin(x, y); });
      })
      .Case([&](arith::CmpFOp compare) {
        return compareFloats(compare.getPredicate());
      })
      // Integers.
      .Case([&](arith::AddIOp) { return combined(CombineKind::AddI); })
      .Case([&](arith::MulIOp) { return combined(CombineKind::MulI); })
      .Case([&](arith::MaxSIOp) { return combined(CombineKind::MaxSI); })
      .Case([&](arith::MinSIOp) { return combined(CombineKind::MinSI); })
      .Case([&](arith::MaxUIOp) { return combined(CombineKind::MaxUI); })
      .Case([&](arith::MinUIOp) { return combined(CombineKind::MinUI); })
      .Case([&](arith::AndIOp) { return combined(CombineKind::AndI); })
      .Case([&](arith::OrIOp) { return combined(CombineKind::OrI); })
      .Case([&](arith::SubIOp) {
        return integer(
            [](const Cell *a) { return uint64_t(a[0].i) - uint64_t(a[1].i); });
      })
      .Case([&](arith::XOrIOp) {
        return integer([](const Cell *a) { return a[0].i ^ a[1].i; });
      })
      .Case([&](arith::DivSIOp) {
        return division(true, [](const Cell *a) { return a[0].i / a[1].i; });
      })
      .Case([&](arith::RemSIOp) {
        return division(true, [](const Cell *a) { return a[0].i % a[1].i; });
      })
      .Case([&](arith::FloorDivSIOp) {
        return division(true, [](const Cell *a) {
          return llvm::divideFloorSigned(a[0].i, a[1].i);
        });
      })
      .Case([&](arith::CeilDivSIOp) {
        return division(true, [](const Cell *a) {
          return llvm::divideCeilSigned(a[0].i, a[1].i);
        });
      })
      .Case([&](arith::DivUIOp) {
        return division(false, [w](const Cell *a) {
          return unsignedOf(a[0].i, w) / unsignedOf(a[1].i, w);
        });
      })
      .Case([&](arith::RemUIOp) {
        return division(false, [w](const Cell *a) {
          return unsignedOf(a[0].i, w) % unsignedOf(a[1].i, w);
        });
      })
      .Case([&](arith::CeilDivUIOp) {
        return division(false, [w](const Cell *a) {
          uint64_t x = unsignedOf(a[0].i, w), y = unsignedOf(a[1].i, w);
          return x / y + (x % y != 0);
        });
      })
      .Case([&](arith::ShLIOp) {
        return shift([](int64_t x, uint64_t n) { return uint64_t(x) << n; });
      })
      .Case([&](arith::ShRSIOp) {
        return shift([](int64_t x, uint64_t n) { return x >> n; });
      })
      .Case([&](arith::ShRUIOp) {
        return shift(
            [w](int64_t x, uint64_t n) { return unsignedOf(x, w) >> n; });
      })
      .Case([&](arith::CmpIOp compare) {
        return compareIntegers(compare.getPredicate());
      })
      .Case([&](math::AbsIOp) {
        return integer([](const Cell *a) {
          return a[0].i < 0 ? uint64_t(0) - uint64_t(a[0].i) : uint64_t(a[0].i);
        });
      })
      .Case([&](math::CtPopOp) {
        return integer([w](const Cell *a) {
          return std::popcount(unsignedOf(a[0].i, w));
        });
      })
      .Case([&](math::CountLeadingZerosOp) {
        return integer([w](const Cell *a) {
          return std::countl_zero(unsignedOf(a[0].i, w)) - int(64 - w);
        });
      })
      .Case([&](math::CountTrailingZerosOp) {
        return integer([w](const Cell *a) {
          return std::min<int>(std::countr_zero(unsignedOf(a[0].i, w)), w);
        });
      })
      // Conversions.
      .Case<arith::ExtFOp, arith::TruncFOp>(
          [&](auto) { return unary([](double x) { return x; }); })
      .Case<arith::ExtSIOp, arith::TruncIOp, arith::IndexCastOp>(
          [&](auto) { return integer([](const Cell *a) { return a[0].i; }); })
      .Case<arith::ExtUIOp, arith::IndexCastUIOp>([&](auto) {
        return integer([fw](const Cell *a) { return unsignedOf(a[0].i, fw); });
      })
      .Case([&](arith::SIToFPOp) {
        return ElementFunction([t = type](const Cell *a, std::string &) {
          if (t.isF64())
            return floatCell(double(a[0].i));
          return floatCell(roundTo(t, float(a[0].i)));
        });
      })
      .Case([&](arith::UIToFPOp) {
        return ElementFunction([t = type, fw](const Cell *a, std::string &) {
          uint64_t value = unsignedOf(a[0].i, fw);
          if (t.isF64())
            return floatCell(double(value));
          return floatCell(roundTo(t, float(value)));
        });
      })
      .Case([&](arith::FPToSIOp) { return toInteger(true); })
      .Case([&](arith::FPToUIOp) { return toInteger(false); })
      .Case([&](arith::BitcastOp) {
        return ElementFunction(
            [t = type, s = from](const Cell *a, std::string &) {
              return fromBits(bitsOf(a[0], s), t);
            });
      })
      .Case([&](arith::SelectOp) {
        return ElementFunction([](const Cell *a, std::string &) {
          return a[0].i & 1 ? a[1] : a[2];
        });
      })
      .Default([&](Operation *) { return floatMath(); });
}

ElementFunction tile::elementFunction(Operation *op, Marker &marker) {
  if (op->getNumResults() != 1)
    return {};
  Type type = getElementTypeOrSelf(op->getResult(0).getType());
  if (!type.isIntOrIndexOrFloat())
    return {};
  return FunctionBuilder(op, marker).build();
}

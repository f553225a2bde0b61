//===- Binary.cpp - elementwise functions of two operands ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Combine.h"
#include "Kernels.h"

namespace tilewright::graph::reference {

namespace {

template <typename L> using Function = L (*)(L, L);

/// The sign of the divisor, as Python has it.
double floorMod(double a, double b) {
  double r = std::fmod(a, b);
  if (r == 0)
    return std::copysign(0.0, b);
  return (r < 0) != (b < 0) ? r + b : r;
}

Function<double> floatFunction(BinaryKind kind) {
  switch (kind) {
  case BinaryKind::Add:
    return [](double a, double b) { return a + b; };
  case BinaryKind::Sub:
    return [](double a, double b) { return a - b; };
  case BinaryKind::Mul:
    return [](double a, double b) { return a * b; };
  case BinaryKind::Div:
    return [](double a, double b) { return a / b; };
  case BinaryKind::Mod:
    return floorMod;
  case BinaryKind::Rem:
    return [](double a, double b) { return std::fmod(a, b); };
  case BinaryKind::Max:
    return maximum<double>;
  case BinaryKind::Min:
    return minimum<double>;
  case BinaryKind::Pow:
    return [](double a, double b) { return std::pow(a, b); };
  case BinaryKind::Atan2:
    return [](double a, double b) { return std::atan2(a, b); };
  default:
    return nullptr;
  }
}

/// Modulo 2^64, of which every narrower result is the low bits.
uint64_t wrappingPower(uint64_t base, uint64_t exponent) {
  uint64_t result = 1;
  for (; exponent; exponent >>= 1, base *= base)
    if (exponent & 1)
      result *= base;
  return result;
}

/// A negative exponent: the inverse, truncated; that of 0 is 0.
int64_t signedPower(int64_t base, int64_t exponent) {
  if (exponent >= 0)
    return wrappingPower(base, exponent);
  if (base == 1)
    return 1;
  if (base == -1)
    return exponent % 2 ? -1 : 1;
  return 0;
}

// Division by 0 gives 0, and so does the remainder; -min / -1 wraps.
int64_t divide(int64_t a, int64_t b) {
  if (b == 0)
    return 0;
  return b == -1 ? int64_t(-uint64_t(a)) : a / b;
}
int64_t remainder(int64_t a, int64_t b) {
  return b == 0 || b == -1 ? 0 : a % b;
}
int64_t floorMod(int64_t a, int64_t b) {
  int64_t r = remainder(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

// A shift by the width or more shifts every bit out; a negative one counts as
// more than the width. `T` is the element type, whose width matters.
template <typename T> Lane<T> shiftLeft(Lane<T> a, Lane<T> b) {
  return uint64_t(b) >= sizeof(T) * 8 ? 0 : Lane<T>(uint64_t(a) << b);
}
template <typename T> Lane<T> shiftRight(Lane<T> a, Lane<T> b) {
  if (uint64_t(b) >= sizeof(T) * 8)
    return a < 0 ? Lane<T>(-1) : 0;
  return a >> b;
}

template <typename T> Function<Lane<T>> intFunction(BinaryKind kind) {
  using L = Lane<T>;
  constexpr bool isSigned = std::is_signed_v<T>;
  switch (kind) {
  case BinaryKind::Add:
    return [](L a, L b) { return L(uint64_t(a) + uint64_t(b)); };
  case BinaryKind::Sub:
    return [](L a, L b) { return L(uint64_t(a) - uint64_t(b)); };
  case BinaryKind::Mul:
    return [](L a, L b) { return L(uint64_t(a) * uint64_t(b)); };
  case BinaryKind::Div:
    if constexpr (isSigned)
      return divide;
    return [](L a, L b) { return b == 0 ? L(0) : a / b; };
  case BinaryKind::Mod:
    if constexpr (isSigned)
      return [](L a, L b) { return floorMod(a, b); };
    return [](L a, L b) { return b == 0 ? L(0) : a % b; };
  case BinaryKind::Rem:
    if constexpr (isSigned)
      return remainder;
    return [](L a, L b) { return b == 0 ? L(0) : a % b; };
  case BinaryKind::Max:
    return maximum<L>;
  case BinaryKind::Min:
    return minimum<L>;
  case BinaryKind::Pow:
    if constexpr (isSigned)
      return signedPower;
    else
      return wrappingPower;
  case BinaryKind::And:
    return [](L a, L b) { return a & b; };
  case BinaryKind::Or:
    return [](L a, L b) { return a | b; };
  case BinaryKind::Xor:
    return [](L a, L b) { return a ^ b; };
  case BinaryKind::Shl:
    return shiftLeft<T>;
  case BinaryKind::Shr:
    return shiftRight<T>;
  case BinaryKind::Atan2:
    break;
  }
  return nullptr;
}

Function<bool> boolFunction(BinaryKind kind) {
  switch (kind) {
  case BinaryKind::Max:
  case BinaryKind::Or:
    return [](bool a, bool b) { return a || b; };
  case BinaryKind::Min:
  case BinaryKind::And:
    return [](bool a, bool b) { return a && b; };
  case BinaryKind::Xor:
    return [](bool a, bool b) { return a != b; };
  default:
    return nullptr;
  }
}

template <typename T> Function<Lane<T>> functionFor(BinaryKind kind) {
  if constexpr (isFloatElement<T>)
    return floatFunction(kind);
  else if constexpr (std::is_same_v<T, bool>)
    return boolFunction(kind);
  else
    return intFunction<T>(kind);
}

template <typename L> bool (*compareFunction(CompareKind kind))(L, L) {
  switch (kind) {
  case CompareKind::Eq:
    return [](L a, L b) { return a == b; };
  case CompareKind::Ne:
    return [](L a, L b) { return a != b; };
  case CompareKind::Lt:
    return [](L a, L b) { return a < b; };
  case CompareKind::Le:
    return [](L a, L b) { return a <= b; };
  case CompareKind::Gt:
    return [](L a, L b) { return a > b; };
  case CompareKind::Ge:
    break;
  }
  return [](L a, L b) { return a >= b; };
}

/// result[i] = function(a[i], b[i]) for operands that broadcast.
template <typename T, typename R, typename Fn>
void apply(const Tensor &a, const Tensor &b, Tensor &result, Fn function) {
  const T *x = a.as<T>(), *y = b.as<T>();
  R *out = result.as<R>();
  forEachRow<3>(result.shape(),
                {rowMajorStrides(result.shape()),
                 broadcastStrides(a.shape(), result.shape()),
                 broadcastStrides(b.shape(), result.shape())},
                [&](auto at, int64_t count, auto step) {
                  for (int64_t i = 0; i < count; ++i)
                    out[at[0] + i * step[0]] = function(x[at[1] + i * step[1]],
                                                        y[at[2] + i * step[2]]);
                });
}

/// Memory for an elementwise result; the operands have one type.
Result<Tensor> allocateBroadcast(const Tensor &a, const Tensor &b, DType type) {
  if (a.type() != b.type())
    return error("the operands have the element types ", name(a.type()),
                 " and ", name(b.type()));
  Result<Shape> shape = broadcastShape(a.shape(), b.shape());
  if (!shape)
    return shape.error();
  return Tensor::allocate(type, shape.take());
}

} // namespace

Result<Tensor> binary(BinaryKind kind, const Tensor &a, const Tensor &b) {
  Result<Tensor> result = allocateBroadcast(a, b, a.type());
  if (!result)
    return result;
  return dispatch(a.type(), [&](auto tag) -> Result<Tensor> {
    using T = typename decltype(tag)::Type;
    Function<Lane<T>> function = functionFor<T>(kind);
    if (!function)
      return undefinedFor(stringifyBinaryKind(kind).str(), a.type());
    apply<T, T>(a, b, *result, [function](T x, T y) {
      return store<T>(function(load(x), load(y)));
    });
    return result;
  });
}

Result<Tensor> compare(CompareKind kind, const Tensor &a, const Tensor &b) {
  Result<Tensor> result = allocateBroadcast(a, b, DType::Bool);
  if (!result)
    return result;
  dispatch(a.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    auto *function = compareFunction<Lane<T>>(kind);
    apply<T, bool>(a, b, *result,
                   [function](T x, T y) { return function(load(x), load(y)); });
  });
  return result;
}

} // namespace tilewright::graph::reference

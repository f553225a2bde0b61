//===- Unary.cpp - elementwise functions of one operand ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Kernels.h"

namespace tilewright::graph::reference {

namespace {

template <typename L> using Function = L (*)(L);

double sign(double x) {
  return x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x; // NaN stays
}
double sigmoid(double x) {
  if (x >= 0)
    return 1 / (1 + std::exp(-x));
  double e = std::exp(x);
  return e / (1 + e);
}

Function<double> floatFunction(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::Abs:
    return [](double x) { return std::fabs(x); };
  case UnaryKind::Neg:
    return [](double x) { return -x; };
  case UnaryKind::Sign:
    return sign;
  case UnaryKind::Exp:
    return [](double x) { return std::exp(x); };
  case UnaryKind::Log:
    return [](double x) { return std::log(x); };
  case UnaryKind::Sqrt:
    return [](double x) { return std::sqrt(x); };
  case UnaryKind::Rsqrt:
    return [](double x) { return 1 / std::sqrt(x); };
  case UnaryKind::Reciprocal:
    return [](double x) { return 1 / x; };
  case UnaryKind::Floor:
    return [](double x) { return std::floor(x); };
  case UnaryKind::Ceil:
    return [](double x) { return std::ceil(x); };
  case UnaryKind::Round:
    return [](double x) { return std::nearbyint(x); };
  case UnaryKind::Sin:
    return [](double x) { return std::sin(x); };
  case UnaryKind::Cos:
    return [](double x) { return std::cos(x); };
  case UnaryKind::Tan:
    return [](double x) { return std::tan(x); };
  case UnaryKind::Asin:
    return [](double x) { return std::asin(x); };
  case UnaryKind::Acos:
    return [](double x) { return std::acos(x); };
  case UnaryKind::Atan:
    return [](double x) { return std::atan(x); };
  case UnaryKind::Sinh:
    return [](double x) { return std::sinh(x); };
  case UnaryKind::Cosh:
    return [](double x) { return std::cosh(x); };
  case UnaryKind::Tanh:
    return [](double x) { return std::tanh(x); };
  case UnaryKind::Asinh:
    return [](double x) { return std::asinh(x); };
  case UnaryKind::Acosh:
    return [](double x) { return std::acosh(x); };
  case UnaryKind::Atanh:
    return [](double x) { return std::atanh(x); };
  case UnaryKind::Erf:
    return [](double x) { return std::erf(x); };
  case UnaryKind::Sigmoid:
    return sigmoid;
  default:
    return nullptr;
  }
}

Function<int64_t> signedFunction(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::Abs:
    return [](int64_t x) { return x < 0 ? int64_t(-uint64_t(x)) : x; };
  case UnaryKind::Neg:
    return [](int64_t x) { return int64_t(-uint64_t(x)); };
  case UnaryKind::Sign:
    return [](int64_t x) { return int64_t(x > 0) - int64_t(x < 0); };
  case UnaryKind::Not:
    return [](int64_t x) { return ~x; };
  default:
    return nullptr;
  }
}

Function<uint64_t> unsignedFunction(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::Abs:
    return [](uint64_t x) { return x; };
  case UnaryKind::Neg:
    return [](uint64_t x) { return -x; };
  case UnaryKind::Sign:
    return [](uint64_t x) { return uint64_t(x > 0); };
  case UnaryKind::Not:
    return [](uint64_t x) { return ~x; };
  default:
    return nullptr;
  }
}

Function<bool> boolFunction(UnaryKind kind) {
  if (kind == UnaryKind::Not)
    return [](bool x) { return !x; };
  return nullptr;
}

template <typename T> Function<Lane<T>> functionFor(UnaryKind kind) {
  if constexpr (isFloatElement<T>)
    return floatFunction(kind);
  else if constexpr (std::is_same_v<T, bool>)
    return boolFunction(kind);
  else if constexpr (std::is_signed_v<T>)
    return signedFunction(kind);
  else
    return unsignedFunction(kind);
}

} // namespace

Result<Tensor> unary(UnaryKind kind, const Tensor &x) {
  bool test = kind == UnaryKind::IsNaN;
  Result<Tensor> result =
      Tensor::allocate(test ? DType::Bool : x.type(), x.shape());
  if (!result)
    return result;
  return dispatch(x.type(), [&](auto tag) -> Result<Tensor> {
    using T = typename decltype(tag)::Type;
    const T *in = x.as<T>();
    if (test) {
      for (int64_t i = 0, e = x.size(); i < e; ++i)
        result->template as<bool>()[i] =
            std::isnan(static_cast<double>(load(in[i])));
      return result;
    }
    Function<Lane<T>> function = functionFor<T>(kind);
    if (!function)
      return undefinedFor(stringifyUnaryKind(kind).str(), x.type());
    T *out = result->template as<T>();
    for (int64_t i = 0, e = x.size(); i < e; ++i)
      out[i] = store<T>(function(load(in[i])));
    return result;
  });
}

} // namespace tilewright::graph::reference

//===- Cast.cpp - conversions between element types -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Kernels.h"

namespace tilewright::graph::reference {

namespace {

/// Truncates; NaN gives 0, and what is out of range the nearest value in it.
template <typename T> T truncateTo(double x) {
  if (std::isnan(x))
    return 0;
  // Both bounds are powers of two (or 0), which a double holds exactly.
  double low = static_cast<double>(std::numeric_limits<T>::min());
  double high = std::ldexp(1.0, std::numeric_limits<T>::digits);
  x = std::trunc(x);
  if (x < low)
    return std::numeric_limits<T>::min();
  if (x >= high)
    return std::numeric_limits<T>::max();
  return static_cast<T>(x);
}

template <typename From, typename To> To convert(From element) {
  if constexpr (std::is_same_v<From, To>) {
    return element;
  } else {
    Lane<From> x = load(element);
    if constexpr (std::is_same_v<To, bool>)
      return x != 0; // true for NaN
    else if constexpr (isIntElement<To> && isFloatElement<From>)
      return truncateTo<To>(x);
    else if constexpr (isIntElement<To> || std::is_same_v<To, double>)
      return static_cast<To>(x);
    else // One rounding from an integer or f64 to f32, then one to 16 bits.
      return storeFloat<To>(static_cast<float>(x));
  }
}

template <typename T>
void selectAs(const Tensor &condition, const Tensor &onTrue,
              const Tensor &onFalse, Tensor &result) {
  const bool *c = condition.as<bool>();
  const T *x = onTrue.as<T>(), *y = onFalse.as<T>();
  T *out = result.as<T>();
  const Shape &shape = result.shape();
  forEachRow<4>(shape,
                {rowMajorStrides(shape),
                 broadcastStrides(condition.shape(), shape),
                 broadcastStrides(onTrue.shape(), shape),
                 broadcastStrides(onFalse.shape(), shape)},
                [&](auto at, int64_t count, auto step) {
                  for (int64_t i = 0; i < count; ++i)
                    out[at[0] + i * step[0]] = c[at[1] + i * step[1]]
                                                   ? x[at[2] + i * step[2]]
                                                   : y[at[3] + i * step[3]];
                });
}

} // namespace

Result<Tensor> cast(const Tensor &x, DType type) {
  if (x.type() == type)
    return x;
  Result<Tensor> result = Tensor::allocate(type, x.shape());
  if (!result)
    return result;
  dispatch(x.type(), [&](auto from) {
    dispatch(type, [&](auto to) {
      using From = typename decltype(from)::Type;
      using To = typename decltype(to)::Type;
      const From *in = x.as<From>();
      To *out = result->template as<To>();
      for (int64_t i = 0, e = x.size(); i < e; ++i)
        out[i] = convert<From, To>(in[i]);
    });
  });
  return result;
}

Result<Tensor> select(const Tensor &condition, const Tensor &onTrue,
                      const Tensor &onFalse) {
  if (onTrue.type() != onFalse.type())
    return error("the operands have the element types ", name(onTrue.type()),
                 " and ", name(onFalse.type()));
  Result<Shape> values = broadcastShape(onTrue.shape(), onFalse.shape());
  if (!values)
    return values.error();
  Result<Shape> shape = broadcastShape(condition.shape(), *values);
  if (!shape)
    return shape.error();
  Result<Tensor> result = Tensor::allocate(onTrue.type(), shape.take());
  if (!result)
    return result;
  switch (byteSize(onTrue.type())) {
  case 1:
    selectAs<uint8_t>(condition, onTrue, onFalse, *result);
    break;
  case 2:
    selectAs<uint16_t>(condition, onTrue, onFalse, *result);
    break;
  case 4:
    selectAs<uint32_t>(condition, onTrue, onFalse, *result);
    break;
  default:
    selectAs<uint64_t>(condition, onTrue, onFalse, *result);
  }
  return result;
}

} // namespace tilewright::graph::reference

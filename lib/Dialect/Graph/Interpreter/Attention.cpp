//===- Attention.cpp - scaled dot-product attention ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"
#include "Kernels.h"

namespace tilewright::graph::reference {

namespace {

/// One query: `logits` become weights that sum to 1; false if no key is left.
bool softmaxInPlace(std::vector<double> &logits, UndefinedRows rows) {
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (double x : logits)
    largest = std::isnan(x)         ? x
              : std::isnan(largest) ? largest
                                    : std::max(largest, x);
  if (largest == -std::numeric_limits<double>::infinity() &&
      rows == UndefinedRows::ZeroIfEmpty)
    return false;
  for (double &x : logits)
    sum += x = std::exp(x - largest);
  bool isZero = std::isnan(sum) && rows == UndefinedRows::Zero;
  for (double &x : logits)
    x = isZero ? 0 : x / sum;
  return true;
}

} // namespace

Result<Tensor> attention(const Tensor &query, const Tensor &key,
                         const Tensor &value, const Tensor *mask,
                         const AttentionParameters &parameters) {
  int64_t batch = query.shape()[0], length = query.shape()[1];
  int64_t heads = query.shape()[2], depth = query.shape()[3];
  int64_t keys = key.shape()[1], groups = key.shape()[2];
  int64_t width = value.shape()[3];
  if (key.shape() != Shape{batch, keys, groups, depth} ||
      value.shape() != Shape{batch, keys, groups, width} || groups == 0 ||
      heads % groups != 0)
    return error("query ", query.typeString(), ", key ", key.typeString(),
                 " and value ", value.typeString(), " do not go together");
  Shape maskStrides(4, 0);
  std::vector<double> maskValues;
  if (mask) {
    Shape full{batch, heads, length, keys};
    Result<Shape> common = broadcastShape(mask->shape(), full);
    if (!common || *common != full)
      return error("the mask ", mask->typeString(), " does not broadcast to ",
                   shapeString(full));
    maskStrides = broadcastStrides(mask->shape(), full);
    maskValues = toDoubles(*mask);
  }
  bool maskAdds = mask && mask->type() != DType::Bool;
  Result<Tensor> result =
      Tensor::allocate(query.type(), {batch, length, heads, width});
  if (!result)
    return result;
  std::vector<double> q = toDoubles(query), k = toDoubles(key),
                      v = toDoubles(value), logits(keys), out(width);
  int64_t perGroup = heads / groups;
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t l = 0; l < length; ++l)
      for (int64_t h = 0; h < heads; ++h) {
        int64_t g = h / perGroup;
        const double *x = &q[((b * length + l) * heads + h) * depth];
        for (int64_t s = 0; s < keys; ++s) {
          const double *y = k.data() + ((b * keys + s) * groups + g) * depth;
          double logit = 0;
          for (int64_t e = 0; e < depth; ++e)
            logit += x[e] * y[e];
          logit *= parameters.scale;
          if (parameters.softcap > 0)
            logit = parameters.softcap * std::tanh(logit / parameters.softcap);
          bool dropped = parameters.causal && s > l + keys - length;
          if (mask) {
            double m = maskValues[b * maskStrides[0] + h * maskStrides[1] +
                                  l * maskStrides[2] + s * maskStrides[3]];
            if (maskAdds)
              logit += m;
            else
              dropped |= m == 0;
          }
          logits[s] =
              dropped ? -std::numeric_limits<double>::infinity() : logit;
        }
        bool any = softmaxInPlace(logits, parameters.rows);
        std::fill(out.begin(), out.end(), 0.0);
        for (int64_t s = 0; any && s < keys; ++s) {
          const double *y = v.data() + ((b * keys + s) * groups + g) * width;
          for (int64_t f = 0; f < width; ++f)
            out[f] += logits[s] * y[f];
        }
        int64_t at = ((b * length + l) * heads + h) * width;
        dispatchFloat(query.type(), [&](auto tag) {
          using T = typename decltype(tag)::Type;
          for (int64_t f = 0; f < width; ++f)
            result->template as<T>()[at + f] = store<T>(out[f]);
        });
      }
  return result;
}

} // namespace tilewright::graph::reference

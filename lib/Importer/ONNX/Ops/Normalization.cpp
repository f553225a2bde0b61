//===- Normalization.cpp - ONNX normalisation --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

//===----------------------------------------------------------------------===//
// Batches
//===----------------------------------------------------------------------===//

/// x * factor + shift per channel, where both are arithmetic on weights only:
/// (x - mean) * scale / sqrt(variance + epsilon) + bias.
static void importBatchNormalization(Node &n) {
  Value x = n.in(0);
  double epsilon = n.number("epsilon", 1e-5f);
  double momentum = n.number("momentum", 0.9f);
  bool training = n.opset >= 14 && n.flag("training_mode", false);
  if (n.opset < 9 && n.integer("spatial", 1) != 1)
    return n.fail("attribute 'spatial': expected 1, but got 0");
  if (!n.expectRank(x, 2, 64, "input 'X'"))
    return;
  if (!training && n.numResults() > 1)
    return n.fail("training outputs are not supported");
  int64_t rank = n.rank(x);
  Value mean = wide(n, n.in(3)), variance = wide(n, n.in(4));
  for (int64_t i = 1; i < 5; ++i)
    if (!n.expectVector(n.in(i), n.shape(x)[1], "input " + Twine(i)))
      return;
  if (training) {
    SmallVector<int64_t> axes = axesFrom(0, rank);
    axes.erase(axes.begin() + 1);
    Value wideX = n.cast(x, n.element(mean));
    Value batchMean = n.reduce(ReduceKind::Mean, wideX, axes, false);
    Value apart = n.sub(wideX, n.alongAxis(batchMean, 1, rank));
    Value batchVariance =
        n.reduce(ReduceKind::Mean, n.mul(apart, apart), axes, false);
    auto mix = [&](Value running, Value current) {
      return n.add(n.mul(running, n.like(running, momentum)),
                   n.mul(current, n.like(current, 1 - momentum)));
    };
    n.result(1, n.castLike(mix(mean, batchMean), n.in(3)));
    n.result(2, n.castLike(mix(variance, batchVariance), n.in(4)));
    mean = batchMean;
    variance = batchVariance;
  }
  Type type = n.element(mean);
  Value scale = n.cast(n.in(1), type), bias = n.cast(n.in(2), type);
  Value deviation =
      n.unary(UnaryKind::Sqrt, n.add(variance, n.like(variance, epsilon)));
  Value factor = n.div(scale, deviation);
  Value shift = n.sub(bias, n.mul(mean, factor));
  Value y = n.mul(n.cast(x, type), n.alongAxis(factor, 1, rank));
  y = n.add(y, n.alongAxis(shift, 1, rank));
  n.result(0, n.castLike(y, x));
}

//===----------------------------------------------------------------------===//
// Single examples
//===----------------------------------------------------------------------===//

/// x in the type to normalise it in: f32 for f16 and bf16, even where
/// `stash_type` names one of them; f64 where it says so.
static Value stash(Node &n, Value x) {
  int64_t type = n.integer("stash_type", 1);
  if (type != 1 && type != onnx::TensorProto::FLOAT16 &&
      type != onnx::TensorProto::BFLOAT16 && type != onnx::TensorProto::DOUBLE)
    n.fail("attribute 'stash_type': expected a floating-point type, but got " +
           Twine(type));
  return type == onnx::TensorProto::DOUBLE ? n.cast(x, n.f64()) : wide(n, x);
}

static void importLayerNormalization(Node &n) {
  Value x = n.in(0);
  int64_t rank = n.rank(x);
  int64_t axis = n.axis(n.integer("axis", -1), rank);
  double epsilon = n.number("epsilon", 1e-5f);
  Value stashed = stash(n, x);
  if (n.failed())
    return;
  SmallVector<int64_t> axes = axesFrom(axis, rank);
  Value y = n.castLike(n.normalize(stashed, axes, epsilon), x);
  y = n.mul(y, n.castLike(n.in(1), x));
  if (n.has(2))
    y = n.add(y, n.castLike(n.in(2), x));
  n.result(0, y);
  if (!n.wants(1) && !n.wants(2))
    return;
  Value mean = n.reduce(ReduceKind::Mean, stashed, axes, true);
  Value apart = n.sub(stashed, mean);
  Value variance = n.reduce(ReduceKind::Mean, n.mul(apart, apart), axes, true);
  // The statistics have the type that stash_type names.
  Type type = n.elementType("stash_type", Float32Type::get(n.state.context));
  n.result(1, n.cast(mean, type));
  n.result(2, n.cast(n.unary(UnaryKind::Rsqrt,
                             n.add(variance, n.like(variance, epsilon))),
                     type));
}

static void importRMSNormalization(Node &n) {
  Value x = n.in(0);
  int64_t rank = n.rank(x);
  int64_t axis = n.axis(n.integer("axis", -1), rank);
  double epsilon = n.number("epsilon", 1e-5f);
  Value stashed = stash(n, x);
  if (n.failed())
    return;
  Value y = n.normalize(stashed, axesFrom(axis, rank), epsilon, true);
  // The result has the type of the scale.
  n.result(0, n.mul(n.castLike(y, n.in(1)), n.in(1)));
}

static void importInstanceNormalization(Node &n) {
  Value x = n.in(0);
  double epsilon = n.number("epsilon", 1e-5f);
  int64_t rank = n.rank(x);
  if (!n.expectRank(x, 3, 64, "input") ||
      !n.expectVector(n.in(1), n.shape(x)[1], "input 'scale'") ||
      !n.expectVector(n.in(2), n.shape(x)[1], "input 'B'"))
    return;
  Value y = n.normalize(wide(n, x), axesFrom(2, rank), epsilon);
  y = n.mul(y, n.alongAxis(n.castLike(n.in(1), y), 1, rank));
  y = n.add(y, n.alongAxis(n.castLike(n.in(2), y), 1, rank));
  n.result(0, n.castLike(y, x));
}

/// [N, C, ...] is normalised as [N, groups, C / groups * ...].
static void importGroupNormalization(Node &n) {
  Value x = n.in(0);
  int64_t groups = n.required("num_groups");
  double epsilon = n.number("epsilon", 1e-5f);
  Value stashed = n.opset >= 21 ? stash(n, x) : wide(n, x);
  if (!n.expectRank(x, 2, 64, "input") || n.failed())
    return;
  if (groups < 1)
    return n.fail("attribute 'num_groups': expected a positive number");
  Shape shape = n.shape(x);
  int64_t rank = shape.rank();
  DimExpr inner = DimExpr::floorDiv(shape[1], groups);
  n.equal(inner * DimExpr(groups), shape[1],
          "the channels, which the groups must divide,");
  Dims apart{shape[0], groups, inner};
  for (int64_t i = 2; i < rank; ++i)
    apart.push_back(shape[i]);
  Value y = n.reshape(stashed, apart);
  y = n.normalize(y, axesFrom(2, rank + 1), epsilon);
  Value scale = n.castLike(n.in(1), y), bias = n.castLike(n.in(2), y);
  // Until opset 20 the scale and bias are per group.
  bool perGroup = n.opset < 21;
  for (int64_t i : {1, 2})
    if (!n.expectVector(n.in(i), perGroup ? DimExpr(groups) : shape[1],
                        "input " + Twine(i)))
      return;
  if (!perGroup)
    y = n.reshape(y, shape.dims);
  y = n.mul(y, n.alongAxis(scale, 1, n.rank(y)));
  y = n.add(y, n.alongAxis(bias, 1, n.rank(y)));
  n.result(0, n.castLike(n.reshape(y, shape.dims), x));
}

static void importMeanVarianceNormalization(Node &n) {
  Value x = n.in(0);
  SmallVector<int64_t> given = n.integers("axes");
  if (!n.hasAttr("axes"))
    given = {0, 2, 3};
  SmallVector<int64_t> axes = n.axes(given, n.rank(x));
  Value wideX = wide(n, x);
  Value apart = n.sub(wideX, n.reduce(ReduceKind::Mean, wideX, axes, true));
  Value variance = n.reduce(ReduceKind::Mean, n.mul(apart, apart), axes, true);
  Value deviation = n.unary(UnaryKind::Sqrt, variance);
  n.result(0, n.castLike(
                  n.div(apart, n.add(deviation, n.like(deviation, 1e-9))), x));
}

/// Divides by the sum of the squares of the neighbouring channels: a pooling in
/// which the channels are the spatial axis.
static void importLRN(Node &n) {
  Value x = n.in(0);
  int64_t size = n.required("size");
  double alpha = n.number("alpha", 0.0001f), beta = n.number("beta", 0.75f);
  double bias = n.number("bias", 1);
  if (!n.expectRank(x, 2, 64, "input"))
    return;
  if (size < 1 || size > (1 << 20))
    return n.fail("attribute 'size': expected a positive number, but got " +
                  Twine(size));
  Shape shape = n.shape(x);
  Value wideX = wide(n, x);
  DimExpr rest(1);
  for (int64_t i = 2; i < shape.rank(); ++i)
    rest = rest * shape[i];
  Dims flat{shape[0], shape[1], rest};
  Value squares = n.reshape(n.mul(wideX, wideX), flat);
  Value sums = n.shaped<graph::PoolOp>(
      flat, n.element(wideX), PoolKind::Sum, squares, n.array({size}),
      n.array({1}), n.array({1}), n.dimsAttr({DimExpr((size - 1) / 2)}),
      n.dimsAttr({DimExpr(size / 2)}));
  sums = n.reshape(sums, shape.dims);
  Value base = n.add(n.mul(sums, n.like(sums, alpha / double(size))),
                     n.like(sums, bias));
  Value divisor = n.binary(BinaryKind::Pow, base, n.like(base, beta));
  n.result(0, n.castLike(n.div(wideX, divisor), x));
}

static void importLpNormalization(Node &n) {
  Value x = n.in(0);
  int64_t axis = n.axis(n.integer("axis", -1), n.rank(x));
  int64_t p = n.integer("p", 2);
  if (p != 1 && p != 2)
    return n.fail("attribute 'p': expected 1 or 2, but got " + Twine(p));
  Value wideX = wide(n, x);
  Value powers = p == 1 ? n.unary(UnaryKind::Abs, wideX) : n.mul(wideX, wideX);
  Value norm = n.reduce(ReduceKind::Sum, powers, {axis}, true);
  if (p == 2)
    norm = n.unary(UnaryKind::Sqrt, norm);
  // A vector of zeros stays one.
  Value isZero = n.compare(CompareKind::Eq, norm, n.like(norm, 0));
  norm = n.select(isZero, n.like(norm, 1), norm);
  n.result(0, n.castLike(n.div(wideX, norm), x));
}

llvm::ArrayRef<OpRow> onnximport::normOps() {
  static const OpRow rows[] = {
      {"BatchNormalization", 7, Newest, 5, 5, Float, importBatchNormalization,
       "training before opset 14, spatial 0"},
      {"LayerNormalization", 17, Newest, 2, 3, Float, importLayerNormalization},
      {"RMSNormalization", 23, Newest, 2, 2, Float, importRMSNormalization},
      {"InstanceNormalization", 7, Newest, 3, 3, Float,
       importInstanceNormalization},
      {"GroupNormalization", 18, Newest, 3, 3, Float, importGroupNormalization},
      {"MeanVarianceNormalization", 9, Newest, 1, 1, Float,
       importMeanVarianceNormalization},
      {"LRN", 7, Newest, 1, 1, Float, importLRN},
      {"LpNormalization", 7, Newest, 1, 1, Float, importLpNormalization},
  };
  return rows;
}

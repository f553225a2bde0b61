//===- Pooling.cpp - ONNX pooling --------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"
#include "Windows.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

/// tw.pool on an input in ONNX's layout; the result is in it too.
static Value pool(Node &n, PoolKind kind, Value x, const WindowAttributes &w,
                  const Dims &spatial) {
  Dims dims{n.shape(x)[0]};
  dims.append(spatial);
  dims.push_back(n.shape(x)[1]);
  Value y = n.shaped<graph::PoolOp>(dims, n.element(x), kind, n.channelsLast(x),
                                    n.array(w.sizes), n.array(w.strides),
                                    n.array(w.dilations), n.dimsAttr(w.padLow),
                                    n.dimsAttr(w.padHigh));
  return n.channelsFirst(y);
}

static bool isSpatial(Node &n) { return n.expectRank(n.in(0), 3, 64, "input"); }

static void importMaxPool(Node &n) {
  Value x = n.in(0);
  if (!isSpatial(n))
    return;
  bool ceilMode = n.flag("ceil_mode", false);
  bool columnMajor = n.flag("storage_order", false);
  WindowAttributes w = readWindow(n, x, readKernelShape(n, x));
  Dims spatial = windowedSizes(n, x, w, ceilMode);
  if (n.failed())
    return;
  n.result(0, pool(n, PoolKind::Max, x, w, spatial));
  if (!n.wants(1))
    return;
  Dims dims{n.shape(x)[0]};
  dims.append(spatial);
  dims.push_back(n.shape(x)[1]);
  Value indices = n.shaped<graph::MaxPoolIndicesOp>(
      dims, n.i64(), n.channelsLast(x), n.array(w.sizes), n.array(w.strides),
      n.array(w.dilations), n.dimsAttr(w.padLow), n.unit(columnMajor));
  n.result(1, n.channelsFirst(indices));
}

static void importAveragePool(Node &n) {
  Value x = n.in(0);
  if (!isSpatial(n))
    return;
  bool ceilMode = n.flag("ceil_mode", false);
  bool withPadding = n.flag("count_include_pad", false);
  WindowAttributes w = readWindow(n, x, readKernelShape(n, x), n.opset >= 19);
  Dims spatial = windowedSizes(n, x, w, ceilMode);
  if (n.failed())
    return;
  n.result(
      0, pool(n, withPadding ? PoolKind::AverageWithPadding : PoolKind::Average,
              x, w, spatial));
}

/// |x|^p, and the p-th root of a sum of such.
static Value toPower(Node &n, Value x, double p) {
  Value size = n.unary(UnaryKind::Abs, x);
  return p == 1   ? size
         : p == 2 ? n.mul(x, x)
                  : n.binary(BinaryKind::Pow, size, n.like(x, p));
}

static Value root(Node &n, Value x, double p) {
  return p == 1   ? x
         : p == 2 ? n.unary(UnaryKind::Sqrt, x)
                  : n.binary(BinaryKind::Pow, x, n.like(x, 1 / p));
}

static void importLpPool(Node &n) {
  Value x = n.in(0);
  if (!isSpatial(n))
    return;
  int64_t p = n.integer("p", 2);
  bool ceilMode = n.flag("ceil_mode", false);
  WindowAttributes w = readWindow(n, x, readKernelShape(n, x), n.opset >= 18);
  Dims spatial = windowedSizes(n, x, w, ceilMode);
  if (n.failed())
    return;
  Value powers = toPower(n, wide(n, x), double(p));
  Value sums = pool(n, PoolKind::Sum, powers, w, spatial);
  n.result(0, n.castLike(root(n, sums, double(p)), x));
}

static SmallVector<int64_t> spatialAxes(Node &n) {
  SmallVector<int64_t> axes;
  for (int64_t i = 2; i < n.rank(n.in(0)); ++i)
    axes.push_back(i);
  return axes;
}

template <ReduceKind kind> static void importGlobalPool(Node &n) {
  if (isSpatial(n))
    n.result(0, n.reduce(kind, n.in(0), spatialAxes(n), true));
}

static void importGlobalLpPool(Node &n) {
  if (!isSpatial(n))
    return;
  int64_t p = n.integer("p", 2);
  Value powers = toPower(n, wide(n, n.in(0)), double(p));
  Value sums = n.reduce(ReduceKind::Sum, powers, spatialAxes(n), true);
  n.result(0, n.castLike(root(n, sums, double(p)), n.in(0)));
}

/// Puts each element where its maximum was, in a tensor of zeros.
static void importMaxUnpool(Node &n) {
  Value x = n.in(0), indices = n.in(1);
  if (!isSpatial(n))
    return;
  WindowAttributes w = readWindow(n, x, readKernelShape(n, x), false);
  Shape shape = n.shape(x);
  Dims dims{shape[0], shape[1]}, target;
  for (size_t i = 0; i < w.sizes.size(); ++i)
    dims.push_back((shape[2 + int64_t(i)] - 1) * DimExpr(w.strides[i]) +
                   DimExpr(w.sizes[i]) - w.padLow[i] - w.padHigh[i]);
  if (n.has(2))
    target = n.contents(n.in(2), "input 'output_shape'");
  if (n.failed())
    return;
  if (!n.expectRank(indices, shape.rank(), shape.rank(), "input 'I'"))
    return;
  for (int64_t i = 0; i < shape.rank(); ++i)
    n.equal(shape[i], n.shape(indices)[i],
            "axis " + Twine(i) + " of the values and of the indices");
  DimExpr count = graph::numElements(shape.dims);
  Value zeros = n.full({graph::numElements(dims)}, n.like(x, 0));
  Value y = n.inferred<graph::ScatterElementsOp>(
      zeros, n.reshape(indices, {count}), n.reshape(x, {count}), int64_t(0),
      ReduceKind::None);
  y = n.reshape(y, dims);
  if (n.has(2)) {
    if (target.size() != dims.size())
      return n.fail("input 'output_shape': expected " + Twine(dims.size()) +
                    " sizes");
    Dims low(dims.size(), DimExpr(0)), high;
    for (size_t i = 0; i < dims.size(); ++i)
      high.push_back(target[i] - dims[i]);
    y = n.pad(y, {}, PadMode::Constant, low, high);
  }
  n.result(0, y);
}

llvm::ArrayRef<OpRow> onnximport::poolOps() {
  static const OpRow rows[] = {
      {"MaxPool", 7, Newest, 1, 1, Float | Byte, importMaxPool},
      {"AveragePool", 7, Newest, 1, 1, Float, importAveragePool},
      {"LpPool", 7, Newest, 1, 1, Float, importLpPool},
      {"GlobalMaxPool", 7, Newest, 1, 1, Float,
       importGlobalPool<ReduceKind::Max>},
      {"GlobalAveragePool", 7, Newest, 1, 1, Float,
       importGlobalPool<ReduceKind::Mean>},
      {"GlobalLpPool", 7, Newest, 1, 1, Float, importGlobalLpPool},
      {"MaxUnpool", 9, Newest, 2, 3, Float, importMaxUnpool},
  };
  return rows;
}

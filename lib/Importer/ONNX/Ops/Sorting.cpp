//===- Sorting.cpp - ONNX sorting and selection ------------------------===//
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

static Type typeOf(Node &n, ArrayRef<DimExpr> dims, Type element) {
  return graph::getTensorType(n.state.context, dims, element);
}

static void importTopK(Node &n) {
  Value x = n.in(0);
  if (!n.expectRank(x, 1, 64, "input 'X'"))
    return;
  Shape shape = n.shape(x);
  int64_t axis = n.axis(n.integer("axis", -1), shape.rank());
  bool largest = n.opset < 11 || n.flag("largest", true);
  n.flag("sorted", true); // Sorted is one of the orders that are allowed.
  Dims dims = shape.dims;
  if (n.opset < 10) {
    dims[size_t(axis)] = n.required("k");
  } else {
    if (!n.has(1))
      return n.fail("input 'K' is missing");
    Dims k = n.contents(toScalar(n, n.in(1), "input 'K'"), n.name + ".k");
    if (n.failed())
      return;
    dims[size_t(axis)] = k[0];
  }
  std::optional<int64_t> count = dims[size_t(axis)].constantValue();
  if (count && shape.fixed(axis) >= 0 && *count > shape.fixed(axis))
    return n.fail("input 'K': " + Twine(*count) +
                  " elements of an axis of size " + Twine(shape.fixed(axis)));
  Operation *op = n.build<graph::TopKOp>(
      TypeRange({typeOf(n, dims, n.element(x)), typeOf(n, dims, n.i64())}), x,
      n.state.builder.getI64IntegerAttr(axis), n.unit(!largest));
  if (!op)
    return;
  n.result(0, op->getResult(0));
  n.result(1, op->getResult(1));
}

static void importNonZero(Node &n) {
  Value x = n.in(0);
  // A scalar counts as a vector of one element.
  if (n.rank(x) == 0)
    x = n.reshape(x, {DimExpr(1)});
  std::string count = n.state.freshSymbol(n.name + "_count");
  Operation *op = n.build<graph::NonZeroOp>(
      TypeRange(typeOf(n, {DimExpr::symbol(count), n.rank(x)}, n.i64())), x,
      n.state.builder.getStringAttr(count));
  if (op)
    n.result(0, n.transpose(op->getResult(0), {1, 0}));
}

static void importUnique(Node &n) {
  Value x = n.in(0);
  bool sorted = n.flag("sorted", true);
  IntegerAttr axisAttr;
  Dims dims;
  std::string symbol = n.state.freshSymbol(n.name + "_count");
  DimExpr count = DimExpr::symbol(symbol), slices;
  if (n.hasAttr("axis")) {
    int64_t axis = n.axis(n.integer("axis", 0), n.rank(x));
    if (n.failed())
      return;
    axisAttr = n.state.builder.getI64IntegerAttr(axis);
    dims = n.shape(x).dims;
    slices = dims[size_t(axis)];
    dims[size_t(axis)] = count;
  } else {
    dims = {count};
    slices = graph::numElements(n.shape(x).dims);
  }
  Operation *op = n.build<graph::UniqueOp>(
      TypeRange({typeOf(n, dims, n.element(x)), typeOf(n, {count}, n.i64()),
                 typeOf(n, {slices}, n.i64()), typeOf(n, {count}, n.i64())}),
      x, axisAttr, n.unit(sorted), n.state.builder.getStringAttr(symbol));
  for (unsigned i = 0; op && i < 4; ++i)
    n.result(i, op->getResult(i));
}

static void importNonMaxSuppression(Node &n) {
  Value boxes = n.in(0), scores = n.in(1);
  bool center = n.flag("center_point_box", false);
  Value limit = n.has(2) ? toScalar(n, n.in(2),
                                    "input "
                                    "'max_output_boxes_per_class'")
                         : n.scalarInt(n.i64(), 0);
  Value overlap = n.has(3) ? toScalar(n, n.in(3), "input 'iou_threshold'")
                           : n.like(boxes, 0);
  Value score = n.has(4)
                    ? toScalar(n, n.in(4), "input 'score_threshold'")
                    : n.like(boxes, -std::numeric_limits<double>::infinity());
  std::string count = n.state.freshSymbol(n.name + "_count");
  Operation *op = n.build<graph::NonMaxSuppressionOp>(
      TypeRange(typeOf(n, {DimExpr::symbol(count), 3}, n.i64())), boxes, scores,
      limit, overlap, score, n.unit(center),
      n.state.builder.getStringAttr(count));
  if (op)
    n.result(0, op->getResult(0));
}

llvm::ArrayRef<OpRow> onnximport::sortOps() {
  static const OpRow rows[] = {
      {"TopK", 7, Newest, 1, 2, Number, importTopK},
      {"NonZero", 9, Newest, 1, 1, Any, importNonZero},
      {"Unique", 11, Newest, 1, 1, Any, importUnique, "strings"},
      {"NonMaxSuppression", 10, Newest, 2, 5, bit(DType::F32),
       importNonMaxSuppression},
  };
  return rows;
}

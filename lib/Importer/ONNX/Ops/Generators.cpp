//===- Generators.cpp - ONNX ops that make tensors from sizes ----------===//
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

static void importConstantOfShape(Node &n) {
  Value value = n.scalar(n.f32(), 0);
  if (const onnx::TensorProto *proto = n.tensor("value")) {
    Result<Tensor> tensor = n.state.file.readTensor(*proto);
    if (!tensor)
      return n.fail("attribute 'value': " + tensor.error().message);
    if (tensor->size() != 1)
      return n.fail("attribute 'value': expected one element, but got " +
                    tensor->typeString());
    value = n.state.constant(n.loc, tensor->reshaped({}), n.name);
  }
  n.result(0, n.full(n.contents(n.in(0), "input 'input'"), value));
}

static void importRange(Node &n) {
  n.ignore({"stash_type"}); // tw computes f16 and bf16 ranges in f32.
  Value start = toScalar(n, n.in(0), "input 'start'");
  Value limit = toScalar(n, n.in(1), "input 'limit'");
  Value delta = toScalar(n, n.in(2), "input 'delta'");
  if (n.failed())
    return;
  Type element = n.element(start);
  DimExpr count;
  std::optional<Dims> from = n.state.knownContents(start),
                      to = n.state.knownContents(limit),
                      by = n.state.knownContents(delta);
  if (from && to && by && from->size() == 1 && to->size() == 1 &&
      by->size() == 1) {
    count = DimExpr::max(0, DimExpr::ceilDiv((*to)[0] - (*from)[0], (*by)[0]))
                .simplify(n.state.ranges);
    if ((*by)[0].isConstant(0))
      return n.fail("a step of 0");
  } else {
    // The number of elements is a value: computed, then bound to a symbol.
    Value first = wide(n, start), last = wide(n, limit), step = wide(n, delta);
    if (!n.isFloat(first))
      for (Value *value : {&first, &last, &step})
        *value = n.cast(*value, n.f64());
    Value steps = n.unary(UnaryKind::Ceil, n.div(n.sub(last, first), step));
    Value total = n.maximum(n.cast(steps, n.i64()), n.scalarInt(n.i64(), 0));
    Dims size = n.contents(total, n.name + ".size");
    if (size.empty())
      return;
    count = size[0];
    if (std::optional<SmallVector<double>> known = n.constantFloats(total))
      count = int64_t((*known)[0]);
  }
  n.result(0, n.shaped<graph::RangeOp>({count}, element, start, delta));
}

/// Rows of positions against a column of positions: [rows, 1] and [1, columns].
static std::pair<Value, Value> grid(Node &n, const DimExpr &rows,
                                    const DimExpr &columns) {
  return {n.unsqueeze(n.iota(rows, n.i64()), {1}),
          n.unsqueeze(n.iota(columns, n.i64()), {0})};
}

static void importEyeLike(Node &n) {
  Value x = n.in(0);
  Type element = n.elementType("dtype", n.element(x));
  int64_t k = n.integer("k", 0);
  if (!n.expectRank(x, 2, 2, "input"))
    return;
  auto [row, column] = grid(n, n.shape(x)[0], n.shape(x)[1]);
  Value diagonal = n.add(row, n.scalarInt(n.i64(), k));
  n.result(0, n.cast(n.compare(CompareKind::Eq, diagonal, column), element));
}

static void importTrilu(Node &n) {
  Value x = n.in(0);
  bool upper = n.flag("upper", true);
  if (!n.expectRank(x, 2, 64, "input"))
    return;
  auto [row, column] = grid(n, n.shape(x)[-2], n.shape(x)[-1]);
  Value k =
      n.has(1) ? toScalar(n, n.in(1), "input 'k'") : n.scalarInt(n.i64(), 0);
  Value diagonal = n.add(row, k);
  Value keep =
      n.compare(upper ? CompareKind::Ge : CompareKind::Le, column, diagonal);
  n.result(0, n.select(keep, x, n.like(x, 0)));
}

static void importOneHot(Node &n) {
  Value indices = n.in(0), values = n.in(2);
  Value depthValue = toScalar(n, n.in(1), "input 'depth'");
  if (n.isFloat(depthValue))
    depthValue = n.cast(depthValue, n.i64());
  Dims depth = n.contents(depthValue, n.name + ".depth");
  if (std::optional<SmallVector<double>> known = n.constantFloats(depthValue))
    depth = {DimExpr(int64_t((*known)[0]))};
  int64_t rank = n.rank(indices);
  int64_t axis = n.axis(n.integer("axis", -1), rank + 1);
  if (n.failed() || depth.empty() ||
      !n.expectRank(values, 1, 1, "input 'values'"))
    return;
  n.equal(n.shape(values)[0], 2, "the size of input 'values'");
  Value position = n.cast(indices, n.i64());
  // A negative index counts from the end.
  position = n.selectNegative(position, n.add(position, n.fromDim(depth[0])),
                              position);
  position = n.unsqueeze(position, {axis});
  Value slots = n.alongAxis(n.iota(depth[0], n.i64()), axis, rank + 1);
  Value off = n.reshape(n.sliceAxis(values, 0, 0, 1), {});
  Value on = n.reshape(n.sliceAxis(values, 0, 1, 1), {});
  n.result(0, n.select(n.compare(CompareKind::Eq, position, slots), on, off));
}

llvm::ArrayRef<OpRow> onnximport::generatorOps() {
  static const OpRow rows[] = {
      {"ConstantOfShape", 9, Newest, 1, 1, Index, importConstantOfShape},
      {"Range", 11, Newest, 3, 3, Number, importRange},
      {"EyeLike", 9, Newest, 1, 1, Any, importEyeLike},
      {"Trilu", 14, Newest, 1, 2, Any, importTrilu},
      {"OneHot", 9, Newest, 3, 3, Number, importOneHot},
  };
  return rows;
}

//===- Generators.cpp - ONNX ops that make tensors from sizes ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"

#include "tilewright/Support/Elements.h"

#include <cmath>

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

/// max(0, ceil((limit - start) / delta)), computed in the model: of floats in
/// f64, as ONNX Runtime does. Integers are exact: what lies between two of them
/// may be more than a signed one holds.
static Value countSteps(Node &n, Value start, Value limit, Value delta) {
  if (n.isFloat(start)) {
    auto wider = [&](Value value) { return n.cast(value, n.f64()); };
    Value span = n.sub(wider(limit), wider(start));
    Value steps = n.unary(UnaryKind::Ceil, n.div(span, wider(delta)));
    return n.maximum(n.cast(steps, n.i64()), n.scalarInt(n.i64(), 0));
  }
  Type u64 = n.state.builder.getIntegerType(64, false);
  Value isDown = n.compare(CompareKind::Lt, delta, n.like(delta, 0));
  Value low = n.select(isDown, limit, start);
  Value high = n.select(isDown, start, limit);
  Value isEmpty = n.compare(CompareKind::Ge, low, high);
  Value step = n.cast(delta, u64), one = n.scalarInt(u64, 1);
  step = n.select(isDown, n.neg(step), step);
  Value span = n.sub(n.cast(high, u64), n.cast(low, u64));
  Value steps = n.add(n.div(n.sub(span, one), step), one);
  Value most = n.scalarInt(u64, std::numeric_limits<int64_t>::max());
  steps = n.select(isEmpty, n.scalarInt(u64, 0), n.minimum(steps, most));
  return n.cast(steps, n.i64());
}

/// The same for numbers that are known.
static int64_t countSteps(const Tensor &start, const Tensor &limit,
                          const Tensor &delta) {
  if (isFloat(start.type())) {
    double span = getNumber(limit, 0) - getNumber(start, 0);
    double steps = std::ceil(span / getNumber(delta, 0));
    // Also of NaN and of what is more than 64 bits hold.
    return !(steps > 0)     ? 0
           : steps < 0x1p63 ? int64_t(steps)
                            : std::numeric_limits<int64_t>::max();
  }
  auto number = [](const Tensor &tensor) {
    int64_t bits = getInteger(tensor, 0);
    return tensor.type() == DType::U64 ? __int128(uint64_t(bits))
                                       : __int128(bits);
  };
  __int128 step = number(delta), span = number(limit) - number(start);
  if (step < 0)
    step = -step, span = -span;
  __int128 steps = span <= 0 ? 0 : (span - 1) / step + 1;
  return int64_t(
      std::min<__int128>(steps, std::numeric_limits<int64_t>::max()));
}

/// The number of elements of a range: a number or an expression if the operands
/// are, else a value that is bound to a symbol.
static DimExpr rangeSize(Node &n, Value start, Value limit, Value delta) {
  std::optional<Tensor> first = n.constantValue(start),
                        last = n.constantValue(limit),
                        step = n.constantValue(delta);
  if (step && getNumber(*step, 0) == 0)
    n.fail("a step of 0");
  else if (first && last && step)
    return countSteps(*first, *last, *step);
  if (!step) {
    Value isStill = n.compare(CompareKind::Eq, delta, n.like(delta, 0));
    Dims still = n.contents(n.cast(isStill, n.i64()), n.name + ".still");
    if (!still.empty())
      n.atMost(still[0], 0, "a step of {rhs}");
  }
  std::optional<Dims> from = n.state.knownContents(start),
                      to = n.state.knownContents(limit),
                      by = n.state.knownContents(delta);
  if (from && to && by)
    return DimExpr::max(0, DimExpr::ceilDiv((*to)[0] - (*from)[0], (*by)[0]))
        .simplify(n.state.ranges);
  Dims size = n.contents(countSteps(n, start, limit, delta), n.name + ".size");
  return size.empty() ? DimExpr(0) : size[0];
}

static void importRange(Node &n) {
  n.ignore({"stash_type"}); // tw computes f16 and bf16 ranges in f32.
  Value start = toScalar(n, n.in(0), "input 'start'");
  Value limit = toScalar(n, n.in(1), "input 'limit'");
  Value delta = toScalar(n, n.in(2), "input 'delta'");
  if (n.failed())
    return;
  DimExpr size = rangeSize(n, start, limit, delta);
  n.result(0, n.shaped<graph::RangeOp>({size}, n.element(start), start, delta));
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
  // Far outside of the matrix, but not so far that the sum wraps.
  k = n.maximum(n.minimum(k, n.scalarInt(n.i64(), int64_t(1) << 62)),
                n.scalarInt(n.i64(), -(int64_t(1) << 62)));
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
  if (std::optional<Tensor> known = n.constantValue(depthValue))
    depth = {DimExpr(getInteger(*known, 0))};
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

//===- DecomposeAttention.cpp - attention as products and softmax ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/Transforms/Passes.h"

#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include <limits>

using namespace mlir;

namespace tilewright::graph {

#define GEN_PASS_DEF_DECOMPOSEATTENTIONPASS
#include "tilewright/Dialect/Graph/Transforms/Passes.h.inc"

namespace {

class Decomposition {
public:
  explicit Decomposition(AttentionOp op)
      : op(op), b(op), loc(op.getLoc()), element(elementOf(op)),
        compute(element.isF64() ? element : Type(b.getF32Type())) {}

  Value run() {
    Dims q = getDims(op.getQuery()), k = getDims(op.getKey());
    Dims v = getDims(op.getValue());
    DimExpr batch = q[0], length = q[1], heads = q[2], size = q[3];
    DimExpr keys = k[1], groups = k[2], width = v[3];
    // Heads of one group are an axis of their own, which the keys repeat:
    // [B, G, H / G, L, E] x [B, G, 1, S, E].
    Dims lead{batch, heads}, shared = lead;
    if (heads != groups) {
      lead = {batch, groups, DimExpr::floorDiv(heads, groups)};
      shared = {batch, groups, 1};
    }
    auto with = [](Dims dims, const DimExpr &x, const DimExpr &y) {
      dims.append({x, y});
      return dims;
    };
    Value query = toHeads(op.getQuery(), with(lead, length, size));
    // Its heads move anyway: the keys become columns on the way.
    Value key = toHeads(op.getKey(), with(shared, size, keys), {0, 2, 3, 1});
    Value value = toHeads(op.getValue(), with(shared, keys, width));

    Value scores = MatmulOp::create(b, loc, type(with(lead, length, keys)),
                                    query, key, false, false);
    scores = reshape(scores, {batch, heads, length, keys});
    scores = binary(BinaryKind::Mul, scores,
                    scalar(op.getScale().convertToDouble()));
    if (double cap = op.getSoftcap().convertToDouble(); cap > 0) {
      scores = binary(BinaryKind::Mul, scores, scalar(1 / cap));
      scores = UnaryOp::create(b, loc, UnaryKind::Tanh, scores);
      scores = binary(BinaryKind::Mul, scores, scalar(cap));
    }
    bool masked = op.getMask() || op.getCausal();
    if (op.getMask())
      scores = mask(scores);
    if (op.getCausal())
      scores = causal(scores, length, keys);
    Value weights = SoftmaxOp::create(b, loc, scores, 3, false);
    if (op.getRows() == UndefinedRows::Zero)
      weights = SelectOp::create(
          b, loc, UnaryOp::create(b, loc, UnaryKind::IsNaN, weights), scalar(0),
          weights);
    else if (op.getRows() == UndefinedRows::ZeroIfEmpty && masked)
      weights = withoutDeadRows(weights, scores, {batch, heads, length, 1});
    weights = reshape(weights, with(lead, length, keys));
    Value result = MatmulOp::create(b, loc, type(with(lead, length, width)),
                                    weights, value, false, false);
    result = reshape(result, {batch, heads, length, width});
    result = TransposeOp::create(b, loc, result, ArrayRef<int64_t>{0, 2, 1, 3});
    if (compute != element)
      result = CastOp::create(b, loc, op.getType(), result);
    return result;
  }

private:
  RankedTensorType type(const Dims &dims) {
    return getTensorType(b.getContext(), dims, compute);
  }

  Value scalar(double value) {
    auto scalarType = RankedTensorType::get({}, compute);
    return ConstantOp::create(
        b, loc, scalarType,
        DenseElementsAttr::get(scalarType, b.getFloatAttr(compute, value)));
  }
  Value binary(BinaryKind kind, Value x, Value y) {
    return BinaryOp::create(b, loc, kind, x, y);
  }
  Value reshape(Value x, const Dims &dims) {
    if (getDims(x) == dims)
      return x;
    auto to = getTensorType(b.getContext(), dims, elementOf(x));
    return ReshapeOp::create(b, loc, to, x);
  }

  /// [B, n, heads, e] in the compute type, heads first.
  Value toHeads(Value x, const Dims &dims,
                ArrayRef<int64_t> permutation = {0, 2, 1, 3}) {
    if (compute != element)
      x = CastOp::create(
          b, loc, withElement(cast<RankedTensorType>(x.getType()), compute), x);
    x = TransposeOp::create(b, loc, x, permutation);
    return reshape(x, dims);
  }

  Value mask(Value scores) {
    Value mask = op.getMask();
    auto maskType = cast<RankedTensorType>(mask.getType());
    if (maskType.getElementType().isInteger(1))
      return SelectOp::create(b, loc, mask, scores,
                              scalar(-std::numeric_limits<double>::infinity()));
    if (maskType.getElementType() != compute)
      mask = CastOp::create(b, loc, withElement(maskType, compute), mask);
    return binary(BinaryKind::Add, scores, mask);
  }

  /// Query i sees keys up to i + S - L.
  Value causal(Value scores, const DimExpr &length, const DimExpr &keys) {
    auto numbers = [&](const DimExpr &start, const DimExpr &count) {
      Type i64 = b.getI64Type();
      auto scalarType = RankedTensorType::get({}, i64);
      Value from =
          FromDimsOp::create(b, loc, getDimsAttr(b.getContext(), {start}));
      from = ReshapeOp::create(b, loc, scalarType, from);
      Value one = ConstantOp::create(
          b, loc, scalarType,
          DenseElementsAttr::get(scalarType, b.getI64IntegerAttr(1)));
      return RangeOp::create(
          b, loc, getTensorType(b.getContext(), {count}, i64), from, one);
    };
    Value last = numbers(keys - length, length);
    last = ReshapeOp::create(
        b, loc,
        getTensorType(b.getContext(), {length, DimExpr(1)}, b.getI64Type()),
        last);
    Value seen =
        CompareOp::create(b, loc, CompareKind::Ge, last, numbers(0, keys));
    return SelectOp::create(b, loc, seen, scores,
                            scalar(-std::numeric_limits<double>::infinity()));
  }

  /// A row without any key has the weights 0, not 0 / 0.
  Value withoutDeadRows(Value weights, Value scores, const Dims &rows) {
    Value most =
        ReduceOp::create(b, loc, ReduceKind::Max, scores, ArrayRef<int64_t>{3});
    most = reshape(most, rows);
    Value dead =
        CompareOp::create(b, loc, CompareKind::Eq, most,
                          scalar(-std::numeric_limits<double>::infinity()));
    return SelectOp::create(b, loc, dead, scalar(0), weights);
  }

  AttentionOp op;
  OpBuilder b;
  Location loc;
  Type element, compute;
};

struct DecomposeAttentionPass
    : impl::DecomposeAttentionPassBase<DecomposeAttentionPass> {
  void runOnOperation() override {
    SmallVector<AttentionOp> ops;
    getOperation().walk([&](AttentionOp op) { ops.push_back(op); });
    for (AttentionOp op : ops) {
      op.replaceAllUsesWith(Decomposition(op).run());
      op.erase();
    }
  }
};

} // namespace
} // namespace tilewright::graph

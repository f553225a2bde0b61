//===- Reductions.cpp - ONNX reductions --------------------------------===//
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

namespace {

struct Reduction {
  SmallVector<int64_t> axes;
  bool keepDims;
};

} // namespace

/// The axes: an attribute before `inputSince`, an input from then on. Without
/// any, all of them, unless `noop_with_empty_axes` says none.
static Reduction readReduction(Node &n, int64_t inputSince = 18) {
  Reduction r;
  r.keepDims = n.flag("keepdims", true);
  int64_t rank = n.rank(n.in(0));
  SmallVector<int64_t> given;
  bool noop = false;
  if (n.opset < inputSince) {
    given = n.integers("axes");
  } else {
    noop = n.flag("noop_with_empty_axes", false);
    if (n.has(1))
      given = n.constantInts(n.in(1), "input 'axes'");
  }
  r.axes = n.axes(given, rank);
  if (given.empty() && !noop)
    r.axes = axesFrom(0, rank);
  return r;
}

template <ReduceKind kind, int64_t inputSince = 18>
static void importReduce(Node &n) {
  Reduction r = readReduction(n, inputSince);
  n.result(0, n.reduce(kind, n.in(0), r.axes, r.keepDims));
}

/// A reduction of several ops, computed as a float of at least 32 bits.
template <typename F> static void composed(Node &n, F formula) {
  Reduction r = readReduction(n);
  Value x = wide(n, n.in(0));
  if (!n.isFloat(x))
    x = n.cast(x, n.f64());
  n.result(0, n.castLike(formula(x, r), n.in(0)));
}

static Value sum(Node &n, Value x, const Reduction &r) {
  return n.reduce(ReduceKind::Sum, x, r.axes, r.keepDims);
}

static void importReduceL1(Node &n) {
  Reduction r = readReduction(n);
  n.result(0, sum(n, n.unary(UnaryKind::Abs, n.in(0)), r));
}

static void importReduceSumSquare(Node &n) {
  Reduction r = readReduction(n);
  Value x = wide(n, n.in(0));
  n.result(0, n.castLike(sum(n, n.mul(x, x), r), n.in(0)));
}

static void importReduceL2(Node &n) {
  composed(n, [&](Value x, const Reduction &r) {
    return n.unary(UnaryKind::Sqrt, sum(n, n.mul(x, x), r));
  });
}

static void importReduceLogSum(Node &n) {
  composed(n, [&](Value x, const Reduction &r) {
    return n.unary(UnaryKind::Log, sum(n, x, r));
  });
}

static void importReduceLogSumExp(Node &n) {
  composed(n, [&](Value x, const Reduction &r) {
    // Shifted by the maximum, so that nothing overflows; an infinite maximum
    // would make infinity minus infinity.
    Value top = n.reduce(ReduceKind::Max, x, r.axes, true);
    Value infinite =
        n.compare(CompareKind::Eq, n.unary(UnaryKind::Abs, top),
                  n.like(x, std::numeric_limits<double>::infinity()));
    top = n.select(infinite, n.like(x, 0), top);
    Value total = n.reduce(
        ReduceKind::Sum, n.unary(UnaryKind::Exp, n.sub(x, top)), r.axes, true);
    Value result = n.add(n.unary(UnaryKind::Log, total), top);
    return r.keepDims ? result : n.squeeze(result, r.axes);
  });
}

template <ReduceKind kind> static void importArg(Node &n) {
  int64_t axis = n.axis(n.integer("axis", 0), n.rank(n.in(0)));
  bool keepDims = n.flag("keepdims", true);
  bool last = n.opset >= 12 && n.flag("select_last_index", false);
  Value index = n.inferred<graph::ArgReduceOp>(kind, n.in(0), axis, last);
  n.result(0, keepDims ? n.unsqueeze(index, {axis}) : index);
}

llvm::ArrayRef<OpRow> onnximport::reduceOps() {
  static const OpRow rows[] = {
      {"ReduceSum", 7, Newest, 1, 2, Number, importReduce<ReduceKind::Sum, 13>,
       "axes that are computed"},
      {"ReduceMean", 7, Newest, 1, 2, Number, importReduce<ReduceKind::Mean>,
       "axes that are computed"},
      {"ReduceMax", 7, Newest, 1, 2, Any, importReduce<ReduceKind::Max>,
       "axes that are computed"},
      {"ReduceMin", 7, Newest, 1, 2, Any, importReduce<ReduceKind::Min>,
       "axes that are computed"},
      {"ReduceProd", 7, Newest, 1, 2, Number, importReduce<ReduceKind::Prod>,
       "axes that are computed"},
      {"ReduceL1", 7, Newest, 1, 2, Number, importReduceL1,
       "axes that are computed"},
      {"ReduceL2", 7, Newest, 1, 2, Number, importReduceL2,
       "axes that are computed"},
      {"ReduceSumSquare", 7, Newest, 1, 2, Number, importReduceSumSquare,
       "axes that are computed"},
      {"ReduceLogSum", 7, Newest, 1, 2, Number, importReduceLogSum,
       "axes that are computed"},
      {"ReduceLogSumExp", 7, Newest, 1, 2, Number, importReduceLogSumExp,
       "axes that are computed"},
      {"ArgMax", 7, Newest, 1, 1, Number, importArg<ReduceKind::Max>},
      {"ArgMin", 7, Newest, 1, 1, Number, importArg<ReduceKind::Min>},
  };
  return rows;
}

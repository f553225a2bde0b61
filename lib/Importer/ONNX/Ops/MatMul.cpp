//===- MatMul.cpp - ONNX matrix products -------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"

#include <cmath>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

/// NumPy's matmul: a vector counts as a row on the left and as a column on the
/// right, and its axis leaves the result.
Value onnximport::numpyMatmul(Emitter &e, Value a, Value b, Type type) {
  bool row = e.rank(a) == 1, column = e.rank(b) == 1;
  if (e.rank(a) == 0 || e.rank(b) == 0) {
    e.fail("a scalar has no matrix product");
    return a;
  }
  if (row)
    a = e.unsqueeze(a, {0});
  if (column)
    b = e.unsqueeze(b, {1});
  Value product = e.matmul(a, b, false, false, type);
  int64_t rank = e.rank(product);
  SmallVector<int64_t> gone;
  if (row)
    gone.push_back(rank - 2);
  if (column)
    gone.push_back(rank - 1);
  return gone.empty() ? product : e.squeeze(product, gone);
}

static void importMatMul(Node &n) {
  n.result(0, numpyMatmul(n, n.in(0), n.in(1), {}));
}

static void importGemm(Node &n) {
  double alpha = n.number("alpha", 1), beta = n.number("beta", 1);
  bool transA = n.flag("transA", false), transB = n.flag("transB", false);
  if (!n.expectRank(n.in(0), 2, 2, "input 'A'") ||
      !n.expectRank(n.in(1), 2, 2, "input 'B'"))
    return;
  Value y = n.matmul(n.in(0), n.in(1), transA, transB);
  Type type = n.element(y);
  // Factors that an integer cannot hold make the sum one of floats.
  auto isWhole = [](double factor) {
    return factor >= 0 && factor < 128 && factor == std::floor(factor);
  };
  if (!n.isFloat(y) && !(isWhole(alpha) && isWhole(beta)))
    y = n.cast(y, n.f64());
  if (alpha != 1)
    y = n.mul(y, n.like(y, alpha));
  if (n.has(2) && !n.expectBroadcastsTo(n.in(2), n.shape(y).dims, "input 'C'"))
    return;
  // With a beta of 0 not even NaN counts.
  if (n.has(2) && beta != 0) {
    Value c = n.castLike(n.in(2), y);
    if (beta != 1)
      c = n.mul(c, n.like(c, beta));
    y = n.add(y, c);
  }
  n.result(0, n.cast(y, type));
}

/// The integers without their zero point, as i32. A zero point of the left
/// operand may be given per row, that of the right one per column.
Value onnximport::withoutZeroPoint(Emitter &e, Value x, Value zeroPoint,
                                   int64_t axis) {
  Value wideX = e.cast(x, e.i32());
  if (!zeroPoint)
    return wideX;
  Value zero = e.cast(zeroPoint, e.i32());
  int64_t rank = e.rank(wideX);
  if (e.rank(zero) == 1 && e.shape(zero)[0].isConstant(1))
    zero = e.reshape(zero, {});
  else if (e.rank(zero) == 1 && rank > 1) {
    e.equal(e.shape(zero)[0], e.shape(wideX)[axis],
            "the zero points and the axis");
    zero = e.alongAxis(zero, axis < 0 ? axis + rank : axis, rank);
  }
  return e.sub(wideX, zero);
}

static void importMatMulInteger(Node &n) {
  Value a = withoutZeroPoint(n, n.in(0), n.has(2) ? n.in(2) : Value(), -2);
  Value b = withoutZeroPoint(n, n.in(1), n.has(3) ? n.in(3) : Value(), -1);
  n.result(0, numpyMatmul(n, a, b, {}));
}

llvm::ArrayRef<OpRow> onnximport::matmulOps() {
  static const OpRow rows[] = {
      {"MatMul", 7, Newest, 2, 2, Number, importMatMul},
      {"Gemm", 7, Newest, 2, 3, Number, importGemm},
      {"MatMulInteger", 10, Newest, 2, 4, Byte, importMatMulInteger},
  };
  return rows;
}

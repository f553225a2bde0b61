//===- Activations.cpp - ONNX activations and softmax ------------------===//
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

/// Computes f16 and bf16 in f32: a formula of several ops rounds once.
template <typename F> static void elementwise(Node &n, F formula) {
  Value x = n.in(0);
  n.result(0, n.castLike(formula(wide(n, x)), x));
}

static void importRelu(Node &n) {
  n.result(0, n.maximum(n.in(0), n.like(n.in(0), 0)));
}

static void importLeakyRelu(Node &n) {
  double alpha = n.number("alpha", 0.01f);
  elementwise(n, [&](Value x) {
    return n.selectNegative(x, n.mul(x, n.like(x, alpha)), x);
  });
}

static void importPRelu(Node &n) {
  Value x = n.in(0), slope = n.in(1);
  if (n.expectBroadcastsTo(slope, n.shape(x).dims, "input 'slope'"))
    n.result(0, n.selectNegative(x, n.mul(x, slope), x));
}

static void importElu(Node &n) {
  double alpha = n.number("alpha", 1);
  elementwise(n, [&](Value x) { return elu(n, x, alpha); });
}

static void importSelu(Node &n) {
  double alpha = n.number("alpha", 1.67326319217681884765625f);
  double gamma = n.number("gamma", 1.05070102214813232421875f);
  elementwise(
      n, [&](Value x) { return n.mul(elu(n, x, alpha), n.like(x, gamma)); });
}

static void importCelu(Node &n) {
  double alpha = n.number("alpha", 1);
  elementwise(n, [&](Value x) {
    Value scaled = n.div(x, n.like(x, alpha));
    Value negative = n.mul(n.sub(n.unary(UnaryKind::Exp, scaled), n.like(x, 1)),
                           n.like(x, alpha));
    return n.add(n.maximum(x, n.like(x, 0)), n.minimum(negative, n.like(x, 0)));
  });
}

static void importHardSigmoid(Node &n) {
  double alpha = n.number("alpha", 0.2f), beta = n.number("beta", 0.5f);
  elementwise(n, [&](Value x) { return hardSigmoid(n, x, alpha, beta); });
}

static void importHardSwish(Node &n) {
  elementwise(
      n, [&](Value x) { return n.mul(x, hardSigmoid(n, x, 1.0 / 6, 0.5)); });
}

static void importSoftplus(Node &n) {
  elementwise(n, [&](Value x) { return softplus(n, x); });
}

static void importSoftsign(Node &n) {
  elementwise(n, [&](Value x) { return softsign(n, x); });
}

static void importGelu(Node &n) {
  bool tanh = n.text("approximate", "none", {"none", "tanh"}) == "tanh";
  elementwise(n, [&](Value x) { return gelu(n, x, tanh); });
}

static void importMish(Node &n) {
  elementwise(n, [&](Value x) {
    return n.mul(x, n.unary(UnaryKind::Tanh, softplus(n, x)));
  });
}

static void importSwish(Node &n) {
  double alpha = n.number("alpha", 1);
  elementwise(n, [&](Value x) { return swish(n, x, alpha); });
}

static void importSwiGLU(Node &n) {
  double alpha = n.number("alpha", 1);
  elementwise(n, [&](Value gate) {
    return n.mul(swish(n, gate, alpha), wide(n, n.in(1)));
  });
}

static void importThresholdedRelu(Node &n) {
  Value x = n.in(0), alpha = n.like(x, n.number("alpha", 1));
  n.result(0, n.select(n.compare(CompareKind::Gt, x, alpha), x, n.like(x, 0)));
}

static void importShrink(Node &n) {
  double lambd = n.number("lambd", 0.5), bias = n.number("bias", 0);
  // The attributes are floats where x is an integer too.
  Value x = n.isFloat(n.in(0)) ? n.in(0) : n.cast(n.in(0), n.f64());
  Value low = n.compare(CompareKind::Lt, x, n.like(x, -lambd));
  Value high = n.compare(CompareKind::Gt, x, n.like(x, lambd));
  Value raised = n.add(x, n.like(x, bias)), lowered = n.sub(x, n.like(x, bias));
  Value y = n.select(low, raised, n.select(high, lowered, n.like(x, 0)));
  n.result(0, n.castLike(y, n.in(0)));
}

static void importClip(Node &n) {
  Value x = n.in(0), low, high;
  if (n.opset < 11) {
    if (n.hasAttr("min"))
      low = attributeLike(n, x, "min", 0);
    if (n.hasAttr("max"))
      high = attributeLike(n, x, "max", 0);
  } else {
    low = n.has(1) ? toScalar(n, n.in(1), "input 'min'") : Value();
    high = n.has(2) ? toScalar(n, n.in(2), "input 'max'") : Value();
  }
  if (low)
    x = n.maximum(x, low);
  if (high)
    x = n.minimum(x, high);
  n.result(0, x);
}

//===----------------------------------------------------------------------===//
// Along an axis
//===----------------------------------------------------------------------===//

/// Before opset 13 the axes from `axis` on count as one.
template <typename F> static void alongAxis(Node &n, F function) {
  Value x = n.in(0);
  Shape shape = n.shape(x);
  int64_t axis = n.axis(n.integer("axis", n.opset < 13 ? 1 : -1),
                        std::max<int64_t>(shape.rank(), 1));
  if (n.failed())
    return;
  if (shape.rank() == 0) {
    n.result(0, n.reshape(function(n.reshape(x, {DimExpr(1)}), 0), {}));
    return;
  }
  if (n.opset >= 13 || axis == shape.rank() - 1) {
    n.result(0, function(x, axis));
    return;
  }
  Value flat = n.reshape(x, flattened(shape, axis));
  n.result(0, n.reshape(function(flat, 1), shape.dims));
}

static void importSoftmax(Node &n) {
  alongAxis(n, [&](Value x, int64_t axis) { return n.softmax(x, axis); });
}

static void importLogSoftmax(Node &n) {
  alongAxis(n, [&](Value x, int64_t axis) { return n.softmax(x, axis, true); });
}

static void importHardmax(Node &n) {
  alongAxis(n, [&](Value x, int64_t axis) {
    Value largest = n.inferred<graph::ArgReduceOp>(ReduceKind::Max, x, axis,
                                                   /*last=*/false);
    Value positions =
        n.alongAxis(n.iota(n.shape(x)[axis], n.i64()), axis, n.rank(x));
    return n.castLike(
        n.compare(CompareKind::Eq, positions, n.unsqueeze(largest, {axis})), x);
  });
}

static void importDropout(Node &n) {
  n.ignore({"seed"});
  Value x = n.in(0);
  double ratio = 0;
  if (n.opset < 12)
    n.number("ratio", 0.5);
  else if (n.has(2)) {
    SmallVector<int64_t> training =
        n.constantInts(n.in(2), "input 'training_mode'");
    std::optional<SmallVector<double>> given =
        n.has(1) ? n.constantFloats(n.in(1)) : SmallVector<double>{0.5};
    if (!training.empty() && training[0] != 0)
      ratio = given && !given->empty() ? (*given)[0] : 0.5;
  }
  if (ratio != 0)
    n.fail("training mode is not supported: it draws random numbers");
  n.result(0, x);
  Type mask = n.opset < 10 ? n.element(x) : n.i1();
  if (n.wants(1))
    n.result(1, n.full(n.shape(x).dims, n.scalar(mask, 1)));
}

llvm::ArrayRef<OpRow> onnximport::activationOps() {
  static const OpRow rows[] = {
      {"Relu", 7, Newest, 1, 1, Signed | Float, importRelu},
      {"LeakyRelu", 7, Newest, 1, 1, Float, importLeakyRelu},
      {"PRelu", 7, Newest, 2, 2, Number, importPRelu},
      {"Elu", 7, Newest, 1, 1, Float, importElu},
      {"Selu", 7, Newest, 1, 1, Float, importSelu},
      {"Celu", 12, Newest, 1, 1, Float, importCelu},
      {"Sigmoid", 7, Newest, 1, 1, Float, importUnary<UnaryKind::Sigmoid>},
      {"HardSigmoid", 7, Newest, 1, 1, Float, importHardSigmoid},
      {"HardSwish", 14, Newest, 1, 1, Float, importHardSwish},
      {"Softplus", 7, Newest, 1, 1, Float, importSoftplus},
      {"Softsign", 7, Newest, 1, 1, Float, importSoftsign},
      {"Gelu", 20, Newest, 1, 1, Float, importGelu},
      {"Mish", 18, Newest, 1, 1, Float, importMish},
      {"Swish", 24, Newest, 1, 1, Float, importSwish},
      {"SwiGLU", 28, Newest, 2, 2, Float, importSwiGLU},
      {"ThresholdedRelu", 10, Newest, 1, 1, Float, importThresholdedRelu},
      {"Shrink", 9, Newest, 1, 1, Number, importShrink},
      {"Clip", 7, Newest, 1, 3, Number, importClip},
      {"Softmax", 7, Newest, 1, 1, Float, importSoftmax},
      {"LogSoftmax", 7, Newest, 1, 1, Float, importLogSoftmax},
      {"Hardmax", 7, Newest, 1, 1, Float, importHardmax},
      {"Dropout", 7, Newest, 1, 3, Float, importDropout, "training mode"},
  };
  return rows;
}

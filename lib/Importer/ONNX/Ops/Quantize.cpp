//===- Quantize.cpp - ONNX quantisation --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Quantization.h"
#include "Registry.h"
#include "Windows.h"

#include "tilewright/Support/Elements.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

Value onnximport::granular(Node &n, Value parameter, Value x, int64_t axis,
                           int64_t blockSize) {
  Shape shape = n.shape(parameter);
  int64_t rank = n.rank(x);
  if (blockSize == 0) {
    if (shape.rank() == 0 || (shape.rank() == 1 && shape[0].isConstant(1)))
      return n.reshape(parameter, {});
    if (shape.rank() == 1) {
      axis = n.axis(axis, rank);
      n.equal(shape[0], n.shape(x)[axis], "the scales and the axis");
      return n.alongAxis(parameter, axis, rank);
    }
    n.fail("expected a scale of rank 0 or 1, but got rank " +
           Twine(shape.rank()));
    return parameter;
  }
  axis = n.axis(axis, rank);
  if (shape.rank() != rank || blockSize < 0) {
    n.fail("expected a positive block size and a scale of rank " + Twine(rank) +
           ", but got rank " + Twine(shape.rank()));
    return parameter;
  }
  for (int64_t i = 0; i < rank; ++i)
    n.equal(shape[i],
            i == axis ? DimExpr::ceilDiv(n.shape(x)[i], blockSize)
                      : n.shape(x)[i],
            "axis " + Twine(i) + " of the scales and of the blocks");
  // [.., S, ..] -> [.., S, 1, ..] -> [.., S, B, ..] -> [.., S * B, ..].
  Dims repeated = shape.dims, merged = shape.dims;
  repeated.insert(repeated.begin() + axis + 1, DimExpr(blockSize));
  merged[size_t(axis)] = shape[axis] * DimExpr(blockSize);
  Value each = n.broadcast(n.unsqueeze(parameter, {axis + 1}), repeated);
  return n.sliceAxis(n.reshape(each, merged), axis, 0, n.shape(x)[axis]);
}

Value onnximport::quantize(Emitter &e, Value x, Value zeroPoint, Type type) {
  Value rounded = e.unary(UnaryKind::Round, wide(e, x));
  if (zeroPoint)
    rounded = e.add(rounded, e.castLike(zeroPoint, rounded));
  std::optional<DType> target = graph::getDType(type);
  if (!target || !isInteger(*target)) {
    e.fail("expected an integer type to quantise to, but got " +
           Emitter::typeName(type));
    return x;
  }
  // The cast saturates too; NaN gives 0 there, as it does here.
  return e.cast(e.clamp(rounded, lowest(*target), highest(*target)), type);
}

Value onnximport::dequantize(Emitter &e, Value x, Value scale,
                             Value zeroPoint) {
  Value number = e.cast(x, e.i32());
  if (zeroPoint)
    number = e.sub(number, e.cast(zeroPoint, e.i32()));
  Value factor = wide(e, scale);
  return e.mul(e.castLike(number, factor), factor);
}

static void importQuantizeLinear(Node &n) {
  n.ignore({"saturate"}); // Only speaks of 8-bit floats.
  Value x = n.in(0), scale = n.in(1);
  int64_t axis = n.opset < 13 ? 1 : n.integer("axis", 1);
  int64_t block = n.integer("block_size", 0);
  Type precision = n.element(scale);
  if (n.integer("precision", 0) != 0)
    precision = n.elementType("precision", precision);
  Type type =
      n.has(2) ? n.element(n.in(2)) : n.state.builder.getIntegerType(8, false);
  if (n.integer("output_dtype", 0) != 0) {
    Type given = n.elementType("output_dtype", type);
    if (n.has(2) && given != type)
      n.fail("attribute 'output_dtype' is not the type of the zero point");
    type = given;
  }
  if (n.failed())
    return;
  // Integers may be more than an f16 holds; their quotient need not be.
  Type wider = precision.isF64() ? n.f64() : n.f32();
  Value divisor = n.cast(granular(n, scale, x, axis, block), wider);
  Value zero = n.has(2) ? granular(n, n.in(2), x, axis, block) : Value();
  Value quotient = n.div(n.cast(x, wider), divisor);
  if (isa<FloatType>(precision))
    quotient = n.cast(quotient, precision);
  n.result(0, quantize(n, quotient, zero, type));
}

static void importDequantizeLinear(Node &n) {
  Value x = n.in(0), scale = n.in(1);
  int64_t axis = n.opset < 13 ? 1 : n.integer("axis", 1);
  int64_t block = n.integer("block_size", 0);
  Type type = n.element(scale);
  if (n.integer("output_dtype", 0) != 0)
    type = n.elementType("output_dtype", type);
  if (!n.isFloat(scale))
    return n.fail("input 'x_scale': expected a floating-point type, but got " +
                  Emitter::typeName(n.element(scale)));
  Value factor = granular(n, scale, x, axis, block);
  Value zero = n.has(2) ? granular(n, n.in(2), x, axis, block) : Value();
  n.result(0, n.cast(dequantize(n, x, factor, zero), type));
}

/// The scale and zero point that bring [min(x, 0), max(x, 0)] to 0 to 255.
static void importDynamicQuantizeLinear(Node &n) {
  Value x = n.in(0);
  SmallVector<int64_t> axes = axesFrom(0, n.rank(x));
  Value zero = n.like(x, 0);
  Value top = n.maximum(n.reduce(ReduceKind::Max, x, axes, false), zero);
  Value bottom = n.minimum(n.reduce(ReduceKind::Min, x, axes, false), zero);
  Value scale = n.div(n.sub(top, bottom), n.like(x, 255));
  // All zeros: any divisor will do.
  Value divisor =
      n.select(n.compare(CompareKind::Eq, scale, zero), n.like(x, 1), scale);
  Type u8 = n.state.builder.getIntegerType(8, false);
  Value point = quantize(n, n.div(n.neg(bottom), divisor), {}, u8);
  n.result(0, quantize(n, n.div(x, divisor), point, u8));
  n.result(1, scale);
  n.result(2, point);
}

/// Products of scales may be scalars or vectors along an axis of the result.
static Value scaleAlong(Node &n, Value scale, int64_t axis, Value result) {
  Shape shape = n.shape(scale);
  int64_t rank = n.rank(result);
  if (shape.rank() == 0 || (shape.rank() == 1 && shape[0].isConstant(1)))
    return n.reshape(scale, {});
  if (shape.rank() != 1 || rank < 2)
    return scale;
  n.equal(shape[0], n.shape(result)[axis], "the scales and the axis");
  return n.alongAxis(scale, axis, rank);
}

/// An i32 accumulator to the quantised result: saturate(round(acc * factor) +
/// z).
static Value requantize(Node &n, Value sum, Value factor, Value zero) {
  Value real = n.mul(n.castLike(sum, factor), factor);
  return quantize(n, real, toScalar(n, zero, "the zero point of the result"),
                  n.element(zero));
}

static void importQLinearMatMul(Node &n) {
  Value a = withoutZeroPoint(n, n.in(0), n.in(2), -2);
  Value b = withoutZeroPoint(n, n.in(3), n.in(5), -1);
  Value sum = numpyMatmul(n, a, b, {});
  int64_t rank = n.rank(sum);
  Value left = wide(n, scaleAlong(n, n.in(1), rank - 2, sum));
  Value right = wide(n, scaleAlong(n, n.in(4), rank - 1, sum));
  Value target = wide(n, toScalar(n, n.in(6), "input 'y_scale'"));
  Value factor = n.div(n.mul(left, right), target);
  n.result(0, requantize(n, sum, factor, n.in(7)));
}

static void importQLinearConv(Node &n) {
  Value x = withoutZeroPoint(n, n.in(0), n.in(2), 1);
  Value w = withoutZeroPoint(n, n.in(3), n.in(5), 0);
  Value bias = n.has(8) ? n.in(8) : Value();
  Value sum = convolution(n, x, w, bias);
  Value source = toScalar(n, n.in(1), "input 'x_scale'");
  Value weights = scaleAlong(n, n.in(4), 1, sum);
  Value target = toScalar(n, n.in(6), "input 'y_scale'");
  Value factor = n.div(n.mul(source, weights), target);
  n.result(0, requantize(n, sum, factor, n.in(7)));
}

llvm::ArrayRef<OpRow> onnximport::quantizeOps() {
  static const OpRow rows[] = {
      {"QuantizeLinear", 10, Newest, 2, 3, Float | bit(DType::I32),
       importQuantizeLinear, "types of less than a byte, 8-bit floats"},
      {"DequantizeLinear", 10, Newest, 2, 3,
       Byte | bit(DType::I16) | bit(DType::U16) | bit(DType::I32),
       importDequantizeLinear, "types of less than a byte, 8-bit floats"},
      {"DynamicQuantizeLinear", 11, Newest, 1, 1, bit(DType::F32),
       importDynamicQuantizeLinear},
      {"QLinearMatMul", 10, Newest, 8, 8, Byte, importQLinearMatMul,
       "8-bit floats"},
      {"QLinearConv", 10, Newest, 8, 9, Byte, importQLinearConv,
       "a filter of dynamic spatial sizes"},
  };
  return rows;
}

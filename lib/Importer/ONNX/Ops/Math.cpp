//===- Math.cpp - ONNX arithmetic --------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"

#include "tilewright/Support/Elements.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

/// Sum, Max, Min of any number of operands.
template <BinaryKind kind> static void importVariadic(Node &n) {
  SmallVector<Value> operands = n.allInputs();
  Value value = operands.front();
  for (Value next : ArrayRef(operands).drop_front())
    value = n.binary(kind, value, next);
  n.result(0, value);
}

static void importMean(Node &n) {
  importVariadic<BinaryKind::Add>(n);
  Value sum = n.getResult(0);
  n.result(0, n.div(sum, n.like(sum, double(n.allInputs().size()))));
}

/// Whether a type is the value's own, or one of floats that holds all that the
/// value is known to have.
static bool holds(Node &n, Type type, Value value) {
  if (n.element(value) == type)
    return true;
  std::optional<SmallVector<double>> given = n.constantFloats(value);
  std::optional<DType> dtype = graph::getDType(type);
  if (!given || !dtype || !isa<FloatType>(type))
    return false;
  Tensor held(*dtype, {});
  return llvm::all_of(*given, [&](double number) {
    setNumber(held, 0, number);
    return getNumber(held, 0) == number;
  });
}

/// base^exponent modulo 2^64, the exponent being an integer of another type.
static Value integerPower(Node &n, Value base, Value exponent) {
  auto in = [&](Type type) {
    return n.binary(BinaryKind::Pow, n.cast(base, type),
                    n.cast(exponent, type));
  };
  bool isUnsigned = n.element(base).isUnsignedInteger();
  Type u64 = n.state.builder.getIntegerType(64, false);
  // An exponent as large as it may be needs u64; below 0 the base's sign counts
  // and all but 1 and -1 give 0.
  if (n.element(exponent).isUnsignedInteger())
    return in(u64);
  if (!isUnsigned || n.element(base).getIntOrFloatBitWidth() < 64)
    return in(n.i64());
  Value isOne = n.cast(n.compare(CompareKind::Eq, base, n.like(base, 1)), u64);
  Value isNegative = n.compare(CompareKind::Lt, exponent, n.like(exponent, 0));
  return n.select(isNegative, isOne, in(u64));
}

/// The exponent may have another type; the result has that of the base.
static void importPow(Node &n) {
  Value base = n.in(0), exponent = n.in(1);
  Value power;
  if (holds(n, n.element(base), exponent))
    power = n.binary(BinaryKind::Pow, base, n.castLike(exponent, base));
  else if (!n.isFloat(base) && !n.isFloat(exponent))
    power = integerPower(n, base, exponent);
  else { // 2^0.5 with an integer base is truncated.
    Value x = n.cast(base, n.f64());
    power = n.binary(BinaryKind::Pow, x, n.cast(exponent, n.f64()));
  }
  n.result(0, n.castLike(power, base));
}

static void importMod(Node &n) {
  bool fmod = n.flag("fmod", false);
  if (n.isFloat(n.in(0)) && !fmod && n.opset < 28)
    n.fail("attribute 'fmod': expected 1 for floats, but got 0");
  n.result(
      0, n.binary(fmod ? BinaryKind::Rem : BinaryKind::Mod, n.in(0), n.in(1)));
}

static void importBitShift(Node &n) {
  bool left = n.text("direction", "", {"LEFT", "RIGHT"}) == "LEFT";
  n.result(
      0, n.binary(left ? BinaryKind::Shl : BinaryKind::Shr, n.in(0), n.in(1)));
}

/// The determinant of the last two axes, by elimination with row exchange,
/// unrolled: the size must be a small constant.
static void importDet(Node &n) {
  Value x = n.in(0);
  if (!n.expectRank(x, 2, 64, "input"))
    return;
  int64_t size = n.shape(x).fixed(-1);
  n.equal(n.shape(x)[-1], n.shape(x)[-2], "the sizes of a square matrix");
  if (size < 0 || size > 16) {
    n.fail("the matrices must have a constant size of at most 16");
    return;
  }
  Dims lead = n.shape(x).dims;
  lead.pop_back_n(2);
  int64_t rank = n.rank(x);
  Value det = n.full(lead, n.like(x, 1));
  for (int64_t left = size; left > 0 && !n.failed(); --left) {
    // Bring the row with the largest first element to the front.
    Value column = n.sliceAxis(x, rank - 1, 0, 1);
    Value first = n.squeeze(n.unary(UnaryKind::Abs, column), {rank - 1});
    Value pivot =
        n.inferred<graph::ArgReduceOp>(ReduceKind::Max, first, rank - 2, false);
    Value rows = n.iota(left, n.i64());
    Value isPivot =
        n.compare(CompareKind::Eq, rows, n.unsqueeze(pivot, {rank - 2}));
    Value isFirst = n.compare(CompareKind::Eq, rows, n.scalarInt(n.i64(), 0));
    Value pivotRow =
        n.reduce(ReduceKind::Sum,
                 n.select(n.unsqueeze(isPivot, {rank - 1}), x, n.like(x, 0)),
                 {rank - 2}, true);
    Value firstRow = n.sliceAxis(x, rank - 2, 0, 1);
    Value swapped = n.select(n.unsqueeze(isPivot, {rank - 1}), firstRow, x);
    swapped = n.select(n.unsqueeze(isFirst, {1}), pivotRow, swapped);
    Value head =
        n.squeeze(n.sliceAxis(pivotRow, rank - 1, 0, 1), {rank - 2, rank - 1});
    Value moved = n.compare(CompareKind::Ne, pivot, n.scalarInt(n.i64(), 0));
    det = n.mul(det, n.select(moved, n.neg(head), head));
    if (left == 1)
      break;
    // Subtract multiples of the pivot's row from the rows below it.
    Value below = n.sliceAxis(swapped, rank - 2, 1, left - 1);
    Value factors = n.sliceAxis(below, rank - 1, 0, 1);
    Value divisor = n.sliceAxis(pivotRow, rank - 1, 0, 1);
    Value isZero = n.compare(CompareKind::Eq, divisor, n.like(x, 0));
    factors = n.div(factors, n.select(isZero, n.like(x, 1), divisor));
    below = n.sub(below, n.mul(factors, pivotRow));
    x = n.sliceAxis(below, rank - 1, 1, left - 1);
  }
  n.result(0, det);
}

llvm::ArrayRef<OpRow> onnximport::mathOps() {
  static const OpRow rows[] = {
      {"Add", 7, Newest, 2, 2, Number, importBinary<BinaryKind::Add>},
      {"Sub", 7, Newest, 2, 2, Number, importBinary<BinaryKind::Sub>},
      {"Mul", 7, Newest, 2, 2, Number, importBinary<BinaryKind::Mul>},
      {"Div", 7, Newest, 2, 2, Number, importBinary<BinaryKind::Div>},
      {"Pow", 7, Newest, 2, 2, Number, importPow},
      {"Mod", 10, Newest, 2, 2, Number, importMod},
      {"Abs", 7, Newest, 1, 1, Number, importUnary<UnaryKind::Abs>},
      {"Neg", 7, Newest, 1, 1, Number, importUnary<UnaryKind::Neg>},
      {"Sign", 9, Newest, 1, 1, Number, importUnary<UnaryKind::Sign>},
      {"Exp", 7, Newest, 1, 1, Float, importUnary<UnaryKind::Exp>},
      {"Log", 7, Newest, 1, 1, Float, importUnary<UnaryKind::Log>},
      {"Sqrt", 7, Newest, 1, 1, Float, importUnary<UnaryKind::Sqrt>},
      {"Reciprocal", 7, Newest, 1, 1, Float,
       importUnary<UnaryKind::Reciprocal>},
      {"Floor", 7, Newest, 1, 1, Float, importUnary<UnaryKind::Floor>},
      {"Ceil", 7, Newest, 1, 1, Float, importUnary<UnaryKind::Ceil>},
      {"Round", 11, Newest, 1, 1, Float, importUnary<UnaryKind::Round>},
      {"Sin", 7, Newest, 1, 1, Float, importUnary<UnaryKind::Sin>},
      {"Cos", 7, Newest, 1, 1, Float, importUnary<UnaryKind::Cos>},
      {"Tan", 7, Newest, 1, 1, Float, importUnary<UnaryKind::Tan>},
      {"Asin", 7, Newest, 1, 1, Float, importUnary<UnaryKind::Asin>},
      {"Acos", 7, Newest, 1, 1, Float, importUnary<UnaryKind::Acos>},
      {"Atan", 7, Newest, 1, 1, Float, importUnary<UnaryKind::Atan>},
      {"Sinh", 9, Newest, 1, 1, Float, importUnary<UnaryKind::Sinh>},
      {"Cosh", 9, Newest, 1, 1, Float, importUnary<UnaryKind::Cosh>},
      {"Asinh", 9, Newest, 1, 1, Float, importUnary<UnaryKind::Asinh>},
      {"Acosh", 9, Newest, 1, 1, Float, importUnary<UnaryKind::Acosh>},
      {"Atanh", 9, Newest, 1, 1, Float, importUnary<UnaryKind::Atanh>},
      {"Tanh", 7, Newest, 1, 1, Float, importUnary<UnaryKind::Tanh>},
      {"Erf", 9, Newest, 1, 1, Float, importUnary<UnaryKind::Erf>, "integers"},
      {"Sum", 8, Newest, 1, Many, Float, importVariadic<BinaryKind::Add>},
      {"Mean", 8, Newest, 1, Many, Float, importMean},
      {"Max", 8, Newest, 1, Many, Number, importVariadic<BinaryKind::Max>},
      {"Min", 8, Newest, 1, Many, Number, importVariadic<BinaryKind::Min>},
      {"BitShift", 11, Newest, 2, 2, Integer, importBitShift},
      {"Det", 11, Newest, 1, 1, Float, importDet,
       "matrices of more than 16 rows or of a dynamic size"},
  };
  return rows;
}

//===- Folders.cpp - ops that are one of their operands -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Local rules only, exact for every value (docs/Semantics.md): x + 0.0 stays,
// because it turns -0.0 into 0.0. A rule applies where the operand's type is
// the result's. Ops on constants are folded by the pass tw-fold-constants, with
// the reference interpreter's arithmetic.
//
//===----------------------------------------------------------------------===//

#include "OpChecks.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

/// True if every element of a constant is `value`.
static bool isSplat(Attribute constant, double value) {
  auto elements = dyn_cast_or_null<DenseElementsAttr>(constant);
  if (!elements || !elements.isSplat())
    return false;
  if (isa<FloatType>(elements.getElementType())) {
    APFloat element = elements.getSplatValue<APFloat>();
    APFloat wanted(value);
    bool loses = false;
    wanted.convert(element.getSemantics(), APFloat::rmNearestTiesToEven,
                   &loses);
    return !loses && element.bitwiseIsEqual(wanted);
  }
  APInt element = elements.getSplatValue<APInt>();
  return element == APInt(element.getBitWidth(), uint64_t(int64_t(value)),
                          /*isSigned=*/true, /*implicitTrunc=*/true);
}

static OpFoldResult ifTyped(Value operand, Value result) {
  return operand.getType() == result.getType() ? OpFoldResult(operand)
                                               : OpFoldResult();
}

OpFoldResult UnaryOp::fold(FoldAdaptor) {
  auto inner = getOperand().getDefiningOp<UnaryOp>();
  if (!inner)
    return {};
  bool isSame = inner.getKind() == getKind();
  switch (getKind()) {
  case UnaryKind::Neg:
  case UnaryKind::Not:
    return isSame ? ifTyped(inner.getOperand(), getResult()) : OpFoldResult();
  case UnaryKind::Abs:
    return isSame ? OpFoldResult(getOperand()) : OpFoldResult();
  case UnaryKind::Floor:
  case UnaryKind::Ceil:
  case UnaryKind::Round: {
    UnaryKind kind = inner.getKind();
    bool isWhole = kind == UnaryKind::Floor || kind == UnaryKind::Ceil ||
                   kind == UnaryKind::Round;
    return isWhole ? OpFoldResult(getOperand()) : OpFoldResult();
  }
  default:
    return {};
  }
}

OpFoldResult BinaryOp::fold(FoldAdaptor adaptor) {
  Attribute rhs = adaptor.getRhs();
  bool isFloat = graph::isFloat(elementOf(getLhs()));
  switch (getKind()) {
  case BinaryKind::Add:
    // -0.0 is the neutral element of floats.
    if (isSplat(rhs, isFloat ? -0.0 : 0.0))
      return ifTyped(getLhs(), getResult());
    return {};
  case BinaryKind::Sub:
  case BinaryKind::Or:
  case BinaryKind::Xor:
  case BinaryKind::Shl:
  case BinaryKind::Shr:
    if (isSplat(rhs, 0.0))
      return ifTyped(getLhs(), getResult());
    return {};
  case BinaryKind::Mul:
  case BinaryKind::Div:
  case BinaryKind::Pow:
    if (isSplat(rhs, 1.0) && !elementOf(getLhs()).isInteger(1))
      return ifTyped(getLhs(), getResult());
    return {};
  case BinaryKind::And:
    if (isSplat(rhs, -1.0))
      return ifTyped(getLhs(), getResult());
    return {};
  case BinaryKind::Max:
  case BinaryKind::Min:
    if (getLhs() == getRhs())
      return ifTyped(getLhs(), getResult());
    return {};
  default:
    return {};
  }
}

OpFoldResult SelectOp::fold(FoldAdaptor adaptor) {
  if (getOnTrue() == getOnFalse())
    return ifTyped(getOnTrue(), getResult());
  if (isSplat(adaptor.getCondition(), 0.0))
    return ifTyped(getOnFalse(), getResult());
  if (auto condition =
          dyn_cast_or_null<DenseElementsAttr>(adaptor.getCondition());
      condition && condition.isSplat() && condition.getSplatValue<bool>())
    return ifTyped(getOnTrue(), getResult());
  return {};
}

/// True if every value of `from` is a value of `to`.
static bool holdsAll(DType to, DType from) {
  if (to == from || from == DType::Bool)
    return true;
  if (to == DType::Bool)
    return false;
  auto digits = [](DType type) -> int64_t { // of the significand
    switch (type) {
    case DType::F16:
      return 11;
    case DType::BF16:
      return 8;
    case DType::F32:
      return 24;
    case DType::F64:
      return 53;
    default:
      return 8 * byteSize(type) - !isUnsigned(type);
    }
  };
  if (isFloat(from))
    return isFloat(to) && byteSize(to) > byteSize(from);
  if (isFloat(to))
    // f16 reaches 65504 only.
    return digits(to) >= digits(from) &&
           (to != DType::F16 || digits(from) <= 8);
  if (isUnsigned(from))
    return digits(to) >= digits(from);
  return !isUnsigned(to) && digits(to) >= digits(from);
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  if (getOperand().getType() == getResult().getType())
    return getOperand();
  // There and back again.
  auto inner = getOperand().getDefiningOp<CastOp>();
  if (inner && holdsAll(*getDType(elementOf(getOperand())),
                        *getDType(elementOf(inner.getOperand()))))
    return ifTyped(inner.getOperand(), getResult());
  return {};
}

/// A constant with the same elements under another static shape.
static Attribute reshaped(Attribute constant, RankedTensorType type) {
  auto elements = dyn_cast_or_null<DenseElementsAttr>(constant);
  if (!elements || !type.hasStaticShape())
    return {};
  return elements.reshape(type);
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getOperand().getType() == getResult().getType())
    return getOperand();
  if (auto inner = getOperand().getDefiningOp<ReshapeOp>())
    return ifTyped(inner.getOperand(), getResult());
  return reshaped(adaptor.getOperand(), cast<RankedTensorType>(getType()));
}

OpFoldResult BroadcastOp::fold(FoldAdaptor) {
  return ifTyped(getOperand(), getResult());
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  if (llvm::equal(getPermutation(),
                  llvm::seq<int64_t>(0, rankOf(getOperand()))))
    return ifTyped(getOperand(), getResult());
  return {};
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (getOperands().size() == 1)
    return ifTyped(getOperands().front(), getResult());
  return {};
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  bool isWhole =
      getDims(getOperand()) == getDims(getResult()) &&
      llvm::all_of(getStarts().exprs(),
                   [](const DimExpr &x) { return x.isConstant(0); }) &&
      llvm::all_of(getSteps(), [](int64_t step) { return step == 1; });
  return isWhole ? ifTyped(getOperand(), getResult()) : OpFoldResult();
}

OpFoldResult PadOp::fold(FoldAdaptor) {
  for (DimsAttr widths : {getLow(), getHigh()})
    for (const DimExpr &width : widths.exprs())
      if (!width.isConstant(0))
        return {};
  return ifTyped(getOperand(), getResult());
}

OpFoldResult ReduceOp::fold(FoldAdaptor) {
  if (getAxes().empty())
    return ifTyped(getOperand(), getResult());
  return {};
}

OpFoldResult ResizeOp::fold(FoldAdaptor) {
  bool isIdentity = getCoordinates() != ResizeCoordinates::TfCropAndResize &&
                    getDims(getOperand()) == getDims(getResult()) &&
                    llvm::all_of(getScales(), [](double s) { return s == 1; });
  return isIdentity ? ifTyped(getOperand(), getResult()) : OpFoldResult();
}

//===- ElementwiseOps.cpp - elementwise ops of tw -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpChecks.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

static bool isIntegerOrBool(Type element) { return isa<IntegerType>(element); }
static bool isInteger(Type element) {
  return isIntegerOrBool(element) && isNumeric(element);
}

LogicalResult UnaryOp::inferReturnTypes(MLIRContext *context,
                                        std::optional<Location> location,
                                        Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  Inference<UnaryOp> infer(context, location, types);
  Type element = elementOf(adaptor.getOperand());
  StringRef kind = stringifyUnaryKind(adaptor.getKind());
  switch (adaptor.getKind()) {
  case UnaryKind::Abs:
  case UnaryKind::Neg:
  case UnaryKind::Sign:
    if (!isNumeric(element))
      return infer.fail(kind, " expected numbers, but got ", show(element));
    break;
  case UnaryKind::Not:
    if (!isIntegerOrBool(element))
      return infer.fail(kind, " expected integers or bools, but got ",
                        show(element));
    break;
  default:
    if (!graph::isFloat(element))
      return infer.fail(kind, " expected floats, but got ", show(element));
  }
  if (adaptor.getKind() == UnaryKind::IsNaN)
    element = IntegerType::get(context, 1);
  return infer.add(getDims(adaptor.getOperand()), element);
}

LogicalResult BinaryOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> location,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  Inference<BinaryOp> infer(context, location, types);
  Type element = elementOf(adaptor.getLhs());
  if (element != elementOf(adaptor.getRhs()))
    return infer.fail("expected operands of one element type, but got ",
                      show(element), " and ",
                      show(elementOf(adaptor.getRhs())));
  StringRef kind = stringifyBinaryKind(adaptor.getKind());
  switch (adaptor.getKind()) {
  case BinaryKind::And:
  case BinaryKind::Or:
  case BinaryKind::Xor:
    if (!isIntegerOrBool(element))
      return infer.fail(kind, " expected integers or bools, but got ",
                        show(element));
    break;
  case BinaryKind::Shl:
  case BinaryKind::Shr:
    if (!::isInteger(element))
      return infer.fail(kind, " expected integers, but got ", show(element));
    break;
  case BinaryKind::Atan2:
    if (!graph::isFloat(element))
      return infer.fail(kind, " expected floats, but got ", show(element));
    break;
  default:
    if (!isNumeric(element))
      return infer.fail(kind, " expected numbers, but got ", show(element));
  }
  return infer.add(
      broadcastShapes({getDims(adaptor.getLhs()), getDims(adaptor.getRhs())}),
      element);
}

LogicalResult CompareOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> location,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  Inference<CompareOp> infer(context, location, types);
  Type element = elementOf(adaptor.getLhs());
  if (element != elementOf(adaptor.getRhs()))
    return infer.fail("expected operands of one element type, but got ",
                      show(element), " and ",
                      show(elementOf(adaptor.getRhs())));
  CompareKind kind = adaptor.getKind();
  if (!isNumeric(element) && kind != CompareKind::Eq && kind != CompareKind::Ne)
    return infer.fail(stringifyCompareKind(kind), " expected numbers, but got ",
                      show(element));
  return infer.add(
      broadcastShapes({getDims(adaptor.getLhs()), getDims(adaptor.getRhs())}),
      IntegerType::get(context, 1));
}

LogicalResult SelectOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> location,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  Inference<SelectOp> infer(context, location, types);
  Type element = elementOf(adaptor.getOnTrue());
  if (element != elementOf(adaptor.getOnFalse()))
    return infer.fail("expected choices of one element type, but got ",
                      show(element), " and ",
                      show(elementOf(adaptor.getOnFalse())));
  return infer.add(broadcastShapes({getDims(adaptor.getCondition()),
                                    getDims(adaptor.getOnTrue()),
                                    getDims(adaptor.getOnFalse())}),
                   element);
}

LogicalResult CastOp::verify() {
  if (!mayBeEqual(getDims(getOperand()), getDims(getResult())))
    return emitOpError() << "expected the operand's shape "
                         << toString(getDims(getOperand())) << ", but got "
                         << toString(getDims(getResult()));
  return success();
}

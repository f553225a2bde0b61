//===- GraphOps.cpp - constants and sizes ---------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include "OpChecks.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

#define GET_OP_CLASSES
#include "tilewright/Dialect/Graph/IR/GraphOps.cpp.inc"

LogicalResult ConstantOp::verify() {
  RankedTensorType type = getType();
  if (!type.hasStaticShape())
    return emitOpError("expected a static shape");
  // The number of elements of a splat need not fit 64 bits.
  uint64_t bytes = uint64_t(byteSize(*getDType(type.getElementType())));
  for (int64_t size : type.getShape())
    bytes = llvm::SaturatingMultiply(bytes, uint64_t(size));
  if (bytes > uint64_t(maxBytes))
    return emitOpError() << "holds " << bytes << " bytes, more than "
                         << maxBytes
                         << ": larger constants are weights or broadcasts";
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

LogicalResult WeightOp::verify() {
  if (!getType().hasStaticShape())
    return emitOpError("expected a static shape");
  if (getKey() < 0)
    return emitOpError() << "expected a key of 0 or more, but got " << getKey();
  return success();
}

LogicalResult FromDimsOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location> location,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  return Inference<FromDimsOp>(context, location, types)
      .add(Dims{int64_t(adaptor.getDims().getTexts().size())},
           IntegerType::get(context, 64));
}

FailureOr<DimExpr> graph::symbolOf(Operation *op, StringRef name) {
  Result<DimExpr> expr = DimExpr::parse(std::string_view(name));
  if (!expr || !expr->symbolName())
    return op->emitOpError()
           << "expected the name of a symbol, but got '" << name << "'";
  return *expr;
}

/// Names of new symbols.
static LogicalResult checkSymbols(Operation *op, ArrayAttr symbols) {
  llvm::DenseSet<Attribute> seen;
  for (Attribute symbol : symbols) {
    StringRef name = cast<StringAttr>(symbol).getValue();
    if (failed(symbolOf(op, name)))
      return failure();
    if (!seen.insert(symbol).second)
      return op->emitOpError() << "binds symbol '" << name << "' twice";
  }
  return success();
}

LogicalResult BindDimsOp::verify() {
  if (rankOf(getValues()) > 1)
    return emitOpError() << "expected values of rank 0 or 1, but got rank "
                         << rankOf(getValues());
  DimExpr count = numElements(getDims(getValues()));
  if (!count.isConstant(int64_t(getSymbols().size())))
    return emitOpError() << "expected one symbol for each of " << count.str()
                         << " values, but got " << getSymbols().size();
  return checkSymbols(*this, getSymbols());
}

LogicalResult CheckDimsOp::verify() {
  Dims lhs = getLhs().exprs(), rhs = getRhs().exprs();
  if (lhs.size() != rhs.size())
    return emitOpError()
           << "expected equally many sizes on both sides, but got "
           << lhs.size() << " and " << rhs.size();
  return success();
}

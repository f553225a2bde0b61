//===- TileDialect.cpp - registration, bounds, neutral elements -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilewright::tile;

#include "tilewright/Dialect/Tile/IR/TileDialect.cpp.inc"
#include "tilewright/Dialect/Tile/IR/TileEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "tilewright/Dialect/Tile/IR/TileAttrs.cpp.inc"

void TileDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "tilewright/Dialect/Tile/IR/TileOps.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tilewright/Dialect/Tile/IR/TileAttrs.cpp.inc"
      >();
}

Operation *TileDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                            Type type, Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}

SmallVector<OpFoldResult>
tilewright::tile::getMixedBounds(ArrayRef<int64_t> staticBounds,
                                 ValueRange values, MLIRContext *context) {
  Builder builder(context);
  SmallVector<OpFoldResult> result;
  unsigned next = 0;
  for (int64_t bound : staticBounds) {
    if (ShapedType::isDynamic(bound))
      result.push_back(values[next++]);
    else
      result.push_back(builder.getIndexAttr(bound));
  }
  return result;
}

SmallVector<OpFoldResult> tilewright::tile::getFullLo(RankedTensorType type) {
  Builder builder(type.getContext());
  return SmallVector<OpFoldResult>(type.getRank(), builder.getIndexAttr(0));
}

SmallVector<OpFoldResult> tilewright::tile::getFullHi(RankedTensorType type) {
  Builder builder(type.getContext());
  SmallVector<OpFoldResult> result;
  for (int64_t size : type.getShape())
    result.push_back(builder.getIndexAttr(size));
  return result;
}

bool tilewright::tile::isFloatKind(CombineKind kind) {
  switch (kind) {
  case CombineKind::AddF:
  case CombineKind::MulF:
  case CombineKind::MaximumF:
  case CombineKind::MinimumF:
    return true;
  default:
    return false;
  }
}

TypedAttr tilewright::tile::getNeutralElement(CombineKind kind, Type type) {
  auto asFloat = [&](double value) -> TypedAttr {
    return FloatAttr::get(type, value);
  };
  auto asInteger = [&](const APInt &value) -> TypedAttr {
    return IntegerAttr::get(type, value);
  };
  unsigned width = type.isIndex() ? IndexType::kInternalStorageBitWidth
                                  : type.getIntOrFloatBitWidth();
  switch (kind) {
  case CombineKind::AddF:
    return asFloat(0.0);
  case CombineKind::MulF:
    return asFloat(1.0);
  case CombineKind::MaximumF:
    return asFloat(-std::numeric_limits<double>::infinity());
  case CombineKind::MinimumF:
    return asFloat(std::numeric_limits<double>::infinity());
  case CombineKind::AddI:
  case CombineKind::MaxUI:
  case CombineKind::OrI:
    return asInteger(APInt::getZero(width));
  case CombineKind::MulI:
    return asInteger(APInt(width, 1));
  case CombineKind::MaxSI:
    return asInteger(APInt::getSignedMinValue(width));
  case CombineKind::MinSI:
    return asInteger(APInt::getSignedMaxValue(width));
  case CombineKind::MinUI:
  case CombineKind::AndI:
    return asInteger(APInt::getAllOnes(width));
  }
  llvm_unreachable("every kind has a neutral element");
}

bool tilewright::tile::isNeutralElement(CombineKind kind, Attribute element) {
  auto typed = dyn_cast_if_present<TypedAttr>(element);
  if (!typed || isFloatKind(kind) != isa<FloatType>(typed.getType()))
    return false;
  TypedAttr neutral = getNeutralElement(kind, typed.getType());
  if (neutral == typed)
    return true;
  auto a = dyn_cast<FloatAttr>(neutral), b = dyn_cast<FloatAttr>(typed);
  return a && b && a.getValue().isZero() && b.getValue().isZero();
}

//===- Dims.cpp - sizes and element types of tw tensors -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/Dims.h"

#include "tilewright/Dialect/Graph/IR/GraphDialect.h"

#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;

namespace tilewright::graph {

bool hasDims(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return false;
  if (auto dims = dyn_cast_or_null<DimsAttr>(tensor.getEncoding()))
    return int64_t(dims.getTexts().size()) ==
           int64_t(tensor.getNumDynamicDims());
  return !tensor.getEncoding() && tensor.hasStaticShape();
}

Dims getDims(RankedTensorType type) {
  Dims named;
  if (auto encoding = dyn_cast_or_null<DimsAttr>(type.getEncoding()))
    named = encoding.exprs();
  Dims dims;
  size_t next = 0;
  for (int64_t size : type.getShape())
    dims.push_back(ShapedType::isDynamic(size) ? named[next++] : DimExpr(size));
  return dims;
}

Dims getDims(Value value) {
  return getDims(cast<RankedTensorType>(value.getType()));
}

DimExpr getDim(Value value, int64_t axis) {
  auto type = cast<RankedTensorType>(value.getType());
  if (!type.isDynamicDim(axis))
    return type.getDimSize(axis);
  return cast<DimsAttr>(type.getEncoding())
      .exprs()[type.getDynamicDimIndex(axis)];
}

int64_t rankOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

Type elementOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

RankedTensorType getTensorType(MLIRContext *context, ArrayRef<DimExpr> dims,
                               Type element) {
  SmallVector<int64_t> shape;
  Dims named;
  for (const DimExpr &dim : dims) {
    shape.push_back(dim.constantValue().value_or(ShapedType::kDynamic));
    if (ShapedType::isDynamic(shape.back()))
      named.push_back(dim);
  }
  Attribute encoding;
  if (!named.empty())
    encoding = getDimsAttr(context, named);
  return RankedTensorType::get(shape, element, encoding);
}

RankedTensorType withElement(RankedTensorType type, Type element) {
  return RankedTensorType::get(type.getShape(), element, type.getEncoding());
}

DimExpr numElements(ArrayRef<DimExpr> dims) {
  DimExpr count = 1;
  for (const DimExpr &dim : dims)
    count = count * dim;
  return count;
}

DimsAttr getDimsAttr(MLIRContext *context, ArrayRef<DimExpr> dims) {
  SmallVector<StringAttr> texts;
  for (const DimExpr &dim : dims)
    texts.push_back(StringAttr::get(context, dim.str()));
  return DimsAttr::get(context, texts);
}

std::optional<DType> getDType(Type element) {
  if (auto integer = dyn_cast<IntegerType>(element)) {
    if (integer.isSigned())
      return std::nullopt;
    bool isUnsigned = integer.isUnsigned();
    switch (integer.getWidth()) {
    case 1:
      return isUnsigned ? std::nullopt : std::optional(DType::Bool);
    case 8:
      return isUnsigned ? DType::U8 : DType::I8;
    case 16:
      return isUnsigned ? DType::U16 : DType::I16;
    case 32:
      return isUnsigned ? DType::U32 : DType::I32;
    case 64:
      return isUnsigned ? DType::U64 : DType::I64;
    default:
      return std::nullopt;
    }
  }
  if (element.isF16())
    return DType::F16;
  if (element.isBF16())
    return DType::BF16;
  if (element.isF32())
    return DType::F32;
  if (element.isF64())
    return DType::F64;
  return std::nullopt;
}

Type getElementType(MLIRContext *context, DType type) {
  switch (type) {
  case DType::F16:
    return Float16Type::get(context);
  case DType::BF16:
    return BFloat16Type::get(context);
  case DType::F32:
    return Float32Type::get(context);
  case DType::F64:
    return Float64Type::get(context);
  case DType::Bool:
    return IntegerType::get(context, 1);
  default:
    return IntegerType::get(context, unsigned(8 * byteSize(type)),
                            isUnsigned(type) ? IntegerType::Unsigned
                                             : IntegerType::Signless);
  }
}

bool mayBeEqual(const DimExpr &a, const DimExpr &b) {
  std::optional<int64_t> x = a.constantValue(), y = b.constantValue();
  return !x || !y || *x == *y;
}

bool mayBeEqual(ArrayRef<DimExpr> a, ArrayRef<DimExpr> b) {
  if (a.size() != b.size())
    return false;
  for (auto [x, y] : llvm::zip(a, b))
    if (!mayBeEqual(x, y))
      return false;
  return true;
}

DimExpr merge(const DimExpr &a, const DimExpr &b) {
  return b.constantValue() ? b : a;
}

bool areCompatible(TypeRange a, TypeRange b) {
  if (a.size() != b.size())
    return false;
  for (auto [x, y] : llvm::zip(a, b)) {
    auto left = dyn_cast<RankedTensorType>(x);
    auto right = dyn_cast<RankedTensorType>(y);
    if (!left || !right || left.getElementType() != right.getElementType() ||
        failed(verifyCompatibleShape(left, right)))
      return false;
  }
  return true;
}

std::string toString(ArrayRef<DimExpr> dims) {
  std::string text = "[";
  for (const DimExpr &dim : dims)
    text += (text.size() > 1 ? ", " : "") + dim.str();
  return text + "]";
}

static Operation *getModule(Operation *op) {
  auto module = dyn_cast<ModuleOp>(op);
  return module ? module : op->getParentOfType<ModuleOp>();
}

SymbolRanges getSymbolRanges(Operation *op) {
  SymbolRanges ranges;
  Operation *module = getModule(op);
  if (!module)
    return ranges;
  auto symbols =
      module->getAttrOfType<DictionaryAttr>(GraphDialect::symbolsName);
  for (NamedAttribute entry :
       symbols ? symbols.getValue() : ArrayRef<NamedAttribute>())
    if (auto range = dyn_cast<RangeAttr>(entry.getValue()))
      ranges[entry.getName().str()] =
          SymbolRange{range.getLo(), range.getHi(), range.getMultiple()};
  return ranges;
}

void setSymbolRanges(ModuleOp module, const SymbolRanges &ranges) {
  MLIRContext *context = module.getContext();
  SmallVector<NamedAttribute> entries;
  for (const auto &[name, range] : ranges)
    entries.emplace_back(
        StringAttr::get(context, name),
        RangeAttr::get(context, range.lo, range.hi, range.multiple));
  module->setAttr(GraphDialect::symbolsName,
                  DictionaryAttr::get(context, entries));
}

} // namespace tilewright::graph

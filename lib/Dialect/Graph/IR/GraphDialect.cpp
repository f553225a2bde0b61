//===- GraphDialect.cpp - the tw dialect and its attributes ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/GraphDialect.h"

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

#include "tilewright/Dialect/Graph/IR/GraphDialect.cpp.inc"
#include "tilewright/Dialect/Graph/IR/GraphEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "tilewright/Dialect/Graph/IR/GraphAttrs.cpp.inc"

void GraphDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "tilewright/Dialect/Graph/IR/GraphOps.cpp.inc"
      >();
}

void GraphDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tilewright/Dialect/Graph/IR/GraphAttrs.cpp.inc"
      >();
}

Operation *GraphDialect::materializeConstant(OpBuilder &builder,
                                             Attribute value, Type type,
                                             Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, loc, elements);
}

//===----------------------------------------------------------------------===//
// #tw.dims
//===----------------------------------------------------------------------===//

DimsAttr DimsAttr::get(MLIRContext *context, ArrayRef<DimExpr> exprs) {
  return getDimsAttr(context, exprs);
}

Dims DimsAttr::exprs() const {
  Dims result;
  for (StringAttr text : getTexts()) {
    // The verifier has parsed it once; an error cannot happen here.
    Result<DimExpr> expr = DimExpr::parse(std::string_view(text.getValue()));
    result.push_back(expr ? *expr : DimExpr(0));
  }
  return result;
}

LogicalResult DimsAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               ArrayRef<StringAttr> texts) {
  for (StringAttr text : texts) {
    Result<DimExpr> expr = DimExpr::parse(std::string_view(text.getValue()));
    if (!expr)
      return emitError() << expr.error().message;
    if (expr->str() != text.getValue())
      return emitError() << "size expression '" << text.getValue()
                         << "' is not canonical, expected '" << expr->str()
                         << "'";
  }
  return success();
}

LogicalResult
DimsAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                         function_ref<InFlightDiagnostic()> emitError) const {
  size_t dynamic = llvm::count(shape, ShapedType::kDynamic);
  if (dynamic != getTexts().size())
    return emitError() << "expected one size expression for each of " << dynamic
                       << " dynamic axes, but got " << getTexts().size();
  for (const DimExpr &expr : exprs())
    if (expr.constantValue())
      return emitError() << "the axis of constant size " << expr.str()
                         << " must be static in the type";
  return success();
}

Attribute DimsAttr::parse(AsmParser &parser, Type) {
  SmallVector<StringAttr> texts;
  MLIRContext *context = parser.getContext();
  SMLoc loc = parser.getCurrentLocation();
  auto parseOne = [&]() -> ParseResult {
    std::string text;
    int64_t constant;
    SMLoc at = parser.getCurrentLocation();
    OptionalParseResult isInteger = parser.parseOptionalInteger(constant);
    if (isInteger.has_value()) {
      if (failed(*isInteger))
        return failure();
      text = std::to_string(constant);
    } else if (failed(parser.parseString(&text))) {
      return failure();
    }
    Result<DimExpr> expr = DimExpr::parse(text);
    if (!expr)
      return parser.emitError(at) << expr.error().message;
    texts.push_back(StringAttr::get(context, expr->str()));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater,
                                     parseOne))
    return {};
  return parser.getChecked<DimsAttr>(loc, context, texts);
}

void DimsAttr::print(AsmPrinter &printer) const {
  printer << "<";
  llvm::interleaveComma(getTexts(), printer, [&](StringAttr text) {
    int64_t constant;
    if (text.getValue().getAsInteger(10, constant))
      printer << text;
    else
      printer << constant;
  });
  printer << ">";
}

//===----------------------------------------------------------------------===//
// #tw.range
//===----------------------------------------------------------------------===//

LogicalResult RangeAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                int64_t lo, int64_t hi, int64_t multiple) {
  if (lo > hi)
    return emitError() << "expected lo <= hi, but got " << lo << " > " << hi;
  if (multiple < 1)
    return emitError() << "expected a multiple of at least 1, but got "
                       << multiple;
  return success();
}

//===----------------------------------------------------------------------===//
// Attributes on other dialects' ops
//===----------------------------------------------------------------------===//

LogicalResult GraphDialect::verifyOperationAttribute(Operation *op,
                                                     NamedAttribute attribute) {
  StringRef name = attribute.getName();
  auto check = [&](bool isRight, StringRef expected) -> LogicalResult {
    if (!isa<ModuleOp>(op))
      return op->emitOpError()
             << "has '" << name << "', which belongs to a module";
    if (!isRight)
      return op->emitOpError()
             << "expected '" << name << "' to be " << expected;
    return success();
  };
  auto isDictionaryOf = [&]<typename T>(T *) {
    auto dictionary = dyn_cast<DictionaryAttr>(attribute.getValue());
    return dictionary && llvm::all_of(dictionary, [](NamedAttribute entry) {
             return isa<T>(entry.getValue());
           });
  };
  if (name == symbolsName)
    return check(isDictionaryOf((RangeAttr *)nullptr),
                 "a dictionary of #tw.range");
  if (name == metadataName)
    return check(isDictionaryOf((StringAttr *)nullptr),
                 "a dictionary of strings");
  if (name == producerName)
    return check(isa<StringAttr>(attribute.getValue()), "a string");
  return op->emitOpError() << "has unknown attribute '" << name << "'";
}

static LogicalResult verifyValueAttribute(Operation *op,
                                          NamedAttribute attribute) {
  if (attribute.getName() == GraphDialect::valueName) {
    if (!isa<StringAttr>(attribute.getValue()))
      return op->emitOpError() << "expected 'tw.name' to be a string";
    return success();
  }
  if (attribute.getName() == GraphDialect::keyName) {
    auto key = dyn_cast<IntegerAttr>(attribute.getValue());
    if (!key || !key.getType().isInteger(64))
      return op->emitOpError() << "expected 'tw.key' to be an i64";
    return success();
  }
  return op->emitOpError() << "has unknown attribute '"
                           << attribute.getName().getValue()
                           << "' on an argument or result";
}

LogicalResult GraphDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                     unsigned,
                                                     NamedAttribute attribute) {
  return verifyValueAttribute(op, attribute);
}

LogicalResult
GraphDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned,
                                          NamedAttribute attribute) {
  return verifyValueAttribute(op, attribute);
}

//===- KernelAbi.cpp - a tiled kernel's arguments and sizes ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelAbi.h"

#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::cpu;

static FailureOr<SmallVector<std::string>>
readStrings(func::FuncOp func, Attribute attribute, StringRef name) {
  auto array = dyn_cast_if_present<ArrayAttr>(attribute);
  if (!array || !llvm::all_of(array, llvm::IsaPred<StringAttr>))
    return func.emitOpError("expected ")
           << name << " to be an array of strings";
  SmallVector<std::string> result;
  for (Attribute element : array)
    result.push_back(cast<StringAttr>(element).str());
  return result;
}

FailureOr<KernelAbi> KernelAbi::read(func::FuncOp func) {
  KernelAbi abi;
  abi.func = func;
  if (func.isExternal() || func.getNumResults() != 0)
    return func.emitOpError("a kernel has a body and no results");
  FailureOr<SmallVector<std::string>> sizes =
      readStrings(func, func->getAttr(tile::kSizesAttr), tile::kSizesAttr);
  if (failed(sizes))
    return failure();
  abi.sizes = *sizes;
  auto blocks = func->getAttrOfType<StringAttr>(tile::kBlocksAttr);
  if (!blocks)
    return func.emitOpError("expected ") << tile::kBlocksAttr << ", a string";
  abi.blocks = blocks.str();

  for (BlockArgument argument : func.getArguments()) {
    unsigned number = argument.getArgNumber();
    if (auto type = dyn_cast<MemRefType>(argument.getType())) {
      if (!abi.sizeArguments.empty())
        return func.emitOpError("buffer argument ")
               << number << " stands behind an index argument";
      if (!type.getLayout().isIdentity())
        return func.emitOpError("buffer argument ")
               << number << " is not row-major";
      FailureOr<SmallVector<std::string>> dims = readStrings(
          func, func.getArgAttr(number, tile::kDimsAttr), tile::kDimsAttr);
      if (failed(dims))
        return failure();
      if (int64_t(dims->size()) != type.getRank())
        return func.emitOpError("buffer argument ")
               << number << " has rank " << type.getRank() << ", but "
               << tile::kDimsAttr << " has " << dims->size() << " sizes";
      abi.buffers.push_back(argument);
      abi.dims.push_back(*dims);
      continue;
    }
    if (!argument.getType().isIndex())
      return func.emitOpError("argument ")
             << number << " is " << argument.getType()
             << ", but a kernel takes memrefs and index values";
    abi.sizeArguments.push_back(argument);
  }
  if (abi.sizeArguments.size() != abi.sizes.size())
    return func.emitOpError("has ")
           << abi.sizeArguments.size() << " index arguments, but "
           << tile::kSizesAttr << " has " << abi.sizes.size();
  return abi;
}

namespace {
/// Emits index arithmetic for canonical DimExpr text (its grammar is in
/// Support/DimExpr.h). A null value is an error.
class SizeEmitter {
public:
  SizeEmitter(ImplicitLocOpBuilder &builder, StringRef text,
              llvm::function_ref<Value(StringRef)> lookUp)
      : b(builder), rest(text), lookUp(lookUp) {}

  Value emit() {
    Value value = sum();
    return rest.trim().empty() ? value : Value();
  }
  /// The symbol that has no value, after a failure.
  std::string missing;

private:
  bool eat(StringRef token) {
    rest = rest.ltrim();
    return rest.consume_front(token);
  }
  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }

  Value sum() {
    Value value = term();
    while (value) {
      if (eat("+")) {
        Value right = term();
        value = right ? b.createOrFold<arith::AddIOp>(value, right) : Value();
      } else if (eat("-")) {
        Value right = term();
        value = right ? b.createOrFold<arith::SubIOp>(value, right) : Value();
      } else {
        break;
      }
    }
    return value;
  }

  Value term() {
    Value value = factor();
    while (value && eat("*")) {
      Value right = factor();
      value = right ? b.createOrFold<arith::MulIOp>(value, right) : Value();
    }
    return value;
  }

  Value factor() {
    rest = rest.ltrim();
    if (eat("-")) {
      Value value = factor();
      return value ? b.createOrFold<arith::SubIOp>(constant(0), value)
                   : Value();
    }
    if (eat("(")) {
      Value value = sum();
      return eat(")") ? value : Value();
    }
    int64_t number;
    if (!rest.empty() && llvm::isDigit(rest.front()))
      return rest.consumeInteger(10, number) ? Value() : constant(number);
    StringRef name = rest.take_while(
        [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; });
    rest = rest.drop_front(name.size());
    if (name != "floordiv" && name != "ceildiv" && name != "mod" &&
        name != "min" && name != "max") {
      Value value = lookUp(name);
      if (!value && missing.empty())
        missing = name.str();
      return value;
    }
    if (!eat("("))
      return {};
    Value left = sum();
    if (!left || !eat(","))
      return {};
    Value right = sum();
    if (!right || !eat(")"))
      return {};
    return call(name, left, right);
  }

  Value call(StringRef name, Value left, Value right) {
    if (name == "min")
      return b.createOrFold<arith::MinSIOp>(left, right);
    if (name == "max")
      return b.createOrFold<arith::MaxSIOp>(left, right);
    // Division by 0 gives 0 in DimExpr: divide by 1 instead and drop the
    // result.
    Value zero = constant(0);
    Value isZero =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, right, zero);
    Value divisor = arith::SelectOp::create(b, isZero, constant(1), right);
    Value result;
    if (name == "floordiv")
      result = arith::FloorDivSIOp::create(b, left, divisor);
    else if (name == "ceildiv")
      result = arith::CeilDivSIOp::create(b, left, divisor);
    else
      result = arith::SubIOp::create(
          b, left,
          arith::MulIOp::create(
              b, arith::FloorDivSIOp::create(b, left, divisor), divisor));
    return arith::SelectOp::create(b, isZero, zero, result);
  }

  ImplicitLocOpBuilder &b;
  StringRef rest;
  llvm::function_ref<Value(StringRef)> lookUp;
};
} // namespace

FailureOr<OpFoldResult> KernelAbi::emitSize(ImplicitLocOpBuilder &builder,
                                            StringRef text,
                                            ValueRange values) const {
  int64_t constant;
  if (!text.getAsInteger(10, constant))
    return OpFoldResult(builder.getIndexAttr(constant));
  auto lookUp = [&](StringRef expression) -> Value {
    for (auto [index, size] : llvm::enumerate(sizes))
      if (size == expression)
        return values[index];
    return {};
  };
  if (Value value = lookUp(text))
    return OpFoldResult(value);
  SizeEmitter emitter(builder, text, lookUp);
  if (Value value = emitter.emit())
    return OpFoldResult(value);
  func::FuncOp kernel = func;
  if (emitter.missing.empty())
    return kernel.emitOpError("cannot read the size '") << text << "'";
  return kernel.emitOpError("the size '")
         << text << "' needs '" << emitter.missing << "', which is not among "
         << tile::kSizesAttr;
}

/// The affine expression over the DimExprs of its operands.
static std::optional<DimExpr>
evaluate(AffineExpr expr, ArrayRef<DimExpr> operands, unsigned numDims) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return DimExpr(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return operands[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return operands[numDims + symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  std::optional<DimExpr> left = evaluate(binary.getLHS(), operands, numDims);
  std::optional<DimExpr> right = evaluate(binary.getRHS(), operands, numDims);
  if (!left || !right)
    return std::nullopt;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return *left + *right;
  case AffineExprKind::Mul:
    return *left * *right;
  case AffineExprKind::Mod:
    return DimExpr::mod(*left, *right);
  case AffineExprKind::FloorDiv:
    return DimExpr::floorDiv(*left, *right);
  case AffineExprKind::CeilDiv:
    return DimExpr::ceilDiv(*left, *right);
  default:
    return std::nullopt;
  }
}

std::optional<DimExpr> KernelAbi::sizeOf(Value value) const {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return DimExpr(*constant);
  auto parse = [](StringRef text) -> std::optional<DimExpr> {
    Result<DimExpr> expr = DimExpr::parse(text.str());
    if (!expr)
      return std::nullopt;
    return *expr;
  };
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    for (auto [index, size] : llvm::enumerate(sizeArguments))
      if (size == argument)
        return parse(sizes[index]);
    return std::nullopt;
  }
  Operation *op = value.getDefiningOp();
  if (auto dim = dyn_cast<memref::DimOp>(op)) {
    std::optional<int64_t> axis = dim.getConstantIndex();
    for (auto [index, buffer] : llvm::enumerate(buffers))
      if (buffer == dim.getSource() && axis)
        return parse(dims[index][*axis]);
    return std::nullopt;
  }
  SmallVector<DimExpr> operands;
  for (Value operand : op->getOperands()) {
    std::optional<DimExpr> expr = sizeOf(operand);
    if (!expr)
      return std::nullopt;
    operands.push_back(*expr);
  }
  if (isa<arith::AddIOp>(op))
    return operands[0] + operands[1];
  if (isa<arith::SubIOp>(op))
    return operands[0] - operands[1];
  if (isa<arith::MulIOp>(op))
    return operands[0] * operands[1];
  if (isa<arith::CeilDivSIOp>(op))
    return DimExpr::ceilDiv(operands[0], operands[1]);
  if (isa<arith::FloorDivSIOp>(op))
    return DimExpr::floorDiv(operands[0], operands[1]);
  if (isa<arith::MinSIOp>(op))
    return DimExpr::min(operands[0], operands[1]);
  if (isa<arith::MaxSIOp>(op))
    return DimExpr::max(operands[0], operands[1]);
  AffineMap map;
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
    map = apply.getMap();
  else if (auto min = dyn_cast<affine::AffineMinOp>(op))
    map = min.getMap();
  else if (auto max = dyn_cast<affine::AffineMaxOp>(op))
    map = max.getMap();
  else
    return std::nullopt;
  std::optional<DimExpr> result;
  for (AffineExpr expr : map.getResults()) {
    std::optional<DimExpr> next = evaluate(expr, operands, map.getNumDims());
    if (!next)
      return std::nullopt;
    if (!result)
      result = next;
    else
      result = isa<affine::AffineMaxOp>(op) ? DimExpr::max(*result, *next)
                                            : DimExpr::min(*result, *next);
  }
  return result;
}

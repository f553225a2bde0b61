//===- KernelAbi.cpp - a tiled kernel's arguments and sizes ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelAbi.h"

#include "tilewright/Dialect/Tile/IR/AffineFold.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"
#include "tilewright/Support/DimExprVisitor.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

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
/// Emits index arithmetic for a DimExpr.
class SizeEmitter : public DimExprVisitor {
public:
  SizeEmitter(ImplicitLocOpBuilder &builder,
              llvm::function_ref<Value(StringRef)> lookUp)
      : b(builder), lookUp(lookUp) {}

  /// Null if the expression or one of its symbols has no value.
  Value emit(const DimExpr &expr) {
    return visit(expr, *this) && missing.empty() ? stack.back() : Value();
  }
  /// The first symbol that has no value, after a failure.
  std::string missing;

private:
  void constant(int64_t value) override { stack.push_back(number(value)); }
  void symbol(const std::string &name) override {
    Value value = lookUp(name);
    if (!value && missing.empty())
      missing = name;
    // Something to go on with.
    stack.push_back(value ? value : number(0));
  }
  void add() override { combine<arith::AddIOp>(); }
  void multiply() override { combine<arith::MulIOp>(); }

  void call(DimFunction function) override {
    if (function == DimFunction::Min)
      return combine<arith::MinSIOp>();
    if (function == DimFunction::Max)
      return combine<arith::MaxSIOp>();
    Value right = stack.pop_back_val(), left = stack.pop_back_val();
    // Division by 0 gives 0 in DimExpr: divide by 1 instead and drop the
    // result.
    Value zero = number(0);
    Value isZero =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, right, zero);
    Value divisor = arith::SelectOp::create(b, isZero, number(1), right);
    Value result;
    if (function == DimFunction::FloorDiv)
      result = arith::FloorDivSIOp::create(b, left, divisor);
    else if (function == DimFunction::CeilDiv)
      result = arith::CeilDivSIOp::create(b, left, divisor);
    else
      result = arith::SubIOp::create(
          b, left,
          arith::MulIOp::create(
              b, arith::FloorDivSIOp::create(b, left, divisor), divisor));
    stack.push_back(arith::SelectOp::create(b, isZero, zero, result));
  }

  template <typename Op> void combine() {
    Value right = stack.pop_back_val(), left = stack.pop_back_val();
    stack.push_back(b.createOrFold<Op>(left, right));
  }
  Value number(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }

  ImplicitLocOpBuilder &b;
  llvm::function_ref<Value(StringRef)> lookUp;
  SmallVector<Value> stack;
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
  func::FuncOp kernel = func;
  Result<DimExpr> expr = DimExpr::parse(std::string_view(text));
  if (!expr)
    return kernel.emitOpError("cannot read the size '")
           << text << "': " << expr.error().message;
  SizeEmitter emitter(builder, lookUp);
  if (Value value = emitter.emit(*expr))
    return OpFoldResult(value);
  if (emitter.missing.empty())
    return kernel.emitOpError("the size '") << text << "' is too large";
  return kernel.emitOpError("the size '")
         << text << "' needs '" << emitter.missing << "', which is not among "
         << tile::kSizesAttr;
}

static DimExpr combine(AffineExprKind kind, const DimExpr &left,
                       const DimExpr &right) {
  switch (kind) {
  case AffineExprKind::Add:
    return left + right;
  case AffineExprKind::Mul:
    return left * right;
  case AffineExprKind::FloorDiv:
    return DimExpr::floorDiv(left, right);
  case AffineExprKind::CeilDiv:
    return DimExpr::ceilDiv(left, right);
  default:
    return DimExpr::mod(left, right);
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
    DimExpr next = tile::foldAffine<DimExpr>(
        expr, map.getNumDims(), [&](unsigned i) { return operands[i]; },
        combine);
    if (!result)
      result = next;
    else
      result = isa<affine::AffineMaxOp>(op) ? DimExpr::max(*result, next)
                                            : DimExpr::min(*result, next);
  }
  return result;
}

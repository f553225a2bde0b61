//===- LoopKernel.cpp - builds a kernel of loops --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopKernel.h"

#include "tilewright/Conversion/Scalar/Scalar.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;
using namespace tilewright::graph::loops;

AxisSplit::AxisSplit(ArrayRef<DimExpr> shape, int64_t axis)
    : outer(1), size(shape[axis]), inner(1) {
  for (int64_t i = 0; i < axis; ++i)
    outer = outer * shape[i];
  for (size_t i = axis + 1; i < shape.size(); ++i)
    inner = inner * shape[i];
}

//===----------------------------------------------------------------------===//
// Function
//===----------------------------------------------------------------------===//

LoopKernel::LoopKernel(Operation *op, StringRef name, OpBuilder &builder)
    : b(op->getLoc(), builder) {
  function =
      func::FuncOp::create(b, name, FunctionType::get(b.getContext(), {}, {}));
  b.setInsertionPointToStart(function.addEntryBlock());
}

Array LoopKernel::addBuffer(Type element, ArrayRef<DimExpr> shape) {
  SmallVector<int64_t> sizes;
  SmallVector<Attribute> texts;
  for (const DimExpr &expr : shape) {
    sizes.push_back(expr.constantValue().value_or(ShapedType::kDynamic));
    texts.push_back(b.getStringAttr(expr.str()));
    if (!expr.constantValue())
      extents.push_back(expr);
  }
  dims.push_back(b.getArrayAttr(texts));
  Type type = MemRefType::get(sizes, storageType(element));
  return {function.front().addArgument(type, b.getLoc()), element};
}

Array LoopKernel::input(Value operand, ArrayRef<DimExpr> shape) {
  ++numInputs;
  return addBuffer(getElementTypeOrSelf(operand.getType()), shape);
}

Array LoopKernel::output(Value result, ArrayRef<DimExpr> shape) {
  return addBuffer(getElementTypeOrSelf(result.getType()), shape);
}

Array LoopKernel::count(StringRef symbol) {
  function->setAttr(tile::kCountAttr, b.getStringAttr(symbol));
  return addBuffer(b.getI64Type(), {DimExpr(1)});
}

Value LoopKernel::size(const DimExpr &expr) {
  if (std::optional<int64_t> constant = expr.constantValue())
    return index(*constant);
  Value &value = sizeValues[expr.str()];
  if (!value) {
    value = function.front().addArgument(b.getIndexType(), b.getLoc());
    sizeExprs.push_back(expr);
  }
  return value;
}

Values LoopKernel::sizes(ArrayRef<DimExpr> exprs) {
  Values result;
  for (const DimExpr &expr : exprs)
    result.push_back(size(expr));
  return result;
}

Values LoopKernel::begin(ArrayRef<DimExpr> extents, int64_t step) {
  SmallVector<DimExpr> all(extents);
  if (all.empty())
    all.push_back(DimExpr(1));
  SmallVector<OpFoldResult> lower, upper, steps;
  for (auto [i, extent] : llvm::enumerate(all)) {
    int64_t stride = i + 1 == all.size() ? step : 1;
    lower.push_back(b.getIndexAttr(0));
    upper.push_back(extent.constantValue()
                        ? OpFoldResult(b.getIndexAttr(*extent.constantValue()))
                        : OpFoldResult(size(extent)));
    steps.push_back(b.getIndexAttr(stride));
    blocks = blocks * DimExpr::ceilDiv(extent, DimExpr(stride));
  }
  auto forall = scf::ForallOp::create(b, lower, upper, steps, ValueRange(),
                                      /*mapping=*/std::nullopt);
  func::ReturnOp::create(b);
  b.setInsertionPoint(forall.getTerminator());
  return Values(forall.getInductionVars());
}

func::FuncOp LoopKernel::finish() {
  // Where a buffer's size is made of symbols that are no sizes, it is one
  // itself.
  for (const DimExpr &extent : extents)
    size(extent);
  Block &entry = function.front();
  function.setFunctionType(
      FunctionType::get(b.getContext(), entry.getArgumentTypes(), {}));
  for (auto [i, texts] : llvm::enumerate(dims))
    function.setArgAttr(i, tile::kDimsAttr, texts);
  SmallVector<StringRef> texts;
  for (const DimExpr &expr : sizeExprs)
    texts.push_back(expr.str());
  function->setAttr(tile::kLoopsAttr, b.getUnitAttr());
  function->setAttr(tile::kSizesAttr, b.getStrArrayAttr(texts));
  function->setAttr(tile::kBlocksAttr, b.getStringAttr(blocks.str()));
  function->setAttr(tile::kInputsAttr, b.getI64IntegerAttr(numInputs));
  return function;
}

Array LoopKernel::scratch(Type element, ArrayRef<DimExpr> shape) {
  SmallVector<int64_t> staticSizes;
  Values dynamic;
  for (const DimExpr &expr : shape) {
    staticSizes.push_back(expr.constantValue().value_or(ShapedType::kDynamic));
    if (!expr.constantValue())
      dynamic.push_back(size(expr));
  }
  auto type = MemRefType::get(staticSizes, storageType(element));
  return {tile::ScratchOp::create(b, type, dynamic), element};
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value LoopKernel::load(const Array &array, ValueRange at) {
  Value stored = memref::LoadOp::create(b, array.memref, at);
  Value value = ScalarEmitter(b, b.getLoc()).load(stored, array.element);
  // A byte other than 0 and 1 counts as true.
  if (array.element.isInteger(1))
    return arith::ExtUIOp::create(b, stored.getType(), value);
  return value;
}

void LoopKernel::store(const Array &array, ValueRange at, Value value) {
  Type stored = storageType(array.element);
  if (value.getType() != stored && isa<FloatType>(stored))
    value = arith::TruncFOp::create(b, stored, value);
  memref::StoreOp::create(b, value, array.memref, at);
}

void LoopKernel::copy(const Array &from, ValueRange fromAt, const Array &to,
                      ValueRange toAt) {
  Value value = memref::LoadOp::create(b, from.memref, fromAt);
  memref::StoreOp::create(b, value, to.memref, toAt);
}

Value LoopKernel::loadIndex(const Array &array, ValueRange at) {
  Value value = memref::LoadOp::create(b, array.memref, at);
  if (array.isUnsigned())
    return arith::IndexCastUIOp::create(b, b.getIndexType(), value);
  return arith::IndexCastOp::create(b, b.getIndexType(), value);
}

void LoopKernel::storeIndex(const Array &array, ValueRange at, Value index) {
  Type stored = storageType(array.element);
  memref::StoreOp::create(b, arith::IndexCastOp::create(b, stored, index),
                          array.memref, at);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

void LoopKernel::loop(Value count, Body body) {
  loop(index(0), count, ValueRange(), [&](Value i, ValueRange) {
    body(i);
    return Values();
  });
}

Values LoopKernel::loop(Value from, Value to, ValueRange start,
                        CarryBody body) {
  auto loop = scf::ForOp::create(b, from, to, index(1), start);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Values next = body(loop.getInductionVar(), loop.getRegionIterArgs());
  // A loop without carried values already has its terminator.
  if (!start.empty())
    scf::YieldOp::create(b, next);
  return Values(loop.getResults());
}

Values
LoopKernel::nest(ValueRange sizes, ValueRange start,
                 llvm::function_ref<Values(ValueRange, ValueRange)> body) {
  Values coordinates;
  std::function<Values(ValueRange)> level = [&](ValueRange carried) -> Values {
    if (coordinates.size() == sizes.size())
      return body(coordinates, carried);
    return loop(index(0), sizes[coordinates.size()], carried,
                [&](Value i, ValueRange inner) {
                  coordinates.push_back(i);
                  Values next = level(inner);
                  coordinates.pop_back();
                  return next;
                });
  };
  return level(start);
}

void LoopKernel::nest(ValueRange sizes,
                      llvm::function_ref<void(ValueRange)> body) {
  nest(sizes, ValueRange(), [&](ValueRange at, ValueRange) {
    body(at);
    return Values();
  });
}

Values LoopKernel::whileLoop(ValueRange start,
                             llvm::function_ref<Value(ValueRange)> condition,
                             llvm::function_ref<Values(ValueRange)> body) {
  auto loop = scf::WhileOp::create(
      b, start.getTypes(), start,
      [&](OpBuilder &builder, Location, ValueRange values) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPoint(builder.getInsertionBlock(),
                            builder.getInsertionPoint());
        Value go = condition(values);
        scf::ConditionOp::create(b, go, values);
      },
      [&](OpBuilder &builder, Location, ValueRange values) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPoint(builder.getInsertionBlock(),
                            builder.getInsertionPoint());
        scf::YieldOp::create(b, body(values));
      });
  return Values(loop.getResults());
}

void LoopKernel::when(Value condition, llvm::function_ref<void()> body) {
  auto branch = scf::IfOp::create(b, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}

Values LoopKernel::choose(Value condition, llvm::function_ref<Values()> yes,
                          llvm::function_ref<Values()> no) {
  auto build = [&](llvm::function_ref<Values()> body) {
    return [&, body](OpBuilder &builder, Location) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPoint(builder.getInsertionBlock(),
                          builder.getInsertionPoint());
      scf::YieldOp::create(b, body());
    };
  };
  return Values(
      scf::IfOp::create(b, condition, build(yes), build(no)).getResults());
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

Value LoopKernel::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}
Value LoopKernel::number(Type type, double value) {
  if (isa<FloatType>(type))
    return arith::ConstantOp::create(b, b.getFloatAttr(type, value));
  return arith::ConstantOp::create(b, b.getIntegerAttr(type, int64_t(value)));
}
Value LoopKernel::truth(bool value) {
  return arith::ConstantOp::create(b, b.getBoolAttr(value));
}

template <typename FloatOp, typename IntOp>
static Value arithmetic(ImplicitLocOpBuilder &b, Value x, Value y) {
  if (isa<FloatType>(x.getType()))
    return FloatOp::create(b, x, y);
  return IntOp::create(b, x, y);
}
Value LoopKernel::add(Value x, Value y) {
  return arithmetic<arith::AddFOp, arith::AddIOp>(b, x, y);
}
Value LoopKernel::sub(Value x, Value y) {
  return arithmetic<arith::SubFOp, arith::SubIOp>(b, x, y);
}
Value LoopKernel::mul(Value x, Value y) {
  return arithmetic<arith::MulFOp, arith::MulIOp>(b, x, y);
}
Value LoopKernel::div(Value x, Value y) {
  return arith::DivFOp::create(b, x, y);
}
Value LoopKernel::less(Value x, Value y) {
  return arith::CmpIOp::create(b, arith::CmpIPredicate::slt, x, y);
}
Value LoopKernel::equal(Value x, Value y) {
  return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, x, y);
}
Value LoopKernel::smaller(Value x, Value y) {
  return arith::MinSIOp::create(b, x, y);
}
Value LoopKernel::larger(Value x, Value y) {
  return arith::MaxSIOp::create(b, x, y);
}
Value LoopKernel::clamp(Value x, Value lo, Value hi) {
  return larger(smaller(x, hi), lo);
}
Value LoopKernel::both(Value x, Value y) {
  return arith::AndIOp::create(b, x, y);
}
Value LoopKernel::either(Value x, Value y) {
  return arith::OrIOp::create(b, x, y);
}
Value LoopKernel::negate(Value x) {
  return arith::XOrIOp::create(b, x, truth(true));
}
Value LoopKernel::select(Value condition, Value x, Value y) {
  return arith::SelectOp::create(b, condition, x, y);
}
Value LoopKernel::inside(Value x, Value size) {
  return both(negate(less(x, index(0))), less(x, size));
}
Value LoopKernel::compareFloats(arith::CmpFPredicate predicate, Value x,
                                Value y) {
  return arith::CmpFOp::create(b, predicate, x, y);
}

Value LoopKernel::lessNaNLast(const Array &array, Value x, Value y) {
  if (!array.isFloat())
    return arith::CmpIOp::create(b,
                                 array.isUnsigned() ? arith::CmpIPredicate::ult
                                                    : arith::CmpIPredicate::slt,
                                 x, y);
  Value below = compareFloats(arith::CmpFPredicate::OLT, x, y);
  Value onlyLast = both(compareFloats(arith::CmpFPredicate::UNO, y, y),
                        compareFloats(arith::CmpFPredicate::ORD, x, x));
  return either(below, onlyLast);
}

Value LoopKernel::combine(ReduceKind kind, const Array &array, Value x,
                          Value y) {
  switch (kind) {
  case ReduceKind::Sum:
  case ReduceKind::Mean:
    return add(x, y);
  case ReduceKind::Prod:
    return mul(x, y);
  case ReduceKind::Max:
    if (array.isFloat())
      return arith::MaximumFOp::create(b, x, y);
    if (array.isUnsigned())
      return arith::MaxUIOp::create(b, x, y);
    return arith::MaxSIOp::create(b, x, y);
  case ReduceKind::Min:
    if (array.isFloat())
      return arith::MinimumFOp::create(b, x, y);
    if (array.isUnsigned())
      return arith::MinUIOp::create(b, x, y);
    return arith::MinSIOp::create(b, x, y);
  case ReduceKind::None:
    return y;
  }
  llvm_unreachable("every kind combines");
}

Value LoopKernel::neutral(ReduceKind kind, const Array &array) {
  bool isBool = array.element.isInteger(1);
  // Bodies hold a bool as a byte, of which the largest is 1.
  if (isBool && kind == ReduceKind::Min)
    return number(storageType(array.element), 1);
  Type type = isBool ? storageType(array.element) : computeType(array.element);
  return arith::ConstantOp::create(
      b, neutralOf(b, kind, type, array.isUnsigned()));
}

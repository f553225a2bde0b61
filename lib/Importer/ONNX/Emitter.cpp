//===- Emitter.cpp - tw ops, one call each: types, constants, sizes -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

#include "tilewright/Dialect/Graph/IR/ConstantTensors.h"
#include "tilewright/Dialect/Graph/IR/SizeRequirements.h"
#include "tilewright/Support/Elements.h"
#include "tilewright/Support/SizeMessage.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

void Emitter::fail(const Twine &reason) {
  if (!failure)
    failure = reason.str();
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

Value Emitter::poison() {
  return graph::ConstantOp::create(
      state.builder, loc,
      graph::toAttribute(state.context, Tensor(DType::F32, {})));
}

/// Runs `body` and gives the text of the errors that it reported.
static std::string captureErrors(MLIRContext *context,
                                 function_ref<void()> body) {
  std::string text;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error) {
      text += (text.empty() ? "" : "; ");
      llvm::raw_string_ostream(text) << diagnostic;
    }
    return success();
  });
  body();
  return text;
}

bool Emitter::inferTypes(OperationState &op, InferFn infer) {
  SmallVector<Type> types;
  bool inferred = false;
  std::string errors =
      captureErrors(state.context, [&] { inferred = succeeded(infer(types)); });
  if (inferred) {
    op.types.assign(types.begin(), types.end());
    return true;
  }
  fail(errors.empty() ? "no result type for " + op.name.getStringRef().str()
                      : errors);
  return false;
}

void Emitter::checkSizes(Operation *op) {
  OpBuilder::InsertionGuard guard(state.builder);
  state.builder.setInsertionPoint(op);
  for (const graph::SizeRequirement &need : graph::sizeRequirements(op))
    if (need.relation == graph::SizeRequirement::Equal)
      equal(need.lhs, need.rhs, need.text);
    else
      atMost(need.lhs, need.rhs, need.text);
}

/// The first size that cannot be one, if any.
static std::optional<DimExpr> negativeSize(TypeRange types) {
  for (Type type : types)
    if (auto tensor = dyn_cast<RankedTensorType>(type))
      for (const DimExpr &size : graph::getDims(tensor))
        if (size.constantValue().value_or(0) < 0)
          return size;
  return std::nullopt;
}

Operation *Emitter::create(OperationState &op) {
  if (std::optional<DimExpr> size = negativeSize(op.types)) {
    fail("a size of " + size->str() + " in the result");
    return nullptr;
  }
  Operation *created = state.builder.create(op);
  // A handler's mistake must not become an invalid module. Regions are
  // verified with the module: here they would be once per level.
  if (created->getNumRegions() > 0)
    return created;
  bool valid = false;
  std::string errors = captureErrors(state.context, [&] {
    valid = succeeded(verify(created, /*verifyRecursively=*/false));
  });
  if (valid) {
    checkSizes(created);
    for (Value result : created->getResults())
      state.noteSizes(result);
    return created;
  }
  fail(errors.empty() ? "an invalid " + op.name.getStringRef().str() : errors);
  created->erase();
  return nullptr;
}

Value Emitter::createFolded(OperationState &op) {
  Operation *created = create(op);
  if (!created)
    return poison();
  SmallVector<Value> results;
  if (succeeded(state.builder.tryFold(created, results)) && !results.empty()) {
    created->erase();
    return results.front();
  }
  return created->getResult(0);
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

Type Emitter::element(Value value) const { return graph::elementOf(value); }

bool Emitter::isFloat(Value value) const {
  return mlir::isa<FloatType>(element(value));
}

bool Emitter::isBool(Value value) const { return element(value).isInteger(1); }

std::string Emitter::typeName(Type element) {
  std::optional<DType> type = graph::getDType(element);
  return type ? std::string(name(*type)) : "an unknown type";
}

int64_t Emitter::axis(int64_t axis, int64_t rank, const Twine &what) {
  if (axis < -rank || axis >= rank) {
    fail(what + " " + Twine(axis) + " is out of range for a tensor of rank " +
         Twine(rank));
    return 0;
  }
  return axis < 0 ? axis + rank : axis;
}

SmallVector<int64_t> Emitter::axes(ArrayRef<int64_t> axes, int64_t rank,
                                   const Twine &what) {
  SmallVector<int64_t> result;
  for (int64_t value : axes)
    result.push_back(axis(value, rank, what));
  llvm::sort(result);
  if (std::adjacent_find(result.begin(), result.end()) != result.end()) {
    fail(what + " names an axis twice");
    result.erase(std::unique(result.begin(), result.end()), result.end());
  }
  return result;
}

bool Emitter::expectRank(Value value, int64_t lo, int64_t hi,
                         const Twine &what) {
  int64_t found = rank(value);
  if (found >= lo && found <= hi)
    return true;
  std::string expected = std::to_string(lo);
  if (hi > lo)
    expected = hi >= 64 ? expected + " or more"
                        : expected + " to " + std::to_string(hi);
  fail(what + ": expected a tensor of rank " + expected + ", but got rank " +
       Twine(found));
  return false;
}

bool Emitter::expectSmall(ArrayRef<int64_t> values, int64_t lo,
                          const Twine &what) {
  constexpr int64_t hi = std::numeric_limits<int32_t>::max();
  for (int64_t value : values)
    if (value < lo || value > hi) {
      fail(what + ": expected " + Twine(lo) + " to " + Twine(hi) +
           ", but got " + Twine(value));
      return false;
    }
  return true;
}

//===----------------------------------------------------------------------===//
// Constants and sizes
//===----------------------------------------------------------------------===//

Value Emitter::scalar(Type element, double value) {
  Tensor tensor(graph::getDType(element).value_or(DType::F32), {});
  setNumber(tensor, 0, value);
  return graph::ConstantOp::create(state.builder, loc,
                                   graph::toAttribute(state.context, tensor));
}

Value Emitter::scalarInt(Type element, int64_t value) {
  Tensor tensor(graph::getDType(element).value_or(DType::I64), {});
  setInteger(tensor, 0, value);
  return graph::ConstantOp::create(state.builder, loc,
                                   graph::toAttribute(state.context, tensor));
}

Value Emitter::ints(ArrayRef<int64_t> values) {
  Tensor tensor = Tensor::of<int64_t>(DType::I64, {int64_t(values.size())},
                                      std::vector<int64_t>(values));
  return state.constant(loc, tensor, "");
}

Value Emitter::fromDim(const DimExpr &size) {
  if (std::optional<int64_t> constant = size.constantValue())
    return scalarInt(i64(), *constant);
  return reshape(fromDims({size}), {});
}

Value Emitter::fromDims(ArrayRef<DimExpr> sizes) {
  return inferred<graph::FromDimsOp>(dimsAttr(sizes));
}

Value Emitter::full(ArrayRef<DimExpr> dims, Value scalar) {
  return broadcast(scalar, dims);
}

Value Emitter::iota(const DimExpr &size, Type element) {
  return shaped<graph::RangeOp>({size}, element, scalarInt(element, 0),
                                scalarInt(element, 1));
}

std::optional<Tensor> Emitter::constantValue(Value value) {
  return state.constantValue(value);
}

std::optional<SmallVector<double>> Emitter::constantFloats(Value value) {
  std::optional<Tensor> tensor = constantValue(value);
  if (!tensor)
    return std::nullopt;
  SmallVector<double> numbers;
  for (int64_t i = 0; i < tensor->size(); ++i)
    numbers.push_back(getNumber(*tensor, i));
  return numbers;
}

SmallVector<int64_t> Emitter::constantInts(Value value, const Twine &what) {
  SmallVector<int64_t> result;
  if (failed())
    return result;
  if (std::optional<Tensor> tensor = constantValue(value)) {
    for (int64_t i = 0; i < tensor->size(); ++i)
      result.push_back(getInteger(*tensor, i));
    return result;
  }
  std::optional<Dims> known = state.knownContents(value);
  if (!known) {
    fail(what + " must be a constant, but is computed at run time");
    return result;
  }
  for (const DimExpr &expr : *known) {
    std::optional<int64_t> constant = expr.constantValue();
    if (!constant)
      fail(what + " must be a constant, but depends on " + expr.str());
    result.push_back(constant.value_or(0));
  }
  return result;
}

Dims Emitter::contents(Value value, const Twine &what) {
  if (failed())
    return {};
  std::string text = what.str();
  // Messages show the symbols: shape.1 is element 1 of "input 'shape'".
  StringRef hint = text;
  if (hint.consume_front("input '"))
    hint.consume_back("'");
  std::optional<Dims> dims = state.contents(loc, value, hint);
  if (dims)
    return *dims;
  fail(what + " has an unknown number of elements, more than 64, or is no " +
       "vector of integers");
  return {};
}

DimExpr Emitter::shortened(const DimExpr &expr, const Twine &what,
                           size_t longest) {
  if (failed() || expr.str().size() <= longest)
    return expr;
  std::optional<Dims> dims =
      state.contents(loc, fromDims({expr}), what.str(), longest);
  return dims ? dims->front() : expr;
}

DimExpr Emitter::equal(const DimExpr &a, const DimExpr &b, const Twine &what) {
  if (a == b)
    return a;
  if (!graph::mayBeEqual(a, b)) {
    fail(what + ": the sizes " + a.str() + " and " + b.str() + " differ");
    return a;
  }
  // The place is the op's location; the message says what must agree.
  state.checkEqual(loc, a, b,
                   (what + ": the sizes {lhs} and {rhs} differ").str());
  return graph::merge(a, b);
}

void Emitter::atMost(const DimExpr &a, const DimExpr &b, const Twine &message) {
  if (failed() || bounds(b - a).lo >= 0)
    return;
  DimExpr larger = DimExpr::max(a, b);
  if (larger.simplify(state.ranges) == b.simplify(state.ranges))
    return;
  if (std::optional<int64_t> x = a.constantValue(), y = b.constantValue();
      x && y) {
    fail(sizeMessage(message.str(), {a.str(), *x}, {b.str(), *y}));
    return;
  }
  // The larger one is not b: it is a.
  state.checkEqual(loc, larger, b, message.str());
}

bool Emitter::expectVector(Value value, const DimExpr &size,
                           const Twine &what) {
  if (failed() || !expectRank(value, 1, 1, what))
    return false;
  equal(shape(value)[0], size, what + " and the axis it goes along");
  return !failed();
}

bool Emitter::expectBroadcastsTo(Value value, ArrayRef<DimExpr> dims,
                                 const Twine &what) {
  Shape operand = shape(value);
  if (failed() || !expectRank(value, 0, int64_t(dims.size()), what))
    return false;
  int64_t lead = int64_t(dims.size()) - operand.rank();
  for (int64_t i = 0; i < operand.rank(); ++i)
    if (!operand[i].isConstant(1) &&
        !countsAsOne(operand[i], dims[size_t(lead + i)]))
      equal(operand[i], dims[size_t(lead + i)],
            "axis " + Twine(i) + " of " + what + " and what it broadcasts to");
  return !failed();
}

bool Emitter::countsAsOne(const DimExpr &size, const DimExpr &other) {
  return size != other && !size.isConstant(1) && bounds(size).hi == 1 &&
         bounds(other).hi > 1;
}

void Emitter::expectOne(const DimExpr &size, int64_t axis) {
  equal(size, 1,
        "axis " + Twine(axis) + " of an operand, which is repeated along it");
}

Value Emitter::asOnes(Value value, ArrayRef<DimExpr> dims) {
  Dims sizes = shape(value).dims;
  for (size_t i = 1; i <= std::min(sizes.size(), dims.size()); ++i) {
    DimExpr &size = sizes[sizes.size() - i];
    if (!countsAsOne(size, dims[dims.size() - i]))
      continue;
    expectOne(size, int64_t(dims.size() - i));
    size = DimExpr(1);
  }
  if (failed() || sizes == shape(value).dims)
    return value;
  return slice(value, Dims(sizes.size(), DimExpr(0)), sizes,
               SmallVector<int64_t>(sizes.size(), 1));
}

void Emitter::broadcastTogether(MutableArrayRef<Value> values) {
  for (Value &value : values)
    for (Value other : values)
      value = asOnes(value, shape(other).dims);
  int64_t resultRank = 0;
  for (Value value : values)
    resultRank = std::max(resultRank, rank(value));
  Dims dims(size_t(resultRank), DimExpr(1));
  for (Value value : values) {
    Shape operand = shape(value);
    int64_t lead = resultRank - operand.rank();
    for (int64_t i = 0; i < operand.rank(); ++i) {
      DimExpr &size = dims[size_t(lead + i)];
      if (size.isConstant(1))
        size = operand[i];
      else if (!operand[i].isConstant(1))
        size = equal(size, operand[i],
                     "axis " + Twine(lead + i) + " of the operands, which " +
                         "broadcasts only where a size is known to be 1");
    }
  }
}

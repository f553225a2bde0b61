//===- EmitterOps.cpp - tw ops, one call each: the ops --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

#include "tilewright/Dialect/Graph/IR/ShapeInference.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

Value Emitter::unary(UnaryKind kind, Value operand) {
  return inferred<graph::UnaryOp>(kind, operand);
}

static void expectSameType(Emitter &e, Value lhs, Value rhs) {
  if (!e.failed() && e.element(lhs) != e.element(rhs))
    e.fail("the operands have different element types, " +
           Emitter::typeName(e.element(lhs)) + " and " +
           Emitter::typeName(e.element(rhs)));
}

Value Emitter::binary(BinaryKind kind, Value lhs, Value rhs) {
  expectSameType(*this, lhs, rhs);
  Value operands[] = {lhs, rhs};
  broadcastTogether(operands);
  return inferred<graph::BinaryOp>(kind, operands[0], operands[1]);
}

Value Emitter::compare(CompareKind kind, Value lhs, Value rhs) {
  expectSameType(*this, lhs, rhs);
  Value operands[] = {lhs, rhs};
  broadcastTogether(operands);
  return inferred<graph::CompareOp>(kind, operands[0], operands[1]);
}

Value Emitter::select(Value condition, Value onTrue, Value onFalse) {
  expectSameType(*this, onTrue, onFalse);
  Value operands[] = {condition, onTrue, onFalse};
  broadcastTogether(operands);
  return inferred<graph::SelectOp>(operands[0], operands[1], operands[2]);
}

Value Emitter::cast(Value operand, Type type) {
  if (failed() || element(operand) == type)
    return operand;
  return shaped<graph::CastOp>(shape(operand).dims, type, operand);
}

Value Emitter::clamp(Value a, double lo, double hi) {
  return minimum(maximum(a, like(a, lo)), like(a, hi));
}

Value Emitter::selectNegative(Value x, Value negative, Value positive) {
  return select(compare(CompareKind::Lt, x, like(x, 0)), negative, positive);
}

//===----------------------------------------------------------------------===//
// Shape and data movement
//===----------------------------------------------------------------------===//

Value Emitter::reshape(Value operand, ArrayRef<DimExpr> dims) {
  if (failed() || ArrayRef<DimExpr>(shape(operand).dims) == dims)
    return operand;
  return shaped<graph::ReshapeOp>(dims, element(operand), operand);
}

Value Emitter::broadcast(Value operand, ArrayRef<DimExpr> dims) {
  if (failed() || ArrayRef<DimExpr>(shape(operand).dims) == dims)
    return operand;
  return shaped<graph::BroadcastOp>(dims, element(operand), operand);
}

Value Emitter::transpose(Value operand, ArrayRef<int64_t> permutation) {
  bool identity = true;
  for (size_t i = 0; i < permutation.size(); ++i)
    identity &= permutation[i] == int64_t(i);
  if (failed() || (identity && int64_t(permutation.size()) == rank(operand)))
    return operand;
  return inferred<graph::TransposeOp>(operand, permutation);
}

Value Emitter::concat(ArrayRef<Value> operands, int64_t axis) {
  if (failed())
    return poison();
  if (operands.size() == 1)
    return operands.front();
  Shape first = shape(operands.front());
  for (Value operand : operands.drop_front()) {
    expectSameType(*this, operands.front(), operand);
    Shape other = shape(operand);
    if (other.rank() != first.rank()) {
      fail("cannot join tensors of ranks " + Twine(first.rank()) + " and " +
           Twine(other.rank()));
      return poison();
    }
    for (int64_t i = 0; i < first.rank(); ++i)
      if (i != axis)
        equal(first[i], other[i], "axis " + Twine(i) + " of joined tensors");
  }
  return inferred<graph::ConcatOp>(ValueRange(operands), axis);
}

Value Emitter::slice(Value operand, ArrayRef<DimExpr> starts,
                     ArrayRef<DimExpr> sizes, ArrayRef<int64_t> steps) {
  if (failed())
    return poison();
  return shaped<graph::SliceOp>(sizes, element(operand), operand,
                                dimsAttr(starts), steps);
}

Value Emitter::sliceAxis(Value operand, int64_t axis, const DimExpr &start,
                         const DimExpr &size, int64_t step) {
  Shape from = shape(operand);
  if (axis < 0)
    axis += from.rank();
  if (failed() || axis < 0 || axis >= from.rank()) {
    fail("a slice of an axis that does not exist");
    return poison();
  }
  Dims starts(size_t(from.rank()), DimExpr(0)), sizes = from.dims;
  SmallVector<int64_t> steps(size_t(from.rank()), 1);
  if (step > 0)
    atMost(start + (size - 1) * DimExpr(step) + 1, from[axis],
           "a slice reaches to {lhs} of axis " + Twine(axis) +
               ", which has {rhs} elements");
  starts[size_t(axis)] = start;
  sizes[size_t(axis)] = size;
  steps[size_t(axis)] = step;
  return slice(operand, starts, sizes, steps);
}

Value Emitter::reverse(Value operand, int64_t axis) {
  DimExpr size = shape(operand)[axis];
  return sliceAxis(operand, axis, size - 1, size, -1);
}

Value Emitter::pad(Value operand, Value value, PadMode mode,
                   ArrayRef<DimExpr> low, ArrayRef<DimExpr> high) {
  if (failed())
    return poison();
  auto isZero = [](const DimExpr &width) { return width.isConstant(0); };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return operand;
  if (mode == PadMode::Constant && !value)
    value = like(operand, 0);
  if (mode != PadMode::Constant)
    value = Value();
  return inferred<graph::PadOp>(operand, value, mode, dimsAttr(low),
                                dimsAttr(high));
}

Value Emitter::gather(Value operand, Value indices, int64_t axis) {
  return inferred<graph::GatherOp>(operand, indices, axis);
}

Value Emitter::unsqueeze(Value operand, ArrayRef<int64_t> axes) {
  if (failed())
    return poison();
  Shape from = shape(operand);
  int64_t resultRank = from.rank() + int64_t(axes.size());
  SmallVector<int64_t> sorted = this->axes(axes, resultRank);
  Dims dims;
  for (int64_t i = 0, next = 0; i < resultRank; ++i)
    dims.push_back(llvm::is_contained(sorted, i) ? DimExpr(1) : from[next++]);
  return reshape(operand, dims);
}

Value Emitter::squeeze(Value operand, ArrayRef<int64_t> axes) {
  if (failed())
    return poison();
  Shape from = shape(operand);
  SmallVector<int64_t> sorted = this->axes(axes, from.rank());
  Dims dims;
  for (int64_t i = 0; i < from.rank(); ++i) {
    if (!llvm::is_contained(sorted, i))
      dims.push_back(from[i]);
    else
      equal(from[i], DimExpr(1), "axis " + Twine(i) + ", which is taken out,");
  }
  return reshape(operand, dims);
}

Value Emitter::alongAxis(Value vector, int64_t axis, int64_t rank) {
  Dims dims(size_t(std::max<int64_t>(rank, 1)), DimExpr(1));
  if (failed() || axis < 0 || axis >= rank || this->rank(vector) != 1) {
    fail("expected a vector along an axis of the tensor");
    return poison();
  }
  dims[size_t(axis)] = shape(vector)[0];
  return reshape(vector, dims);
}

Value Emitter::channelsLast(Value operand) {
  SmallVector<int64_t> permutation{0};
  for (int64_t i = 2; i < rank(operand); ++i)
    permutation.push_back(i);
  permutation.push_back(1);
  return transpose(operand, permutation);
}

Value Emitter::channelsFirst(Value operand) {
  int64_t last = rank(operand) - 1;
  SmallVector<int64_t> permutation{0, last};
  for (int64_t i = 1; i < last; ++i)
    permutation.push_back(i);
  return transpose(operand, permutation);
}

//===----------------------------------------------------------------------===//
// Contractions and reductions
//===----------------------------------------------------------------------===//

Value Emitter::matmul(Value lhs, Value rhs, bool transposeLhs,
                      bool transposeRhs, Type type) {
  if (failed())
    return poison();
  expectSameType(*this, lhs, rhs);
  Shape a = shape(lhs), b = shape(rhs);
  if (a.rank() < 2 || b.rank() < 2) {
    fail("expected matrices, but got ranks " + Twine(a.rank()) + " and " +
         Twine(b.rank()));
    return poison();
  }
  equal(a[transposeLhs ? -2 : -1], b[transposeRhs ? -1 : -2],
        "the inner sizes of the matrix product");
  // The last two axes do not broadcast: 1 is what nothing counts as 1 against.
  auto leading = [](Dims dims) {
    dims.pop_back_n(2);
    dims.append(2, DimExpr(1));
    return dims;
  };
  lhs = asOnes(lhs, leading(b.dims));
  rhs = asOnes(rhs, leading(a.dims));
  Dims left = shape(lhs).dims, right = shape(rhs).dims;
  for (int64_t i = 3; i <= std::min(a.rank(), b.rank()); ++i)
    if (const DimExpr &x = left[left.size() - size_t(i)],
        &y = right[right.size() - size_t(i)];
        !x.isConstant(1) && !y.isConstant(1))
      equal(x, y, "the leading axes of the matrix product");
  Result<Dims> dims =
      graph::matmulShape(left, right, transposeLhs, transposeRhs);
  if (!dims) {
    fail(dims.error().message);
    return poison();
  }
  return shaped<graph::MatmulOp>(*dims, type ? type : element(lhs), lhs, rhs,
                                 transposeLhs, transposeRhs);
}

Value Emitter::reduce(ReduceKind kind, Value operand, ArrayRef<int64_t> axes,
                      bool keepDims) {
  if (failed() || axes.empty())
    return operand;
  Dims kept = shape(operand).dims;
  for (int64_t axis : axes)
    if (axis >= 0 && axis < int64_t(kept.size()))
      kept[size_t(axis)] = DimExpr(1);
  Value reduced = inferred<graph::ReduceOp>(kind, operand, axes);
  return keepDims ? reshape(reduced, kept) : reduced;
}

Value Emitter::softmax(Value operand, int64_t axis, bool log) {
  return inferred<graph::SoftmaxOp>(operand, axis, log);
}

Value Emitter::normalize(Value operand, ArrayRef<int64_t> axes, double epsilon,
                         bool rms) {
  return inferred<graph::NormalizeOp>(
      operand, array(axes), state.builder.getF64FloatAttr(epsilon), unit(rms));
}

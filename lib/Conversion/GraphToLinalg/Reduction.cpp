//===- Reduction.cpp - reductions as generics -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A reduction is a generic whose body is one combining op; whatever is computed
// before or after it is an elementwise generic of its own. f16 and bf16 are
// widened once before a reduction and rounded once after it.
//
//===----------------------------------------------------------------------===//

#include "KernelConverter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;

namespace tilewright::graph {

static BinaryKind combiner(ReduceKind kind) {
  switch (kind) {
  case ReduceKind::Prod:
    return BinaryKind::Mul;
  case ReduceKind::Max:
    return BinaryKind::Max;
  case ReduceKind::Min:
    return BinaryKind::Min;
  default:
    return BinaryKind::Add;
  }
}

Value KernelConverter::reduceOp(ReduceOp op) {
  Location loc = op.getLoc();
  Type element = elementOf(op.getOperand());
  Dims shape = getDims(op.getOperand()), kept = getDims(op.getResult());
  // A bool is reduced as the bit it is, unsigned.
  bool isBool = element.isInteger(1),
       isUnsigned = isBool || element.isUnsignedInteger();
  bool mean = op.getKind() == ReduceKind::Mean;
  Type compute = computeType(element);
  // The sum of a mean of integers takes 64 bits.
  bool widen = mean && isa<IntegerType>(compute);
  if (widen)
    compute = b.getI64Type();
  Type signedness = withSignedness(compute, isUnsigned);
  Value operand = get(op.getOperand());
  if (compute != storageType(element))
    operand =
        elementwise(loc, shape, compute, {operand},
                    [&](OpBuilder &builder, ValueRange args) {
                      ScalarEmitter emit(builder, loc);
                      Value x = emit.load(args[0], element);
                      return widen ? emit.cast(x, element, signedness) : x;
                    });
  TypedAttr neutral = neutralOf(b, op.getKind(), compute, isUnsigned);
  Value reduced =
      reduce(loc, operand, shape, op.getAxes(), neutral,
             [&](OpBuilder &builder, Value x, Value acc) {
               return ScalarEmitter(builder, loc)
                   .binary(combiner(op.getKind()), acc, x, signedness);
             });
  if (!mean && compute == storageType(element))
    return reduced;
  Value count;
  if (mean) {
    DimExpr product = 1;
    for (int64_t axis : op.getAxes())
      product = product * shape[axis];
    count = size(product);
  }
  return elementwise(
      loc, kept, storageType(element), {reduced},
      [&](OpBuilder &builder, ValueRange args) -> Value {
        ScalarEmitter emit(builder, loc);
        Value x = args[0];
        if (mean) {
          Value n = arith::IndexCastOp::create(builder, loc,
                                               builder.getI64Type(), count);
          n = emit.cast(n, builder.getI64Type(),
                        isa<FloatType>(compute) ? compute : signedness);
          x = emit.binary(BinaryKind::Div, x, n, signedness);
        }
        if (widen)
          x = emit.cast(x, signedness, element);
        return emit.store(x, element);
      });
}

/// The largest element first, then the first (or last) index that holds it.
Value KernelConverter::argReduce(ArgReduceOp op) {
  Location loc = op.getLoc();
  Type element = elementOf(op.getOperand());
  Dims shape = getDims(op.getOperand());
  int64_t axis = op.getAxis();
  bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
  Type compute =
      element.isInteger(1) ? storageType(element) : computeType(element);
  Type signedness = withSignedness(compute, isUnsigned);
  Value operand = get(op.getOperand());
  if (compute != storageType(element))
    operand =
        elementwise(loc, shape, compute, {operand},
                    [&](OpBuilder &builder, ValueRange args) {
                      return ScalarEmitter(builder, loc).load(args[0], element);
                    });
  Value best = reduce(loc, operand, shape, {axis},
                      neutralOf(b, op.getKind(), compute, isUnsigned),
                      [&](OpBuilder &builder, Value x, Value acc) {
                        return ScalarEmitter(builder, loc)
                            .binary(combiner(op.getKind()), acc, x, signedness);
                      });
  Type i64 = b.getI64Type();
  int64_t none = op.getLast() ? -1 : std::numeric_limits<int64_t>::max();
  Value positions = parallel(
      loc, shape, i64,
      {{operand, b.getMultiDimIdentityMap(shape.size())},
       {best, withoutAxes(shape.size(), {axis})}},
      [&](OpBuilder &builder, ValueRange args) -> Value {
        ScalarEmitter emit(builder, loc);
        Value hit = emit.compare(CompareKind::Eq, args[0], args[1], signedness);
        if (isa<FloatType>(compute)) {
          // The best is NaN exactly if an element is: then NaN is what counts.
          Value nan = arith::CmpFOp::create(
              builder, loc, arith::CmpFPredicate::UNO, args[0], args[0]);
          hit = arith::OrIOp::create(builder, loc, hit, nan);
        }
        Value i = arith::IndexCastOp::create(
            builder, loc, i64, linalg::IndexOp::create(builder, loc, axis));
        return arith::SelectOp::create(builder, loc, hit, i,
                                       emit.integer(i64, none));
      });
  Value found = reduce(loc, positions, shape, {axis}, b.getI64IntegerAttr(none),
                       [&](OpBuilder &builder, Value x, Value acc) -> Value {
                         if (op.getLast())
                           return arith::MaxSIOp::create(builder, loc, acc, x);
                         return arith::MinSIOp::create(builder, loc, acc, x);
                       });
  return found;
}

Value KernelConverter::softmax(SoftmaxOp op) {
  Location loc = op.getLoc();
  Type element = elementOf(op.getOperand()), compute = computeType(element);
  Dims shape = getDims(op.getOperand());
  int64_t axis = op.getAxis();
  AffineMap identity = b.getMultiDimIdentityMap(shape.size()),
            row = withoutAxes(shape.size(), {axis});
  Value x =
      elementwise(loc, shape, compute, {get(op.getOperand())},
                  [&](OpBuilder &builder, ValueRange args) {
                    return ScalarEmitter(builder, loc).load(args[0], element);
                  });
  Value max = reduce(
      loc, x, shape, {axis}, neutralOf(b, ReduceKind::Max, compute, false),
      [&](OpBuilder &builder, Value value, Value acc) -> Value {
        return arith::MaximumFOp::create(builder, loc, acc, value);
      });
  Value shifted =
      parallel(loc, shape, compute, {{x, identity}, {max, row}},
               [&](OpBuilder &builder, ValueRange args) -> Value {
                 return arith::SubFOp::create(builder, loc, args[0], args[1]);
               });
  Value e = elementwise(loc, shape, compute, {shifted},
                        [&](OpBuilder &builder, ValueRange args) -> Value {
                          return math::ExpOp::create(builder, loc, args[0]);
                        });
  Value sum = reduce(loc, e, shape, {axis},
                     neutralOf(b, ReduceKind::Sum, compute, false),
                     [&](OpBuilder &builder, Value value, Value acc) -> Value {
                       return arith::AddFOp::create(builder, loc, acc, value);
                     });
  bool log = op.getLog();
  Dims rows;
  for (size_t i = 0; i < shape.size(); ++i)
    if (int64_t(i) != axis)
      rows.push_back(shape[i]);
  Value scale = elementwise(loc, rows, compute, {sum},
                            [&](OpBuilder &builder, ValueRange args) -> Value {
                              ScalarEmitter emit(builder, loc);
                              return emit.unary(log ? UnaryKind::Log
                                                    : UnaryKind::Reciprocal,
                                                args[0], compute);
                            });
  return parallel(loc, shape, storageType(element),
                  {{log ? shifted : e, identity}, {scale, row}},
                  [&](OpBuilder &builder, ValueRange args) {
                    ScalarEmitter emit(builder, loc);
                    return emit.store(
                        emit.binary(log ? BinaryKind::Sub : BinaryKind::Mul,
                                    args[0], args[1], compute),
                        element);
                  });
}

Value KernelConverter::normalize(NormalizeOp op) {
  Location loc = op.getLoc();
  Type element = elementOf(op.getOperand()), compute = computeType(element);
  Dims shape = getDims(op.getOperand()), rows;
  DimExpr product = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (llvm::is_contained(op.getAxes(), int64_t(i)))
      product = product * shape[i];
    else
      rows.push_back(shape[i]);
  }
  Value count = size(product);
  AffineMap identity = b.getMultiDimIdentityMap(shape.size()),
            row = withoutAxes(shape.size(), op.getAxes());
  Value x =
      elementwise(loc, shape, compute, {get(op.getOperand())},
                  [&](OpBuilder &builder, ValueRange args) {
                    return ScalarEmitter(builder, loc).load(args[0], element);
                  });
  auto sum = [&](Value value) {
    return reduce(loc, value, shape, op.getAxes(),
                  neutralOf(b, ReduceKind::Sum, compute, false),
                  [&](OpBuilder &builder, Value v, Value acc) -> Value {
                    return arith::AddFOp::create(builder, loc, acc, v);
                  });
  };
  auto mean = [&](Value value, bool invert) {
    return elementwise(
        loc, rows, compute, {sum(value)},
        [&](OpBuilder &builder, ValueRange args) -> Value {
          ScalarEmitter emit(builder, loc);
          Value n = arith::IndexCastOp::create(builder, loc,
                                               builder.getI64Type(), count);
          Value m = arith::DivFOp::create(
              builder, loc, args[0],
              emit.cast(n, builder.getI64Type(), compute));
          if (!invert)
            return m;
          Value variance = arith::AddFOp::create(
              builder, loc, m,
              emit.constant(compute, op.getEpsilon().convertToDouble()));
          return emit.unary(UnaryKind::Rsqrt, variance, compute);
        });
  };
  if (!op.getRms()) {
    Value center = mean(x, /*invert=*/false);
    x = parallel(loc, shape, compute, {{x, identity}, {center, row}},
                 [&](OpBuilder &builder, ValueRange args) -> Value {
                   return arith::SubFOp::create(builder, loc, args[0], args[1]);
                 });
  }
  Value squares = elementwise(
      loc, shape, compute, {x},
      [&](OpBuilder &builder, ValueRange args) -> Value {
        return arith::MulFOp::create(builder, loc, args[0], args[0]);
      });
  Value scale = mean(squares, /*invert=*/true);
  return parallel(
      loc, shape, storageType(element), {{x, identity}, {scale, row}},
      [&](OpBuilder &builder, ValueRange args) {
        ScalarEmitter emit(builder, loc);
        return emit.store(arith::MulFOp::create(builder, loc, args[0], args[1]),
                          element);
      });
}

LogicalResult KernelConverter::convertReduction(Operation *op) {
  map(op->getResult(0),
      TypeSwitch<Operation *, Value>(op)
          .Case([&](ReduceOp reduce) { return reduceOp(reduce); })
          .Case([&](ArgReduceOp reduce) { return argReduce(reduce); })
          .Case([&](SoftmaxOp op) { return softmax(op); })
          .Case([&](NormalizeOp op) { return normalize(op); }));
  return success();
}

} // namespace tilewright::graph

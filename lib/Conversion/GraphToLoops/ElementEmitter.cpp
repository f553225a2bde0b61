//===- ElementEmitter.cpp - any kernel, one element at a time -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementEmitter.h"

#include "tilewright/Conversion/GraphToLoops/GraphToLoops.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;
using namespace tilewright::graph::loops;

//===----------------------------------------------------------------------===//
// Scopes
//===----------------------------------------------------------------------===//

void ElementEmitter::inScope(Block *block, llvm::function_ref<void()> body) {
  Scope &outer = scopes.back();
  Operation *before = outer.next;
  size_t depth = scopes.size();
  outer.next = block->getParentOp();
  scopes.push_back({block});
  body();
  scopes.truncate(depth);
  scopes.back().next = before;
}

unsigned ElementEmitter::depthOf(Value value) const {
  Block *block = value.getParentBlock();
  for (unsigned i = scopes.size(); i-- > 0;)
    if (scopes[i].block == block)
      return i;
  return 0;
}

bool ElementEmitter::isVisible(Value value) const {
  Block *block = value.getParentBlock();
  return isa<func::FuncOp>(block->getParentOp()) ||
         llvm::any_of(scopes,
                      [&](const Scope &scope) { return scope.block == block; });
}

Values ElementEmitter::nest(
    ValueRange sizes, ValueRange start,
    llvm::function_ref<Values(const Values &, ValueRange)> body) {
  Values point;
  std::function<Values(ValueRange)> level = [&](ValueRange carried) -> Values {
    if (point.size() == sizes.size())
      return body(point, carried);
    return k.loop(k.index(0), sizes[point.size()], carried,
                  [&](Value i, ValueRange inner) {
                    Values next;
                    inScope(i.getParentBlock(), [&] {
                      point.push_back(i);
                      next = level(inner);
                      point.pop_back();
                    });
                    return next;
                  });
  };
  return level(start);
}

Value ElementEmitter::choose(Value condition, Type type,
                             llvm::function_ref<Value()> yes,
                             llvm::function_ref<Value()> no) {
  // The op is there before its branches: what they hoist stands before it.
  auto branch = scf::IfOp::create(k.b, type, condition, /*addThenBlock=*/true,
                                  /*addElseBlock=*/true);
  OpBuilder::InsertionGuard guard(k.b);
  for (auto [block, body] : {std::pair(branch.thenBlock(), yes),
                             std::pair(branch.elseBlock(), no)}) {
    k.b.setInsertionPointToStart(block);
    Value value;
    inScope(block, [&, body = body] { value = body(); });
    scf::YieldOp::create(k.b, value);
  }
  return branch.getResult(0);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Value ElementEmitter::constant(int64_t value) {
  Value &known = constants[value];
  if (!known) {
    OpBuilder::InsertionGuard guard(k.b);
    Block *forall = scopes.front().block;
    k.b.setInsertionPointToStart(forall->getParentOp()->getBlock());
    known = k.index(value);
  }
  return known;
}

Value ElementEmitter::zeroOf(Type type) {
  return arith::ConstantOp::create(k.b, k.b.getZeroAttr(type));
}

Value ElementEmitter::offset(Value x, const DimExpr &expr, bool subtract) {
  if (expr.isConstant(0))
    return x;
  return subtract ? k.sub(x, k.size(expr)) : k.add(x, k.size(expr));
}

Value ElementEmitter::outer(Value value) {
  if (Value scalar = scalars.lookup(value))
    return scalar;
  Operation *op = value.getDefiningOp();
  if (op && op->hasTrait<OpTrait::ConstantLike>())
    return k.b.clone(*op)->getResult(0);
  emitError(value.getLoc(), "a body uses a value that no scalar stands for");
  failed = true;
  return zeroOf(value.getType());
}

Value ElementEmitter::element(Value tensor, Values at) {
  for (const Emitted &known : memo[tensor])
    if (known.at == at && isVisible(known.element))
      return known.element;
  unsigned needed = 0;
  for (Value coordinate : at)
    needed = std::max(needed, depthOf(coordinate));
  OpBuilder::InsertionGuard guard(k.b);
  Location loc = k.b.getLoc();
  if (Operation *op = tensor.getDefiningOp())
    k.b.setLoc(op->getLoc());
  SmallVector<Scope> inner(scopes.begin() + needed + 1, scopes.end());
  scopes.truncate(needed + 1);
  if (scopes.back().next)
    k.b.setInsertionPoint(scopes.back().next);
  Value result = emitElement(tensor, at);
  scopes.append(inner.begin(), inner.end());
  k.b.setLoc(loc);
  memo[tensor].push_back({at, result});
  return result;
}

Value ElementEmitter::emitElement(Value tensor, const Values &at) {
  if (auto found = buffers.find(tensor); found != buffers.end())
    return memref::LoadOp::create(k.b, found->second.memref, at);
  return TypeSwitch<Operation *, Value>(tensor.getDefiningOp())
      .Case([&](linalg::GenericOp op) {
        return generic(op, cast<OpResult>(tensor).getResultNumber(), at);
      })
      .Case([&](linalg::FillOp op) { return outer(op.getInputs()[0]); })
      .Case([&](tensor::EmptyOp op) {
        return zeroOf(op.getType().getElementType());
      })
      .Case([&](SliceOp op) { return slice(op, at); })
      .Case([&](ConcatOp op) { return concat(op, at); })
      .Case([&](PadOp op) { return pad(op, at); })
      .Case([&](MatmulOp op) { return matmul(op, at); })
      .Case([&](ConvOp op) { return conv(op, at); })
      .Case([&](ConvTransposeOp op) { return convTranspose(op, at); })
      .Case([&](PoolOp op) { return pool(op, at); })
      .Default([&](Operation *op) {
        op->emitOpError("has no form of loops on scalars");
        failed = true;
        return zeroOf(getElementTypeOrSelf(tensor.getType()));
      });
}

//===----------------------------------------------------------------------===//
// linalg.generic
//===----------------------------------------------------------------------===//

Value ElementEmitter::generic(linalg::GenericOp op, unsigned result,
                              const Values &at) {
  // The point of the iteration: the coordinates of the result, then loops.
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(result));
  auto iterators = op.getIteratorTypesArray();
  Values point(iterators.size());
  for (auto [expr, coordinate] : llvm::zip(map.getResults(), at))
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      point[dim.getPosition()] = coordinate;
  SmallVector<DimExpr> extents(iterators.size(), DimExpr(1));
  for (OpOperand &operand : op->getOpOperands())
    if (isa<RankedTensorType>(operand.get().getType()))
      for (auto [expr, extent] :
           llvm::zip(op.getMatchingIndexingMap(&operand).getResults(),
                     dims(operand.get())))
        if (auto dim = dyn_cast<AffineDimExpr>(expr))
          extents[dim.getPosition()] = extent;
  SmallVector<unsigned> reduced;
  Values sizes;
  for (auto [i, iterator] : llvm::enumerate(iterators)) {
    if (iterator == utils::IteratorType::reduction) {
      reduced.push_back(i);
      sizes.push_back(k.size(extents[i]));
    } else if (!point[i]) {
      op.emitOpError("has a parallel loop that result ")
          << result << " does not name";
      failed = true;
      return zeroOf(getElementTypeOrSelf(op.getResult(result).getType()));
    }
  }

  Values start;
  for (OpOperand &init : op.getDpsInitsMutable())
    start.push_back(element(init.get(), at));
  Values values =
      nest(sizes, start, [&](const Values &here, ValueRange carried) {
        for (auto [axis, i] : llvm::zip(reduced, here))
          point[axis] = i;
        return body(op, point, carried);
      });
  return values[result];
}

Values ElementEmitter::body(linalg::GenericOp op, const Values &point,
                            ValueRange carried) {
  IRMapping mapping;
  Block &block = op.getRegion().front();
  for (OpOperand *input : op.getDpsInputOperands()) {
    BlockArgument argument = block.getArgument(input->getOperandNumber());
    if (!isa<RankedTensorType>(input->get().getType())) {
      mapping.map(argument, outer(input->get()));
      continue;
    }
    Values at;
    for (AffineExpr expr : op.getMatchingIndexingMap(input).getResults()) {
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        at.push_back(point[dim.getPosition()]);
      else if (auto number = dyn_cast<AffineConstantExpr>(expr))
        at.push_back(constant(number.getValue()));
      else
        at.push_back(
            affine::expandAffineExpr(k.b, k.b.getLoc(), expr, point, {}));
    }
    mapping.map(argument, element(input->get(), at));
  }
  for (auto [argument, value] :
       llvm::zip(block.getArguments().take_back(carried.size()), carried))
    mapping.map(argument, value);

  auto mapped = [&](Value value) {
    if (!mapping.contains(value))
      mapping.map(value, outer(value));
    return mapping.lookup(value);
  };
  for (Operation &inner : block.without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      mapping.map(index.getResult(), point[index.getDim()]);
      continue;
    }
    Values operands;
    auto read = dyn_cast<tensor::ExtractOp>(inner);
    for (Value operand :
         read ? ValueRange(read.getIndices()) : ValueRange(inner.getOperands()))
      operands.push_back(mapped(operand));
    if (read) {
      mapping.map(read.getResult(), extract(read.getTensor(), operands));
      continue;
    }
    mapping.map(inner.getResults(), k.b.clone(inner, mapping)->getResults());
  }
  Values results;
  for (Value value : block.getTerminator()->getOperands())
    results.push_back(mapped(value));
  return results;
}

/// Computed addresses are inside of what they read, unless that is empty: then
/// nothing is read, and the element is 0.
Value ElementEmitter::extract(Value tensor, const Values &at) {
  Value filled;
  for (const DimExpr &extent : dims(tensor)) {
    if (extent.bounds({}).lo > 0)
      continue;
    Value here = k.less(k.index(0), k.size(extent));
    filled = filled ? k.both(filled, here) : here;
  }
  if (!filled)
    return element(tensor, at);
  Value zero = zeroOf(getElementTypeOrSelf(tensor.getType()));
  auto read = [&] {
    // Coordinates of this scope, so that the element is not read before it.
    Values here;
    for (Value coordinate : at)
      here.push_back(k.larger(coordinate, k.index(0)));
    return element(tensor, here);
  };
  return choose(filled, zero.getType(), read, [&] { return zero; });
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

Value ElementEmitter::slice(SliceOp op, const Values &at) {
  Values from;
  for (auto [i, start] : llvm::enumerate(op.getStarts().exprs())) {
    int64_t step = op.getSteps()[i];
    Value scaled = step == 1 ? at[i] : k.mul(at[i], constant(step));
    from.push_back(offset(scaled, start));
  }
  return element(op.getOperand(), from);
}

Value ElementEmitter::concat(ConcatOp op, const Values &at) {
  int64_t axis = op.getAxis();
  // An operand ends where the next one starts.
  DimExpr end = 0;
  SmallVector<DimExpr> ends;
  for (Value operand : op.getOperands())
    ends.push_back(end = end + dims(operand)[axis]);
  Value zero = zeroOf(getElementTypeOrSelf(op.getType()));
  std::function<Value(size_t)> from = [&](size_t i) -> Value {
    if (i == op.getNumOperands())
      return zero;
    auto read = [&] {
      Values there(at);
      there[axis] = k.sub(at[axis], k.size(i ? ends[i - 1] : DimExpr(0)));
      return element(op.getOperand(i), there);
    };
    return choose(k.less(at[axis], k.size(ends[i])), zero.getType(), read,
                  [&] { return from(i + 1); });
  };
  return from(0);
}

Value ElementEmitter::pad(PadOp op, const Values &at) {
  Dims from = dims(op.getOperand());
  SmallVector<DimExpr> low = llvm::to_vector(op.getLow().exprs());
  SmallVector<DimExpr> high = llvm::to_vector(op.getHigh().exprs());
  auto isPadded = [&](size_t axis) {
    return !low[axis].isConstant(0) || !high[axis].isConstant(0);
  };
  auto position = [&](size_t axis) {
    return k.sub(at[axis], k.size(low[axis]));
  };
  Value inside = k.truth(true);
  for (size_t axis = 0; axis < at.size(); ++axis)
    if (isPadded(axis))
      inside = k.both(inside, k.inside(position(axis), k.size(from[axis])));
  Value value = op.getValue() ? element(op.getValue(), {})
                              : zeroOf(getElementTypeOrSelf(op.getType()));
  auto read = [&] {
    Values there(at);
    for (size_t axis = 0; axis < at.size(); ++axis)
      if (isPadded(axis))
        there[axis] = position(axis);
    return element(op.getOperand(), there);
  };
  return choose(inside, value.getType(), read, [&] { return value; });
}

//===----------------------------------------------------------------------===//
// The kernel
//===----------------------------------------------------------------------===//

FailureOr<func::FuncOp> ElementEmitter::emit() {
  Block &from = source.front();
  auto results = from.getTerminator()->getOperands();
  for (BlockArgument argument : from.getArguments())
    if (isa<RankedTensorType>(argument.getType()))
      buffers[argument] = k.input(argument, dims(argument));
  SmallVector<Array> outputs;
  for (Value result : results)
    outputs.push_back(k.output(result, dims(result)));
  auto text = source->getAttrOfType<ArrayAttr>(tile::kSizesAttr).begin();
  for (BlockArgument argument : from.getArguments())
    if (argument.getType().isIndex())
      scalars[argument] =
          k.size(DimExpr::parse(cast<StringAttr>(*text++).getValue()).take());

  // Blocks are rows of the last axis, so that what a row shares is emitted
  // before the loop over it. (No empty loop: a block always stores.)
  Dims root = dims(results[0]);
  ArrayRef<DimExpr> rows(root);
  bool hasRows = root.size() > 1 && !root.back().isConstant(0);
  Values at = k.begin(hasRows ? rows.drop_back() : rows);
  at.truncate(hasRows ? root.size() - 1 : root.size());
  scopes.push_back({k.b.getInsertionBlock()});
  Values serial;
  if (hasRows)
    serial.push_back(k.size(root.back()));
  nest(serial, {}, [&](const Values &column, ValueRange) {
    Values here(at);
    here.append(column);
    for (auto [result, output] : llvm::zip(results, outputs)) {
      Value value = element(result, here);
      memref::StoreOp::create(k.b, value, output.memref, here);
    }
    return Values();
  });
  func::FuncOp function = k.finish();
  if (failed) {
    function.erase();
    return failure();
  }
  return function;
}

FailureOr<func::FuncOp> tilewright::emitScalarLoops(func::FuncOp kernel) {
  OpBuilder builder(kernel);
  LoopKernel k(kernel, kernel.getSymName(), builder);
  FailureOr<func::FuncOp> function = ElementEmitter(kernel, k).emit();
  if (succeeded(function))
    kernel.erase();
  return function;
}

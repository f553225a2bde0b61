//===- TileValues.cpp - indices and 1-D vectors ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileEmitter.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::cpu;

Coords cpu::coordsOfRow(RankedTensorType type, int64_t row) {
  Builder builder(type.getContext());
  Coords coords(type.getRank(), builder.getIndexAttr(0));
  for (int64_t axis = type.getRank() - 2; axis >= 0; --axis) {
    coords[axis] = builder.getIndexAttr(row % type.getDimSize(axis));
    row /= type.getDimSize(axis);
  }
  return coords;
}

Value TileEmitter::index(Coord coord) {
  if (auto value = dyn_cast<Value>(coord))
    return value;
  return arith::ConstantIndexOp::create(b, *getConstantIntValue(coord));
}

Coord TileEmitter::add(Coord left, Coord right) {
  std::optional<int64_t> l = getConstantIntValue(left),
                         r = getConstantIntValue(right);
  if (l && r)
    return b.getIndexAttr(*l + *r);
  if (l == 0)
    return right;
  if (r == 0)
    return left;
  return Coord(Value(arith::AddIOp::create(b, index(left), index(right))));
}

Coord TileEmitter::multiply(Coord left, Coord right) {
  std::optional<int64_t> l = getConstantIntValue(left),
                         r = getConstantIntValue(right);
  if (l && r)
    return b.getIndexAttr(*l * *r);
  if (l == 0 || r == 0)
    return b.getIndexAttr(0);
  if (l == 1)
    return right;
  if (r == 1)
    return left;
  return Coord(Value(arith::MulIOp::create(b, index(left), index(right))));
}

/// The emitted counterpart of a bound of a tile op.
Coord TileEmitter::mapBound(Coord bound) {
  if (auto value = dyn_cast<Value>(bound))
    return scalarOf(value);
  return bound;
}

Value TileEmitter::scalarOf(Value value) { return scalars.lookup(value); }

Value TileEmitter::constant(Type type, int64_t value) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr attribute = b.getIntegerAttr(element, value);
  if (auto vectorType = dyn_cast<VectorType>(type))
    attribute = DenseElementsAttr::get(vectorType, Attribute(attribute));
  return arith::ConstantOp::create(b, attribute);
}

/// Conjunction of two conditions; null is true.
Value TileEmitter::both(Value left, Value right) {
  if (!left || !right)
    return left ? left : right;
  return arith::AndIOp::create(b, left, right);
}

Value TileEmitter::slice(Value vector, int64_t offset, int64_t lanes) {
  if (offset == 0 && lanes == lanesOf(vector))
    return vector;
  auto mask = llvm::to_vector(llvm::seq(offset, offset + lanes));
  return vector::ShuffleOp::create(b, vector, vector, mask);
}

Value TileEmitter::concatenate(ArrayRef<Value> pieces) {
  Value result = pieces.front();
  for (Value piece : pieces.drop_front()) {
    int64_t lanes = lanesOf(result);
    auto mask = llvm::to_vector(llvm::seq<int64_t>(0, lanes + lanesOf(piece)));
    result = vector::ShuffleOp::create(b, result, piece, mask);
  }
  return result;
}

Value TileEmitter::splat(Value scalar, int64_t lanes) {
  return vector::BroadcastOp::create(
      b, VectorType::get({lanes}, scalar.getType()), scalar);
}

Value TileEmitter::splatOfLane0(Value vector, int64_t lanes) {
  if (lanes == 1)
    return slice(vector, 0, 1);
  return splat(vector::ExtractOp::create(b, vector, 0), lanes);
}

/// Pieces of tiles in memory: four registers of four-byte elements.
int64_t TileEmitter::chunkLanes(Type element) { return shape.bytes; }

//===- TileFetch.cpp - the pieces of tiles --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileEmitter.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::cpu;

//===----------------------------------------------------------------------===//
// States
//===----------------------------------------------------------------------===//

TileEmitter::Tile &TileEmitter::tileOf(Value value) {
  return *tiles.find(value)->second;
}

TileEmitter::Tile &TileEmitter::addTile(Value value) {
  std::unique_ptr<Tile> &tile = tiles[value];
  tile = std::make_unique<Tile>();
  tile->type = tileTypeOf(value);
  return *tile;
}

void TileEmitter::setRows(Value value, ArrayRef<Value> rows) {
  tileOf(value).rows.assign(rows.begin(), rows.end());
}

void TileEmitter::setHome(Value value, Value home) {
  Tile &tile = tileOf(value);
  tile.home = home;
  tile.homeBlock = b.getInsertionBlock();
}

/// True if code at the insertion point may use what `block` computed so far.
bool TileEmitter::isVisible(Block *block) {
  for (Block *inner = b.getInsertionBlock(); inner;) {
    if (inner == block)
      return true;
    Operation *parent = inner->getParentOp();
    inner = parent ? parent->getBlock() : nullptr;
  }
  return false;
}

bool TileEmitter::isVisible(Value value) {
  return isVisible(value.getParentBlock());
}

bool TileEmitter::isSmall(RankedTensorType type) {
  Type element = memoryType(type.getElementType());
  // Narrow elements widen on the way.
  int64_t bytes = std::max<int64_t>(4, element.getIntOrFloatBitWidth() / 8);
  int64_t rowBytes = lanesOf(type) * bytes;
  int64_t registers =
      rowsOf(type) * ((rowBytes + shape.bytes - 1) / shape.bytes);
  return registers <= shape.maxUnrolled;
}

bool TileEmitter::isExpression(Operation &op) {
  if (isa<tile::LoadOp, tile::GatherOp, tile::SplatOp, tile::IotaOp,
          tile::BroadcastOp, tile::ClipOp, arith::ConstantOp>(op))
    return true;
  if (auto transpose = dyn_cast<tile::TransposeOp>(op)) {
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    return permutation.empty() ||
           permutation.back() + 1 == int64_t(permutation.size());
  }
  if (auto reshape = dyn_cast<tile::ReshapeOp>(op)) {
    RankedTensorType from = tileTypeOf(reshape.getOperand()),
                     to = tileTypeOf(reshape.getResult());
    return from.getRank() && to.getRank() && lanesOf(from) == lanesOf(to);
  }
  return OpTrait::hasElementwiseMappableTraits(&op);
}

bool TileEmitter::isAlwaysExpression(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return false;
  if (isa<tile::SplatOp, tile::IotaOp>(op))
    return true;
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return isa<SplatElementsAttr>(constant.getValue());
  if (auto broadcast = dyn_cast<tile::BroadcastOp>(op))
    return isAlwaysExpression(broadcast.getOperand());
  // A large tile from a buffer that nobody writes is as near there as anywhere.
  if (auto load = dyn_cast<tile::LoadOp>(op))
    return !isSmall(load.getTileType()) && !buffers[load.getBuffer()].written;
  return false;
}

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

/// The row-major number of the row at `coords`, if they are static.
static std::optional<int64_t> staticRow(RankedTensorType type,
                                        ArrayRef<Coord> coords) {
  int64_t row = 0;
  for (int64_t axis = 0; axis + 1 < type.getRank(); ++axis) {
    std::optional<int64_t> coord = getConstantIntValue(coords[axis]);
    if (!coord)
      return std::nullopt;
    row = row * type.getDimSize(axis) + *coord;
  }
  return row;
}

Value TileEmitter::fetch(Value value, ArrayRef<Coord> coords, int64_t lanes) {
  Tile &tile = tileOf(value);
  std::optional<int64_t> row = staticRow(tile.type, coords);
  std::optional<int64_t> lane =
      coords.empty() ? 0 : getConstantIntValue(coords.back());
  if (row && lane && !tile.rows.empty() && tile.rows[*row] &&
      isVisible(tile.rows[*row]))
    return slice(tile.rows[*row], *lane, lanes);
  if (tile.home && isVisible(tile.homeBlock))
    return loadVector(homePointer(tile.home, tile.type, coords),
                      tile.type.getElementType(), lanes);
  if (!tile.op) {
    // Rows and a lane that is a value: no caller asks for more than one.
    Value element =
        vector::ExtractOp::create(b, tile.rows[*row], coords.back());
    return splat(element, 1);
  }
  Location loc = b.getLoc();
  b.setLoc(tile.op->getLoc());
  Value piece = compute(tile.op, tile.resultNumber, coords, lanes);
  b.setLoc(loc);
  // Whole rows are remembered where the tile is unrolled.
  if (row && lane == 0 && lanes == lanesOf(tile.type) && isSmall(tile.type)) {
    Tile &same = tileOf(value);
    same.rows.resize(rowsOf(same.type));
    same.rows[*row] = piece;
  }
  return piece;
}

Value TileEmitter::compute(Operation *op, unsigned resultNumber,
                           ArrayRef<Coord> coords, int64_t lanes) {
  if (auto load = dyn_cast<tile::LoadOp>(op))
    return fetchLoad(load, coords, lanes);
  if (auto gather = dyn_cast<tile::GatherOp>(op))
    return fetchGather(gather, coords, lanes);
  if (auto clip = dyn_cast<tile::ClipOp>(op))
    return fetchClip(clip, coords, lanes);
  if (auto iota = dyn_cast<tile::IotaOp>(op))
    return fetchIota(iota, coords, lanes);
  if (auto splatOp = dyn_cast<tile::SplatOp>(op))
    return splat(scalarOf(splatOp.getScalar()), lanes);
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return fetchConstant(cast<DenseElementsAttr>(constant.getValue()), coords,
                         lanes);
  if (auto broadcast = dyn_cast<tile::BroadcastOp>(op)) {
    RankedTensorType from = tileTypeOf(broadcast.getOperand());
    Coords source(coords);
    for (int64_t axis = 0; axis < from.getRank(); ++axis)
      if (from.getDimSize(axis) == 1)
        source[axis] = b.getIndexAttr(0);
    if (lanesOf(from) == 1)
      return splatOfLane0(fetch(broadcast.getOperand(), source, 1), lanes);
    return fetch(broadcast.getOperand(), source, lanes);
  }
  if (auto transpose = dyn_cast<tile::TransposeOp>(op)) {
    Coords source(coords);
    for (auto [axis, from] : llvm::enumerate(transpose.getPermutation()))
      source[from] = coords[axis];
    return fetch(transpose.getOperand(), source, lanes);
  }
  if (auto reshape = dyn_cast<tile::ReshapeOp>(op)) {
    // The last axis is the same; the others are one number in both.
    RankedTensorType from = tileTypeOf(reshape.getOperand()),
                     to = tileTypeOf(reshape.getResult());
    Coord row = b.getIndexAttr(0);
    for (int64_t axis = 0; axis + 1 < to.getRank(); ++axis)
      row =
          add(multiply(row, b.getIndexAttr(to.getDimSize(axis))), coords[axis]);
    Coords source(from.getRank(), b.getIndexAttr(0));
    source.back() = coords.back();
    int64_t outermost = 0;
    while (outermost + 2 < from.getRank() && from.getDimSize(outermost) == 1)
      ++outermost;
    for (int64_t axis = from.getRank() - 2; axis >= 0; --axis) {
      int64_t size = from.getDimSize(axis);
      if (std::optional<int64_t> constant = getConstantIntValue(row)) {
        source[axis] = b.getIndexAttr(*constant % size);
        row = b.getIndexAttr(*constant / size);
      } else if (axis == outermost) {
        source[axis] = row;
        break;
      } else if (size != 1) {
        Value divisor = index(b.getIndexAttr(size));
        source[axis] =
            Coord(Value(arith::RemUIOp::create(b, index(row), divisor)));
        row = Coord(Value(arith::DivUIOp::create(b, index(row), divisor)));
      }
    }
    return fetch(reshape.getOperand(), source, lanes);
  }
  return computeElementwise(op, resultNumber, coords, lanes);
}

/// The op on vectors.
Value TileEmitter::computeElementwise(Operation *op, unsigned resultNumber,
                                      ArrayRef<Coord> coords, int64_t lanes) {
  OperationState state(op->getLoc(), op->getName());
  for (Value operand : op->getOperands())
    state.operands.push_back(isTile(operand) ? fetch(operand, coords, lanes)
                                             : scalarOf(operand));
  for (Type type : op->getResultTypes())
    state.addTypes(VectorType::get(
        {lanes}, cast<RankedTensorType>(type).getElementType()));
  state.addAttributes(llvm::to_vector(op->getDiscardableAttrs()));
  state.propertiesAttr = op->getPropertiesAsAttribute();
  return b.create(state)->getResult(resultNumber);
}

Value TileEmitter::fetchIota(tile::IotaOp op, ArrayRef<Coord> coords,
                             int64_t lanes) {
  RankedTensorType type = tileTypeOf(op.getResult());
  Type element = type.getElementType();
  unsigned axis = op.getAxis();
  Value start = index(add(Coord(scalarOf(op.getOffset())), coords[axis]));
  if (!element.isIndex())
    start = arith::IndexCastOp::create(b, element, start);
  Value result = splat(start, lanes);
  if (axis + 1 != coords.size() || lanes == 1)
    return result;
  SmallVector<Attribute> numbers;
  for (int64_t lane = 0; lane < lanes; ++lane)
    numbers.push_back(b.getIntegerAttr(element, lane));
  Value steps = arith::ConstantOp::create(
      b, DenseElementsAttr::get(VectorType::get({lanes}, element), numbers));
  return arith::AddIOp::create(b, result, steps);
}

Value TileEmitter::fetchConstant(DenseElementsAttr value,
                                 ArrayRef<Coord> coords, int64_t lanes) {
  auto type = cast<RankedTensorType>(value.getType());
  auto vectorType = VectorType::get({lanes}, type.getElementType());
  if (value.isSplat())
    return arith::ConstantOp::create(
        b,
        DenseElementsAttr::get(vectorType, value.getSplatValue<Attribute>()));
  int64_t first = *staticRow(type, coords) * lanesOf(type) +
                  (coords.empty() ? 0 : *getConstantIntValue(coords.back()));
  SmallVector<Attribute> elements;
  auto values = value.getValues<Attribute>();
  for (int64_t lane = 0; lane < lanes; ++lane)
    elements.push_back(values[first + lane]);
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(vectorType, elements));
}

//===----------------------------------------------------------------------===//
// Rows and homes
//===----------------------------------------------------------------------===//

void TileEmitter::makeRows(Value value) {
  RankedTensorType type = tileTypeOf(value);
  SmallVector<Value> rows;
  for (int64_t row = 0; row < rowsOf(type); ++row)
    rows.push_back(fetch(value, coordsOfRow(type, row), lanesOf(type)));
  setRows(value, rows);
}

ArrayRef<Value> TileEmitter::getRows(Value value) {
  makeRows(value);
  return tileOf(value).rows;
}

Value TileEmitter::makeHome(Value value) {
  {
    Tile &tile = tileOf(value);
    if (tile.home && isVisible(tile.homeBlock))
      return tile.home;
  }
  RankedTensorType type = tileTypeOf(value);
  if (!isSmall(type))
    remark(Twine("a tile of ") + Twine(type.getNumElements()) +
           " elements does not fit the registers");
  Value home = allocateHome(type);
  copyToHome(value, home);
  setHome(value, home);
  return home;
}

void TileEmitter::makeAddressable(Value value) {
  Tile &tile = tileOf(value);
  if (tile.home && isVisible(tile.homeBlock))
    return;
  auto constant = value.getDefiningOp<arith::ConstantOp>();
  bool isDense = constant && !isa<SplatElementsAttr>(constant.getValue());
  if (!tile.op || isDense) {
    makeHome(value);
    return;
  }
  // What was computed before should not be computed again.
  if (!tile.rows.empty() && !isAlwaysExpression(value) &&
      !isa<tile::LoadOp>(tile.op)) {
    makeHome(value);
    return;
  }
  Operation *op = tile.op;
  // What a broadcast repeats is computed once, not once per piece.
  if (auto broadcast = dyn_cast<tile::BroadcastOp>(op)) {
    Value operand = broadcast.getOperand();
    if (!isAlwaysExpression(operand) &&
        !operand.getDefiningOp<tile::LoadOp>()) {
      makeHome(operand);
      return;
    }
  }
  for (Value operand : op->getOperands())
    if (isTile(operand))
      makeAddressable(operand);
}

Value TileEmitter::allocateHome(RankedTensorType type) {
  int64_t offset = homeBytes;
  int64_t bytes = type.getNumElements() *
                  memoryType(type.getElementType()).getIntOrFloatBitWidth() / 8;
  homeBytes += (bytes + 63) / 64 * 64;
  return elementPointer(homes, b.getI8Type(), b.getIndexAttr(offset));
}

Value TileEmitter::homePointer(Value home, RankedTensorType type,
                               ArrayRef<Coord> coords) {
  Coord linear = b.getIndexAttr(0);
  for (auto [coord, size] : llvm::zip_equal(coords, type.getShape()))
    linear = add(multiply(linear, b.getIndexAttr(size)), coord);
  return elementPointer(home, type.getElementType(), linear);
}

void TileEmitter::copyToHome(Value value, Value home) {
  RankedTensorType type = tileTypeOf(value);
  if (isSmall(type)) {
    for (int64_t row = 0; row < rowsOf(type); ++row) {
      Coords coords = coordsOfRow(type, row);
      storeVector(fetch(value, coords, lanesOf(type)),
                  homePointer(home, type, coords));
    }
    return;
  }
  makeAddressable(value);
  forEachPiece(type, chunkLanes(type.getElementType()),
               [&](ArrayRef<Coord> coords, int64_t lanes) {
                 storeVector(fetch(value, coords, lanes),
                             homePointer(home, type, coords));
               });
}

void TileEmitter::forEachPiece(
    RankedTensorType type, int64_t chunk,
    llvm::function_ref<void(ArrayRef<Coord>, int64_t)> body) {
  Coords coords(type.getRank(), b.getIndexAttr(0));
  OpBuilder::InsertionGuard guard(b);
  auto openLoop = [&](int64_t end, int64_t step) -> Coord {
    if (end <= step)
      return b.getIndexAttr(0);
    auto loop = scf::ForOp::create(b, arith::ConstantIndexOp::create(b, 0),
                                   arith::ConstantIndexOp::create(b, end),
                                   arith::ConstantIndexOp::create(b, step));
    b.setInsertionPoint(loop.getBody()->getTerminator());
    return Coord(loop.getInductionVar());
  };
  for (int64_t axis = 0; axis + 1 < type.getRank(); ++axis)
    coords[axis] = openLoop(type.getDimSize(axis), 1);
  int64_t size = lanesOf(type);
  if (size <= chunk) {
    body(coords, size);
    return;
  }
  int64_t whole = size / chunk * chunk;
  {
    OpBuilder::InsertionGuard inner(b);
    coords.back() = openLoop(whole, chunk);
    body(coords, chunk);
  }
  if (whole != size) {
    coords.back() = b.getIndexAttr(whole);
    body(coords, size - whole);
  }
}

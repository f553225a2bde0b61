//===- TileAccess.cpp - loads, stores, gathers and their bounds -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileEmitter.h"

#include "KernelBounds.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::cpu;

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// What an element takes in memory: a bool is a byte, an index has 64 bits.
Type TileEmitter::memoryType(Type element) {
  if (element.isInteger(1))
    return b.getI8Type();
  if (element.isIndex())
    return b.getI64Type();
  return element;
}

static unsigned byteSizeOf(Type memoryType) {
  return memoryType.getIntOrFloatBitWidth() / 8;
}

Value TileEmitter::elementPointer(Value base, Type element, Coord index) {
  std::optional<int64_t> constant = getConstantIntValue(index);
  if (constant == 0)
    return base;
  Type type = memoryType(element);
  if (constant && llvm::isInt<31>(*constant))
    return LLVM::GEPOp::create(b, base.getType(), type, base,
                               ArrayRef<LLVM::GEPArg>{int32_t(*constant)});
  Value offset =
      b.createOrFold<arith::IndexCastOp>(b.getI64Type(), this->index(index));
  return LLVM::GEPOp::create(b, base.getType(), type, base,
                             ArrayRef<LLVM::GEPArg>{offset});
}

/// A vector of pointers; `indices` is a vector of i64.
Value TileEmitter::lanePointers(Value base, Type element, Value indices) {
  auto type = VectorType::get({lanesOf(indices)}, base.getType());
  return LLVM::GEPOp::create(b, type, memoryType(element), base,
                             ArrayRef<LLVM::GEPArg>{indices});
}

/// Lane i points at element i * step from `base`.
Value TileEmitter::stridedPointers(Value base, Type element, int64_t step,
                                   int64_t lanes) {
  SmallVector<int64_t> numbers;
  for (int64_t lane = 0; lane < lanes; ++lane)
    numbers.push_back(lane * step);
  auto i64 = VectorType::get({lanes}, b.getI64Type());
  Value indices = arith::ConstantOp::create(
      b, DenseElementsAttr::get(i64, ArrayRef(numbers)));
  return lanePointers(base, element, indices);
}

Value TileEmitter::fromMemory(Value vector, Type element) {
  auto type = VectorType::get({lanesOf(vector)}, element);
  if (element.isInteger(1))
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, vector,
                                 constant(vector.getType(), 0));
  if (element.isIndex())
    return arith::IndexCastOp::create(b, type, vector);
  return vector;
}

Value TileEmitter::toMemory(Value vector) {
  Type element = getElementTypeOrSelf(vector.getType());
  auto type = VectorType::get({lanesOf(vector)}, memoryType(element));
  if (element.isInteger(1))
    return arith::ExtUIOp::create(b, type, vector);
  if (element.isIndex())
    return arith::IndexCastOp::create(b, type, vector);
  return vector;
}

Value TileEmitter::loadVector(Value pointer, Type element, int64_t lanes) {
  Type type = memoryType(element);
  Value vector = LLVM::LoadOp::create(b, VectorType::get({lanes}, type),
                                      pointer, byteSizeOf(type));
  return fromMemory(vector, element);
}

void TileEmitter::storeVector(Value vector, Value pointer) {
  Value memory = toMemory(vector);
  LLVM::StoreOp::create(b, memory, pointer,
                        byteSizeOf(getElementTypeOrSelf(memory.getType())));
}

/// The fill in every lane; without a fill 0, which is as good as any value.
Value TileEmitter::fillVector(std::optional<TypedAttr> fill, Type element,
                              int64_t lanes) {
  auto type = VectorType::get({lanes}, element);
  Attribute value = fill ? Attribute(*fill) : Attribute(b.getZeroAttr(element));
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, value));
}

/// A pointer to `lanes` fills in constant memory, made at the function's entry.
Value TileEmitter::fillRow(std::optional<TypedAttr> fill, Type element,
                           int64_t lanes) {
  Attribute value = fill ? Attribute(*fill) : Attribute(b.getZeroAttr(element));
  Value &pointer = fillRows[{value, lanes}];
  if (pointer)
    return pointer;
  OpBuilder::InsertionGuard guard(b);
  // The address as an argument-like value of the whole function.
  auto module = abi.func->getParentOfType<ModuleOp>();
  std::string name = (body.getName() + ".fill" + Twine(fillRows.size())).str();
  Type memory = memoryType(element);
  if (element.isInteger(1))
    value =
        b.getI8IntegerAttr(cast<IntegerAttr>(value).getValue().getZExtValue());
  else if (element.isIndex())
    value = b.getI64IntegerAttr(cast<IntegerAttr>(value).getInt());
  b.setInsertionPointToEnd(module.getBody());
  auto array = LLVM::LLVMArrayType::get(memory, lanes);
  LLVM::GlobalOp::create(
      b, array, /*isConstant=*/true, LLVM::Linkage::Internal, name,
      DenseElementsAttr::get(RankedTensorType::get({lanes}, memory), value),
      /*alignment=*/64);
  b.setInsertionPointToStart(&body.getBody().front());
  pointer = LLVM::AddressOfOp::create(
      b, LLVM::LLVMPointerType::get(b.getContext()), name);
  return pointer;
}

//===----------------------------------------------------------------------===//
// Bounds
//===----------------------------------------------------------------------===//

template <typename OpTy> bool TileEmitter::isFullAxis(OpTy op, unsigned axis) {
  return op.isFull(axis) || takenAxes.contains({op, axis});
}

bool TileEmitter::knownAtLeast(Coord bound, int64_t least) {
  auto value = dyn_cast<Value>(bound);
  if (!value)
    return *getConstantIntValue(bound) >= least;
  auto [entry, isNew] = lowerBounds.try_emplace(value);
  if (isNew)
    entry->second = findLowerBound(value);
  return entry->second && *entry->second >= least;
}

/// The condition for `coord` to be inside the bounds of an axis; null if it
/// always is.
template <typename OpTy>
Value TileEmitter::insideOf(OpTy op, unsigned axis, Coord coord) {
  if (isFullAxis(op, axis))
    return {};
  Coord low = op.getMixedLo()[axis], high = op.getMixedHi()[axis];
  std::optional<int64_t> c = getConstantIntValue(coord);
  auto compare = [&](arith::CmpIPredicate predicate, Coord left, Coord right) {
    return Value(
        arith::CmpIOp::create(b, predicate, index(left), index(right)));
  };
  Value above, below;
  if (getConstantIntValue(low) != 0)
    above = compare(arith::CmpIPredicate::sge, coord, mapBound(low));
  if (getConstantIntValue(high) != op.getTileType().getDimSize(axis) &&
      !(c && knownAtLeast(high, *c + 1)))
    below = compare(arith::CmpIPredicate::slt, coord, mapBound(high));
  return both(above, below);
}

/// The mask of `lanes` lanes from `lane` on; no lane where `inside` is false.
/// Null if all lanes are always there.
template <typename OpTy>
Value TileEmitter::laneMask(OpTy op, Coord lane, int64_t lanes, Value inside) {
  unsigned axis = op.getTileType().getRank() - 1;
  if (isFullAxis(op, axis))
    return inside ? splat(inside, lanes) : Value();
  // Compares in 32 bits: one instruction for a whole register of f32.
  auto i32 = VectorType::get({lanes}, b.getI32Type());
  auto numbers = llvm::to_vector(llvm::seq<int32_t>(0, lanes));
  Value iota = arith::ConstantOp::create(
      b, DenseElementsAttr::get(i32, ArrayRef(numbers)));
  auto limit = [&](Coord bound) {
    Value value = index(mapBound(bound));
    if (getConstantIntValue(lane) != 0)
      value = arith::SubIOp::create(b, value, index(lane));
    // Bounds are within the tile's size, so 32 bits are enough.
    return Value(arith::IndexCastOp::create(b, b.getI32Type(), value));
  };
  Value high = limit(op.getMixedHi()[axis]);
  if (inside)
    high = arith::SelectOp::create(b, inside, high,
                                   constant(b.getI32Type(), INT32_MIN));
  Value mask = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, iota,
                                     splat(high, lanes));
  if (getConstantIntValue(op.getMixedLo()[axis]) != 0)
    mask =
        both(mask,
             arith::CmpIOp::create(b, arith::CmpIPredicate::sge, iota,
                                   splat(limit(op.getMixedLo()[axis]), lanes)));
  return mask;
}

/// A pointer to buffer[offsets], made where the op stands.
Value TileEmitter::baseOf(Operation *op, Value buffer, ValueRange offsets) {
  Value &base = bases[op];
  if (base && isVisible(base))
    return base;
  const Buffer &info = buffers[buffer];
  Coord linear = b.getIndexAttr(0);
  for (auto [offset, stride] : llvm::zip_equal(offsets, info.strides))
    linear = add(linear, multiply(Coord(scalarOf(offset)), stride));
  base = elementPointer(info.pointer, info.element, linear);
  return base;
}

template <typename OpTy>
TileEmitter::RowPlace TileEmitter::placeOf(OpTy op, ArrayRef<Coord> coords,
                                           bool lanesMasked,
                                           bool clampCoordinates) {
  const Buffer &buffer = buffers[op.getBuffer()];
  Value base = baseOf(op, op.getBuffer(), op.getOffsets());
  RowPlace place;
  Coord linear = b.getIndexAttr(0);
  for (auto [axis, coord] : llvm::enumerate(coords)) {
    Coord used = coord;
    bool isMasked = lanesMasked && axis + 1 == coords.size();
    if (!isMasked && !isFullAxis(op, axis)) {
      Coord low = op.getMixedLo()[axis], high = op.getMixedHi()[axis];
      if (!clampCoordinates || getConstantIntValue(low) != 0 ||
          !knownAtLeast(high, 1)) {
        place.inside = both(place.inside, insideOf(op, axis, coord));
      } else if (insideOf(op, axis, coord)) {
        Value last = arith::SubIOp::create(
            b, index(mapBound(high)), arith::ConstantIndexOp::create(b, 1));
        used = Coord(Value(arith::MinSIOp::create(b, index(coord), last)));
      }
    }
    Coord step = b.getIndexAttr(op.getStrides()[axis]);
    linear = add(linear, multiply(multiply(used, step), buffer.strides[axis]));
  }
  place.pointer = elementPointer(base, buffer.element, linear);
  return place;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

Value TileEmitter::fetchLoad(tile::LoadOp op, ArrayRef<Coord> coords,
                             int64_t lanes) {
  Type element = op.getTileType().getElementType();
  unsigned rank = coords.size();
  int64_t step = rank ? op.getStrides()[rank - 1] : 1;
  // One lane is a coordinate like the others.
  bool masked = rank && lanes > 1 && !isFullAxis(op, rank - 1);
  if (rank && step > 0 && (step == 1 || lanes == 1) &&
      isFullAxis(op, rank - 1)) {
    // The row first and the lane then: in a loop along the row the choice
    // between the row and a row of fills is made once.
    Coords start(coords);
    start.back() = b.getIndexAttr(0);
    RowPlace row = placeOf(op, start, false, !op.getFill());
    if (row.inside) {
      int64_t length = (lanesOf(op.getTileType()) - 1) * step + 1;
      row.pointer = arith::SelectOp::create(
          b, row.inside, row.pointer, fillRow(op.getFill(), element, length));
    }
    Coord lane = multiply(coords.back(), b.getIndexAttr(step));
    return loadVector(elementPointer(row.pointer, element, lane), element,
                      lanes);
  }
  RowPlace place = placeOf(op, coords, masked, !op.getFill());
  Value mask;
  if (masked)
    mask = laneMask(op, coords.back(), lanes, place.inside);

  if (step == 1 || lanes == 1) {
    if (masked) {
      Type memory = memoryType(element);
      Value passThrough = toMemory(fillVector(op.getFill(), element, lanes));
      Value loaded =
          LLVM::MaskedLoadOp::create(b, passThrough.getType(), place.pointer,
                                     mask, passThrough, byteSizeOf(memory));
      return fromMemory(loaded, element);
    }
    Value pointer = place.pointer;
    if (place.inside)
      pointer = arith::SelectOp::create(b, place.inside, pointer,
                                        fillRow(op.getFill(), element, lanes));
    return loadVector(pointer, element, lanes);
  }
  if (step == 0 && !masked) {
    SmallVector<Coord> first(coords);
    return splatOfLane0(fetchLoad(op, first, 1), lanes);
  }
  // Elements apart.
  remark("a strided load along the vector axis gathers");
  Value pointers = stridedPointers(place.pointer, element, step, lanes);
  if (!mask)
    mask = place.inside ? splat(place.inside, lanes)
                        : constant(VectorType::get({lanes}, b.getI1Type()), 1);
  Value passThrough = toMemory(fillVector(op.getFill(), element, lanes));
  Value loaded = LLVM::masked_gather::create(b, passThrough.getType(), pointers,
                                             mask, ValueRange{passThrough},
                                             byteSizeOf(memoryType(element)));
  return fromMemory(loaded, element);
}

/// True if the elements of a row are equal.
static bool isUniformInRow(Value value) {
  RankedTensorType type = tileTypeOf(value);
  if (lanesOf(type) == 1)
    return true;
  Operation *op = value.getDefiningOp();
  if (!op)
    return false;
  if (isa<tile::SplatOp>(op))
    return true;
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return isa<SplatElementsAttr>(constant.getValue());
  if (auto iota = dyn_cast<tile::IotaOp>(op))
    return int64_t(iota.getAxis()) + 1 != type.getRank();
  if (auto broadcast = dyn_cast<tile::BroadcastOp>(op))
    return isUniformInRow(broadcast.getOperand());
  return OpTrait::hasElementwiseMappableTraits(op) &&
         llvm::all_of(op->getOperands(), [](Value operand) {
           return !isTile(operand) || isUniformInRow(operand);
         });
}

/// True if each element of a row is one more than the one before.
static bool isConsecutiveInRow(Value value) {
  RankedTensorType type = tileTypeOf(value);
  Operation *op = value.getDefiningOp();
  if (!op)
    return false;
  if (auto iota = dyn_cast<tile::IotaOp>(op))
    return int64_t(iota.getAxis()) + 1 == type.getRank();
  if (auto broadcast = dyn_cast<tile::BroadcastOp>(op))
    return lanesOf(tileTypeOf(broadcast.getOperand())) == lanesOf(type) &&
           isConsecutiveInRow(broadcast.getOperand());
  if (isa<arith::AddIOp>(op))
    return (isConsecutiveInRow(op->getOperand(0)) &&
            isUniformInRow(op->getOperand(1))) ||
           (isConsecutiveInRow(op->getOperand(1)) &&
            isUniformInRow(op->getOperand(0)));
  return false;
}

Value TileEmitter::fetchGather(tile::GatherOp op, ArrayRef<Coord> coords,
                               int64_t lanes) {
  const Buffer &buffer = buffers[op.getBuffer()];
  Type element = buffer.element;
  unsigned rank = coords.size();
  Value inside;
  for (unsigned axis = 0; axis < rank; ++axis)
    if (lanes == 1 || axis + 1 < rank)
      inside = both(inside, insideOf(op, axis, coords[axis]));
  Value mask;
  if (rank && lanes > 1)
    mask = laneMask(op, coords.back(), lanes, inside);
  else if (inside)
    mask = splat(inside, lanes);
  Value passThrough = toMemory(fillVector(op.getFill(), element, lanes));

  auto asI64 = [&](Value vector) -> Value {
    auto type = VectorType::get({lanesOf(vector)}, b.getI64Type());
    Type from = getElementTypeOrSelf(vector.getType());
    if (from.isIndex())
      return arith::IndexCastOp::create(b, type, vector);
    if (from.isInteger(64))
      return vector;
    return arith::ExtSIOp::create(b, type, vector);
  };
  // Rows of the buffer, as an embedding reads them: one address and
  // consecutive elements.
  OperandRange coordinates = op.getCoordinates();
  bool isRow = lanes > 1 && isConsecutiveInRow(coordinates.back()) &&
               llvm::all_of(coordinates.drop_back(), isUniformInRow);
  int64_t width = isRow ? 1 : lanes;
  Value linear;
  for (auto [coordinate, stride] :
       llvm::zip_equal(coordinates, buffer.strides)) {
    Value piece = asI64(fetch(coordinate, coords, width));
    if (getConstantIntValue(stride) != 1) {
      Value factor =
          arith::IndexCastOp::create(b, b.getI64Type(), index(stride));
      piece = arith::MulIOp::create(b, piece, splat(factor, width));
    }
    linear = linear ? Value(arith::AddIOp::create(b, linear, piece)) : piece;
  }
  unsigned alignment = byteSizeOf(memoryType(element));
  if (isRow) {
    Value first = arith::IndexCastOp::create(
        b, b.getIndexType(), vector::ExtractOp::create(b, linear, 0));
    Value pointer = elementPointer(buffer.pointer, element, Coord(first));
    if (!mask)
      return loadVector(pointer, element, lanes);
    return fromMemory(LLVM::MaskedLoadOp::create(b, passThrough.getType(),
                                                 pointer, mask, passThrough,
                                                 alignment),
                      element);
  }
  if (!mask)
    mask = constant(VectorType::get({lanes}, b.getI1Type()), 1);
  Value pointers = lanePointers(buffer.pointer, element, linear);
  return fromMemory(
      LLVM::masked_gather::create(b, passThrough.getType(), pointers, mask,
                                  ValueRange{passThrough}, alignment),
      element);
}

Value TileEmitter::fetchClip(tile::ClipOp op, ArrayRef<Coord> coords,
                             int64_t lanes) {
  Type element = op.getTileType().getElementType();
  unsigned rank = coords.size();
  Value piece = fetch(op.getOperand(), coords, lanes);
  Value inside;
  for (unsigned axis = 0; axis < rank; ++axis)
    if (lanes == 1 || axis + 1 < rank)
      inside = both(inside, insideOf(op, axis, coords[axis]));
  Value fill = fillVector(op.getFill(), element, lanes);
  if (rank && lanes > 1 && !isFullAxis(op, rank - 1))
    return arith::SelectOp::create(
        b, laneMask(op, coords.back(), lanes, inside), piece, fill);
  if (!inside)
    return piece;
  return arith::SelectOp::create(b, inside, piece, fill);
}

void TileEmitter::emitStore(tile::StoreOp op) {
  RankedTensorType type = op.getTileType();
  Value value = op.getValue();
  baseOf(op, op.getBuffer(), op.getOffsets());
  if (isSmall(type)) {
    for (int64_t row = 0; row < rowsOf(type); ++row) {
      Coords coords = coordsOfRow(type, row);
      storePiece(op, coords, fetch(value, coords, lanesOf(type)));
    }
    return;
  }
  makeAddressable(value);
  forEachPiece(type, chunkLanes(type.getElementType()),
               [&](ArrayRef<Coord> coords, int64_t lanes) {
                 storePiece(op, coords, fetch(value, coords, lanes));
               });
}

void TileEmitter::storePiece(tile::StoreOp op, ArrayRef<Coord> coords,
                             Value piece) {
  unsigned rank = coords.size();
  int64_t lanes = lanesOf(piece);
  int64_t step = rank ? op.getStrides()[rank - 1] : 1;
  bool masked = rank && lanes > 1 && !isFullAxis(op, rank - 1);
  RowPlace place = placeOf(op, coords, masked, /*clampCoordinates=*/false);
  OpBuilder::InsertionGuard guard(b);
  if (place.inside) {
    auto branch = scf::IfOp::create(b, place.inside, /*withElseRegion=*/false);
    b.setInsertionPoint(branch.thenBlock()->getTerminator());
  }
  Value memory = toMemory(piece);
  Type element = getElementTypeOrSelf(memory.getType());
  if (step == 1 || lanes == 1) {
    if (!masked)
      storeVector(piece, place.pointer);
    else
      LLVM::MaskedStoreOp::create(b, memory, place.pointer,
                                  laneMask(op, coords.back(), lanes, {}),
                                  byteSizeOf(element));
    return;
  }
  remark("a strided store along the vector axis scatters");
  Value pointers = stridedPointers(place.pointer, element, step, lanes);
  Value mask = masked ? laneMask(op, coords.back(), lanes, {})
                      : constant(VectorType::get({lanes}, b.getI1Type()), 1);
  LLVM::masked_scatter::create(b, memory, pointers, mask, byteSizeOf(element));
}

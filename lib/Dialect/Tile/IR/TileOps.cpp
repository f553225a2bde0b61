//===- TileOps.cpp - syntax, builders and verifiers of tile ops -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace tilewright::tile;

//===----------------------------------------------------------------------===//
// Syntax of the bounds: [0 to %m, 0 to 32]
//===----------------------------------------------------------------------===//

static ParseResult
parseBound(OpAsmParser &parser,
           SmallVectorImpl<OpAsmParser::UnresolvedOperand> &values,
           SmallVectorImpl<int64_t> &staticBounds) {
  int64_t constant;
  OptionalParseResult parsed = parser.parseOptionalInteger(constant);
  if (parsed.has_value()) {
    staticBounds.push_back(constant);
    return *parsed;
  }
  staticBounds.push_back(ShapedType::kDynamic);
  return parser.parseOperand(values.emplace_back());
}

static ParseResult
parseBounds(OpAsmParser &parser,
            SmallVectorImpl<OpAsmParser::UnresolvedOperand> &lo,
            DenseI64ArrayAttr &staticLo,
            SmallVectorImpl<OpAsmParser::UnresolvedOperand> &hi,
            DenseI64ArrayAttr &staticHi) {
  SmallVector<int64_t> los, his;
  auto parseOne = [&]() -> ParseResult {
    return failure(parseBound(parser, lo, los) || parser.parseKeyword("to") ||
                   parseBound(parser, hi, his));
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square, parseOne,
                                     " in bounds"))
    return failure();
  staticLo = parser.getBuilder().getDenseI64ArrayAttr(los);
  staticHi = parser.getBuilder().getDenseI64ArrayAttr(his);
  return success();
}

static void printBounds(OpAsmPrinter &printer, Operation *op, OperandRange lo,
                        DenseI64ArrayAttr staticLo, OperandRange hi,
                        DenseI64ArrayAttr staticHi) {
  unsigned nextLo = 0, nextHi = 0;
  auto print = [&](int64_t bound, OperandRange values, unsigned &next) {
    if (ShapedType::isDynamic(bound))
      printer << values[next++];
    else
      printer << bound;
  };
  printer << '[';
  for (auto [axis, bounds] : llvm::enumerate(
           llvm::zip_equal(staticLo.asArrayRef(), staticHi.asArrayRef()))) {
    if (axis)
      printer << ", ";
    print(std::get<0>(bounds), lo, nextLo);
    printer << " to ";
    print(std::get<1>(bounds), hi, nextHi);
  }
  printer << ']';
}

//===----------------------------------------------------------------------===//
// Builders
//===----------------------------------------------------------------------===//

namespace {
/// Bounds as an op holds them.
struct SplitBounds {
  SplitBounds(ArrayRef<OpFoldResult> lo, ArrayRef<OpFoldResult> hi) {
    dispatchIndexOpFoldResults(lo, dynamicLo, staticLo);
    dispatchIndexOpFoldResults(hi, dynamicHi, staticHi);
  }
  SmallVector<Value> dynamicLo, dynamicHi;
  SmallVector<int64_t> staticLo, staticHi;
};
} // namespace

static SmallVector<int64_t> onesIfEmpty(ArrayRef<int64_t> strides,
                                        int64_t rank) {
  if (strides.empty())
    return SmallVector<int64_t>(rank, 1);
  return SmallVector<int64_t>(strides);
}

void LoadOp::build(OpBuilder &builder, OperationState &state, Type result,
                   Value buffer, ValueRange offsets, ArrayRef<OpFoldResult> lo,
                   ArrayRef<OpFoldResult> hi, ArrayRef<int64_t> strides,
                   TypedAttr fill) {
  SplitBounds bounds(lo, hi);
  build(builder, state, result, buffer, offsets, bounds.dynamicLo,
        bounds.dynamicHi, bounds.staticLo, bounds.staticHi,
        onesIfEmpty(strides, offsets.size()), fill);
}

void LoadOp::build(OpBuilder &builder, OperationState &state, Type result,
                   Value buffer, ValueRange offsets) {
  auto type = cast<RankedTensorType>(result);
  build(builder, state, result, buffer, offsets, getFullLo(type),
        getFullHi(type));
}

void StoreOp::build(OpBuilder &builder, OperationState &state, Value value,
                    Value buffer, ValueRange offsets, ArrayRef<OpFoldResult> lo,
                    ArrayRef<OpFoldResult> hi, ArrayRef<int64_t> strides) {
  SplitBounds bounds(lo, hi);
  build(builder, state, value, buffer, offsets, bounds.dynamicLo,
        bounds.dynamicHi, bounds.staticLo, bounds.staticHi,
        onesIfEmpty(strides, offsets.size()));
}

void StoreOp::build(OpBuilder &builder, OperationState &state, Value value,
                    Value buffer, ValueRange offsets) {
  auto type = cast<RankedTensorType>(value.getType());
  build(builder, state, value, buffer, offsets, getFullLo(type),
        getFullHi(type));
}

void GatherOp::build(OpBuilder &builder, OperationState &state, Type result,
                     Value buffer, ValueRange coordinates,
                     ArrayRef<OpFoldResult> lo, ArrayRef<OpFoldResult> hi,
                     TypedAttr fill) {
  SplitBounds bounds(lo, hi);
  build(builder, state, result, buffer, coordinates, bounds.dynamicLo,
        bounds.dynamicHi, bounds.staticLo, bounds.staticHi, fill);
}

void ClipOp::build(OpBuilder &builder, OperationState &state, Value operand,
                   ArrayRef<OpFoldResult> lo, ArrayRef<OpFoldResult> hi,
                   TypedAttr fill) {
  SplitBounds bounds(lo, hi);
  build(builder, state, operand.getType(), operand, bounds.dynamicLo,
        bounds.dynamicHi, bounds.staticLo, bounds.staticHi, fill);
}

static RankedTensorType tileType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

void ReduceOp::build(OpBuilder &builder, OperationState &state,
                     CombineKind kind, Value operand, int64_t axis) {
  RankedTensorType type = tileType(operand);
  SmallVector<int64_t> shape(type.getShape());
  shape.erase(shape.begin() + axis);
  build(builder, state, RankedTensorType::get(shape, type.getElementType()),
        kind, operand, axis);
}

void BroadcastOp::build(OpBuilder &builder, OperationState &state,
                        Value operand, ArrayRef<int64_t> shape) {
  build(builder, state,
        RankedTensorType::get(shape, tileType(operand).getElementType()),
        operand);
}

void TransposeOp::build(OpBuilder &builder, OperationState &state,
                        Value operand, ArrayRef<int64_t> permutation) {
  RankedTensorType type = tileType(operand);
  SmallVector<int64_t> shape;
  for (int64_t axis : permutation)
    shape.push_back(type.getDimSize(axis));
  build(builder, state, RankedTensorType::get(shape, type.getElementType()),
        operand, permutation);
}

void ReshapeOp::build(OpBuilder &builder, OperationState &state, Value operand,
                      ArrayRef<int64_t> shape) {
  build(builder, state,
        RankedTensorType::get(shape, tileType(operand).getElementType()),
        operand);
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

/// The bounds of an op: one pair per axis, as many values as dynamic entries,
/// static ones within the tile.
template <typename OpTy> static LogicalResult verifyBounds(OpTy op) {
  RankedTensorType type = op.getTileType();
  int64_t rank = type.getRank();
  if (op.getStaticLo().size() != size_t(rank) ||
      op.getStaticHi().size() != size_t(rank))
    return op.emitOpError("expected bounds for ")
           << rank << " axes, but got " << op.getStaticLo().size();
  auto check = [&](ArrayRef<int64_t> bounds, unsigned values,
                   StringRef name) -> LogicalResult {
    if (llvm::count_if(bounds, ShapedType::isDynamic) != int64_t(values))
      return op.emitOpError("expected as many ")
             << name << " values as dynamic bounds";
    for (auto [axis, bound] : llvm::enumerate(bounds))
      if (!ShapedType::isDynamic(bound) &&
          (bound < 0 || bound > type.getDimSize(axis)))
        return op.emitOpError("bound ")
               << bound << " of axis " << axis << " is outside 0 to "
               << type.getDimSize(axis);
    return success();
  };
  return failure(failed(check(op.getStaticLo(), op.getLo().size(), "lo")) ||
                 failed(check(op.getStaticHi(), op.getHi().size(), "hi")));
}

static LogicalResult verifyFill(Operation *op, std::optional<TypedAttr> fill,
                                Type elementType) {
  if (!fill)
    return success();
  if (!isa<FloatAttr, IntegerAttr>(*fill))
    return op->emitOpError("fill must be a number");
  if (fill->getType() != elementType)
    return op->emitOpError("fill has type ")
           << fill->getType() << ", but the tile holds " << elementType;
  return success();
}

/// Tile against buffer for a load or a store.
static LogicalResult verifyAccess(Operation *op, RankedTensorType tile,
                                  MemRefType buffer, size_t numOffsets,
                                  ArrayRef<int64_t> strides) {
  if (tile.getElementType() != buffer.getElementType())
    return op->emitOpError("tile holds ")
           << tile.getElementType() << ", but the buffer holds "
           << buffer.getElementType();
  if (tile.getRank() != buffer.getRank())
    return op->emitOpError(
               "expected tile and buffer of the same rank, but got ")
           << tile.getRank() << " and " << buffer.getRank();
  if (numOffsets != size_t(buffer.getRank()))
    return op->emitOpError("expected ")
           << buffer.getRank() << " offsets, but got " << numOffsets;
  if (strides.size() != size_t(buffer.getRank()))
    return op->emitOpError("expected ")
           << buffer.getRank() << " strides, but got " << strides.size();
  return success();
}

LogicalResult LoadOp::verify() {
  if (failed(verifyAccess(*this, getTileType(), getBuffer().getType(),
                          getOffsets().size(), getStrides())))
    return failure();
  if (failed(verifyBounds(*this)))
    return failure();
  return verifyFill(*this, getFill(), getTileType().getElementType());
}

LogicalResult StoreOp::verify() {
  if (failed(verifyAccess(*this, getTileType(), getBuffer().getType(),
                          getOffsets().size(), getStrides())))
    return failure();
  for (auto [axis, stride] : llvm::enumerate(getStrides()))
    if (stride == 0 && getTileType().getDimSize(axis) != 1)
      return emitOpError("stride 0 of axis ")
             << axis << " writes one element more than once";
  return verifyBounds(*this);
}

LogicalResult GatherOp::verify() {
  MemRefType buffer = getBuffer().getType();
  RankedTensorType tile = getTileType();
  if (buffer.getRank() == 0)
    return emitOpError("has no axis to gather along: use tile.load");
  if (getCoordinates().size() != size_t(buffer.getRank()))
    return emitOpError("expected a tile of coordinates for each of ")
           << buffer.getRank() << " axes, but got " << getCoordinates().size();
  if (tile.getElementType() != buffer.getElementType())
    return emitOpError("tile holds ")
           << tile.getElementType() << ", but the buffer holds "
           << buffer.getElementType();
  for (Value coordinate : getCoordinates())
    if (tileType(coordinate).getShape() != tile.getShape())
      return emitOpError("coordinates ")
             << coordinate.getType() << " do not have the shape of the result "
             << tile;
  if (failed(verifyBounds(*this)))
    return failure();
  return verifyFill(*this, getFill(), tile.getElementType());
}

LogicalResult ClipOp::verify() {
  if (failed(verifyBounds(*this)))
    return failure();
  return verifyFill(*this, getFill(), getTileType().getElementType());
}

LogicalResult DotOp::verify() {
  RankedTensorType lhs = tileType(getLhs()), rhs = tileType(getRhs()),
                   acc = tileType(getAcc());
  int64_t rank = acc.getRank();
  if (rank < 2 || lhs.getRank() != rank || rhs.getRank() != rank)
    return emitOpError("expected three tiles of one rank, 2 or more, but got ")
           << lhs.getRank() << ", " << rhs.getRank() << " and " << rank;
  for (int64_t axis = 0; axis < rank - 2; ++axis)
    if (lhs.getDimSize(axis) != acc.getDimSize(axis) ||
        rhs.getDimSize(axis) != acc.getDimSize(axis))
      return emitOpError("sizes of batch axis ")
             << axis << " differ: " << lhs.getDimSize(axis) << ", "
             << rhs.getDimSize(axis) << " and " << acc.getDimSize(axis);
  auto size = [&](RankedTensorType type, bool transposed, int64_t axis) {
    return type.getDimSize(rank - 2 + (transposed ? 1 - axis : axis));
  };
  int64_t m = size(lhs, getTransposeLhs(), 0),
          kl = size(lhs, getTransposeLhs(), 1);
  int64_t kr = size(rhs, getTransposeRhs(), 0),
          n = size(rhs, getTransposeRhs(), 1);
  if (kl != kr)
    return emitOpError("k is ") << kl << " in lhs and " << kr << " in rhs";
  if (acc.getDimSize(rank - 2) != m || acc.getDimSize(rank - 1) != n)
    return emitOpError("expected an accumulator of ")
           << m << " x " << n << ", but got " << acc.getDimSize(rank - 2)
           << " x " << acc.getDimSize(rank - 1);

  Type accElement = acc.getElementType();
  for (auto [type, isUnsigned] :
       {std::pair(lhs.getElementType(), getUnsignedLhs()),
        std::pair(rhs.getElementType(), getUnsignedRhs())}) {
    bool sameKind = isa<FloatType>(type) ? isa<FloatType>(accElement)
                                         : isa<IntegerType>(accElement) &&
                                               isa<IntegerType>(type);
    if (!sameKind ||
        type.getIntOrFloatBitWidth() > accElement.getIntOrFloatBitWidth())
      return emitOpError("cannot accumulate ") << type << " in " << accElement;
    if (isUnsigned && isa<FloatType>(type))
      return emitOpError("unsigned does not apply to ") << type;
  }
  return success();
}

/// The axis exists and the kind fits the element type.
static LogicalResult verifyCombine(Operation *op, CombineKind kind,
                                   RankedTensorType type, int64_t axis) {
  if (axis < 0 || axis >= type.getRank())
    return op->emitOpError("axis ")
           << axis << " is outside the rank " << type.getRank();
  if (isFloatKind(kind) != isa<FloatType>(type.getElementType()))
    return op->emitOpError("kind ")
           << stringifyCombineKind(kind) << " does not combine "
           << type.getElementType();
  return success();
}

LogicalResult ReduceOp::verify() {
  RankedTensorType type = tileType(getOperand());
  if (failed(verifyCombine(*this, getKind(), type, getAxis())))
    return failure();
  SmallVector<int64_t> shape(type.getShape());
  shape.erase(shape.begin() + getAxis());
  auto expected = RankedTensorType::get(shape, type.getElementType());
  if (getResult().getType() != expected)
    return emitOpError("expected the result ")
           << expected << ", but got " << getResult().getType();
  return success();
}

LogicalResult ScanOp::verify() {
  return verifyCombine(*this, getKind(), tileType(getOperand()), getAxis());
}

LogicalResult BroadcastOp::verify() {
  RankedTensorType from = tileType(getOperand()), to = tileType(getResult());
  if (from.getElementType() != to.getElementType() ||
      from.getRank() != to.getRank())
    return emitOpError("expected a result of rank ")
           << from.getRank() << " that holds " << from.getElementType();
  for (int64_t axis = 0; axis < from.getRank(); ++axis)
    if (from.getDimSize(axis) != 1 &&
        from.getDimSize(axis) != to.getDimSize(axis))
      return emitOpError("cannot repeat axis ")
             << axis << " of size " << from.getDimSize(axis) << " to "
             << to.getDimSize(axis);
  return success();
}

LogicalResult TransposeOp::verify() {
  RankedTensorType from = tileType(getOperand()), to = tileType(getResult());
  ArrayRef<int64_t> permutation = getPermutation();
  if (permutation.size() != size_t(from.getRank()) ||
      !isPermutationVector(permutation))
    return emitOpError("expected a permutation of the ")
           << from.getRank() << " axes";
  SmallVector<int64_t> shape;
  for (int64_t axis : permutation)
    shape.push_back(from.getDimSize(axis));
  auto expected = RankedTensorType::get(shape, from.getElementType());
  if (to != expected)
    return emitOpError("expected the result ")
           << expected << ", but got " << to;
  return success();
}

LogicalResult ReshapeOp::verify() {
  RankedTensorType from = tileType(getOperand()), to = tileType(getResult());
  if (from.getElementType() != to.getElementType())
    return emitOpError("cannot change ")
           << from.getElementType() << " to " << to.getElementType();
  if (from.getNumElements() != to.getNumElements())
    return emitOpError("operand has ")
           << from.getNumElements() << " elements, but the result has "
           << to.getNumElements();
  return success();
}

LogicalResult IotaOp::verify() {
  int64_t rank = tileType(getResult()).getRank();
  if (getAxis() >= uint64_t(rank))
    return emitOpError("axis ")
           << int64_t(getAxis()) << " is outside the rank " << rank;
  return success();
}

LogicalResult ScratchOp::verify() {
  MemRefType type = getResult().getType();
  if (getSizes().size() != size_t(type.getNumDynamicDims()))
    return emitOpError("expected ") << type.getNumDynamicDims()
                                    << " sizes, but got " << getSizes().size();
  if (!type.getLayout().isIdentity())
    return emitOpError("expected a buffer of identity layout");
  return success();
}

#define GET_OP_CLASSES
#include "tilewright/Dialect/Tile/IR/TileOps.cpp.inc"

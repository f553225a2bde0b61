//===- TileShape.cpp - reduce, scan, transpose, reshape -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileEmitter.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::cpu;

Value TileEmitter::combine(tile::CombineKind kind, Value left, Value right) {
  switch (kind) {
  case tile::CombineKind::AddF:
    return arith::AddFOp::create(b, left, right);
  case tile::CombineKind::MulF:
    return arith::MulFOp::create(b, left, right);
  case tile::CombineKind::MaximumF:
    return arith::MaximumFOp::create(b, left, right);
  case tile::CombineKind::MinimumF:
    return arith::MinimumFOp::create(b, left, right);
  case tile::CombineKind::AddI:
    return arith::AddIOp::create(b, left, right);
  case tile::CombineKind::MulI:
    return arith::MulIOp::create(b, left, right);
  case tile::CombineKind::MaxSI:
    return arith::MaxSIOp::create(b, left, right);
  case tile::CombineKind::MaxUI:
    return arith::MaxUIOp::create(b, left, right);
  case tile::CombineKind::MinSI:
    return arith::MinSIOp::create(b, left, right);
  case tile::CombineKind::MinUI:
    return arith::MinUIOp::create(b, left, right);
  case tile::CombineKind::AndI:
    return arith::AndIOp::create(b, left, right);
  case tile::CombineKind::OrI:
    return arith::OrIOp::create(b, left, right);
  }
  llvm_unreachable("every kind combines");
}

//===----------------------------------------------------------------------===//
// Reduce: the tree that the op documents
//===----------------------------------------------------------------------===//

/// All lanes of `row` in lane 0.
Value TileEmitter::reduceLanes(tile::CombineKind kind, Value row) {
  while (lanesOf(row) > 1) {
    int64_t n = lanesOf(row), half = n / 2, rest = n - half;
    Value combined = combine(kind, slice(row, 0, half), slice(row, rest, half));
    row =
        half == rest ? combined : concatenate({combined, slice(row, half, 1)});
  }
  return row;
}

LogicalResult TileEmitter::emitReduce(tile::ReduceOp op) {
  RankedTensorType type = tileTypeOf(op.getOperand()),
                   resultType = tileTypeOf(op.getResult());
  unsigned axis = op.getAxis();
  bool alongLanes = axis + 1 == type.getRank();
  int64_t n = type.getDimSize(axis);
  tile::CombineKind kind = op.getKind();

  if (isSmall(type)) {
    SmallVector<Value> rows(getRows(op.getOperand()));
    SmallVector<Value> results;
    if (alongLanes) {
      // One value per row; they are the lanes of the result.
      int64_t lanes = lanesOf(resultType);
      for (int64_t first = 0; first < rowsOf(type); first += lanes) {
        SmallVector<Value> pieces;
        for (int64_t lane = 0; lane < lanes; ++lane)
          pieces.push_back(vector::ExtractOp::create(
              b, reduceLanes(kind, rows[first + lane]), 0));
        results.push_back(vector::FromElementsOp::create(
            b, VectorType::get({lanes}, type.getElementType()), pieces));
      }
    } else {
      int64_t inner = 1;
      for (int64_t i = axis + 1; i + 1 < type.getRank(); ++i)
        inner *= type.getDimSize(i);
      for (int64_t row = 0; row < rowsOf(resultType); ++row) {
        SmallVector<Value> values;
        for (int64_t i = 0; i < n; ++i)
          values.push_back(rows[(row / inner * n + i) * inner + row % inner]);
        while (values.size() > 1) {
          size_t half = values.size() / 2, rest = values.size() - half;
          for (size_t i = 0; i < half; ++i)
            values[i] = combine(kind, values[i], values[i + rest]);
          values.truncate(rest);
        }
        results.push_back(values.front());
      }
    }
    addTile(op.getResult());
    setRows(op.getResult(), results);
    return success();
  }

  // In a copy in memory, one loop per level of the tree.
  Value work = allocateHome(type);
  copyToHome(op.getOperand(), work);
  Type element = type.getElementType();
  for (int64_t count = n; count > 1; count -= count / 2) {
    int64_t half = count / 2, rest = count - half;
    SmallVector<int64_t> levelShape(type.getShape());
    levelShape[axis] = half;
    forEachPiece(RankedTensorType::get(levelShape, element),
                 chunkLanes(element),
                 [&](ArrayRef<Coord> coords, int64_t lanes) {
                   Coords other(coords);
                   other[axis] = add(coords[axis], b.getIndexAttr(rest));
                   Value place = homePointer(work, type, coords);
                   Value left = loadVector(place, element, lanes);
                   Value right = loadVector(homePointer(work, type, other),
                                            element, lanes);
                   storeVector(combine(kind, left, right), place);
                 });
  }
  Value home = allocateHome(resultType);
  forEachPiece(
      resultType, alongLanes ? 1 : chunkLanes(element),
      [&](ArrayRef<Coord> coords, int64_t lanes) {
        Coords source(coords);
        source.insert(source.begin() + axis, b.getIndexAttr(0));
        storeVector(loadVector(homePointer(work, type, source), element, lanes),
                    homePointer(home, resultType, coords));
      });
  addTile(op.getResult());
  setHome(op.getResult(), home);
  if (isSmall(resultType))
    makeRows(op.getResult());
  return success();
}

LogicalResult TileEmitter::emitScan(tile::ScanOp op) {
  RankedTensorType type = tileTypeOf(op.getOperand());
  Type element = type.getElementType();
  unsigned axis = op.getAxis();
  bool alongLanes = axis + 1 == type.getRank();
  int64_t n = type.getDimSize(axis);
  tile::CombineKind kind = op.getKind();
  if (isSmall(type)) {
    SmallVector<Value> rows(getRows(op.getOperand()));
    if (alongLanes) {
      for (Value &row : rows) {
        SmallVector<Value> elements;
        for (int64_t lane = 0; lane < n; ++lane) {
          Value next = vector::ExtractOp::create(b, row, lane);
          if (lane)
            next = combine(kind, elements.back(), next);
          elements.push_back(next);
        }
        row = vector::FromElementsOp::create(b, row.getType(), elements);
      }
    } else {
      int64_t inner = 1;
      for (int64_t i = axis + 1; i + 1 < type.getRank(); ++i)
        inner *= type.getDimSize(i);
      for (auto [number, row] : llvm::enumerate(rows))
        if (int64_t(number) / inner % n != 0)
          row = combine(kind, rows[number - inner], row);
    }
    addTile(op.getResult());
    setRows(op.getResult(), rows);
    return success();
  }
  remark("a scan runs in memory");
  Value home = allocateHome(type);
  copyToHome(op.getOperand(), home);
  SmallVector<int64_t> others(type.getShape());
  others[axis] = 1;
  forEachPiece(
      RankedTensorType::get(others, element), chunkLanes(element),
      [&](ArrayRef<Coord> coords, int64_t lanes) {
        auto loop = scf::ForOp::create(
            b, arith::ConstantIndexOp::create(b, 1),
            arith::ConstantIndexOp::create(b, n),
            arith::ConstantIndexOp::create(b, 1),
            loadVector(homePointer(home, type, coords), element, lanes));
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(loop.getBody());
        Coords here(coords);
        here[axis] = Coord(loop.getInductionVar());
        Value place = homePointer(home, type, here);
        Value next = combine(kind, loop.getRegionIterArg(0),
                             loadVector(place, element, lanes));
        storeVector(next, place);
        scf::YieldOp::create(b, next);
      });
  addTile(op.getResult());
  setHome(op.getResult(), home);
  return success();
}

//===----------------------------------------------------------------------===//
// Transpose
//===----------------------------------------------------------------------===//

/// R rows of L lanes to L rows of R lanes: each stage interleaves row i with
/// row i + R/2, so that after log2(R) stages one vector holds all columns.
/// Both are padded to powers of two: with AVX-512, LLVM 22 compiles such
/// shuffles of 6, 10, 14, ... lanes wrong where some columns are unused.
SmallVector<Value> TileEmitter::transposeBlock(ArrayRef<Value> rows) {
  int64_t count = rows.size(), lanes = lanesOf(rows.front());
  int64_t padded = llvm::PowerOf2Ceil(count);
  auto mask = llvm::to_vector(llvm::seq<int64_t>(0, lanes));
  mask.resize(llvm::PowerOf2Ceil(lanes), vector::ShuffleOp::kPoisonIndex);
  SmallVector<Value> stage;
  for (Value row : rows)
    stage.push_back(vector::ShuffleOp::create(b, row, row, mask));
  stage.resize(padded, stage.front());
  while (stage.size() > 1) {
    size_t half = stage.size() / 2;
    int64_t width = lanesOf(stage.front());
    SmallVector<int64_t> mask;
    for (int64_t lane = 0; lane < width; ++lane)
      mask.append({lane, width + lane});
    SmallVector<Value> next;
    for (size_t i = 0; i < half; ++i)
      next.push_back(
          vector::ShuffleOp::create(b, stage[i], stage[i + half], mask));
    stage = next;
  }
  SmallVector<Value> columns;
  for (int64_t lane = 0; lane < lanes; ++lane)
    columns.push_back(slice(stage.front(), lane * padded, count));
  return columns;
}

/// Writes the permuted tile to `home`; its last axis is `axis` of the tile.
/// Works on blocks of a register by a register.
void TileEmitter::transposeToHome(Value value, unsigned axis,
                                  ArrayRef<int64_t> permutation, Value home) {
  RankedTensorType type = tileTypeOf(value);
  Type element = type.getElementType();
  SmallVector<int64_t> targetShape;
  for (int64_t from : permutation)
    targetShape.push_back(type.getDimSize(from));
  auto targetType = RankedTensorType::get(targetShape, element);
  bool unrolled = isSmall(type);
  if (unrolled)
    makeRows(value);
  else
    makeAddressable(value);
  int64_t bits = memoryType(element).getIntOrFloatBitWidth();
  int64_t block = std::min<int64_t>(16, shape.bytes * 8 / bits);
  int64_t rows = type.getDimSize(axis), lanes = lanesOf(type);
  auto emitBlock = [&](ArrayRef<Coord> coords, int64_t blockRows,
                       int64_t blockLanes) {
    SmallVector<Value> pieces;
    for (int64_t row = 0; row < blockRows; ++row) {
      Coords place(coords);
      place[axis] = add(place[axis], b.getIndexAttr(row));
      pieces.push_back(fetch(value, place, blockLanes));
    }
    for (auto [lane, column] : llvm::enumerate(transposeBlock(pieces))) {
      Coords from(coords), to;
      from.back() = add(from.back(), b.getIndexAttr(lane));
      for (int64_t source : permutation)
        to.push_back(from[source]);
      storeVector(column, homePointer(home, targetType, to));
    }
  };
  // The other axes one by one, the two in blocks.
  SmallVector<int64_t> outer(type.getShape());
  outer[axis] = 1;
  outer.back() = 1;
  auto outerType = RankedTensorType::get(outer, element);
  auto overBlocks = [&](ArrayRef<Coord> coords) {
    Coords place(coords);
    auto overLanes = [&](int64_t blockRows) {
      int64_t whole = lanes / block * block;
      if (!unrolled && whole > block) {
        OpBuilder::InsertionGuard guard(b);
        auto loop =
            scf::ForOp::create(b, arith::ConstantIndexOp::create(b, 0),
                               arith::ConstantIndexOp::create(b, whole),
                               arith::ConstantIndexOp::create(b, block));
        b.setInsertionPoint(loop.getBody()->getTerminator());
        place.back() = Coord(loop.getInductionVar());
        emitBlock(place, blockRows, block);
      } else {
        for (int64_t lane = 0; lane < whole; lane += block) {
          place.back() = b.getIndexAttr(lane);
          emitBlock(place, blockRows, block);
        }
      }
      if (whole != lanes) {
        place.back() = b.getIndexAttr(whole);
        emitBlock(place, blockRows, lanes - whole);
      }
    };
    int64_t whole = rows / block * block;
    if (!unrolled && whole > block) {
      OpBuilder::InsertionGuard guard(b);
      auto loop = scf::ForOp::create(b, arith::ConstantIndexOp::create(b, 0),
                                     arith::ConstantIndexOp::create(b, whole),
                                     arith::ConstantIndexOp::create(b, block));
      b.setInsertionPoint(loop.getBody()->getTerminator());
      place[axis] = Coord(loop.getInductionVar());
      overLanes(block);
    } else {
      for (int64_t row = 0; row < whole; row += block) {
        place[axis] = b.getIndexAttr(row);
        overLanes(block);
      }
    }
    if (whole != rows) {
      place[axis] = b.getIndexAttr(whole);
      overLanes(rows - whole);
    }
  };
  if (unrolled) {
    // Rows need static coordinates.
    for (int64_t row = 0; row < outerType.getNumElements(); ++row) {
      Coords coords = coordsOfRow(outerType, row);
      overBlocks(coords);
    }
    return;
  }
  forEachPiece(outerType, 1,
               [&](ArrayRef<Coord> coords, int64_t) { overBlocks(coords); });
}

/// Moves the last axis; other permutations are expressions.
LogicalResult TileEmitter::emitTranspose(tile::TransposeOp op) {
  Value operand = op.getOperand();
  RankedTensorType type = tileTypeOf(operand),
                   resultType = tileTypeOf(op.getResult());
  ArrayRef<int64_t> permutation = op.getPermutation();
  unsigned axis = permutation.back();
  addTile(op.getResult());
  if (!isSmall(type) || !isSmall(resultType)) {
    remark("a large transpose runs in memory");
    Value home = allocateHome(resultType);
    transposeToHome(operand, axis, permutation, home);
    setHome(op.getResult(), home);
    return success();
  }
  SmallVector<Value> rows(getRows(operand));
  SmallVector<Value> results(rowsOf(resultType));
  SmallVector<int64_t> outer(type.getShape());
  outer[axis] = 1;
  outer.back() = 1;
  auto outerType = RankedTensorType::get(outer, type.getElementType());
  auto rowAt = [](RankedTensorType type, ArrayRef<int64_t> coords) {
    int64_t row = 0;
    for (int64_t i = 0; i + 1 < type.getRank(); ++i)
      row = row * type.getDimSize(i) + coords[i];
    return row;
  };
  for (int64_t number = 0; number < outerType.getNumElements(); ++number) {
    SmallVector<int64_t> coords;
    for (Coord coord : coordsOfRow(outerType, number))
      coords.push_back(*getConstantIntValue(coord));
    SmallVector<Value> pieces;
    for (int64_t i = 0; i < type.getDimSize(axis); ++i) {
      coords[axis] = i;
      pieces.push_back(rows[rowAt(type, coords)]);
    }
    coords[axis] = 0;
    for (auto [lane, column] : llvm::enumerate(transposeBlock(pieces))) {
      coords.back() = lane;
      SmallVector<int64_t> target;
      for (int64_t from : permutation)
        target.push_back(coords[from]);
      results[rowAt(resultType, target)] = column;
    }
    coords.back() = 0;
  }
  setRows(op.getResult(), results);
  return success();
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

/// Changes the last axis; other reshapes are expressions.
LogicalResult TileEmitter::emitReshape(tile::ReshapeOp op) {
  Value operand = op.getOperand();
  RankedTensorType type = tileTypeOf(operand),
                   resultType = tileTypeOf(op.getResult());
  addTile(op.getResult());
  if (!isSmall(type) || !isSmall(resultType)) {
    // Row-major memory has no shape. If the operand is overwritten later, in
    // place, so would be this.
    Value home = makeHome(operand);
    tileOf(operand).homeShared = true;
    setHome(op.getResult(), home);
    tileOf(op.getResult()).homeShared = true;
    return success();
  }
  SmallVector<Value> rows(getRows(operand));
  int64_t from = lanesOf(type), to = lanesOf(resultType);
  SmallVector<Value> results;
  if (from == 1) {
    // One insertion per element instead of a chain of shuffles.
    for (int64_t row = 0; row < rowsOf(resultType); ++row) {
      SmallVector<Value> elements;
      for (int64_t lane = 0; lane < to; ++lane)
        elements.push_back(
            vector::ExtractOp::create(b, rows[row * to + lane], 0));
      results.push_back(vector::FromElementsOp::create(
          b, VectorType::get({to}, type.getElementType()), elements));
    }
  } else {
    for (int64_t first = 0; first < type.getNumElements(); first += to) {
      SmallVector<Value> pieces;
      for (int64_t at = first; at < first + to;) {
        int64_t count = std::min(from - at % from, first + to - at);
        pieces.push_back(slice(rows[at / from], at % from, count));
        at += count;
      }
      results.push_back(concatenate(pieces));
    }
  }
  setRows(op.getResult(), results);
  return success();
}

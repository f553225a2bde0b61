//===- Cell.h - one element of the tile interpreter -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A `Cell` holds an integer of up to 64 bits, sign-extended, or a float of any
// width as a double that its type can represent. Its type is that of the SSA
// value. Rounding a double result to f32 or below is exact for +, -, *, / and
// square roots: a double has more than twice the bits.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_TILE_INTERPRETER_CELL_H
#define TILEWRIGHT_LIB_DIALECT_TILE_INTERPRETER_CELL_H

#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/IR/BuiltinTypes.h"

#include <functional>
#include <random>
#include <string>
#include <vector>

namespace tilewright::tile {

union Cell {
  int64_t i;
  double f;
};

inline Cell intCell(int64_t value) {
  Cell cell;
  cell.i = value;
  return cell;
}
inline Cell floatCell(double value) {
  Cell cell;
  cell.f = value;
  return cell;
}

/// 64 for index.
unsigned widthOf(mlir::Type type);
/// The low `width` bits, sign-extended.
int64_t wrap(int64_t value, unsigned width);
/// The low `width` bits, zero-extended.
uint64_t unsignedOf(int64_t value, unsigned width);
/// Rounds to the float type.
double roundTo(mlir::Type type, double value);

Cell cellOf(mlir::Attribute number);
/// An element in memory: a bool is a byte.
Cell loadCell(const void *address, mlir::Type type);
void storeCell(void *address, mlir::Type type, Cell cell);
/// The bits of a number of the type, and back.
uint64_t bitsOf(Cell cell, mlir::Type type);
Cell fromBits(uint64_t bits, mlir::Type type);

/// Values that are unlike anything right.
class Marker {
public:
  explicit Marker(uint64_t seed) : engine(seed) {}
  Cell next(mlir::Type type);
  uint64_t bits() { return engine(); }

private:
  std::mt19937_64 engine;
};

/// Computes one element from the operands' elements; sets `error` on failure.
using ElementFunction = std::function<Cell(const Cell *, std::string &error)>;

/// The function of an elementwise op of arith or math (also on scalars); null
/// if the interpreter does not know the op. `marker` stands for poison.
ElementFunction elementFunction(mlir::Operation *op, Marker &marker);

/// a combined with b.
Cell combine(CombineKind kind, mlir::Type type, Cell a, Cell b);

} // namespace tilewright::tile

#endif // TILEWRIGHT_LIB_DIALECT_TILE_INTERPRETER_CELL_H

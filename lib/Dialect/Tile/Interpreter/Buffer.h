//===- Buffer.h - memory of the tile interpreter --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A row-major buffer that checks every access. An output remembers for each
// element which block wrote it and which read it: two blocks may not meet.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_TILE_INTERPRETER_BUFFER_H
#define TILEWRIGHT_LIB_DIALECT_TILE_INTERPRETER_BUFFER_H

#include "Cell.h"

#include "tilewright/Support/Result.h"

#include <memory>

namespace tilewright::tile {

class Buffer {
public:
  enum Kind { Input, Output, Scratch };

  /// Memory of a tensor (null for Scratch: own memory).
  Buffer(Kind kind, mlir::Type element, std::vector<int64_t> shape, void *data);
  /// Fills the buffer with markers.
  void scramble(Marker &marker);

  const std::vector<int64_t> &shape() const { return sizes; }

  /// The element at the coordinates, for the block; errors say what is wrong.
  Status load(llvm::ArrayRef<int64_t> at, int64_t block, Cell &cell);
  Status store(llvm::ArrayRef<int64_t> at, int64_t block, Cell cell);

private:
  Status locate(llvm::ArrayRef<int64_t> at, int64_t &index) const;

  Kind kind;
  mlir::Type element;
  std::vector<int64_t> sizes;
  int64_t count = 1;
  int64_t width;
  std::vector<char> own;
  char *data;
  /// The last block that did so, -1 for none.
  std::vector<int64_t> writer, reader;
};

} // namespace tilewright::tile

#endif // TILEWRIGHT_LIB_DIALECT_TILE_INTERPRETER_BUFFER_H

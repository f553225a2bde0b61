//===- Buffer.cpp - memory of the tile interpreter ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Buffer.h"

using namespace tilewright;
using namespace tilewright::tile;

static std::string text(llvm::ArrayRef<int64_t> numbers) {
  std::string result = "[";
  for (int64_t number : numbers)
    result += (result.size() > 1 ? ", " : "") + std::to_string(number);
  return result + "]";
}

Buffer::Buffer(Kind kind, mlir::Type element, std::vector<int64_t> shape,
               void *memory)
    : kind(kind), element(element), sizes(std::move(shape)),
      width((widthOf(element) + 7) / 8), data(static_cast<char *>(memory)) {
  for (int64_t size : sizes)
    count *= size;
  if (kind == Scratch) {
    own.resize(count * width);
    data = own.data();
  }
  if (kind == Output) {
    writer.assign(count, -1);
    reader.assign(count, -1);
  }
}

void Buffer::scramble(Marker &marker) {
  for (int64_t i = 0; i < count; ++i)
    storeCell(data + i * width, element, marker.next(element));
}

Status Buffer::locate(llvm::ArrayRef<int64_t> at, int64_t &index) const {
  index = 0;
  for (size_t axis = 0; axis < sizes.size(); ++axis) {
    if (at[axis] < 0 || at[axis] >= sizes[axis])
      return error("touches element ", text(at), " of a buffer of shape ",
                   text(sizes));
    index = index * sizes[axis] + at[axis];
  }
  return Status::success();
}

Status Buffer::load(llvm::ArrayRef<int64_t> at, int64_t block, Cell &cell) {
  int64_t index;
  if (Status status = locate(at, index); !status)
    return status;
  if (kind == Output) {
    if (writer[index] != -1 && writer[index] != block)
      return error("reads element ", text(at), " in block ", block,
                   ", which block ", writer[index], " writes");
    reader[index] = block;
  }
  cell = loadCell(data + index * width, element);
  return Status::success();
}

Status Buffer::store(llvm::ArrayRef<int64_t> at, int64_t block, Cell cell) {
  int64_t index;
  if (Status status = locate(at, index); !status)
    return status;
  if (kind == Input)
    return error("writes element ", text(at), " of an input");
  if (kind == Output) {
    if (writer[index] != -1 && writer[index] != block)
      return error("writes element ", text(at), " in block ", block,
                   ", which block ", writer[index], " writes too");
    if (reader[index] != -1 && reader[index] != block)
      return error("writes element ", text(at), " in block ", block,
                   ", which block ", reader[index], " reads");
    writer[index] = block;
  }
  storeCell(data + index * width, element, cell);
  return Status::success();
}

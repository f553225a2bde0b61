//===- Context.cpp - the memory of one run --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Context.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <utility>

namespace tilewright {

Block::Block(Block &&other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      capacity(std::exchange(other.capacity, 0)) {}

Block &Block::operator=(Block &&other) noexcept {
  std::swap(data_, other.data_);
  std::swap(capacity, other.capacity);
  return *this;
}

Block::~Block() { std::free(data_); }

bool Block::reserve(int64_t bytes, int64_t keep) {
  constexpr int64_t hugePage = int64_t(2) << 20;
  if (bytes <= capacity && data_)
    return true;
  if (bytes > (int64_t(1) << 60))
    return false;
  int64_t wanted = std::max<int64_t>(bytes, 64);
  if (capacity != 0)
    wanted = std::max(wanted, 2 * capacity);
  int64_t alignment = wanted >= 2 * hugePage ? hugePage : 64;
  auto allocate = [&](int64_t size) {
    size = (size + alignment - 1) / alignment * alignment;
    wanted = size;
    return static_cast<std::byte *>(
        std::aligned_alloc(size_t(alignment), size_t(size)));
  };
  // The old content is not needed together with the new, unless it is kept.
  if (keep == 0) {
    std::free(data_);
    data_ = nullptr;
    capacity = 0;
  }
  std::byte *fresh = allocate(wanted);
  if (!fresh)
    fresh = allocate(std::max<int64_t>(bytes, 64));
  if (!fresh)
    return false;
  if (alignment == hugePage)
    madvise(fresh, size_t(wanted), MADV_HUGEPAGE);
  if (keep != 0) {
    std::memcpy(fresh, data_, size_t(keep));
    std::free(data_);
  }
  data_ = fresh;
  capacity = wanted;
  return true;
}

Context::Context(const Program &program)
    : symbols(program.symbols.size(), 0), addresses(program.fixedAddresses),
      segmentBlocks(program.segments.size()),
      segmentPlans(program.segments.size()), dedicated(program.buffers.size()),
      inputCopies(program.inputBuffers.size()),
      outputCopies(program.outputBuffers.size()),
      givenOutputs(program.outputBuffers.size(), false),
      copiedOutputs(program.outputBuffers.size(), false),
      sizes(program.maxSizes), offsets(program.maxArguments),
      arguments(program.maxArguments), elementShapes(program.buffers.size()),
      calls(program.commandCount, 0), nanoseconds(program.commandCount, 0) {}

} // namespace tilewright

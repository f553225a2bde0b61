//===- Context.h - the memory of one run ----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything that changes while a plan runs. A session keeps contexts and gives
// each run one to itself, so nothing in here is shared. Memory only grows.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_RUNTIME_CONTEXT_H
#define TILEWRIGHT_LIB_RUNTIME_CONTEXT_H

#include "Binding.h"

namespace tilewright {

/// Memory aligned to 64 that grows on demand.
class Block {
public:
  Block() = default;
  Block(Block &&other) noexcept;
  Block &operator=(Block &&other) noexcept;
  ~Block();

  /// At least this many bytes; false if there is not enough memory. The content
  /// goes, unless `keep` bytes of it are asked for. Growing for the second time
  /// doubles, so that a loop which appends is linear.
  bool reserve(int64_t bytes, int64_t keep = 0);
  std::byte *data() const { return data_; }

private:
  std::byte *data_ = nullptr;
  int64_t capacity = 0;
};

/// The last plans of a segment's block: sizes of the buffers -> offsets.
struct SegmentPlans {
  struct Entry {
    std::vector<int64_t> sizes, offsets;
    int64_t bytes = 0;
  };
  std::vector<Entry> entries;
  size_t nextVictim = 0;
};

struct Context {
  explicit Context(const Program &program);

  std::shared_ptr<const Binding> binding;
  /// By number.
  std::vector<int64_t> symbols;
  /// By root buffer.
  std::vector<std::byte *> addresses;

  Block arena, scratch;
  std::vector<Block> segmentBlocks;
  std::vector<SegmentPlans> segmentPlans;
  /// Of dedicated buffers, by buffer.
  std::vector<Block> dedicated;
  /// Copies of inputs and outputs whose own memory will not do.
  std::vector<Block> inputCopies, outputCopies;
  /// The output's tensor is the caller's.
  std::vector<bool> givenOutputs;
  /// The output is written to its copy first.
  std::vector<bool> copiedOutputs;

  // Scratch of the executor, to allocate nothing.
  std::vector<int64_t> key, sizes, offsets, numbers;
  std::vector<void *> arguments;
  std::vector<int64_t> loopBytes;
  /// Of the first trip, by stacked result.
  std::vector<std::vector<int64_t>> elementShapes;

  /// By number of the command.
  std::vector<uint64_t> calls, nanoseconds;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_RUNTIME_CONTEXT_H

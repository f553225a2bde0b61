//===- GuardedLaunch.cpp - kernels that keep to their buffers -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// With SessionOptions::checkMemory each kernel runs on copies of its buffers,
// in one block in which every byte that is no input is 0xFF, a NaN in all float
// types:
//
//     guard | input 0 | guard | ... | output 0 | guard | scratch 0 | guard |
//     ...
//
// So what is read behind an edge, or before it was written, is NaN, and what is
// written behind an edge or into an input shows when the kernel is done.
//
//===----------------------------------------------------------------------===//

#include "Executor.h"

#include <algorithm>
#include <cstring>

namespace tilewright {

static constexpr int64_t guardBytes = 4096;
static constexpr int fill = 0xFF;

namespace {
/// A part of the block.
struct Part {
  int64_t at = 0, bytes = 0;
  std::byte *original = nullptr;
};
} // namespace

/// Places parts one after the other; false if they do not fit in 63 bits.
static bool place(Part &part, int64_t &end) {
  part.at = end;
  return part.bytes <= maxBytes &&
         !__builtin_add_overflow(end, roundUp64(part.bytes) + guardBytes, &end);
}

/// The first byte of [from, to) that is not as it was filled; `to` if all are.
static int64_t firstChange(const std::byte *block, int64_t from, int64_t to) {
  return std::find_if(block + from, block + to,
                      [](std::byte b) { return b != std::byte(fill); }) -
         block;
}

bool Executor::launchGuarded(const LoweredCommand &command, Launch &launch) {
  std::string where = "kernel '" + *launch.name + "'";
  std::vector<Part> parts(command.buffers.size());
  int64_t end = guardBytes;
  bool fits = true;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!locate(command.buffers[i], parts[i].original, parts[i].bytes))
      return false;
    fits = fits && place(parts[i], end);
  }
  int64_t scratchBytes;
  if (!evaluator.value(command.scratch, scratchBytes))
    return false;
  int64_t scratchAt = end;
  for (int thread = 0; thread < int(threads.threads()); ++thread) {
    parts.push_back({0, scratchBytes, nullptr});
    fits = fits && place(parts.back(), end);
  }
  Block block;
  if (!fits || !block.reserve(end))
    return fail(error(where, ": not enough memory for guarded copies of its "
                             "buffers"));
  std::byte *base = block.data();
  std::memset(base, fill, size_t(end));
  for (size_t i = 0; i < command.buffers.size(); ++i) {
    context.arguments[i] = base + parts[i].at;
    if (i < command.inputs && parts[i].bytes != 0)
      std::memcpy(base + parts[i].at, parts[i].original,
                  size_t(parts[i].bytes));
  }
  launch.scratch = base + scratchAt;
  launch.scratchStride = roundUp64(scratchBytes) + guardBytes;
  executable.launch(launch);

  auto describe = [&](size_t part) {
    return part < command.buffers.size()
               ? "'" + program.plan->buffers[command.buffers[part]].name + "'"
               : std::string("its scratch");
  };
  for (size_t i = 0; i < parts.size(); ++i) {
    const Part &part = parts[i];
    // Between this part and the next, and before the first.
    int64_t from = part.at + part.bytes,
            to = i + 1 < parts.size() ? parts[i + 1].at : end;
    if (i == 0 && firstChange(base, 0, part.at) != part.at)
      return fail(error(where, " wrote in front of ", describe(i)));
    if (int64_t changed = firstChange(base, from, to); changed != to)
      return fail(error(where, " wrote to byte ", changed - part.at, " of ",
                        describe(i), ", which has ", part.bytes));
    if (i >= command.buffers.size() || part.bytes == 0)
      continue;
    if (i >= command.inputs)
      std::memcpy(part.original, base + part.at, size_t(part.bytes));
    else if (std::memcmp(part.original, base + part.at, size_t(part.bytes)) !=
             0)
      return fail(error(where, " wrote to its input ", describe(i)));
  }
  return true;
}

} // namespace tilewright

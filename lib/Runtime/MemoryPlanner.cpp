//===- MemoryPlanner.cpp - offsets for buffers with lifetimes -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Runtime/MemoryPlanner.h"

#include <algorithm>
#include <numeric>

namespace tilewright {

Result<int64_t> planMemory(std::vector<MemoryRequest> &requests) {
  constexpr int64_t alignment = 64, largest = int64_t(1) << 60;
  auto rounded = [](int64_t bytes) {
    return (bytes + alignment - 1) / alignment * alignment;
  };
  std::vector<size_t> order(requests.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (requests[a].bytes != requests[b].bytes)
      return requests[a].bytes > requests[b].bytes;
    return a < b;
  });
  // Those that are placed, by offset.
  std::vector<size_t> placed;
  int64_t total = 0;
  for (size_t index : order) {
    MemoryRequest &request = requests[index];
    if (request.bytes > largest)
      return error("a buffer of ", request.bytes, " bytes");
    int64_t size = std::max(rounded(request.bytes), alignment), offset = 0;
    for (size_t other : placed) {
      const MemoryRequest &there = requests[other];
      if (!there.life.overlaps(request.life))
        continue;
      if (offset + size <= there.offset)
        break;
      offset = std::max(offset, there.offset +
                                    std::max(rounded(there.bytes), alignment));
    }
    if (offset > largest)
      return error("buffers of more than ", largest, " bytes together");
    request.offset = offset;
    total = std::max(total, offset + size);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), index,
                                   [&](size_t a, size_t b) {
                                     return requests[a].offset <
                                            requests[b].offset;
                                   }),
                  index);
  }
  return total;
}

} // namespace tilewright

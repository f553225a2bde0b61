//===- Parallel.h - independent pieces of work on several threads ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For compiling, where a piece takes milliseconds; what runs models is
// Runtime/ThreadPool.
//
//     bool done = parallelFor(kernels.size(), {.jobs = 4},
//                             [] { return std::make_unique<MLIRContext>(); },
//                             [&](size_t i, auto &context) { ... });
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_PARALLEL_H
#define TILEWRIGHT_SUPPORT_PARALLEL_H

#include <algorithm>
#include <atomic>
#include <functional>
#include <system_error>
#include <thread>
#include <vector>

namespace tilewright {

struct ParallelOptions {
  /// Pieces of work at the same time.
  unsigned jobs = 1;
  /// Told on the calling thread, after each of its pieces, which part is done;
  /// may be empty. Returning false cancels.
  std::function<bool(double fraction)> progress = {};
};

/// Calls `work(i, state)` for i = 0 to count - 1, each once and in no order, on
/// the calling thread and as many others as `jobs` asks for and the system has.
/// Each thread makes a state of its own. False if it was cancelled: then some
/// were not called.
template <typename MakeState, typename Work>
bool parallelFor(size_t count, const ParallelOptions &options,
                 MakeState makeState, Work work) {
  std::atomic<size_t> next = 0;
  std::atomic<bool> cancelled = false;
  auto takeAll = [&](bool isCaller) {
    auto state = makeState();
    for (size_t i = next++; i < count && !cancelled; i = next++) {
      work(i, state);
      if (isCaller && options.progress &&
          !options.progress(double(i + 1) / double(count)))
        cancelled = true;
    }
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < std::min<size_t>(options.jobs, count); ++i) {
    try {
      others.emplace_back(takeAll, false);
    } catch (const std::system_error &) {
      break;
    }
  }
  takeAll(true);
  for (std::thread &other : others)
    other.join();
  return !cancelled;
}

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_PARALLEL_H

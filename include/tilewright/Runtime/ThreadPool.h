//===- ThreadPool.h - the threads of the process --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One pool per process, so that several sessions never use more threads than
// one. Whoever has the lease uses the workers; who does not get it works on the
// calling thread alone. Workers look for work for a moment after each job (a
// model runs many short jobs in a row), then sleep in the kernel.
//
// After a fork the child finds a fresh pool: threads do not survive a fork.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_RUNTIME_THREADPOOL_H
#define TILEWRIGHT_RUNTIME_THREADPOOL_H

#include <cstdint>

namespace tilewright {

class ThreadPool {
public:
  /// Runs elements lo..hi-1; `worker` is 0 for the caller and less than the
  /// number of threads, and no two calls at a time have the same.
  using Body = void (*)(void *context, int64_t lo, int64_t hi, unsigned worker);

  static ThreadPool &process();
  /// The number of cores that this process may run on.
  static unsigned coreCount();

  /// Takes the lease if nobody has it.
  bool tryAcquire();
  void release();

  /// Calls `body` for chunks of 0..count-1, in no order, on at most `threads`
  /// threads, the caller's among them; returns when all are done. Only for the
  /// holder of the lease.
  void parallelFor(unsigned threads, int64_t count, int64_t chunk, Body body,
                   void *context);

private:
  struct State;
  ThreadPool();
  State *state;
};

/// The lease on the process's pool for a scope, or none.
class ThreadLease {
public:
  /// Does not try if `threads` is 1.
  explicit ThreadLease(unsigned threads);
  ~ThreadLease();
  ThreadLease(const ThreadLease &) = delete;
  ThreadLease &operator=(const ThreadLease &) = delete;

  /// 1 if somebody else has the pool.
  unsigned threads() const { return threads_; }
  /// Only if `threads` is more than 1.
  ThreadPool &pool() const { return *pool_; }

private:
  ThreadPool *pool_ = nullptr;
  unsigned threads_ = 1;
};

} // namespace tilewright

#endif // TILEWRIGHT_RUNTIME_THREADPOOL_H

//===- ThreadPool.cpp - the threads of the process ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A job is published in plain fields and opened by setting the bit `open` in
// `gate`, whose other bits count the workers inside. A worker enters by adding
// one to an open gate and leaves by taking it away; the caller, when nothing is
// left to hand out, closes the gate and waits until the count is 0. So a worker
// that wakes up late finds the gate closed and nobody waits for it, and the
// fields are never written while a worker can read them.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Runtime/ThreadPool.h"

#include <algorithm>
#include <atomic>
#include <climits>
#include <csignal>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tilewright {

namespace {
/// About 50 to 100 microseconds: longer than the pauses inside a run.
constexpr int spinsBeforeSleep = 4000;
/// The other threads may need this core.
constexpr int spinsBeforeYield = 1000;
constexpr unsigned maxThreads = 1024;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

void futexWait(std::atomic<uint32_t> &word, uint32_t value) {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
}
void futexWakeAll(std::atomic<uint32_t> &word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

constexpr uint32_t open = 1u << 31;
} // namespace

struct ThreadPool::State {
  std::atomic<bool> leased{false};
  /// Only the holder of the lease reads and writes it.
  unsigned workers = 0;

  // The job.
  Body body = nullptr;
  void *context = nullptr;
  int64_t count = 0, chunk = 1;
  unsigned threads = 1;
  alignas(64) std::atomic<int64_t> nextElement{0};

  alignas(64) std::atomic<uint32_t> gate{0};
  /// Counts jobs; what idle workers watch and sleep on.
  alignas(64) std::atomic<uint32_t> epoch{0};
  alignas(64) std::atomic<uint32_t> sleepers{0};

  void work(unsigned worker) {
    for (;;) {
      int64_t lo = nextElement.fetch_add(chunk, std::memory_order_relaxed);
      if (lo >= count)
        return;
      body(context, lo, std::min(lo + chunk, count), worker);
    }
  }

  bool enter() {
    uint32_t value = gate.load(std::memory_order_relaxed);
    while (value & open)
      if (gate.compare_exchange_weak(value, value + 1,
                                     std::memory_order_acquire,
                                     std::memory_order_relaxed))
        return true;
    return false;
  }

  /// Returns when the epoch is no longer `seen`.
  uint32_t waitForJob(uint32_t seen) {
    for (int spin = 0; spin < spinsBeforeSleep; ++spin) {
      uint32_t now = epoch.load(std::memory_order_acquire);
      if (now != seen)
        return now;
      if (spin % spinsBeforeYield == spinsBeforeYield - 1)
        sched_yield();
      else
        pause();
    }
    // Either the caller sees this sleeper, or the kernel sees the new epoch.
    sleepers.fetch_add(1, std::memory_order_seq_cst);
    uint32_t now;
    while ((now = epoch.load(std::memory_order_seq_cst)) == seen)
      futexWait(epoch, seen);
    sleepers.fetch_sub(1, std::memory_order_relaxed);
    return now;
  }

  [[noreturn]] void workerLoop(unsigned worker) {
    for (uint32_t seen = 0;;) {
      seen = waitForJob(seen);
      if (!enter())
        continue;
      if (worker < threads)
        work(worker);
      gate.fetch_sub(1, std::memory_order_release);
    }
  }

  struct Start {
    State *state;
    unsigned worker;
  };
  static void *startWorker(void *argument) {
    Start start = *static_cast<Start *>(argument);
    delete static_cast<Start *>(argument);
    start.state->workerLoop(start.worker);
  }

  /// Makes workers 1 to `wanted` where they are missing; fewer if the system
  /// has no more threads.
  void grow(unsigned wanted) {
    if (workers >= wanted)
      return;
    // Signals (Ctrl-C) are for the threads of the program.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (workers < wanted) {
      pthread_t thread;
      Start *start = new Start{this, workers + 1};
      if (pthread_create(&thread, nullptr, startWorker, start) != 0) {
        delete start;
        break;
      }
      pthread_detach(thread);
      ++workers;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
};

namespace {
// A mutable global: decision 18 asks for one pool per process. It is
// never destroyed, since its threads run until the process ends.
std::atomic<ThreadPool *> processPool{nullptr};

void forgetPoolAfterFork() { processPool.store(nullptr); }
} // namespace

ThreadPool::ThreadPool() : state(new State) {}

ThreadPool &ThreadPool::process() {
  if (ThreadPool *pool = processPool.load(std::memory_order_acquire))
    return *pool;
  static const int registered =
      pthread_atfork(nullptr, nullptr, forgetPoolAfterFork);
  (void)registered;
  ThreadPool *fresh = new ThreadPool;
  ThreadPool *expected = nullptr;
  if (processPool.compare_exchange_strong(expected, fresh))
    return *fresh;
  delete fresh->state;
  delete fresh;
  return *expected;
}

unsigned ThreadPool::coreCount() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    return unsigned(std::max(1, CPU_COUNT(&set)));
  return unsigned(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
}

bool ThreadPool::tryAcquire() {
  return !state->leased.exchange(true, std::memory_order_acquire);
}

void ThreadPool::release() {
  state->leased.store(false, std::memory_order_release);
}

void ThreadPool::parallelFor(unsigned threads, int64_t count, int64_t chunk,
                             Body body, void *context) {
  threads = std::min(threads, maxThreads);
  if (threads <= 1 || count <= chunk) {
    if (count > 0)
      body(context, 0, count, 0);
    return;
  }
  State &s = *state;
  s.grow(threads - 1);
  s.body = body;
  s.context = context;
  s.count = count;
  s.chunk = std::max<int64_t>(chunk, 1);
  s.threads = threads;
  s.nextElement.store(0, std::memory_order_relaxed);
  s.gate.store(open, std::memory_order_release);
  s.epoch.fetch_add(1, std::memory_order_seq_cst);
  if (s.sleepers.load(std::memory_order_seq_cst) != 0)
    futexWakeAll(s.epoch);

  s.work(0);

  s.gate.fetch_and(~open, std::memory_order_relaxed);
  for (int spin = 0; s.gate.load(std::memory_order_acquire) != 0; ++spin) {
    if (spin % spinsBeforeYield == spinsBeforeYield - 1)
      sched_yield();
    else
      pause();
  }
}

ThreadLease::ThreadLease(unsigned threads) {
  if (threads <= 1)
    return;
  ThreadPool &pool = ThreadPool::process();
  if (!pool.tryAcquire())
    return;
  pool_ = &pool;
  threads_ = threads;
}

ThreadLease::~ThreadLease() {
  if (pool_)
    pool_->release();
}

} // namespace tilewright

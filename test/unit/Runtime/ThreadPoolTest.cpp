//===- ThreadPoolTest.cpp - loops on several threads ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Runtime/ThreadPool.h"

#include "TestSupport.h"

#include <atomic>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace tilewright;

namespace {

/// Runs a job that marks each element; true if each was marked once and no two
/// workers with one number ran at the same time.
bool runsEachOnce(ThreadPool &pool, unsigned threads, int64_t count,
                  int64_t chunk) {
  struct Job {
    std::vector<std::atomic<int>> marks;
    std::vector<std::atomic<int>> busy;
    std::atomic<bool> bad{false};
    Job(int64_t count, unsigned threads)
        : marks(size_t(count)), busy(threads) {}
  } job(count, threads);
  pool.parallelFor(
      threads, count, chunk,
      [](void *context, int64_t lo, int64_t hi, unsigned worker) {
        Job &job = *static_cast<Job *>(context);
        if (worker >= job.busy.size() || job.busy[worker]++ != 0)
          job.bad = true;
        for (int64_t i = lo; i < hi; ++i)
          ++job.marks[size_t(i)];
        --job.busy[worker];
      },
      &job);
  for (auto &mark : job.marks)
    if (mark != 1)
      return false;
  return !job.bad;
}

// Every element runs once, for many sizes, chunks and numbers of threads.
TEST(ThreadPool, RunsEachElementOnce) {
  ThreadLease lease(4);
  ASSERT_EQ(lease.threads(), 4u);
  for (unsigned threads : {1u, 2u, 4u})
    for (int64_t count : {0, 1, 2, 7, 100, 1001})
      for (int64_t chunk : {1, 3, 64})
        for (int repeat = 0; repeat < 20; ++repeat)
          ASSERT_TRUE(runsEachOnce(lease.pool(), threads, count, chunk));
}

// Workers that fell asleep wake up for the next job.
TEST(ThreadPool, WakesUp) {
  ThreadLease lease(3);
  ASSERT_EQ(lease.threads(), 3u);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(runsEachOnce(lease.pool(), 3, 100, 1));
    usleep(5000);
  }
}

// Who comes second works alone.
TEST(ThreadPool, OneLease) {
  ThreadLease first(2);
  EXPECT_EQ(first.threads(), 2u);
  std::thread([] { EXPECT_EQ(ThreadLease(2).threads(), 1u); }).join();
}

// A child of fork has a pool that works.
TEST(ThreadPool, SurvivesFork) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "ThreadSanitizer ends a child that starts threads";
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
  GTEST_SKIP() << "ThreadSanitizer ends a child that starts threads";
#endif
#endif
  {
    ThreadLease lease(2);
    ASSERT_TRUE(runsEachOnce(lease.pool(), 2, 100, 1));
  }
  pid_t child = fork();
  if (child == 0) {
    ThreadLease lease(2);
    bool ok = lease.threads() == 2;
    for (int i = 0; ok && i < 50; ++i)
      ok = runsEachOnce(lease.pool(), 2, 100, 1);
    _exit(ok ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

} // namespace

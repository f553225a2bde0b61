//===- SharedModuleTest.cpp - several threads, one compiled module --------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// With real kernels on device cpu. `scripts/test --full` runs these under
// ThreadSanitizer, too.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/Compile.h"
#include "tilewright/Runtime/Device/Cpu/CpuDevice.h"
#include "tilewright/Runtime/Session.h"

#include "SmallModel.h"
#include "TestSupport.h"

#include <atomic>
#include <cmath>
#include <thread>

using namespace tilewright;

namespace {

constexpr int64_t inner = 24, width = 40;

float weight(int64_t i) { return float(i % 7 - 3) / 4; }

/// y = softmax(x * w), x: f32[N, inner]; two kernels at least, a temporary
/// between them and a weight.
std::string model() {
  std::vector<float> w;
  for (int64_t i = 0; i < inner * width; ++i)
    w.push_back(weight(i));
  test::SmallModel model;
  model.input("x", inner).output("y", width).weight("w", {inner, width}, w);
  model.node("MatMul", {"x", "w"}, "product");
  model.node("Softmax", {"product"}, "y");
  return model.bytes();
}

Tensor input(int64_t rows, int64_t seed) {
  Tensor x(DType::F32, {rows, inner});
  for (int64_t i = 0; i < x.size(); ++i)
    x.as<float>()[i] = float((i * 5 + seed) % 11 - 5) / 8;
  return x;
}

/// Plain loops.
bool isRight(const Tensor &x, const Tensor &y) {
  for (int64_t row = 0; row < x.shape()[0]; ++row) {
    double e[width], sum = 0;
    for (int64_t j = 0; j < width; ++j) {
      double dot = 0;
      for (int64_t k = 0; k < inner; ++k)
        dot += double(x.as<float>()[row * inner + k]) * weight(k * width + j);
      sum += e[j] = std::exp(dot);
    }
    for (int64_t j = 0; j < width; ++j)
      if (!(std::abs(y.as<float>()[row * width + j] - e[j] / sum) < 1e-5))
        return false;
  }
  return true;
}

/// Runs with sizes that change, in a way of its own for each caller; with
/// memory for the outputs and without.
bool runsRight(Session &session, int64_t caller) {
  for (int64_t i = 0; i < 40; ++i) {
    Tensor x = input((i * (caller + 1)) % 9, caller + i);
    std::vector<Tensor> outputs;
    if (i % 2)
      outputs = {Tensor(DType::F32, {x.shape()[0], width})};
    if (!session.run({x}, outputs) || !isRight(x, outputs[0]))
      return false;
  }
  return true;
}

/// Calls `work(0)` to `work(3)` at the same time; true if all return true.
bool onFourThreads(const std::function<bool(int64_t)> &work) {
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int64_t caller = 0; caller < 4; ++caller)
    threads.emplace_back([&, caller] { right += work(caller); });
  for (std::thread &thread : threads)
    thread.join();
  return right == 4;
}

class SharedModule : public testing::Test {
protected:
  void SetUp() override {
    test::TemporaryFolder folder;
    std::string bytes = model(), path = folder / "m.twm";
    // Two jobs: the compiler's own threads are under test as well.
    CompileOptions options;
    options.jobs = 2;
    auto report = compileModel({"", bytes}, path, options);
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_VALUE(loaded, Module::load(path));
    module = loaded;
  }

  std::shared_ptr<const Module> module;
};

// One session, four threads; one of them at a time has the pool's threads.
TEST_F(SharedModule, OneSession) {
  for (unsigned threads : {1u, 3u}) {
    SessionOptions options;
    options.threads = threads;
    options.profile = true;
    ASSERT_VALUE(session, Session::create(module, createCpuDevice(), options));
    EXPECT_TRUE(onFourThreads(
        [&](int64_t caller) { return runsRight(*session, caller); }));
    for (const ProfileEntry &entry : session->profile())
      EXPECT_EQ(entry.calls, 160u);
  }
}

// Shapes that push each other's memory plan out of the cache.
TEST_F(SharedModule, SmallCache) {
  SessionOptions options;
  options.threads = 2;
  options.cachedShapes = 2;
  ASSERT_VALUE(session, Session::create(module, createCpuDevice(), options));
  EXPECT_TRUE(onFourThreads(
      [&](int64_t caller) { return runsRight(*session, caller); }));
}

// Each thread makes its sessions itself, of one module, while others run.
TEST_F(SharedModule, SessionPerThread) {
  std::shared_ptr<const Device> device = createCpuDevice();
  EXPECT_TRUE(onFourThreads([&](int64_t caller) {
    for (int i = 0; i < 3; ++i) {
      SessionOptions options;
      options.threads = 2;
      auto session = Session::create(module, device, options);
      if (!session || !runsRight(**session, caller))
        return false;
    }
    return true;
  }));
}

// The profile can be read and reset while others run.
TEST_F(SharedModule, ProfileWhileRunning) {
  SessionOptions options;
  options.threads = 2;
  options.profile = true;
  ASSERT_VALUE(session, Session::create(module, createCpuDevice(), options));
  EXPECT_TRUE(onFourThreads([&](int64_t caller) {
    if (caller != 0)
      return runsRight(*session, caller);
    for (int i = 0; i < 100; ++i) {
      (void)session->profile();
      session->resetProfile();
    }
    return true;
  }));
}

} // namespace

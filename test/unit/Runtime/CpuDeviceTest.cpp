//===- CpuDeviceTest.cpp - kernels in object code -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Runtime/Device/Cpu/CpuDevice.h"

#include "SessionHarness.h"

#include "tilewright/Support/HostCpu.h"

using namespace tilewright;
using test::PlanBuilder;
using test::values;
using Floats = std::vector<float>;

namespace {

/// y[i] = sum over j of (2 * x[i, j] + 1), with the kernels of Kernels.c.
struct RowSums : PlanBuilder {
  RowSums() {
    BufferId x = input("x", DType::F32, {"N", "M"});
    BufferId one = constant<float>(DType::F32, {"1"}, {1});
    BufferId t = temporary("t", DType::F32, {"N", "M"});
    BufferId y = output("y", DType::F32, {"N"});
    kernel("a", {x, one}, {t}, {}, "N*M", "scale");
    Command &sum = kernel("b", {t}, {y}, {"M"}, "N", "row_sum");
    std::get<KernelCommand>(sum.body).scratchBytes = 4;
    Result<std::string> object = readFile(RUNTIME_TEST_KERNELS);
    EXPECT_TRUE(bool(object));
    code = *object;
  }
};

// The result is the same with any number of threads.
TEST(CpuDevice, RunsKernels) {
  RowSums b;
  ASSERT_VALUE(module, b.module());
  for (unsigned threads : {1u, 2u, 3u}) {
    SessionOptions options;
    options.threads = threads;
    ASSERT_VALUE(session, Session::create(module, createCpuDevice(), options));
    for (int64_t n : {1, 2, 100, 0}) {
      Tensor x(DType::F32, {n, 3});
      for (int64_t i = 0; i < x.size(); ++i)
        x.as<float>()[i] = float(i);
      ASSERT_VALUE(outputs, session->run({x}));
      for (int64_t i = 0; i < n; ++i)
        ASSERT_EQ(outputs[0].as<float>()[i], float(2 * (9 * i + 3) + 3));
    }
    ASSERT_VALUE(alone,
                 session->runKernel(
                     "b", {Tensor::of<float>(DType::F32, {1, 3}, {1, 2, 3})}));
    EXPECT_EQ(values(alone[0]), Floats{6});
  }
}

// Modules are loaded side by side and do not disturb each other.
TEST(CpuDevice, SeveralModules) {
  RowSums a, b;
  ASSERT_VALUE(first, a.module());
  ASSERT_VALUE(second, b.module());
  ASSERT_VALUE(one, Session::create(first, createCpuDevice()));
  ASSERT_VALUE(two, Session::create(second, createCpuDevice()));
  Tensor x = Tensor::of<float>(DType::F32, {1, 1}, {5});
  EXPECT_EQ(values((*one->run({x}))[0]), Floats{11});
  one.reset();
  EXPECT_EQ(values((*two->run({x}))[0]), Floats{11});
}

// A machine without the features that the target needs.
TEST(CpuDevice, NeedsFeatures) {
  RowSums b;
  b.target = "x86-64-v9";
  b.features = {"avx2", "timetravel"};
  ASSERT_VALUE(module, b.module());
  EXPECT_ERROR(
      Session::create(module, createCpuDevice()),
      "no target of the module can run on device cpu; the module holds: "
      "x86-64-v9 (this machine has no ");
}

// Code that is none, or lacks a kernel.
TEST(CpuDevice, BadCode) {
  RowSums b;
  b.code = "garbage";
  ASSERT_VALUE(garbage, b.module());
  EXPECT_ERROR(Session::create(garbage, createCpuDevice()),
               "the code of target test: cannot load kernels");
  RowSums c;
  c.plan.kernels[0].symbol = "scales";
  ASSERT_VALUE(other, c.module());
  EXPECT_ERROR(Session::create(other, createCpuDevice()),
               "the code of target test has no kernel 'scales'");
}

// The host's features hold together.
TEST(HostCpu, Features) {
  const std::set<std::string> &features = hostCpuFeatures();
  if (features.count("avx512f")) {
    EXPECT_TRUE(features.count("avx2") && features.count("fma"));
  }
  EXPECT_EQ(missingCpuFeatures({"timetravel"}),
            std::vector<std::string>{"timetravel"});
}

} // namespace

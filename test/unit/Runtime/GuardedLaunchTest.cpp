//===- GuardedLaunchTest.cpp - kernels that leave their buffers -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SessionHarness.h"

#include <cmath>
#include <cstring>

using namespace tilewright;
using test::floats;
using test::Harness;
using test::values;
using Floats = std::vector<float>;

namespace {

/// One kernel from x: f32[N] by way of t: f32[N] to y: f32[N].
struct TwoKernels : Harness {
  TwoKernels() {
    BufferId x = input("x", DType::F32, {"N"});
    BufferId y = output("y", DType::F32, {"N"});
    BufferId t = temporary("t", DType::F32, {"N"});
    kernel("first", {x}, {t}, {"N"}, "N");
    Command &second = kernel("second", {t}, {y}, {"N"}, "N");
    std::get<KernelCommand>(second.body).scratchBytes = 4;
    addOne("first");
    addOne("second");
  }

  Result<std::vector<Tensor>> run(bool checkMemory = true) {
    SessionOptions options;
    options.threads = 2;
    options.checkMemory = checkMemory;
    auto created = session(options);
    if (!created)
      return created.error();
    return (*created)->run({floats({1, 2, 3})});
  }

  /// Adds to what kernel `name` does.
  void then(const std::string &name, Kernel more) {
    kernels[name] = [before = kernels[name], more](const Launch &launch) {
      before(launch);
      more(launch);
    };
  }
};

float *buffer(const Launch &launch, int index) {
  return static_cast<float *>(launch.buffers[index]);
}

// Kernels that keep to their buffers and scratch give what they always give.
TEST(GuardedLaunch, SameResult) {
  TwoKernels b;
  b.then("second", [](const Launch &launch) {
    std::memset(launch.scratch, 1, 4);
    std::memset(launch.scratch + launch.scratchStride, 1, 4);
  });
  ASSERT_VALUE(outputs, b.run());
  EXPECT_EQ(values(outputs[0]), (Floats{3, 4, 5}));
}

// What a kernel reads behind and in front of an input is NaN, also where it is
// another kernel's output.
TEST(GuardedLaunch, NaNAroundInputs) {
  for (int index : {-1, 3}) {
    TwoKernels b;
    b.then("second", [=](const Launch &launch) {
      buffer(launch, 1)[0] = buffer(launch, 0)[index];
    });
    ASSERT_VALUE(outputs, b.run());
    EXPECT_TRUE(std::isnan(values(outputs[0])[0]));
    EXPECT_EQ(values(outputs[0])[1], 4);
  }
}

// What a kernel forgot to write is NaN.
TEST(GuardedLaunch, NaNInOutputs) {
  TwoKernels b;
  b.kernels["second"] = [](const Launch &launch) { buffer(launch, 1)[1] = 7; };
  ASSERT_VALUE(outputs, b.run());
  EXPECT_TRUE(std::isnan(values(outputs[0])[0]));
  EXPECT_EQ(values(outputs[0])[1], 7);
  EXPECT_TRUE(std::isnan(values(outputs[0])[2]));
}

// A write behind the edge of an output, here into the padding to 64 bytes.
TEST(GuardedLaunch, WriteBehindOutput) {
  TwoKernels b;
  b.then("first", [](const Launch &launch) { buffer(launch, 1)[3] = 0; });
  ASSERT_OK(b.run(false));
  EXPECT_ERROR(b.run(), "kernel 'first' wrote to byte 12 of 't', which has 12");
}

// A write in front of the first buffer.
TEST(GuardedLaunch, WriteInFront) {
  TwoKernels b;
  b.then("first", [](const Launch &launch) { buffer(launch, 0)[-1] = 0; });
  EXPECT_ERROR(b.run(), "kernel 'first' wrote in front of 'x'");
}

// A write to an input.
TEST(GuardedLaunch, WriteToInput) {
  TwoKernels b;
  b.then("second", [](const Launch &launch) { buffer(launch, 0)[2] = 0; });
  EXPECT_ERROR(b.run(), "kernel 'second' wrote to its input 't'");
}

// A write behind the scratch of any thread.
TEST(GuardedLaunch, WriteBehindScratch) {
  for (int thread : {0, 1}) {
    TwoKernels b;
    b.then("second", [=](const Launch &launch) {
      std::memset(launch.scratch + thread * launch.scratchStride, 0, 8);
    });
    EXPECT_ERROR(b.run(),
                 "kernel 'second' wrote to byte 4 of its scratch, which has 4");
  }
}

} // namespace

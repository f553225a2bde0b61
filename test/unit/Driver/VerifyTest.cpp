//===- VerifyTest.cpp - verify finds what is wrong ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../AllocationCounter.h"

#include "tilewright/Driver/Verify.h"

#include "tilewright/Driver/Compile.h"
#include "tilewright/Runtime/Device/Cpu/CpuDevice.h"
#include "tilewright/Runtime/Device/Null/NullDevice.h"

#include "SmallModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <unistd.h>

using namespace tilewright;
using testing::ElementsAre;

namespace {

/// x: f32[N, 10] -> softmax1 -> y.
std::string softmaxModel() {
  test::SmallModel model;
  model.input("x", 10).output("y", 10).node("Softmax", {"x"}, "y", "softmax1");
  return model.bytes();
}

class Verify : public testing::Test {
protected:
  void SetUp() override {
    compile(softmaxModel());
    inputs = {Tensor(DType::F32, {3, 10})};
    for (int i = 0; i < 30; ++i)
      inputs[0].as<float>()[i] = float(i % 7) - 3;
  }

  void compile(const std::string &bytes) {
    std::string path =
        testing::TempDir() + "/verify-" + std::to_string(getpid()) + ".twm";
    auto report = compileModel({"", bytes}, path, {});
    ASSERT_TRUE(report) << report.error().message;
    auto loaded = Module::load(path);
    unlink(path.c_str());
    ASSERT_TRUE(loaded) << loaded.error().message;
    module = *loaded;
  }

  /// What verify says of a kernel that gives `value` everywhere.
  VerifyReport verifyConstant(float value) {
    auto report = verify(createNullDevice([&](const Launch &launch) {
      std::fill_n(static_cast<float *>(launch.buffers[1]), inputs[0].size(),
                  value);
    }));
    EXPECT_TRUE(report) << report.error().message;
    return report.take();
  }

  Result<VerifyReport> verify(std::shared_ptr<const Device> device) {
    auto session = Session::create(module, std::move(device));
    if (!session)
      return session.error();
    auto references = References::load(module);
    if (!references)
      return references.error();
    return verifySession(*references, **session, {.runs = {inputs}});
  }

  std::shared_ptr<const Module> module;
  std::vector<Tensor> inputs;
};

// Compiled kernels are right, and come with the model's nodes.
TEST_F(Verify, RightKernels) {
  auto report = verify(createCpuDevice());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->ok());
  ASSERT_EQ(report->kernels.size(), 1u);
  EXPECT_THAT(report->kernels[0].nodes, ElementsAre("softmax1 (Softmax)"));
  EXPECT_EQ(report->kernels[0].type, "f32[3, 10]");
  ASSERT_EQ(report->outputs.size(), 1u);
  EXPECT_EQ(report->outputs[0].name, "y");
}

// A kernel that computes something else is found, and the output is wrong too.
TEST_F(Verify, WrongKernel) {
  auto report = verify(createNullDevice([](const Launch &launch) {
    auto *y = static_cast<float *>(launch.buffers[1]);
    std::fill(y, y + 30, 0.1f);
  }));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->ok());
  EXPECT_FALSE(report->kernels[0].ok());
  EXPECT_GT(report->kernels[0].error, 1e-5);
  EXPECT_FALSE(report->outputs[0].ok());
}

// Of several runs the worst counts, and one that the model does not take is
// left out.
TEST_F(Verify, Runs) {
  Tensor equal(DType::F32, {2, 10}), narrow(DType::F32, {2, 9});
  std::fill_n(equal.as<float>(), 20, 1.0f);
  std::fill_n(narrow.as<float>(), 18, 1.0f);
  auto run = [&](const std::vector<std::vector<Tensor>> &runs) {
    auto session = Session::create(
        module, createNullDevice([](const Launch &launch) {
          std::fill_n(static_cast<float *>(launch.buffers[1]), 20, 0.1f);
        }));
    auto references = References::load(module);
    EXPECT_TRUE(references) << references.error().message;
    auto report = verifySession(*references, **session, {.runs = runs});
    EXPECT_TRUE(report) << report.error().message;
    return report.take();
  };
  VerifyReport right = run({{equal}, {narrow}});
  EXPECT_TRUE(right.ok());
  EXPECT_EQ(right.kernels[0].runs, 1);
  EXPECT_THAT(right.leftOut, testing::HasSubstr("9"));
  Tensor other = equal;
  other.as<float>()[3] = 2;
  VerifyReport wrong = run({{equal}, {other}});
  EXPECT_FALSE(wrong.kernels[0].ok());
  EXPECT_FALSE(wrong.outputs[0].ok());
  EXPECT_EQ(wrong.kernels[0].runs, 2);
  EXPECT_EQ(wrong.leftOut, "");
}

// Where a size is open there are two sets of inputs, one for partial tiles.
TEST_F(Verify, Inputs) {
  auto open = inputsToVerify(module->signature(), {});
  ASSERT_TRUE(open) << open.error().message;
  ASSERT_EQ(open->runs.size(), 2u);
  EXPECT_THAT(open->runs[0][0].shape(), ElementsAre(2, 10));
  EXPECT_THAT(open->runs[1][0].shape(), ElementsAre(3, 10));
  auto given = inputsToVerify(module->signature(), {.sizes = {{"N", 5}}});
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_EQ(given->runs.size(), 1u);
  EXPECT_EQ(given->leftOut, "");
}

// The second set begins at the sizes that the caller wants.
TEST_F(Verify, InputsOfOtherSizes) {
  auto wished = inputsToVerify(module->signature(), {.firstAxis = 7});
  ASSERT_TRUE(wished) << wished.error().message;
  ASSERT_EQ(wished->runs.size(), 2u);
  EXPECT_THAT(wished->runs[0][0].shape(), ElementsAre(7, 10));
  EXPECT_THAT(wished->runs[1][0].shape(), ElementsAre(8, 10));
}

// A second set that cannot be made is left out, and the report says why.
TEST_F(Verify, SecondInputsCannotBeMade) {
  Signature signature;
  DimExpr n = DimExpr::symbol("N");
  signature.inputs = {{"x", DType::F32, {n}},
                      {"z", DType::F32, {DimExpr(2) - n}}};
  auto made = inputsToVerify(signature, {});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->runs.size(), 1u);
  EXPECT_THAT(made->leftOut, testing::HasSubstr("would be -1"));

  made->runs = {inputs};
  auto session = Session::create(module, createCpuDevice());
  auto references = References::load(module);
  ASSERT_TRUE(references) << references.error().message;
  auto report = verifySession(*references, **session, *made);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->ok());
  EXPECT_EQ(report->leftOut, made->leftOut);
}

// NaN where there should be none is wrong, however large the bound.
TEST_F(Verify, NaN) {
  auto report = verify(createNullDevice([](const Launch &launch) {
    auto *y = static_cast<float *>(launch.buffers[1]);
    std::fill(y, y + 30, std::nanf(""));
  }));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->kernels[0].ok());
}

// A value at a tie may be rounded up or down; anything else is wrong.
TEST_F(Verify, Ties) {
  test::SmallModel model;
  model.input("x", 10).output("y", 10);
  model.node("Exp", {"x"}, "e").node("Round", {"e"}, "y");
  compile(model.bytes());
  std::fill_n(inputs[0].as<float>(), 30, std::log(2.5f));
  for (float right : {2.0f, 3.0f}) {
    VerifyReport report = verifyConstant(right);
    EXPECT_TRUE(report.ok());
    EXPECT_EQ(report.kernels.size(), 1u);
  }
  for (float wrong : {1.0f, 4.0f})
    EXPECT_FALSE(verifyConstant(wrong).kernels[0].ok());

  // Away from a tie one step is wrong too.
  std::fill_n(inputs[0].as<float>(), 30, std::log(2.51f));
  EXPECT_TRUE(verifyConstant(3).ok());
  EXPECT_FALSE(verifyConstant(2).ok());
}

// Wrong inputs are an error, not a verdict.
TEST_F(Verify, WrongInputs) {
  inputs = {Tensor(DType::F32, {3, 11})};
  EXPECT_FALSE(verify(createCpuDevice()));
}

// A compiled module allocates nothing after its first runs, on several threads,
// with a result between its kernels and more than one size.
TEST_F(Verify, CompiledModuleAllocatesNothing) {
  test::SmallModel model;
  model.input("x", 10).output("y", 10);
  model.node("Softmax", {"x"}, "t").node("Softmax", {"t"}, "y");
  compile(model.bytes());
  SessionOptions options;
  options.threads = 2;
  auto session = Session::create(module, createCpuDevice(), options);
  ASSERT_TRUE(session) << session.error().message;
  auto arena = (*session)->arenaBytes({{20000, 10}});
  ASSERT_TRUE(arena) << arena.error().message;
  EXPECT_GT(*arena, 0);
  std::vector<Tensor> in = {Tensor(DType::F32, {20000, 10})},
                      out = {Tensor(DType::F32, {20000, 10})},
                      fewIn = {Tensor(DType::F32, {3, 10})},
                      fewOut = {Tensor(DType::F32, {3, 10})};
  std::fill_n(in[0].as<float>(), 20000 * 10, 0.5f);
  auto runBoth = [&] {
    ASSERT_TRUE((*session)->run(fewIn, fewOut));
    ASSERT_TRUE((*session)->run(in, out));
  };
  for (int i = 0; i < 3; ++i)
    runBoth();
  int64_t before = test::allocationCount();
  runBoth();
  EXPECT_EQ(test::allocationCount() - before, 0);
  EXPECT_FLOAT_EQ(out[0].as<float>()[199999], 0.1f);
}

} // namespace

//===- CompileTest.cpp - progress and its end -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/Compile.h"

#include "SmallModel.h"
#include "TestSupport.h"

using namespace tilewright;

namespace {

/// Two kernels of different shapes.
std::string model() {
  test::SmallModel model;
  std::vector<float> w(8 * 12, 0.5f), v(12 * 5, 0.25f);
  model.input("x", 8).output("y", 5).weight("w", {8, 12}, w);
  model.weight("v", {12, 5}, v).node("MatMul", {"x", "w"}, "h");
  model.node("Softmax", {"h"}, "p").node("MatMul", {"p", "v"}, "y");
  return model.bytes();
}

/// Compiles until progress was told `calls` times.
Result<CompileReport> compileUntil(const std::string &path, unsigned calls,
                                   unsigned jobs) {
  std::string bytes = model();
  CompileOptions options;
  options.jobs = jobs;
  options.progress = [&](const std::string &, double) { return calls-- != 0; };
  return compileModel({"", bytes}, path, options);
}

// Progress grows from 0 towards 1 and names the phases.
TEST(Compile, Progress) {
  test::TemporaryFolder folder;
  std::string bytes = model();
  double last = 0;
  std::vector<std::string> phases;
  CompileOptions options;
  options.progress = [&](const std::string &phase, double fraction) {
    EXPECT_GE(fraction, last);
    EXPECT_LT(fraction, 1);
    last = fraction;
    phases.push_back(phase);
    return true;
  };
  ASSERT_VALUE(report, compileModel({"", bytes}, folder / "m.twm", options));
  EXPECT_EQ(phases.front(), "import");
  EXPECT_EQ(phases.back(), "write");
  // Kernels are told of, too.
  EXPECT_GT(phases.size(), report.seconds.size() + 1);
}

// Cancelled at any moment it is an error, and leaves nothing.
TEST(Compile, Cancels) {
  test::TemporaryFolder folder;
  for (unsigned jobs : {1u, 2u})
    for (unsigned calls = 0;; ++calls) {
      ASSERT_LT(calls, 100u);
      auto report = compileUntil(folder / "m.twm", calls, jobs);
      if (report) {
        EXPECT_GT(calls, 5u);
        std::filesystem::remove(folder / "m.twm");
        break;
      }
      EXPECT_EQ(report.error().message, "cancelled");
      EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    }
}

// A target has its code once, whatever it is called.
TEST(Compile, SameTargetTwice) {
  test::TemporaryFolder folder;
  std::string bytes = model();
  CompileOptions options;
  options.targets = {"x86-64-v4", "x86-64-v3", "x86-64-v4"};
  auto twice = compileModel({"", bytes}, folder / "m.twm", options);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().message,
            "the targets 'x86-64-v4' and 'x86-64-v4' are both x86-64-v4");
  // This machine's processor is one of the two.
  options.targets = {"x86-64-v3", "x86-64-v4", "cpu"};
  twice = compileModel({"", bytes}, folder / "m.twm", options);
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message.find("and 'cpu' are both x86-64-v"),
            std::string::npos)
      << twice.error().message;
}

// A fusion that was refused names the nodes on both sides.
TEST(Compile, FusionRemarks) {
  test::TemporaryFolder folder;
  test::SmallModel model;
  model.input("x", 2).output("y", 2).weight("w", {2, 2}, {1, 2, 3, 4});
  model.node("MatMul", {"x", "w"}, "h", "first");
  model.node("MatMul", {"h", "w"}, "y", "second");
  std::string bytes = model.bytes();
  ASSERT_VALUE(report, compileModel({"", bytes}, folder / "m.twm", {}));
  using Nodes = std::vector<std::string>;
  ASSERT_EQ(report.fusionRemarks.size(), 1u);
  EXPECT_EQ(report.fusionRemarks[0].nodes, Nodes{"second (MatMul)"});
  EXPECT_EQ(report.fusionRemarks[0].producer, Nodes{"first (MatMul)"});
  EXPECT_TRUE(report.loweringRemarks.empty());
}

} // namespace

//===- TargetTest.cpp - descriptions of machines --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Target/Target.h"

#include "TestSupport.h"

#include "tilewright/Support/File.h"
#include "tilewright/Support/HostCpu.h"

using namespace tilewright;

namespace {

// Every row says everything.
TEST(Target, KnownRowsAreComplete) {
  for (const Target &row : knownTargets()) {
    EXPECT_FALSE(row.name.empty() || row.triple.empty() || row.llvmCpu.empty());
    EXPECT_GT(row.lanes(4), 0);
    EXPECT_GT(row.vectorRegisters, 0);
    EXPECT_GT(row.l1Bytes, 0);
    EXPECT_GT(row.coreGBps, 0);
  }
  EXPECT_EQ(findTarget("x86-64-v4")->lanes(4), 16);
  EXPECT_FALSE(findTarget("x86-64-v3")->maskRegisters);
}

// "cpu" is the best row that this machine can run.
TEST(Target, CpuIsTheBestRow) {
  Result<Target> row = findTarget("cpu");
  bool hasV3 =
      missingCpuFeatures(findTarget("x86-64-v3")->requiredFeatures).empty();
  ASSERT_EQ(bool(row), hasV3);
  if (hasV3) {
    EXPECT_EQ(
        row->name == "x86-64-v4",
        missingCpuFeatures(findTarget("x86-64-v4")->requiredFeatures).empty());
  }
}

// An unknown name lists the known ones.
TEST(Target, UnknownName) {
  EXPECT_ERROR(findTarget("z80"),
               "unknown target 'z80'; known are cpu (this "
               "machine), x86-64-v3, x86-64-v4 and FILE.json");
  EXPECT_ERROR(findTarget("/no/such.json"), "No such file");
}

// A row written as JSON is read back; a base fills what is not said.
TEST(Target, Json) {
  test::TemporaryFolder folder;
  ASSERT_OK(
      writeFile(folder / "wide.json",
                R"({"name": "wide", "base": "x86-64-v4", "l2Bytes": 4096})"));
  ASSERT_VALUE(wide, findTarget(folder / "wide.json"));
  EXPECT_EQ(wide.l2Bytes, 4096);
  EXPECT_EQ(wide.vectorBits, 512);
  ASSERT_VALUE(again, parseTarget(targetToJson(wide)));
  EXPECT_EQ(targetToJson(again), targetToJson(wide));
}

// Each mistake in a row is named.
TEST(Target, JsonErrors) {
  EXPECT_ERROR(parseTarget("[1]"), "must be a JSON object");
  EXPECT_ERROR(parseTarget("{"), "must be a JSON object");
  EXPECT_ERROR(parseTarget(R"({"name": "a"})"), "'summary' is missing");
  EXPECT_ERROR(parseTarget(R"({"name": "a", "base": "z80"})"),
               "unknown base 'z80'");
  EXPECT_ERROR(parseTarget(R"({"base": "x86-64-v3"})"), "'name' is missing");
  EXPECT_ERROR(parseTarget(R"({"name": "cpu", "base": "x86-64-v3"})"),
               "'name' must be new");
  EXPECT_ERROR(
      parseTarget(R"({"name": "a", "base": "x86-64-v3", "l2Bytes": "big"})"),
      "'l2Bytes' must be a positive integer, but is \"big\"");
  EXPECT_ERROR(parseTarget(R"({"name": "a", "base": "x86-64-v3", "l2": 3})"),
               "unknown field 'l2'");
}

} // namespace

//===- LitFilesTest.cpp - lit tests of passes compute the same ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every lit test of a pass on tw is run here too: its modules, before and after
// the passes of its RUN line, with random inputs.
//
//===----------------------------------------------------------------------===//

#include "Equivalence.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <regex>
#include <sstream>

using namespace tilewright::test;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> litFiles() {
  fs::path folder = fs::path(TILEWRIGHT_SOURCE_DIR) / "test/Dialect/Graph";
  std::vector<fs::path> files{folder / "canonicalize.mlir"};
  for (const auto &entry : fs::directory_iterator(folder / "Transforms"))
    if (entry.path().extension() == ".mlir" &&
        entry.path().string().find("-errors") == std::string::npos)
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string nameOf(const testing::TestParamInfo<fs::path> &info) {
  return std::regex_replace(info.param.stem().string(), std::regex("-"), "_");
}

/// "--canonicalize --tw-x" of the first RUN line as "canonicalize,tw-x".
std::string pipelineOf(const std::string &text) {
  std::smatch line;
  std::regex_search(text, line, std::regex("// RUN: tw-opt ([^|\n]*)"));
  std::string options = line.str(1), pipeline;
  std::regex option("--(canonicalize|cse|tw-[-a-z]+)(='[^']*'|=\"[^\"]*\")?");
  for (std::sregex_iterator i(options.begin(), options.end(), option), end;
       i != end; ++i) {
    std::string arguments = i->str(2);
    if (!arguments.empty())
      arguments = "{" + arguments.substr(2, arguments.size() - 3) + "}";
    pipeline += (pipeline.empty() ? "" : ",") + i->str(1) + arguments;
  }
  return pipeline;
}

struct LitFile : testing::TestWithParam<fs::path> {};

// The functions of the file compute the same before and after the passes.
TEST_P(LitFile, ComputesTheSame) {
  std::stringstream stream;
  stream << std::ifstream(GetParam()).rdbuf();
  std::string text = stream.str(), pipeline = pipelineOf(text);
  int functions = 0;
  for (size_t start = 0; start != std::string::npos;) {
    size_t end = text.find("// -----", start);
    std::string part = text.substr(start, end - start);
    for (uint64_t seed : {1, 2, 3}) {
      Comparison result = comparePasses(part, pipeline, seed);
      EXPECT_EQ(result.failures, "") << "seed " << seed << ", " << pipeline;
      functions += result.functions;
    }
    start = end == std::string::npos ? end : end + 8;
  }
  EXPECT_GT(functions, 0);
}

INSTANTIATE_TEST_SUITE_P(Graph, LitFile, testing::ValuesIn(litFiles()), nameOf);

} // namespace

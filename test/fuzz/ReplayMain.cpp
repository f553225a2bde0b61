//===- ReplayMain.cpp - runs a fuzzer's function on a corpus --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The main function of a fuzzer that is built without libFuzzer: every file of
// the folders given goes once through LLVMFuzzerTestOneInput, so that what once
// crashed is tried again in every test run. A folder with no file is a failure.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace fs = std::filesystem;

static std::vector<fs::path> filesOf(const fs::path &folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry &entry :
       fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    std::vector<fs::path> files = filesOf(argv[i]);
    if (files.empty()) {
      std::fprintf(stderr, "%s holds no file\n", argv[i]);
      return 1;
    }
    for (const fs::path &file : files) {
      // Said before the run: if it crashes, this is the file.
      std::printf("%s\n", file.c_str());
      std::fflush(stdout);
      std::ifstream stream(file, std::ios::binary);
      std::vector<uint8_t> bytes((std::istreambuf_iterator<char>(stream)),
                                 std::istreambuf_iterator<char>());
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
  }
  return 0;
}

//===- KernelRunner.h - compile, load and run kernels in tests ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TEST_UNIT_CODEGEN_CPU_KERNELRUNNER_H
#define TILEWRIGHT_TEST_UNIT_CODEGEN_CPU_KERNELRUNNER_H

#include "tilewright/Codegen/CPU/CompileKernels.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tilewright::cpu {

/// The targets that this machine can run.
std::vector<CpuTarget> runnableTargets();

/// `count` elements, 64-byte aligned, with memory around them that is all ones:
/// a NaN in every float type, so that reading over an edge shows, and a pattern
/// that a store over an edge breaks.
template <typename T> class Guarded {
public:
  explicit Guarded(size_t count)
      : count(count), bytes(2 * kGuard + (count * sizeof(T) + 127) / 64 * 64) {
    std::memset(bytes.data(), 0xFF, bytes.size());
    size_t misaligned = reinterpret_cast<uintptr_t>(bytes.data()) % 64;
    first = kGuard + (misaligned ? 64 - misaligned : 0);
  }
  T *data() { return reinterpret_cast<T *>(bytes.data() + first); }
  T &operator[](size_t i) { return data()[i]; }
  size_t size() const { return count; }
  /// True if nothing outside the elements was written.
  bool isIntact() const {
    for (size_t i = 0; i < bytes.size(); ++i)
      if ((i < first || i >= first + count * sizeof(T)) && bytes[i] != 0xFF)
        return false;
    return true;
  }

private:
  static constexpr size_t kGuard = 4096;
  size_t count, first;
  std::vector<uint8_t> bytes;
};

/// A Guarded of floats in [-1, 1].
Guarded<float> randomFloats(size_t count, unsigned seed);

/// A compiled and loaded module of kernels.
class LoadedKernels {
public:
  /// Compiles the text of a module; a failure is a test failure.
  static std::unique_ptr<LoadedKernels> compile(const std::string &text,
                                                const CpuTarget &target);
  ~LoadedKernels();

  const CompiledKernels &compiled() const { return result; }
  /// Runs all blocks of a kernel, in two calls. `sizes` are the symbols.
  void run(const std::string &name, const std::vector<void *> &buffers,
           const std::map<std::string, int64_t> &sizes) const;

private:
  CompiledKernels result;
  void *handle = nullptr;
};

using Sizes = std::map<std::string, int64_t>;

/// Compiles the one kernel of `text`, runs it on random inputs for every one of
/// `sizes`, and compares the outputs with the tile interpreter's. Integers must
/// be equal, floats differ by at most `tolerance` (relative to the largest).
/// Memory outside of the buffers is NaN before and the same afterwards.
void expectSameAsInterpreter(const std::string &text, const CpuTarget &target,
                             const std::vector<Sizes> &sizes,
                             double tolerance = 0);

/// A kernel of one block from the ops of its body, with buffers %a, %b, ... of
/// these types: "4x8xf32". The last is the output.
std::string oneBlockKernel(const std::vector<std::string> &types,
                           const std::string &body);

/// The name of a target in a test's name.
std::string targetName(const testing::TestParamInfo<CpuTarget> &info);

} // namespace tilewright::cpu

#endif // TILEWRIGHT_TEST_UNIT_CODEGEN_CPU_KERNELRUNNER_H

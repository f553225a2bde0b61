//===- HostCpu.cpp - what this machine's processor can do -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/HostCpu.h"

#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace tilewright {

#if defined(__x86_64__)
namespace {
/// Which state the operating system saves, without which a feature is of no
/// use.
enum class State { Always, Avx, Avx512, Amx };

struct Row {
  const char *name;
  uint32_t leaf, subleaf;
  /// eax, ebx, ecx, edx.
  uint8_t reg, bit;
  State state;
};

constexpr uint8_t eax = 0, ebx = 1, ecx = 2, edx = 3;
// Intel's Software Developer's Manual, volume 2, CPUID; AMD's volume 3.
constexpr Row rows[] = {
    {"sse3", 1, 0, ecx, 0, State::Always},
    {"ssse3", 1, 0, ecx, 9, State::Always},
    {"fma", 1, 0, ecx, 12, State::Avx},
    {"cx16", 1, 0, ecx, 13, State::Always},
    {"sse4.1", 1, 0, ecx, 19, State::Always},
    {"sse4.2", 1, 0, ecx, 20, State::Always},
    {"movbe", 1, 0, ecx, 22, State::Always},
    {"popcnt", 1, 0, ecx, 23, State::Always},
    {"avx", 1, 0, ecx, 28, State::Avx},
    {"f16c", 1, 0, ecx, 29, State::Avx},
    {"bmi", 7, 0, ebx, 3, State::Always},
    {"avx2", 7, 0, ebx, 5, State::Avx},
    {"bmi2", 7, 0, ebx, 8, State::Always},
    {"avx512f", 7, 0, ebx, 16, State::Avx512},
    {"avx512dq", 7, 0, ebx, 17, State::Avx512},
    {"avx512ifma", 7, 0, ebx, 21, State::Avx512},
    {"avx512cd", 7, 0, ebx, 28, State::Avx512},
    {"avx512bw", 7, 0, ebx, 30, State::Avx512},
    {"avx512vl", 7, 0, ebx, 31, State::Avx512},
    {"avx512vbmi", 7, 0, ecx, 1, State::Avx512},
    {"avx512vbmi2", 7, 0, ecx, 6, State::Avx512},
    {"avx512vnni", 7, 0, ecx, 11, State::Avx512},
    {"avx512bitalg", 7, 0, ecx, 12, State::Avx512},
    {"avx512vpopcntdq", 7, 0, ecx, 14, State::Avx512},
    {"avx512fp16", 7, 0, edx, 23, State::Avx512},
    {"amx-bf16", 7, 0, edx, 22, State::Amx},
    {"amx-tile", 7, 0, edx, 24, State::Amx},
    {"amx-int8", 7, 0, edx, 25, State::Amx},
    {"avxvnni", 7, 1, eax, 4, State::Avx},
    {"avx512bf16", 7, 1, eax, 5, State::Avx512},
    {"avxvnniint8", 7, 1, edx, 4, State::Avx},
    {"lzcnt", 0x80000001, 0, ecx, 5, State::Always},
};

bool operatingSystemSaves(State state) {
  uint32_t a = 0, b = 0, c = 0, d = 0;
  if (state == State::Always)
    return true;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1))
    return false;
  uint32_t low = 0, high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  uint32_t mask = state == State::Avx      ? 0x6
                  : state == State::Avx512 ? 0xE6
                                           : 0x60000;
  return (low & mask) == mask;
}

std::set<std::string> detect() {
  std::set<std::string> features;
  for (const Row &row : rows) {
    uint32_t registers[4] = {};
    if (__get_cpuid_count(row.leaf, row.subleaf, &registers[0], &registers[1],
                          &registers[2], &registers[3]) &&
        (registers[row.reg] >> row.bit & 1) && operatingSystemSaves(row.state))
      features.insert(row.name);
  }
  return features;
}
} // namespace
#else
static std::set<std::string> detect() { return {}; }
#endif

const std::set<std::string> &hostCpuFeatures() {
  static const std::set<std::string> features = detect();
  return features;
}

std::vector<std::string>
missingCpuFeatures(const std::vector<std::string> &needed) {
  std::vector<std::string> missing;
  for (const std::string &feature : needed)
    if (!hostCpuFeatures().count(feature))
      missing.push_back(feature);
  return missing;
}

} // namespace tilewright

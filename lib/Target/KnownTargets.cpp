//===- KnownTargets.cpp - the table of machines ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/HostCpu.h"
#include "tilewright/Target/Target.h"

namespace tilewright {

static std::vector<Target> makeTable() {
  constexpr int64_t kiB = 1024, miB = 1024 * kiB;

  // The levels are those of the x86-64 psABI supplement, section "Micro-
  // Architecture Levels"; the rest is what servers of that generation have.
  Target v3;
  v3.name = "x86-64-v3";
  v3.summary = "x86-64 with AVX2 and FMA (Haswell, Zen and later)";
  v3.triple = "x86_64-unknown-linux-gnu";
  v3.llvmCpu = "x86-64-v3";
  v3.requiredFeatures = {"avx", "avx2",  "bmi",   "bmi2",  "f16c",
                         "fma", "lzcnt", "movbe", "popcnt"};
  v3.vectorBits = 256;
  v3.vectorRegisters = 16;
  v3.fma = true;
  v3.f16Conversion = true;
  v3.fmaPerCycle = 2;
  v3.loadsPerCycle = 2;
  v3.cacheLineBytes = 64;
  v3.l1Bytes = 32 * kiB;
  v3.l2Bytes = 512 * kiB;
  v3.l3Bytes = 2 * miB;
  v3.clockGHz = 3.0;
  v3.coreGBps = 12;
  v3.machineGBps = 40;

  Target v4 = v3;
  v4.name = "x86-64-v4";
  v4.summary = "x86-64 with AVX-512 F, BW, CD, DQ and VL (Skylake-X, Zen 4 and "
               "later)";
  v4.llvmCpu = "x86-64-v4";
  // LLVM would split vectors of 512 bits for this CPU.
  v4.llvmFeatures = "-prefer-256-bit";
  for (const char *feature :
       {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"})
    v4.requiredFeatures.push_back(feature);
  v4.vectorBits = 512;
  v4.vectorRegisters = 32;
  v4.maskRegisters = true;
  v4.l2Bytes = 1 * miB;
  v4.coreGBps = 20;
  v4.machineGBps = 100;

  return {v3, v4};
}

const std::vector<Target> &knownTargets() {
  static const std::vector<Target> table = makeTable();
  return table;
}

} // namespace tilewright

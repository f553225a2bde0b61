//===- Target.h - the machines that code is made for ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Hardware is data: a `Target` is a row of facts about a machine, and passes
// ask the row, never the name. There is a table of known rows, and a user can
// write one as JSON, for a machine that does not exist yet:
//
//     { "name": "wide", "base": "x86-64-v4", "l2Bytes": 4194304 }
//
// "cpu" stands for the best known row that this machine can run; what is
// recorded in a module is the row that it stood for. Numbers that only steer
// decisions (caches, bandwidth) are typical ones and part of the row, never
// measured on the machine that compiles, so that builds are reproducible.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TARGET_TARGET_H
#define TILEWRIGHT_TARGET_TARGET_H

#include "tilewright/Support/Result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tilewright {

struct Target {
  std::string name;
  /// One line, for listings.
  std::string summary;

  /// What LLVM's TargetMachine is made with.
  std::string triple;
  std::string llvmCpu;
  /// LLVM's feature string: "+avx512vnni,-prefer-256-bit".
  std::string llvmFeatures;
  /// What a machine must have to run the code, in the names of
  /// Support/HostCpu.h.
  std::vector<std::string> requiredFeatures;

  /// Width of the widest vector register, and how many there are.
  int64_t vectorBits = 0;
  int64_t vectorRegisters = 0;
  /// Masks for the elements of a vector are registers of their own (AVX-512).
  bool maskRegisters = false;

  /// Fused multiply-add on vectors.
  bool fma = false;
  /// Conversion between f16 and f32 on vectors.
  bool f16Conversion = false;
  /// Dot products of 4 int8 into int32 (vpdpbusd).
  bool vnni = false;
  /// Dot products of 2 bf16 into f32 (vdpbf16ps).
  bool bf16Dot = false;
  /// Vector instructions of that kind that start per cycle.
  int64_t fmaPerCycle = 0;
  int64_t loadsPerCycle = 0;

  int64_t cacheLineBytes = 0;
  /// Of one core.
  int64_t l1Bytes = 0, l2Bytes = 0;
  /// The share of the last level that one core can count on.
  int64_t l3Bytes = 0;
  /// Of one core, sustained.
  double clockGHz = 0;
  /// From memory to one core, and to all together.
  double coreGBps = 0, machineGBps = 0;

  /// Elements of `bytes` bytes in a vector register.
  int64_t lanes(int64_t bytes) const { return vectorBits / (8 * bytes); }
};

/// The known rows, worst first.
const std::vector<Target> &knownTargets();

/// The row called `name`: a known one, "cpu", or (if it ends in ".json") the
/// row in that file. The error for an unknown name lists the known ones.
Result<Target> findTarget(const std::string &name);

/// The row that the JSON text describes. `base` names the known row that fills
/// what is not said; without it every field must be there.
Result<Target> parseTarget(std::string_view json);
/// All fields; `parseTarget` reads it back.
std::string targetToJson(const Target &target);

} // namespace tilewright

#endif // TILEWRIGHT_TARGET_TARGET_H

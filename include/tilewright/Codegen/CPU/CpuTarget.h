//===- CpuTarget.h - what code generation asks of a CPU -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Codegen's view of a CPU: LLVM's names for it and the shape of its register
// file. A row of Target/ fills it in; nothing here asks for a CPU by name.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_CODEGEN_CPU_CPUTARGET_H
#define TILEWRIGHT_CODEGEN_CPU_CPUTARGET_H

#include <cstdint>
#include <string>

namespace tilewright::cpu {

struct CpuTarget {
  std::string triple = "x86_64-unknown-linux-gnu";
  /// LLVM's -mcpu.
  std::string cpu = "x86-64-v3";
  /// LLVM's -mattr: "+avx512vnni,..."; may be empty.
  std::string features;
  /// Of one vector register.
  int64_t vectorBytes = 32;
  int64_t vectorRegisters = 16;
};

} // namespace tilewright::cpu

#endif // TILEWRIGHT_CODEGEN_CPU_CPUTARGET_H

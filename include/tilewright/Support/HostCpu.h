//===- HostCpu.h - what this machine's processor can do -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_HOSTCPU_H
#define TILEWRIGHT_SUPPORT_HOSTCPU_H

#include <set>
#include <string>
#include <vector>

namespace tilewright {

/// The instruction-set extensions of this machine that the operating system
/// lets programs use, in LLVM's names ("avx2", "fma", "avx512f", ...). Empty on
/// a machine that is no x86-64.
const std::set<std::string> &hostCpuFeatures();

/// Those of `needed` that this machine does not have, in order.
std::vector<std::string>
missingCpuFeatures(const std::vector<std::string> &needed);

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_HOSTCPU_H

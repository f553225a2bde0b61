//===- CpuDevice.h - runs kernels on this machine's processor -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The code of a CPU target is a shared object; loading it is dlopen. The ABI of
// its kernels is in docs/Architecture.md.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_RUNTIME_DEVICE_CPU_CPUDEVICE_H
#define TILEWRIGHT_RUNTIME_DEVICE_CPU_CPUDEVICE_H

#include "tilewright/Runtime/Device.h"

namespace tilewright {

std::shared_ptr<const Device> createCpuDevice();

} // namespace tilewright

#endif // TILEWRIGHT_RUNTIME_DEVICE_CPU_CPUDEVICE_H

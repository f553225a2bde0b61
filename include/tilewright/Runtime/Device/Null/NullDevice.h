//===- NullDevice.h - a device that computes nothing ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Goes through a plan with all its memory and control flow, but the kernels do
// nothing, or what a function says: for tests of the runtime and to measure its
// overhead. Runs every target.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_RUNTIME_DEVICE_NULL_NULLDEVICE_H
#define TILEWRIGHT_RUNTIME_DEVICE_NULL_NULLDEVICE_H

#include "tilewright/Runtime/Device.h"

#include <functional>

namespace tilewright {

/// `kernel`, if given, is called instead of every kernel.
std::shared_ptr<const Device>
createNullDevice(std::function<void(const Launch &)> kernel = nullptr);

} // namespace tilewright

#endif // TILEWRIGHT_RUNTIME_DEVICE_NULL_NULLDEVICE_H

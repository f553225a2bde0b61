//===- Device.h - what runs kernels ---------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A `Device` turns the code of one target of a module into an `Executable`,
// whose kernels a session launches. The implementations are in Runtime/Device.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_RUNTIME_DEVICE_H
#define TILEWRIGHT_RUNTIME_DEVICE_H

#include "tilewright/Module/Module.h"
#include "tilewright/Runtime/ThreadPool.h"

namespace tilewright {

/// One launch of a kernel.
struct Launch {
  /// Index into Plan::kernels.
  uint32_t code = 0;
  /// The KernelCommand's name.
  const std::string *name = nullptr;
  /// Inputs, then outputs; aligned to 64.
  void *const *buffers = nullptr;
  const int64_t *sizes = nullptr;
  int64_t blocks = 0;
  /// Scalar operations of all blocks; 0: unknown.
  int64_t work = 0;
  /// scratchStride bytes for each thread; aligned to 64.
  std::byte *scratch = nullptr;
  int64_t scratchStride = 0;
  const ThreadLease *threads = nullptr;
};

/// The kernels of one target, ready to run. Used by several threads at a time.
class Executable {
public:
  virtual ~Executable() = default;
  virtual void launch(const Launch &launch) const = 0;
};

class Device {
public:
  virtual ~Device() = default;
  virtual std::string_view name() const = 0;
  /// An error unless this machine can run the target's code.
  virtual Status supports(const TargetProgram &target) const = 0;
  /// The code of target `index`, which is supported. The module outlives it.
  virtual Result<std::unique_ptr<Executable>> load(const Module &module,
                                                   size_t index) const = 0;
};

} // namespace tilewright

#endif // TILEWRIGHT_RUNTIME_DEVICE_H

//===- NullDevice.cpp - a device that computes nothing --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Runtime/Device/Null/NullDevice.h"

namespace tilewright {

namespace {
using Kernel = std::function<void(const Launch &)>;

class NullExecutable : public Executable {
public:
  explicit NullExecutable(Kernel kernel) : kernel(std::move(kernel)) {}
  void launch(const Launch &launch) const override {
    if (kernel)
      kernel(launch);
  }

private:
  Kernel kernel;
};

class NullDevice : public Device {
public:
  explicit NullDevice(Kernel kernel) : kernel(std::move(kernel)) {}
  std::string_view name() const override { return "null"; }
  Status supports(const TargetProgram &) const override {
    return Status::success();
  }
  Result<std::unique_ptr<Executable>> load(const Module &,
                                           size_t) const override {
    return std::unique_ptr<Executable>(new NullExecutable(kernel));
  }

private:
  Kernel kernel;
};
} // namespace

std::shared_ptr<const Device> createNullDevice(Kernel kernel) {
  return std::make_shared<NullDevice>(std::move(kernel));
}

} // namespace tilewright

//===- SessionHarness.h - sessions on device null -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TEST_UNIT_RUNTIME_SESSIONHARNESS_H
#define TILEWRIGHT_TEST_UNIT_RUNTIME_SESSIONHARNESS_H

#include "PlanBuilder.h"

#include "tilewright/Runtime/Device/Null/NullDevice.h"
#include "tilewright/Runtime/Session.h"

namespace tilewright::test {

/// A plan by hand whose kernels are functions of the test.
struct Harness : PlanBuilder {
  using Kernel = std::function<void(const Launch &)>;
  std::map<std::string, Kernel> kernels;

  Result<std::unique_ptr<Session>> session(SessionOptions options = {}) {
    auto built = module();
    if (!built)
      return built.error();
    return Session::create(*built,
                           createNullDevice([this](const Launch &launch) {
                             auto kernel = kernels.find(*launch.name);
                             if (kernel != kernels.end())
                               kernel->second(launch);
                           }),
                           options);
  }

  /// y[i] = x[i] + 1 for sizes[0] floats.
  void addOne(const std::string &name) {
    kernels[name] = [](const Launch &launch) {
      auto *x = static_cast<const float *>(launch.buffers[0]);
      auto *y = static_cast<float *>(launch.buffers[1]);
      for (int64_t i = 0; i < launch.sizes[0]; ++i)
        y[i] = x[i] + 1;
    };
  }
};

inline Tensor floats(std::vector<float> values) {
  return Tensor::of<float>(DType::F32, {int64_t(values.size())}, values);
}
inline std::vector<float> values(const Tensor &tensor) {
  return {tensor.as<float>(), tensor.as<float>() + tensor.size()};
}

} // namespace tilewright::test

#endif // TILEWRIGHT_TEST_UNIT_RUNTIME_SESSIONHARNESS_H

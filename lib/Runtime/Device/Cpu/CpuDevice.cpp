//===- CpuDevice.cpp - runs kernels on this machine's processor -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Runtime/Device/Cpu/CpuDevice.h"

#include "SharedObject.h"

#include "tilewright/Support/HostCpu.h"

#include <algorithm>

namespace tilewright {

namespace {
using KernelFunction = void (*)(void *const *buffers, const int64_t *sizes,
                                int64_t lo, int64_t hi, void *scratch);

/// Less work than this is done before another thread has taken its part.
constexpr int64_t workWorthThreads = 20000;
/// Small enough that a thread which starts late or loses its core does not hold
/// up the others, large enough that handing out costs nothing.
constexpr int64_t chunksPerThread = 4;

class CpuExecutable : public Executable {
public:
  CpuExecutable(SharedObject object, std::vector<KernelFunction> kernels)
      : object(std::move(object)), kernels(std::move(kernels)) {}

  void launch(const Launch &launch) const override {
    if (launch.blocks <= 0)
      return;
    KernelFunction kernel = kernels[launch.code];
    unsigned threads = launch.threads ? launch.threads->threads() : 1;
    if (threads <= 1 || launch.blocks == 1 ||
        (launch.work != 0 && launch.work < workWorthThreads)) {
      kernel(launch.buffers, launch.sizes, 0, launch.blocks, launch.scratch);
      return;
    }
    struct Job {
      KernelFunction kernel;
      const Launch &launch;
    } job{kernel, launch};
    auto body = [](void *context, int64_t lo, int64_t hi, unsigned worker) {
      const Job &job = *static_cast<Job *>(context);
      job.kernel(job.launch.buffers, job.launch.sizes, lo, hi,
                 job.launch.scratch + worker * job.launch.scratchStride);
    };
    int64_t chunks = chunksPerThread * int64_t(threads);
    int64_t chunk = (launch.blocks + chunks - 1) / chunks;
    launch.threads->pool().parallelFor(threads, launch.blocks, chunk, body,
                                       &job);
  }

private:
  SharedObject object;
  std::vector<KernelFunction> kernels;
};

class CpuDevice : public Device {
public:
  std::string_view name() const override { return "cpu"; }

  Status supports(const TargetProgram &target) const override {
    std::string list;
    for (const std::string &feature : missingCpuFeatures(target.features))
      list += (list.empty() ? "" : ", ") + feature;
    if (list.empty())
      return Status::success();
    return error("this machine has no ", list);
  }

  Result<std::unique_ptr<Executable>> load(const Module &module,
                                           size_t index) const override {
    const TargetProgram &target = module.targets()[index];
    Result<SharedObject> object = SharedObject::open(module.code(index));
    if (!object)
      return object.error().in("the code of target " + target.target);
    std::vector<KernelFunction> kernels;
    for (const KernelCode &kernel : target.plan.kernels) {
      void *address = object->find(kernel.symbol);
      if (!address)
        return error("the code of target ", target.target, " has no kernel '",
                     kernel.symbol, "'");
      kernels.push_back(reinterpret_cast<KernelFunction>(address));
    }
    return std::unique_ptr<Executable>(
        new CpuExecutable(object.take(), std::move(kernels)));
  }
};
} // namespace

std::shared_ptr<const Device> createCpuDevice() {
  return std::make_shared<CpuDevice>();
}

} // namespace tilewright

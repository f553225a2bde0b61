//===- KernelRunner.cpp - compile, load and run kernels in tests
//------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"

#include "tilewright/Support/DimExpr.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"

#include "gtest/gtest.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace tilewright;
using namespace tilewright::cpu;

std::vector<CpuTarget> cpu::runnableTargets() {
  std::vector<CpuTarget> targets(1);
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  if (features.lookup("avx512f") && features.lookup("avx512vl") &&
      features.lookup("avx512bw") && features.lookup("avx512dq") &&
      features.lookup("avx512cd")) {
    CpuTarget wide;
    wide.cpu = "x86-64-v4";
    wide.vectorBytes = 64;
    wide.vectorRegisters = 32;
    targets.push_back(wide);
  }
  return targets;
}

Guarded<float> cpu::randomFloats(size_t count, unsigned seed) {
  Guarded<float> result(count);
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> distribution(-1.0f, 1.0f);
  for (size_t i = 0; i < count; ++i)
    result[i] = distribution(generator);
  return result;
}

std::unique_ptr<LoadedKernels> LoadedKernels::compile(const std::string &text,
                                                      const CpuTarget &target) {
  mlir::DialectRegistry registry;
  registerCpuCodegenDialects(registry);
  mlir::MLIRContext context(registry);
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module) {
    ADD_FAILURE() << "the kernel does not parse";
    return nullptr;
  }
  Result<CompiledKernels> compiled = compileForCpu(*module, target);
  if (!compiled) {
    ADD_FAILURE() << compiled.error().message;
    return nullptr;
  }
  auto loaded = std::make_unique<LoadedKernels>();
  loaded->result = compiled.take();
  int file = memfd_create("kernels", 0);
  const std::vector<uint8_t> &bytes = loaded->result.object;
  EXPECT_EQ(write(file, bytes.data(), bytes.size()), ssize_t(bytes.size()));
  std::string path = "/proc/self/fd/" + std::to_string(file);
  loaded->handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  close(file);
  if (!loaded->handle) {
    ADD_FAILURE() << dlerror();
    return nullptr;
  }
  return loaded;
}

LoadedKernels::~LoadedKernels() {
  if (handle)
    dlclose(handle);
}

void LoadedKernels::run(const std::string &name,
                        const std::vector<void *> &buffers,
                        const std::map<std::string, int64_t> &sizes) const {
  const CpuKernel *kernel = nullptr;
  for (const CpuKernel &candidate : result.kernels)
    if (candidate.name == name)
      kernel = &candidate;
  ASSERT_TRUE(kernel) << name;
  auto *function =
      reinterpret_cast<KernelFunction *>(dlsym(handle, name.c_str()));
  ASSERT_TRUE(function) << name;
  auto evaluate = [&](const std::string &text) {
    Result<DimExpr> expr = DimExpr::parse(text);
    EXPECT_TRUE(bool(expr)) << text;
    Result<int64_t> value = expr->evaluate(sizes);
    EXPECT_TRUE(bool(value)) << text;
    return *value;
  };
  std::vector<int64_t> values;
  for (const std::string &size : kernel->sizes)
    values.push_back(evaluate(size));
  Guarded<uint8_t> scratch(evaluate(kernel->scratch));
  int64_t blocks = evaluate(kernel->blocks), middle = blocks / 2;
  // The second call starts where the first ends.
  function(buffers.data(), values.data(), 0, middle, scratch.data());
  function(buffers.data(), values.data(), middle, blocks, scratch.data());
  EXPECT_TRUE(scratch.isIntact()) << "scratch was overrun";
}

//===- tile-bench.cpp - times a kernel in the tiled form on the CPU -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//     tile-bench mm.mlir --target x86-64-v4 --flop 268435456 N=512 ...
//     tile-bench mm.mlir --target x86-64-v4 --assembly
//
// Compiles the one kernel of the file, runs it on random data, and prints how
// long compiling and a run took (the median of many), in the caches' good case.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Codegen/CPU/CompileKernels.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"
#include "tilewright/Support/DimExpr.h"
#include "tilewright/Target/Target.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <random>
#include <sys/mman.h>
#include <unistd.h>

using namespace tilewright;

static int fail(const std::string &message) {
  llvm::errs() << "tile-bench: " << message << "\n";
  return 1;
}

static double seconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int main(int argc, char **argv) {
  std::string file, targetName = "cpu";
  double flop = 0;
  bool assembly = false, llvmIR = false;
  SymbolBindings bindings;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (argument == "--target" && i + 1 < argc)
      targetName = argv[++i];
    else if (argument == "--flop" && i + 1 < argc)
      flop = std::strtod(argv[++i], nullptr);
    else if (argument == "--assembly")
      assembly = true;
    else if (argument == "--llvm")
      llvmIR = true;
    else if (size_t equal = argument.find('='); equal != std::string::npos)
      bindings[argument.substr(0, equal)] =
          std::strtoll(argument.c_str() + equal + 1, nullptr, 10);
    else
      file = argument;
  }
  Result<Target> row = findTarget(targetName);
  if (!row)
    return fail(row.error().message);
  cpu::CpuTarget target;
  target.triple = row->triple;
  target.cpu = row->llvmCpu;
  target.features = row->llvmFeatures;
  target.vectorBytes = row->vectorBits / 8;
  target.vectorRegisters = row->vectorRegisters;

  mlir::DialectRegistry registry;
  cpu::registerCpuCodegenDialects(registry);
  mlir::MLIRContext context(registry);
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(file, &context);
  if (!module)
    return fail("cannot parse " + file);
  if (assembly || llvmIR) {
    Result<cpu::KernelListing> listing = cpu::listForCpu(*module, target);
    if (!listing)
      return fail(listing.error().message);
    llvm::outs() << (assembly ? listing->assembly : listing->llvmIR);
    return 0;
  }
  double start = seconds();
  Result<cpu::CompiledKernels> compiled = cpu::compileForCpu(*module, target);
  if (!compiled)
    return fail(compiled.error().message);
  double compileTime = seconds() - start;

  int memory = memfd_create("kernels", 0);
  if (write(memory, compiled->object.data(), compiled->object.size()) !=
      ssize_t(compiled->object.size()))
    return fail("cannot write the object");
  void *handle = dlopen(("/proc/self/fd/" + std::to_string(memory)).c_str(),
                        RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return fail(dlerror());
  const cpu::CpuKernel &kernel = compiled->kernels.front();
  auto *function = reinterpret_cast<cpu::KernelFunction *>(
      dlsym(handle, kernel.name.c_str()));

  auto evaluate = [&](const std::string &text) -> int64_t {
    Result<DimExpr> expr = DimExpr::parse(text);
    Result<int64_t> value = expr ? expr->evaluate(bindings) : expr.error();
    if (value)
      return *value;
    std::exit(fail(value.error().message));
  };
  std::vector<int64_t> sizes;
  for (const std::string &size : kernel.sizes)
    sizes.push_back(evaluate(size));
  auto func = *module->getOps<mlir::func::FuncOp>().begin();
  std::vector<void *> buffers;
  std::mt19937 generator(1);
  std::uniform_real_distribution<float> reals(-1, 1);
  for (mlir::BlockArgument argument : func.getArguments()) {
    auto type = mlir::dyn_cast<mlir::MemRefType>(argument.getType());
    if (!type)
      break;
    int64_t bytes = type.getElementTypeBitWidth() / 8;
    for (mlir::Attribute dim : mlir::cast<mlir::ArrayAttr>(
             func.getArgAttr(argument.getArgNumber(), tile::kDimsAttr)))
      bytes *= evaluate(mlir::cast<mlir::StringAttr>(dim).str());
    bytes = (bytes + 63) / 64 * 64;
    buffers.push_back(std::aligned_alloc(64, bytes));
    std::memset(buffers.back(), 0, bytes);
    if (type.getElementType().isF32())
      for (int64_t i = 0; i < bytes / 4; ++i)
        static_cast<float *>(buffers.back())[i] = reals(generator);
  }
  void *scratch = std::aligned_alloc(64, evaluate(kernel.scratch) + 64);
  int64_t blocks = evaluate(kernel.blocks);
  std::vector<double> times;
  for (double begin = seconds(); seconds() < begin + 1.0 || times.size() < 5;) {
    double before = seconds();
    function(buffers.data(), sizes.data(), 0, blocks, scratch);
    times.push_back(seconds() - before);
  }
  std::nth_element(times.begin(), times.begin() + times.size() / 2,
                   times.end());
  double median = times[times.size() / 2];
  double best = *std::min_element(times.begin(), times.end());
  llvm::outs() << llvm::formatv("{0}: {1:F3} us (best {2:F3})", kernel.name,
                                median * 1e6, best * 1e6);
  if (flop > 0)
    llvm::outs() << llvm::formatv(", {0:F1} Gop/s (best {1:F1})",
                                  flop / median * 1e-9, flop / best * 1e-9);
  llvm::outs() << llvm::formatv(
      ", compiled in {0:F1} ms, {1} bytes, scratch {2}\n", compileTime * 1e3,
      compiled->object.size(), kernel.scratch);
  for (const std::string &remark : kernel.remarks)
    llvm::outs() << "  " << remark << "\n";
  return 0;
}

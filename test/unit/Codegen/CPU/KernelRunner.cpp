//===- KernelRunner.cpp - compile, load and run kernels in tests ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"
#include "Random.h"

#include "tilewright/Dialect/Tile/IR/TileOps.h"
#include "tilewright/Dialect/Tile/Interpreter/Interpreter.h"
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
  test::Random random(seed);
  for (size_t i = 0; i < count; ++i)
    result[i] = float(random.real(-1, 1));
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

std::string cpu::targetName(const testing::TestParamInfo<CpuTarget> &info) {
  return info.param.vectorBytes == 64 ? "v4" : "v3";
}

static DType dtypeOf(mlir::Type type) {
  if (type.isBF16())
    return DType::BF16;
  if (mlir::isa<mlir::FloatType>(type))
    return type.isF16() ? DType::F16 : type.isF32() ? DType::F32 : DType::F64;
  switch (type.getIntOrFloatBitWidth()) {
  case 8:
    return DType::I8;
  case 16:
    return DType::I16;
  case 32:
    return DType::I32;
  default:
    return DType::I64;
  }
}

/// Floats in [-1, 1), integers of the whole range of a byte.
static Tensor randomTensor(DType type, const std::vector<int64_t> &shape,
                           test::Random &random) {
  double end = isFloat(type) ? 1 : 128;
  return random.tensor(type, shape, -end, end);
}

void cpu::expectSameAsInterpreter(const std::string &text,
                                  const CpuTarget &target,
                                  const std::vector<Sizes> &sizes,
                                  double tolerance) {
  mlir::DialectRegistry registry;
  registerCpuCodegenDialects(registry);
  mlir::MLIRContext context(registry);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  ASSERT_TRUE(module) << text;
  auto func = *module->getOps<mlir::func::FuncOp>().begin();
  auto loaded = LoadedKernels::compile(text, target);
  ASSERT_TRUE(loaded) << text;
  int64_t inputCount =
      func->getAttrOfType<mlir::IntegerAttr>(tile::kInputsAttr).getInt();

  for (const Sizes &bindings : sizes) {
    std::string shown;
    for (auto &[name, value] : bindings)
      shown += name + "=" + std::to_string(value) + " ";
    SCOPED_TRACE(shown);
    test::Random random(7);
    std::vector<Tensor> inputs;
    std::vector<Guarded<uint8_t>> memory;
    for (mlir::BlockArgument argument : func.getArguments()) {
      auto type = mlir::dyn_cast<mlir::MemRefType>(argument.getType());
      if (!type)
        break;
      auto dims = mlir::cast<mlir::ArrayAttr>(
          func.getArgAttr(argument.getArgNumber(), tile::kDimsAttr));
      std::vector<int64_t> shape;
      for (mlir::Attribute dim : dims)
        shape.push_back(*DimExpr::parse(mlir::cast<mlir::StringAttr>(dim).str())
                             ->evaluate(bindings));
      Tensor tensor =
          randomTensor(dtypeOf(type.getElementType()), shape, random);
      memory.emplace_back(tensor.bytes());
      if (int64_t(argument.getArgNumber()) < inputCount) {
        std::memcpy(memory.back().data(), tensor.data(), tensor.bytes());
        inputs.push_back(tensor);
      }
    }
    Result<std::vector<Tensor>> expected =
        tile::interpretKernel(func, inputs, bindings);
    ASSERT_TRUE(bool(expected)) << expected.error().message;
    std::vector<void *> buffers;
    for (Guarded<uint8_t> &buffer : memory)
      buffers.push_back(buffer.data());
    loaded->run(func.getName().str(), buffers, bindings);
    for (size_t i = 0; i < expected->size(); ++i) {
      const Tensor &wanted = (*expected)[i];
      Tensor actual(wanted.type(), wanted.shape(), buffers[inputs.size() + i]);
      Result<double> difference = relativeError(actual, wanted);
      ASSERT_TRUE(bool(difference)) << difference.error().message;
      EXPECT_LE(*difference, tolerance) << "output " << i;
    }
    for (Guarded<uint8_t> &buffer : memory)
      EXPECT_TRUE(buffer.isIntact()) << "memory outside of a buffer changed";
  }
}

std::string cpu::oneBlockKernel(const std::vector<std::string> &types,
                                const std::string &body) {
  std::string arguments;
  for (size_t i = 0; i < types.size(); ++i) {
    std::string dims, rest = types[i];
    for (size_t x;
         (x = rest.find('x')) != std::string::npos && std::isdigit(rest[0]);
         rest = rest.substr(x + 1))
      dims += (dims.empty() ? "\"" : ", \"") + rest.substr(0, x) + "\"";
    arguments += (i ? ", %" : "%") + std::string(1, char('a' + i)) +
                 ": memref<" + types[i] + "> {tile.dims = [" + dims + "]}";
  }
  return "func.func @kernel(" + arguments +
         ") attributes {tile.kernel, tile.sizes = [], tile.blocks = \"1\", "
         "tile.inputs = " +
         std::to_string(types.size() - 1) +
         " : i64} {\n %c0 = arith.constant 0 : index\n"
         "scf.forall (%block) = (0) to (1) step (1) {\n" +
         body + "\n}\nreturn\n}\n";
}

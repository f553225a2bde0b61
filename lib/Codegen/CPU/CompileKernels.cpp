//===- CompileKernels.cpp - tiled form to a shared object -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Kernels are independent, so each is compiled in a context of its own: a
// worker has an MLIRContext without locks and takes kernels, as bytecode, one
// after the other. Nothing of a worker's state reaches the code, so the number
// of workers does not either.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Codegen/CPU/CompileKernels.h"

#include "EmitObject.h"

#include "tilewright/Codegen/CPU/Passes.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::cpu;

void cpu::registerCpuCodegenDialects(DialectRegistry &registry) {
  registry.insert<tile::TileDialect, affine::AffineDialect, arith::ArithDialect,
                  cf::ControlFlowDialect, func::FuncDialect, LLVM::LLVMDialect,
                  math::MathDialect, memref::MemRefDialect, scf::SCFDialect,
                  tensor::TensorDialect, vector::VectorDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

namespace {
struct CompiledOne {
  CpuKernel kernel;
  EmittedObject emitted;
};
} // namespace

/// The kernel's attributes, as tile-to-vector left them.
static CpuKernel describe(LLVM::LLVMFuncOp func) {
  CpuKernel kernel;
  kernel.name = func.getName().str();
  auto text = [&](StringRef name) {
    auto attribute = func->getAttrOfType<StringAttr>(name);
    return attribute ? attribute.str() : std::string();
  };
  auto texts = [&](StringRef name) {
    std::vector<std::string> result;
    if (auto array = func->getAttrOfType<ArrayAttr>(name))
      for (Attribute element : array)
        result.push_back(cast<StringAttr>(element).str());
    return result;
  };
  kernel.blocks = text(tile::kBlocksAttr);
  kernel.sizes = texts(tile::kSizesAttr);
  kernel.scratch = text(kScratchAttr);
  kernel.remarks = texts(kRemarksAttr);
  return kernel;
}

static Result<CompiledOne> compileOne(StringRef bytecode, MLIRContext &context,
                                      const CpuTarget &target,
                                      const EmitOptions &options) {
  std::string messages;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
      messages += (messages.empty() ? "" : "; ") + diagnostic.str();
    return success();
  });
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(bytecode, ParserConfig(&context));
  if (!module)
    return error(messages);
  PassManager manager(&context);
  manager.enableVerifier(false);
  buildCpuPipeline(manager, target);
  if (failed(manager.run(*module)))
    return error(messages.empty() ? "lowering failed" : messages);
  CompiledOne result;
  for (auto func : module->getOps<LLVM::LLVMFuncOp>())
    if (func->hasAttr(tile::kBlocksAttr))
      result.kernel = describe(func);
  Result<EmittedObject> emitted = emitObject(*module, target, options);
  if (!emitted)
    return emitted.error().in(messages);
  result.emitted = emitted.take();
  return result;
}

/// Every kernel compiled, in the order of the module.
static Result<std::vector<CompiledOne>>
compileAll(ModuleOp module, const CpuTarget &target,
           const ParallelOptions &options, const EmitOptions &emit) {
  std::vector<std::string> names, inputs;
  for (auto func : module.getOps<func::FuncOp>()) {
    if (!func->hasAttr(tile::kKernelAttr) && !func->hasAttr(tile::kLoopsAttr))
      continue;
    names.push_back(func.getName().str());
    OwningOpRef<ModuleOp> one = ModuleOp::create(module.getLoc());
    one->push_back(func.clone());
    llvm::raw_string_ostream stream(inputs.emplace_back());
    if (failed(writeBytecodeToFile(*one, stream)))
      return error(names.back(), ": cannot be written as bytecode");
  }
  DialectRegistry registry;
  registerCpuCodegenDialects(registry);
  std::vector<std::optional<Result<CompiledOne>>> results(inputs.size());
  auto makeContext = [&] {
    auto context = std::make_unique<MLIRContext>(
        registry, MLIRContext::Threading::DISABLED);
    context->loadAllAvailableDialects();
    return context;
  };
  bool done = parallelFor(
      inputs.size(), options, makeContext, [&](size_t i, const auto &context) {
        results[i] = compileOne(inputs[i], *context, target, emit);
      });
  if (!done)
    return error("cancelled");
  std::vector<CompiledOne> compiled;
  for (size_t i = 0; i < results.size(); ++i) {
    if (!*results[i])
      return results[i]->error().in("kernel " + names[i]);
    compiled.push_back(results[i]->take());
  }
  return compiled;
}

Result<CompiledKernels> cpu::compileForCpu(ModuleOp module,
                                           const CpuTarget &target,
                                           const ParallelOptions &options) {
  Result<std::vector<CompiledOne>> compiled =
      compileAll(module, target, options, {});
  if (!compiled)
    return compiled.error();
  Result<std::string> empty = emitEmptyObject(target);
  if (!empty)
    return empty.error();
  CompiledKernels result;
  std::vector<std::string> objects;
  for (CompiledOne &one : *compiled) {
    result.kernels.push_back(std::move(one.kernel));
    objects.push_back(std::move(one.emitted.object));
  }
  Result<std::vector<uint8_t>> linked = linkSharedObject(objects, *empty);
  if (!linked)
    return linked.error();
  result.object = linked.take();
  return result;
}

Result<KernelListing> cpu::listForCpu(ModuleOp module,
                                      const CpuTarget &target) {
  Result<std::vector<CompiledOne>> compiled =
      compileAll(module, target, {}, {.listing = true});
  if (!compiled)
    return compiled.error();
  KernelListing listing;
  for (CompiledOne &one : *compiled) {
    listing.llvmIR += one.emitted.llvmIR;
    listing.assembly += one.emitted.assembly;
  }
  return listing;
}

//===- EmitObject.cpp - LLVM dialect to object code -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmitObject.h"

#include "tilewright/Codegen/CPU/CompileKernels.h"

#include "mlir/Target/LLVMIR/Export.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/Utils/Cloning.h"

#include <mutex>

using namespace tilewright;
using namespace tilewright::cpu;

/// LLVM itself prints that it does not know a name and goes on without it.
static Status checkNames(const llvm::Target &generator,
                         const llvm::Triple &triple, const CpuTarget &target) {
  std::unique_ptr<llvm::MCSubtargetInfo> info(
      generator.createMCSubtargetInfo(triple, "", ""));
  if (!info)
    return error("no code generator for ", target.triple);
  // An empty name is LLVM's generic CPU.
  if (!target.cpu.empty() && !info->isCPUStringValid(target.cpu))
    return error("LLVM knows no CPU '", target.cpu, "' for ", target.triple);
  llvm::SubtargetFeatures features(target.features);
  for (const std::string &feature : features.getFeatures()) {
    if (!llvm::SubtargetFeatures::hasFlag(feature))
      return error("the LLVM feature '", feature, "' must begin with + or -");
    llvm::StringRef name = llvm::SubtargetFeatures::StripFlag(feature);
    if (llvm::none_of(info->getAllProcessorFeatures(),
                      [&](const auto &known) { return name == known.Key; }))
      return error("LLVM knows no feature '", name.str(), "' for ",
                   target.triple);
  }
  return Status::success();
}

static Result<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const CpuTarget &target) {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
  });
  llvm::Triple triple(target.triple);
  std::string message;
  const llvm::Target *found =
      llvm::TargetRegistry::lookupTarget(triple, message);
  if (!found)
    return error("no code generator for ", target.triple, ": ", message);
  if (Status status = checkNames(*found, triple, target); !status)
    return status.error();
  // No fast-math: a multiply-add is one only where the kernel says so, and then
  // on every target.
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  std::unique_ptr<llvm::TargetMachine> machine(found->createTargetMachine(
      triple, target.cpu, target.features, options, llvm::Reloc::PIC_,
      std::nullopt, llvm::CodeGenOptLevel::Aggressive));
  if (!machine)
    return error("cannot generate code for ", target.cpu);
  return machine;
}

Status cpu::checkTarget(const CpuTarget &target) {
  auto machine = createTargetMachine(target);
  return machine ? Status::success() : Status(machine.error());
}

/// What the kernels need of -O2: they are loops over straight-line vector code
/// with the memory accesses written out, so there is nothing to inline, to
/// vectorise or to promote.
static constexpr llvm::StringLiteral kPipeline =
    "function(early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg,"
    "loop-mssa(loop-rotate,licm),instcombine<no-verify-fixpoint>,"
    "loop(indvars,loop-deletion),gvn,loop-mssa(licm),"
    "instcombine<no-verify-fixpoint>,dse,adce,simplifycfg)";

static Status optimise(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::PassBuilder builder(&machine);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::ModulePassManager manager;
  if (llvm::Error failure = builder.parsePassPipeline(manager, kPipeline))
    return error("LLVM pipeline: ", llvm::toString(std::move(failure)));
  manager.run(module, modules);
  return Status::success();
}

static Result<std::string> generate(llvm::Module &module,
                                    llvm::TargetMachine &machine,
                                    llvm::CodeGenFileType type) {
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager manager;
  if (machine.addPassesToEmitFile(manager, stream, nullptr, type))
    return error("LLVM cannot write this kind of file for ",
                 machine.getTargetCPU().str());
  manager.run(module);
  return bytes.str().str();
}

static void setTarget(llvm::Module &module, llvm::TargetMachine &machine) {
  module.setDataLayout(machine.createDataLayout());
  module.setTargetTriple(machine.getTargetTriple());
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    std::string features = machine.getTargetFeatureString().str();
    // With this tuning LLVM 22 takes lane 0 for lane 1 where one lane of a
    // partly loaded vector goes to all of another (KernelsTest, GatherRows).
    if (machine.getTargetTriple().isX86())
      features += (features.empty() ? "" : ",") +
                  std::string("-fast-variable-crosslane-shuffle");
    if (!features.empty())
      function.addFnAttr("target-features", features);
    // Explicit vectors may have the width of the widest register.
    function.addFnAttr("prefer-vector-width", "512");
    function.addFnAttr(llvm::Attribute::NoUnwind);
    if (function.hasInternalLinkage())
      function.addFnAttr(llvm::Attribute::NoInline);
  }
}

Result<EmittedObject> cpu::emitObject(mlir::ModuleOp module,
                                      const CpuTarget &target,
                                      const EmitOptions &options) {
  Result<std::unique_ptr<llvm::TargetMachine>> machine =
      createTargetMachine(target);
  if (!machine)
    return machine.error();
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> translated =
      mlir::translateModuleToLLVMIR(module, context, "kernel");
  if (!translated)
    return error("cannot be translated to LLVM IR");
  setTarget(*translated, **machine);
  if (Status status = optimise(*translated, **machine); !status)
    return status.error();
  EmittedObject result;
  if (options.listing) {
    llvm::raw_string_ostream stream(result.llvmIR);
    translated->print(stream, nullptr);
    // Generating code changes the module.
    std::unique_ptr<llvm::Module> copy = llvm::CloneModule(*translated);
    Result<std::string> assembly =
        generate(*copy, **machine, llvm::CodeGenFileType::AssemblyFile);
    if (!assembly)
      return assembly.error();
    result.assembly = assembly.take();
  }
  Result<std::string> object =
      generate(*translated, **machine, llvm::CodeGenFileType::ObjectFile);
  if (!object)
    return object.error();
  result.object = object.take();
  return result;
}

Result<std::string> cpu::emitEmptyObject(const CpuTarget &target) {
  Result<std::unique_ptr<llvm::TargetMachine>> machine =
      createTargetMachine(target);
  if (!machine)
    return machine.error();
  llvm::LLVMContext context;
  llvm::Module module("empty", context);
  setTarget(module, **machine);
  return generate(module, **machine, llvm::CodeGenFileType::ObjectFile);
}

//===- Compile.cpp - the whole compiler as one call -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/Compile.h"

#include "tilewright/Codegen/CPU/CompileKernels.h"
#include "tilewright/Dialect/Graph/IR/NodeNames.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"
#include "tilewright/Driver/BuildPlan.h"
#include "tilewright/Driver/EvaluateWeights.h"
#include "tilewright/Module/Module.h"
#include "tilewright/Module/ModuleWriter.h"
#include "tilewright/Pipeline/LowerKernels.h"
#include "tilewright/Pipeline/Pipelines.h"
#include "tilewright/Support/File.h"
#include "tilewright/Target/Target.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <filesystem>

using namespace mlir;

namespace tilewright {

namespace {

/// Gathers what MLIR reports while it lives: errors into one, remarks apart.
class Diagnostics {
public:
  explicit Diagnostics(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
            errors.push_back(describe(diagnostic));
          else if (diagnostic.getSeverity() == DiagnosticSeverity::Remark)
            remarks.push_back(toRemark(diagnostic));
          return success();
        }) {}

  Error toError(const std::string &otherwise) const {
    if (errors.empty())
      return Error{otherwise};
    std::string all;
    for (const std::string &each : errors)
      all += (all.empty() ? "" : "\n") + each;
    return Error{all};
  }

  std::vector<std::string> errors;
  std::vector<CompileRemark> remarks;

private:
  static std::string describe(Diagnostic &diagnostic) {
    std::string nodes = graph::describeNodes(diagnostic.getLocation());
    return nodes + (nodes.empty() ? "" : ": ") + diagnostic.str();
  }

  /// A note on a remark is at the producer.
  static CompileRemark toRemark(Diagnostic &diagnostic) {
    CompileRemark remark{
        graph::nodesOf(diagnostic.getLocation()), {}, diagnostic.str()};
    for (Diagnostic &note : diagnostic.getNotes())
      llvm::append_range(remark.producer, graph::nodesOf(note.getLocation()));
    return remark;
  }

  ScopedDiagnosticHandler handler;
};

Result<std::string> toBytecode(ModuleOp module) {
  std::string bytes;
  llvm::raw_string_ostream stream(bytes);
  BytecodeWriterConfig config("Tilewright");
  if (failed(writeBytecodeToFile(module, stream, config)))
    return tilewright::error("internal error: the IR cannot be written");
  return bytes;
}

cpu::CpuTarget toCpuTarget(const Target &target) {
  cpu::CpuTarget result;
  result.triple = target.triple;
  result.cpu = target.llvmCpu;
  result.features = target.llvmFeatures;
  result.vectorBytes = target.vectorBits / 8;
  result.vectorRegisters = target.vectorRegisters;
  return result;
}

class Compiler {
public:
  Compiler(const CompileOptions &options) : options(options) {}

  Result<CompileReport> run(const ModelSource &source,
                            const std::string &output) {
    std::vector<Target> targets;
    for (const std::string &name : options.targets) {
      auto target = findTarget(name);
      if (!target)
        return target.error();
      if (Status status = cpu::checkTarget(toCpuTarget(*target)); !status)
        return status.error().in("target '" + target->name + "'");
      for (size_t i = 0; i < targets.size(); ++i)
        if (targets[i].name == target->name)
          return tilewright::error("the targets '", options.targets[i],
                                   "' and '", name, "' are both ",
                                   target->name);
      targets.push_back(*target);
    }

    DialectRegistry registry;
    registerCompilerDialects(registry);
    // Code is made in contexts of their own. In this one threads would speed up
    // the verifier only, by a few per cent of a compilation, and LLVM's pool
    // ends the process where it gets none.
    MLIRContext context(registry, MLIRContext::Threading::DISABLED);
    context.loadAllAvailableDialects();
    // Nobody reads the op, and its note would stand beside the producer's.
    context.printOpOnDiagnostic(false);
    Diagnostics diagnostics(&context);

    if (Status status = begin("import"); !status)
      return status.error();
    auto imported = importOnnx(context, source, options.import);
    if (!imported)
      return imported.error();
    report.warnings = imported->warnings;
    ModuleOp module = *imported->module;
    WeightStore &weights = *imported->weights;
    if (Status status = save("imported", module); !status)
      return status.error();
    std::string importedBytes;
    if (options.keepReference) {
      auto bytes = toBytecode(module);
      if (!bytes)
        return bytes.error();
      importedBytes = bytes.take();
    }
    std::vector<int64_t> importedKeys = weights.keys();

    if (Status status = begin("graph"); !status)
      return status.error();
    PassManager passes(&context);
    passes.enableVerifier(true);
    buildGraphPipeline(passes, &weights);
    if (failed(passes.run(module)))
      return diagnostics.toError("the graph passes failed");
    if (Status status = save("graph", module); !status)
      return status.error();

    if (Status status = begin("weights"); !status)
      return status.error();
    if (Status status = evaluateWeights(module, weights, parallel()); !status)
      return status.error();

    if (Status status = begin("kernels"); !status)
      return status.error();
    PassManager kernelPasses(&context);
    buildKernelPipeline(kernelPasses);
    if (failed(kernelPasses.run(module)))
      return diagnostics.toError("internal error: forming kernels failed");
    report.fusionRemarks = std::move(diagnostics.remarks);
    diagnostics.remarks.clear();
    if (Status status = save("kernels", module); !status)
      return status.error();

    auto writer = ModuleWriter::create(output);
    if (!writer)
      return writer.error();
    auto lowered = lowerFor(targets, module, diagnostics);
    if (!lowered)
      return lowered.error();
    for (auto [target, kernels] : llvm::zip_equal(targets, *lowered))
      if (Status status = compileFor(target, kernels, module, weights, *writer);
          !status)
        return status.error();

    if (Status status = begin("write"); !status)
      return status.error();
    auto signature = buildSignature(module);
    if (!signature)
      return signature.error();
    if (options.keepReference) {
      auto kernels = toBytecode(module);
      if (!kernels)
        return kernels.error();
      writer->addIR("imported", importedBytes);
      writer->addIR("kernels", *kernels);
      for (int64_t key : importedKeys)
        if (auto weight = weights.lookup(key))
          writer->addReferenceWeight(key, weight->name, weight->tensor);
    }
    ModuleInfo info;
    info.signature = *signature;
    if (auto metadata = module->getAttrOfType<DictionaryAttr>("tw.metadata"))
      for (NamedAttribute entry : metadata)
        if (auto text = dyn_cast<StringAttr>(entry.getValue()))
          info.metadata[entry.getName().str()] = text.str();
    if (auto producer = module->getAttrOfType<StringAttr>("tw.producer"))
      info.producer = producer.str();
    if (Status status = writer->finish(info); !status)
      return status.error();
    end();
    return std::move(report);
  }

private:
  /// The kernels in the tiled form of each target. All have the same launches:
  /// what falls apart for one does so for all.
  Result<std::vector<LoweredKernels>> lowerFor(llvm::ArrayRef<Target> targets,
                                               ModuleOp module,
                                               Diagnostics &diagnostics) {
    std::vector<LoweredKernels> result;
    while (result.size() < targets.size()) {
      const Target &target = targets[result.size()];
      if (Status status = begin("tile for " + target.name); !status)
        return status.error();
      LoweringOptions lowering;
      lowering.unit = {target.vectorBits, target.vectorRegisters};
      auto lowered = lowerKernels(module, lowering);
      if (failed(lowered))
        return diagnostics.toError("lowering to tiles failed");
      for (const CompileRemark &remark : diagnostics.remarks)
        if (!llvm::is_contained(report.loweringRemarks, remark))
          report.loweringRemarks.push_back(remark);
      diagnostics.remarks.clear();
      if (lowered->fellApart && !result.empty())
        result.clear();
      else
        result.push_back(std::move(*lowered));
    }
    for (auto [target, lowered] : llvm::zip_equal(targets, result))
      if (Status status = save("tiled-" + target.name, *lowered.module);
          !status)
        return status.error();
    return result;
  }

  Status compileFor(const Target &target, const LoweredKernels &lowered,
                    ModuleOp module, WeightStore &weights,
                    ModuleWriter &writer) {
    if (Status status = begin("code for " + target.name); !status)
      return status;
    auto compiled =
        cpu::compileForCpu(*lowered.module, toCpuTarget(target), parallel());
    if (!compiled)
      return compiled.error();

    PlanSources sources;
    sources.kernels = &lowered.kernels;
    std::map<std::string, const cpu::CpuKernel *> bySymbol;
    for (const cpu::CpuKernel &kernel : compiled->kernels) {
      auto scratch = DimExpr::parse(kernel.scratch);
      if (!scratch)
        return scratch.error();
      sources.scratch[kernel.name] = *scratch;
      bySymbol[kernel.name] = &kernel;
    }
    sources.weightIndex = [&](int64_t key) -> Result<uint32_t> {
      auto weight = weights.lookup(key);
      if (!weight)
        return tilewright::error("internal error: no weight with key ", key);
      return writer.addWeight(key, weight->name, weight->tensor);
    };
    auto plan = buildPlan(module, sources);
    if (!plan)
      return plan.error();
    std::map<std::string, std::vector<std::string>> nodes;
    module.walk([&](graph::KernelOp kernel) {
      nodes[kernel.getSymName().str()] = graph::nodesOf(kernel.getLoc());
    });
    for (const LoweredKernel &kernel : lowered.kernels) {
      KernelReport entry{kernel.name, target.name, nodes[kernel.name], {}};
      if (auto found = bySymbol.find(kernel.symbol); found != bySymbol.end())
        entry.remarks = found->second->remarks;
      report.kernels.push_back(entry);
    }
    TargetProgram program;
    program.target = target.name;
    program.features = target.requiredFeatures;
    program.plan = std::move(*plan);
    program.code.assign(compiled->object.begin(), compiled->object.end());
    writer.addTarget(std::move(program));
    return Status::success();
  }

  /// For the pieces of a phase.
  ParallelOptions parallel() {
    return {options.jobs, [this](double part) { return goOn(part); }};
  }
  /// Ends the phase before and starts one.
  Status begin(const std::string &phase) {
    end();
    current = phase;
    started = std::chrono::steady_clock::now();
    return goOn(0) ? Status::success() : Status(Error{"cancelled"});
  }
  /// Tells how much is done, with `part` of the phase; false if that is to be
  /// all.
  bool goOn(double part) {
    double phases = 5 + 2 * double(options.targets.size());
    double done = double(report.seconds.size()) + part;
    return !options.progress || options.progress(current, done / phases);
  }
  void end() {
    if (current.empty())
      return;
    std::chrono::duration<double> elapsed =
        std::chrono::steady_clock::now() - started;
    auto again = llvm::find_if(
        report.seconds, [&](auto &phase) { return phase.first == current; });
    if (again == report.seconds.end())
      report.seconds.push_back({current, elapsed.count()});
    else
      again->second += elapsed.count();
    current.clear();
  }

  Status save(const std::string &stage, ModuleOp module) {
    if (options.saveStages.empty())
      return Status::success();
    std::string text;
    llvm::raw_string_ostream stream(text);
    module->print(
        stream,
        OpPrintingFlags().enableDebugInfo(true).elideLargeElementsAttrs(32));
    std::string number = std::to_string(stages++);
    return writeFile(options.saveStages + "/" + number + "-" + stage + ".mlir",
                     text);
  }

  const CompileOptions &options;
  CompileReport report;
  std::string current;
  std::chrono::steady_clock::time_point started;
  int stages = 0;
};

} // namespace

Status checkNoModule(const ModelSource &source) {
  bool inMemory = !source.bytes.empty();
  if (inMemory ? !isModule(source.bytes) : !isModuleFile(source.path))
    return Status::success();
  return tilewright::error(
      inMemory ? std::string("the model") : "'" + source.path + "'",
      " is a compiled module already, no ONNX model: 'tilewright run' runs it, "
      "'tilewright inspect' shows what is in it, tilewright.load loads it in "
      "Python");
}

Result<CompileReport> compileModel(const ModelSource &source,
                                   const std::string &output,
                                   const CompileOptions &options) {
  if (Status status = checkNoModule(source); !status)
    return status.error();
  std::error_code ignored;
  if (source.bytes.empty() &&
      std::filesystem::equivalent(source.path, output, ignored))
    return tilewright::error("the output '", output, "' is the model itself");
  return Compiler(options).run(source, output);
}

} // namespace tilewright

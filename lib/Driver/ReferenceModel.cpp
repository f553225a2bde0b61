//===- ReferenceModel.cpp - the reference in a module ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/ReferenceModel.h"

#include "tilewright/Pipeline/Pipelines.h"

#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;

namespace tilewright {

/// The IR in `bytecode`, verified; what MLIR has to say goes to `complaint`.
static OwningOpRef<ModuleOp> readBytecode(llvm::StringRef bytecode,
                                          MLIRContext &context,
                                          std::string &complaint) {
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (complaint.empty())
      complaint = diagnostic.str();
    return success();
  });
  // Only bytecode: a parser of text would take other files for IR.
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(bytecode, "bytecode");
  if (!isBytecode(buffer->getMemBufferRef())) {
    complaint = "it is no MLIR bytecode";
    return nullptr;
  }
  Block block;
  ParserConfig config(&context);
  if (failed(readBytecodeFile(buffer->getMemBufferRef(), &block, config)))
    return nullptr;
  auto found = block.getOps<ModuleOp>();
  if (found.empty()) {
    complaint = "it holds no module";
    return nullptr;
  }
  ModuleOp module = *found.begin();
  module->remove();
  return module;
}

Result<std::unique_ptr<ReferenceModel>>
ReferenceModel::load(std::shared_ptr<const Module> module,
                     const std::string &section) {
  std::string_view bytecode = module->ir(section);
  if (bytecode.empty())
    return tilewright::error(
        "the module has no section '", section,
        "': it was compiled with --strip; compile it again without");

  std::unique_ptr<ReferenceModel> reference(new ReferenceModel());
  DialectRegistry registry;
  registerCompilerDialects(registry);
  reference->context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  reference->context->loadAllAvailableDialects();
  std::string complaint;
  reference->ir = readBytecode({bytecode.data(), bytecode.size()},
                               *reference->context, complaint);
  if (!reference->ir)
    return tilewright::error("the module's section '", section,
                             "' cannot be read: ", complaint);
  reference->main = reference->ir->lookupSymbol<func::FuncOp>("main");
  if (!reference->main)
    return tilewright::error("the module's section '", section,
                             "' has no function 'main'");
  reference->weights = module->weightStore();
  reference->module = std::move(module);
  return reference;
}

Result<std::vector<Tensor>>
ReferenceModel::run(llvm::ArrayRef<Tensor> inputs,
                    const graph::InterpreterOptions &options) const {
  return graph::interpret(main, inputs, *weights, options);
}

} // namespace tilewright

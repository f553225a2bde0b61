//===- Check.cpp - what of a model cannot be compiled ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/Check.h"

#include "tilewright/Driver/Compile.h"
#include "tilewright/Pipeline/Pipelines.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;

namespace tilewright {

Result<std::vector<NodeProblem>> checkModel(const ModelSource &source,
                                            const ImportOptions &options) {
  if (Status status = checkNoModule(source); !status)
    return status.error();
  DialectRegistry registry;
  registerCompilerDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  // What the importer finds it returns; nothing is to be printed.
  ScopedDiagnosticHandler silence(&context,
                                  [](Diagnostic &) { return success(); });
  return checkOnnx(context, source, options);
}

} // namespace tilewright

//===- tw-import.cpp - prints an ONNX model as tw ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// tw-import MODEL.onnx [--shape x=N:1..32x3x48x48] [--check]
//
// Prints the module that the importer makes of a model, before any pass.
// `--check` lists what cannot be imported instead; `--ops` prints the table of
// supported ops as Markdown. For developers and tests; users have `tilewright`.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Importer/ONNX/ONNXImporter.h"

#include "mlir/IR/MLIRContext.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

using namespace tilewright;
namespace cl = llvm::cl;

static int fail(const Error &failure) {
  llvm::errs() << "tw-import: " << failure.message << "\n";
  return 1;
}

int main(int argc, char **argv) {
  cl::opt<std::string> path(cl::Positional, cl::desc("MODEL.onnx"));
  cl::list<std::string> shapes("shape", cl::desc("INPUT=AXISxAXISx..."));
  cl::list<std::string> constants("constant", cl::desc("INPUT=FILE.npy"));
  cl::opt<std::string> batch("batch", cl::desc("axis 0 of all inputs"));
  cl::opt<bool> check("check", cl::desc("list what cannot be imported"));
  cl::opt<bool> ops("ops", cl::desc("print the table of supported ops"));
  cl::opt<bool> locations("locations", cl::desc("print locations"));
  cl::opt<bool> quiet("quiet", cl::desc("print nothing but errors"));
  cl::ParseCommandLineOptions(argc, argv, "Prints an ONNX model as tw.\n");
  if (ops) {
    llvm::outs() << onnxOpsMarkdown();
    return 0;
  }

  ImportOptions options;
  for (const std::string &text : shapes) {
    Result<ShapeDeclaration> shape = parseShapeDeclaration(text);
    if (!shape)
      return fail(shape.error());
    options.shapes.push_back(*shape);
  }
  if (!batch.empty()) {
    Result<AxisDeclaration> axis = parseAxisDeclaration(batch);
    if (!axis)
      return fail(axis.error());
    options.batch = *axis;
  }
  for (const std::string &text : constants) {
    auto [name, file] = llvm::StringRef(text).rsplit('=');
    Result<Tensor> tensor = readNpy(file.str());
    if (!tensor)
      return fail(tensor.error());
    options.constants[name.str()] = *tensor;
  }

  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  if (check) {
    Result<std::vector<NodeProblem>> problems =
        checkOnnx(context, {path}, options);
    if (!problems)
      return fail(problems.error());
    for (const NodeProblem &problem : *problems)
      llvm::outs() << problem.node << " (" << problem.op
                   << "): " << problem.reason << "\n";
    return problems->empty() ? 0 : 1;
  }
  Result<ImportedModel> model = importOnnx(context, {path}, options);
  if (!model)
    return fail(model.error());
  for (const std::string &warning : model->warnings)
    llvm::errs() << "tw-import: warning: " << warning << "\n";
  if (quiet)
    return 0;
  mlir::OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(64);
  if (locations)
    flags.enableDebugInfo(true, false).useLocalScope();
  model->module->print(llvm::outs(), flags);
  return 0;
}

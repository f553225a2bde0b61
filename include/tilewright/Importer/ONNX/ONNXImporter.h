//===- ONNXImporter.h - from an ONNX model to the tw dialect --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Translates an ONNX model into the `tw` dialect (docs/Architecture.md, stage
// "imported") and its initialisers into a WeightStore:
//
//     MLIRContext context(registry);
//     Result<ImportedModel> model = importOnnx(context, {"model.onnx"}, {});
//
// The file is mapped, not read: an initialiser's bytes stay where they are if
// their alignment allows it. Node names become locations. A model that holds
// something that cannot be imported gives one error that lists every such node;
// `checkOnnx` gives the same as a list.
//
// What is supported is data: the table in lib/Importer/ONNX/Registry.cpp, from
// which `onnxOpsMarkdown` makes docs/onnx-ops.md (`ninja docs`).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_IMPORTER_ONNX_ONNXIMPORTER_H
#define TILEWRIGHT_IMPORTER_ONNX_ONNXIMPORTER_H

#include "tilewright/Importer/ONNX/ShapeOptions.h"
#include "tilewright/Support/Result.h"
#include "tilewright/Support/Tensor.h"
#include "tilewright/Support/WeightStore.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tilewright {

/// A file, or the bytes of one.
struct ModelSource {
  std::string path = {};
  /// Used instead of the file if they are not empty; must outlive the imported
  /// model.
  std::string_view bytes = {};
};

struct ImportOptions {
  /// What the user says of input shapes; see ShapeOptions.h.
  std::vector<ShapeDeclaration> shapes;
  /// Axis 0 of every input with a rank of at least 1.
  std::optional<AxisDeclaration> batch;
  /// Inputs that are to be constants with these values: they leave the model's
  /// signature. For inputs that decide the structure (axes, pads, sizes).
  std::map<std::string, Tensor> constants;
};

struct ImportedModel {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<WeightStore> weights;
  /// For the user, e.g. "opset 3 of domain 'x' is unused".
  std::vector<std::string> warnings;
};

/// A node that cannot be imported, and why.
struct NodeProblem {
  std::string node;
  /// "input" or "initializer" if it is one of those.
  std::string op;
  std::string reason;
};

/// Imports a serialised ModelProto. External data is looked for beside its
/// file; bytes can have none.
Result<ImportedModel> importOnnx(mlir::MLIRContext &context,
                                 const ModelSource &source,
                                 const ImportOptions &options);

/// Every node that cannot be imported; empty if the model can be. An error
/// means that the file itself is no readable model.
Result<std::vector<NodeProblem>> checkOnnx(mlir::MLIRContext &context,
                                           const ModelSource &source,
                                           const ImportOptions &options);

/// The table of supported ops as a Markdown document.
std::string onnxOpsMarkdown();

/// The newest opset of the main domain that the importer knows.
int64_t newestOnnxOpset();

} // namespace tilewright

#endif // TILEWRIGHT_IMPORTER_ONNX_ONNXIMPORTER_H

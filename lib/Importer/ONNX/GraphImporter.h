//===- GraphImporter.h - walks graphs, subgraphs and functions ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Keeps the names: a scope per graph, with its parent for what a subgraph
// captures. Walks nodes in order of their dependencies, looks each up in the
// registry and calls its handler; a call of a model-local function is replaced
// by its body. A node that fails is recorded and its results are marked; nodes
// that depend on it are skipped, the others are still looked at, so that one
// run finds all problems.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_GRAPHIMPORTER_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_GRAPHIMPORTER_H

#include "Node.h"

#include "tilewright/Importer/ONNX/ONNXImporter.h"

namespace tilewright::onnximport {

struct OpRow;

/// Versions by domain; the main domain is "".
using Opsets = std::map<std::string, int64_t>;

class GraphImporter {
public:
  explicit GraphImporter(ImportState &state) : state(state) {}

  /// Fills `function` (which has an entry block with the inputs) from the
  /// model's graph. An input without a value is one that cannot be imported.
  Status importMain(mlir::func::FuncOp function,
                    const std::map<std::string, mlir::Value> &inputs);

  /// Imports a subgraph of `node` at the builder's place: its outputs, or
  /// nothing after a failure (which is recorded, and `node` has failed).
  std::optional<llvm::SmallVector<mlir::Value>>
  importSubgraph(Node &node, const onnx::GraphProto &graph,
                 llvm::ArrayRef<mlir::Value> inputs);

  /// Records what cannot be imported; returns false.
  bool problem(const std::string &node, const std::string &op,
               const std::string &reason);
  /// What could not be imported.
  std::vector<NodeProblem> takeProblems();

private:
  /// A file of external data that cannot be read is one problem, however many
  /// tensors it is to hold.
  struct UnreadableFile {
    size_t problem;
    std::set<const onnx::TensorProto *> tensors;
  };

  /// A name's meaning in a graph.
  struct Scope {
    const Scope *parent = nullptr;
    std::string prefix;
    const Opsets *opsets = nullptr;
    const CallAttributes *call = nullptr;
    std::map<std::string, mlir::Value> values;
    /// Not built until they are used.
    std::map<std::string, const onnx::TensorProto *> initializers;
    std::map<std::string, const onnx::SparseTensorProto *> sparse;
    /// Results of nodes that failed.
    std::set<std::string> broken;
  };
  enum class Lookup { Found, Broken, Unknown };

  Lookup lookup(Scope &scope, const std::string &name, mlir::Value &value);
  bool define(Scope &scope, const std::string &name);
  mlir::Value buildInitializer(Scope &scope, const std::string &name,
                               const onnx::TensorProto &proto);
  mlir::Value buildSparse(Scope &scope, const std::string &name,
                          const onnx::SparseTensorProto &proto);
  mlir::Value placeConstant(const Tensor &tensor, const std::string &name);

  /// The nodes in an order in which each comes after what it needs.
  std::vector<int> order(Scope &scope,
                         llvm::ArrayRef<const onnx::NodeProto *> nodes);
  bool importNodes(Scope &scope, llvm::ArrayRef<const onnx::NodeProto *> nodes);
  bool importNode(Scope &scope, const onnx::NodeProto &proto,
                  const std::string &name);
  /// The row of a node's op; null, and a problem, if there is none.
  const OpRow *findRow(const Scope &scope, const onnx::NodeProto &proto,
                       const std::string &name);
  /// The same for the nodes of its subgraphs, which are not imported because
  /// an input of the node cannot be had.
  void findRowsInside(const Scope &scope, const onnx::NodeProto &proto,
                      const std::string &name);
  bool importCall(Scope &scope, const onnx::NodeProto &proto,
                  const std::string &name, const onnx::FunctionProto &function);
  /// Looks up a node's inputs; false if one of them cannot be had.
  bool findInputs(Scope &scope, const onnx::NodeProto &proto,
                  const std::string &name, std::vector<mlir::Value> &inputs);
  mlir::Location location(const std::string &name, const std::string &op);
  const onnx::FunctionProto *findFunction(const onnx::NodeProto &node);

  ImportState &state;
  std::vector<NodeProblem> problems;
  std::map<std::string, UnreadableFile> unreadable;
  Opsets opsets;
  Scope *current = nullptr;
  mlir::Block *entry = nullptr;
  /// Where the last constant for an initialiser is: they open the entry block.
  mlir::Operation *lastConstant = nullptr;
  int callDepth = 0;
  int64_t inlinedNodes = 0;
};

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_GRAPHIMPORTER_H

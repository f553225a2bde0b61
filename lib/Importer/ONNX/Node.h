//===- Node.h - one ONNX node while it is imported ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What an op handler gets: the node's inputs and attributes, the builder (its
// base class), and the place for its results.
//
//     void importGelu(Node &n) {
//       bool tanh = n.text("approximate", "none", {"none", "tanh"}) == "tanh";
//       n.result(0, gelu(n, n.in(0), tanh));
//     }
//
// Attributes are checked as they are read: a wrong type or a value that is not
// listed is an error of the node, and so is an attribute that no one has read
// when the handler is done (`ignore` names those without a meaning for us).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_NODE_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_NODE_H

#include "Emitter.h"

namespace tilewright::onnximport {

class GraphImporter;

/// The attributes of a call of a model-local function, by name: what the
/// `ref_attr_name` of the nodes in its body mean.
using CallAttributes = std::map<std::string, const onnx::AttributeProto *>;

class Node : public Emitter {
public:
  Node(GraphImporter &graph, ImportState &state, const onnx::NodeProto &proto,
       mlir::Location loc, std::string name, int64_t opset,
       const CallAttributes *call)
      : Emitter(state, loc), graph(graph), proto(proto), name(std::move(name)),
        opset(opset), call(call), results(size_t(proto.output_size())) {}

  GraphImporter &graph;
  const onnx::NodeProto &proto;
  const std::string name;
  /// The version of the op's domain that the model asks for.
  const int64_t opset;

  //===--- Inputs and results ---------------------------------------------===//

  /// Inputs as given, with a null value for one left out ('').
  std::vector<mlir::Value> inputs;
  int64_t numInputs() const { return int64_t(inputs.size()); }
  bool has(int64_t i) const { return i < numInputs() && inputs[size_t(i)]; }
  /// An input that the registry's row says is there; otherwise null.
  mlir::Value in(int64_t i) const {
    return i < numInputs() ? inputs[size_t(i)] : mlir::Value();
  }
  /// All inputs of a variadic op.
  llvm::SmallVector<mlir::Value> allInputs() const;

  int64_t numResults() const { return proto.output_size(); }
  /// Whether the model uses output i.
  bool wants(int64_t i) const {
    return i < numResults() && !proto.output(int(i)).empty();
  }
  void result(int64_t i, mlir::Value value);
  mlir::Value getResult(int64_t i) const { return results[size_t(i)]; }

  //===--- Attributes -----------------------------------------------------===//

  bool hasAttr(llvm::StringRef name) const;
  int64_t integer(llvm::StringRef name, int64_t otherwise);
  /// As `integer`, for attributes that are 0 or 1.
  bool flag(llvm::StringRef name, bool otherwise);
  /// An integer that must be there.
  int64_t required(llvm::StringRef name);
  double number(llvm::StringRef name, double otherwise);
  std::string text(llvm::StringRef name, llvm::StringRef otherwise,
                   std::initializer_list<llvm::StringRef> allowed = {});
  llvm::SmallVector<int64_t> integers(llvm::StringRef name);
  llvm::SmallVector<double> numbers(llvm::StringRef name);
  std::vector<std::string> texts(llvm::StringRef name);
  const onnx::TensorProto *tensor(llvm::StringRef name);
  const onnx::SparseTensorProto *sparseTensor(llvm::StringRef name);
  /// A subgraph that must be there.
  const onnx::GraphProto *subgraph(llvm::StringRef name);
  /// The element type that an attribute names; fails if we do not have it.
  mlir::Type elementType(llvm::StringRef name, mlir::Type otherwise);
  /// Attributes that mean nothing here.
  void ignore(std::initializer_list<llvm::StringRef> names);
  /// Fails if an attribute has not been read.
  void checkAllRead();

private:
  const onnx::AttributeProto *find(llvm::StringRef name) const;
  const onnx::AttributeProto *find(llvm::StringRef name,
                                   onnx::AttributeProto::AttributeType type);

  const CallAttributes *call;
  std::vector<mlir::Value> results;
  std::set<std::string> read;
};

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_NODE_H

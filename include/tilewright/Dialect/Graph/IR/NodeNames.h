//===- NodeNames.h - the nodes an op came from ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The location of an op holds the model's nodes that it came from: a NameLoc
// with the node's name around one with its type, fused where there are several.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_NODENAMES_H
#define TILEWRIGHT_DIALECT_GRAPH_IR_NODENAMES_H

#include "mlir/IR/Location.h"

#include <string>
#include <vector>

namespace tilewright::graph {

/// "conv1 (Conv)", ... : the model's nodes in a location, each once.
std::vector<std::string> nodesOf(mlir::Location loc);

/// "node 'conv1' (Conv)", "nodes 'conv1' (Conv) + 'relu1' (Relu)", or nothing:
/// what messages call the nodes.
std::string describeNodes(mlir::Location loc);

/// "node 'conv1' (Conv), tw.conv": what a message calls an op.
std::string describeOp(mlir::Operation *op);

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_NODENAMES_H

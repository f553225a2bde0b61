//===- NodeName.cpp - what messages call an op ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeName.h"

#include "mlir/IR/Location.h"

#include "llvm/ADT/StringExtras.h"

namespace tilewright::graph::reference {

namespace {

/// Adds "'conv1' (Conv)" for every node in a location.
void collectNodes(mlir::Location location,
                  llvm::SmallVectorImpl<std::string> &nodes) {
  if (auto fused = llvm::dyn_cast<mlir::FusedLoc>(location)) {
    for (mlir::Location part : fused.getLocations())
      collectNodes(part, nodes);
    return;
  }
  auto named = llvm::dyn_cast<mlir::NameLoc>(location);
  if (!named)
    return;
  std::string node = "'" + named.getName().str() + "'";
  if (auto type = llvm::dyn_cast<mlir::NameLoc>(named.getChildLoc()))
    node += " (" + type.getName().str() + ")";
  if (!llvm::is_contained(nodes, node))
    nodes.push_back(node);
}

} // namespace

std::string describe(mlir::Operation *op) {
  llvm::SmallVector<std::string> nodes;
  collectNodes(op->getLoc(), nodes);
  std::string text;
  if (!nodes.empty())
    text = (nodes.size() == 1 ? "node " : "nodes ") + llvm::join(nodes, " + ") +
           ", ";
  return text + op->getName().getStringRef().str();
}

} // namespace tilewright::graph::reference

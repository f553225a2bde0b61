//===- NodeNames.cpp ------------------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/NodeNames.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace tilewright::graph {

static void collectNodes(Location loc, std::vector<std::string> &nodes) {
  if (auto fused = dyn_cast<FusedLoc>(loc)) {
    for (Location each : fused.getLocations())
      collectNodes(each, nodes);
    return;
  }
  auto name = dyn_cast<NameLoc>(loc);
  if (!name)
    return;
  std::string text = name.getName().str();
  if (auto type = dyn_cast<NameLoc>(name.getChildLoc()))
    text += " (" + type.getName().str() + ")";
  if (!llvm::is_contained(nodes, text))
    nodes.push_back(text);
}

std::vector<std::string> nodesOf(Location loc) {
  std::vector<std::string> nodes;
  collectNodes(loc, nodes);
  return nodes;
}

std::string describeOp(Operation *op) {
  std::vector<std::string> nodes = nodesOf(op->getLoc());
  std::string text;
  if (!nodes.empty())
    text = (nodes.size() == 1 ? "node " : "nodes ") + llvm::join(nodes, " + ") +
           ", ";
  return text + op->getName().getStringRef().str();
}

} // namespace tilewright::graph

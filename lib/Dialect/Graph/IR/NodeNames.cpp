//===- NodeNames.cpp - the nodes an op came from --------------------------===//
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

/// Adds what `text` makes of each node's name and type, each once.
static void
collectNodes(Location loc, std::vector<std::string> &nodes,
             function_ref<std::string(StringRef name, StringRef type)> text) {
  if (auto fused = dyn_cast<FusedLoc>(loc)) {
    for (Location each : fused.getLocations())
      collectNodes(each, nodes, text);
    return;
  }
  auto name = dyn_cast<NameLoc>(loc);
  if (!name)
    return;
  auto type = dyn_cast<NameLoc>(name.getChildLoc());
  std::string node = text(name.getName(), type ? type.getName() : StringRef());
  if (!llvm::is_contained(nodes, node))
    nodes.push_back(node);
}

static std::string withType(std::string name, StringRef type) {
  return type.empty() ? name : name + " (" + type.str() + ")";
}

std::vector<std::string> nodesOf(Location loc) {
  std::vector<std::string> nodes;
  collectNodes(loc, nodes, [](StringRef name, StringRef type) {
    return withType(name.str(), type);
  });
  return nodes;
}

std::string describeNodes(Location loc) {
  std::vector<std::string> nodes;
  collectNodes(loc, nodes, [](StringRef name, StringRef type) {
    return withType("'" + name.str() + "'", type);
  });
  if (nodes.empty())
    return {};
  return (nodes.size() == 1 ? "node " : "nodes ") + llvm::join(nodes, " + ");
}

std::string describeOp(Operation *op) {
  std::string nodes = describeNodes(op->getLoc());
  return (nodes.empty() ? "" : nodes + ", ") +
         op->getName().getStringRef().str();
}

} // namespace tilewright::graph

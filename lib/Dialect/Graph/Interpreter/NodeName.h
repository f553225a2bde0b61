//===- NodeName.h - what messages call an op -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_NODENAME_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_NODENAME_H

#include "mlir/IR/Operation.h"

#include <string>

namespace tilewright::graph::reference {

/// "node 'conv1' (Conv), tw.conv": the model's node or nodes that an op came
/// from, as its location has them, and the op.
std::string describe(mlir::Operation *op);

} // namespace tilewright::graph::reference

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_NODENAME_H

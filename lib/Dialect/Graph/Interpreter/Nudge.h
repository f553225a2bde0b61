//===- Nudge.h - values moved before they jump ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_NUDGE_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_NUDGE_H

#include "tilewright/Support/Tensor.h"

#include "mlir/IR/Operation.h"

namespace tilewright::graph::reference {

/// Whether the op's result may jump where its first operand, a float, moves a
/// little.
bool jumps(mlir::Operation *op);

/// Every value that is no whole number moved by `share` of the largest finite
/// one. Floats only.
Tensor nudged(const Tensor &values, double share);

} // namespace tilewright::graph::reference

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_NUDGE_H

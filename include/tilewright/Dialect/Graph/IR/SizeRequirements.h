//===- SizeRequirements.h - what an op needs of its operands' sizes -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Types and verifiers take two sizes that are not known to differ as equal.
// Here an op says which ones it took so: what must hold when it runs, or it
// would read outside of its operands.
//
//     tw.scatter_elements none %x, %i, %u axis 0
//         : tensor<?xf32, <"N">>, tensor<?xi64, <"A">>, tensor<?xf32, <"B">>
//     -> A = B
//
// Whoever builds ops from a model (the importer) puts a `tw.check_dims` before
// the op for each of them that does not hold for all sizes.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_SIZEREQUIREMENTS_H
#define TILEWRIGHT_DIALECT_GRAPH_IR_SIZEREQUIREMENTS_H

#include "tilewright/Dialect/Graph/IR/Dims.h"

#include "mlir/IR/Operation.h"

namespace tilewright::graph {

struct SizeRequirement {
  enum Relation { Equal, AtMost };
  DimExpr lhs;
  Relation relation;
  DimExpr rhs;
  /// Equal: what the two are, "the batch sizes of query and key". AtMost: the
  /// message, with the places {lhs} and {rhs} (Support/SizeMessage.h).
  std::string text;
};

/// What is not plain from the texts of the sizes; some may hold all the same.
llvm::SmallVector<SizeRequirement> sizeRequirements(mlir::Operation *op);

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_SIZEREQUIREMENTS_H

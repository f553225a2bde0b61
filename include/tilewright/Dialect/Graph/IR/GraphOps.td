//===- GraphOps.td - the operations of the tw dialect ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A file per chapter, as in lib/Dialect/Graph/IR. The example of each op is
// parsed by test/python/test_docs.py.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHOPS
#define TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHOPS

include "tilewright/Dialect/Graph/IR/ConstantOps.td"
include "tilewright/Dialect/Graph/IR/ElementwiseOps.td"
include "tilewright/Dialect/Graph/IR/DataMovementOps.td"
include "tilewright/Dialect/Graph/IR/IndexingOps.td"
include "tilewright/Dialect/Graph/IR/WindowOps.td"
include "tilewright/Dialect/Graph/IR/ReductionOps.td"
include "tilewright/Dialect/Graph/IR/SelectionOps.td"
include "tilewright/Dialect/Graph/IR/ControlFlowOps.td"

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHOPS

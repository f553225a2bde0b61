//===- GraphOps.h - the tw dialect ---------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHOPS_H
#define TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHOPS_H

#include "tilewright/Support/DimExpr.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "tilewright/Dialect/Graph/IR/GraphDialect.h.inc"
#include "tilewright/Dialect/Graph/IR/GraphEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "tilewright/Dialect/Graph/IR/GraphAttrs.h.inc"

#define GET_OP_CLASSES
#include "tilewright/Dialect/Graph/IR/GraphOps.h.inc"

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHOPS_H

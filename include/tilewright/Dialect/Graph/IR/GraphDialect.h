//===- GraphDialect.h - the tw dialect, attributes and enums --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHDIALECT_H
#define TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHDIALECT_H

#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Graph/IR/GraphEnums.h"
#include "tilewright/Support/DimExpr.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/TensorEncoding.h"

#include "tilewright/Dialect/Graph/IR/GraphDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "tilewright/Dialect/Graph/IR/GraphAttrs.h.inc"

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHDIALECT_H

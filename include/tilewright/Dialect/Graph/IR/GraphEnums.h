//===- GraphEnums.h - the enums of the tw dialect -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What kinds of ops there are (UnaryKind, ReduceKind, ...), for code that needs
// no IR.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHENUMS_H
#define TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHENUMS_H

#include "mlir/Support/LLVM.h"

#include "llvm/ADT/DenseMapInfo.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>
#include <string>

#include "tilewright/Dialect/Graph/IR/GraphEnums.h.inc"

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHENUMS_H

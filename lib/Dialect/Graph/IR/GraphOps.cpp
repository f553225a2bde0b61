//===- GraphOps.cpp - the ops of the tw dialect --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

#define GET_OP_CLASSES
#include "tilewright/Dialect/Graph/IR/GraphOps.cpp.inc"

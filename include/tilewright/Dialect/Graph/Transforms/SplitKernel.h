//===- SplitKernel.h - a kernel falls apart into its ops ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_SPLITKERNEL_H
#define TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_SPLITKERNEL_H

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

namespace tilewright::graph {

/// Undoes a fusion: replaces the kernel by one of each of its ops, in order,
/// and returns those. Their names end in the kernel's name and a number. A
/// kernel of one op becomes the same again under another name.
llvm::SmallVector<KernelOp> splitKernel(KernelOp kernel);

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_TRANSFORMS_SPLITKERNEL_H

//===- UnifySizes.h - one name for equal sizes ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A `tw.check_dims` before a kernel says that two expressions are equal when
// the kernel runs. Inside the kernel one of them stands for both, so that the
// tiler sees one axis where the graph has two names:
//
//     tw.check_dims <"2*floordiv(H + 31, 32)"> equals <"floordiv(H + 15, 16)">
//     add of tensor<?x8xf32, <"2*floordiv(H + 31, 32)">>
//        and tensor<?x8xf32, <"floordiv(H + 15, 16)">>
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_PIPELINE_UNIFYSIZES_H
#define TILEWRIGHT_LIB_PIPELINE_UNIFYSIZES_H

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include <map>

namespace tilewright {

class UnifySizes {
public:
  explicit UnifySizes(mlir::ModuleOp module);

  /// A detached copy of the kernel with the sizes replaced; the caller destroys
  /// it.
  graph::KernelOp apply(graph::KernelOp kernel) const;

private:
  std::vector<graph::CheckDimsOp> checks;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_PIPELINE_UNIFYSIZES_H

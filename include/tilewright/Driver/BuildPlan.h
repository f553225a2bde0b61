//===- BuildPlan.h - from @main to the plan -------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Walks `@main` after kernels have been formed and lowered, and writes down
// what the runtime does: a buffer for every value, a command for every op.
//
//     tw.kernel            KernelCommand
//     tw.reshape           a View of the same bytes
//     tw.from_dims         FillDims         tw.bind_dims    BindDims
//     tw.check_dims        CheckDims        tw.if, tw.loop  If, Loop
//
// A value that becomes an output (or a loop's next carried value) is written in
// place where a kernel computes it, and copied else.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DRIVER_BUILDPLAN_H
#define TILEWRIGHT_DRIVER_BUILDPLAN_H

#include "tilewright/Module/ModuleWriter.h"
#include "tilewright/Pipeline/LowerKernels.h"
#include "tilewright/Support/Result.h"

#include <functional>

namespace tilewright {

/// What a plan builder needs to know of the world.
struct PlanSources {
  /// The launches, in the order of the tw.kernel ops.
  const std::vector<LoweredKernel> *kernels = nullptr;
  /// Bytes of scratch of a kernel function, in terms of its sizes s0, s1, ...
  std::map<std::string, DimExpr> scratch;
  /// Index in the module of a weight, by key.
  std::function<Result<uint32_t>(int64_t key)> weightIndex;
};

/// The names and types of @main's arguments and results, and the symbols.
Result<Signature> buildSignature(mlir::ModuleOp module);

Result<Plan> buildPlan(mlir::ModuleOp module, const PlanSources &sources);

} // namespace tilewright

#endif // TILEWRIGHT_DRIVER_BUILDPLAN_H

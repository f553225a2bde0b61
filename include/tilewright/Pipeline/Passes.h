//===- Passes.h - passes on kernels, one step each ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_PIPELINE_PASSES_H
#define TILEWRIGHT_PIPELINE_PASSES_H

#include "mlir/Pass/Pass.h"

#include <memory>

namespace tilewright {

#define GEN_PASS_DECL
#include "tilewright/Pipeline/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "tilewright/Pipeline/Passes.h.inc"

} // namespace tilewright

#endif // TILEWRIGHT_PIPELINE_PASSES_H

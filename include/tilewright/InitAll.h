//===- InitAll.h - every dialect and pass, for tools ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_INITALL_H
#define TILEWRIGHT_INITALL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace tilewright {

/// Our dialects and all of upstream's.
void registerAllDialects(mlir::DialectRegistry &registry);
/// Our passes and pipelines and all of upstream's; for opt-style tools.
void registerAllPasses();

} // namespace tilewright

#endif // TILEWRIGHT_INITALL_H

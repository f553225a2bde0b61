//===- EmitObject.h - LLVM dialect to object code -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_CPU_EMITOBJECT_H
#define TILEWRIGHT_LIB_CODEGEN_CPU_EMITOBJECT_H

#include "tilewright/Codegen/CPU/CpuTarget.h"
#include "tilewright/Support/Result.h"

#include "mlir/IR/BuiltinOps.h"

namespace tilewright::cpu {

struct EmitOptions {
  /// Also fill `llvmIR` and `assembly`.
  bool listing = false;
};

struct EmittedObject {
  /// Bytes of an ELF relocatable object.
  std::string object;
  std::string llvmIR;
  std::string assembly;
};

/// Translates, optimises and compiles a module in the LLVM dialect.
Result<EmittedObject> emitObject(mlir::ModuleOp module, const CpuTarget &target,
                                 const EmitOptions &options = {});

/// An object without code, for the linker.
Result<std::string> emitEmptyObject(const CpuTarget &target);

/// Links objects into one shared object. Safe to call from several threads (one
/// links at a time). The bytes depend on nothing but the inputs.
Result<std::vector<uint8_t>>
linkSharedObject(const std::vector<std::string> &objects,
                 const std::string &emptyObject);

} // namespace tilewright::cpu

#endif // TILEWRIGHT_LIB_CODEGEN_CPU_EMITOBJECT_H

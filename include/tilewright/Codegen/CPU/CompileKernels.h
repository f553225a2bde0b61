//===- CompileKernels.h - tiled form to a shared object -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The last stage of the compiler for CPUs: kernels in the tiled form
// (docs/Architecture.md) become one shared object for one target.
//
//     Result<CompiledKernels> result = compileForCpu(module, target, {.jobs =
//     2}); result->object                   // bytes of the .so: dlopen and
//     dlsym result->kernels[0].blocks        // "ceildiv(N, 8)": what to launch
//
// Every kernel becomes an exported function with the CPU ABI:
//
//     extern "C" void NAME(void *const *buffers, const int64_t *sizes,
//                          int64_t lo, int64_t hi, void *scratch);
//
// The same kernels, target and version give the same bytes, whatever `jobs` is.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_CODEGEN_CPU_COMPILEKERNELS_H
#define TILEWRIGHT_CODEGEN_CPU_COMPILEKERNELS_H

#include "tilewright/Codegen/CPU/CpuTarget.h"
#include "tilewright/Support/Parallel.h"
#include "tilewright/Support/Result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mlir {
class DialectRegistry;
class ModuleOp;
} // namespace mlir

namespace tilewright::cpu {

/// The type of a compiled kernel: computes the blocks lo <= b < hi. `scratch`
/// is 64-byte aligned and holds CpuKernel::scratch bytes; each thread has its
/// own.
using KernelFunction = void(void *const *buffers, const int64_t *sizes,
                            int64_t lo, int64_t hi, void *scratch);

/// What the plan needs to launch a kernel. Strings are DimExprs.
struct CpuKernel {
  std::string name;
  /// How many blocks there are.
  std::string blocks;
  /// What `sizes` holds.
  std::vector<std::string> sizes;
  /// Bytes of scratch that each concurrent call needs.
  std::string scratch;
  /// What could not be vectorised well, and why; one sentence each.
  std::vector<std::string> remarks;
};

struct CompiledKernels {
  /// The bytes of an ELF shared object that exports every kernel.
  std::vector<uint8_t> object;
  /// In the order of the module.
  std::vector<CpuKernel> kernels;
};

/// An error if LLVM has no code generator for the target, or does not know its
/// CPU or one of its features.
Status checkTarget(const CpuTarget &target);

/// Compiles every function of `module` that has `tile.kernel` or `tile.loops`.
/// `module` is not changed. Errors name the kernel; of a cancelled one the
/// error is "cancelled".
Result<CompiledKernels> compileForCpu(mlir::ModuleOp module,
                                      const CpuTarget &target,
                                      const ParallelOptions &options = {});

/// The LLVM IR and assembly of every kernel, for people (`--save-stages`).
struct KernelListing {
  std::string llvmIR;
  std::string assembly;
};
Result<KernelListing> listForCpu(mlir::ModuleOp module,
                                 const CpuTarget &target);

/// Adds the dialects and interfaces that lowering and translation need.
void registerCpuCodegenDialects(mlir::DialectRegistry &registry);

} // namespace tilewright::cpu

#endif // TILEWRIGHT_CODEGEN_CPU_COMPILEKERNELS_H

//===- Compile.h - the whole compiler as one call -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//     CompileOptions options;
//     options.targets = {"x86-64-v3"};
//     Result<CompileReport> report =
//         compileModel({"model.onnx"}, "model.twm", options);
//
// Nothing is left behind if it fails, and nothing is printed: errors, warnings
// and the report are values.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DRIVER_COMPILE_H
#define TILEWRIGHT_DRIVER_COMPILE_H

#include "tilewright/Importer/ONNX/ONNXImporter.h"
#include "tilewright/Support/Result.h"

#include <functional>
#include <string>
#include <vector>

namespace tilewright {

/// An error if the model is a compiled module already.
Status checkNoModule(const ModelSource &source);

struct CompileOptions {
  /// Rows of Target/, or "cpu" for the best one of this machine.
  std::vector<std::string> targets = {"cpu"};
  ImportOptions import;
  /// Threads to compile with; changes no byte of the result.
  unsigned jobs = 1;
  /// Writes the IR after each named phase into this folder, if not empty.
  std::string saveStages;
  /// Keep the imported model in the module, for `verify` and device reference.
  bool keepReference = true;
  /// Told what is going on, for a progress bar, on the calling thread at each
  /// phase and each kernel; may be empty. Returning false cancels.
  std::function<bool(const std::string &phase, double fraction)> progress;
};

struct KernelReport {
  std::string name;
  std::string target;
  std::vector<std::string> nodes;
  /// What did not get the best code, and why.
  std::vector<std::string> remarks;
};

/// What did not become as good as it could be, and why.
struct CompileRemark {
  std::vector<std::string> nodes;
  /// Of a fusion: what `nodes` read, and are not fused with.
  std::vector<std::string> producer;
  std::string reason;
  bool operator==(const CompileRemark &) const = default;
};

struct CompileReport {
  std::vector<std::string> warnings;
  std::vector<KernelReport> kernels;
  /// Kernels that fell apart, and those that are loops on scalars although
  /// their op has tiles; each once, also if several targets have it.
  std::vector<CompileRemark> loweringRemarks;
  /// Fusions that were refused.
  std::vector<CompileRemark> fusionRemarks;
  /// Seconds by phase, in order.
  std::vector<std::pair<std::string, double>> seconds;
};

Result<CompileReport> compileModel(const ModelSource &source,
                                   const std::string &output,
                                   const CompileOptions &options);

} // namespace tilewright

#endif // TILEWRIGHT_DRIVER_COMPILE_H

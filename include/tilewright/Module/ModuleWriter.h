//===- ModuleWriter.h - writes .twm files ---------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Writes a module: weights first, as they come (their bytes are not kept), the
// rest in `finish`. The file appears at its path only when everything is in it.
// The same calls give the same bytes.
//
//     Result<ModuleWriter> writer = ModuleWriter::create("m.twm");
//     uint32_t index = *writer->addWeight(key, "conv.w", tensor);
//     writer->addReferenceWeight(otherKey, "conv.w.original", original);
//     writer->addTarget({"x86-64-v3", {"avx2", "fma"}, plan, object});
//     writer->addIR("imported", bytecode);
//     Status status = writer->finish({signature, metadata, "tilewright 0.1"});
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_MODULE_MODULEWRITER_H
#define TILEWRIGHT_MODULE_MODULEWRITER_H

#include "tilewright/Module/Plan.h"
#include "tilewright/Support/Tensor.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tilewright {

/// What a module says about its model.
struct ModuleInfo {
  Signature signature;
  /// ONNX metadata_props and the like.
  std::map<std::string, std::string> metadata;
  /// Who wrote the model (ONNX producer), for listings.
  std::string producer;
};

/// How the model runs on one target.
struct TargetProgram {
  /// The row's name: "x86-64-v3".
  std::string target;
  /// What the machine must have, in the names of Support/HostCpu.h; empty for
  /// code that runs everywhere.
  std::vector<std::string> features;
  Plan plan;
  /// For a CPU: a shared object that exports the plan's kernels.
  std::string code;
};

class ModuleWriter {
public:
  static Result<ModuleWriter> create(const std::string &path);
  ModuleWriter(ModuleWriter &&) noexcept;
  ~ModuleWriter();

  /// Writes the bytes of a weight that plans use; Buffer::index is the result.
  /// `key` is the weight's key in the WeightStore; a key that was added before
  /// gives its index again.
  Result<uint32_t> addWeight(int64_t key, const std::string &name,
                             const Tensor &tensor);
  /// A weight that only the IR sections refer to. It can be stripped with them.
  /// Nothing happens if the key was added before. Shares the bytes until
  /// `finish`.
  void addReferenceWeight(int64_t key, const std::string &name, Tensor tensor);
  /// The runtime prefers targets that were added earlier.
  void addTarget(TargetProgram program);
  /// IR that goes with the module (MLIR bytecode) and can be stripped. `name`
  /// is "imported" or "kernels". Its weights are referred to by key.
  void addIR(const std::string &name, std::string bytecode);

  /// Verifies the plans, writes the rest and puts the file in its place.
  Status finish(const ModuleInfo &info);

private:
  struct State;
  explicit ModuleWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

/// Writes the module at `from` to `to` without IR and reference weights.
Status stripModule(const std::string &from, const std::string &to);

} // namespace tilewright

#endif // TILEWRIGHT_MODULE_MODULEWRITER_H

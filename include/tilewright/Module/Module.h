//===- Module.h - a compiled model in a .twm file -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A loaded module: the file is mapped, its metadata and plans are decoded and
// verified, weights and code are views of the mapping. docs/ModuleFormat.md has
// the format. Immutable: any number of sessions and threads may share one.
//
// Loading verifies everything but the bytes of weights, whose pages it does not
// touch; `verifyWeights` compares their checksum too.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_MODULE_MODULE_H
#define TILEWRIGHT_MODULE_MODULE_H

#include "tilewright/Module/ModuleWriter.h"
#include "tilewright/Support/File.h"
#include "tilewright/Support/WeightStore.h"

#include <string_view>

namespace tilewright {

/// A row of the module's table of weights.
struct WeightInfo {
  /// The key in the WeightStore of the compiler and in the IR sections.
  int64_t key = 0;
  std::string name;
  DType type = DType::F32;
  std::vector<int64_t> shape;
  /// In the section that it is in.
  uint64_t offset = 0;
  /// Only the IR sections use it: it may have been stripped.
  bool reference = false;
};

/// A section of the file, for listings.
struct SectionInfo {
  std::string name;
  uint64_t offset = 0, size = 0;
};

/// Whether bytes, or a file that can be read, begin as a module does.
bool isModule(std::string_view bytes);
bool isModuleFile(const std::string &path);

class Module {
public:
  /// Errors name the path and what is wrong with the file.
  static Result<std::shared_ptr<const Module>> load(const std::string &path);
  /// The bytes of a file, at an address aligned to 64; `owner` keeps them.
  static Result<std::shared_ptr<const Module>>
  load(std::string_view bytes, std::shared_ptr<const void> owner,
       const std::string &name);

  const Signature &signature() const { return info.signature; }
  const std::map<std::string, std::string> &metadata() const {
    return info.metadata;
  }
  const std::string &producer() const { return info.producer; }

  /// In order of preference. The `code` members are empty; see `code`.
  const std::vector<TargetProgram> &targets() const { return targets_; }
  std::string_view code(size_t target) const { return codes[target]; }

  const std::vector<WeightInfo> &weights() const { return weights_; }
  /// Null data if the weight was stripped. Read-only.
  Tensor weight(size_t index) const;
  /// All weights that are there, under their keys, sharing the mapping.
  std::shared_ptr<WeightStore> weightStore() const;

  /// The bytecode of "imported" or "kernels"; empty if it was stripped.
  std::string_view ir(const std::string &name) const;

  const std::vector<SectionInfo> &sections() const { return sections_; }
  /// Reads all weights and compares their checksums.
  Status verifyWeights() const;

private:
  friend class ModuleLoader;
  Module() = default;
  std::shared_ptr<const void> owner;
  const std::byte *bytes = nullptr;
  std::string path;
  ModuleInfo info;
  std::vector<TargetProgram> targets_;
  std::vector<std::string_view> codes;
  std::vector<WeightInfo> weights_;
  std::vector<SectionInfo> sections_;
  std::vector<uint64_t> checksums;
};

} // namespace tilewright

#endif // TILEWRIGHT_MODULE_MODULE_H

//===- Metadata.h - the metadata section ----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_MODULE_METADATA_H
#define TILEWRIGHT_LIB_MODULE_METADATA_H

#include "tilewright/Module/Module.h"

namespace tilewright {

/// Everything that the metadata section says.
struct Metadata {
  ModuleInfo info;
  std::vector<TargetProgram> targets;
  std::vector<WeightInfo> weights;
  /// One per weight.
  std::vector<uint64_t> checksums;
};

/// The FlatBuffer (lib/Module/Module.fbs); the error says what is too large.
Result<std::string> encodeMetadata(const Metadata &metadata);
/// Trusts nothing in `bytes`, which start at a multiple of 8. Does not verify
/// the plans.
Result<Metadata> decodeMetadata(std::string_view bytes);

/// Longest text of a size expression in a module.
constexpr size_t maxExpressionText = 1 << 14;

} // namespace tilewright

#endif // TILEWRIGHT_LIB_MODULE_METADATA_H

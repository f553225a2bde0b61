//===- ByteRange.h - bytes of a file --------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Weights stay in the file that they came in: the file is mapped, tensors point
// into the mapping and keep it alive. A stretch of bytes is a `ByteRange`.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_BYTERANGE_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_BYTERANGE_H

#include "tilewright/Support/Result.h"

#include <memory>
#include <string>
#include <string_view>

namespace tilewright::onnximport {

struct ByteRange {
  std::string_view bytes;
  /// Keeps the bytes alive; null if the caller of the importer does.
  std::shared_ptr<const void> owner;
  /// Whether the bytes are a mapping of a file, whose pages may be given back.
  bool mapped = false;
};

/// Maps a regular file; the error names it.
Result<ByteRange> mapFile(const std::string &path);

/// Tells the system that the pages of a mapping are not needed soon (they have
/// been copied). Does nothing for other memory.
void releasePages(const ByteRange &range);

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_BYTERANGE_H

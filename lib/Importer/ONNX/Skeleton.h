//===- Skeleton.h - a model without its big byte strings ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Protobuf copies every `bytes` field and stops at 2 GiB. So the file is first
// walked in its wire format and written again as a *skeleton*, in which the
// `raw_data` of each TensorProto is replaced by a 16-byte record of where in
// the file it was (offset and length, little endian):
//
//     file      graph { initializer { dims: 512 raw_data: "<2048 bytes>" } }
//     skeleton  graph { initializer { dims: 512 raw_data: "<offset, 2048>" } }
//
// Protobuf parses the small skeleton; `payload` finds the bytes again. Packed
// `float_data` and `double_data`, whose bytes are the same as raw ones, are
// turned into `raw_data` on the way.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_SKELETON_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_SKELETON_H

#include "tilewright/Support/Result.h"

#include <string>
#include <string_view>

namespace tilewright::onnximport {

/// The skeleton of a serialised ModelProto; an error says where the file stops
/// making sense.
Result<std::string> makeSkeleton(std::string_view file);

/// The bytes that a `raw_data` field of a skeleton stands for.
Result<std::string_view> payload(std::string_view file,
                                 std::string_view rawData);

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_SKELETON_H

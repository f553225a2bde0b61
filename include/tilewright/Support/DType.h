//===- DType.h - element types --------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The element types that every layer knows. A `Bool` takes one byte in memory
// (0 or 1). The numeric values are part of the module format: append only.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_DTYPE_H
#define TILEWRIGHT_SUPPORT_DTYPE_H

#include <cstdint>
#include <optional>
#include <string_view>

namespace tilewright {

enum class DType : uint8_t {
  Bool = 0,
  I8,
  I16,
  I32,
  I64,
  U8,
  U16,
  U32,
  U64,
  F16,
  BF16,
  F32,
  F64,
};

/// Bytes that one element takes in memory.
int64_t byteSize(DType type);
/// "f32", "u8", "bool", ...: the name used in every message and table.
std::string_view name(DType type);
std::optional<DType> parseDType(std::string_view name);
bool isFloat(DType type);
/// True for U8 to U64 (not Bool).
bool isUnsigned(DType type);
/// True for I8 to U64 (not Bool).
bool isInteger(DType type);

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_DTYPE_H

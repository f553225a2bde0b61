//===- DType.cpp - element types ------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/DType.h"

#include <iterator>

namespace tilewright {

namespace {
struct Row {
  std::string_view name;
  int8_t bytes;
};
// Indexed by DType.
constexpr Row rows[] = {{"bool", 1}, {"i8", 1},  {"i16", 2},  {"i32", 4},
                        {"i64", 8},  {"u8", 1},  {"u16", 2},  {"u32", 4},
                        {"u64", 8},  {"f16", 2}, {"bf16", 2}, {"f32", 4},
                        {"f64", 8}};
} // namespace

int64_t byteSize(DType type) { return rows[size_t(type)].bytes; }
std::string_view name(DType type) { return rows[size_t(type)].name; }

std::optional<DType> parseDType(std::string_view name) {
  for (size_t i = 0; i < std::size(rows); ++i)
    if (rows[i].name == name)
      return DType(i);
  return std::nullopt;
}

bool isFloat(DType type) { return type >= DType::F16; }
bool isUnsigned(DType type) { return type >= DType::U8 && type <= DType::U64; }
bool isInteger(DType type) { return type >= DType::I8 && type <= DType::U64; }

} // namespace tilewright

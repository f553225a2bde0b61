//===- ShapeOptions.cpp - shapes that the user declares -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Importer/ONNX/ShapeOptions.h"

#include <cctype>
#include <charconv>

using namespace tilewright;

namespace {

std::optional<int64_t> parseInteger(std::string_view text) {
  int64_t value = 0;
  const char *begin = text.data(), *end = begin + text.size();
  auto [stop, code] = std::from_chars(begin, end, value);
  if (code != std::errc() || stop != end || text.empty())
    return std::nullopt;
  return value;
}

bool isSymbol(std::string_view text) {
  if (text.empty() || (!std::isalpha((unsigned char)text[0]) && text[0] != '_'))
    return false;
  for (char c : text)
    if (!std::isalnum((unsigned char)c) && c != '_' && c != '.')
      return false;
  Result<DimExpr> expr = DimExpr::parse(text);
  return expr && expr->symbolName() == std::string(text);
}

/// Cuts `text` at the first `separator`; the rest (without it) is returned, or
/// nothing if there is none.
std::optional<std::string_view> cutAt(std::string_view &text,
                                      std::string_view separator) {
  size_t position = text.find(separator);
  if (position == std::string_view::npos)
    return std::nullopt;
  std::string_view rest = text.substr(position + separator.size());
  text = text.substr(0, position);
  return rest;
}

} // namespace

Result<AxisDeclaration>
tilewright::parseAxisDeclaration(std::string_view text) {
  AxisDeclaration axis;
  if (text == "?")
    return axis;
  if (std::optional<int64_t> constant = parseInteger(text)) {
    if (*constant < 0)
      return error("'", text, "': a size cannot be negative");
    axis.kind = AxisDeclaration::Kind::Constant;
    axis.constant = *constant;
    return axis;
  }
  std::string_view whole = text;
  std::optional<std::string_view> multiple = cutAt(text, "%");
  std::optional<std::string_view> range = cutAt(text, ":");
  if (!isSymbol(text))
    return error("'", whole, "': expected an integer, '?' or a name such as ",
                 "N, N:1..32 or W:32..1280%8");
  axis.kind = AxisDeclaration::Kind::Symbol;
  axis.symbol = std::string(text);
  if (!range && !multiple)
    return axis;
  axis.range.emplace();
  if (range) {
    std::string_view low = *range;
    std::optional<std::string_view> high = cutAt(low, "..");
    std::optional<int64_t> lo = parseInteger(low);
    // "low.." has no upper end.
    std::optional<int64_t> hi = !high           ? lo
                                : high->empty() ? axis.range->hi
                                                : parseInteger(*high);
    if (!lo || !hi || *lo < 0 || *hi < *lo)
      return error("'", whole, "': expected a range low..high or low.. of ",
                   "sizes, but got '", *range, "'");
    axis.range->lo = *lo;
    axis.range->hi = *hi;
  }
  if (multiple) {
    std::optional<int64_t> value = parseInteger(*multiple);
    if (!value || *value < 1)
      return error("'", whole, "': expected a positive multiple after '%', ",
                   "but got '", *multiple, "'");
    axis.range->multiple = *value;
    if (axis.range->hi / *value * *value < axis.range->lo)
      return error("'", whole, "': no multiple of ", *value, " is in ",
                   axis.range->lo, "..", axis.range->hi);
  }
  return axis;
}

Result<ShapeDeclaration>
tilewright::parseShapeDeclaration(std::string_view text) {
  ShapeDeclaration shape;
  // An input's name may hold '=' itself, a shape cannot.
  size_t equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0)
    return error("shape '", text, "': expected INPUT=AXIS,AXIS,..., such as ",
                 "x=N:1..32,3,224,224");
  shape.input = std::string(text.substr(0, equals));
  std::string_view rest = text.substr(equals + 1);
  if (rest.empty())
    return shape;
  const char *separator = rest.find(',') != std::string_view::npos ? "," : "x";
  while (true) {
    std::string_view piece = rest;
    std::optional<std::string_view> next = cutAt(piece, separator);
    Result<AxisDeclaration> axis = parseAxisDeclaration(piece);
    if (!axis)
      return error("shape of '", shape.input, "': ", axis.error().message,
                   ", as in '", shape.input, "=N:1..32,3,W:32..1280%8'");
    shape.axes.push_back(axis.take());
    // "max_len," is one axis, whose name has an x in it.
    if (!next || (next->empty() && *separator == ','))
      return shape;
    rest = *next;
  }
}

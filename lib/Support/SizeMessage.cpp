//===- SizeMessage.cpp - what a failed check of sizes says ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/SizeMessage.h"

namespace tilewright {

/// Long expressions, and those with functions in them, say nothing to a reader.
static bool isPlain(const std::string &expr) {
  return expr.size() <= 32 && expr.find('(') == std::string::npos;
}

static std::string show(const CheckedSize &size) {
  std::string number = std::to_string(size.value);
  return size.expr == number || !isPlain(size.expr)
             ? number
             : number + " (" + size.expr + ")";
}

static bool replace(std::string &text, const std::string &place,
                    const std::string &by) {
  size_t at = text.find(place);
  if (at == std::string::npos)
    return false;
  text.replace(at, place.size(), by);
  return true;
}

std::string sizeMessage(const std::string &text, const CheckedSize &lhs,
                        const CheckedSize &rhs) {
  std::string message = text;
  bool hasLeft = replace(message, "{lhs}", show(lhs));
  bool hasRight = replace(message, "{rhs}", show(rhs));
  if (hasLeft || hasRight)
    return message;
  bool areNumbers = lhs.expr == std::to_string(lhs.value) &&
                    rhs.expr == std::to_string(rhs.value);
  if (areNumbers || !isPlain(lhs.expr) || !isPlain(rhs.expr))
    return text + ": " + show(lhs) + " is not " + show(rhs);
  return text + ": " + lhs.expr + " is " + std::to_string(lhs.value) +
         ", but " + rhs.expr + " is " + std::to_string(rhs.value);
}

} // namespace tilewright

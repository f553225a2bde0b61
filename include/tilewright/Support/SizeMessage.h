//===- SizeMessage.h - what a failed check of sizes says ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The text of a check of two sizes may hold their places:
//
//     "axis 1 of size {lhs} cannot be repeated to {rhs}"
//     -> "axis 1 of size 3 (H) cannot be repeated to 5"
//
// A size is its number, with the expression behind it where that is plain. A
// text without places is followed by both sides: "...: H is 3, but W is 5".
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_SIZEMESSAGE_H
#define TILEWRIGHT_SUPPORT_SIZEMESSAGE_H

#include <cstdint>
#include <string>

namespace tilewright {

/// A side of a check: its expression, and the value that it has.
struct CheckedSize {
  const std::string &expr;
  int64_t value;
};

std::string sizeMessage(const std::string &text, const CheckedSize &lhs,
                        const CheckedSize &rhs);

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_SIZEMESSAGE_H

//===- ShapeOptions.h - shapes that the user declares ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The language of `--shape`:
//
//     shape ::= input '=' axis ('x' axis)*       or, if a symbol's name has an
//             | input '=' axis (',' axis)* [','] x in it, with commas
//             | input '='                        (a scalar)
//     axis  ::= integer | '?' | symbol [':' lo '..' [hi]] ['%' multiple]
//
// `x=N:1..32x3x48xW:32..1280%8`: the first axis is called N and is 1 to 32, ...
// `N:1..` is at least 1.
// `x=max_len,` is one axis, `x=max_len` is two: `ma` and `_len`.
// `?` leaves the axis as the model has it. Equal symbols are equal sizes.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_IMPORTER_ONNX_SHAPEOPTIONS_H
#define TILEWRIGHT_IMPORTER_ONNX_SHAPEOPTIONS_H

#include "tilewright/Support/DimExpr.h"
#include "tilewright/Support/Result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tilewright {

/// One axis: a constant, a symbol with what is known of it, or as in the model.
struct AxisDeclaration {
  enum class Kind { AsInModel, Constant, Symbol };
  Kind kind = Kind::AsInModel;
  int64_t constant = 0;
  std::string symbol;
  /// Present if the user gave a range or a multiple.
  std::optional<SymbolRange> range;
};

struct ShapeDeclaration {
  std::string input;
  std::vector<AxisDeclaration> axes;
};

Result<AxisDeclaration> parseAxisDeclaration(std::string_view text);
Result<ShapeDeclaration> parseShapeDeclaration(std::string_view text);

} // namespace tilewright

#endif // TILEWRIGHT_IMPORTER_ONNX_SHAPEOPTIONS_H

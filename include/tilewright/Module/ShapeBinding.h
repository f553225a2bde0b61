//===- ShapeBinding.h - from the shapes of inputs to symbols --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An axis of an input whose size is the expression e gives the equation
// e == extent. An equation with one unknown symbol, linear in it ("N",
// "2*H + 1", "N*H" once N is known to be 3), is solved; all others are checked
// when every symbol is known.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_MODULE_SHAPEBINDING_H
#define TILEWRIGHT_MODULE_SHAPEBINDING_H

#include "tilewright/Module/Plan.h"

namespace tilewright {

/// Binds all symbols of the inputs' dims. `shapes` has one shape per input. The
/// errors name the input and the axis, and both sides: rank, sizes that
/// contradict each other, values outside a symbol's declared range.
Result<SymbolBindings>
bindShapes(const Signature &signature,
           const std::vector<std::vector<int64_t>> &shapes);

/// The symbols of the inputs' shapes, which whoever runs the model chooses, and
/// what they can be.
SymbolRanges inputSizes(const Signature &signature);

/// An error for a symbol whose value cannot be found from any input's shape.
Status checkSymbolsCanBeBound(const Signature &signature);

/// An error unless the value is in the range: "N = 40 is outside 1..32".
Status checkRange(const std::string &symbol, int64_t value,
                  const SymbolRanges &ranges);

} // namespace tilewright

#endif // TILEWRIGHT_MODULE_SHAPEBINDING_H

//===- RandomInputs.h - inputs for a model that has none ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fills the inputs of a model from a seed: the same seed and sizes give the
// same bytes on every machine. Floats are normally distributed, 8-bit integers
// take all of their values, and other integers are 0 or 1, which is sound for
// nearly every use of an integer (a token, a mask, an index).
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DRIVER_RANDOMINPUTS_H
#define TILEWRIGHT_DRIVER_RANDOMINPUTS_H

#include "tilewright/Module/Plan.h"
#include "tilewright/Support/Tensor.h"

namespace tilewright {

struct RandomInputsOptions {
  uint64_t seed = 0;
  /// What the user says of the sizes: N = 4.
  SymbolBindings sizes = {};
  /// Others: on the first axis of an input, and elsewhere.
  int64_t firstAxis = 2, otherAxes = 64;
  /// Inputs that are there already, by name; sizes follow from their shapes.
  std::map<std::string, Tensor> given = {};
};

struct InputShapes {
  /// In the order of the signature.
  std::vector<std::vector<int64_t>> shapes;
  /// The values of all symbols in the inputs' types.
  SymbolBindings sizes;
  /// Those that nothing decided and that were chosen, by the options and moved
  /// into the symbol's range.
  SymbolBindings chosen;
};

/// The errors name the input or the symbol: an input that the model does not
/// have, a size out of its range, a shape that contradicts another.
Result<InputShapes> chooseInputShapes(const Signature &signature,
                                      const RandomInputsOptions &options);

struct RandomInputs {
  /// In the order of the signature, the given ones among them.
  std::vector<Tensor> tensors;
  InputShapes shapes;
};

Result<RandomInputs> randomInputs(const Signature &signature,
                                  const RandomInputsOptions &options);

} // namespace tilewright

#endif // TILEWRIGHT_DRIVER_RANDOMINPUTS_H

//===- Numbers.h - tensors' elements as C++ numbers -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reading and writing single elements of a Tensor whatever its type is.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_NUMBERS_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_NUMBERS_H

#include "tilewright/Support/Tensor.h"

namespace tilewright::onnximport {

double getNumber(const Tensor &tensor, int64_t index);
/// Integer element types only (and bool); u64 wraps.
int64_t getInteger(const Tensor &tensor, int64_t index);
/// Rounds; integers saturate, NaN gives 0.
void setNumber(Tensor &tensor, int64_t index, double value);
void setInteger(Tensor &tensor, int64_t index, int64_t value);
/// The least and the greatest number of an integer type.
double lowest(DType type);
double highest(DType type);

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_NUMBERS_H

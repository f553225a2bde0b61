//===- Arrays.h - between NumPy and Tensor ------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// No values are converted: an array's element type is the tensor's. Memory is
// shared where the array is dense, row-major and in the machine's byte order,
// and copied else. bf16 is the type of the package ml_dtypes; where that is not
// installed its bits are uint16.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_PYTHON_SRC_ARRAYS_H
#define TILEWRIGHT_PYTHON_SRC_ARRAYS_H

#include "tilewright/Module/Plan.h"
#include "tilewright/Support/Tensor.h"

#include <pybind11/numpy.h>

namespace tilewright::python {

/// The values of an input: a NumPy array, anything that speaks DLPack and lies
/// in host memory, or what numpy.asarray takes; no masked array, whose mask
/// would be lost. `argument` is the input that it is for. Throws InputError.
/// The tensor keeps what it shares alive; it may be destroyed only with the
/// GIL.
Tensor toTensor(pybind11::handle value, const Argument &argument);
/// One value per input, in order; throws InputError for another number.
std::vector<Tensor> toTensors(const pybind11::sequence &values,
                              const std::vector<Argument> &arguments);

/// An array that shares the tensor's memory and keeps it alive.
pybind11::object toArray(Tensor tensor);
pybind11::list toArrays(std::vector<Tensor> tensors);

/// The inputs or outputs of a model: (name, element type, sizes), each size an
/// int or a str.
pybind11::list describe(const std::vector<Argument> &arguments);

} // namespace tilewright::python

#endif // TILEWRIGHT_PYTHON_SRC_ARRAYS_H

//===- Text.h - strings and errors on their way to Python ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A name in a model or in a file system is any bytes; a Python string is not.
// Every string goes to Python through `toText`, which has U+FFFD for what is
// not UTF-8, and never fails.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_PYTHON_SRC_TEXT_H
#define TILEWRIGHT_PYTHON_SRC_TEXT_H

#include "tilewright/Support/Result.h"

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>
#include <vector>

namespace tilewright::python {

pybind11::str toText(std::string_view bytes);
pybind11::list toTexts(const std::vector<std::string> &strings);

/// What str(value) gives, with '?' for what UTF-8 cannot hold.
std::string fromText(pybind11::handle value);

/// Throws the Python exception `tilewright.<kind>` ("InputError", "ModelError",
/// "RunError").
[[noreturn]] void raise(const char *kind, const Error &error);

} // namespace tilewright::python

#endif // TILEWRIGHT_PYTHON_SRC_TEXT_H

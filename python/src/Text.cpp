//===- Text.cpp - strings and errors on their way to Python -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Text.h"

namespace py = pybind11;

namespace tilewright::python {

py::str toText(std::string_view bytes) {
  PyObject *text =
      PyUnicode_DecodeUTF8(bytes.data(), py::ssize_t(bytes.size()), "replace");
  if (!text) // No memory.
    throw py::error_already_set();
  return py::reinterpret_steal<py::str>(text);
}

py::list toTexts(const std::vector<std::string> &strings) {
  py::list list;
  for (const std::string &string : strings)
    list.append(toText(string));
  return list;
}

std::string fromText(py::handle value) {
  return py::bytes(py::str(value).attr("encode")("utf-8", "replace"));
}

void raise(const char *kind, const Error &error) {
  py::object type = py::module_::import("tilewright._errors").attr(kind);
  PyErr_SetObject(type.ptr(), toText(error.message).ptr());
  throw py::error_already_set();
}

} // namespace tilewright::python

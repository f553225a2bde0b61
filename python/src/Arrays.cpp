//===- Arrays.cpp - between NumPy and Tensor ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arrays.h"

#include "Text.h"

namespace py = pybind11;

namespace tilewright::python {

/// The element type of an array, apart from its byte order.
static std::optional<DType> elementType(const py::dtype &dtype) {
  int64_t bytes = dtype.itemsize();
  auto sized = [&](DType one, DType two, DType four,
                   DType eight) -> std::optional<DType> {
    switch (bytes) {
    case 1:
      return one;
    case 2:
      return two;
    case 4:
      return four;
    case 8:
      return eight;
    default:
      return std::nullopt;
    }
  };
  switch (dtype.kind()) {
  case 'b':
    return DType::Bool;
  case 'i':
    return sized(DType::I8, DType::I16, DType::I32, DType::I64);
  case 'u':
    return sized(DType::U8, DType::U16, DType::U32, DType::U64);
  case 'f':
    if (bytes == 1)
      return std::nullopt;
    return sized(DType::F16, DType::F16, DType::F32, DType::F64);
  default:
    // ml_dtypes.bfloat16 is of a kind that it shares with structures.
    if (bytes == 2 && py::str(dtype.attr("name")).equal(py::str("bfloat16")))
      return DType::BF16;
    return std::nullopt;
  }
}

/// Whether it is a numpy.ma array.
static bool isMasked(const py::array &array) {
  py::module_ masked = py::module_::import("numpy.ma");
  return py::isinstance(array, masked.attr("MaskedArray"));
}

/// The value as an array, by DLPack if it speaks that.
static py::array asArray(py::handle value, const Argument &argument) {
  if (py::isinstance<py::array>(value)) {
    auto array = py::reinterpret_borrow<py::array>(value);
    if (isMasked(array))
      raise("InputError", error("input '", argument.name,
                                "' is a masked array, whose mask no model can "
                                "take: give its filled(value), or its data"));
    return array;
  }
  py::module_ numpy = py::module_::import("numpy");
  const char *converter =
      py::hasattr(value, "__dlpack__") ? "from_dlpack" : "asarray";
  try {
    return numpy.attr(converter)(value);
  } catch (py::error_already_set &failure) {
    if (!failure.matches(PyExc_Exception))
      throw;
    raise("InputError",
          error("input '", argument.name,
                "' is no array in host memory: ", fromText(failure.value())));
  }
}

Tensor toTensor(py::handle value, const Argument &argument) {
  py::array array = asArray(value, argument);
  std::optional<DType> type = elementType(array.dtype());
  // The bits of bf16, from those who do not have ml_dtypes.
  if (type == DType::U16 && argument.type == DType::BF16)
    type = DType::BF16;
  if (type != argument.type)
    raise("InputError",
          error("input '", argument.name, "' is an array of ",
                type ? std::string(name(*type)) : fromText(array.dtype()),
                ", but the model takes ",
                typeString(argument.type, argument.dims)));
  if (array.dtype().byteorder() == '>')
    array = array.attr("astype")(array.dtype().attr("newbyteorder")("="));
  constexpr int dense =
      int(py::array::c_style) | int(py::detail::npy_api::NPY_ARRAY_ALIGNED_);
  if ((array.flags() & dense) != dense)
    array = py::module_::import("numpy").attr("require")(
        array, py::none(), py::make_tuple("C", "A"));
  std::vector<int64_t> shape(array.shape(), array.shape() + array.ndim());
  void *data = const_cast<void *>(array.data());
  return Tensor(*type, std::move(shape), data,
                std::make_shared<py::array>(std::move(array)));
}

std::vector<Tensor> toTensors(const py::sequence &values,
                              const std::vector<Argument> &arguments) {
  if (values.size() != arguments.size()) {
    std::string names;
    for (const Argument &argument : arguments)
      names += (names.empty() ? "'" : ", '") + argument.name + "'";
    raise("InputError", error("the model takes ", arguments.size(),
                              arguments.size() == 1 ? " input" : " inputs",
                              names.empty() ? "" : " (" + names + ")",
                              ", but got ", values.size()));
  }
  std::vector<Tensor> tensors;
  tensors.reserve(arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i)
    tensors.push_back(toTensor(values[i], arguments[i]));
  return tensors;
}

/// The name of NumPy's type.
static const char *numpyName(DType type) {
  switch (type) {
  case DType::Bool:
    return "bool";
  case DType::I8:
    return "int8";
  case DType::I16:
    return "int16";
  case DType::I32:
    return "int32";
  case DType::I64:
    return "int64";
  case DType::U8:
    return "uint8";
  case DType::U16:
  case DType::BF16:
    return "uint16";
  case DType::U32:
    return "uint32";
  case DType::U64:
    return "uint64";
  case DType::F16:
    return "float16";
  case DType::F32:
    return "float32";
  case DType::F64:
    return "float64";
  }
  return "";
}

py::object toArray(Tensor tensor) {
  auto *kept = new Tensor(std::move(tensor));
  py::capsule owner(
      kept, [](void *pointer) { delete static_cast<Tensor *>(pointer); });
  py::array array(py::dtype(numpyName(kept->type())), kept->shape(),
                  kept->data(), owner);
  if (kept->type() == DType::BF16) {
    try {
      return array.attr("view")(
          py::module_::import("ml_dtypes").attr("bfloat16"));
    } catch (py::error_already_set &failure) {
      if (!failure.matches(PyExc_ImportError))
        throw;
    }
  }
  return array;
}

py::list toArrays(std::vector<Tensor> tensors) {
  py::list arrays(tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i)
    arrays[i] = toArray(std::move(tensors[i]));
  return arrays;
}

py::list describe(const std::vector<Argument> &arguments) {
  py::list list;
  for (const Argument &argument : arguments) {
    py::list dims;
    for (const DimExpr &dim : argument.dims) {
      if (auto constant = dim.constantValue())
        dims.append(*constant);
      else
        dims.append(toText(dim.str()));
    }
    list.append(py::make_tuple(toText(argument.name),
                               std::string(name(argument.type)),
                               py::tuple(dims)));
  }
  return list;
}

} // namespace tilewright::python

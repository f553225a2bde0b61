//===- Runtime.cpp - the Python module _runtime -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loads modules and runs them; no LLVM. The package's Python code makes the
// interface that users see of it (python/tilewright/_model.py), and checks what
// they pass; paths come as bytes.
//
//===----------------------------------------------------------------------===//

#include "Arrays.h"
#include "Text.h"

#include "tilewright/Module/Module.h"
#include "tilewright/Module/ShapeBinding.h"
#include "tilewright/Runtime/Device/Cpu/CpuDevice.h"
#include "tilewright/Runtime/Session.h"

#include <pybind11/stl.h>

#include <cstring>

namespace py = pybind11;

namespace tilewright::python {
namespace {

/// A loaded module together with its bytes.
struct LoadedModule {
  std::shared_ptr<const Module> module;
  std::string_view bytes;
  /// What the bytes belong to.
  std::shared_ptr<const void> owner;
};

LoadedModule finishLoad(std::string_view bytes,
                        std::shared_ptr<const void> owner,
                        const std::string &name) {
  auto module = [&] {
    py::gil_scoped_release release;
    return Module::load(bytes, owner, name);
  }();
  if (!module)
    raise("ModelError", module.error());
  return {module.take(), bytes, std::move(owner)};
}

LoadedModule loadFile(const std::string &path) {
  auto file = MappedFile::open(path);
  if (!file)
    raise("ModelError", file.error());
  std::string_view bytes(reinterpret_cast<const char *>((*file)->data()),
                         (*file)->size());
  return finishLoad(bytes, *file, path);
}

LoadedModule loadBytes(const py::bytes &source) {
  std::string_view given = source;
  // A module's weights must be aligned, which the memory of `bytes` is not.
  auto copy = Tensor::allocate(DType::U8, {int64_t(given.size())});
  if (!copy)
    raise("ModelError", copy.error());
  std::memcpy(copy->data(), given.data(), given.size());
  auto owner = std::make_shared<Tensor>(copy.take());
  std::string_view bytes(owner->as<char>(), given.size());
  return finishLoad(bytes, owner, "the bytes given");
}

std::unique_ptr<Session> createSession(const LoadedModule &loaded,
                                       const std::string &target,
                                       unsigned threads, bool checkMemory) {
  auto session = [&] {
    py::gil_scoped_release release;
    return Session::create(loaded.module, createCpuDevice(),
                           {.threads = threads,
                            .profile = true,
                            .target = target,
                            .checkMemory = checkMemory});
  }();
  if (!session)
    raise("ModelError", session.error());
  return session.take();
}

/// InputError if the shapes do not fit the signature, else RunError.
[[noreturn]] void raiseRunFailure(const Session &session,
                                  const std::vector<Tensor> &inputs,
                                  const Error &failure) {
  std::vector<std::vector<int64_t>> shapes;
  for (const Tensor &input : inputs)
    shapes.push_back(input.shape());
  bool bound = bool(bindShapes(session.module().signature(), shapes));
  raise(bound ? "RunError" : "InputError", failure);
}

py::list run(Session &session, const py::sequence &values) {
  std::vector<Tensor> inputs =
      toTensors(values, session.module().signature().inputs);
  std::vector<Tensor> outputs;
  Status status = [&] {
    py::gil_scoped_release release;
    return session.run(inputs, outputs);
  }();
  if (!status)
    raiseRunFailure(session, inputs, status.error());
  return toArrays(std::move(outputs));
}

py::list profile(const Session &session) {
  py::list list;
  for (const ProfileEntry &entry : session.profile())
    list.append(py::make_tuple(toText(entry.name), toTexts(entry.nodes),
                               entry.calls, double(entry.nanoseconds) * 1e-9));
  return list;
}

/// name -> (low, high or None, multiple).
py::dict inputSizeRanges(const Module &module) {
  py::dict sizes;
  for (const auto &[name, range] : inputSizes(module.signature())) {
    bool bounded = range.hi < SymbolRange().hi;
    sizes[toText(name)] = py::make_tuple(
        range.lo, bounded ? py::object(py::int_(range.hi)) : py::none(),
        range.multiple);
  }
  return sizes;
}

py::dict metadata(const Module &module) {
  py::dict texts;
  for (const auto &[key, value] : module.metadata())
    texts[toText(key)] = toText(value);
  return texts;
}

py::list targetNames(const Module &module) {
  py::list names;
  for (const TargetProgram &target : module.targets())
    names.append(toText(target.target));
  return names;
}

} // namespace

PYBIND11_MODULE(_runtime, m) {
  m.doc() = "Loads compiled models and runs them.";

  py::class_<LoadedModule>(m, "Module", py::buffer_protocol())
      .def_property_readonly("inputs",
                             [](const LoadedModule &self) {
                               return describe(self.module->signature().inputs);
                             })
      .def_property_readonly("outputs",
                             [](const LoadedModule &self) {
                               return describe(
                                   self.module->signature().outputs);
                             })
      .def_property_readonly("sizes",
                             [](const LoadedModule &self) {
                               return inputSizeRanges(*self.module);
                             })
      .def_property_readonly(
          "metadata",
          [](const LoadedModule &self) { return metadata(*self.module); })
      .def_property_readonly("producer",
                             [](const LoadedModule &self) {
                               return toText(self.module->producer());
                             })
      .def_property_readonly(
          "targets",
          [](const LoadedModule &self) { return targetNames(*self.module); })
      .def("save",
           [](const LoadedModule &self, const std::string &path) {
             Status status = [&] {
               py::gil_scoped_release release;
               return writeFile(path, self.bytes);
             }();
             if (!status)
               raise("RunError", status.error());
           })
      // The file's bytes, for _compiler, which has a loader of its own.
      .def_buffer([](LoadedModule &self) {
        return py::buffer_info(
            reinterpret_cast<const uint8_t *>(self.bytes.data()),
            py::ssize_t(self.bytes.size()), true);
      });

  py::class_<Session>(m, "Session")
      .def(py::init(&createSession), py::arg("module"), py::arg("target"),
           py::arg("threads"), py::arg("check_memory"))
      .def_property_readonly(
          "target",
          [](const Session &self) { return toText(self.target().target); })
      .def("run", &run)
      .def("profile", &profile)
      .def("reset_profile", &Session::resetProfile);

  m.def("load_file", &loadFile);
  m.def("load_bytes", &loadBytes);
}

} // namespace tilewright::python

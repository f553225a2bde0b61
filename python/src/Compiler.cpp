//===- Compiler.cpp - the Python module _compiler -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiles models, and runs, checks and verifies them with the reference.
// Loaded when it is first needed: LLVM comes with it. It exchanges no C++
// object with _runtime, only the bytes of modules. Paths, targets, shapes and
// names of sizes come as bytes; the package's Python code has checked them.
//
//===----------------------------------------------------------------------===//

#include "Arrays.h"
#include "Text.h"

#include "tilewright/Driver/Check.h"
#include "tilewright/Driver/Compile.h"
#include "tilewright/Driver/RandomInputs.h"
#include "tilewright/Driver/ReferenceModel.h"
#include "tilewright/Driver/Verify.h"
#include "tilewright/Runtime/Device/Cpu/CpuDevice.h"

#include <pybind11/stl.h>

namespace py = pybind11;

namespace tilewright::python {
namespace {

/// Asks Python now and then whether Ctrl-C was pressed.
class PythonInterrupt {
public:
  /// False if it was; the exception is set then.
  bool goOn() {
    py::gil_scoped_acquire acquire;
    return PyErr_CheckSignals() == 0;
  }
  /// Throws the exception, if one is set.
  static void rethrow() {
    if (PyErr_Occurred())
      throw py::error_already_set();
  }
};

ImportOptions importOptions(const std::vector<std::string> &shapes) {
  ImportOptions options;
  for (const std::string &text : shapes) {
    auto declaration = parseShapeDeclaration(text);
    if (!declaration)
      raise("ModelError", declaration.error().in("shape '" + text + "'"));
    options.shapes.push_back(declaration.take());
  }
  return options;
}

/// The warnings.
py::list compile(const std::string &path, const py::bytes &bytes,
                 const std::string &output,
                 const std::vector<std::string> &targets,
                 const std::vector<std::string> &shapes, unsigned jobs,
                 const std::string &saveStages, bool keepReference) {
  CompileOptions options;
  options.targets = targets;
  options.import = importOptions(shapes);
  options.jobs = jobs ? jobs : std::max(1u, ThreadPool::coreCount());
  options.saveStages = saveStages;
  options.keepReference = keepReference;
  PythonInterrupt interrupt;
  options.progress = [&](const std::string &, double) {
    return interrupt.goOn();
  };
  ModelSource source{path, bytes};
  auto report = [&] {
    py::gil_scoped_release release;
    return compileModel(source, output, options);
  }();
  PythonInterrupt::rethrow();
  if (!report)
    raise("ModelError", report.error());
  return toTexts(report->warnings);
}

/// The module whose bytes a _runtime.Module shows.
std::shared_ptr<const Module> loadModule(const py::buffer &buffer) {
  // The view keeps the bytes where they are. It must be given back with the
  // GIL.
  auto view = std::shared_ptr<py::buffer_info>(
      new py::buffer_info(buffer.request()), [](py::buffer_info *info) {
        py::gil_scoped_acquire acquire;
        delete info;
      });
  std::string_view bytes(static_cast<const char *>(view->ptr),
                         size_t(view->size));
  auto module = Module::load(bytes, view, "the module");
  if (!module)
    raise("ModelError", module.error());
  return module.take();
}

/// The reference interpreter behind the interface of _runtime.Session.
class Reference {
public:
  explicit Reference(const py::buffer &buffer) : module(loadModule(buffer)) {
    auto loaded = ReferenceModel::load(module, ReferenceModel::Imported);
    if (!loaded)
      raise("ModelError", loaded.error());
    model = loaded.take();
  }

  py::list run(const py::sequence &values) const {
    std::vector<Tensor> inputs = toTensors(values, module->signature().inputs);
    auto outputs = [&] {
      py::gil_scoped_release release;
      return model->run(inputs);
    }();
    if (!outputs)
      raise("RunError", outputs.error());
    // The interpreter's outputs may be an input, a weight or each other.
    for (Tensor &output : *outputs)
      output = output.clone();
    return toArrays(outputs.take());
  }

private:
  std::shared_ptr<const Module> module;
  std::unique_ptr<ReferenceModel> model;
};

py::list toList(const std::vector<Verdict> &verdicts) {
  py::list list;
  for (const Verdict &verdict : verdicts)
    list.append(py::make_tuple(
        toText(verdict.name), toTexts(verdict.nodes), toText(verdict.type),
        verdict.error, verdict.bound, toText(verdict.problem), verdict.ok()));
  return list;
}

/// Inputs by name; those that are missing are random.
VerifyInputs makeInputs(const Signature &signature, const py::dict &given,
                        uint64_t seed, const SymbolBindings &sizes) {
  RandomInputsOptions options;
  options.seed = seed;
  options.sizes = sizes;
  for (const auto &[key, value] : given) {
    bool found = false;
    for (const Argument &argument : signature.inputs)
      if (toText(argument.name).equal(key)) {
        options.given.insert({argument.name, toTensor(value, argument)});
        found = true;
      }
    if (!found)
      raise("InputError",
            error("the model has no input '", fromText(key), "'"));
  }
  auto inputs = inputsToVerify(signature, options);
  if (!inputs)
    raise("InputError", inputs.error());
  return inputs.take();
}

py::tuple verify(const py::buffer &buffer, const std::string &target,
                 const py::dict &given, uint64_t seed,
                 const SymbolBindings &sizes, unsigned threads) {
  std::shared_ptr<const Module> module = loadModule(buffer);
  auto session = Session::create(module, createCpuDevice(),
                                 {.threads = threads, .target = target});
  if (!session)
    raise("ModelError", session.error());
  auto references = References::load(module);
  if (!references)
    raise("ModelError", references.error());
  VerifyInputs inputs = makeInputs(module->signature(), given, seed, sizes);
  PythonInterrupt interrupt;
  VerifyOptions options;
  options.progress = [&](int64_t) { return interrupt.goOn(); };
  auto report = [&] {
    py::gil_scoped_release release;
    return verifySession(*references, **session, inputs, options);
  }();
  PythonInterrupt::rethrow();
  if (!report)
    raise("RunError", report.error());
  return py::make_tuple(toText(report->target), toList(report->kernels),
                        toList(report->outputs), toText(report->leftOut));
}

py::list check(const std::string &path, const py::bytes &bytes,
               const std::vector<std::string> &shapes) {
  ImportOptions options = importOptions(shapes);
  ModelSource source{path, bytes};
  auto problems = [&] {
    py::gil_scoped_release release;
    return checkModel(source, options);
  }();
  if (!problems)
    raise("ModelError", problems.error());
  py::list list;
  for (const NodeProblem &problem : *problems)
    list.append(py::make_tuple(toText(problem.node), toText(problem.op),
                               toText(problem.reason)));
  return list;
}

} // namespace

PYBIND11_MODULE(_compiler, m) {
  m.doc() = "Compiles models; the reference interpreter.";
  m.def("compile", &compile, py::arg("path"), py::arg("bytes"),
        py::arg("output"), py::arg("targets"), py::arg("shapes"),
        py::arg("jobs"), py::arg("save_stages"), py::arg("keep_reference"));
  m.def("check", &check, py::arg("path"), py::arg("bytes"), py::arg("shapes"));
  m.def("verify", &verify, py::arg("module"), py::arg("target"),
        py::arg("inputs"), py::arg("seed"), py::arg("sizes"),
        py::arg("threads"));
  py::class_<Reference>(m, "Reference")
      .def(py::init<const py::buffer &>(), py::arg("module"))
      .def("run", &Reference::run);
}

} // namespace tilewright::python

//===- tw-interpret.cpp - runs models in the reference interpreter -----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Reads one job per line from the standard input and writes one answer per
// line:
//
//     {"model": "m.onnx", "inputs": {"x": "x.npy"}, "outputs": "DIR",
//      "shapes": ["x=N,3"], "constants": {"axes": "axes.npy"}}
//     {"ok": true}   or   {"stage": "import", "error": "..."}
//
// Output i of the model goes to DIR/i.npy. Many jobs share one process: tests
// run thousands of small models.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/Interpreter/Interpreter.h"
#include "tilewright/Importer/ONNX/ONNXImporter.h"

#include "mlir/IR/MLIRContext.h"

#include <iostream>
#include <nlohmann/json.hpp>

using namespace tilewright;
using nlohmann::json;

static json failure(const char *stage, const Error &error) {
  return {{"stage", stage}, {"error", error.message}};
}

/// NumPy has no bf16: its bits come as u16.
static Tensor asType(Tensor tensor, mlir::Type element) {
  if (tensor.type() == DType::U16 && element.isBF16()) {
    Tensor result(DType::BF16, tensor.shape());
    std::memcpy(result.data(), tensor.data(), size_t(tensor.bytes()));
    return result;
  }
  return tensor;
}

static json run(const json &job) {
  ImportOptions options;
  for (const json &text : job.value("shapes", json::array())) {
    Result<ShapeDeclaration> shape =
        parseShapeDeclaration(text.get<std::string>());
    if (!shape)
      return failure("options", shape.error());
    options.shapes.push_back(*shape);
  }
  json constants = job.value("constants", json::object());
  for (const auto &[name, file] : constants.items()) {
    Result<Tensor> tensor = readNpy(file.get<std::string>());
    if (!tensor)
      return failure("options", tensor.error());
    options.constants[name] = *tensor;
  }
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  Result<ImportedModel> model =
      importOnnx(context, {job.at("model").get<std::string>()}, options);
  if (!model)
    return failure("import", model.error());
  auto function = model->module->lookupSymbol<mlir::func::FuncOp>("main");
  std::vector<Tensor> inputs;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    std::string name =
        function.getArgAttrOfType<mlir::StringAttr>(i, "tw.name").str();
    Result<Tensor> tensor =
        readNpy(job.at("inputs").at(name).get<std::string>());
    if (!tensor)
      return failure("inputs", tensor.error());
    auto type =
        llvm::cast<mlir::RankedTensorType>(function.getArgumentTypes()[i]);
    inputs.push_back(asType(*tensor, type.getElementType()));
  }
  Result<std::vector<Tensor>> outputs =
      graph::interpret(function, inputs, *model->weights);
  if (!outputs)
    return failure("run", outputs.error());
  std::string folder = job.at("outputs").get<std::string>();
  for (size_t i = 0; i < outputs->size(); ++i)
    if (Status status =
            writeNpy(folder + "/" + std::to_string(i) + ".npy", (*outputs)[i]);
        !status)
      return failure("outputs", status.error());
  return {{"ok", true}};
}

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    json job = json::parse(line, nullptr, /*allow_exceptions=*/false);
    json answer = job.is_discarded() ? failure("job", Error{"this is no JSON"})
                                     : run(job);
    std::cout << answer.dump(-1, ' ', false, json::error_handler_t::replace)
              << '\n'
              << std::flush;
  }
  return 0;
}

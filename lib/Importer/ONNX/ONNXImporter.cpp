//===- ONNXImporter.cpp - from an ONNX model to the tw dialect ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Importer/ONNX/ONNXImporter.h"

#include "GraphImporter.h"
#include "Signature.h"

#include "mlir/IR/Iterators.h"
#include "mlir/IR/Verifier.h"

#include <filesystem>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

namespace {

struct Import {
  ImportedModel model;
  std::vector<NodeProblem> problems;
};

/// Shape arithmetic leaves ops behind that nobody needs.
void eraseDeadOps(func::FuncOp function) {
  // Post-order from the end: users are erased before what they use.
  function.walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
    if (isOpTriviallyDead(op))
      op->erase();
  });
}

/// What was imported more than once (a loop's body whose sizes change, a branch
/// that is not taken) leaves weights behind that nobody names.
void removeDeadWeights(ModuleOp module, WeightStore &weights) {
  std::set<int64_t> named;
  module.walk([&](graph::WeightOp op) { named.insert(int64_t(op.getKey())); });
  for (int64_t key : weights.keys())
    if (!named.count(key))
      weights.remove(key);
}

void setAttributes(ModuleOp module, ImportState &state) {
  const onnx::ModelProto &proto = state.file.model();
  OpBuilder &builder = state.builder;
  NamedAttrList metadata;
  for (const onnx::StringStringEntryProto &entry : proto.metadata_props())
    if (!entry.key().empty())
      metadata.set(entry.key(), builder.getStringAttr(entry.value()));
  if (!metadata.empty())
    module->setAttr("tw.metadata", metadata.getDictionary(state.context));
  if (!proto.producer_name().empty())
    module->setAttr("tw.producer",
                    builder.getStringAttr(proto.producer_version().empty()
                                              ? proto.producer_name()
                                              : proto.producer_name() + " " +
                                                    proto.producer_version()));
  state.publishRanges();
}

Result<Import> run(MLIRContext &context, ByteRange bytes, std::string folder,
                   const ImportOptions &options) {
  Result<std::unique_ptr<ModelFile>> file =
      ModelFile::parse(std::move(bytes), std::move(folder));
  if (!file)
    return file.error();
  context.loadDialect<graph::GraphDialect, func::FuncDialect>();

  Import result;
  result.model.weights = std::make_unique<WeightStore>();
  ImportState state(&context, **file, *result.model.weights);
  Result<std::vector<InputType>> signature = readSignature(state, options);
  if (!signature)
    return signature.error();

  Location loc =
      NameLoc::get(StringAttr::get(&context, (*file)->model().graph().name()));
  result.model.module = ModuleOp::create(loc);
  ModuleOp module = *result.model.module;
  state.module = module;
  state.publishRanges();
  state.builder.setInsertionPointToEnd(module.getBody());
  SmallVector<Type> types;
  SmallVector<DictionaryAttr> names;
  for (const InputType &input : *signature) {
    if (!input.type)
      continue;
    types.push_back(input.type);
    names.push_back(state.builder.getDictionaryAttr(state.builder.getNamedAttr(
        "tw.name", state.builder.getStringAttr(input.name))));
  }
  auto function = func::FuncOp::create(state.builder, loc, "main",
                                       FunctionType::get(&context, types, {}));
  function.addEntryBlock();
  function.setAllArgAttrs(names);

  GraphImporter importer(state);
  std::map<std::string, Value> values;
  auto argument = function.args_begin();
  for (const InputType &input : *signature) {
    values[input.name] = input.type ? Value(*argument++) : Value();
    if (!input.type)
      importer.problem(input.name, "input", input.problem);
  }
  state.builder.setInsertionPointToEnd(&function.getBody().front());
  for (const auto &[name, tensor] : options.constants)
    values[name] = state.constant(loc, tensor, name);

  if (Status status = importer.importMain(function, values); !status)
    return status.error();
  result.model.warnings = std::move(state.warnings);
  result.problems = importer.takeProblems();
  if (!result.problems.empty()) {
    // Half a function is no module.
    result.model.module = nullptr;
    return result;
  }
  eraseDeadOps(function);
  removeDeadWeights(module, *result.model.weights);
  setAttributes(module, state);

  std::string errors;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    llvm::raw_string_ostream stream(errors);
    stream << (errors.empty() ? "" : "; ") << diagnostic.getLocation() << ": "
           << diagnostic;
    return success();
  });
  if (failed(verify(module)))
    return error("the imported module is not valid: ", errors);
  return result;
}

/// "node 'conv1' (Conv)", "input 'x'".
std::string nameOf(const NodeProblem &problem) {
  if (problem.op == "input" || problem.op == "initializer")
    return problem.op + " '" + problem.node + "'";
  return "node '" + problem.node + "' (" + problem.op + ")";
}

/// "node 'conv1' (Conv): ..." for each, one per line.
Error toError(const std::vector<NodeProblem> &problems) {
  std::string text;
  if (problems.size() > 1)
    text = std::to_string(problems.size()) + " problems:\n";
  constexpr size_t shown = 20;
  for (size_t i = 0; i < std::min(problems.size(), shown); ++i)
    text += (i ? "\n" : "") + nameOf(problems[i]) + ": " + problems[i].reason;
  if (problems.size() > shown)
    text += "\nand " + std::to_string(problems.size() - shown) + " more";
  return Error{text};
}

Result<Import> run(MLIRContext &context, const ModelSource &source,
                   const ImportOptions &options) {
  if (!source.bytes.empty())
    return run(context, ByteRange{source.bytes, nullptr, false}, "", options);
  const std::string &path = source.path;
  Result<ByteRange> file = mapFile(path);
  if (!file)
    return file.error();
  std::string folder = std::filesystem::path(path).parent_path().string();
  Result<Import> result =
      run(context, file.take(), folder.empty() ? "." : folder, options);
  if (!result)
    return result.error().in(path);
  return result;
}

} // namespace

Result<ImportedModel> tilewright::importOnnx(MLIRContext &context,
                                             const ModelSource &source,
                                             const ImportOptions &options) {
  Result<Import> result = run(context, source, options);
  if (!result)
    return result.error();
  if (!result->problems.empty()) {
    Error error = toError(result->problems);
    return source.bytes.empty() ? error.in(source.path) : error;
  }
  return std::move(result->model);
}

Result<std::vector<NodeProblem>>
tilewright::checkOnnx(MLIRContext &context, const ModelSource &source,
                      const ImportOptions &options) {
  Result<Import> result = run(context, source, options);
  if (!result)
    return result.error();
  return std::move(result->problems);
}

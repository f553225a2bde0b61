//===- Signature.cpp - the types of a model's inputs ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Signature.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

namespace {

class SignatureReader {
public:
  SignatureReader(ImportState &state, const ImportOptions &options)
      : state(state), options(options) {}

  Result<std::vector<InputType>> read();

private:
  InputType readInput(const onnx::ValueInfoProto &input,
                      const ShapeDeclaration *declared);
  /// What the user says of an axis that the model has too.
  Status declare(const std::string &input, int64_t axis,
                 const AxisDeclaration &user,
                 const onnx::TensorShapeProto::Dimension *dim);
  Status declareBatch(const onnx::ValueInfoProto &input,
                      const ShapeDeclaration *declared);
  Result<DimExpr> toExpr(const AxisDeclaration &user);
  DimExpr fromModel(const std::string &input, int64_t axis,
                    const onnx::TensorShapeProto::Dimension &dim);

  ImportState &state;
  const ImportOptions &options;
  /// The model's symbols that the user has given another meaning.
  std::map<std::string, DimExpr> replaced;
  /// Axes without a name in the model that the user has given one.
  std::map<std::pair<std::string, int64_t>, DimExpr> given;
};

/// What was understood of a declaration: "batch,3".
std::string axesText(const ShapeDeclaration &shape) {
  std::string text;
  for (const AxisDeclaration &axis : shape.axes)
    text += (text.empty() ? "" : ",") +
            (axis.kind == AxisDeclaration::Kind::Constant
                 ? std::to_string(axis.constant)
             : axis.kind == AxisDeclaration::Kind::Symbol ? axis.symbol
                                                          : "?");
  return text;
}

/// A declaration that fits the model: "x=batch,3,?".
std::string exampleFor(const onnx::ValueInfoProto &input) {
  std::string text;
  for (const auto &dim : input.type().tensor_type().shape().dim()) {
    std::string axis =
        dim.has_dim_value() ? std::to_string(dim.dim_value()) : dim.dim_param();
    text += (text.empty() ? "" : ",") +
            (parseAxisDeclaration(axis) ? axis : std::string("?"));
  }
  // Without a comma the x in a name would separate.
  if (text.find(',') == std::string::npos &&
      text.find('x') != std::string::npos)
    text += ",";
  return input.name() + "=" + text;
}

bool isNamed(const onnx::TensorShapeProto::Dimension &dim) {
  return dim.has_dim_param() && !dim.dim_param().empty() &&
         dim.dim_param() != "?";
}

} // namespace

Result<DimExpr> SignatureReader::toExpr(const AxisDeclaration &user) {
  if (user.kind == AxisDeclaration::Kind::Constant)
    return DimExpr(user.constant);
  // The user's own names are taken as they are.
  std::string name = state.symbolFor(user.symbol);
  if (user.range) {
    auto [known, isNew] = state.ranges.try_emplace(name, *user.range);
    if (!isNew && (known->second.lo != user.range->lo ||
                   known->second.hi != user.range->hi ||
                   known->second.multiple != user.range->multiple))
      return error("the symbol ", user.symbol,
                   " is declared with two different ranges");
  }
  return DimExpr::symbol(name);
}

Status SignatureReader::declare(const std::string &input, int64_t axis,
                                const AxisDeclaration &user,
                                const onnx::TensorShapeProto::Dimension *dim) {
  if (user.kind == AxisDeclaration::Kind::AsInModel)
    return Status::success();
  Result<DimExpr> expr = toExpr(user);
  if (!expr)
    return expr.error();
  if (dim && dim->has_dim_value() && dim->dim_value() >= 0 &&
      user.kind == AxisDeclaration::Kind::Constant &&
      dim->dim_value() != user.constant)
    return error("input '", input, "': axis ", axis, " is ", dim->dim_value(),
                 " in the model, but declared as ", user.constant);
  if (dim && isNamed(*dim)) {
    auto [known, isNew] = replaced.try_emplace(dim->dim_param(), *expr);
    if (!isNew && known->second != *expr)
      return error("input '", input, "': axis ", axis, " ('", dim->dim_param(),
                   "' in the model) is declared as ", expr->str(),
                   ", but elsewhere as ", known->second.str());
    return Status::success();
  }
  given.emplace(std::pair(input, axis), *expr);
  return Status::success();
}

Status SignatureReader::declareBatch(const onnx::ValueInfoProto &input,
                                     const ShapeDeclaration *declared) {
  const onnx::TensorShapeProto &shape = input.type().tensor_type().shape();
  bool scalar = shape.dim_size() == 0 && (!declared || declared->axes.empty());
  bool explicitly = declared && !declared->axes.empty() &&
                    declared->axes[0].kind != AxisDeclaration::Kind::AsInModel;
  if (!options.batch || scalar || explicitly)
    return Status::success();
  return declare(input.name(), 0, *options.batch,
                 shape.dim_size() > 0 ? &shape.dim(0) : nullptr);
}

DimExpr
SignatureReader::fromModel(const std::string &input, int64_t axis,
                           const onnx::TensorShapeProto::Dimension &dim) {
  if (auto found = given.find({input, axis}); found != given.end())
    return found->second;
  if (dim.has_dim_value() && dim.dim_value() >= 0)
    return DimExpr(dim.dim_value());
  if (!isNamed(dim))
    return DimExpr::symbol(
        state.freshSymbol(input + "_d" + std::to_string(axis)));
  auto found = replaced.find(dim.dim_param());
  return found != replaced.end()
             ? found->second
             : DimExpr::symbol(state.symbolFor(dim.dim_param()));
}

InputType SignatureReader::readInput(const onnx::ValueInfoProto &input,
                                     const ShapeDeclaration *declared) {
  if (!input.type().has_tensor_type())
    return {
        input.name(), {}, "sequences, optionals and maps are not supported"};
  const onnx::TypeProto_Tensor &tensor = input.type().tensor_type();
  Result<DType> element = toDType(tensor.elem_type());
  if (!element)
    return {input.name(), {}, element.error().message};
  if (!tensor.has_shape() && !declared)
    return {input.name(), {}, "it has no shape in the model: declare one"};
  Dims dims;
  int64_t rank = tensor.has_shape() ? tensor.shape().dim_size()
                                    : int64_t(declared->axes.size());
  for (int64_t axis = 0; axis < rank; ++axis)
    dims.push_back(fromModel(input.name(), axis,
                             tensor.has_shape()
                                 ? tensor.shape().dim(int(axis))
                                 : onnx::TensorShapeProto::Dimension()));
  return {input.name(),
          graph::getTensorType(state.context, dims,
                               graph::getElementType(state.context, *element)),
          ""};
}

Result<std::vector<InputType>> SignatureReader::read() {
  const onnx::GraphProto &graph = state.file.model().graph();
  std::set<std::string> names;
  for (const onnx::ValueInfoProto &input : graph.input())
    if (!names.insert(input.name()).second)
      return error("two inputs have the name '", input.name(), "'");
  std::map<std::string, const ShapeDeclaration *> declared;
  for (const ShapeDeclaration &shape : options.shapes) {
    if (!declared.emplace(shape.input, &shape).second)
      return error("the shape of input '", shape.input, "' is given twice");
    if (!names.count(shape.input))
      return error("a shape is given for '", shape.input,
                   "', but the model has no such input");
  }
  for (const auto &[name, tensor] : options.constants)
    if (!names.count(name))
      return error("a value is given for '", name,
                   "', but the model has no such input");

  std::set<std::string> constant;
  for (const onnx::TensorProto &tensor : graph.initializer())
    constant.insert(tensor.name());
  for (const onnx::SparseTensorProto &tensor : graph.sparse_initializer())
    constant.insert(tensor.values().name());
  std::vector<const onnx::ValueInfoProto *> inputs;
  for (const onnx::ValueInfoProto &input : graph.input()) {
    if (options.constants.count(input.name()))
      continue;
    if (!constant.count(input.name())) {
      inputs.push_back(&input);
      continue;
    }
    // Before IR version 4 every initializer had to be listed as an input.
    if (state.file.model().ir_version() >= 4)
      state.warnings.push_back("input '" + input.name() +
                               "' has a default value, which is compiled in "
                               "as a constant");
  }

  // First everything that the user says, then the types.
  for (const onnx::ValueInfoProto *input : inputs) {
    auto found = declared.find(input->name());
    const ShapeDeclaration *user =
        found == declared.end() ? nullptr : found->second;
    const onnx::TypeProto_Tensor &tensor = input->type().tensor_type();
    int64_t rank = tensor.shape().dim_size();
    if (user && tensor.has_shape() && int64_t(user->axes.size()) != rank)
      return error("input '", input->name(), "' has rank ", rank,
                   " in the model, but is declared with rank ",
                   user->axes.size(), " ('", axesText(*user),
                   "'); what fits is, for example, '", exampleFor(*input), "'");
    for (size_t axis = 0; user && axis < user->axes.size(); ++axis)
      if (Status status = declare(
              input->name(), int64_t(axis), user->axes[axis],
              tensor.has_shape() ? &tensor.shape().dim(int(axis)) : nullptr);
          !status)
        return status.error();
    if (Status status = declareBatch(*input, user); !status)
      return status.error();
  }
  std::vector<InputType> types;
  for (const onnx::ValueInfoProto *input : inputs) {
    auto found = declared.find(input->name());
    types.push_back(
        readInput(*input, found == declared.end() ? nullptr : found->second));
  }
  return types;
}

Result<std::vector<InputType>>
onnximport::readSignature(ImportState &state, const ImportOptions &options) {
  return SignatureReader(state, options).read();
}

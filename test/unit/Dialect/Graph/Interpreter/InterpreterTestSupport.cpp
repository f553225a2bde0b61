//===- InterpreterTestSupport.cpp - text in, tensors out -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterTestSupport.h"

#include "tilewright/Support/Elements.h"

#include "mlir/Parser/Parser.h"

namespace tilewright::test {

Program::Program(const std::string &text) {
  context.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
  module_ = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  EXPECT_TRUE(module_) << text;
}

Result<Tensors> Program::run(llvm::ArrayRef<Tensor> inputs,
                             const graph::InterpreterOptions &options) {
  auto main = module_ ? module_->lookupSymbol<mlir::func::FuncOp>("main")
                      : mlir::func::FuncOp();
  if (!main)
    return error("there is no function @main");
  return graph::interpret(main, inputs, weights, options);
}

Result<Tensors> parseAndInterpret(const std::string &text,
                                  llvm::ArrayRef<Tensor> inputs) {
  return Program(text).run(inputs);
}

namespace {
std::string typeText(const Tensor &tensor) {
  std::string text = "tensor<";
  for (int64_t size : tensor.shape())
    text += std::to_string(size) + "x";
  std::string element(name(tensor.type()));
  if (tensor.type() == DType::Bool)
    element = "i1";
  else if (isUnsigned(tensor.type()))
    element = "ui" + element.substr(1);
  return text + element + ">";
}
} // namespace

Result<Tensors> runOp(const std::string &op, llvm::ArrayRef<Tensor> inputs) {
  std::string results = op.substr(op.rfind("->") + 2);
  size_t count = 0;
  for (size_t at = results.find("tensor<"); at != std::string::npos;
       at = results.find("tensor<", at + 1))
    ++count;
  std::string arguments, returned;
  for (size_t i = 0; i < inputs.size(); ++i)
    arguments += std::string(i ? ", " : "") + "%" + char('a' + i) + ": " +
                 typeText(inputs[i]);
  for (size_t i = 0; i < count; ++i)
    returned += (i ? ", %r#" : "%r#") + std::to_string(i);
  return parseAndInterpret("func.func @main(" + arguments + ") -> (" + results +
                               ") {\n  %r:" + std::to_string(count) + " = " +
                               op + "\n  return " + returned + " : " + results +
                               "\n}",
                           inputs);
}

Tensor tensor(DType type, std::vector<int64_t> shape,
              const std::vector<double> &values) {
  Tensor result(type, std::move(shape));
  EXPECT_EQ(result.size(), int64_t(values.size()));
  for (size_t i = 0; i < values.size(); ++i)
    setNumber(result, int64_t(i), values[i]);
  return result;
}

Tensor iota(DType type, std::vector<int64_t> shape, double first) {
  int64_t count = Tensor(type, shape).size();
  std::vector<double> values;
  for (int64_t i = 0; i < count; ++i)
    values.push_back(first + double(i));
  return tensor(type, std::move(shape), values);
}

std::vector<double> values(const Tensor &tensor) {
  std::vector<double> result;
  for (int64_t i = 0; i < tensor.size(); ++i)
    result.push_back(getNumber(tensor, i));
  return result;
}

void expectTensor(const Result<Tensors> &actual, const Tensor &expected,
                  double tolerance, size_t result) {
  ASSERT_TRUE(bool(actual)) << actual.error().message;
  ASSERT_LT(result, actual->size());
  const Tensor &tensor = (*actual)[result];
  ASSERT_EQ(tensor.typeString(), expected.typeString());
  std::vector<double> found = values(tensor), wanted = values(expected);
  for (size_t i = 0; i < found.size(); ++i) {
    if (std::isnan(wanted[i]) || std::isinf(wanted[i]) || tolerance == 0) {
      EXPECT_TRUE(std::isnan(wanted[i]) ? std::isnan(found[i])
                                        : found[i] == wanted[i])
          << "element " << i << ": expected " << wanted[i] << ", but got "
          << found[i];
    } else {
      EXPECT_NEAR(found[i], wanted[i],
                  tolerance * std::max(1.0, std::fabs(wanted[i])))
          << "element " << i;
    }
  }
}

} // namespace tilewright::test

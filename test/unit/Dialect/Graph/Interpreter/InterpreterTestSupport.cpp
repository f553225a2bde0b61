//===- InterpreterTestSupport.cpp - text in, tensors out -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterTestSupport.h"

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
  for (size_t i = 0; i < values.size(); ++i) {
    double x = values[i];
    switch (type) {
    case DType::Bool:
      result.as<bool>()[i] = x != 0;
      break;
    case DType::I8:
      result.as<int8_t>()[i] = int8_t(x);
      break;
    case DType::I16:
      result.as<int16_t>()[i] = int16_t(x);
      break;
    case DType::I32:
      result.as<int32_t>()[i] = int32_t(x);
      break;
    case DType::I64:
      result.as<int64_t>()[i] = int64_t(x);
      break;
    case DType::U8:
      result.as<uint8_t>()[i] = uint8_t(x);
      break;
    case DType::U16:
      result.as<uint16_t>()[i] = uint16_t(x);
      break;
    case DType::U32:
      result.as<uint32_t>()[i] = uint32_t(x);
      break;
    case DType::U64:
      result.as<uint64_t>()[i] = uint64_t(x);
      break;
    case DType::F16:
      result.as<uint16_t>()[i] = floatToF16(float(x));
      break;
    case DType::BF16:
      result.as<uint16_t>()[i] = floatToBF16(float(x));
      break;
    case DType::F32:
      result.as<float>()[i] = float(x);
      break;
    case DType::F64:
      result.as<double>()[i] = x;
      break;
    }
  }
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
    switch (tensor.type()) {
    case DType::Bool:
      result.push_back(tensor.as<bool>()[i]);
      break;
    case DType::I8:
      result.push_back(tensor.as<int8_t>()[i]);
      break;
    case DType::I16:
      result.push_back(tensor.as<int16_t>()[i]);
      break;
    case DType::I32:
      result.push_back(tensor.as<int32_t>()[i]);
      break;
    case DType::I64:
      result.push_back(double(tensor.as<int64_t>()[i]));
      break;
    case DType::U8:
      result.push_back(tensor.as<uint8_t>()[i]);
      break;
    case DType::U16:
      result.push_back(tensor.as<uint16_t>()[i]);
      break;
    case DType::U32:
      result.push_back(tensor.as<uint32_t>()[i]);
      break;
    case DType::U64:
      result.push_back(double(tensor.as<uint64_t>()[i]));
      break;
    case DType::F16:
      result.push_back(f16ToFloat(tensor.as<uint16_t>()[i]));
      break;
    case DType::BF16:
      result.push_back(bf16ToFloat(tensor.as<uint16_t>()[i]));
      break;
    case DType::F32:
      result.push_back(tensor.as<float>()[i]);
      break;
    case DType::F64:
      result.push_back(tensor.as<double>()[i]);
      break;
    }
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

//===- InterpreterTestSupport.h - text in, tensors out -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TEST_UNIT_DIALECT_GRAPH_INTERPRETER_INTERPRETERTESTSUPPORT_H
#define TILEWRIGHT_TEST_UNIT_DIALECT_GRAPH_INTERPRETER_INTERPRETERTESTSUPPORT_H

#include "tilewright/Dialect/Graph/Interpreter/Interpreter.h"

#include "mlir/IR/OwningOpRef.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilewright::test {

using Tensors = std::vector<Tensor>;

/// A module parsed from text.
class Program {
public:
  explicit Program(const std::string &text);

  /// Runs the function @main.
  Result<Tensors> run(llvm::ArrayRef<Tensor> inputs,
                      const graph::InterpreterOptions &options = {});

  mlir::ModuleOp module() { return *module_; }
  WeightStore weights;

private:
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module_;
};

/// Runs the function @main of a module given as text.
Result<Tensors> parseAndInterpret(const std::string &text,
                                  llvm::ArrayRef<Tensor> inputs);

/// Runs one op on inputs that it calls %a, %b, ...; its text ends with the
/// types of its results: "tw.unary abs %a : tensor<3xf32> -> tensor<3xf32>".
Result<Tensors> runOp(const std::string &op, llvm::ArrayRef<Tensor> inputs);

/// Tensors of the usual types from a list of numbers; 16-bit floats are
/// rounded.
Tensor tensor(DType type, std::vector<int64_t> shape,
              const std::vector<double> &values);
inline Tensor f32(std::vector<int64_t> shape,
                  const std::vector<double> &values) {
  return tensor(DType::F32, std::move(shape), values);
}
inline Tensor i64(std::vector<int64_t> shape,
                  const std::vector<double> &values) {
  return tensor(DType::I64, std::move(shape), values);
}

/// first, first + 1, ...
Tensor iota(DType type, std::vector<int64_t> shape, double first = 0);

/// The elements, widened.
std::vector<double> values(const Tensor &tensor);

/// Type and shape are equal, and every element is within `tolerance` (relative
/// to 1 or the element); NaN equals NaN.
void expectTensor(const Result<Tensors> &actual, const Tensor &expected,
                  double tolerance = 0, size_t result = 0);

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

} // namespace tilewright::test

#endif // TILEWRIGHT_TEST_UNIT_DIALECT_GRAPH_INTERPRETER_INTERPRETERTESTSUPPORT_H

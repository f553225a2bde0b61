//===- InterpreterTest.cpp - symbols, weights, errors, the observer ------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterTestSupport.h"
#include "TestSupport.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

/// Symbols are bound from the inputs and used in results and attributes.
TEST(Interpreter, SymbolsFromInputs) {
  expectTensor(parseAndInterpret(R"(
    func.func @main(%x: tensor<?x2xf32, #tw.dims<"N">>) -> (tensor<?xf32, #tw.dims<"2*N">>, tensor<2xi64>) {
      %0 = tw.reshape %x : tensor<?x2xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"2*N">>
      %1 = tw.from_dims <"N + 1", 7> : tensor<2xi64>
      return %0, %1 : tensor<?xf32, #tw.dims<"2*N">>, tensor<2xi64>
    })",
                                 {iota(DType::F32, {3, 2})}),
               i64({2}, {4, 7}), 0, 1);
}

constexpr const char *sum = R"(
  module attributes {tw.symbols = {N = #tw.range<1, 8, 2>}} {
    func.func @main(%x: tensor<?xf32, #tw.dims<"N">> {tw.name = "x"}, %y: tensor<?xf32, #tw.dims<"N">> {tw.name = "y"}) -> tensor<?xf32, #tw.dims<"N">> {
      %0 = tw.binary add %x, %y : tensor<?xf32, #tw.dims<"N">>, tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
      return %0 : tensor<?xf32, #tw.dims<"N">>
    }
  })";

/// Inputs that contradict each other: both are named.
TEST(Interpreter, ContradictingInputs) {
  EXPECT_ERROR(
      parseAndInterpret(sum, {iota(DType::F32, {2}), iota(DType::F32, {4})}),
      "N is 2 by input 'x', axis 0, but 4 by input 'y', axis 0");
}

/// Declared ranges and multiples are checked.
TEST(Interpreter, DeclaredRanges) {
  EXPECT_ERROR(
      parseAndInterpret(sum, {iota(DType::F32, {10}), iota(DType::F32, {10})}),
      "N is 10 by input 'x', axis 0, outside of its range 1..8");
  EXPECT_ERROR(
      parseAndInterpret(sum, {iota(DType::F32, {3}), iota(DType::F32, {3})}),
      "N is 3 by input 'x', axis 0, but it must be a multiple of 2");
}

/// A wrong count, type, rank or static size says what was expected.
TEST(Interpreter, WrongInputs) {
  EXPECT_ERROR(parseAndInterpret(sum, {iota(DType::F32, {2})}),
               "expected 2 inputs, but got 1");
  EXPECT_ERROR(
      parseAndInterpret(sum, {iota(DType::F32, {2}), iota(DType::I64, {2})}),
      "input 'y': expected f32[N], but got i64[2]");
  EXPECT_ERROR(
      parseAndInterpret(sum, {iota(DType::F32, {2, 1}), iota(DType::F32, {2})}),
      "input 'x': expected f32[N], but got f32[2, 1]");
  EXPECT_ERROR(
      parseAndInterpret(R"(
    func.func @main(%x: tensor<3x?xf32, #tw.dims<"2*H">>, %h: tensor<?xf32, #tw.dims<"H">>) {
      return
    })",
                        {iota(DType::F32, {3, 5}), iota(DType::F32, {2})}),
      "input 0, axis 1: expected 2*H = 4, but got 5");
}

/// The error of an op names the model's node, its type and the op.
TEST(Interpreter, ErrorsNameTheNode) {
  EXPECT_ERROR(parseAndInterpret(R"(
    func.func @main(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<6xf32> {
      %0 = tw.reshape %x : tensor<?xf32, #tw.dims<"N">> -> tensor<6xf32> loc("flatten"("Reshape"))
      return %0 : tensor<6xf32>
    })",
                                 {iota(DType::F32, {5})}),
               "node 'flatten' (Reshape), tw.reshape: f32[5] has 5 elements, "
               "which do not fill the shape [6]");
}

/// A fused op names all of its nodes.
TEST(Interpreter, ErrorsNameFusedNodes) {
  EXPECT_ERROR(parseAndInterpret(R"(
    func.func @main(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<6xf32> {
      %0 = tw.reshape %x : tensor<?xf32, #tw.dims<"N">> -> tensor<6xf32> loc(fused["a"("Reshape"), "b"("Add")])
      return %0 : tensor<6xf32>
    })",
                                 {iota(DType::F32, {5})}),
               "nodes 'a' (Reshape) + 'b' (Add), tw.reshape: ");
}

/// A result whose type promises another size is an error with both.
TEST(Interpreter, ResultsAreChecked) {
  EXPECT_ERROR(
      parseAndInterpret(R"(
    func.func @main(%x: tensor<?xf32, #tw.dims<"N">>, %y: tensor<?xf32, #tw.dims<"M">>) -> tensor<?xf32, #tw.dims<"2*N">> {
      %0 = tw.concat %x, %y axis 0 : tensor<?xf32, #tw.dims<"N">>, tensor<?xf32, #tw.dims<"M">> -> tensor<?xf32, #tw.dims<"2*N">>
      return %0 : tensor<?xf32, #tw.dims<"2*N">>
    })",
                        {iota(DType::F32, {2}), iota(DType::F32, {3})}),
      "tw.concat: the result, axis 0: expected 2*N = 4, but got 5");
}

/// tw.check_dims says its message and both sides.
TEST(Interpreter, CheckDims) {
  EXPECT_ERROR(
      parseAndInterpret(R"(
    func.func @main(%x: tensor<?xf32, #tw.dims<"N">>, %y: tensor<?xf32, #tw.dims<"M">>) {
      tw.check_dims <"N + 1"> equals <"M">, "the operands have one size" loc("add1"("Add"))
      return
    })",
                        {iota(DType::F32, {2}), iota(DType::F32, {5})}),
      "node 'add1' (Add): the operands have one size: "
      "N + 1 is 3, but M is 5");
}

/// tw.bind_dims names computed values, also negative ones.
TEST(Interpreter, BindDims) {
  const char *text = R"(
    func.func @main(%x: tensor<2xi64>) -> (tensor<?xi64, #tw.dims<"A">>, tensor<1xi64>) {
      tw.bind_dims %x as ["A", "B"] : tensor<2xi64>
      %0 = tw.constant dense<1> : tensor<i64>
      %1 = tw.range %0, %0 : tensor<i64>, tensor<i64> -> tensor<?xi64, #tw.dims<"A">>
      %2 = tw.from_dims <"A - B"> : tensor<1xi64>
      return %1, %2 : tensor<?xi64, #tw.dims<"A">>, tensor<1xi64>
    })";
  Result<Tensors> result = parseAndInterpret(text, {i64({2}, {3, -4})});
  expectTensor(result, i64({3}, {1, 2, 3}));
  expectTensor(result, i64({1}, {7}), 0, 1);
  // A tensor cannot have a negative size.
  EXPECT_ERROR(parseAndInterpret(text, {i64({2}, {-1, 0})}), "tw.range");
}

/// Constants of every element type, splats and empty ones.
TEST(Interpreter, Constants) {
  auto constant = [](const std::string &value, const std::string &type) {
    return parseAndInterpret(
        "func.func @main() -> " + type + " { %0 = tw.constant dense<" + value +
            "> : " + type + "\n return %0 : " + type + " }",
        {});
  };
  expectTensor(constant("[true, false, true]", "tensor<3xi1>"),
               tensor(DType::Bool, {3}, {1, 0, 1}));
  expectTensor(constant("true", "tensor<2xi1>"),
               tensor(DType::Bool, {2}, {1, 1}));
  expectTensor(constant("[-1, 127]", "tensor<2xi8>"),
               tensor(DType::I8, {2}, {-1, 127}));
  expectTensor(constant("[255, 7]", "tensor<2xui8>"),
               tensor(DType::U8, {2}, {255, 7}));
  expectTensor(constant("[[1.5], [-2.0]]", "tensor<2x1xf16>"),
               tensor(DType::F16, {2, 1}, {1.5, -2}));
  expectTensor(constant("3.0", "tensor<2xbf16>"),
               tensor(DType::BF16, {2}, {3, 3}));
  expectTensor(constant("0.1", "tensor<f64>"), tensor(DType::F64, {}, {0.1}));
  expectTensor(constant("", "tensor<0xf32>"), f32({0}, {}));
}

/// Weights come from the store; a key that is not there is an error.
TEST(Interpreter, Weights) {
  Program program(R"(
    func.func @main() -> tensor<2xf32> {
      %0 = tw.weight 0 "bias" : tensor<2xf32> loc("conv1"("Conv"))
      return %0 : tensor<2xf32>
    })");
  EXPECT_ERROR(program.run({}), "node 'conv1' (Conv), tw.weight: there is no "
                                "weight with the key 0 ('bias')");
  EXPECT_EQ(program.weights.add("bias", f32({2}, {1, 2})), 0);
  expectTensor(program.run({}), f32({2}, {1, 2}));
}

/// A weight of another shape than the type says is an error.
TEST(Interpreter, WeightOfAnotherShape) {
  Program program(R"(
    func.func @main() -> tensor<2xf32> {
      %0 = tw.weight 0 "bias" : tensor<2xf32>
      return %0 : tensor<2xf32>
    })");
  program.weights.add("bias", f32({3}, {1, 2, 3}));
  EXPECT_ERROR(program.run({}),
               "tw.weight: the result, axis 0: expected 2, but got 3");
}

/// The observer sees every op with its operands and results, in order, also
/// inside of a kernel, and can end the run.
TEST(Interpreter, Observer) {
  Program program(R"(
    func.func @main(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
      %0 = tw.kernel "k"(%x) : (tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
      ^bb0(%a: tensor<?xf32, #tw.dims<"N">>):
        %1 = tw.unary neg %a : tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
        tw.yield %1 : tensor<?xf32, #tw.dims<"N">>
      }
      %2 = tw.unary abs %0 : tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
      return %2 : tensor<?xf32, #tw.dims<"N">>
    })");
  std::vector<std::string> seen;
  graph::InterpreterOptions options;
  options.observer = [&](const graph::Observation &o) -> Status {
    seen.push_back(o.op->getName().getStringRef().str() + " " +
                   std::to_string(values(o.operands[0])[0]).substr(0, 2) + " " +
                   std::to_string(values(o.results[0])[0]).substr(0, 2));
    EXPECT_EQ(o.bindings.at("N"), 1);
    return Status::success();
  };
  expectTensor(program.run({f32({1}, {5})}, options), f32({1}, {5}));
  EXPECT_EQ(seen, (std::vector<std::string>{"tw.unary 5. -5", "tw.kernel 5. -5",
                                            "tw.unary -5 5."}));
  options.observer = [](const graph::Observation &) -> Status {
    return error("stopped");
  };
  EXPECT_ERROR(program.run({f32({1}, {5})}, options), "stopped");
}

/// A kernel runs alone on what an observer kept of it.
TEST(Interpreter, KernelAlone) {
  Program program(R"(
    func.func @main(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
      %0 = tw.kernel "k"(%x) : (tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
      ^bb0(%a: tensor<?xf32, #tw.dims<"N">>):
        %1 = tw.pad edge %a low <"N"> high <"-N"> : tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
        tw.yield %1 : tensor<?xf32, #tw.dims<"N">>
      }
      return %0 : tensor<?xf32, #tw.dims<"N">>
    })");
  graph::KernelOp kernel;
  program.module().walk([&](graph::KernelOp op) { kernel = op; });
  Result<Tensors> expected = program.run({f32({2}, {3, 4})});
  ASSERT_TRUE(bool(expected)) << expected.error().message;
  expectTensor(graph::interpretKernel(kernel, {f32({2}, {3, 4})}, {{"N", 2}}),
               (*expected)[0]);
  EXPECT_ERROR(
      graph::interpretKernel(kernel, {f32({3}, {3, 4, 5})}, {{"N", 2}}),
      "kernel 'k': argument 0, axis 0: expected N = 2, but got 3");
}

/// An op of another dialect is refused by name.
TEST(Interpreter, UnknownOp) {
  EXPECT_ERROR(parseAndInterpret(R"(
    func.func @main() -> () {
      func.call @main() : () -> ()
      return
    })",
                                 {}),
               "func.call: the interpreter does not know this op");
}

} // namespace

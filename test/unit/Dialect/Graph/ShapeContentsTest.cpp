//===- ShapeContentsTest.cpp - elements as sizes --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/ShapeContents.h"
#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

namespace {

struct ShapeContents : testing::Test {
  ShapeContents() { context.loadDialect<GraphDialect, func::FuncDialect>(); }

  /// The contents of the last op's result, where `body` is the body of a
  /// function of an unknown tensor<i64> %x. Symbols are sizes; S is any
  /// integer.
  Value last(const std::string &body) {
    module = parseSourceString<ModuleOp>(
        "module attributes {tw.symbols = {S = #tw.range<-9000, 9000, 1>}} {"
        "func.func @f(%x: tensor<i64>) {" +
            body + "\nreturn }}",
        &context);
    EXPECT_TRUE(bool(module));
    func::FuncOp function = *module->getOps<func::FuncOp>().begin();
    return std::prev(function.getBody().front().end(), 2)->getResult(0);
  }
  std::string contents(const std::string &body) {
    std::optional<Dims> dims = foldContents(last(body));
    return dims ? toString(*dims) : "unknown";
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

// Shape, Gather, Mul, Concat: how models build the operand of Reshape.
TEST_F(ShapeContents, TypicalReshape) {
  EXPECT_EQ(contents(R"(
    %s = tw.from_dims <"N", 3, "H"> : tensor<3xi64>
    %i = tw.constant dense<[0, 2]> : tensor<2xi64>
    %g = tw.gather %s, %i axis 0 : tensor<3xi64>, tensor<2xi64> -> tensor<2xi64>
    %two = tw.constant dense<2> : tensor<i64>
    %m = tw.binary mul %g, %two : tensor<2xi64>, tensor<i64> -> tensor<2xi64>
    %r = tw.constant dense<-1> : tensor<1xi64>
    %c = tw.concat %m, %r axis 0 : tensor<2xi64>, tensor<1xi64> -> tensor<3xi64>
  )"),
            "[2*N, 2*H, -1]");
}

// Only what is asked for needs to be known.
TEST_F(ShapeContents, UnknownElementsMayBeLeftOut) {
  std::string body = R"(
    %s = tw.from_dims <"N"> : tensor<1xi64>
    %r = tw.reshape %x : tensor<i64> -> tensor<1xi64>
    %c = tw.concat %s, %r axis 0 : tensor<1xi64>, tensor<1xi64> -> tensor<2xi64>
  )";
  EXPECT_EQ(contents(body), "unknown");
  EXPECT_EQ(contents(body + R"(
    %l = tw.slice %c starts <0> steps [1] : tensor<2xi64> -> tensor<1xi64>
  )"),
            "[N]");
}

// Integer division truncates: a size is divided as floordiv does, a negative
// number to the other side, and where the sign is not known both are written.
TEST_F(ShapeContents, DivisionTruncates) {
  auto quotient = [&](const std::string &dividend) {
    return contents("%a = tw.from_dims <" + dividend + R"(> : tensor<1xi64>
      %b = tw.constant dense<2> : tensor<i64>
      %c = tw.binary div %a, %b : tensor<1xi64>, tensor<i64> -> tensor<1xi64>)");
  };
  EXPECT_EQ(quotient("\"N\""), "[floordiv(N, 2)]");
  EXPECT_EQ(quotient("\"-N - 1\""),
            "[" + DimExpr::ceilDiv(*DimExpr::parse("-N - 1"), 2).str() + "]");
  EXPECT_EQ(quotient("-7"), "[-3]");
  DimExpr s = DimExpr::symbol("S");
  EXPECT_EQ(quotient("\"S\""), "[" +
                                   (DimExpr::max(DimExpr::floorDiv(s, 2), 0) +
                                    DimExpr::min(DimExpr::ceilDiv(s, 2), 0))
                                       .str() +
                                   "]");
}

// By zero every integer division is 0.
TEST_F(ShapeContents, DivisionByZero) {
  for (const char *kind : {"div", "mod", "rem"})
    EXPECT_EQ(
        contents(std::string(R"(
      %a = tw.from_dims <"N"> : tensor<1xi64>
      %b = tw.constant dense<0> : tensor<1xi64>
      %c = tw.binary )") +
                 kind +
                 R"( %a, %b : tensor<1xi64>, tensor<1xi64> -> tensor<1xi64>)"),
        "[0]");
}

// Resize computes sizes in floats: floor(H * 0.5).
TEST_F(ShapeContents, FloatsHoldFractions) {
  auto rounded = [&](const std::string &kind) {
    return contents(R"(
      %a = tw.from_dims <"H"> : tensor<1xi64>
      %f = tw.cast %a : tensor<1xi64> -> tensor<1xf32>
      %h = tw.constant dense<0.5> : tensor<f32>
      %m = tw.binary mul %f, %h : tensor<1xf32>, tensor<f32> -> tensor<1xf32>
      %r = tw.unary )" +
                    kind + R"( %m : tensor<1xf32> -> tensor<1xf32>
      %c = tw.cast %r : tensor<1xf32> -> tensor<1xi64>)");
  };
  EXPECT_EQ(rounded("floor"), "[floordiv(H, 2)]");
  EXPECT_EQ(rounded("ceil"), "[floordiv(H + 1, 2)]");
  EXPECT_EQ(rounded("sin"), "unknown");
}

// A float that no small fraction equals is not taken for one.
TEST_F(ShapeContents, InexactScaleIsUnknown) {
  EXPECT_EQ(contents(R"(
      %a = tw.from_dims <"H"> : tensor<1xi64>
      %f = tw.cast %a : tensor<1xi64> -> tensor<1xf32>
      %h = tw.constant dense<0.1> : tensor<f32>
      %m = tw.binary mul %f, %h : tensor<1xf32>, tensor<f32> -> tensor<1xf32>
      %r = tw.unary floor %m : tensor<1xf32> -> tensor<1xf32>)"),
            "unknown");
}

// Expand: where(shape == -1, 1, shape), decided because sizes are never -1.
TEST_F(ShapeContents, ComparisonsAreDecidedByRanges) {
  auto chosen = [&](const std::string &dim) {
    return contents("%s = tw.from_dims <\"" + dim + R"(", 4> : tensor<2xi64>
      %m = tw.constant dense<-1> : tensor<i64>
      %e = tw.compare eq %s, %m : tensor<2xi64>, tensor<i64> -> tensor<2xi1>
      %o = tw.constant dense<1> : tensor<2xi64>
      %c = tw.select %e, %o, %s : tensor<2xi1>, tensor<2xi64>, tensor<2xi64> -> tensor<2xi64>)");
  };
  EXPECT_EQ(chosen("N"), "[N, 4]");
  EXPECT_EQ(chosen("S"), "unknown");
}

// Constants wrap in the type that they are computed in.
TEST_F(ShapeContents, ConstantsWrap) {
  EXPECT_EQ(contents(R"(
    %a = tw.constant dense<100> : tensor<1xi8>
    %c = tw.binary add %a, %a : tensor<1xi8>, tensor<1xi8> -> tensor<1xi8>)"),
            "[-56]");
  EXPECT_EQ(contents(R"(
    %a = tw.constant dense<300> : tensor<1xi64>
    %c = tw.cast %a : tensor<1xi64> -> tensor<1xui8>)"),
            "[44]");
}

// Integers wrap at 64 bits too. A symbol is taken to fit, unless what stands
// beside it is so large that small sizes do not.
TEST_F(ShapeContents, LargeNumbersWrap) {
  auto result = [&](const std::string &kind, const std::string &dim,
                    const std::string &number, const std::string &type) {
    return contents("%a = tw.from_dims <" + dim +
                    R"(> : tensor<1xi64>
      %b = tw.cast %a : tensor<1xi64> -> tensor<1x)" +
                    type + ">\n%c = tw.constant dense<" + number +
                    "> : tensor<1x" + type + ">\n%d = tw.binary " + kind +
                    " %b, %c : tensor<1x" + type + ">, tensor<1x" + type +
                    "> -> tensor<1x" + type + ">");
  };
  EXPECT_EQ(result("add", "1", "9223372036854775807", "i64"),
            "[-9223372036854775808]");
  EXPECT_EQ(result("mul", "3", "6148914691236517206", "i64"), "[2]");
  EXPECT_EQ(result("add", "\"S\"", "9223372036854775807", "i64"), "unknown");
  EXPECT_EQ(result("mul", "\"N\"", "4611686018427387904", "i64"), "unknown");
  EXPECT_EQ(result("mul", "\"N\"", "1073741824", "i32"), "unknown");
  EXPECT_EQ(result("mul", "\"N*H*W\"", "768", "i32"), "[768*H*N*W]");
}

// Quotients in floats are rounded: what is added or multiplied keeps them where
// they are between whole numbers, or the result is not known.
TEST_F(ShapeContents, RoundedQuotients) {
  auto floored = [&](const std::string &dim, const std::string &divisor,
                     const std::string &last, const std::string &type = "f32") {
    return contents(
        "%a = tw.from_dims <" + dim +
        R"(> : tensor<1xi64>
      %f = tw.cast %a : tensor<1xi64> -> tensor<1x)" +
        type + ">\n%d = tw.constant dense<" + divisor + "> : tensor<1x" + type +
        ">\n%q = tw.binary div %f, %d : tensor<1x" + type + ">, tensor<1x" +
        type + "> -> tensor<1x" + type + ">\n" + last + " : tensor<1x" + type +
        ">, tensor<1x" + type + "> -> tensor<1x" + type +
        ">\n%r = tw.unary floor %l : "
        "tensor<1x" +
        type + "> -> tensor<1x" + type + ">");
  };
  EXPECT_EQ(floored("55", "49.0", "%l = tw.binary mul %q, %d"), "unknown");
  EXPECT_EQ(floored("\"N\"", "49.0", "%l = tw.binary mul %q, %d"), "unknown");
  EXPECT_EQ(floored("\"N\"", "49.0", "%l = tw.binary mul %q, %f"), "unknown");
  EXPECT_EQ(floored("\"N\"", "3.0", "%l = tw.binary add %q, %q"), "unknown");
  EXPECT_EQ(floored("\"N\"", "3.0", "%l = tw.binary add %q, %f"),
            "[N + floordiv(N, 3)]");
  EXPECT_EQ(floored("55", "49.0", "%l = tw.binary add %q, %d"), "[50]");
  EXPECT_EQ(floored("98", "49.0", "%l = tw.binary mul %q, %d"), "[98]");
  EXPECT_EQ(floored("\"N\"", "4.0", "%l = tw.binary mul %q, %d"), "[N]");
  // 2^24 + 1 is no f32.
  EXPECT_EQ(floored("16777217", "1.0", "%l = tw.binary max %f, %f"), "unknown");
  EXPECT_EQ(floored("16777217", "1.0", "%l = tw.binary max %f, %f", "f64"),
            "[16777217]");
  EXPECT_EQ(floored("33554432", "1.0", "%l = tw.binary max %f, %f"),
            "[33554432]");
}

// A chain of ops may be deeper than the stack.
TEST_F(ShapeContents, DeepChains) {
  std::string body = "%v0 = tw.from_dims <\"N\"> : tensor<1xi64>\n"
                     "%c = tw.constant dense<1> : tensor<1xi64>\n";
  int depth = 100000;
  for (int i = 0; i < depth; ++i)
    body += "%v" + std::to_string(i + 1) + " = tw.binary add %v" +
            std::to_string(i) +
            ", %c : tensor<1xi64>, tensor<1xi64> -> tensor<1xi64>\n";
  EXPECT_EQ(contents(body), "[N + 100000]");
}

// A symbol that may leave a narrow type is not followed into it.
TEST_F(ShapeContents, NarrowTypesNeedProof) {
  EXPECT_EQ(contents(R"(
    %a = tw.from_dims <"N"> : tensor<1xi64>
    %c = tw.cast %a : tensor<1xi64> -> tensor<1xi16>)"),
            "unknown");
  EXPECT_EQ(contents(R"(
    %a = tw.from_dims <"S"> : tensor<1xi64>
    %c = tw.cast %a : tensor<1xi64> -> tensor<1xi16>)"),
            "[S]");
}

TEST_F(ShapeContents, Reductions) {
  auto reduced = [&](const std::string &kind) {
    return contents(R"(
      %a = tw.from_dims <"N", 3, "H"> : tensor<3xi64>
      %c = tw.reduce )" +
                    kind + R"( %a axes [0] : tensor<3xi64> -> tensor<i64>)");
  };
  EXPECT_EQ(reduced("prod"), "[3*H*N]");
  EXPECT_EQ(reduced("sum"), "[H + N + 3]");
  EXPECT_EQ(reduced("mean"), "unknown");
}

// The product of no sizes is 1.
TEST_F(ShapeContents, EmptyProduct) {
  EXPECT_EQ(contents(R"(
    %a = tw.from_dims <> : tensor<0xi64>
    %c = tw.reduce prod %a axes [0] : tensor<0xi64> -> tensor<i64>)"),
            "[1]");
}

// Movement in two axes keeps the elements where they belong.
TEST_F(ShapeContents, Movement) {
  EXPECT_EQ(contents(R"(
    %a = tw.from_dims <"A", "B", "C", "D", "E", "F"> : tensor<6xi64>
    %r = tw.reshape %a : tensor<6xi64> -> tensor<2x3xi64>
    %t = tw.transpose %r [1, 0] : tensor<2x3xi64> -> tensor<3x2xi64>)"),
            "[A, D, B, E, C, F]");
  EXPECT_EQ(contents(R"(
    %a = tw.from_dims <"A", "B", "C"> : tensor<3xi64>
    %r = tw.slice %a starts <2> steps [-2] : tensor<3xi64> -> tensor<2xi64>)"),
            "[C, A]");
  EXPECT_EQ(contents(R"(
    %a = tw.from_dims <"A", "B"> : tensor<2xi64>
    %z = tw.constant dense<7> : tensor<i64>
    %p = tw.pad constant %a with %z : tensor<i64> low <1> high <-1> : tensor<2xi64> -> tensor<2xi64>)"),
            "[7, A]");
  EXPECT_EQ(contents(R"(
    %a = tw.from_dims <"A", "B"> : tensor<2xi64>
    %b = tw.broadcast %a : tensor<2xi64> -> tensor<2x2xi64>)"),
            "[A, B, A, B]");
}

// Indices count from the end and are clamped.
TEST_F(ShapeContents, GatherIndices) {
  EXPECT_EQ(contents(R"(
    %a = tw.from_dims <"A", "B", "C"> : tensor<3xi64>
    %i = tw.constant dense<[-1, 9, -9]> : tensor<3xi64>
    %g = tw.gather %a, %i axis 0 : tensor<3xi64>, tensor<3xi64> -> tensor<3xi64>)"),
            "[C, C, A]");
}

// Symbols that tw.bind_dims gave are the elements of the value that it named.
TEST_F(ShapeContents, BoundValues) {
  EXPECT_EQ(contents(R"(
    tw.bind_dims %x as ["K"] : tensor<i64>
    %r = tw.reshape %x : tensor<i64> -> tensor<1xi64>)"),
            "[K]");
}

// Bounds come from the expressions, or from the type.
TEST_F(ShapeContents, Bounds) {
  auto bounds = *contentsBounds(last(R"(
    %a = tw.from_dims <"S"> : tensor<1xi64>
    %r = tw.reshape %x : tensor<i64> -> tensor<1xi64>
    %c = tw.concat %a, %r axis 0 : tensor<1xi64>, tensor<1xi64> -> tensor<2xi64>)"));
  EXPECT_EQ(bounds[0].lo, -9000);
  EXPECT_EQ(bounds[0].hi, 9000);
  EXPECT_EQ(bounds[1].lo, INT64_MIN);
  auto byte =
      *contentsBounds(last("%c = tw.cast %x : tensor<i64> -> tensor<ui8>"));
  EXPECT_EQ(byte[0].lo, 0);
  EXPECT_EQ(byte[0].hi, 255);
}

} // namespace

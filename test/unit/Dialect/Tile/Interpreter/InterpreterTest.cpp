//===- InterpreterTest.cpp - the tile interpreter -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Tile/Interpreter/Interpreter.h"

#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tilewright;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {
class TileInterpreterTest : public testing::Test {
protected:
  TileInterpreterTest() {
    DialectRegistry registry;
    registry.insert<affine::AffineDialect, arith::ArithDialect,
                    func::FuncDialect, math::MathDialect, memref::MemRefDialect,
                    scf::SCFDialect, tile::TileDialect>();
    context.appendDialectRegistry(registry);
  }

  /// The first function of the text.
  func::FuncOp parse(const std::string &text) {
    module = parseSourceString<ModuleOp>(text, &context);
    return *module->getOps<func::FuncOp>().begin();
  }

  Result<std::vector<Tensor>> run(const std::string &text,
                                  std::vector<Tensor> inputs,
                                  SymbolBindings bindings = {},
                                  uint64_t seed = 1) {
    return tile::interpretKernel(parse(text), inputs, bindings, {seed});
  }

  /// A kernel of one block: arguments and body.
  static std::string oneBlock(const std::string &arguments, int inputs,
                              const std::string &body,
                              const std::string &kind = "tile.kernel") {
    return "func.func @k(" + arguments + ") attributes {" + kind +
           ", tile.sizes = [], tile.blocks = \"1\", tile.inputs = " +
           std::to_string(inputs) +
           " : i64} {\n"
           "  %c0 = arith.constant 0 : index\n"
           "  %c1 = arith.constant 1 : index\n"
           "  scf.forall (%block) = (0) to (1) step (1) {\n" +
           body + "  }\n  return\n}\n";
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

template <typename T> std::vector<T> values(const Tensor &tensor) {
  return std::vector<T>(tensor.as<T>(), tensor.as<T>() + tensor.size());
}

const char *kElementwise = R"mlir(
func.func @k(%x: memref<?xf32> {tile.dims = ["N"]}, %y: memref<?xf32> {tile.dims = ["N"]}, %n: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.blocks = "ceildiv(N, 4)", tile.inputs = 1 : i64} {
  scf.forall (%i) = (0) to (%n) step (4) {
    %m = affine.min affine_map<(d0)[s0] -> (s0 - d0, 4)>(%i)[%n]
    %t = tile.load %x[%i] valid [0 to %m] strides [1] : memref<?xf32> -> tensor<4xf32>
    %e = arith.addf %t, %t : tensor<4xf32>
    tile.store %e, %y[%i] valid [0 to %m] strides [1] : tensor<4xf32>, memref<?xf32>
  }
  return
}
)mlir";
} // namespace

// A bounded kernel is right at sizes on and off the tile's, and at none.
TEST_F(TileInterpreterTest, EdgesOfAnElementwiseKernel) {
  for (int64_t n : {0, 1, 3, 4, 5, 11}) {
    std::vector<float> x(n), expected(n);
    for (int64_t i = 0; i < n; ++i) {
      x[i] = float(i) - 2.5f;
      expected[i] = 2 * x[i];
    }
    auto result =
        run(kElementwise, {Tensor::of(DType::F32, {n}, x)}, {{"N", n}});
    ASSERT_TRUE(bool(result)) << result.error().message;
    EXPECT_EQ(values<float>((*result)[0]), expected);
  }
}

// A store beyond the end of the data is an error that says where.
TEST_F(TileInterpreterTest, OutOfBounds) {
  std::string text = kElementwise;
  text.replace(text.find("(s0 - d0, 4)"), 12, "(4, 4 + s0) ");
  auto result = run(text, {Tensor(DType::F32, {5})}, {{"N", 5}});
  ASSERT_FALSE(bool(result));
  EXPECT_THAT(result.error().message,
              HasSubstr("touches element [5] of a buffer of shape [5]"));
}

// Bounds outside the tile are an error, even if memory would allow them.
TEST_F(TileInterpreterTest, BoundsOutsideTheTile) {
  std::string text = kElementwise;
  text.replace(text.find("(s0 - d0, 4)"), 12, "(s0 - d0)   ");
  auto result = run(text, {Tensor(DType::F32, {6})}, {{"N", 6}});
  ASSERT_FALSE(bool(result));
  EXPECT_THAT(result.error().message,
              HasSubstr("bounds 0 to 6 of axis 0 are outside 0 to 4"));
}

// tile.blocks must be what the forall does.
TEST_F(TileInterpreterTest, NumberOfBlocks) {
  std::string text = kElementwise;
  text.replace(text.find("ceildiv(N, 4)"), 13, "N");
  auto result = run(text, {Tensor(DType::F32, {6})}, {{"N", 6}});
  ASSERT_FALSE(bool(result));
  EXPECT_THAT(result.error().message,
              HasSubstr("tile.blocks N is 6, but the forall has 2 blocks"));
}

// Two blocks that write one element.
TEST_F(TileInterpreterTest, StoreConflict) {
  auto result = run(R"mlir(
func.func @k(%y: memref<4xi32> {tile.dims = ["4"]})
    attributes {tile.loops, tile.sizes = [], tile.blocks = "2", tile.inputs = 0 : i64} {
  %c1 = arith.constant 1 : index
  %v = arith.constant 7 : i32
  scf.forall (%b) = (0) to (2) step (1) {
    memref.store %v, %y[%c1] : memref<4xi32>
  }
  return
}
)mlir",
                    {});
  ASSERT_FALSE(bool(result));
  EXPECT_THAT(
      result.error().message,
      HasSubstr("writes element [1] in block 1, which block 0 writes too"));
}

// A block that reads what another one writes depends on the order of blocks.
TEST_F(TileInterpreterTest, ReadOfAnotherBlocksElement) {
  auto result = run(R"mlir(
func.func @k(%y: memref<2xi32> {tile.dims = ["2"]})
    attributes {tile.loops, tile.sizes = [], tile.blocks = "2", tile.inputs = 0 : i64} {
  %c0 = arith.constant 0 : index
  scf.forall (%b) = (0) to (2) step (1) {
    %v = memref.load %y[%c0] : memref<2xi32>
    memref.store %v, %y[%b] : memref<2xi32>
  }
  return
}
)mlir",
                    {});
  ASSERT_FALSE(bool(result));
  EXPECT_THAT(result.error().message, HasSubstr("block 0"));
}

// An input cannot be written.
TEST_F(TileInterpreterTest, WriteToInput) {
  auto result = run(oneBlock("%x: memref<1xi8> {tile.dims = [\"1\"]}", 1,
                             "%v = arith.constant 1 : i8\n"
                             "memref.store %v, %x[%c0] : memref<1xi8>\n",
                             "tile.loops"),
                    {Tensor(DType::Bool, {1})});
  ASSERT_FALSE(bool(result));
  EXPECT_THAT(result.error().message,
              HasSubstr("writes element [0] of an input"));
}

// Elements that may be anything show: they differ from seed to seed.
TEST_F(TileInterpreterTest, AnyIsNeverRight) {
  std::string text = oneBlock("%x: memref<2xf32> {tile.dims = [\"2\"]}, %y: "
                              "memref<16xf32> {tile.dims = [\"16\"]}",
                              1,
                              "%t = tile.load %x[%c0] valid [0 to 2] strides "
                              "[1] : memref<2xf32> -> tensor<16xf32>\n"
                              "tile.store %t, %y[%c0] valid [0 to 16] strides "
                              "[1] : tensor<16xf32>, memref<16xf32>\n");
  Tensor x = Tensor::of<float>(DType::F32, {2}, {1, 2});
  auto first = run(text, {x}, {}, 1), second = run(text, {x}, {}, 2);
  ASSERT_TRUE(first && second);
  EXPECT_EQ((*first)[0].as<float>()[1], 2);
  bool differ = false, nan = false;
  for (int i = 2; i < 16; ++i) {
    float a = (*first)[0].as<float>()[i], b = (*second)[0].as<float>()[i];
    differ |= a != b;
    nan |= std::isnan(a);
  }
  EXPECT_TRUE(differ);
  EXPECT_TRUE(nan);
}

// A two-sided, strided load: the padding of a convolution.
TEST_F(TileInterpreterTest, TwoSidedStridedLoad) {
  auto result =
      run(oneBlock("%x: memref<5xi32> {tile.dims = [\"5\"]}, %y: memref<4xi32> "
                   "{tile.dims = [\"4\"]}",
                   1,
                   "%o = arith.constant -1 : index\n"
                   "%t = tile.load %x[%o] valid [1 to 3] strides [2] fill 9 : "
                   "i32 : memref<5xi32> -> tensor<4xi32>\n"
                   "tile.store %t, %y[%c0] valid [0 to 4] strides [1] : "
                   "tensor<4xi32>, memref<4xi32>\n"),
          {Tensor::of<int32_t>(DType::I32, {5}, {10, 11, 12, 13, 14})});
  ASSERT_TRUE(bool(result)) << result.error().message;
  EXPECT_THAT(values<int32_t>((*result)[0]), ElementsAre(9, 11, 13, 9));
}

// The contraction, both transposed, with a widening accumulator.
TEST_F(TileInterpreterTest, DotWidens) {
  auto result = run(
      oneBlock(
          "%x: memref<2x2xi8> {tile.dims = [\"2\", \"2\"]}, %y: "
          "memref<2x2xi32> {tile.dims = [\"2\", \"2\"]}",
          1,
          "%z = arith.constant dense<1> : tensor<2x2xi32>\n"
          "%t = tile.load %x[%c0, %c0] valid [0 to 2, 0 to 2] strides [1, 1] : "
          "memref<2x2xi8> -> tensor<2x2xi8>\n"
          "%d = tile.dot %t, %t, %z {transpose_lhs, transpose_rhs, "
          "unsigned_rhs} : tensor<2x2xi8>, tensor<2x2xi8> -> tensor<2x2xi32>\n"
          "tile.store %d, %y[%c0, %c0] valid [0 to 2, 0 to 2] strides [1, 1] : "
          "tensor<2x2xi32>, memref<2x2xi32>\n"),
      {Tensor::of<int8_t>(DType::I8, {2, 2}, {-1, 2, 3, 4})});
  ASSERT_TRUE(bool(result)) << result.error().message;
  // lhs = [[-1, 3], [2, 4]], rhs = [[255, 3], [2, 4]], plus 1.
  EXPECT_THAT(values<int32_t>((*result)[0]), ElementsAre(-248, 10, 519, 23));
}

// The tree of a reduction: ((a + d) + (b + e)) + c for five elements... the
// first ceil(n / 2) stay, the others are added to them in order.
TEST_F(TileInterpreterTest, ReductionTree) {
  auto result = run(
      oneBlock(
          "%x: memref<5xf32> {tile.dims = [\"5\"]}, %y: memref<f32> {tile.dims "
          "= []}",
          1,
          "%t = tile.load %x[%c0] valid [0 to 5] strides [1] : memref<5xf32> "
          "-> tensor<5xf32>\n"
          "%r = tile.reduce <addf> %t axis 0 : tensor<5xf32> -> tensor<f32>\n"
          "tile.store %r, %y[] valid [] strides [] : tensor<f32>, "
          "memref<f32>\n"),
      {Tensor::of<float>(DType::F32, {5}, {1e8f, 1.0f, 4.0f, -1e8f, 2.0f})});
  ASSERT_TRUE(bool(result)) << result.error().message;
  EXPECT_EQ((*result)[0].as<float>()[0],
            ((1e8f + -1e8f) + 4.0f) + (1.0f + 2.0f));
}

// Scan, transpose, broadcast, reshape, iota, gather and clip.
TEST_F(TileInterpreterTest, Movement) {
  auto result = run(
      oneBlock(
          "%x: memref<3xi64> {tile.dims = [\"3\"]}, %y: memref<3x2xi64> "
          "{tile.dims = [\"3\", \"2\"]}",
          1,
          "%i = tile.iota %c1 axis 0 : tensor<2xi64>\n"
          "%g = tile.gather %x[%i : tensor<2xi64>] valid [0 to 2] : "
          "memref<3xi64> -> tensor<2xi64>\n"
          "%s = tile.scan <addi> %g axis 0 : tensor<2xi64>\n"
          "%r = tile.reshape %s : tensor<2xi64> -> tensor<2x1xi64>\n"
          "%w = tile.broadcast %r : tensor<2x1xi64> -> tensor<2x3xi64>\n"
          "%p = tile.transpose %w [1, 0] : tensor<2x3xi64> -> tensor<3x2xi64>\n"
          "%c = tile.clip %p valid [1 to 3, 0 to 2] fill 0 : i64 : "
          "tensor<3x2xi64>\n"
          "tile.store %c, %y[%c0, %c0] valid [0 to 3, 0 to 2] strides [1, 1] : "
          "tensor<3x2xi64>, memref<3x2xi64>\n"),
      {Tensor::of<int64_t>(DType::I64, {3}, {10, 20, 30})});
  ASSERT_TRUE(bool(result)) << result.error().message;
  EXPECT_THAT(values<int64_t>((*result)[0]), ElementsAre(0, 0, 20, 50, 20, 50));
}

// f16 and bf16 round at each step; conversions are exact.
TEST_F(TileInterpreterTest, HalfTypes) {
  auto result =
      run(oneBlock("%x: memref<2xf16> {tile.dims = [\"2\"]}, %y: "
                   "memref<2xbf16> {tile.dims = [\"2\"]}",
                   1,
                   "%t = tile.load %x[%c0] valid [0 to 2] strides [1] : "
                   "memref<2xf16> -> tensor<2xf16>\n"
                   "%w = arith.extf %t : tensor<2xf16> to tensor<2xf32>\n"
                   "%a = arith.addf %w, %w : tensor<2xf32>\n"
                   "%n = arith.truncf %a : tensor<2xf32> to tensor<2xbf16>\n"
                   "tile.store %n, %y[%c0] valid [0 to 2] strides [1] : "
                   "tensor<2xbf16>, memref<2xbf16>\n"),
          {Tensor::of<uint16_t>(
              DType::F16, {2}, {floatToF16(1.001953125f), floatToF16(-3.0f)})});
  ASSERT_TRUE(bool(result)) << result.error().message;
  EXPECT_EQ(bf16ToFloat((*result)[0].as<uint16_t>()[0]), 2.0f);
  EXPECT_EQ(bf16ToFloat((*result)[0].as<uint16_t>()[1]), -6.0f);
}

// Integers wrap at their width and compare by the op's signedness.
TEST_F(TileInterpreterTest, NarrowIntegers) {
  auto result = run(oneBlock("%x: memref<2xi8> {tile.dims = [\"2\"]}, %y: "
                             "memref<4xi8> {tile.dims = [\"4\"]}",
                             1,
                             "%a = memref.load %x[%c0] : memref<2xi8>\n"
                             "%b = memref.load %x[%c1] : memref<2xi8>\n"
                             "%c2 = arith.constant 2 : index\n"
                             "%c3 = arith.constant 3 : index\n"
                             "%s = arith.addi %a, %b : i8\n"
                             "%q = arith.divui %a, %b : i8\n"
                             "%l = arith.cmpi slt, %a, %b : i8\n"
                             "%u = arith.cmpi ult, %a, %b : i8\n"
                             "%le = arith.extui %l : i1 to i8\n"
                             "%ue = arith.extui %u : i1 to i8\n"
                             "memref.store %s, %y[%c0] : memref<4xi8>\n"
                             "memref.store %q, %y[%c1] : memref<4xi8>\n"
                             "memref.store %le, %y[%c2] : memref<4xi8>\n"
                             "memref.store %ue, %y[%c3] : memref<4xi8>\n",
                             "tile.loops"),
                    {Tensor::of<int8_t>(DType::I8, {2}, {-56, 100})});
  ASSERT_TRUE(bool(result)) << result.error().message;
  EXPECT_THAT(values<int8_t>((*result)[0]), ElementsAre(44, 2, 1, 0));
}

// Division by zero would end a process.
TEST_F(TileInterpreterTest, DivisionByZero) {
  auto result = run(oneBlock("%x: memref<1xi32> {tile.dims = [\"1\"]}, %y: "
                             "memref<1xi32> {tile.dims = [\"1\"]}",
                             1,
                             "%a = memref.load %x[%c0] : memref<1xi32>\n"
                             "%q = arith.divsi %a, %a : i32\n"
                             "memref.store %q, %y[%c0] : memref<1xi32>\n",
                             "tile.loops"),
                    {Tensor(DType::I32, {1})});
  ASSERT_FALSE(bool(result));
  EXPECT_THAT(result.error().message, HasSubstr("divides an integer by 0"));
}

// Loops: for with carried values, while, if, scratch.
TEST_F(TileInterpreterTest, ControlFlow) {
  auto result = run(oneBlock("%y: memref<2xi64> {tile.dims = [\"2\"]}", 0,
                             R"mlir(
    %z = arith.constant 0 : i64
    %o = arith.constant 1 : i64
    %c5 = arith.constant 5 : index
    %limit = arith.constant 100 : i64
    %tmp = tile.scratch(%c5) : memref<?xi64>
    %sum = scf.for %i = %c0 to %c5 step %c1 iter_args(%s = %z) -> (i64) {
      %v = arith.index_cast %i : index to i64
      memref.store %v, %tmp[%i] : memref<?xi64>
      %n = arith.addi %s, %v : i64
      scf.yield %n : i64
    }
    %power = scf.while (%p = %o) : (i64) -> i64 {
      %go = arith.cmpi slt, %p, %limit : i64
      scf.condition(%go) %p : i64
    } do {
    ^bb0(%p: i64):
      %d = arith.addi %p, %p : i64
      scf.yield %d : i64
    }
    %big = arith.cmpi sgt, %power, %limit : i64
    %r = scf.if %big -> (i64) {
      scf.yield %power : i64
    } else {
      scf.yield %z : i64
    }
    memref.store %sum, %y[%c0] : memref<2xi64>
    memref.store %r, %y[%c1] : memref<2xi64>
)mlir",
                             "tile.loops"),
                    {});
  ASSERT_TRUE(bool(result)) << result.error().message;
  EXPECT_THAT(values<int64_t>((*result)[0]), ElementsAre(10, 128));
}

// An op of another dialect is refused by name.
TEST_F(TileInterpreterTest, UnknownOp) {
  auto result = run(oneBlock("", 0, "memref.alloc() : memref<4xf32>\n"), {});
  ASSERT_FALSE(bool(result));
  EXPECT_THAT(result.error().message, HasSubstr("memref.alloc"));
}

// Tensors must go with the kernel's buffers.
TEST_F(TileInterpreterTest, WrongTensors) {
  func::FuncOp kernel = parse(kElementwise);
  Tensor wrong(DType::F64, {4});
  Tensor outputs[] = {Tensor(DType::F32, {4})};
  Status status = tile::interpretKernel(kernel, {wrong}, outputs, {4});
  ASSERT_FALSE(bool(status));
  EXPECT_THAT(status.error().message,
              HasSubstr("f64[4] does not fit buffer 0"));
  EXPECT_FALSE(bool(tile::interpretKernel(kernel, {}, outputs, {4})));
}

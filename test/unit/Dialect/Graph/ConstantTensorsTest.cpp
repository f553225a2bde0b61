//===- ConstantTensorsTest.cpp - constants as tensors in memory -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/ConstantTensors.h"

#include "tilewright/Dialect/Graph/IR/Dims.h"

#include "mlir/AsmParser/AsmParser.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

namespace {

struct ConstantTensorsTest : testing::Test {
  Result<Tensor> read(llvm::StringRef text) {
    return toTensor(cast<ElementsAttr>(parseAttribute(text, &context)));
  }
  MLIRContext context;
};

// A tensor of every element type comes back as it went in, bools as bytes.
TEST_F(ConstantTensorsTest, RoundTrip) {
  for (int i = 0; i <= int(DType::F64); ++i) {
    Tensor tensor(DType(i), {2, 3});
    for (int64_t byte = 0; byte < tensor.bytes(); ++byte)
      tensor.as<uint8_t>()[byte] =
          DType(i) == DType::Bool ? byte % 2 : uint8_t(5 * byte);
    DenseElementsAttr attribute = toAttribute(&context, tensor);
    EXPECT_EQ(
        attribute.getType(),
        RankedTensorType::get({2, 3}, getElementType(&context, DType(i))));
    Result<Tensor> back = toTensor(attribute);
    ASSERT_TRUE(bool(back));
    EXPECT_EQ(back->typeString(), tensor.typeString());
    EXPECT_EQ(std::memcmp(back->data(), tensor.data(), size_t(tensor.bytes())),
              0);
  }
}

// One element for all is written out.
TEST_F(ConstantTensorsTest, Splat) {
  Result<Tensor> tensor = read("dense<-2> : tensor<3xi16>");
  ASSERT_TRUE(bool(tensor));
  for (int64_t i = 0; i < 3; ++i)
    EXPECT_EQ(tensor->as<int16_t>()[i], -2);
}

// A scalar has one element, an empty constant none.
TEST_F(ConstantTensorsTest, ScalarAndEmpty) {
  Result<Tensor> scalar = read("dense<true> : tensor<i1>");
  ASSERT_TRUE(bool(scalar));
  EXPECT_EQ(scalar->as<uint8_t>()[0], 1);
  Result<Tensor> empty = read("dense<> : tensor<0x2xf32>");
  ASSERT_TRUE(bool(empty));
  EXPECT_EQ(empty->typeString(), "f32[0, 2]");
}

// What a sparse constant does not list is zero.
TEST_F(ConstantTensorsTest, Sparse) {
  Result<Tensor> tensor = read("sparse<[[1]], [2.5]> : tensor<3xf32>");
  ASSERT_TRUE(bool(tensor));
  EXPECT_EQ(tensor->as<float>()[0], 0.0f);
  EXPECT_EQ(tensor->as<float>()[1], 2.5f);
  EXPECT_EQ(tensor->as<float>()[2], 0.0f);
}

// An element type that tw does not have is an error.
TEST_F(ConstantTensorsTest, UnknownElements) {
  Result<Tensor> tensor = read("dense<1> : tensor<2xi4>");
  ASSERT_FALSE(bool(tensor));
  EXPECT_EQ(tensor.error().message,
            "the constant is not made of elements that tw has");
}

} // namespace

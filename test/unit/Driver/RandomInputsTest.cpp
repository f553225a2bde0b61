//===- RandomInputsTest.cpp - random values of inputs ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/RandomInputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

using namespace tilewright;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

namespace {

/// x: f32[N, 3, H], ids: i64[N, 2*H]; H is 32 to 96, a multiple of 32.
Signature twoInputs() {
  DimExpr n = DimExpr::symbol("N"), h = DimExpr::symbol("H");
  Signature signature;
  signature.inputs = {{"x", DType::F32, {n, 3, h}},
                      {"ids", DType::I64, {n, h * 2}}};
  signature.symbols["H"] = {32, 96, 32};
  return signature;
}

// Sizes that nobody gave: 2 for a first axis, 64 for others, in their range.
TEST(RandomInputs, ChoosesSizes) {
  auto shapes = chooseInputShapes(twoInputs(), {});
  ASSERT_TRUE(shapes);
  EXPECT_THAT(shapes->chosen, ElementsAre(Pair("H", 64), Pair("N", 2)));
  EXPECT_THAT(shapes->shapes[0], ElementsAre(2, 3, 64));
  EXPECT_THAT(shapes->shapes[1], ElementsAre(2, 128));
}

// A chosen size keeps to ranges and multiples that exclude the wish.
TEST(RandomInputs, MovesSizesIntoTheirRange) {
  Signature signature = twoInputs();
  auto choose = [&](SymbolRange range) {
    signature.symbols["H"] = range;
    return chooseInputShapes(signature, {})->chosen.at("H");
  };
  EXPECT_EQ(choose({1, 10, 1}), 10);
  EXPECT_EQ(choose({100, 1000, 1}), 100);
  EXPECT_EQ(choose({100, 1000, 32}), 128);
  EXPECT_EQ(choose({0, 50, 32}), 32);
}

// Sizes that the user gave are not chosen.
TEST(RandomInputs, TakesSizes) {
  auto shapes =
      chooseInputShapes(twoInputs(), {.sizes = {{"N", 5}, {"H", 32}}});
  ASSERT_TRUE(shapes);
  EXPECT_TRUE(shapes->chosen.empty());
  EXPECT_THAT(shapes->shapes[1], ElementsAre(5, 64));
}

// Sizes follow from the shapes of inputs that are there.
TEST(RandomInputs, SizesFollowFromGivenInputs) {
  RandomInputsOptions options;
  options.given["ids"] = Tensor(DType::I64, {7, 64});
  auto inputs = randomInputs(twoInputs(), options);
  ASSERT_TRUE(inputs);
  EXPECT_THAT(inputs->tensors[0].shape(), ElementsAre(7, 3, 32));
  EXPECT_EQ(inputs->tensors[1].data(), options.given["ids"].data());
}

// The errors name the input or the size.
TEST(RandomInputs, Errors) {
  auto failure = [](const RandomInputsOptions &options) {
    auto shapes = chooseInputShapes(twoInputs(), options);
    return shapes ? std::string() : shapes.error().message;
  };
  EXPECT_THAT(failure({.sizes = {{"M", 1}}}), HasSubstr("'M'"));
  EXPECT_THAT(failure({.sizes = {{"H", 33}}}), HasSubstr("multiple of 32"));
  EXPECT_THAT(failure({.sizes = {{"H", 128}}}), HasSubstr("32..96"));
  RandomInputsOptions options;
  options.given["z"] = Tensor(DType::F32, {1});
  EXPECT_THAT(failure(options), HasSubstr("'z'"));
  options.given = {{"x", Tensor(DType::F32, {4, 3, 32})}};
  options.sizes = {{"N", 5}};
  EXPECT_THAT(failure(options), HasSubstr("N is 4"));
}

// The same seed gives the same bytes, another seed others, and a given input
// leaves the others as they are.
TEST(RandomInputs, SeedDecides) {
  auto bytes = [](const RandomInputsOptions &options) {
    auto inputs = randomInputs(twoInputs(), options);
    const Tensor &tensor = inputs->tensors[0];
    return std::string(tensor.as<char>(), size_t(tensor.bytes()));
  };
  EXPECT_EQ(bytes({.seed = 1}), bytes({.seed = 1}));
  EXPECT_NE(bytes({.seed = 1}), bytes({.seed = 2}));
  RandomInputsOptions options{.seed = 1};
  options.given["ids"] = Tensor(DType::I64, {2, 128});
  EXPECT_EQ(bytes({.seed = 1}), bytes(options));
}

// Floats have mean 0 and variance 1; 64-bit integers are 0 or 1.
TEST(RandomInputs, Distribution) {
  Signature signature;
  signature.inputs = {{"x", DType::F32, {100000}}, {"i", DType::I64, {1000}}};
  auto inputs = randomInputs(signature, {});
  ASSERT_TRUE(inputs);
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < 100000; ++i) {
    double value = inputs->tensors[0].as<float>()[i];
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / 100000, 0, 0.02);
  EXPECT_NEAR(squares / 100000, 1, 0.02);
  for (int64_t i = 0; i < 1000; ++i)
    EXPECT_TRUE(uint64_t(inputs->tensors[1].as<int64_t>()[i]) <= 1);
}

} // namespace

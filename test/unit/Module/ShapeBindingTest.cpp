//===- ShapeBindingTest.cpp - sizes from the shapes of inputs -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Module/ShapeBinding.h"

#include "PlanBuilder.h"

using namespace tilewright;
using test::dims;

namespace {

Signature signature(const std::vector<std::vector<std::string>> &inputs) {
  Signature result;
  for (size_t i = 0; i < inputs.size(); ++i)
    result.inputs.push_back(
        {std::string(1, char('a' + i)), DType::F32, dims(inputs[i])});
  return result;
}

// Plain and linear axes give the symbols, those of one input through another.
TEST(ShapeBinding, SolvesLinearAxes) {
  ASSERT_VALUE(bindings,
               bindShapes(signature({{"2*H + 1", "N*H"}, {"N + W", "W"}}),
                          {{7, 12}, {9, 5}}));
  EXPECT_EQ(bindings, (SymbolBindings{{"H", 3}, {"N", 4}, {"W", 5}}));
}

// What contradicts names both inputs and both values.
TEST(ShapeBinding, ContradictionsNameBothSides) {
  EXPECT_ERROR(bindShapes(signature({{"N"}, {"N"}}), {{3}, {4}}),
               "input 'b', axis 0 has size 4, but N is 3, and N is 3 by input "
               "'a', axis 0 (N = 3)");
  EXPECT_ERROR(bindShapes(signature({{"N", "8"}}), {{3, 9}}),
               "input 'a', axis 1 has size 9, but the model takes 8");
  EXPECT_ERROR(bindShapes(signature({{"2*H"}}), {{3}}),
               "input 'a', axis 0 (2*H = 3): no integer H gives this size");
  EXPECT_ERROR(bindShapes(signature({{"N", "8"}}), {{3}}),
               "input 'a' has rank 1 (shape [3]), but the model takes rank 2 "
               "(f32[N, 8])");
}

// Declared ranges and multiples hold.
TEST(ShapeBinding, Ranges) {
  Signature s = signature({{"N", "W"}});
  s.symbols = {{"N", {1, 32, 1}}, {"W", {0, INT64_MAX, 8}}};
  EXPECT_TRUE(bool(bindShapes(s, {{32, 16}})));
  EXPECT_ERROR(bindShapes(s, {{40, 16}}), "N = 40 is outside 1..32");
  EXPECT_ERROR(bindShapes(s, {{1, 12}}), "W = 12 is no multiple of 8");
  EXPECT_ERROR(bindShapes(signature({{"N + 4"}}), {{3}}),
               "N = -1 is less than 0");
  // Above a bound that nobody declared.
  EXPECT_ERROR(checkRange("N", INT64_MAX, {}),
               "N = 9223372036854775807 is outside 0..4611686018427387904");
}

// The caller's sizes are those of the inputs, with a range or without.
TEST(ShapeBinding, InputSizes) {
  Signature s = signature({{"N", "2*W"}, {"N", "H"}});
  s.symbols = {{"W", {32, 1280, 8}}, {"count", {0, 9, 1}}};
  SymbolRanges sizes = inputSizes(s);
  ASSERT_EQ(sizes.size(), 3u);
  EXPECT_EQ(sizes["W"].hi, 1280);
  EXPECT_EQ(sizes["W"].multiple, 8);
  EXPECT_EQ(sizes["N"].hi, SymbolRange().hi);
}

// A symbol that no input gives is found before the model runs.
TEST(ShapeBinding, UnsolvableSymbols) {
  EXPECT_ERROR(checkSymbolsCanBeBound(signature({{"floordiv(H, 2)"}})),
               "the value of the symbol H cannot be found");
  EXPECT_TRUE(bool(checkSymbolsCanBeBound(signature({{"H*N"}, {"H"}}))));
}

} // namespace

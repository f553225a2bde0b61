//===- SizeMessageTest.cpp - sentences about sizes ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/SizeMessage.h"

#include "gtest/gtest.h"

using namespace tilewright;

// Places in the text become the numbers, with the expressions behind them.
TEST(SizeMessage, FillsPlaces) {
  EXPECT_EQ(sizeMessage("{lhs} elements of {rhs}", {"K", 5}, {"3", 3}),
            "5 (K) elements of 3");
}

// Without places both sides follow.
TEST(SizeMessage, AppendsBothSides) {
  EXPECT_EQ(sizeMessage("sizes differ", {"N + 1", 5}, {"M", 3}),
            "sizes differ: N + 1 is 5, but M is 3");
}

// An expression with functions in it is not shown, only its number.
TEST(SizeMessage, LeavesOutFunctions) {
  std::string longer = "floordiv(N*min(1, max(-input.0 + 1, 0)), 4)";
  EXPECT_EQ(sizeMessage("{lhs}, {rhs}", {longer, 5}, {"M", 3}), "5, 3 (M)");
  EXPECT_EQ(sizeMessage("sizes", {longer, 5}, {"M", 3}),
            "sizes: 5 is not 3 (M)");
}

//===- ElementsTest.cpp - the elements of a tensor as C++ values ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/Elements.h"

#include <gtest/gtest.h>

#include <limits>

using namespace tilewright;

namespace {

double stored(DType type, double value) {
  Tensor tensor(type, {2});
  setNumber(tensor, 1, value);
  EXPECT_EQ(getNumber(tensor, 0), 0);
  return getNumber(tensor, 1);
}

// The C++ type of every element type has its size.
TEST(Elements, TypesHaveTheirSize) {
  for (int i = 0; i <= int(DType::F64); ++i)
    dispatch(DType(i), [&](auto tag) {
      EXPECT_EQ(int64_t(sizeof(typename decltype(tag)::Type)),
                byteSize(DType(i)));
    });
}

// A number that every type has comes back.
TEST(Elements, NumbersComeBack) {
  for (int i = 0; i <= int(DType::F64); ++i)
    EXPECT_EQ(stored(DType(i), 1), 1) << name(DType(i));
}

// Floats are rounded to their type.
TEST(Elements, FloatsAreRounded) {
  EXPECT_EQ(stored(DType::F16, 1 + 0x1p-12), 1);
  EXPECT_EQ(stored(DType::BF16, 1 + 0x1p-7), 1 + 0x1p-7);
  EXPECT_EQ(stored(DType::F64, 0.1), 0.1);
}

// What an integer cannot hold becomes its end, NaN 0, and a bool is 1 for all
// but 0.
TEST(Elements, IntegersSaturate) {
  EXPECT_EQ(stored(DType::I8, -1000), -128);
  EXPECT_EQ(stored(DType::U8, -1), 0);
  EXPECT_EQ(stored(DType::U16, 1e9), 65535);
  EXPECT_EQ(stored(DType::I32, std::numeric_limits<double>::quiet_NaN()), 0);
  EXPECT_EQ(stored(DType::Bool, -0.5), 1);
}

// As integers, elements keep all of their bits and wrap.
TEST(Elements, IntegersWrap) {
  Tensor wide(DType::I64, {1}), narrow(DType::U8, {1});
  setInteger(wide, 0, std::numeric_limits<int64_t>::max());
  EXPECT_EQ(getInteger(wide, 0), std::numeric_limits<int64_t>::max());
  setInteger(narrow, 0, -1);
  EXPECT_EQ(getInteger(narrow, 0), 255);
}

// The byte of a bool may hold more than 0 and 1.
TEST(Elements, BoolsAreBytes) {
  Tensor tensor = Tensor::of<uint8_t>(DType::Bool, {1}, {2});
  EXPECT_EQ(getNumber(tensor, 0), 2);
  EXPECT_EQ(getInteger(tensor, 0), 2);
}

// The ends of an integer type.
TEST(Elements, Ends) {
  EXPECT_EQ(lowest(DType::I16), -32768);
  EXPECT_EQ(highest(DType::U8), 255);
}

} // namespace

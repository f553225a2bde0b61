//===- TensorTest.cpp - tensors and their memory --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/Tensor.h"

#include "TestSupport.h"

#include <cmath>
#include <limits>

using namespace tilewright;

namespace {

// Own memory is aligned and zero; a reshape shares it and a clone does not.
TEST(Tensor, OwnMemory) {
  Tensor a(DType::F32, {2, 3});
  EXPECT_EQ(reinterpret_cast<uintptr_t>(a.data()) % 64, 0u);
  EXPECT_EQ(a.bytes(), 24);
  EXPECT_EQ(a.as<float>()[5], 0.0f);
  EXPECT_EQ(a.typeString(), "f32[2, 3]");
  Tensor b = a.reshaped({6}), c = a.clone();
  a.as<float>()[1] = 7;
  EXPECT_EQ(b.as<float>()[1], 7.0f);
  EXPECT_EQ(c.as<float>()[1], 0.0f);
  EXPECT_EQ(Tensor(DType::I64, {}).size(), 1);
  EXPECT_EQ(Tensor(DType::I64, {0, 4}).bytes(), 0);
}

// Shapes from outside that are negative or too large are errors.
TEST(Tensor, AllocateRefusesUnsoundShapes) {
  EXPECT_ERROR(Tensor::allocate(DType::F32, {2, -1}), "negative size");
  EXPECT_ERROR(Tensor::allocate(DType::F32, {INT64_MAX, 2}), "2^63 bytes");
  EXPECT_ERROR(Tensor::allocate(DType::F32, {int64_t(1) << 58}), "not enough");
  EXPECT_TRUE(bool(Tensor::allocate(DType::F32, {0, 5})));
}

// All 65536 halves survive a trip through f32 (NaNs become quiet).
TEST(Half, RoundTrips) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    uint16_t half = uint16_t(bits);
    bool nan = (half & 0x7C00) == 0x7C00 && (half & 0x3FF);
    ASSERT_EQ(floatToF16(f16ToFloat(half)), nan ? half | 0x200 : half);
    nan = (half & 0x7F80) == 0x7F80 && (half & 0x7F);
    ASSERT_EQ(floatToBF16(bf16ToFloat(half)), nan ? half | 0x40 : half);
  }
}

// Rounding is to nearest even, at each edge of the format.
TEST(Half, Rounds) {
  EXPECT_EQ(floatToF16(65519.0f), 0x7BFF);
  EXPECT_EQ(floatToF16(65520.0f), 0x7C00);
  EXPECT_EQ(floatToF16(1.0f + 0x1p-11f), 0x3C00);
  EXPECT_EQ(floatToF16(1.0f + 3 * 0x1p-11f), 0x3C02);
  EXPECT_EQ(floatToF16(0x1p-25f), 0x0000);
  EXPECT_EQ(floatToF16(0x1.8p-25f), 0x0001);
  EXPECT_EQ(floatToF16(-0x1p-24f), 0x8001);
  EXPECT_EQ(floatToF16(0x1.FFFp-15f), 0x0400);
  EXPECT_EQ(floatToBF16(1.0f + 0x1p-8f), 0x3F80);
  EXPECT_EQ(floatToBF16(std::numeric_limits<float>::max()), 0x7F80);
}

// The error is relative to the largest expected value.
TEST(RelativeError, Floats) {
  Tensor a = Tensor::of<float>(DType::F32, {3}, {1, 2, 10});
  Tensor b = Tensor::of<float>(DType::F32, {3}, {1, 2.5, 10});
  EXPECT_NEAR(*relativeError(b, a), 0.05, 1e-12);
  EXPECT_EQ(*relativeError(a, a), 0.0);
}

// NaN and infinity only match themselves.
TEST(RelativeError, NonFinite) {
  float inf = INFINITY, nan = NAN;
  Tensor a = Tensor::of<float>(DType::F32, {3}, {inf, nan, 1});
  EXPECT_EQ(*relativeError(a, a), 0.0);
  Tensor b = Tensor::of<float>(DType::F32, {3}, {inf, 0, 1});
  EXPECT_TRUE(std::isinf(*relativeError(b, a)));
  Tensor c = Tensor::of<float>(DType::F32, {3}, {-inf, nan, 1});
  EXPECT_TRUE(std::isinf(*relativeError(c, a)));
}

// Integers are equal or not; other shapes and types cannot be compared.
TEST(RelativeError, IntegersAndMismatches) {
  Tensor a = Tensor::of<int64_t>(DType::I64, {2}, {1, 1000000});
  Tensor b = Tensor::of<int64_t>(DType::I64, {2}, {1, 1000001});
  EXPECT_EQ(*relativeError(a, a), 0.0);
  EXPECT_TRUE(std::isinf(*relativeError(b, a)));
  EXPECT_ERROR(relativeError(a, Tensor(DType::I64, {3})),
               "cannot compare i64[2] with i64[3]");
}

// What lies between the ends stays, what does not becomes the nearest end.
TEST(MoveBetween, Floats) {
  float nan = NAN;
  Tensor value = Tensor::of<float>(DType::F32, {5}, {1, 2.5, 9, nan, 3});
  Tensor low = Tensor::of<float>(DType::F32, {5}, {2, 2, 3, 4, nan});
  Tensor high = Tensor::of<float>(DType::F32, {5}, {3, 3, 2, 4, 4});
  auto moved = moveBetween(value, {low, high});
  ASSERT_TRUE(moved);
  Tensor expected = Tensor::of<float>(DType::F32, {5}, {2, 2.5, 3, 4, nan});
  EXPECT_EQ(*relativeError(*moved, expected), 0.0);
}

// So do integers, and 16-bit floats in the order of their values.
TEST(MoveBetween, OtherTypes) {
  Tensor bytes = Tensor::of<uint8_t>(DType::U8, {2}, {0, 200});
  Tensor ends = Tensor::of<uint8_t>(DType::U8, {2}, {3, 100});
  Tensor others = Tensor::of<uint8_t>(DType::U8, {2}, {1, 201});
  EXPECT_EQ(*relativeError(*moveBetween(bytes, {ends, others}),
                           Tensor::of<uint8_t>(DType::U8, {2}, {1, 200})),
            0.0);
  auto half = [](float value) {
    return Tensor::of<uint16_t>(DType::F16, {1}, {floatToF16(value)});
  };
  EXPECT_EQ(
      *relativeError(*moveBetween(half(-3), {half(-1), half(-2)}), half(-2)),
      0.0);
  EXPECT_ERROR(moveBetween(half(1), {bytes}),
               "cannot compare f16[1] with u8[2]");
}

} // namespace

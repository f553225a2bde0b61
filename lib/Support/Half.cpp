//===- Half.cpp - 16-bit floats -------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/Tensor.h"

#include <bit>

namespace tilewright {

float f16ToFloat(uint16_t bits) {
  uint32_t sign = uint32_t(bits & 0x8000) << 16;
  uint32_t exponent = (bits >> 10) & 31, mantissa = bits & 1023;
  if (exponent == 31) // Infinity or NaN, made quiet as the hardware does.
    return std::bit_cast<float>(sign | 0x7F800000 | mantissa << 13 |
                                (mantissa ? 0x00400000 : 0));
  if (exponent == 0) { // Zero or subnormal: mantissa * 2^-24, exact in f32.
    float magnitude = float(mantissa) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | mantissa << 13);
}

uint16_t floatToF16(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint16_t sign = uint16_t(bits >> 16 & 0x8000);
  bits &= 0x7FFFFFFF;
  if (bits > 0x7F800000)
    return uint16_t(sign | 0x7E00 | (bits >> 13 & 0x3FF));
  if (bits >= 0x477FF000) // 65520 and more round to infinity.
    return uint16_t(sign | 0x7C00);
  if (bits < 0x38800000) {
    // Below 2^-14: adding 0.5 puts the unit 2^-24 at the last bit of the
    // mantissa, so the addition itself rounds to nearest even.
    float shifted = std::bit_cast<float>(bits) + 0.5f;
    return uint16_t(sign | (std::bit_cast<uint32_t>(shifted) - 0x3F000000));
  }
  bits += 0xFFF + (bits >> 13 & 1);
  return uint16_t(sign | ((bits >> 13) - (112 << 10)));
}

float bf16ToFloat(uint16_t bits) {
  return std::bit_cast<float>(uint32_t(bits) << 16);
}

uint16_t floatToBF16(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7FFFFFFF) > 0x7F800000)
    return uint16_t(bits >> 16 | 0x40);
  bits += 0x7FFF + (bits >> 16 & 1);
  return uint16_t(bits >> 16);
}

} // namespace tilewright

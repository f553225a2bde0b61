//===- Cell.cpp - one element of the tile interpreter ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cell.h"

#include "tilewright/Support/Tensor.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::tile;

unsigned tile::widthOf(Type type) {
  return type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
}

int64_t tile::wrap(int64_t value, unsigned width) {
  if (width >= 64)
    return value;
  unsigned unused = 64 - width;
  return int64_t(uint64_t(value) << unused) >> unused;
}

uint64_t tile::unsignedOf(int64_t value, unsigned width) {
  return width >= 64 ? uint64_t(value)
                     : uint64_t(value) & ((uint64_t(1) << width) - 1);
}

double tile::roundTo(Type type, double value) {
  if (type.isF64())
    return value;
  if (type.isF16())
    return f16ToFloat(floatToF16(float(value)));
  if (type.isBF16())
    return bf16ToFloat(floatToBF16(float(value)));
  return float(value);
}

uint64_t tile::bitsOf(Cell cell, Type type) {
  if (!isa<FloatType>(type))
    return unsignedOf(cell.i, widthOf(type));
  if (type.isF16())
    return floatToF16(float(cell.f));
  if (type.isBF16())
    return floatToBF16(float(cell.f));
  if (type.isF32())
    return llvm::bit_cast<uint32_t>(float(cell.f));
  return llvm::bit_cast<uint64_t>(cell.f);
}

Cell tile::fromBits(uint64_t bits, Type type) {
  if (!isa<FloatType>(type))
    return intCell(wrap(int64_t(bits), widthOf(type)));
  if (type.isF16())
    return floatCell(f16ToFloat(uint16_t(bits)));
  if (type.isBF16())
    return floatCell(bf16ToFloat(uint16_t(bits)));
  if (type.isF32())
    return floatCell(llvm::bit_cast<float>(uint32_t(bits)));
  return floatCell(llvm::bit_cast<double>(bits));
}

Cell tile::cellOf(Attribute number) {
  if (auto value = dyn_cast<FloatAttr>(number)) {
    APFloat copy = value.getValue();
    bool lost;
    copy.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
    return floatCell(copy.convertToDouble());
  }
  return intCell(cast<IntegerAttr>(number).getValue().getSExtValue());
}

Cell tile::loadCell(const void *address, Type type) {
  uint64_t bits = 0;
  std::memcpy(&bits, address, (widthOf(type) + 7) / 8);
  return fromBits(bits, type);
}

void tile::storeCell(void *address, Type type, Cell cell) {
  uint64_t bits = bitsOf(cell, type);
  std::memcpy(address, &bits, (widthOf(type) + 7) / 8);
}

Cell tile::Marker::next(Type type) {
  uint64_t bits = engine();
  if (!isa<FloatType>(type))
    return intCell(wrap(int64_t(bits), widthOf(type)));
  switch (bits % 4) {
  case 0:
  case 1:
    return floatCell(std::numeric_limits<double>::quiet_NaN());
  case 2:
    return floatCell((bits & 64 ? 1 : -1) *
                     std::numeric_limits<double>::infinity());
  default:
    return floatCell(roundTo(type, double(int64_t(bits)) * 1e-15));
  }
}

static double maximum(double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return std::numeric_limits<double>::quiet_NaN();
  if (a == b)
    return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

Cell tile::combine(CombineKind kind, Type type, Cell a, Cell b) {
  unsigned width = widthOf(type);
  auto number = [&](uint64_t value) {
    return intCell(wrap(int64_t(value), width));
  };
  bool less = a.i < b.i;
  bool below = unsignedOf(a.i, width) < unsignedOf(b.i, width);
  switch (kind) {
  case CombineKind::AddF:
    return floatCell(roundTo(type, a.f + b.f));
  case CombineKind::MulF:
    return floatCell(roundTo(type, a.f * b.f));
  case CombineKind::MaximumF:
    return floatCell(maximum(a.f, b.f));
  case CombineKind::MinimumF:
    return floatCell(-maximum(-a.f, -b.f));
  case CombineKind::AddI:
    return number(uint64_t(a.i) + uint64_t(b.i));
  case CombineKind::MulI:
    return number(uint64_t(a.i) * uint64_t(b.i));
  case CombineKind::MaxSI:
    return less ? b : a;
  case CombineKind::MinSI:
    return less ? a : b;
  case CombineKind::MaxUI:
    return below ? b : a;
  case CombineKind::MinUI:
    return below ? a : b;
  case CombineKind::AndI:
    return intCell(a.i & b.i);
  case CombineKind::OrI:
    return intCell(a.i | b.i);
  }
  llvm_unreachable("every kind combines");
}

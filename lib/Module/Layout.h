//===- Layout.h - header and section table of a .twm file -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_MODULE_LAYOUT_H
#define TILEWRIGHT_LIB_MODULE_LAYOUT_H

#include <cstddef>
#include <cstdint>

namespace tilewright::twm {

/// Not text, and damaged by a transfer that takes it for text (as PNG's).
constexpr unsigned char magic[8] = {0x89, 'T',  'W',  'M',
                                    '\r', '\n', 0x1A, '\n'};
/// Raised by every change that an old reader would misunderstand.
constexpr uint32_t version = 1;
constexpr size_t sectionAlignment = 4096;
constexpr size_t weightAlignment = 64;
constexpr uint32_t maxSections = 1024;

struct Header {
  unsigned char magic[8];
  uint32_t version;
  uint32_t sectionCount;
  uint64_t fileSize;
  uint64_t tableOffset;
  uint64_t tableChecksum;
  uint64_t reserved[2];
  /// Of the bytes before it.
  uint64_t checksum;
};
static_assert(sizeof(Header) == 64);

struct Section {
  /// Ends with a zero byte.
  char name[32];
  uint64_t offset;
  uint64_t size;
  /// 0 for weights: each has its own, in the metadata.
  uint64_t checksum;
  uint64_t reserved;
};
static_assert(sizeof(Section) == 64);

constexpr char weightsName[] = "weights";
constexpr char referenceWeightsName[] = "reference-weights";
constexpr char metadataName[] = "metadata";
/// + the index of the target.
constexpr char codePrefix[] = "code.";
/// + "imported" or "kernels".
constexpr char irPrefix[] = "ir.";

} // namespace tilewright::twm

#endif // TILEWRIGHT_LIB_MODULE_LAYOUT_H

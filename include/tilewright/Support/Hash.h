//===- Hash.h - checksums -------------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_HASH_H
#define TILEWRIGHT_SUPPORT_HASH_H

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tilewright {

/// XXH64 (Yann Collet's xxHash, seed 0 by default): the same on every host and
/// about as fast as memory. Part of the module format.
uint64_t hash64(const void *data, size_t size, uint64_t seed = 0);

inline uint64_t hash64(std::string_view bytes, uint64_t seed = 0) {
  return hash64(bytes.data(), bytes.size(), seed);
}

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_HASH_H

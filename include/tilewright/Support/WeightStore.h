//===- WeightStore.h - the bytes behind weight handles --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// IR never holds the bytes of a weight: `tw.weight KEY "name"` is a handle into
// a `WeightStore`, which maps the key to element type, shape and bytes. The
// bytes belong to a `Tensor`: memory of its own, or a region of a mapped file
// that the tensor keeps alive. One store goes with one module, from the
// importer to the module writer.
//
// Safe to use from several threads: a lookup hands out a Tensor that shares the
// bytes and stays valid when the weight is removed.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_WEIGHTSTORE_H
#define TILEWRIGHT_SUPPORT_WEIGHTSTORE_H

#include "tilewright/Support/Tensor.h"

#include <map>
#include <optional>
#include <shared_mutex>

namespace tilewright {

struct Weight {
  /// What the model calls it.
  std::string name;
  /// Never to be written to: the bytes may be mapped read-only.
  Tensor tensor;
};

class WeightStore {
public:
  /// Keys count up from 0 and are never used again.
  int64_t add(std::string name, Tensor tensor);
  /// Puts a weight under a key that is known from elsewhere (a module's table
  /// of weights); false if the key is taken or negative.
  bool addWithKey(int64_t key, std::string name, Tensor tensor);
  std::optional<Weight> lookup(int64_t key) const;
  /// Releases the bytes as soon as nobody else shares them.
  void remove(int64_t key);

  /// All keys, ascending.
  std::vector<int64_t> keys() const;
  /// The bytes of all weights together.
  int64_t totalBytes() const;

private:
  mutable std::shared_mutex mutex;
  std::map<int64_t, Weight> weights;
  int64_t nextKey = 0;
};

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_WEIGHTSTORE_H

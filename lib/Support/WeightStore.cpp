//===- WeightStore.cpp - the bytes behind weight handles ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/WeightStore.h"

#include <algorithm>
#include <mutex>

namespace tilewright {

int64_t WeightStore::add(std::string name, Tensor tensor) {
  std::unique_lock lock(mutex);
  int64_t key = nextKey++;
  weights.emplace(key, Weight{std::move(name), std::move(tensor)});
  return key;
}

bool WeightStore::addWithKey(int64_t key, std::string name, Tensor tensor) {
  std::unique_lock lock(mutex);
  if (key < 0 || key == INT64_MAX)
    return false;
  bool added =
      weights.emplace(key, Weight{std::move(name), std::move(tensor)}).second;
  nextKey = std::max(nextKey, key + 1);
  return added;
}

std::optional<Weight> WeightStore::lookup(int64_t key) const {
  std::shared_lock lock(mutex);
  auto it = weights.find(key);
  if (it == weights.end())
    return std::nullopt;
  return it->second;
}

void WeightStore::remove(int64_t key) {
  std::unique_lock lock(mutex);
  weights.erase(key);
}

std::vector<int64_t> WeightStore::keys() const {
  std::shared_lock lock(mutex);
  std::vector<int64_t> result;
  for (const auto &[key, weight] : weights)
    result.push_back(key);
  return result;
}

int64_t WeightStore::totalBytes() const {
  std::shared_lock lock(mutex);
  int64_t total = 0;
  for (const auto &[key, weight] : weights)
    total += weight.tensor.bytes();
  return total;
}

} // namespace tilewright

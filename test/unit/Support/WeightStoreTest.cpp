//===- WeightStoreTest.cpp - weights by key -------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/WeightStore.h"

#include "TestSupport.h"

#include <thread>

using namespace tilewright;

namespace {

// A key finds the name and the bytes; keys are never used again.
TEST(WeightStore, AddAndLookup) {
  WeightStore store;
  int64_t a = store.add("conv.w", Tensor::of<float>(DType::F32, {2}, {1, 2}));
  int64_t b = store.add("conv.b", Tensor(DType::F32, {3}));
  EXPECT_EQ(store.lookup(a)->name, "conv.w");
  EXPECT_EQ(store.lookup(a)->tensor.as<float>()[1], 2.0f);
  EXPECT_EQ(store.totalBytes(), 20);
  store.remove(b);
  EXPECT_FALSE(store.lookup(b));
  EXPECT_EQ(store.add("next", Tensor(DType::F32, {1})), b + 1);
  EXPECT_EQ(store.keys(), (std::vector<int64_t>{a, b + 1}));
}

// A key from elsewhere can be used once, and later keys come after it.
TEST(WeightStore, AddWithKey) {
  WeightStore store;
  EXPECT_TRUE(store.addWithKey(7, "w", Tensor(DType::F32, {1})));
  EXPECT_FALSE(store.addWithKey(7, "w", Tensor(DType::F32, {1})));
  EXPECT_FALSE(store.addWithKey(-1, "w", Tensor(DType::F32, {1})));
  EXPECT_EQ(store.add("x", Tensor(DType::F32, {1})), 8);
}

// A tensor that was looked up outlives the removal of its weight, also when
// another thread removes it.
TEST(WeightStore, ReadsWhileOthersWrite) {
  WeightStore store;
  int64_t key = store.add("w", Tensor::of<int32_t>(DType::I32, {1}, {42}));
  std::thread writer([&] {
    for (int i = 0; i < 1000; ++i)
      store.remove(store.add("t", Tensor(DType::I32, {1})));
    store.remove(key);
  });
  while (auto weight = store.lookup(key))
    ASSERT_EQ(weight->tensor.as<int32_t>()[0], 42);
  writer.join();
}

} // namespace

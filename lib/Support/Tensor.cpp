//===- Tensor.cpp - an array in host memory -------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/Tensor.h"

#include "tilewright/Support/Assert.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace tilewright {

std::string shapeString(const std::vector<int64_t> &shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

namespace {
constexpr size_t alignment = 64;

/// Null when there is not enough memory.
std::shared_ptr<void> allocateBytes(int64_t bytes) {
  size_t rounded = (size_t(bytes) + alignment - 1) / alignment * alignment;
  void *data = std::aligned_alloc(alignment, rounded ? rounded : alignment);
  if (!data)
    return nullptr;
  return std::shared_ptr<void>(data, std::free);
}
} // namespace

Tensor::Tensor(DType type, std::vector<int64_t> shape)
    : type_(type), shape_(std::move(shape)) {
  std::shared_ptr<void> memory = allocateBytes(bytes());
  if (!memory)
    throw std::bad_alloc();
  data_ = memory.get();
  owner_ = std::move(memory);
  std::memset(data_, 0, size_t(bytes()));
}

Tensor::Tensor(DType type, std::vector<int64_t> shape, void *data,
               std::shared_ptr<const void> owner)
    : type_(type), shape_(std::move(shape)), data_(data),
      owner_(std::move(owner)) {}

Result<Tensor> Tensor::allocate(DType type, std::vector<int64_t> shape) {
  // The product over the sizes other than 0, so that [0, 2^62, 2^62] is no
  // overflow in one order and none in the other.
  int64_t bytes = byteSize(type);
  bool empty = false;
  for (int64_t size : shape) {
    if (size < 0)
      return error("a tensor of shape ", shapeString(shape),
                   " has a negative size");
    empty |= size == 0;
    if (size != 0 && __builtin_mul_overflow(bytes, size, &bytes))
      return error("a tensor of type ", name(type), shapeString(shape),
                   " has more than 2^63 bytes");
  }
  std::shared_ptr<void> memory = bytes > INT64_MAX - int64_t(alignment)
                                     ? nullptr
                                     : allocateBytes(empty ? 0 : bytes);
  if (!memory)
    return error("not enough memory for a tensor of type ", name(type),
                 shapeString(shape), " (", bytes, " bytes)");
  void *data = memory.get();
  return Tensor(type, std::move(shape), data, std::move(memory));
}

int64_t Tensor::size() const {
  int64_t count = 1;
  for (int64_t extent : shape_)
    count *= extent;
  return count;
}

Tensor Tensor::reshaped(std::vector<int64_t> shape) const {
  Tensor result = *this;
  result.shape_ = std::move(shape);
  TW_ASSERT(result.size() == size(), "a reshape keeps the number of elements");
  return result;
}

Tensor Tensor::clone() const {
  Tensor result(type_, shape_);
  if (bytes() != 0)
    std::memcpy(result.data_, data_, size_t(bytes()));
  return result;
}

std::string Tensor::typeString() const {
  return std::string(name(type_)) + shapeString(shape_);
}

} // namespace tilewright

//===- Tensor.h - an array in host memory ---------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A `Tensor` is a dense row-major array in host memory: element type, shape and
// bytes. The bytes are shared and may belong to somebody else (a mapped file,
// a NumPy array), kept alive by `owner`. Copying a Tensor shares the bytes.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_TENSOR_H
#define TILEWRIGHT_SUPPORT_TENSOR_H

#include "tilewright/Support/DType.h"
#include "tilewright/Support/Result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tilewright {

class Tensor {
public:
  Tensor() = default;
  /// Own memory, 64-byte aligned, filled with zeros. For shapes that are known
  /// to be sound; see `allocate`.
  Tensor(DType type, std::vector<int64_t> shape);
  /// Own memory, 64-byte aligned, not initialised. An error for a negative size
  /// or one that does not fit in memory.
  static Result<Tensor> allocate(DType type, std::vector<int64_t> shape);
  /// Memory of somebody else; `owner` keeps it alive (null: the caller does).
  Tensor(DType type, std::vector<int64_t> shape, void *data,
         std::shared_ptr<const void> owner = nullptr);
  template <typename T>
  static Tensor of(DType type, std::vector<int64_t> shape,
                   const std::vector<T> &values);

  DType type() const { return type_; }
  const std::vector<int64_t> &shape() const { return shape_; }
  int64_t rank() const { return int64_t(shape_.size()); }
  /// The number of elements; 1 for rank 0.
  int64_t size() const;
  int64_t bytes() const { return size() * byteSize(type_); }

  void *data() { return data_; }
  const void *data() const { return data_; }
  template <typename T> T *as() { return static_cast<T *>(data_); }
  template <typename T> const T *as() const {
    return static_cast<const T *>(data_);
  }

  /// The same bytes under another shape of the same size.
  Tensor reshaped(std::vector<int64_t> shape) const;
  /// A copy in memory of its own.
  Tensor clone() const;

  /// "f32[2, 3]", as messages show it.
  std::string typeString() const;

private:
  DType type_ = DType::F32;
  std::vector<int64_t> shape_{0};
  void *data_ = nullptr;
  std::shared_ptr<const void> owner_;
};

template <typename T>
Tensor Tensor::of(DType type, std::vector<int64_t> shape,
                  const std::vector<T> &values) {
  Tensor result(type, std::move(shape));
  for (size_t i = 0; i < values.size(); ++i)
    result.as<T>()[i] = values[i];
  return result;
}

/// "[2, 3]".
std::string shapeString(const std::vector<int64_t> &shape);

/// Reads a NumPy .npy file (little endian, a type of DType; Fortran order is
/// turned into C order).
Result<Tensor> readNpy(const std::string &path);
/// Writes a .npy file through a temporary file and a rename. bf16 has no NumPy
/// name: it is written as u16 bits ('<u2').
Status writeNpy(const std::string &path, const Tensor &tensor);

/// Largest absolute difference over the largest absolute value of `expected`
/// (or over 1e-30); NaN against NaN and equal infinities count as equal, any
/// other difference of NaN or infinity as infinite. Integers and bools: 0 if
/// equal. Shapes and types must agree.
Result<double> relativeError(const Tensor &actual, const Tensor &expected);

/// `value` with each element moved to the nearest between the least and the
/// greatest that `ends` (one or more, of its type and shape) have in its place:
/// what to compare with where a range is right. NaN and what is compared with
/// it become the first end.
Result<Tensor> moveBetween(const Tensor &value,
                           const std::vector<Tensor> &ends);

/// 16-bit floats to and from f32, round to nearest even.
float f16ToFloat(uint16_t bits);
uint16_t floatToF16(float value);
float bf16ToFloat(uint16_t bits);
uint16_t floatToBF16(float value);

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_TENSOR_H

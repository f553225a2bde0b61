//===- ModelFile.cpp - an ONNX file and the tensors in it -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelFile.h"
#include "Skeleton.h"

#include <charconv>
#include <cstring>
#include <filesystem>

using namespace tilewright;
using namespace tilewright::onnximport;

Result<std::unique_ptr<ModelFile>> ModelFile::parse(ByteRange file,
                                                    std::string folder) {
  if (file.bytes.empty())
    return error("the file is empty");
  Result<std::string> skeleton = makeSkeleton(file.bytes);
  if (!skeleton)
    return skeleton.error();
  auto result = std::make_unique<ModelFile>();
  result->file = std::move(file);
  result->folder = std::move(folder);
  if (!result->proto.ParseFromString(*skeleton))
    return error("not a readable ONNX model: protobuf cannot parse it");
  if (!result->proto.has_graph())
    return error("not an ONNX model: it has no graph");
  return result;
}

std::string onnximport::onnxTypeName(int32_t onnxType) {
  if (onnx::TensorProto_DataType_IsValid(onnxType))
    return onnx::TensorProto_DataType_Name(
        onnx::TensorProto_DataType(onnxType));
  return std::to_string(onnxType);
}

Result<DType> onnximport::toDType(int32_t onnxType) {
  switch (onnxType) {
  case onnx::TensorProto::BOOL:
    return DType::Bool;
  case onnx::TensorProto::INT8:
    return DType::I8;
  case onnx::TensorProto::INT16:
    return DType::I16;
  case onnx::TensorProto::INT32:
    return DType::I32;
  case onnx::TensorProto::INT64:
    return DType::I64;
  case onnx::TensorProto::UINT8:
    return DType::U8;
  case onnx::TensorProto::UINT16:
    return DType::U16;
  case onnx::TensorProto::UINT32:
    return DType::U32;
  case onnx::TensorProto::UINT64:
    return DType::U64;
  case onnx::TensorProto::FLOAT16:
    return DType::F16;
  case onnx::TensorProto::BFLOAT16:
    return DType::BF16;
  case onnx::TensorProto::FLOAT:
    return DType::F32;
  case onnx::TensorProto::DOUBLE:
    return DType::F64;
  }
  return error("element type ", onnxTypeName(onnxType), " is not supported");
}

//===----------------------------------------------------------------------===//
// External data
//===----------------------------------------------------------------------===//

Result<ByteRange> ModelFile::openExternal(const std::string &location) {
  if (auto known = externalFiles.find(location); known != externalFiles.end())
    return known->second;
  namespace fs = std::filesystem;
  if (folder.empty())
    return error("external data '", location,
                 "': a model from memory has no folder to look in");
  if (location.empty() || location.find('\0') != std::string::npos ||
      fs::path(location).is_absolute())
    return error("external data '", location,
                 "': expected a path relative to the model's folder");
  std::error_code code;
  fs::path root = fs::canonical(folder, code);
  if (code)
    return error("cannot find the folder '", folder, "': ", code.message());
  fs::path path = fs::weakly_canonical(root / location, code);
  if (code)
    return error("external data '", location, "': ", code.message());
  auto [end, ignored] =
      std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  // A symbolic link to elsewhere is outside too.
  if (end != root.end())
    return error("external data '", location,
                 "' is outside of the model's folder");
  Result<ByteRange> mapped = mapFile(path.string());
  if (!mapped)
    return mapped.error().in("external data");
  externalFiles[location] = *mapped;
  return mapped;
}

static std::string locationOf(const onnx::TensorProto &tensor) {
  for (const onnx::StringStringEntryProto &entry : tensor.external_data())
    if (entry.key() == "location")
      return entry.value();
  return "";
}

std::string ModelFile::unreadableFile(const onnx::TensorProto &tensor) const {
  std::string location = locationOf(tensor);
  return unreadable.count(location) ? location : "";
}

Result<ByteRange> ModelFile::external(const onnx::TensorProto &tensor,
                                      int64_t bytes) {
  std::string location = locationOf(tensor);
  uint64_t offset = 0, length = uint64_t(bytes);
  for (const onnx::StringStringEntryProto &entry : tensor.external_data()) {
    const std::string &value = entry.value();
    if (entry.key() != "offset" && entry.key() != "length")
      continue;
    uint64_t &number = entry.key() == "offset" ? offset : length;
    auto [stop, code] =
        std::from_chars(value.data(), value.data() + value.size(), number);
    if (code != std::errc() || stop != value.data() + value.size())
      return error("external data: expected a number as ", entry.key(),
                   ", but got '", value, "'");
  }
  if (length != uint64_t(bytes))
    return error("external data '", location, "': expected a length of ", bytes,
                 " bytes, as the shape says, but got ", length);
  Result<ByteRange> mapped = openExternal(location);
  if (!mapped) {
    unreadable.insert(location);
    return mapped;
  }
  uint64_t size = mapped->bytes.size();
  if (offset > size || length > size - offset) {
    unreadable.insert(location);
    return error("external data '", location, "' is too short: expected ",
                 length, " bytes at offset ", offset, ", but the file has ",
                 size);
  }
  mapped->bytes = mapped->bytes.substr(offset, length);
  return mapped;
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

namespace {

/// Copies a typed field into a tensor's memory.
template <typename T, typename Field>
Status fill(Tensor &tensor, const Field &field) {
  if (field.size() != tensor.size())
    return error("expected ", tensor.size(), " elements, as the shape says, ",
                 "but got ", field.size());
  for (int64_t i = 0; i < tensor.size(); ++i)
    tensor.as<T>()[i] = static_cast<T>(field.Get(int(i)));
  return Status::success();
}

Status fillTyped(Tensor &tensor, const onnx::TensorProto &proto) {
  switch (tensor.type()) {
  case DType::Bool:
    if (Status status = fill<uint8_t>(tensor, proto.int32_data()); !status)
      return status;
    for (int64_t i = 0; i < tensor.size(); ++i)
      tensor.as<uint8_t>()[i] = proto.int32_data(int(i)) != 0;
    return Status::success();
  case DType::I8:
  case DType::U8:
    return fill<uint8_t>(tensor, proto.int32_data());
  case DType::I16:
  case DType::U16:
  case DType::F16:
  case DType::BF16:
    return fill<uint16_t>(tensor, proto.int32_data());
  case DType::I32:
    return fill<int32_t>(tensor, proto.int32_data());
  case DType::I64:
    return fill<int64_t>(tensor, proto.int64_data());
  case DType::U32:
    return fill<uint32_t>(tensor, proto.uint64_data());
  case DType::U64:
    return fill<uint64_t>(tensor, proto.uint64_data());
  case DType::F32:
    return fill<float>(tensor, proto.float_data());
  case DType::F64:
    return fill<double>(tensor, proto.double_data());
  }
  return error("unknown element type");
}

/// Bytes as a tensor: in place if they are aligned.
Result<Tensor> fromBytes(DType type, std::vector<int64_t> shape,
                         const ByteRange &range, int64_t expected) {
  if (int64_t(range.bytes.size()) != expected)
    return error("expected ", expected, " bytes of data, as the shape says, ",
                 "but got ", range.bytes.size());
  const char *data = range.bytes.data();
  bool aligned = reinterpret_cast<uintptr_t>(data) % byteSize(type) == 0;
  // A bool in memory is 0 or 1; files may hold something else.
  if (type == DType::Bool)
    for (char byte : range.bytes)
      aligned &= byte == 0 || byte == 1;
  if (aligned && expected > 0)
    return Tensor(type, std::move(shape), const_cast<char *>(data),
                  range.owner);
  // Copied in pieces whose pages are given back at once: at the peak there is
  // one copy in memory, not two.
  Result<Tensor> allocated = Tensor::allocate(type, std::move(shape));
  if (!allocated)
    return allocated.error();
  Tensor tensor = allocated.take();
  constexpr int64_t piece = int64_t(1) << 22;
  for (int64_t start = 0; start < expected; start += piece) {
    int64_t size = std::min(piece, expected - start);
    if (type == DType::Bool)
      for (int64_t i = start; i < start + size; ++i)
        tensor.as<uint8_t>()[i] = data[i] != 0;
    else
      std::memcpy(tensor.as<char>() + start, data + start, size_t(size));
    releasePages({range.bytes.substr(size_t(start), size_t(size)), nullptr,
                  range.mapped});
  }
  return tensor;
}

} // namespace

Result<Tensor> ModelFile::readTensor(const onnx::TensorProto &proto) {
  Result<DType> type = toDType(proto.data_type());
  if (!type)
    return type.error();
  if (proto.has_segment())
    return error("segmented tensors are not supported");
  std::vector<int64_t> shape(proto.dims().begin(), proto.dims().end());
  int64_t bytes = byteSize(*type);
  for (int64_t size : shape)
    if (size < 0)
      return error("a tensor of a negative size ", size);
  // Zero first: [2^40, 2^40, 0] has no elements and does not overflow.
  bool empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
  for (int64_t size : shape)
    if (__builtin_mul_overflow(bytes, empty ? 1 : size, &bytes))
      return error("a tensor of more than 2^63 bytes");
  if (empty)
    bytes = 0;

  if (proto.data_location() == onnx::TensorProto::EXTERNAL) {
    Result<ByteRange> range = external(proto, bytes);
    if (!range)
      return range.error();
    return fromBytes(*type, std::move(shape), *range, bytes);
  }
  if (proto.has_raw_data()) {
    Result<std::string_view> raw = payload(file.bytes, proto.raw_data());
    if (!raw)
      return raw.error();
    ByteRange range{*raw, file.owner, file.mapped};
    return fromBytes(*type, std::move(shape), range, bytes);
  }
  // Bound the memory before it is taken: a corrupt shape may ask for anything.
  int64_t given = int64_t(proto.int32_data_size()) + proto.int64_data_size() +
                  proto.uint64_data_size() + proto.float_data_size() +
                  proto.double_data_size();
  if (bytes / byteSize(*type) != given)
    return error("expected ", bytes / byteSize(*type), " elements, as the ",
                 "shape says, but got ", given);
  Result<Tensor> tensor = Tensor::allocate(*type, std::move(shape));
  if (!tensor)
    return tensor.error();
  if (Status status = fillTyped(*tensor, proto); !status)
    return status.error();
  return tensor;
}

/// A dense tensor with the values of a sparse one, which are addressed by flat
/// indices [n] or by coordinates [n, rank].
Result<Tensor> ModelFile::readTensor(const onnx::SparseTensorProto &proto) {
  Result<Tensor> values = readTensor(proto.values());
  if (!values)
    return values.error();
  Result<Tensor> indices = readTensor(proto.indices());
  if (!indices)
    return indices.error();
  std::vector<int64_t> shape(proto.dims().begin(), proto.dims().end());
  int64_t rank = int64_t(shape.size()), count = values->size(), size = 1;
  for (int64_t extent : shape)
    if (extent < 0 || __builtin_mul_overflow(size, extent, &size) ||
        size > (int64_t(1) << 27))
      return error("a sparse tensor of an unreasonable size");
  bool flat = indices->rank() == 1 && indices->size() == count;
  bool coordinates = indices->rank() == 2 && indices->shape()[0] == count &&
                     indices->shape()[1] == rank;
  if (indices->type() != DType::I64 || (!flat && !coordinates))
    return error("expected i64[", count, "] or i64[", count, ", ", rank,
                 "] as indices of a sparse tensor, but got ",
                 indices->typeString());
  Result<Tensor> allocated = Tensor::allocate(values->type(), shape);
  if (!allocated)
    return allocated.error();
  Tensor dense = allocated.take();
  std::memset(dense.data(), 0, size_t(dense.bytes()));
  for (int64_t i = 0; i < count; ++i) {
    int64_t position = flat ? indices->as<int64_t>()[i] : 0;
    for (int64_t axis = 0; !flat && axis < rank; ++axis) {
      int64_t at = indices->as<int64_t>()[i * rank + axis];
      if (at < 0 || at >= shape[size_t(axis)])
        return error("index ", at, " of a sparse tensor is out of range");
      position = position * shape[size_t(axis)] + at;
    }
    if (position < 0 || position >= size)
      return error("index ", position, " of a sparse tensor is out of range");
    size_t step = size_t(byteSize(dense.type()));
    std::memcpy(dense.as<char>() + size_t(position) * step,
                values->as<char>() + size_t(i) * step, step);
  }
  return dense;
}

//===- ModelFile.h - an ONNX file and the tensors in it -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A parsed ModelProto over the bytes of its file. The proto is a skeleton (see
// Skeleton.h): `readTensor` is the only way to a tensor's numbers, wherever
// they are: in the file, in typed fields, in a file of external data beside it.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_MODELFILE_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_MODELFILE_H

#include "ByteRange.h"

#include "tilewright/Support/Tensor.h"

#include "onnx-ml.pb.h"

#include <map>
#include <set>

namespace tilewright::onnximport {

class ModelFile {
public:
  /// `folder`: where external data is; empty: external data is refused.
  static Result<std::unique_ptr<ModelFile>> parse(ByteRange file,
                                                  std::string folder);

  const onnx::ModelProto &model() const { return proto; }

  /// The numbers of a tensor: in place if they are aligned, else a copy.
  Result<Tensor> readTensor(const onnx::TensorProto &tensor);
  /// A sparse tensor as a dense one.
  Result<Tensor> readTensor(const onnx::SparseTensorProto &tensor);

  /// The file of external data that a tensor is in, if `readTensor` failed
  /// because that file cannot be opened or is too short; else empty.
  std::string unreadableFile(const onnx::TensorProto &tensor) const;

private:
  Result<ByteRange> external(const onnx::TensorProto &tensor, int64_t bytes);
  Result<ByteRange> openExternal(const std::string &location);

  ByteRange file;
  std::string folder;
  onnx::ModelProto proto;
  std::map<std::string, ByteRange> externalFiles;
  std::set<std::string> unreadable;
};

/// The element type of a TensorProto.DataType; the error says its name and
/// that it is not supported.
Result<DType> toDType(int32_t onnxType);
/// "FLOAT8E4M3FN", "STRING", or the number.
std::string onnxTypeName(int32_t onnxType);

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_MODELFILE_H

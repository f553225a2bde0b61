//===- ONNXFuzzer.cpp - the ONNX importer on any bytes -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whatever the bytes are, the importer gives a valid module or an error. The
// corpus in corpus/ONNX-fuzzer is small models of many kinds, whole and damaged
// (make_corpus.py makes them).
//
//===----------------------------------------------------------------------===//

#include "tilewright/Importer/ONNX/ONNXImporter.h"

#include "mlir/IR/MLIRContext.h"

#include <cstdint>

using namespace tilewright;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  Result<ImportedModel> model = importOnnx(context, {.bytes = bytes}, {});
  // An error says something.
  if (!model && model.error().message.empty())
    __builtin_trap();
  return 0;
}

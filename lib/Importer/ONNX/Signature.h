//===- Signature.h - the types of a model's inputs ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Brings together what the model and the user say of the inputs' shapes. Equal
// names (`dim_param`) are equal symbols; an unknown size ('', '?', negative) is
// a fresh one each; what the user declares replaces the model's symbol
// everywhere. An input that cannot be imported is no failure: its problem is
// told beside those of the nodes.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_SIGNATURE_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_SIGNATURE_H

#include "ImportState.h"

#include "tilewright/Importer/ONNX/ONNXImporter.h"

namespace tilewright::onnximport {

struct InputType {
  std::string name;
  /// Null if the input cannot be imported.
  mlir::RankedTensorType type;
  /// Why it cannot.
  std::string problem;
};

/// The inputs that are no initialisers and not made constant by the options. An
/// error is one of the options, or says that the model is not sound.
Result<std::vector<InputType>> readSignature(ImportState &state,
                                             const ImportOptions &options);

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_SIGNATURE_H

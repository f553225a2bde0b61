//===- Check.h - can a model be compiled? ---------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DRIVER_CHECK_H
#define TILEWRIGHT_DRIVER_CHECK_H

#include "tilewright/Importer/ONNX/ONNXImporter.h"

namespace tilewright {

/// Every node of the model that cannot be compiled, with the reason;
/// empty if it can be, and every input that it cannot take. Compiles nothing.
/// An error means that the file itself is no readable model.
Result<std::vector<NodeProblem>> checkModel(const ModelSource &source,
                                            const ImportOptions &options = {});

} // namespace tilewright

#endif // TILEWRIGHT_DRIVER_CHECK_H

//===- Quantization.h - scales and zero points -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_OPS_QUANTIZATION_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_OPS_QUANTIZATION_H

#include "Node.h"

namespace tilewright::onnximport {

/// A scale or zero point brought to a form that broadcasts against `x`: a
/// scalar, a vector along `axis`, or, with a block size, repeated along it.
mlir::Value granular(Node &n, mlir::Value parameter, mlir::Value x,
                     int64_t axis, int64_t blockSize);

/// saturate(round(x) + zero point) as `type`; x holds quotients by the scale.
/// A null zero point is 0.
mlir::Value quantize(Emitter &e, mlir::Value x, mlir::Value zeroPoint,
                     mlir::Type type);

/// (x - zero point) * scale, for a scale and zero point that broadcast, in f32
/// at least: x - zero point may be more than an f16 holds.
mlir::Value dequantize(Emitter &e, mlir::Value x, mlir::Value scale,
                       mlir::Value zeroPoint);

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_OPS_QUANTIZATION_H

//===- Windows.h - strides, dilations and pads of ONNX ops -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_OPS_WINDOWS_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_OPS_WINDOWS_H

#include "Node.h"

#include "tilewright/Dialect/Graph/IR/ShapeInference.h"

namespace tilewright::onnximport {

/// The window of a convolution or pooling over the spatial axes of `input`
/// ([N, C, spatial...]), from the attributes `strides`, `dilations`, `pads` and
/// `auto_pad`. `same` is set for SAME_UPPER and SAME_LOWER: then the result's
/// size is ceil(input / stride).
struct WindowAttributes : graph::Window {
  bool same = false;
};
WindowAttributes readWindow(Node &n, mlir::Value input,
                            llvm::ArrayRef<int64_t> kernel,
                            bool hasDilations = true);

/// `kernel_shape`, which must have an entry per spatial axis.
llvm::SmallVector<int64_t> readKernelShape(Node &n, mlir::Value input);

/// The result's spatial sizes.
Dims windowedSizes(Node &n, mlir::Value input, const WindowAttributes &window,
                   bool ceilMode = false);

/// Fails, now or at run time, if the window is larger than the padded input: a
/// convolution has no empty result then, a pooling may have one.
void expectFits(Node &n, mlir::Value input, const WindowAttributes &window);

/// A convolution in ONNX's layout, with the attributes of the node; `bias` (one
/// number per output channel) may be null.
mlir::Value convolution(Node &n, mlir::Value x, mlir::Value filter,
                        mlir::Value bias);

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_OPS_WINDOWS_H

//===- ConstantTensors.h - constants as tensors in memory -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The only way between the attribute of a tw.constant and the bytes of its
// elements. They differ: an attribute may hold one element for all, and keeps
// bools and sparse elements in ways of its own; a `Tensor` has every element in
// row-major order, a bool as a byte.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_CONSTANTTENSORS_H
#define TILEWRIGHT_DIALECT_GRAPH_IR_CONSTANTTENSORS_H

#include "tilewright/Support/Tensor.h"

#include "mlir/IR/BuiltinAttributes.h"

namespace tilewright::graph {

/// The elements of a constant of a ranked, static type. An error if they are
/// not of a type that tw has, or cannot be read.
Result<Tensor> toTensor(mlir::ElementsAttr constant);

/// The tensor as the value of a constant.
mlir::DenseElementsAttr toAttribute(mlir::MLIRContext *context,
                                    const Tensor &tensor);

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_CONSTANTTENSORS_H

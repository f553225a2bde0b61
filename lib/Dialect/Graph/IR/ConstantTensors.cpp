//===- ConstantTensors.cpp - constants as tensors in memory ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/ConstantTensors.h"

#include "tilewright/Dialect/Graph/IR/Dims.h"

#include "mlir/IR/BuiltinAttributeInterfaces.h"

#include <cstring>

using namespace mlir;

namespace tilewright::graph {

Result<Tensor> toTensor(ElementsAttr constant) {
  auto type = dyn_cast<RankedTensorType>(constant.getType());
  std::optional<DType> element =
      type ? getDType(type.getElementType()) : std::nullopt;
  if (!element)
    return error("the constant is not made of elements that tw has");
  Result<Tensor> tensor =
      Tensor::allocate(*element, std::vector<int64_t>(type.getShape().begin(),
                                                      type.getShape().end()));
  if (!tensor)
    return tensor;
  char *to = tensor->as<char>();
  auto append = [&](const APInt &bits) {
    uint64_t word = bits.getZExtValue(); // little endian: the low bytes first
    std::memcpy(to, &word, size_t(byteSize(*element)));
    to += byteSize(*element);
  };
  if (auto integers = constant.tryGetValues<APInt>()) {
    for (const APInt &value : *integers)
      append(value);
  } else if (auto floats = constant.tryGetValues<APFloat>()) {
    for (const APFloat &value : *floats)
      append(value.bitcastToAPInt());
  } else {
    return error("the elements of the constant cannot be read");
  }
  return tensor;
}

DenseElementsAttr toAttribute(MLIRContext *context, const Tensor &tensor) {
  auto type = RankedTensorType::get(tensor.shape(),
                                    getElementType(context, tensor.type()));
  // Attributes pack bools.
  if (tensor.type() == DType::Bool) {
    SmallVector<bool> values;
    for (int64_t i = 0; i < tensor.size(); ++i)
      values.push_back(tensor.as<uint8_t>()[i] != 0);
    return DenseElementsAttr::get(type, values);
  }
  return DenseElementsAttr::getFromRawBuffer(
      type, ArrayRef(tensor.as<char>(), size_t(tensor.bytes())));
}

} // namespace tilewright::graph

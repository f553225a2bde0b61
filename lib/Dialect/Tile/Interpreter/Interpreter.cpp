//===- Interpreter.cpp - runs a kernel in the tiled form ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Tile/Interpreter/Interpreter.h"

#include "Machine.h"

#include "tilewright/Dialect/Tile/IR/Kernel.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::tile;

/// The conventions of the kernel, with MLIR's diagnostic as the error.
static Result<KernelInfo> readInfo(func::FuncOp kernel) {
  std::string message;
  ScopedDiagnosticHandler handler(kernel.getContext(), [&](Diagnostic &d) {
    if (d.getSeverity() == DiagnosticSeverity::Error && message.empty())
      message = d.str();
    return success();
  });
  FailureOr<KernelInfo> info = getKernelInfo(kernel);
  if (failed(info))
    return Error{message};
  return *info;
}

static bool holds(DType type, Type element) {
  return isFloat(type) == isa<FloatType>(element) &&
         (!isFloat(type) || (type == DType::BF16) == element.isBF16()) &&
         byteSize(type) * 8 == int64_t(widthOf(element));
}

static DType dtypeOf(Type element) {
  if (element.isF16())
    return DType::F16;
  if (element.isBF16())
    return DType::BF16;
  switch (widthOf(element)) {
  case 8:
    return DType::I8;
  case 16:
    return DType::I16;
  case 32:
    return isa<FloatType>(element) ? DType::F32 : DType::I32;
  default:
    return isa<FloatType>(element) ? DType::F64 : DType::I64;
  }
}

static Status run(func::FuncOp kernel, const KernelInfo &info,
                  ArrayRef<Tensor> inputs, MutableArrayRef<Tensor> outputs,
                  ArrayRef<int64_t> sizes, std::optional<int64_t> blocks,
                  const InterpretOptions &options) {
  std::string name = "kernel " + kernel.getSymName().str();
  if (inputs.size() != info.numInputs ||
      inputs.size() + outputs.size() != info.numBuffers())
    return error(name, ": expected ", info.numInputs, " inputs and ",
                 info.numBuffers() - info.numInputs, " outputs, but got ",
                 inputs.size(), " and ", outputs.size());
  if (sizes.size() != info.sizes.size())
    return error(name, ": expected ", info.sizes.size(), " sizes, but got ",
                 sizes.size());

  Machine machine(options.seed);
  for (unsigned i = 0; i < info.numBuffers(); ++i) {
    bool isInput = i < info.numInputs;
    const Tensor &tensor = isInput ? inputs[i] : outputs[i - info.numInputs];
    auto type = cast<MemRefType>(kernel.getArgumentTypes()[i]);
    bool fits = holds(tensor.type(), type.getElementType()) &&
                tensor.rank() == type.getRank();
    for (int64_t axis = 0; fits && axis < type.getRank(); ++axis)
      fits = type.isDynamicDim(axis) ||
             type.getDimSize(axis) == tensor.shape()[axis];
    if (!fits) {
      std::string text;
      llvm::raw_string_ostream(text) << type;
      return error(name, ": ", tensor.typeString(), " does not fit buffer ", i,
                   ", ", text);
    }
    // Inputs are never written: Buffer sees to it.
    void *data = const_cast<void *>(tensor.data());
    auto buffer =
        std::make_shared<Buffer>(isInput ? Buffer::Input : Buffer::Output,
                                 type.getElementType(), tensor.shape(), data);
    if (!isInput)
      buffer->scramble(machine.marker);
    machine.slot(kernel.getArgument(i)).buffer = buffer;
  }
  for (auto [i, size] : llvm::enumerate(sizes))
    machine.slot(kernel.getArgument(info.numBuffers() + i)).scalar =
        intCell(size);
  Status status = machine.run(kernel.getBody().front());
  if (!status)
    return status.error().in(name);
  if (blocks && *blocks != machine.numBlocks())
    return error(name, ": tile.blocks ", info.blocks.str(), " is ", *blocks,
                 ", but the forall has ", machine.numBlocks(), " blocks");
  return Status::success();
}

Status tile::interpretKernel(func::FuncOp kernel, ArrayRef<Tensor> inputs,
                             MutableArrayRef<Tensor> outputs,
                             ArrayRef<int64_t> sizes,
                             const InterpretOptions &options) {
  Result<KernelInfo> info = readInfo(kernel);
  if (!info)
    return info.error();
  return run(kernel, *info, inputs, outputs, sizes, std::nullopt, options);
}

Result<std::vector<Tensor>>
tile::interpretKernel(func::FuncOp kernel, ArrayRef<Tensor> inputs,
                      const SymbolBindings &bindings,
                      const InterpretOptions &options) {
  Result<KernelInfo> info = readInfo(kernel);
  if (!info)
    return info.error();
  std::string name = "kernel " + kernel.getSymName().str();
  std::vector<int64_t> sizes;
  for (const DimExpr &expr : info->sizes) {
    Result<int64_t> value = expr.evaluate(bindings);
    if (!value)
      return value.error().in(name);
    sizes.push_back(*value);
  }
  std::vector<Tensor> outputs, shaped(inputs.begin(), inputs.end());
  for (unsigned i = 0; i < info->numBuffers(); ++i) {
    std::vector<int64_t> shape;
    for (const DimExpr &expr : info->dims[i]) {
      Result<int64_t> value = expr.evaluate(bindings);
      if (!value)
        return value.error().in(name);
      if (*value < 0)
        return error(name, ": ", expr.str(), " is ", *value);
      shape.push_back(*value);
    }
    if (i >= info->numInputs) {
      auto type = cast<MemRefType>(kernel.getArgumentTypes()[i]);
      outputs.emplace_back(dtypeOf(type.getElementType()), shape);
      continue;
    }
    if (i >= shaped.size())
      continue;
    // A kernel may see a buffer under another shape of as many elements.
    if (inputs[i].size() != Tensor(inputs[i].type(), shape, nullptr).size())
      return error(name, ": input ", i, " is ", inputs[i].typeString(),
                   ", but its sizes are ",
                   Tensor(inputs[i].type(), shape, nullptr).typeString());
    shaped[i] = inputs[i].reshaped(shape);
  }
  Result<int64_t> blocks = info->blocks.evaluate(bindings);
  if (!blocks)
    return blocks.error().in(name);
  Status status = run(kernel, *info, shaped, outputs, sizes, *blocks, options);
  if (!status)
    return status.error();
  return outputs;
}

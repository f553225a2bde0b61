//===- Kernel.cpp - the conventions of a kernel function ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Tile/IR/Kernel.h"

#include "tilewright/Dialect/Tile/IR/TileOps.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::tile;

bool tile::isKernel(func::FuncOp function) {
  return function->hasAttr(kKernelAttr) || function->hasAttr(kLoopsAttr);
}

/// An array of DimExprs; `what` names it in messages.
static LogicalResult parseExprs(func::FuncOp kernel, Attribute attribute,
                                const Twine &what,
                                std::vector<DimExpr> &result) {
  auto array = dyn_cast_if_present<ArrayAttr>(attribute);
  if (!array)
    return kernel.emitOpError("expected ")
           << what << ", an array of strings with size expressions";
  for (Attribute element : array) {
    auto text = dyn_cast<StringAttr>(element);
    if (!text)
      return kernel.emitOpError("expected strings in ")
             << what << ", but got " << element;
    Result<DimExpr> expr = DimExpr::parse(text.getValue().str());
    if (!expr)
      return kernel.emitOpError()
             << what << " holds \"" << text.getValue()
             << "\", which is no size expression: " << expr.error().message;
    result.push_back(*expr);
  }
  return success();
}

static LogicalResult readBuffer(func::FuncOp kernel, unsigned index,
                                KernelInfo &info) {
  auto type = dyn_cast<MemRefType>(kernel.getArgumentTypes()[index]);
  if (!type)
    return kernel.emitOpError("argument ")
           << index << ": expected buffers first, then sizes, but got "
           << kernel.getArgumentTypes()[index];
  std::string what = (Twine("tile.dims of argument ") + Twine(index)).str();
  if (!type.getLayout().isIdentity())
    return kernel.emitOpError("argument ")
           << index << ": expected a row-major buffer, but got " << type;
  std::vector<DimExpr> dims;
  if (failed(
          parseExprs(kernel, kernel.getArgAttr(index, kDimsAttr), what, dims)))
    return failure();
  if (int64_t(dims.size()) != type.getRank())
    return kernel.emitOpError(what)
           << " has " << dims.size() << " entries, but the buffer has rank "
           << type.getRank();
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    if (!type.isDynamicDim(axis) &&
        !dims[axis].isConstant(type.getDimSize(axis)))
      return kernel.emitOpError(what)
             << " says " << dims[axis].str() << " for axis " << axis
             << ", but its static size is " << type.getDimSize(axis);
  info.dims.push_back(std::move(dims));
  return success();
}

/// The body: index arithmetic, one forall from 0 without results, return.
static LogicalResult readBody(func::FuncOp kernel, KernelInfo &info) {
  if (kernel.isDeclaration() || !llvm::hasSingleElement(kernel.getBody()))
    return kernel.emitOpError("expected a body of one block");
  for (Operation &op : kernel.getBody().front()) {
    auto forall = dyn_cast<scf::ForallOp>(op);
    if (!forall)
      continue;
    if (info.forall)
      return forall.emitOpError("is the second of the kernel: expected one "
                                "forall over blocks");
    info.forall = forall;
  }
  if (!info.forall)
    return kernel.emitOpError(
        "expected one scf.forall over blocks in the body");
  if (info.forall.getNumResults() != 0)
    return info.forall.emitOpError(
        "expected no results: a kernel writes buffers");
  for (OpFoldResult bound : info.forall.getMixedLowerBound())
    if (!isConstantIntValue(bound, 0))
      return info.forall.emitOpError("expected lower bounds of 0");
  for (OpFoldResult step : info.forall.getMixedStep())
    if (getConstantIntValue(step).value_or(0) <= 0)
      return info.forall.emitOpError("expected positive constant steps");
  return success();
}

FailureOr<KernelInfo> tile::getKernelInfo(func::FuncOp kernel) {
  KernelInfo info;
  info.isLoops = kernel->hasAttr(kLoopsAttr);
  if (!isKernel(kernel))
    return kernel.emitOpError(
        "expected the attribute tile.kernel or tile.loops");
  if (kernel.getNumResults() != 0)
    return kernel.emitOpError("expected no results: a kernel writes buffers");

  unsigned numBuffers = kernel.getNumArguments();
  while (numBuffers > 0 && kernel.getArgumentTypes()[numBuffers - 1].isIndex())
    --numBuffers;
  for (unsigned i = 0; i < numBuffers; ++i)
    if (failed(readBuffer(kernel, i, info)))
      return failure();

  if (failed(parseExprs(kernel, kernel->getAttr(kSizesAttr), kSizesAttr,
                        info.sizes)))
    return failure();
  if (info.sizes.size() != kernel.getNumArguments() - numBuffers)
    return kernel.emitOpError("tile.sizes has ")
           << info.sizes.size() << " entries, but there are "
           << kernel.getNumArguments() - numBuffers << " index arguments";

  auto blocks = kernel->getAttrOfType<StringAttr>(kBlocksAttr);
  if (!blocks)
    return kernel.emitOpError("expected tile.blocks, a string with the number "
                              "of blocks");
  Result<DimExpr> expr = DimExpr::parse(blocks.getValue().str());
  if (!expr)
    return kernel.emitOpError("tile.blocks \"")
           << blocks.getValue()
           << "\" is no size expression: " << expr.error().message;
  info.blocks = *expr;

  auto inputs = kernel->getAttrOfType<IntegerAttr>(kInputsAttr);
  if (!inputs || !inputs.getType().isInteger(64))
    return kernel.emitOpError("expected tile.inputs, an i64: how many of the "
                              "buffers are inputs");
  if (inputs.getInt() < 0 || inputs.getInt() > int64_t(numBuffers))
    return kernel.emitOpError("tile.inputs is ")
           << inputs.getInt() << ", but there are " << numBuffers << " buffers";
  info.numInputs = inputs.getInt();

  if (auto count = kernel->getAttrOfType<StringAttr>(kCountAttr)) {
    auto type =
        info.numInputs < numBuffers
            ? dyn_cast<MemRefType>(kernel.getArgumentTypes()[numBuffers - 1])
            : MemRefType();
    if (!type || !type.getElementType().isInteger(64) ||
        type.getShape() != ArrayRef<int64_t>{1})
      return kernel.emitOpError("tile.count needs memref<1xi64> as the last "
                                "output");
    info.count = count.getValue().str();
  }

  if (failed(readBody(kernel, info)))
    return failure();
  return info;
}

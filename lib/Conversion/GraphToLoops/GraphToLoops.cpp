//===- GraphToLoops.cpp - tw ops without tiles as loops on scalars --------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Conversion/GraphToLoops/GraphToLoops.h"

#include "LoopKernel.h"

#include "tilewright/Conversion/Scalar/SampleMath.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

bool tilewright::hasLoopKernel(Operation *op) {
  if (auto resize = dyn_cast<ResizeOp>(op))
    return hasWideFilter(resize);
  if (auto concat = dyn_cast<ConcatOp>(op))
    return concat.isWide();
  return isa<TopKOp, UniqueOp, NonZeroOp, NonMaxSuppressionOp,
             ScatterElementsOp, ScatterNDOp, ScanOp, MaxPoolIndicesOp,
             RoiAlignOp>(op);
}

FailureOr<func::FuncOp>
tilewright::emitLoopKernel(Operation *op, StringRef name, OpBuilder &builder) {
  if (!hasLoopKernel(op))
    return op->emitOpError("has no kernel of loops");
  for (Type type :
       llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()))
    if (!hasDims(type))
      return op->emitOpError("expected sizes with names, but got ") << type;
  OpBuilder::InsertionGuard guard(builder);
  loops::LoopKernel kernel(op, name, builder);
  return llvm::TypeSwitch<Operation *, FailureOr<func::FuncOp>>(op)
      .Case<TopKOp, UniqueOp, NonZeroOp, NonMaxSuppressionOp, ScatterElementsOp,
            ScatterNDOp, ScanOp, MaxPoolIndicesOp, RoiAlignOp, ResizeOp,
            ConcatOp>([&](auto typed) { return loops::emit(kernel, typed); })
      .Default([](Operation *) { return failure(); });
}

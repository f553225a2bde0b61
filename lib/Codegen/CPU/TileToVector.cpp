//===- TileToVector.cpp - tiled kernels to functions on 1-D vectors -------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileEmitter.h"

#include "tilewright/Codegen/CPU/Passes.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tilewright;

namespace tilewright::cpu {
#define GEN_PASS_DEF_TILETOVECTOR
#include "tilewright/Codegen/CPU/Passes.h.inc"
} // namespace tilewright::cpu

namespace {
struct TileToVector : cpu::impl::TileToVectorBase<TileToVector> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<func::FuncOp> kernels;
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (func->hasAttr(tile::kKernelAttr) || func->hasAttr(tile::kLoopsAttr))
        kernels.push_back(func);
    cpu::VectorShape shape;
    shape.bytes = vectorBytes;
    shape.registers = vectorRegisters;
    for (func::FuncOp kernel : kernels) {
      FailureOr<cpu::KernelAbi> abi = cpu::KernelAbi::read(kernel);
      if (failed(abi) || failed(cpu::TileEmitter(*abi, shape).emit()))
        return signalPassFailure();
      kernel.erase();
    }
  }
};
} // namespace

//===- Lines.cpp - what walks along one axis ------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopKernel.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;
using namespace tilewright::graph::loops;

/// One block per line; the running value is kept in the compute type.
func::FuncOp loops::emit(LoopKernel &k, ScanOp op) {
  AxisSplit split(getDims(op.getOperand()), op.getAxis());
  SmallVector<DimExpr> shape{split.outer, split.size, split.inner};
  Array x = k.input(op.getOperand(), shape);
  Array y = k.output(op.getResult(), shape);
  Values line = k.begin({split.outer, split.inner});
  Value size = k.size(split.size), last = k.sub(size, k.index(1));
  k.loop(k.index(0), size, k.neutral(op.getKind(), x),
         [&](Value i, ValueRange running) -> Values {
           Value at = op.getReverse() ? k.sub(last, i) : i;
           Values there{line[0], at, line[1]};
           Value next =
               k.combine(op.getKind(), x, running[0], k.load(x, there));
           k.store(y, there, op.getExclusive() ? running[0] : next);
           return {next};
         });
  return k.finish();
}

/// One block per row of the axes before the axis. In a row the operands follow
/// each other.
func::FuncOp loops::emit(LoopKernel &k, ConcatOp op) {
  AxisSplit whole(getDims(op.getResult()), op.getAxis());
  SmallVector<Array> parts;
  SmallVector<DimExpr> lengths;
  for (Value operand : op.getOperands()) {
    AxisSplit part(getDims(operand), op.getAxis());
    lengths.push_back(part.size * part.inner);
    parts.push_back(k.input(operand, {whole.outer, lengths.back()}));
  }
  Array y = k.output(op.getResult(), {whole.outer, whole.size * whole.inner});
  Value row = k.begin(whole.outer)[0];
  Value start = k.index(0);
  for (auto [part, length] : llvm::zip(parts, lengths)) {
    k.loop(k.size(length), [&, &from = part](Value i) {
      k.copy(from, {row, i}, y, {row, k.add(start, i)});
    });
    start = k.add(start, k.size(length));
  }
  return k.finish();
}

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

/// One block per line; carries the position of the best element so far.
func::FuncOp loops::emit(LoopKernel &k, ArgReduceOp op) {
  AxisSplit split(getDims(op.getOperand()), op.getAxis());
  Array x = k.input(op.getOperand(), {split.outer, split.size, split.inner});
  Array y = k.output(op.getResult(), {split.outer, split.inner});
  Values line = k.begin({split.outer, split.inner});
  // True if b is better than a; NaN is better than all others.
  auto better = [&](Value a, Value b) -> Value {
    if (op.getKind() == ReduceKind::Max)
      return k.lessNaNLast(x, a, b);
    if (!x.isFloat())
      return k.lessNaNLast(x, b, a);
    return k.either(k.compareFloats(arith::CmpFPredicate::OLT, b, a),
                    k.both(k.compareFloats(arith::CmpFPredicate::UNO, b, b),
                           k.compareFloats(arith::CmpFPredicate::ORD, a, a)));
  };
  Value best = k.loop(k.index(1), k.size(split.size), k.index(0),
                      [&](Value i, ValueRange carried) -> Values {
                        Value old = k.load(x, {line[0], carried[0], line[1]});
                        Value next = k.load(x, {line[0], i, line[1]});
                        Value take = better(old, next);
                        if (op.getLast())
                          take = k.either(take, k.negate(better(next, old)));
                        return {k.select(take, i, carried[0])};
                      })[0];
  k.storeIndex(y, line, best);
  return k.finish();
}

/// One block per row of the last axis.
func::FuncOp loops::emit(LoopKernel &k, ReverseSequenceOp op) {
  Dims shape = getDims(op.getOperand());
  Array x = k.input(op.getOperand(), shape);
  Array lengths = k.input(op.getLengths(), getDims(op.getLengths()));
  Array y = k.output(op.getResult(), shape);
  ArrayRef<DimExpr> rows(shape);
  Values row = k.begin(rows.drop_back());
  row.truncate(shape.size() - 1);
  Value time = k.size(shape[op.getTimeAxis()]);
  k.loop(k.size(shape.back()), [&](Value i) {
    Values at(row);
    at.push_back(i);
    Value length =
        k.clamp(k.loadIndex(lengths, at[op.getBatchAxis()]), k.index(0), time);
    Value here = at[op.getTimeAxis()];
    Value mirrored = k.sub(k.sub(length, k.index(1)), here);
    Values from(at);
    from[op.getTimeAxis()] = k.select(k.less(here, length), mirrored, here);
    k.copy(x, from, y, at);
  });
  return k.finish();
}

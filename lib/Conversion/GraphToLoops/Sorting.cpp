//===- Sorting.cpp - sorting and selection --------------------------------===//
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

Value loops::mergeSort(LoopKernel &k, const Array &order, Value count,
                       llvm::function_ref<Value(Value, Value)> before) {
  Value one = k.index(1);
  // Bottom up: runs of `width` in row `from` are merged in pairs into the other
  // row.
  Values end = k.whileLoop(
      {one, k.index(0)},
      [&](ValueRange state) { return k.less(state[0], count); },
      [&](ValueRange state) -> Values {
        Value width = state[0], from = state[1];
        Value to = k.sub(one, from), pair = k.add(width, width);
        Value pairs = arith::CeilDivSIOp::create(k.b, count, pair);
        k.loop(pairs, [&](Value p) {
          Value low = k.mul(p, pair);
          Value middle = k.smaller(k.add(low, width), count);
          Value high = k.smaller(k.add(low, pair), count);
          k.loop(low, high, {low, middle},
                 [&](Value i, ValueRange heads) -> Values {
                   Value left = heads[0], right = heads[1];
                   // Where a run is used up, its last element is looked at but
                   // not taken.
                   Value a = k.loadIndex(
                       order, {from, k.smaller(left, k.sub(middle, one))});
                   Value b = k.loadIndex(
                       order, {from, k.smaller(right, k.sub(high, one))});
                   Value hasLeft = k.less(left, middle);
                   Value hasRight = k.less(right, high);
                   Value takeRight = k.both(
                       hasRight, k.either(k.negate(hasLeft), before(b, a)));
                   k.storeIndex(order, {to, i}, k.select(takeRight, b, a));
                   return {k.select(takeRight, left, k.add(left, one)),
                           k.select(takeRight, k.add(right, one), right)};
                 });
        });
        return {pair, to};
      });
  return end[1];
}

/// One block per line: sorts the positions of all elements, takes the first k.
func::FuncOp loops::emit(LoopKernel &k, TopKOp op) {
  AxisSplit split(getDims(op.getOperand()), op.getAxis());
  DimExpr kept = getDim(op.getValues(), op.getAxis());
  Array x = k.input(op.getOperand(), {split.outer, split.size, split.inner});
  Array values = k.output(op.getValues(), {split.outer, kept, split.inner});
  Array indices = k.output(op.getIndices(), {split.outer, kept, split.inner});
  Values line = k.begin({split.outer, split.inner});
  Array order = k.scratch(k.b.getI64Type(), {DimExpr(2), split.size});
  Value size = k.size(split.size);
  k.loop(size, [&](Value i) { k.storeIndex(order, {k.index(0), i}, i); });
  Value row = mergeSort(k, order, size, [&](Value a, Value b) {
    Value first = k.load(x, {line[0], a, line[1]});
    Value second = k.load(x, {line[0], b, line[1]});
    return op.getSmallest() ? k.lessNaNLast(x, first, second)
                            : k.lessNaNLast(x, second, first);
  });
  // k is at most the size: the verifier or a tw.check_dims says so.
  k.loop(k.smaller(k.size(kept), size), [&](Value i) {
    Value at = k.loadIndex(order, {row, i});
    k.copy(x, {line[0], at, line[1]}, values, {line[0], i, line[1]});
    k.storeIndex(indices, {line[0], i, line[1]}, at);
  });
  return k.finish();
}

func::FuncOp loops::emit(LoopKernel &k, NonZeroOp op) {
  Dims shape = getDims(op.getOperand());
  DimExpr rank(int64_t(shape.size()));
  Array x = k.input(op.getOperand(), shape);
  Array y = k.output(op.getResult(), numElements(shape) * rank);
  Array count = k.count(op.getCount());
  k.begin({});
  Values found = k.nest(
      k.sizes(shape), k.index(0),
      [&](ValueRange at, ValueRange carried) -> Values {
        Value value = k.load(x, at), zero = k.number(value.getType(), 0);
        Value set = x.isFloat() ? k.compareFloats(arith::CmpFPredicate::UNE,
                                                  value, zero)
                                : k.negate(k.equal(value, zero));
        Value first = k.mul(carried[0], k.size(rank));
        k.when(set, [&] {
          for (auto [axis, i] : llvm::enumerate(at))
            k.storeIndex(y, k.add(first, k.index(axis)), i);
        });
        return {k.select(set, k.add(carried[0], k.index(1)), carried[0])};
      });
  k.storeIndex(count, k.index(0), found[0]);
  return k.finish();
}

/// Sorts the rows (elements, or slices along the axis), finds for each the
/// first row that is the same, numbers the groups, and writes them out.
func::FuncOp loops::emit(LoopKernel &k, UniqueOp op) {
  Dims shape = getDims(op.getOperand());
  SmallVector<DimExpr> flat{numElements(shape)};
  AxisSplit split =
      op.getAxis() ? AxisSplit(shape, *op.getAxis()) : AxisSplit(flat, 0);
  Array x = k.input(op.getOperand(), {split.outer, split.size, split.inner});
  Array values =
      k.output(op.getValues(), split.outer * split.size * split.inner);
  Array indices = k.output(op.getIndices(), split.size);
  Array inverse = k.output(op.getInverse(), split.size);
  Array counts = k.output(op.getCounts(), split.size);
  Array count = k.count(op.getCount());
  k.begin({});
  Type i64 = k.b.getI64Type();
  Array order = k.scratch(i64, {DimExpr(2), split.size});
  Array firsts = k.scratch(i64, split.size);
  Array numbers = k.scratch(i64, split.size);
  Value size = k.size(split.size), one = k.index(1), zero = k.index(0);
  Values slice = k.sizes({split.outer, split.inner});

  k.loop(size, [&](Value i) { k.storeIndex(order, {zero, i}, i); });
  Value row = mergeSort(k, order, size, [&](Value a, Value b) {
    // Lexicographic: the first difference decides.
    Values decided = k.nest(slice, {k.truth(false), k.truth(false)},
                            [&](ValueRange at, ValueRange state) -> Values {
                              Value p = k.load(x, {at[0], a, at[1]});
                              Value q = k.load(x, {at[0], b, at[1]});
                              Value less = k.lessNaNLast(x, p, q),
                                    more = k.lessNaNLast(x, q, p);
                              return {k.select(state[1], state[0], less),
                                      k.either(state[1], k.either(less, more))};
                            });
    return decided[0];
  });
  auto same = [&](Value a, Value b) {
    return k.nest(
        slice, k.truth(true), [&](ValueRange at, ValueRange state) -> Values {
          Value p = k.load(x, {at[0], a, at[1]});
          Value q = k.load(x, {at[0], b, at[1]});
          Value equal = x.isFloat()
                            ? k.compareFloats(arith::CmpFPredicate::OEQ, p, q)
                            : k.equal(p, q);
          return {k.both(state[0], equal)};
        })[0];
  };
  // Groups in sorted order; within a group the first row comes first.
  Value found = k.loop(
      zero, size, {zero, zero}, [&](Value i, ValueRange state) -> Values {
        Value groups = state[0], first = state[1];
        Value here = k.loadIndex(order, {row, i});
        Value opens = k.choose(
            k.equal(i, zero), [&] { return Values{k.truth(true)}; },
            [&] { return Values{k.negate(same(first, here))}; })[0];
        Value head = k.select(opens, here, first);
        k.storeIndex(firsts, here, head);
        k.when(opens, [&] { k.storeIndex(numbers, here, groups); });
        return {k.select(opens, k.add(groups, one), groups), head};
      })[0];
  // Without sorting, groups are numbered by their first rows instead.
  if (!op.getSorted())
    k.loop(zero, size, zero, [&](Value i, ValueRange next) -> Values {
      Value opens = k.equal(k.loadIndex(firsts, i), i);
      k.when(opens, [&] { k.storeIndex(numbers, i, next[0]); });
      return {k.select(opens, k.add(next[0], one), next[0])};
    });
  k.loop(size, [&](Value i) {
    Value first = k.loadIndex(firsts, i);
    Value group = k.loadIndex(numbers, first);
    k.storeIndex(inverse, i, group);
    Value opens = k.equal(first, i);
    Value before = k.choose(
        opens, [&] { return Values{zero}; },
        [&] { return Values{k.loadIndex(counts, group)}; })[0];
    k.storeIndex(counts, group, k.add(before, one));
    k.when(opens, [&] { k.storeIndex(indices, group, i); });
  });
  k.nest({slice[0], found, slice[1]}, [&](ValueRange at) {
    Value from = k.loadIndex(indices, at[1]);
    Value to = k.add(k.mul(k.add(k.mul(at[0], found), at[1]), slice[1]), at[2]);
    k.copy(x, {at[0], from, at[2]}, values, to);
  });
  k.storeIndex(count, zero, found);
  return k.finish();
}

//===- SizeRequirements.cpp - what an op needs of its operands' sizes -----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/SizeRequirements.h"

#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

namespace {

class Collector {
public:
  SmallVector<SizeRequirement> take() { return std::move(found); }

  void add(Operation *op) {
    llvm::TypeSwitch<Operation *>(op)
        .Case<BinaryOp, CompareOp, SelectOp>(
            [&](auto op) { broadcast(op->getOperands()); })
        .Case<ReshapeOp, BroadcastOp, ConcatOp, SliceOp, PadOp, RangeOp,
              GatherElementsOp, GatherNDOp, ScatterElementsOp, ScatterNDOp,
              ReverseSequenceOp, MatmulOp, ConvOp, ConvTransposeOp, ResizeOp,
              GridSampleOp, RoiAlignOp, AttentionOp, TopKOp,
              NonMaxSuppressionOp>([&](auto op) { of(op); });
  }

private:
  void equal(const DimExpr &a, const DimExpr &b, const Twine &what) {
    if (a != b)
      found.push_back({a, SizeRequirement::Equal, b, what.str()});
  }
  void atMost(const DimExpr &a, const DimExpr &b, const Twine &message) {
    if (a != b)
      found.push_back({a, SizeRequirement::AtMost, b, message.str()});
  }

  /// An axis of constant size 1 is repeated, others are equal.
  void broadcast(ArrayRef<Dims> shapes, StringRef what) {
    size_t rank = 0;
    for (const Dims &shape : shapes)
      rank = std::max(rank, shape.size());
    Dims sizes(rank, DimExpr(1));
    for (const Dims &shape : shapes)
      for (auto [i, size] : llvm::enumerate(shape)) {
        size_t axis = rank - shape.size() + i;
        if (sizes[axis].isConstant(1))
          sizes[axis] = size;
        else if (!size.isConstant(1))
          equal(sizes[axis], size, "axis " + Twine(axis) + " of " + what);
      }
  }
  void broadcast(ValueRange operands) {
    SmallVector<Dims> shapes;
    for (Value operand : operands)
      shapes.push_back(getDims(operand));
    broadcast(shapes, "the operands");
  }

  /// Sizes that are given, not taken from an operand, are 0 or more.
  void given(Operation *op) {
    SmallVector<DimExpr> known;
    for (Value operand : op->getOperands())
      llvm::append_range(known, getDims(operand));
    for (auto [axis, size] : llvm::enumerate(getDims(op->getResult(0))))
      if (!size.constantValue() && !llvm::is_contained(known, size))
        atMost(0, size,
               "axis " + Twine(axis) +
                   " of the result has the negative size {rhs}");
  }

  void of(ReshapeOp op) {
    given(op);
    equal(numElements(getDims(op.getOperand())),
          numElements(getDims(op.getResult())),
          "the numbers of elements before and after a reshape");
  }

  void of(BroadcastOp op) {
    given(op);
    Dims from = getDims(op.getOperand()), to = getDims(op.getResult());
    for (auto [i, size] : llvm::enumerate(from)) {
      size_t axis = to.size() - from.size() + i;
      if (!size.isConstant(1))
        equal(size, to[axis], "axis " + Twine(axis) + " of a repeated tensor");
    }
  }

  void of(ConcatOp op) {
    Dims first = getDims(op.getOperands().front());
    for (Value operand : op.getOperands().drop_front())
      for (auto [axis, size] : llvm::enumerate(getDims(operand)))
        if (int64_t(axis) != op.getAxis())
          equal(first[axis], size,
                "axis " + Twine(axis) + " of joined tensors");
  }

  // Whoever builds a slice has clamped it.
  void of(SliceOp op) { given(op); }
  void of(RangeOp op) { given(op); }
  void of(ResizeOp op) { given(op); }

  void of(PadOp op) {
    given(op);
    Dims from = getDims(op.getOperand());
    for (auto [axis, size, low, high] :
         llvm::enumerate(from, op.getLow().exprs(), op.getHigh().exprs()))
      atMost(DimExpr(0) - DimExpr::min(0, low) - DimExpr::min(0, high), size,
             "the negative widths remove {lhs} elements of axis " +
                 Twine(axis) + ", which has {rhs}");
  }

  /// Off `axis`, indices address no more than there is.
  void indexed(Value operand, Value indices, int64_t axis) {
    Dims have = getDims(operand), want = getDims(indices);
    for (size_t i = 0; i < have.size(); ++i)
      if (int64_t(i) != axis)
        atMost(want[i], have[i],
               "axis " + Twine(i) +
                   " of the indices has {lhs} elements, but that of the data "
                   "{rhs}");
  }

  void of(GatherElementsOp op) {
    indexed(op.getOperand(), op.getIndices(), op.getAxis());
  }

  void of(ScatterElementsOp op) {
    indexed(op.getOperand(), op.getIndices(), op.getAxis());
    for (auto [axis, index, update] :
         llvm::enumerate(getDims(op.getIndices()), getDims(op.getUpdates())))
      equal(index, update,
            "axis " + Twine(axis) + " of the indices and of the updates");
  }

  void of(GatherNDOp op) {
    Dims operand = getDims(op.getOperand()), indices = getDims(op.getIndices());
    for (int64_t i = 0; i < op.getBatchDims(); ++i)
      equal(operand[i], indices[i],
            "batch axis " + Twine(i) + " of the data and of the indices");
  }

  void of(ScatterNDOp op) {
    Dims operand = getDims(op.getOperand()), indices = getDims(op.getIndices());
    Dims expected(indices.begin(), indices.end() - 1);
    expected.append(operand.begin() + *indices.back().constantValue(),
                    operand.end());
    for (auto [axis, size, update] :
         llvm::enumerate(expected, getDims(op.getUpdates())))
      equal(size, update,
            "axis " + Twine(axis) + " of the updates and what the indices say");
  }

  void of(ReverseSequenceOp op) {
    equal(getDims(op.getOperand())[op.getBatchAxis()],
          getDim(op.getLengths(), 0),
          "the batch size and the number of lengths");
  }

  void of(MatmulOp op) {
    Dims lhs = getDims(op.getLhs()), rhs = getDims(op.getRhs());
    equal(lhs[lhs.size() - (op.getTransposeLhs() ? 2 : 1)],
          rhs[rhs.size() - (op.getTransposeRhs() ? 1 : 2)],
          "the inner sizes of the matrix product");
    lhs.pop_back_n(2);
    rhs.pop_back_n(2);
    broadcast({lhs, rhs}, "the leading axes of the matrix product");
  }

  void channels(Value input, Value filter, int64_t groups) {
    Dims from = getDims(input), by = getDims(filter);
    equal(from.back(), by[by.size() - 2] * DimExpr(groups),
          "the channels of the input and those of the filter times the groups");
    if (groups > 1)
      equal(DimExpr::mod(by.back(), groups), 0,
            "the rest of the filters divided by the groups");
  }
  void of(ConvOp op) {
    channels(op.getInput(), op.getFilter(), op.getGroups());
  }
  void of(ConvTransposeOp op) {
    given(op);
    channels(op.getInput(), op.getFilter(), op.getGroups());
  }

  void of(GridSampleOp op) {
    equal(getDim(op.getInput(), 0), getDim(op.getGrid(), 0),
          "the batch sizes of the input and of the grid");
  }

  void of(RoiAlignOp op) {
    equal(getDim(op.getRois(), 0), getDim(op.getBatchIndices(), 0),
          "the numbers of regions and of batch indices");
    equal(getDim(op.getRois(), 1), 4, "the coordinates of a region");
  }

  void of(AttentionOp op) {
    Dims query = getDims(op.getQuery()), key = getDims(op.getKey()),
         value = getDims(op.getValue());
    equal(query[0], key[0], "the batch sizes of query and key");
    equal(key[0], value[0], "the batch sizes of key and value");
    equal(key[1], value[1], "the sequence lengths of key and value");
    equal(key[2], value[2], "the heads of key and value");
    equal(query[3], key[3], "the head sizes of query and key");
    if (query[2] != key[2])
      equal(DimExpr::mod(query[2], key[2]), 0,
            "the rest of the heads of the query divided by those of the key");
    if (!op.getMask())
      return;
    Dims scores{query[0], query[2], query[1], key[1]},
        mask = getDims(op.getMask());
    for (auto [i, size] : llvm::enumerate(mask)) {
      size_t axis = scores.size() - mask.size() + i;
      if (!size.isConstant(1))
        equal(size, scores[axis],
              "axis " + Twine(i) + " of the mask and of the scores");
    }
  }

  void of(TopKOp op) {
    given(op);
    Dims operand = getDims(op.getOperand()), values = getDims(op.getValues());
    atMost(values[op.getAxis()], operand[op.getAxis()],
           "{lhs} elements of an axis of size {rhs}");
  }

  void of(NonMaxSuppressionOp op) {
    Dims boxes = getDims(op.getBoxes()), scores = getDims(op.getScores());
    equal(boxes[0], scores[0], "the batch sizes of boxes and scores");
    equal(boxes[1], scores[2], "the numbers of boxes and of their scores");
  }

  SmallVector<SizeRequirement> found;
};

} // namespace

SmallVector<SizeRequirement> graph::sizeRequirements(Operation *op) {
  Collector collector;
  collector.add(op);
  return collector.take();
}

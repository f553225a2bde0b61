//===- Indexing.cpp - ONNX gather and scatter --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

static void importGather(Node &n) {
  int64_t axis = n.axis(n.integer("axis", 0), n.rank(n.in(0)));
  n.result(0, n.gather(n.in(0), n.in(1), axis));
}

static void importGatherElements(Node &n) {
  int64_t axis = n.axis(n.integer("axis", 0), n.rank(n.in(0)));
  n.result(0, n.inferred<graph::GatherElementsOp>(n.in(0), n.in(1), axis));
}

static void importGatherND(Node &n) {
  int64_t batch = n.opset < 12 ? 0 : n.integer("batch_dims", 0);
  n.result(0, n.inferred<graph::GatherNDOp>(n.in(0), n.in(1), batch));
}

static ReduceKind scatterKind(Node &n) {
  std::string kind =
      n.opset < 16
          ? "none"
          : n.text("reduction", "none", {"none", "add", "mul", "max", "min"});
  return kind == "add"   ? ReduceKind::Sum
         : kind == "mul" ? ReduceKind::Prod
         : kind == "max" ? ReduceKind::Max
         : kind == "min" ? ReduceKind::Min
                         : ReduceKind::None;
}

static void importScatterElements(Node &n) {
  int64_t axis = n.axis(n.integer("axis", 0), n.rank(n.in(0)));
  n.result(0, n.inferred<graph::ScatterElementsOp>(n.in(0), n.in(1), n.in(2),
                                                   axis, scatterKind(n)));
}

static void importScatterND(Node &n) {
  n.result(0, n.inferred<graph::ScatterNDOp>(n.in(0), n.in(1), n.in(2),
                                             scatterKind(n)));
}

/// Writes a stretch of a key or value cache: a scatter along the axis with the
/// same positions for all other axes of a batch element.
static void importTensorScatter(Node &n) {
  Value cache = n.in(0), update = n.in(1);
  Shape shape = n.shape(cache), part = n.shape(update);
  int64_t axis = n.axis(n.integer("axis", -2), shape.rank());
  bool circular = n.text("mode", "linear", {"linear", "circular"}) != "linear";
  if (axis == 0)
    n.fail("attribute 'axis': the batch axis cannot be updated");
  if (shape.rank() != part.rank())
    n.fail("the update has rank " + Twine(part.rank()) + ", the cache " +
           Twine(shape.rank()));
  if (n.failed())
    return;
  for (int64_t i = 0; i < shape.rank(); ++i)
    if (i != axis)
      n.equal(shape[i], part[i],
              "axis " + Twine(i) + " of the cache and of the update");
  n.atMost(part[axis], shape[axis],
           "an update of {lhs} elements of a cache of {rhs}");
  Value positions =
      n.alongAxis(n.iota(part[axis], n.i64()), axis, shape.rank());
  if (n.has(2) && n.expectVector(n.in(2), shape[0], "input 'write_indices'"))
    positions = n.add(positions, n.alongAxis(n.in(2), 0, shape.rank()));
  if (circular)
    positions = n.binary(BinaryKind::Mod, positions, n.fromDim(shape[axis]));
  n.result(0, n.inferred<graph::ScatterElementsOp>(
                  cache, n.broadcast(positions, part.dims), update, axis,
                  ReduceKind::None));
}

static void importReverseSequence(Node &n) {
  int64_t rank = n.rank(n.in(0));
  int64_t time =
      n.axis(n.integer("time_axis", 0), rank, "attribute 'time_axis'");
  int64_t batch =
      n.axis(n.integer("batch_axis", 1), rank, "attribute 'batch_axis'");
  n.result(0,
           n.inferred<graph::ReverseSequenceOp>(n.in(0), n.in(1), time, batch));
}

/// Compress: the positions of the true conditions, then a gather.
static void importCompress(Node &n) {
  Value x = n.in(0), condition = n.in(1);
  int64_t axis = 0;
  if (n.hasAttr("axis"))
    axis = n.axis(n.integer("axis", 0), n.rank(x));
  else
    x = n.reshape(x, {graph::numElements(n.shape(x).dims)});
  if (!n.expectRank(condition, 1, 1, "input 'condition'") || n.failed())
    return;
  // The condition may be shorter than the axis: the rest is not taken. Of a
  // longer one the end does not count.
  DimExpr size = n.shape(x)[axis], given = n.shape(condition)[0];
  DimExpr used = DimExpr::min(given, size).simplify(n.state.ranges);
  if (used != given)
    condition = n.sliceAxis(condition, 0, 0, used);
  std::string count = n.state.freshSymbol(n.name + "_count");
  mlir::Operation *op = n.build<graph::NonZeroOp>(
      mlir::TypeRange(mlir::Type(graph::getTensorType(
          n.state.context, {DimExpr::symbol(count), DimExpr(1)}, n.i64()))),
      condition, count);
  if (op)
    n.result(0, n.gather(x, n.squeeze(op->getResult(0), {1}), axis));
}

llvm::ArrayRef<OpRow> onnximport::indexOps() {
  static const OpRow rows[] = {
      {"Gather", 7, Newest, 2, 2, Any, importGather},
      {"GatherElements", 11, Newest, 2, 2, Any, importGatherElements},
      {"GatherND", 11, Newest, 2, 2, Any, importGatherND,
       "a dynamic last axis of the indices"},
      {"Scatter", 9, 10, 3, 3, Any, importScatterElements},
      {"ScatterElements", 11, Newest, 3, 3, Any, importScatterElements},
      {"ScatterND", 11, Newest, 3, 3, Any, importScatterND,
       "a dynamic last axis of the indices"},
      {"TensorScatter", 24, Newest, 2, 3, Any, importTensorScatter},
      {"ReverseSequence", 10, Newest, 2, 2, Any, importReverseSequence},
      {"Compress", 9, Newest, 2, 2, Any, importCompress},
  };
  return rows;
}

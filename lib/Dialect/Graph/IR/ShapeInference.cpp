//===- ShapeInference.cpp - the sizes of results --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/ShapeInference.h"

using namespace llvm;

namespace tilewright::graph {

Result<Dims> broadcastShapes(ArrayRef<Dims> shapes) {
  size_t rank = 0;
  for (const Dims &shape : shapes)
    rank = std::max(rank, shape.size());
  Dims result(rank, DimExpr(1));
  for (const Dims &shape : shapes) {
    size_t offset = rank - shape.size();
    for (auto [i, size] : enumerate(shape)) {
      DimExpr &merged = result[offset + i];
      if (size.isConstant(1))
        continue;
      if (merged.isConstant(1))
        merged = size;
      else if (!mayBeEqual(merged, size))
        return error("shapes do not broadcast: axis ", offset + i,
                     " has sizes ", merged.str(), " and ", size.str());
      else
        merged = merge(merged, size);
    }
  }
  return result;
}

Result<Dims> matmulShape(ArrayRef<DimExpr> lhs, ArrayRef<DimExpr> rhs,
                         bool transposeLhs, bool transposeRhs) {
  if (lhs.size() < 2 || rhs.size() < 2)
    return error("expected operands of rank 2 or more, but got ranks ",
                 lhs.size(), " and ", rhs.size());
  auto split = [](ArrayRef<DimExpr> dims, bool transpose) {
    DimExpr rows = dims[dims.size() - 2], columns = dims.back();
    return transpose ? std::pair(columns, rows) : std::pair(rows, columns);
  };
  auto [m, kLhs] = split(lhs, transposeLhs);
  auto [kRhs, n] = split(rhs, transposeRhs);
  if (!mayBeEqual(kLhs, kRhs))
    return error("expected equal contracted sizes, but got ", kLhs.str(),
                 " and ", kRhs.str());
  Result<Dims> batch =
      broadcastShapes({Dims(lhs.drop_back(2)), Dims(rhs.drop_back(2))});
  if (!batch)
    return batch.error().in("leading axes");
  Dims result = batch.take();
  result.push_back(m);
  result.push_back(n);
  return result;
}

Status checkWindow(const Window &window, int64_t spatial) {
  auto check = [&](const char *name, ArrayRef<int64_t> values) -> Status {
    if (int64_t(values.size()) != spatial)
      return error("expected ", spatial, " ", name,
                   ", one per spatial axis, but got ", values.size());
    for (int64_t value : values)
      if (value < 1)
        return error("expected ", name, " of at least 1, but got ", value);
    // Products of two of them are computed without a check.
    for (int64_t value : values)
      if (value > INT32_MAX)
        return error("expected ", name, " of at most ", INT32_MAX, ", but got ",
                     value);
    return Status::success();
  };
  if (Status status = check("window sizes", window.sizes); !status)
    return status;
  if (Status status = check("strides", window.strides); !status)
    return status;
  if (Status status = check("dilations", window.dilations); !status)
    return status;
  for (const Dims *pads : {&window.padLow, &window.padHigh})
    if (int64_t(pads->size()) != spatial)
      return error("expected ", spatial,
                   " pad widths, one per spatial axis, but got ", pads->size());
  return Status::success();
}

DimExpr windowedSize(const DimExpr &input, int64_t window, int64_t stride,
                     int64_t dilation, const DimExpr &padLow,
                     const DimExpr &padHigh, bool ceilMode) {
  DimExpr last =
      input + padLow + padHigh - DimExpr(dilation * (window - 1) + 1);
  if (!ceilMode)
    return DimExpr::floorDiv(last, stride) + 1;
  return DimExpr::min(DimExpr::ceilDiv(last, stride) + 1,
                      DimExpr::ceilDiv(input + padLow, stride));
}

Result<Dims> convShape(ArrayRef<DimExpr> input, ArrayRef<DimExpr> filter,
                       ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations,
                       ArrayRef<DimExpr> padLow, ArrayRef<DimExpr> padHigh,
                       int64_t groups) {
  if (input.size() < 2 || filter.size() != input.size())
    return error(
        "expected an input and a filter of one rank, 2 or more, but got "
        "ranks ",
        input.size(), " and ", filter.size());
  if (groups < 1)
    return error("expected at least 1 group, but got ", groups);
  int64_t spatial = int64_t(input.size()) - 2;
  Window window;
  for (const DimExpr &size : filter.take_front(spatial)) {
    if (!size.constantValue())
      return error("expected constant kernel sizes, but got ", size.str());
    window.sizes.push_back(*size.constantValue());
  }
  window.strides = SmallVector<int64_t>(strides);
  window.dilations = SmallVector<int64_t>(dilations);
  window.padLow = Dims(padLow);
  window.padHigh = Dims(padHigh);
  if (Status status = checkWindow(window, spatial); !status)
    return status.error();
  DimExpr channels = input.back(), perGroup = filter[spatial],
          out = filter.back();
  if (!mayBeEqual(channels, perGroup * DimExpr(groups)))
    return error("expected ", groups, " groups of ", perGroup.str(),
                 " input channels, but the input has ", channels.str());
  if (out.constantValue() && *out.constantValue() % groups != 0)
    return error("expected a number of output channels divisible by ", groups,
                 " groups, but got ", out.str());
  Dims result{input[0]};
  for (int64_t i = 0; i < spatial; ++i) {
    result.push_back(windowedSize(input[i + 1], window.sizes[i], strides[i],
                                  dilations[i], padLow[i], padHigh[i]));
    if (std::optional<int64_t> size = result.back().constantValue();
        size && *size < 0)
      return error("the window of spatial axis ", i,
                   " does not fit into the padded input");
  }
  result.push_back(out);
  return result;
}

Status checkAxis(int64_t axis, int64_t rank) {
  if (axis < 0 || axis >= rank)
    return error("expected an axis of a tensor of rank ", rank, ", but got ",
                 axis);
  return Status::success();
}

Status checkAxes(ArrayRef<int64_t> axes, int64_t rank) {
  for (auto [i, axis] : enumerate(axes)) {
    if (Status status = checkAxis(axis, rank); !status)
      return status;
    if (i > 0 && axes[i - 1] >= axis)
      return error("expected ascending axes, but got ", axes[i - 1], " before ",
                   axis);
  }
  return Status::success();
}

Result<Dims> reducedShape(ArrayRef<DimExpr> operand, ArrayRef<int64_t> axes) {
  if (Status status = checkAxes(axes, int64_t(operand.size())); !status)
    return status.error();
  Dims result;
  for (auto [i, size] : enumerate(operand))
    if (!is_contained(axes, int64_t(i)))
      result.push_back(size);
  return result;
}

} // namespace tilewright::graph

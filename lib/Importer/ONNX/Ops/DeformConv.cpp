//===- DeformConv.cpp - ONNX deformable convolution --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"
#include "Windows.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

//===----------------------------------------------------------------------===//
// Every element of the kernel reads the input at its own place plus an offset
// that is an input: the reads are a sampling with linear interpolation and
// zeros outside, for all K elements of the kernel at once, and what is left is
// a convolution of size 1 with C * K input channels.
//===----------------------------------------------------------------------===//

namespace {

struct Deformable {
  WindowAttributes window;
  Dims outputs; // The result's spatial sizes.
  int64_t spatial, places;
};

} // namespace

/// Positions of one axis before the offsets: [out..., K], as floats.
static Value basePositions(Node &n, const Deformable &d, int64_t axis,
                           Type element) {
  size_t at = size_t(axis);
  Value steps = n.mul(n.iota(d.outputs[at], n.i64()),
                      n.scalarInt(n.i64(), d.window.strides[at]));
  steps = n.sub(steps, n.fromDim(d.window.padLow[at]));
  // The kernel's elements in row-major order.
  SmallVector<int64_t> inKernel;
  int64_t inner = 1;
  for (int64_t i = axis + 1; i < d.spatial; ++i)
    inner *= d.window.sizes[size_t(i)];
  for (int64_t k = 0; k < d.places; ++k)
    inKernel.push_back(k / inner % d.window.sizes[at] * d.window.dilations[at]);
  Value position =
      n.add(n.alongAxis(steps, axis, d.spatial + 1), n.ints(inKernel));
  return n.cast(position, element);
}

/// The sampling grid of one offset group: [N, out..., last out * K, spatial].
static Value makeGrid(Node &n, const Deformable &d, Value x, Value offsets) {
  // offsets: [N, K, spatial, out...] -> [N, out..., K, spatial].
  SmallVector<int64_t> permutation{0};
  for (int64_t i = 0; i < d.spatial; ++i)
    permutation.push_back(3 + i);
  permutation.append({1, 2});
  offsets = n.transpose(offsets, permutation);
  int64_t last = d.spatial + 2;
  SmallVector<Value> coordinates;
  // The last axis comes first; [-1, 1] spans the pixels from edge to edge.
  for (int64_t axis = d.spatial - 1; axis >= 0; --axis) {
    Value offset = n.squeeze(n.sliceAxis(offsets, last, axis, 1), {last});
    Value position = n.add(offset, basePositions(n, d, axis, n.element(x)));
    Value size = n.cast(n.fromDim(n.shape(x)[2 + axis]), n.element(x));
    Value doubled = n.add(n.mul(position, n.like(x, 2)), n.like(x, 1));
    coordinates.push_back(
        n.unsqueeze(n.sub(n.div(doubled, size), n.like(x, 1)), {last}));
  }
  Dims merged{n.shape(x)[0]};
  merged.append(d.outputs);
  merged.back() = merged.back() * DimExpr(d.places);
  merged.push_back(d.spatial);
  return n.reshape(n.concat(coordinates, last), merged);
}

static void importDeformConv(Node &n) {
  Value x = wide(n, n.in(0)), filter = wide(n, n.in(1));
  int64_t rank = n.rank(x);
  if (!n.expectRank(x, 4, 5, "input 'X'") ||
      !n.expectRank(filter, rank, rank, "input 'W'") ||
      !n.expectRank(n.in(2), rank, rank, "input 'offset'"))
    return;
  int64_t groups = n.integer("group", 1);
  int64_t offsetGroups = n.integer("offset_group", 1);
  Deformable d;
  d.spatial = rank - 2;
  d.places = 1;
  SmallVector<int64_t> kernel;
  for (int64_t i = 2; i < rank; ++i) {
    kernel.push_back(std::max<int64_t>(n.shape(filter).fixed(i), 1));
    d.places *= kernel.back();
    if (n.shape(filter).fixed(i) < 1)
      n.fail("the filter's sizes must be positive constants");
  }
  if (n.hasAttr("kernel_shape") && n.integers("kernel_shape") != kernel)
    n.fail("attribute 'kernel_shape' is not the filter's shape");
  int64_t channels = n.shape(x).fixed(1), filters = n.shape(filter).fixed(0);
  if (groups < 1 || offsetGroups < 1 || channels < 1 || filters < 1 ||
      channels % offsetGroups != 0 || channels % groups != 0 ||
      filters % groups != 0)
    n.fail("the channels must be constants that group and offset_group divide");
  d.window = readWindow(n, x, kernel);
  expectFits(n, x, d.window);
  d.outputs = windowedSizes(n, x, d.window);
  if (n.failed())
    return;
  DimExpr batch = n.shape(x)[0];
  auto withOutputs = [&](std::initializer_list<DimExpr> lead) {
    Dims dims(lead);
    dims.append(d.outputs);
    return dims;
  };
  auto expectShape = [&](Value value, int64_t perPlace, const Twine &what) {
    Dims dims = withOutputs({batch, offsetGroups * d.places * perPlace});
    if (n.expectRank(value, rank, rank, what))
      for (int64_t i = 0; i < rank; ++i)
        n.equal(n.shape(value)[i], dims[size_t(i)],
                "axis " + Twine(i) + " of " + what + " and of the result");
  };
  n.equal(n.shape(filter)[1], channels / groups, "the channels of the filter");
  expectShape(n.in(2), d.spatial, "input 'offset'");
  if (n.has(4))
    expectShape(n.in(4), 1, "input 'mask'");
  if (n.has(3))
    n.expectVector(n.in(3), filters, "input 'B'");
  if (n.failed())
    return;
  Value offsets =
      n.reshape(wide(n, n.in(2)),
                withOutputs({batch, offsetGroups, d.places, d.spatial}));
  Value mask;
  if (n.has(4))
    mask = n.reshape(wide(n, n.in(4)),
                     withOutputs({batch, offsetGroups, d.places}));
  int64_t part = channels / offsetGroups;
  SmallVector<Value> samples;
  for (int64_t group = 0; group < offsetGroups && !n.failed(); ++group) {
    Value own = n.squeeze(n.sliceAxis(offsets, 1, group, 1), {1});
    Value input = n.sliceAxis(x, 1, group * part, part);
    Value read = n.inferred<graph::GridSampleOp>(
        n.channelsLast(input), makeGrid(n, d, x, own),
        graph::ResizeModeAttr::get(n.state.context, graph::ResizeMode::Linear),
        graph::PadModeAttr::get(n.state.context, PadMode::Constant),
        UnitAttr());
    Dims dims = withOutputs({batch});
    dims.push_back(d.places);
    dims.push_back(part);
    read = n.reshape(read, dims); // [N, out..., K, C / groups]
    if (mask) {
      // [N, K, out...] -> [N, out..., K, 1].
      Value weight = n.squeeze(n.sliceAxis(mask, 1, group, 1), {1});
      weight = n.channelsLast(weight);
      read = n.mul(read, n.unsqueeze(weight, {n.rank(weight)}));
    }
    samples.push_back(read);
  }
  if (n.failed())
    return;
  // [N, out..., K, C] -> [N, out..., C * K], as the filter has them.
  Value all = n.concat(samples, rank);
  SmallVector<int64_t> swapped = axesFrom(0, rank + 1);
  std::swap(swapped[size_t(rank) - 1], swapped[size_t(rank)]);
  Dims dims = withOutputs({batch});
  dims.push_back(channels * d.places);
  all = n.reshape(n.transpose(all, swapped), dims);
  int64_t inner = channels / groups * d.places;
  Dims one(size_t(d.spatial), DimExpr(1));
  one.push_back(inner);
  one.push_back(filters);
  Value weights =
      n.reshape(n.transpose(n.reshape(filter, {filters, inner}), {1, 0}), one);
  dims.back() = filters;
  SmallVector<int64_t> ones(size_t(d.spatial), 1);
  Dims none(size_t(d.spatial), DimExpr(0));
  Value y = n.shaped<graph::ConvOp>(dims, n.element(x), all, weights,
                                    n.array(ones), n.array(ones),
                                    n.dimsAttr(none), n.dimsAttr(none), groups);
  if (n.has(3))
    y = n.add(y, n.castLike(n.in(3), y));
  n.result(0, n.castLike(n.channelsFirst(y), n.in(0)));
}

llvm::ArrayRef<OpRow> onnximport::deformOps() {
  static const OpRow rows[] = {
      {"DeformConv", 19, Newest, 3, 5, Float, importDeformConv,
       "a dynamic number of channels or size of the filter"},
  };
  return rows;
}

//===- Convolutions.cpp - ONNX convolutions ----------------------------===//
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

/// The kernel's sizes, from the filter's type; `kernel_shape` must agree.
static SmallVector<int64_t> kernelOf(Node &n, Value filter) {
  Shape shape = n.shape(filter);
  SmallVector<int64_t> kernel;
  for (int64_t i = 2; i < shape.rank(); ++i) {
    if (shape.fixed(i) < 1)
      n.fail("the filter's sizes must be positive constants, but axis " +
             Twine(i) + " is " + shape[i].str());
    kernel.push_back(std::max<int64_t>(shape.fixed(i), 1));
  }
  n.expectSmall(kernel, 1, "the filter's sizes");
  SmallVector<int64_t> given = n.integers("kernel_shape");
  if (n.hasAttr("kernel_shape") && given != kernel)
    n.fail("attribute 'kernel_shape' is not the filter's shape");
  return kernel;
}

static bool checkRanks(Node &n, Value x, Value filter) {
  if (!n.expectRank(x, 3, 64, "input 'X'"))
    return false;
  return n.expectRank(filter, n.rank(x), n.rank(x), "input 'W'");
}

/// [O, C / groups, kernel...] -> [kernel..., C / groups, O].
static Value filterChannelsLast(Node &n, Value filter) {
  SmallVector<int64_t> permutation;
  for (int64_t i = 2; i < n.rank(filter); ++i)
    permutation.push_back(i);
  permutation.append({1, 0});
  return n.transpose(filter, permutation);
}

/// `y` has its channels last; `bias`, one number for each, may be null.
static Value withBias(Node &n, Value y, Value bias) {
  if (!bias || !n.expectVector(bias, n.shape(y)[-1], "the bias"))
    return y;
  return n.add(y, n.castLike(bias, y));
}

Value onnximport::convolution(Node &n, Value x, Value filter, Value bias) {
  if (!checkRanks(n, x, filter))
    return x;
  int64_t groups = n.integer("group", 1);
  if (groups < 1)
    n.fail("attribute 'group': expected a positive number, but got " +
           Twine(groups));
  WindowAttributes w = readWindow(n, x, kernelOf(n, filter));
  expectFits(n, x, w);
  if (n.failed())
    return x;
  n.equal(n.shape(x)[1], n.shape(filter)[1] * DimExpr(groups),
          "the channels of the input and those of the filter times the groups");
  Dims dims{n.shape(x)[0]};
  dims.append(windowedSizes(n, x, w));
  dims.push_back(n.shape(filter)[0]);
  Value y = n.shaped<graph::ConvOp>(
      dims, n.element(x), n.channelsLast(x), filterChannelsLast(n, filter),
      n.array(w.strides), n.array(w.dilations), n.dimsAttr(w.padLow),
      n.dimsAttr(w.padHigh), groups);
  return n.channelsFirst(withBias(n, y, bias));
}

static void importConv(Node &n) {
  n.result(0, convolution(n, n.in(0), n.in(1), n.has(2) ? n.in(2) : Value()));
}

static void importConvInteger(Node &n) {
  // Padding stands for the zero point, so it goes before the padding is added.
  Value x = withoutZeroPoint(n, n.in(0), n.has(2) ? n.in(2) : Value(), 1);
  Value w = withoutZeroPoint(n, n.in(1), n.has(3) ? n.in(3) : Value(), 0);
  n.result(0, convolution(n, x, w, {}));
}

/// [C, O / groups, kernel...] -> [kernel..., C / groups, O].
static Value transposedFilter(Node &n, Value filter, int64_t groups) {
  Shape shape = n.shape(filter);
  DimExpr inner = DimExpr::floorDiv(shape[0], groups);
  Dims apart{groups, inner, shape[1]}, joined;
  SmallVector<int64_t> permutation;
  for (int64_t i = 2; i < shape.rank(); ++i) {
    apart.push_back(shape[i]);
    joined.push_back(shape[i]);
    permutation.push_back(i + 1);
  }
  permutation.append({1, 0, 2});
  joined.push_back(inner);
  joined.push_back(shape[1] * DimExpr(groups));
  return n.reshape(n.transpose(n.reshape(filter, apart), permutation), joined);
}

static void importConvTranspose(Node &n) {
  Value x = n.in(0), filter = n.in(1);
  if (!checkRanks(n, x, filter))
    return;
  int64_t groups = n.integer("group", 1);
  int64_t spatial = n.rank(x) - 2;
  if (groups < 1)
    n.fail("attribute 'group': expected a positive number, but got " +
           Twine(groups));
  SmallVector<int64_t> kernel = kernelOf(n, filter);
  std::string mode = n.text("auto_pad", "NOTSET");
  WindowAttributes w = readWindow(n, x, kernel);
  SmallVector<int64_t> extra = n.integers("output_padding");
  SmallVector<int64_t> wanted = n.integers("output_shape");
  if (extra.empty())
    extra.assign(size_t(spatial), 0);
  // Some exporters give the whole shape.
  if (int64_t(wanted.size()) == spatial + 2)
    wanted.erase(wanted.begin(), wanted.begin() + 2);
  if (int64_t(extra.size()) != spatial ||
      (!wanted.empty() && int64_t(wanted.size()) != spatial))
    n.fail("attributes 'output_padding' and 'output_shape' must have an entry "
           "per spatial axis");
  n.expectSmall(extra, 0, "attribute 'output_padding'");
  if (n.failed())
    return;
  n.equal(n.shape(x)[1], n.shape(filter)[0],
          "the channels of the input and of the filter");
  Dims dims{n.shape(x)[0]}, low;
  for (size_t i = 0; i < size_t(spatial); ++i) {
    DimExpr size = n.shape(x)[2 + int64_t(i)];
    DimExpr stride(w.strides[i]);
    DimExpr full = (size - 1) * stride +
                   DimExpr(extra[i] + w.dilations[i] * (kernel[i] - 1) + 1);
    if (wanted.empty() && !w.same) {
      dims.push_back(full - w.padLow[i] - w.padHigh[i]);
      low.push_back(w.padLow[i]);
      continue;
    }
    // The padding is what makes the size come out.
    DimExpr out = wanted.empty() ? size * stride : DimExpr(wanted[i]);
    DimExpr total = (full - out).simplify(n.state.ranges);
    // A result larger than what the kernel reaches is filled with zeros.
    total = DimExpr::max(0, total).simplify(n.state.ranges);
    DimExpr half = DimExpr::floorDiv(total, 2);
    dims.push_back(out);
    low.push_back(mode == "SAME_UPPER" ? half : total - half);
  }
  dims.push_back(n.shape(filter)[1] * DimExpr(groups));
  Value y = n.shaped<graph::ConvTransposeOp>(
      dims, n.element(x), n.channelsLast(x),
      transposedFilter(n, filter, groups), n.array(w.strides),
      n.array(w.dilations), n.dimsAttr(low), groups);
  y = withBias(n, y, n.has(2) ? n.in(2) : Value());
  n.result(0, n.channelsFirst(y));
}

/// A depthwise convolution over time that only looks back, whose history comes
/// in and goes out.
static void importCausalConv(Node &n) {
  Value x = n.in(0), filter = n.in(1);
  std::string activation =
      n.text("activation", "none", {"none", "silu", "swish"});
  if (!n.expectRank(x, 3, 3, "input 'input'") ||
      !n.expectRank(filter, 3, 3, "input 'weight'"))
    return;
  Shape shape = n.shape(x);
  int64_t kernel = n.shape(filter).fixed(2), channels = shape.fixed(1);
  if (kernel < 1 || channels < 1)
    return n.fail("the number of channels and the kernel's size must be "
                  "constants");
  n.equal(n.shape(filter)[0], channels, "the channels and the filters");
  n.equal(n.shape(filter)[1], 1, "the channels of a filter");
  if (n.has(3) && n.expectRank(n.in(3), 3, 3, "input 'past_state'"))
    n.equal(n.shape(n.in(3))[2], kernel - 1, "the length of the past state");
  Value history = n.has(3)
                      ? n.in(3)
                      : n.full({shape[0], channels, kernel - 1}, n.like(x, 0));
  Value all = n.concat({history, x}, 2);
  Value y = n.shaped<graph::ConvOp>(
      {shape[0], shape[2], channels}, n.element(x), n.channelsLast(all),
      filterChannelsLast(n, filter), n.array({1}), n.array({1}),
      n.dimsAttr({DimExpr(0)}), n.dimsAttr({DimExpr(0)}), channels);
  y = withBias(n, y, n.has(2) ? n.in(2) : Value());
  if (activation != "none")
    y = n.castLike(swish(n, wide(n, y), 1), y);
  n.result(0, n.channelsFirst(y));
  n.result(1, n.sliceAxis(all, 2, shape[2], kernel - 1));
}

llvm::ArrayRef<OpRow> onnximport::convOps() {
  static const OpRow rows[] = {
      {"Conv", 7, Newest, 2, 3, Float, importConv,
       "a filter of dynamic spatial sizes"},
      {"ConvInteger", 10, Newest, 2, 4, Byte, importConvInteger,
       "a filter of dynamic spatial sizes"},
      {"ConvTranspose", 7, Newest, 2, 3, Float, importConvTranspose,
       "a filter of dynamic spatial sizes"},
      {"CausalConvWithState", 27, Newest, 2, 4, Float, importCausalConv,
       "a dynamic number of channels or size of the filter"},
  };
  return rows;
}

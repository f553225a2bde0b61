//===- Windows.cpp - strides, dilations and pads of ONNX ops -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Windows.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

/// A list with one positive entry per spatial axis, all 1 if it is not given.
static SmallVector<int64_t> perAxis(Node &n, StringRef name, int64_t spatial) {
  SmallVector<int64_t> values = n.integers(name);
  if (!n.hasAttr(name))
    values.assign(size_t(spatial), 1);
  if (int64_t(values.size()) != spatial)
    n.fail("attribute '" + name + "': expected " + Twine(spatial) +
           " entries, but got " + Twine(values.size()));
  n.expectSmall(values, 1, "attribute '" + name + "'");
  values.resize(size_t(spatial), 1);
  return values;
}

SmallVector<int64_t> onnximport::readKernelShape(Node &n, Value input) {
  if (!n.hasAttr("kernel_shape"))
    n.fail("attribute 'kernel_shape' is missing");
  return perAxis(n, "kernel_shape", std::max<int64_t>(n.rank(input) - 2, 0));
}

WindowAttributes onnximport::readWindow(Node &n, Value input,
                                        ArrayRef<int64_t> kernel,
                                        bool hasDilations) {
  int64_t spatial = int64_t(kernel.size());
  WindowAttributes w;
  w.sizes.assign(kernel.begin(), kernel.end());
  w.strides = perAxis(n, "strides", spatial);
  w.dilations.assign(size_t(spatial), 1);
  if (hasDilations)
    w.dilations = perAxis(n, "dilations", spatial);
  std::string mode = n.text("auto_pad", "NOTSET",
                            {"NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"});
  SmallVector<int64_t> pads = n.integers("pads");
  if (pads.empty() || mode != "NOTSET")
    pads.assign(size_t(2 * spatial), 0);
  if (int64_t(pads.size()) != 2 * spatial) {
    n.fail("attribute 'pads': expected " + Twine(2 * spatial) +
           " entries, but got " + Twine(pads.size()));
    pads.resize(size_t(2 * spatial), 0);
  }
  w.same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  Shape shape = n.shape(input);
  for (int64_t i = 0; i < spatial; ++i) {
    size_t at = size_t(i);
    if (!w.same) {
      w.padLow.push_back(pads[at]);
      w.padHigh.push_back(pads[at + size_t(spatial)]);
      continue;
    }
    DimExpr size = shape[2 + i];
    DimExpr out = DimExpr::ceilDiv(size, w.strides[at]);
    DimExpr total = DimExpr::max(
        0, (out - 1) * DimExpr(w.strides[at]) +
               DimExpr(w.dilations[at] * (w.sizes[at] - 1) + 1) - size);
    DimExpr half = DimExpr::floorDiv(total, 2);
    bool upper = mode == "SAME_UPPER";
    w.padLow.push_back((upper ? half : total - half).simplify(n.state.ranges));
    w.padHigh.push_back((upper ? total - half : half).simplify(n.state.ranges));
  }
  return w;
}

void onnximport::expectFits(Node &n, Value input,
                            const WindowAttributes &window) {
  for (size_t i = 0; i < window.sizes.size(); ++i)
    n.atMost(window.dilations[i] * (window.sizes[i] - 1) + 1,
             n.shape(input)[2 + int64_t(i)] + window.padLow[i] +
                 window.padHigh[i],
             "a window of {lhs} elements does not fit on the {rhs} of axis " +
                 Twine(2 + i) + " with its padding");
}

Dims onnximport::windowedSizes(Node &n, Value input,
                               const WindowAttributes &window, bool ceilMode) {
  Dims sizes;
  Shape shape = n.shape(input);
  for (size_t i = 0; i < window.sizes.size(); ++i) {
    DimExpr size = shape[2 + int64_t(i)];
    // Rounded down, as ONNX says. ONNX Runtime rounds towards 0, so that a pool
    // whose window is a little too large for the input has one there.
    DimExpr out =
        window.same
            ? DimExpr::ceilDiv(size, window.strides[i])
            : graph::windowedSize(size, window.sizes[i], window.strides[i],
                                  window.dilations[i], window.padLow[i],
                                  window.padHigh[i], ceilMode);
    out = out.simplify(n.state.ranges);
    n.atMost(0, out,
             "a window of " + Twine(window.sizes[i]) +
                 " is larger than the padded input: axis " + Twine(2 + i) +
                 " of the result has the negative size {rhs}");
    sizes.push_back(out);
  }
  return sizes;
}

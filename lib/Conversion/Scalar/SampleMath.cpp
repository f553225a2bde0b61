//===- SampleMath.cpp - where an interpolation reads ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Conversion/Scalar/SampleMath.h"

using namespace mlir;

namespace tilewright::graph {

Value resizeCoordinate(SampleMath &m, ResizeOp op, size_t axis, Value x,
                       Value in, Value out) {
  Value inF = m.toFloat(in), outF = m.toFloat(out);
  bool given = !op.getScales().empty();
  Value scale = given ? m.f(op.getScales()[axis]) : m.div(outF, inF);
  // With scales the size before it was rounded down counts.
  Value exact = given ? m.mul(inF, scale) : outF;
  Value half = m.f(0.5), one = m.f(1.0), zero = m.f(0.0);
  Value single = m.equal(exact, one);
  Value halfPixel = m.sub(m.div(m.add(x, half), scale), half);
  switch (op.getCoordinates()) {
  case ResizeCoordinates::HalfPixel:
    return halfPixel;
  case ResizeCoordinates::HalfPixelSymmetric: {
    Value adjustment = m.div(outF, exact);
    Value offset = m.mul(m.div(inF, m.f(2.0)), m.sub(one, adjustment));
    // In the order of the reference: near a whole number the sum decides.
    return m.sub(m.add(offset, m.div(m.add(x, half), scale)), half);
  }
  case ResizeCoordinates::PytorchHalfPixel:
    return m.select(m.equal(outF, one), zero, halfPixel);
  case ResizeCoordinates::AlignCorners: {
    // A size of 1 divides by no zero.
    Value last = m.select(single, one, m.sub(exact, one));
    return m.select(single, zero, m.div(m.mul(x, m.sub(inF, one)), last));
  }
  case ResizeCoordinates::Asymmetric:
    return m.div(x, scale);
  case ResizeCoordinates::TfCropAndResize: {
    size_t rank = op.getRoi().size() / 2;
    Value start = m.f(op.getRoi()[axis]), end = m.f(op.getRoi()[rank + axis]);
    Value last = m.sub(inF, one),
          steps = m.select(single, one, m.sub(exact, one));
    Value extent = m.sub(end, start);
    Value inside = m.select(single, m.div(m.mul(extent, last), m.f(2)),
                            m.div(m.mul(m.mul(x, extent), last), steps));
    return m.add(inside, m.mul(start, last));
  }
  }
  return {};
}

} // namespace tilewright::graph

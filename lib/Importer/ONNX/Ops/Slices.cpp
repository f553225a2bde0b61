//===- Slices.cpp - ONNX slices, joins and padding ---------------------===//
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

//===----------------------------------------------------------------------===//
// Slice
//===----------------------------------------------------------------------===//

/// Where a start or end of a slice is, counted from the start of the axis, and
/// the same clamped to [lo, size + hi].
struct Position {
  DimExpr at, clamped;
};

/// Negative starts and ends count from the end.
static Position position(Node &n, const DimExpr &given, const DimExpr &size,
                         const DimExpr &lo, const DimExpr &hi) {
  DimExpr at = given;
  std::optional<int64_t> constant = given.constantValue();
  // INT64_MAX stands for the end, INT64_MIN for the start: no sums with them.
  constexpr int64_t far = int64_t(1) << 40;
  if (constant && *constant >= far)
    return {size + hi, size + hi};
  if (constant && *constant <= -far)
    return {lo, lo};
  // So do INT32_MAX and INT32_MIN, where no axis is that long.
  if (constant && !size.constantValue() &&
      (*constant == INT32_MAX || *constant == INT32_MIN)) {
    n.state.checkEqual(
        n.loc, DimExpr::min(size, INT32_MAX).simplify(n.state.ranges), size,
        "the axis is longer than the 32-bit number that stands for its end");
    DimExpr end = *constant > 0 ? size + hi : lo;
    return {end, end};
  }
  if (constant ? *constant < 0 : n.bounds(given).hi < 0)
    at = given + size;
  else if (!constant && !n.isSize(given))
    // A product: of long sizes it is a symbol instead.
    at = n.shortened(given + isNegative(given) * size, "position");
  return {at, DimExpr::max(lo, DimExpr::min(at, size + hi))};
}

/// One axis of a slice whose step is a constant.
static void sliceBounds(Node &n, const DimExpr &size, const DimExpr &start,
                        const DimExpr &end, int64_t step, DimExpr &first,
                        DimExpr &count) {
  bool down = step < 0;
  DimExpr lo = down ? -1 : 0, hi = down ? -1 : 0;
  Position from = position(n, start, size, 0, hi);
  Position to = position(n, end, size, lo, hi);
  DimExpr span = down ? from.clamped - to.clamped : to.clamped - from.clamped;
  // Where it is not negative, the same as one minimum: its largest value is
  // plain to see, and x[1:] and x[:-1] are equally long.
  if (!down && start.constantValue() && end.constantValue())
    span = DimExpr::min(DimExpr::min(to.at, size),
                        DimExpr::min(to.at - from.at, size - from.at));
  DimExpr length = DimExpr::ceilDiv(span, step < 0 ? -step : step);
  first = from.clamped.simplify(n.state.ranges);
  // Going down from the clamped start of an empty axis would read one element.
  count = DimExpr::max(0, down ? DimExpr::min(length, size) : length)
              .simplify(n.state.ranges);
  // Sizes of axes are added and multiplied again.
  count = n.shortened(count, "count");
}

/// Axes in range, no axis twice, no step of 0: fails, now for what is known and
/// else when the model runs. Axes that are known become positive.
static void checkSlice(Node &n, int64_t rank, Dims &axes, const Dims &steps) {
  std::set<int64_t> seen;
  for (auto [axis, step] : llvm::zip_equal(axes, steps)) {
    if (std::optional<int64_t> known = axis.constantValue()) {
      axis = n.axis(*known, rank, "axis");
      if (!seen.insert(*axis.constantValue()).second)
        n.fail("axis " + axis.str() + " is sliced twice");
    } else {
      const char *range = " is out of range for a tensor of rank ";
      n.atMost(axis, rank - 1, Twine("axis {lhs}") + range + Twine(rank));
      n.atMost(-rank, axis, Twine("axis {rhs}") + range + Twine(rank));
    }
    std::optional<int64_t> known = step.constantValue();
    if (known == 0 || known == std::numeric_limits<int64_t>::min())
      n.fail("a step of " + Twine(*known));
    else if (!known)
      n.atMost(isZero(step), 0, "a step of 0");
    if (n.failed())
      return;
  }
}

/// Starts, ends, axes and steps that are all known only at run time: every
/// axis is gathered by start + i * step, where these are expressions that pick
/// the values for the axis, or the whole axis.
static void importDynamicSlice(Node &n, const Dims &starts, const Dims &ends,
                               const Dims &axes, const Dims &steps) {
  Value x = n.in(0);
  Shape shape = n.shape(x);
  for (int64_t axis = 0; axis < shape.rank(); ++axis) {
    DimExpr size = shape[axis], step(0), start(0), end(0), chosen(0);
    for (size_t i = 0; i < axes.size(); ++i) {
      DimExpr wanted = axes[i] + isNegative(axes[i]) * DimExpr(shape.rank());
      DimExpr hit = isZero(wanted - DimExpr(axis));
      chosen = chosen + hit;
      start = start + hit * starts[i];
      end = end + hit * ends[i];
      step = step + hit * steps[i];
    }
    if (chosen.isConstant(0))
      continue;
    n.atMost(chosen, 1, "axis " + Twine(axis) + " is sliced {lhs} times");
    DimExpr whole = DimExpr(1) - chosen;
    step = step + whole;
    end = end + whole * size;
    start = n.shortened(start, "start");
    end = n.shortened(end, "end");
    step = n.shortened(step, "step");
    DimExpr down = isNegative(step), lo = DimExpr(0) - down;
    DimExpr from = DimExpr::max(
        0, DimExpr::min(start + isNegative(start) * size, size - down));
    // An end far below the start of the axis stays there.
    DimExpr to =
        DimExpr::max(lo, DimExpr::min(DimExpr::max(end, DimExpr(0) - size - 1) +
                                          isNegative(end) * size,
                                      size - down));
    from = n.shortened(from, "from");
    to = n.shortened(to, "to");
    DimExpr count =
        DimExpr::min(size, DimExpr::max(0, DimExpr::ceilDiv(to - from, step)));
    count = n.shortened(count, "count");
    Value indices = n.shaped<graph::RangeOp>({count}, n.i64(), n.fromDim(from),
                                             n.fromDim(step));
    x = n.gather(x, indices, axis);
  }
  n.result(0, x);
}

static void importSlice(Node &n) {
  Shape shape = n.shape(n.in(0));
  Dims starts, ends, axes, steps;
  if (n.opset < 10) {
    auto toDims = [](ArrayRef<int64_t> values) {
      return Dims(values.begin(), values.end());
    };
    starts = toDims(n.integers("starts"));
    ends = toDims(n.integers("ends"));
    axes = toDims(n.integers("axes"));
  } else {
    if (!n.has(1) || !n.has(2))
      return n.fail("the starts or ends are missing");
    starts = n.contents(n.in(1), "input 'starts'");
    ends = n.contents(n.in(2), "input 'ends'");
    if (n.has(3))
      axes = n.contents(n.in(3), "input 'axes'");
    if (n.has(4))
      steps = n.contents(n.in(4), "input 'steps'");
  }
  if (axes.empty())
    for (size_t i = 0; i < starts.size(); ++i)
      axes.push_back(int64_t(i));
  if (steps.empty())
    steps.assign(starts.size(), DimExpr(1));
  if (n.failed())
    return;
  if (starts.size() != ends.size() || starts.size() != axes.size() ||
      starts.size() != steps.size())
    return n.fail("starts, ends, axes and steps have different lengths");
  checkSlice(n, shape.rank(), axes, steps);
  if (n.failed())
    return;
  auto isConstant = [](const DimExpr &e) { return bool(e.constantValue()); };
  if (!llvm::all_of(axes, isConstant) || !llvm::all_of(steps, isConstant))
    return importDynamicSlice(n, starts, ends, axes, steps);

  size_t rank = size_t(shape.rank());
  Dims firsts(rank, DimExpr(0)), counts = shape.dims;
  SmallVector<int64_t> constantSteps(rank, 1);
  for (size_t i = 0; i < axes.size(); ++i) {
    int64_t axis = *axes[i].constantValue(), step = *steps[i].constantValue();
    sliceBounds(n, shape[axis], starts[i], ends[i], step, firsts[size_t(axis)],
                counts[size_t(axis)]);
    constantSteps[size_t(axis)] = step;
  }
  n.result(0, n.slice(n.in(0), firsts, counts, constantSteps));
}

//===----------------------------------------------------------------------===//
// Split and Concat
//===----------------------------------------------------------------------===//

static void importSplit(Node &n) {
  Value x = n.in(0);
  Shape shape = n.shape(x);
  int64_t axis = n.axis(n.integer("axis", 0), shape.rank());
  if (n.failed())
    return;
  DimExpr size = shape[axis];
  Dims sizes;
  if (n.opset < 13) {
    for (int64_t part : n.integers("split"))
      sizes.push_back(part);
  } else if (n.has(1)) {
    sizes = n.contents(n.in(1), "input 'split'");
  }
  int64_t parts = n.numResults();
  if (n.opset >= 18 && n.hasAttr("num_outputs") &&
      n.integer("num_outputs", 0) != parts)
    return n.fail("attribute 'num_outputs': expected " + Twine(parts) +
                  ", the number of outputs, but got " +
                  Twine(n.integer("num_outputs", 0)));
  if (sizes.empty()) {
    // Equal parts; the last one may be smaller.
    DimExpr part = DimExpr::ceilDiv(size, parts);
    if (n.opset < 18 && size.constantValue() &&
        *size.constantValue() % parts != 0)
      return n.fail("axis " + Twine(axis) + " of size " + size.str() +
                    " cannot be split into " + Twine(parts) + " equal parts");
    if (n.opset < 18)
      n.equal(DimExpr::mod(size, parts), 0,
              "the rest of axis " + Twine(axis) + " split into equal parts");
    for (int64_t i = 0; i < parts; ++i) {
      DimExpr left = DimExpr::max(0, size - DimExpr(i) * part);
      sizes.push_back(
          i + 1 < parts && size.constantValue() ? DimExpr::min(part, left)
          : i + 1 < parts ? DimExpr::min(part, left).simplify(n.state.ranges)
                          : left.simplify(n.state.ranges));
    }
  }
  if (int64_t(sizes.size()) != parts)
    return n.fail("expected " + Twine(parts) + " sizes, one per output, but " +
                  "got " + Twine(sizes.size()));
  DimExpr start(0);
  for (int64_t i = 0; i < parts; ++i) {
    n.result(i, n.sliceAxis(x, axis, start, sizes[size_t(i)]));
    start = start + sizes[size_t(i)];
  }
  if (n.has(1) || n.hasAttr("split"))
    n.equal(start, size, "the sum of the sizes and axis " + Twine(axis));
}

static void importConcat(Node &n) {
  if (!n.hasAttr("axis"))
    n.fail("attribute 'axis' is missing");
  int64_t axis = n.axis(n.integer("axis", 0), n.rank(n.in(0)));
  n.result(0, n.concat(n.allInputs(), axis));
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

static void importPad(Node &n) {
  Value x = n.in(0), value;
  int64_t rank = n.rank(x);
  std::string mode =
      n.text("mode", "constant", {"constant", "reflect", "edge", "wrap"});
  Dims pads;
  SmallVector<int64_t> axes = axesFrom(0, rank);
  if (n.opset < 11) {
    for (int64_t width : n.integers("pads"))
      pads.push_back(width);
    value = attributeLike(n, x, "value", 0);
  } else {
    if (!n.has(1))
      return n.fail("input 'pads' is missing");
    pads = n.contents(n.in(1), "input 'pads'");
    if (n.has(2))
      value = toScalar(n, n.in(2), "input 'constant_value'");
    if (n.has(3)) {
      axes = n.constantInts(n.in(3), "input 'axes'");
      for (int64_t &axis : axes)
        axis = n.axis(axis, rank, "input 'axes'");
    }
  }
  if (n.failed())
    return;
  if (pads.size() != 2 * axes.size())
    return n.fail("expected " + Twine(2 * axes.size()) + " pads, but got " +
                  Twine(pads.size()));
  Dims low(size_t(rank), DimExpr(0)), high = low;
  for (size_t i = 0; i < axes.size(); ++i) {
    low[size_t(axes[i])] = pads[i];
    high[size_t(axes[i])] = pads[i + axes.size()];
  }
  PadMode kind = mode == "constant"  ? PadMode::Constant
                 : mode == "reflect" ? PadMode::Reflect
                 : mode == "edge"    ? PadMode::Edge
                                     : PadMode::Wrap;
  n.result(0, n.pad(x, value, kind, low, high));
}

static void importCenterCropPad(Node &n) {
  Value x = n.in(0);
  Shape shape = n.shape(x);
  SmallVector<int64_t> axes = n.integers("axes");
  if (!n.hasAttr("axes"))
    axes = axesFrom(0, shape.rank());
  Dims target = n.contents(n.in(1), "input 'shape'");
  if (!n.failed() && target.size() != axes.size())
    n.fail("expected " + Twine(axes.size()) + " sizes, but got " +
           Twine(target.size()));
  for (size_t i = 0; i < axes.size() && !n.failed(); ++i) {
    int64_t axis = n.axis(axes[i], shape.rank(), "attribute 'axes'");
    DimExpr have = shape[axis], want = target[i];
    // Crop first: the odd element is left at the start of what is kept.
    DimExpr kept = DimExpr::min(have, want).simplify(n.state.ranges);
    DimExpr start = DimExpr::floorDiv(have - kept, 2);
    x = n.sliceAxis(x, axis, start, kept);
    Dims low(size_t(shape.rank()), DimExpr(0)), high = low;
    DimExpr missing = want - kept;
    low[size_t(axis)] = DimExpr::floorDiv(missing, 2);
    high[size_t(axis)] = missing - DimExpr::floorDiv(missing, 2);
    x = n.pad(x, {}, PadMode::Constant, low, high);
  }
  n.result(0, x);
}

llvm::ArrayRef<OpRow> onnximport::sliceOps() {
  static const OpRow rows[] = {
      {"Slice", 7, Newest, 1, 5, Any, importSlice},
      {"Split", 7, Newest, 1, 2, Any, importSplit},
      {"Concat", 7, Newest, 1, Many, Any, importConcat},
      {"Pad", 7, Newest, 1, 4, Any, importPad, "axes that are computed"},
      {"CenterCropPad", 18, Newest, 2, 2, Any, importCenterCropPad},
  };
  return rows;
}

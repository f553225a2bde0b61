//===- Images.cpp - ONNX ops on images ---------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

using graph::NearestRounding;
using graph::ResizeCoordinates;
using graph::ResizeMode;

//===----------------------------------------------------------------------===//
// Resize
//===----------------------------------------------------------------------===//

/// A computed size; fails if it is none that 64 bits hold with room to spare.
static int64_t toSize(Node &n, double size) {
  if (std::abs(size) <= 0x1p62)
    return int64_t(size);
  n.fail("a size of " + llvm::formatv("{0}", size).str() + " in the result");
  return 0;
}

/// floor(size * scale). A constant size is multiplied as a float, as everybody
/// does; a symbolic one by the simplest fraction that rounds to the scale,
/// which is at most 2^31.
static DimExpr scaledSize(Node &n, const DimExpr &size, float scale) {
  if (std::optional<int64_t> constant = size.constantValue())
    return toSize(n, std::floor(float(*constant) * scale));
  for (int64_t denominator = 1; denominator <= 4096; ++denominator) {
    double numerator = std::round(double(scale) * double(denominator));
    if (float(numerator / double(denominator)) == scale)
      return DimExpr::floorDiv(size * DimExpr(int64_t(numerator)), denominator);
  }
  int exponent = 0;
  double mantissa = std::frexp(scale, &exponent);
  int64_t digits = int64_t(std::ldexp(mantissa, 24));
  exponent -= 24;
  if (exponent >= 0)
    return size * DimExpr(digits << std::min(exponent, 30));
  return DimExpr::floorDiv(size * DimExpr(digits),
                           int64_t(1) << std::min(-exponent, 60));
}

static ResizeMode resizeMode(const std::string &mode) {
  return mode == "nearest" ? ResizeMode::Nearest
         : mode == "cubic" ? ResizeMode::Cubic
                           : ResizeMode::Linear;
}

namespace {

struct ResizeRequest {
  ResizeMode mode = ResizeMode::Nearest;
  ResizeCoordinates coordinates = ResizeCoordinates::HalfPixel;
  NearestRounding rounding = NearestRounding::RoundPreferFloor;
  /// One per axis; empty: the sizes decide.
  SmallVector<double> scales;
  Dims sizes;
  SmallVector<float> roi;
  float cubic = -0.75f, extrapolation = 0;
  bool excludeOutside = false, antialias = false;
};

} // namespace

static Value emitResize(Node &n, Value x, ResizeRequest r) {
  Shape shape = n.shape(x);
  for (double scale : r.scales)
    if (!(scale > 0 && scale <= 0x1p31)) {
      n.fail("the scales must be positive numbers of at most 2^31");
      return x;
    }
  if (r.sizes.empty())
    for (int64_t i = 0; i < shape.rank(); ++i)
      r.sizes.push_back(scaledSize(n, shape[i], float(r.scales[size_t(i)])));
  auto number = [&](float value) {
    return n.state.builder.getF32FloatAttr(value);
  };
  MLIRContext *context = n.state.context;
  return n.shaped<graph::ResizeOp>(
      r.sizes, n.element(x), x, graph::ResizeModeAttr::get(context, r.mode),
      graph::ResizeCoordinatesAttr::get(context, r.coordinates),
      graph::NearestRoundingAttr::get(context, r.rounding),
      n.state.builder.getDenseF64ArrayAttr(r.scales),
      n.state.builder.getDenseF32ArrayAttr(r.roi), number(r.cubic),
      number(r.extrapolation), n.unit(r.excludeOutside), n.unit(r.antialias));
}

/// Opset 10 does not say how nearest rounds. As everybody does: up where the
/// axis shrinks, down where it grows, in two steps.
static Value resizeOpset10(Node &n, Value x, ResizeRequest r) {
  auto growing = [](double scale) { return scale >= 1; };
  if (r.mode != ResizeMode::Nearest || llvm::all_of(r.scales, growing))
    return emitResize(n, x, r);
  ResizeRequest grow = r, shrink = r;
  for (double &scale : grow.scales)
    scale = std::max(scale, 1.0);
  for (double &scale : shrink.scales)
    scale = std::min(scale, 1.0);
  shrink.rounding = NearestRounding::Ceil;
  if (!llvm::all_of(grow.scales, [](double scale) { return scale == 1; }))
    x = emitResize(n, x, grow);
  return emitResize(n, x, shrink);
}

/// `keep_aspect_ratio_policy`: one scale for all resized axes.
static void keepAspect(Node &n, const std::string &policy,
                       ArrayRef<int64_t> axes, ResizeRequest &r) {
  Shape shape = n.shape(n.in(0));
  bool larger = policy == "not_smaller";
  std::optional<double> best;
  for (int64_t axis : axes) {
    std::optional<int64_t> to = r.sizes[size_t(axis)].constantValue();
    if (shape.fixed(axis) < 1 || !to)
      return n.fail("attribute 'keep_aspect_ratio_policy': '" + policy +
                    "' needs constant sizes");
    double scale = double(*to) / double(shape.fixed(axis));
    best = !best    ? scale
           : larger ? std::max(*best, scale)
                    : std::min(*best, scale);
  }
  r.scales.assign(size_t(shape.rank()), 1);
  for (int64_t axis : axes) {
    r.scales[size_t(axis)] = *best;
    r.sizes[size_t(axis)] =
        toSize(n, std::floor(*best * double(shape.fixed(axis)) + 0.5));
  }
}

/// How coordinates are computed and rounded, from opset 11 on.
static void readCoordinates(Node &n, ResizeRequest &r) {
  std::string coordinates =
      n.text("coordinate_transformation_mode", "half_pixel",
             {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
              "align_corners", "asymmetric", "tf_crop_and_resize",
              "tf_half_pixel_for_nn"});
  r.rounding = *graph::symbolizeNearestRounding(
      n.text("nearest_mode", "round_prefer_floor",
             {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}));
  if (coordinates == "tf_half_pixel_for_nn") {
    // half_pixel + 1/2, which another rounding makes up for.
    if (r.mode != ResizeMode::Nearest ||
        (r.rounding != NearestRounding::Floor &&
         r.rounding != NearestRounding::RoundPreferFloor))
      return n.fail("attribute 'coordinate_transformation_mode': "
                    "tf_half_pixel_for_nn is only supported with mode "
                    "nearest that rounds by floor or round_prefer_floor");
    r.rounding = r.rounding == NearestRounding::Floor
                     ? NearestRounding::RoundPreferCeil
                     : NearestRounding::Ceil;
    coordinates = "half_pixel";
  }
  r.coordinates = *graph::symbolizeResizeCoordinates(coordinates);
}

/// The attributes from opset 11 on; true: go on.
static bool readResizeAttributes(Node &n, ResizeRequest &r) {
  readCoordinates(n, r);
  r.cubic = float(n.number("cubic_coeff_a", -0.75));
  r.extrapolation = float(n.number("extrapolation_value", 0));
  r.excludeOutside = n.flag("exclude_outside", false);
  r.antialias = n.flag("antialias", false);
  return !n.failed();
}

/// Puts what is given for `axes` in the place of those that are given for all.
template <typename T, typename Given>
static bool spread(Node &n, StringRef what, ArrayRef<int64_t> axes,
                   const Given &given, T &all) {
  if (given.size() != axes.size()) {
    n.fail(what + ": expected " + Twine(axes.size()) + " numbers, but got " +
           Twine(given.size()));
    return false;
  }
  for (auto [axis, value] : llvm::zip(axes, given))
    all[size_t(axis)] = static_cast<typename T::value_type>(value);
  return true;
}

/// Starts and ends, for all axes.
static bool readRegion(Node &n, ArrayRef<int64_t> axes, ResizeRequest &r) {
  size_t rank = size_t(n.rank(n.in(0)));
  std::optional<SmallVector<double>> roi =
      n.has(1) ? n.constantFloats(n.in(1)) : std::nullopt;
  if (!roi || roi->size() != 2 * axes.size()) {
    n.fail("input 'roi' must be a constant of " + Twine(2 * axes.size()) +
           " numbers");
    return false;
  }
  SmallVector<float> starts(rank, 0.0f), ends(rank, 1.0f);
  spread(n, "input 'roi'", axes, ArrayRef(*roi).take_front(axes.size()),
         starts);
  spread(n, "input 'roi'", axes, ArrayRef(*roi).drop_front(axes.size()), ends);
  r.roi = std::move(starts);
  r.roi.append(ends);
  return true;
}

static bool readScales(Node &n, int64_t input, ArrayRef<int64_t> axes,
                       ResizeRequest &r) {
  if (!n.has(input)) {
    n.fail("neither scales nor sizes are given");
    return false;
  }
  std::optional<SmallVector<double>> scales = n.constantFloats(n.in(input));
  if (!scales) {
    n.fail("input 'scales' must be a constant");
    return false;
  }
  r.scales.assign(size_t(n.rank(n.in(0))), 1);
  return spread(n, "input 'scales'", axes, *scales, r.scales);
}

/// The length that these coordinates are computed from is that which the scale
/// gives before it is rounded down: so do ONNX's own tests have it. Others take
/// the rounded one, so that whoever compares should know.
static void warnOfUnroundedLengths(Node &n, const ResizeRequest &r) {
  if (r.coordinates != ResizeCoordinates::AlignCorners &&
      r.coordinates != ResizeCoordinates::TfCropAndResize)
    return;
  Shape shape = n.shape(n.in(0));
  for (auto [axis, scale] : llvm::enumerate(r.scales)) {
    double length = scale;
    if (std::optional<int64_t> size = shape[int64_t(axis)].constantValue())
      length = float(*size) * float(scale);
    if (length == std::floor(length))
      continue;
    n.state.warnings.push_back(
        llvm::formatv(
            "node '{0}' ({1}): axis {2} may get a length that is not whole by "
            "the scale {3}: {4} computes with that length, as ONNX says, but "
            "ONNX Runtime and PyTorch with the rounded one; export with sizes "
            "for their results (PyTorch: size or recompute_scale_factor=True)",
            n.name, n.proto.op_type(), axis, scale,
            graph::stringifyResizeCoordinates(r.coordinates))
            .str());
    return;
  }
}

static bool readSizes(Node &n, ArrayRef<int64_t> axes,
                      const std::string &policy, ResizeRequest &r) {
  Dims given = n.contents(n.in(3), "input 'sizes'");
  r.sizes = n.shape(n.in(0)).dims;
  if (n.failed() || !spread(n, "input 'sizes'", axes, given, r.sizes))
    return false;
  if (policy != "stretch")
    keepAspect(n, policy, axes, r);
  return !n.failed();
}

/// Opset 10: coordinates are scaled without any shift and rounded down.
static void importResizeOpset10(Node &n, ResizeRequest r) {
  r.coordinates = ResizeCoordinates::Asymmetric;
  r.rounding = NearestRounding::Floor;
  if (readScales(n, 1, axesFrom(0, n.rank(n.in(0))), r))
    n.result(0, resizeOpset10(n, n.in(0), r));
}

static void importResize(Node &n) {
  ResizeRequest r;
  int64_t rank = n.rank(n.in(0));
  r.mode = resizeMode(
      n.text("mode", "nearest", {"nearest", "linear", "cubic", "bilinear"}));
  if (n.opset < 11)
    return importResizeOpset10(n, r);
  if (!readResizeAttributes(n, r))
    return;
  std::string policy = n.text("keep_aspect_ratio_policy", "stretch",
                              {"stretch", "not_larger", "not_smaller"});
  SmallVector<int64_t> axes = axesFrom(0, rank);
  if (n.hasAttr("axes")) {
    axes = n.integers("axes");
    for (int64_t &axis : axes)
      axis = n.axis(axis, rank, "attribute 'axes'");
  }
  if (n.failed() || (r.coordinates == ResizeCoordinates::TfCropAndResize &&
                     !readRegion(n, axes, r)))
    return;
  bool hasSizes = n.has(3) && !n.shape(n.in(3))[0].isConstant(0);
  if (!(hasSizes ? readSizes(n, axes, policy, r) : readScales(n, 2, axes, r)))
    return;
  if (!hasSizes)
    warnOfUnroundedLengths(n, r);
  n.result(0, emitResize(n, n.in(0), r));
}

static void importUpsample(Node &n) {
  ResizeRequest r;
  r.mode =
      resizeMode(n.text("mode", "nearest", {"nearest", "linear", "bilinear"}));
  r.coordinates = ResizeCoordinates::Asymmetric;
  r.rounding = NearestRounding::Floor;
  if (n.opset < 9) {
    r.scales = n.numbers("scales");
  } else {
    std::optional<SmallVector<double>> scales =
        n.has(1) ? n.constantFloats(n.in(1)) : std::nullopt;
    if (!scales)
      return n.fail("input 'scales' must be a constant");
    r.scales = *scales;
  }
  if (int64_t(r.scales.size()) != n.rank(n.in(0)))
    return n.fail("expected one scale per axis, but got " +
                  Twine(r.scales.size()));
  n.result(0, emitResize(n, n.in(0), r));
}

//===----------------------------------------------------------------------===//
// Sampling
//===----------------------------------------------------------------------===//

static void importGridSample(Node &n) {
  Value x = n.in(0), grid = n.in(1);
  // The names changed with opset 20.
  std::string mode =
      n.text("mode", n.opset < 20 ? "bilinear" : "linear",
             {"bilinear", "linear", "nearest", "bicubic", "cubic"});
  std::string padding =
      n.text("padding_mode", "zeros", {"zeros", "border", "reflection"});
  bool align = n.flag("align_corners", false);
  if (!n.expectRank(x, 3, 64, "input 'X'") ||
      !n.expectRank(grid, n.rank(x), n.rank(x), "input 'grid'"))
    return;
  ResizeMode kind = mode == "nearest"                      ? ResizeMode::Nearest
                    : mode == "cubic" || mode == "bicubic" ? ResizeMode::Cubic
                                                           : ResizeMode::Linear;
  PadMode outside = padding == "zeros"    ? PadMode::Constant
                    : padding == "border" ? PadMode::Edge
                                          : PadMode::Reflect;
  Value y = n.inferred<graph::GridSampleOp>(
      n.channelsLast(x), n.castLike(grid, x),
      graph::ResizeModeAttr::get(n.state.context, kind),
      graph::PadModeAttr::get(n.state.context, outside), n.unit(align));
  n.result(0, n.channelsFirst(y));
}

/// Base positions of an axis in [-1, 1]: at the corners, or at pixel centres.
static Value basePositions(Node &n, const DimExpr &size, bool align,
                           Type element) {
  Value steps = n.cast(n.iota(size, n.i64()), element);
  Value count = n.cast(n.fromDim(size), element);
  Value one = n.scalar(element, 1), two = n.scalar(element, 2);
  if (align) {
    Value last = n.maximum(n.sub(count, one), one);
    return n.sub(n.div(n.mul(steps, two), last), one);
  }
  return n.sub(n.div(n.add(n.mul(steps, two), one), count), one);
}

/// theta [N, k, k + 1] times the base grid [points, k + 1].
static void importAffineGrid(Node &n) {
  Value theta = n.in(0);
  bool align = n.flag("align_corners", false);
  Dims size = n.contents(n.in(1), "input 'size'");
  if (n.failed())
    return;
  int64_t spatial = int64_t(size.size()) - 2;
  if (spatial != 2 && spatial != 3)
    return n.fail("input 'size': expected 4 or 5 sizes, but got " +
                  Twine(size.size()));
  Dims extent(size.begin() + 2, size.end());
  Value wideTheta = wide(n, theta);
  Type element = n.element(wideTheta);
  Dims column = extent;
  column.push_back(1);
  // The last spatial axis is the first coordinate.
  SmallVector<Value> columns;
  for (int64_t i = spatial - 1; i >= 0; --i) {
    Value along = n.alongAxis(
        basePositions(n, extent[size_t(i)], align, element), i, spatial + 1);
    columns.push_back(n.broadcast(along, column));
  }
  columns.push_back(n.full(column, n.scalar(element, 1)));
  Value base = n.concat(columns, spatial);
  base = n.reshape(base, {graph::numElements(extent), spatial + 1});
  Value points = n.matmul(base, wideTheta, false, /*transposeRhs=*/true);
  Dims result{size[0]};
  result.append(extent);
  result.push_back(spatial);
  n.equal(size[0], n.shape(theta)[0], "the batch sizes");
  n.result(0, n.castLike(n.reshape(points, result), theta));
}

static void importRoiAlign(Node &n) {
  Value x = n.in(0), rois = n.in(1);
  std::string mode = n.text("mode", "avg", {"avg", "max"});
  int64_t height = n.integer("output_height", 1);
  int64_t width = n.integer("output_width", 1);
  int64_t ratio = n.integer("sampling_ratio", 0);
  double scale = n.number("spatial_scale", 1);
  bool half = n.opset >= 16 &&
              n.text("coordinate_transformation_mode", "half_pixel",
                     {"half_pixel", "output_half_pixel"}) == "half_pixel";
  if (!n.expectRank(x, 4, 4, "input 'X'") ||
      !n.expectRank(rois, 2, 2, "input 'rois'"))
    return;
  if (height < 1 || width < 1)
    return n.fail("the output sizes must be positive");
  auto &b = n.state.builder;
  Value y = n.shaped<graph::RoiAlignOp>(
      {n.shape(rois)[0], height, width, n.shape(x)[1]}, n.element(x),
      n.channelsLast(x), rois, n.in(2),
      graph::PoolKindAttr::get(
          n.state.context, mode == "avg" ? PoolKind::Average : PoolKind::Max),
      b.getF32FloatAttr(float(scale)), b.getI64IntegerAttr(ratio),
      b.getBoolAttr(half));
  n.result(0, n.channelsFirst(y));
}

llvm::ArrayRef<OpRow> onnximport::imageOps() {
  static const OpRow rows[] = {
      {"Resize", 10, Newest, 1, 4, Number, importResize,
       "scales and regions that are computed; tf_half_pixel_for_nn but for "
       "nearest with floor or round_prefer_floor; keep_aspect_ratio_policy "
       "with dynamic sizes"},
      {"Upsample", 7, 9, 1, 2, Number, importUpsample,
       "scales that are computed"},
      {"GridSample", 16, Newest, 2, 2, Float, importGridSample},
      {"AffineGrid", 20, Newest, 2, 2, Float, importAffineGrid},
      {"RoiAlign", 10, Newest, 3, 3, Float, importRoiAlign},
  };
  return rows;
}

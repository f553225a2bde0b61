//===- Signals.cpp - ONNX Fourier transforms and windows ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"

#include "tilewright/Support/Elements.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

//===----------------------------------------------------------------------===//
// Fourier transforms are matrix products with cos and sin of 2 pi n k / N. The
// angle is reduced as an integer (n k mod N) before it becomes a float, so that
// long transforms stay exact.
//===----------------------------------------------------------------------===//

namespace {

struct Complex {
  Value real, imaginary; // The latter null: zero.
};

struct Transform {
  DimExpr length, inputs, outputs;
  bool inverse = false;
  /// Inputs stand for themselves and their mirror image (IRFFT).
  bool mirrored = false;
};

} // namespace

/// cos or sin of 2 pi n k / N as [inputs, outputs].
static Value twiddles(Node &n, UnaryKind kind, const Transform &t, Type type) {
  Value row = n.unsqueeze(n.iota(t.inputs, n.i64()), {1});
  Value column = n.unsqueeze(n.iota(t.outputs, n.i64()), {0});
  Value length = n.fromDim(t.length);
  Value step = n.binary(BinaryKind::Mod, n.mul(row, column), length);
  Value turn = n.div(n.cast(step, n.f64()), n.cast(length, n.f64()));
  Value wave = n.unary(kind, n.mul(turn, n.like(turn, 2 * M_PI)));
  if (t.mirrored) {
    // All but the first and (of an even length) the middle count twice.
    Value twice = n.mul(row, n.scalarInt(n.i64(), 2));
    Value single =
        n.binary(BinaryKind::Or, n.compare(CompareKind::Eq, twice, length),
                 n.compare(CompareKind::Eq, row, n.scalarInt(n.i64(), 0)));
    wave = n.mul(wave, n.select(single, n.like(wave, 1), n.like(wave, 2)));
  }
  if (t.inverse)
    wave = n.div(wave, n.cast(length, n.f64()));
  return n.cast(wave, type);
}

/// Along the last axis of x, which has rank 2.
static Complex transform(Node &n, Complex x, const Transform &t) {
  Type type = n.element(x.real);
  Value cosine = twiddles(n, UnaryKind::Cos, t, type);
  Value sine = twiddles(n, UnaryKind::Sin, t, type);
  // e^(-i a) forwards, e^(i a) backwards.
  if (!t.inverse)
    sine = n.neg(sine);
  Complex y{n.matmul(x.real, cosine), n.matmul(x.real, sine)};
  if (x.imaginary) {
    y.real = n.sub(y.real, n.matmul(x.imaginary, sine));
    y.imaginary = n.add(y.imaginary, n.matmul(x.imaginary, cosine));
  }
  return y;
}

/// Cuts or fills with zeros to `size`.
static Value fitted(Node &n, Value x, int64_t axis, const DimExpr &size) {
  DimExpr have = n.shape(x)[axis];
  if (have == size)
    return x;
  DimExpr kept = DimExpr::min(have, size).simplify(n.state.ranges);
  x = n.sliceAxis(x, axis, 0, kept);
  Dims low(size_t(n.rank(x)), DimExpr(0)), high = low;
  high[size_t(axis)] = size - kept;
  return n.pad(x, {}, PadMode::Constant, low, high);
}

/// The whole op on [..., axis, ..., 1 or 2].
static Value fourier(Node &n, Value x, int64_t axis,
                     std::optional<DimExpr> given, bool inverse,
                     bool oneSided) {
  Shape shape = n.shape(x);
  int64_t rank = shape.rank(), parts = shape.fixed(-1);
  if (parts != 1 && parts != 2) {
    n.fail("expected a last axis of size 1 or 2, but got " + shape[-1].str());
    return x;
  }
  Transform t;
  t.inverse = inverse;
  t.mirrored = inverse && oneSided;
  DimExpr whole = t.mirrored ? DimExpr(2) * (shape[axis] - 1) : shape[axis];
  t.length = given.value_or(whole);
  DimExpr half = DimExpr::floorDiv(t.length, 2) + 1;
  t.inputs = t.mirrored ? half : t.length;
  t.outputs = oneSided && !inverse ? half : t.length;
  x = fitted(n, x, axis, t.inputs);
  // The axis goes last, all others become one.
  SmallVector<int64_t> permutation, back;
  Dims lead;
  for (int64_t i = 0; i < rank - 1; ++i)
    if (i != axis) {
      permutation.push_back(i);
      lead.push_back(shape[i]);
    }
  permutation.push_back(axis);
  for (int64_t i = 0; i < rank - 1; ++i)
    back.push_back(llvm::find(permutation, i) - permutation.begin());
  auto part = [&](int64_t index) {
    Value one = n.squeeze(n.sliceAxis(x, rank - 1, index, 1), {rank - 1});
    one = n.transpose(one, permutation);
    return n.reshape(one, {graph::numElements(lead), t.inputs});
  };
  Complex input{part(0), parts == 2 ? part(1) : Value()};
  Complex output = transform(n, input, t);
  auto restore = [&](Value y) {
    Dims dims = lead;
    dims.push_back(t.outputs);
    return n.unsqueeze(n.transpose(n.reshape(y, dims), back), {rank - 1});
  };
  if (t.mirrored)
    return restore(output.real);
  return n.concat({restore(output.real), restore(output.imaginary)}, rank - 1);
}

/// A size that an input gives, if it is there.
static std::optional<DimExpr> sizeInput(Node &n, int64_t input,
                                        const Twine &what) {
  if (!n.has(input))
    return std::nullopt;
  Dims dims = n.contents(toScalar(n, n.in(input), what), what);
  return dims.empty() ? std::nullopt : std::optional(dims[0]);
}

static void importDFT(Node &n) {
  Value x = n.in(0);
  bool inverse = n.flag("inverse", false), oneSided = n.flag("onesided", false);
  if (!n.expectRank(x, 2, 64, "input"))
    return;
  int64_t axis = n.opset < 20 ? n.integer("axis", 1) : -2;
  if (n.opset >= 20 && n.has(2)) {
    SmallVector<int64_t> given = n.constantInts(n.in(2), "input 'axis'");
    axis = given.empty() ? axis : given[0];
  }
  axis = n.axis(axis, n.rank(x));
  std::optional<DimExpr> length = sizeInput(n, 1, "input 'dft_length'");
  if (axis == n.rank(x) - 1)
    n.fail("the last axis holds the parts of a number and has no transform");
  if (!n.failed())
    n.result(
        0,
        n.castLike(fourier(n, wide(n, x), axis, length, inverse, oneSided), x));
}

/// Frames of the signal, windowed, each transformed.
static void importSTFT(Node &n) {
  Value x = n.in(0), window = n.has(2) ? n.in(2) : Value();
  bool oneSided = n.flag("onesided", true);
  if (!n.expectRank(x, 2, 3, "input 'signal'"))
    return;
  if (n.rank(x) == 2)
    x = n.unsqueeze(x, {2});
  std::optional<DimExpr> step = sizeInput(n, 1, "input 'frame_step'");
  std::optional<DimExpr> length = sizeInput(n, 3, "input 'frame_length'");
  if (!length)
    length = window ? n.shape(window)[0] : n.shape(x)[1];
  if (n.failed() || !step)
    return n.fail("input 'frame_step' is missing");
  n.atMost(1, *step, "input 'frame_step': expected at least 1, but got {rhs}");
  n.atMost(*length, n.shape(x)[1],
           "a frame of {lhs} elements of a signal of {rhs}");
  DimExpr frames =
      DimExpr::floorDiv(n.shape(x)[1] - *length, *step) + DimExpr(1);
  Value starts = n.mul(n.iota(frames, n.i64()), n.fromDim(*step));
  Value positions = n.add(n.unsqueeze(starts, {1}),
                          n.unsqueeze(n.iota(*length, n.i64()), {0}));
  Value parts = wide(n, n.gather(x, positions, 1)); // [B, frames, length, 1]
  if (window) {
    n.equal(n.shape(window)[0], *length, "the window and the frame length");
    parts = n.mul(parts, n.unsqueeze(n.castLike(window, parts), {1}));
  }
  n.result(0,
           n.castLike(fourier(n, parts, 2, std::nullopt, false, oneSided), x));
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// a + b cos(2 pi n / N) + c cos(4 pi n / N).
static void cosineWindow(Node &n, double a, double b, double c) {
  bool periodic = n.flag("periodic", true);
  Type type = n.elementType("output_datatype", n.f32());
  std::optional<DimExpr> size = sizeInput(n, 0, "input 'size'");
  if (!size)
    return;
  Value steps = n.cast(n.iota(*size, n.i64()), n.f64());
  Value period = n.cast(n.fromDim(periodic ? *size : *size - 1), n.f64());
  Value turn = n.div(steps, period);
  auto wave = [&](double factor, double turns) {
    Value angle = n.mul(turn, n.like(turn, turns * 2 * M_PI));
    return n.mul(n.unary(UnaryKind::Cos, angle), n.like(turn, factor));
  };
  Value sum = n.add(wave(b, 1), n.like(turn, a));
  if (c != 0)
    sum = n.add(sum, wave(c, 2));
  n.result(0, n.cast(sum, type));
}

static void importHannWindow(Node &n) { cosineWindow(n, 0.5, -0.5, 0); }

static void importHammingWindow(Node &n) {
  cosineWindow(n, 25.0 / 46, -21.0 / 46, 0);
}

static void importBlackmanWindow(Node &n) { cosineWindow(n, 0.42, -0.5, 0.08); }

/// Triangles on the mel scale, computed here: all inputs must be constants.
static void importMelWeightMatrix(Node &n) {
  SmallVector<double> inputs;
  for (int64_t i = 0; i < 5; ++i) {
    std::optional<SmallVector<double>> values = n.constantFloats(n.in(i));
    if (!values || values->size() != 1)
      return n.fail("input " + Twine(i) + " must be a constant scalar");
    inputs.push_back((*values)[0]);
  }
  Type type = n.elementType("output_datatype", n.f32());
  std::optional<DType> dtype = graph::getDType(type);
  // Before the casts, which are undefined outside of 64 bits. NaN is in no
  // range.
  if (!(inputs[0] >= 1 && inputs[0] <= (1 << 16)) ||
      !(inputs[1] >= 1 && inputs[1] <= (1 << 24)) || !(inputs[2] > 0))
    return n.fail("the numbers of bands, samples or the rate make no sense");
  int64_t bands = int64_t(inputs[0]), length = int64_t(inputs[1]);
  int64_t bins = length / 2 + 1;
  double low = 2595 * std::log1p(inputs[3] / 700) / std::log(10.0);
  double high = 2595 * std::log1p(inputs[4] / 700) / std::log(10.0);
  double step = (high - low) / double(bands + 2);
  SmallVector<int64_t> edges;
  for (int64_t i = 0; i < bands + 2; ++i) {
    double hertz =
        700 * std::expm1((double(i) * step + low) / 2595 * std::log(10.0));
    double edge = std::floor(double(length + 1) * hertz / inputs[2]);
    if (!(edge >= 0 && edge < double(bins)))
      return n.fail("the edges are outside of the spectrum");
    edges.push_back(int64_t(edge));
  }
  if (bins * bands > int64_t(1) << 28)
    return n.fail("the matrix of " + Twine(bins) + " x " + Twine(bands) +
                  " is too large to be computed ahead of the run");
  Result<Tensor> allocated = Tensor::allocate(*dtype, {bins, bands});
  if (!allocated)
    return n.fail(allocated.error().message);
  Tensor matrix = allocated.take();
  std::memset(matrix.data(), 0, size_t(matrix.bytes()));
  for (int64_t band = 0; band < bands; ++band) {
    int64_t left = edges[size_t(band)], centre = edges[size_t(band) + 1],
            right = edges[size_t(band) + 2];
    auto set = [&](int64_t bin, double value) {
      setNumber(matrix, bin * bands + band, value);
    };
    if (left == centre)
      set(centre, 1);
    for (int64_t bin = left; left < centre && bin <= centre; ++bin)
      set(bin, double(bin - left) / double(centre - left));
    for (int64_t bin = centre; bin < right; ++bin)
      set(bin, double(right - bin) / double(right - centre));
  }
  n.result(0, n.state.constant(n.loc, matrix, n.name));
}

llvm::ArrayRef<OpRow> onnximport::signalOps() {
  static const OpRow rows[] = {
      {"DFT", 17, Newest, 1, 3, Float, importDFT, "an axis that is computed"},
      {"STFT", 17, Newest, 2, 4, Float, importSTFT},
      {"HannWindow", 17, Newest, 1, 1, Index, importHannWindow},
      {"HammingWindow", 17, Newest, 1, 1, Index, importHammingWindow},
      {"BlackmanWindow", 17, Newest, 1, 1, Index, importBlackmanWindow},
      {"MelWeightMatrix", 17, Newest, 5, 5, Index, importMelWeightMatrix,
       "inputs that are computed"},
  };
  return rows;
}

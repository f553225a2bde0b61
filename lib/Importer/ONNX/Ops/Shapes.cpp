//===- Shapes.cpp - ONNX ops on shapes ---------------------------------===//
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

static void importShape(Node &n) {
  Shape shape = n.shape(n.in(0));
  int64_t rank = shape.rank();
  auto clamp = [&](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  int64_t start = clamp(n.integer("start", 0));
  int64_t end = clamp(n.integer("end", rank));
  Dims dims(shape.dims.begin() + start,
            shape.dims.begin() + std::max(start, end));
  n.result(0, n.fromDims(dims));
}

static void importSize(Node &n) {
  n.result(0, n.fromDim(graph::numElements(n.shape(n.in(0)).dims)));
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

/// The sizes that a target shape asks for: 0 copies the input's size (unless
/// `allowZero`), one -1 stands for what is left. An element that is only known
/// at run time may be any of them, and becomes an expression that decides.
static Dims resolveTarget(Node &n, const Shape &from, const Dims &target,
                          bool allowZero) {
  Dims result;
  std::optional<size_t> rest;
  bool undecided = false;
  DimExpr undecidedRest(0);
  for (auto [i, size] : llvm::enumerate(target)) {
    std::optional<int64_t> constant = size.constantValue();
    if (constant && *constant == -1) {
      if (rest)
        n.fail("the shape has two sizes of -1");
      rest = i;
      result.push_back(1);
    } else if (constant && *constant < -1) {
      n.fail("the shape has a size of " + Twine(*constant));
      return from.dims;
    } else if (constant && *constant == 0 && !allowZero) {
      if (int64_t(i) >= from.rank())
        n.fail("the shape copies axis " + Twine(i) + " of a tensor of rank " +
               Twine(from.rank()));
      result.push_back(from[int64_t(i)]);
    } else if (constant || n.isSize(size)) {
      result.push_back(size);
    } else {
      // -1 counts as 1 until the rest is known.
      DimExpr isRest = isNegative(size);
      DimExpr copied = allowZero || int64_t(i) >= from.rank()
                           ? DimExpr(0)
                           : isZero(size) * from[int64_t(i)];
      // Short, for these are multiplied.
      result.push_back(
          n.shortened(size + copied + isRest * DimExpr(2), "size", 64));
      undecided = true;
    }
  }
  // Products of long sizes are made of symbols instead.
  auto whatIsLeft = [&] {
    Dims dims = from.dims;
    auto divide = [&] {
      return DimExpr::quotient({dims.begin(), dims.end()},
                               {result.begin(), result.end()});
    };
    DimExpr left = divide();
    if (left.str().size() <= ImportState::maxExpressionText)
      return left;
    for (Dims *factors : {&dims, &result})
      for (DimExpr &factor : *factors)
        factor = n.shortened(factor, "size", 64);
    return divide();
  };
  if (rest)
    result[*rest] = whatIsLeft();
  if (!undecided || rest)
    return result;
  DimExpr left = whatIsLeft();
  for (auto [i, size] : llvm::enumerate(target))
    if (!size.constantValue() && !n.isSize(size))
      result[i] = result[i] + isNegative(size) * (left - DimExpr(1));
  return result;
}

static void importReshape(Node &n) {
  bool allowZero = n.flag("allowzero", false);
  Dims target = n.contents(n.in(1), "input 'shape'");
  if (n.failed())
    return;
  Dims dims = resolveTarget(n, n.shape(n.in(0)), target, allowZero);
  // Their product is checked.
  bool isLong =
      graph::numElements(dims).str().size() > ImportState::maxExpressionText;
  for (DimExpr &dim : dims)
    dim =
        n.shortened(dim, "size", isLong ? 64 : ImportState::maxExpressionText);
  n.result(0, n.reshape(n.in(0), dims));
}

static void importFlatten(Node &n) {
  Shape shape = n.shape(n.in(0));
  int64_t axis = n.integer("axis", 1);
  if (axis < -shape.rank() || axis > shape.rank())
    return n.fail("attribute 'axis': " + Twine(axis) +
                  " is out of range for a tensor of rank " +
                  Twine(shape.rank()));
  n.result(0, n.reshape(n.in(0), flattened(shape, axis < 0 ? axis + shape.rank()
                                                           : axis)));
}

/// The axes of Squeeze and Unsqueeze: an attribute until opset 12, then an
/// input. None if they are not given.
static std::optional<SmallVector<int64_t>> givenAxes(Node &n) {
  if (n.opset < 13)
    return n.hasAttr("axes") ? std::optional(n.integers("axes")) : std::nullopt;
  if (!n.has(1))
    return std::nullopt;
  return n.constantInts(n.in(1), "input 'axes'");
}

static void importSqueeze(Node &n) {
  Shape shape = n.shape(n.in(0));
  std::optional<SmallVector<int64_t>> axes = givenAxes(n);
  if (!axes) {
    axes.emplace();
    for (int64_t i = 0; i < shape.rank(); ++i) {
      if (shape[i].isConstant(1))
        axes->push_back(i);
      else if (!shape[i].constantValue())
        n.fail("without axes, every size must be known, but axis " + Twine(i) +
               " is " + shape[i].str() + ": declare the inputs' shapes");
    }
  }
  n.result(0, n.squeeze(n.in(0), *axes));
}

static void importUnsqueeze(Node &n) {
  std::optional<SmallVector<int64_t>> axes = givenAxes(n);
  if (!axes)
    return n.fail("the axes are missing");
  n.result(0, n.unsqueeze(n.in(0), *axes));
}

static void importExpand(Node &n) {
  Dims target = n.contents(n.in(1), "input 'shape'");
  Value x = n.asOnes(n.in(0), target);
  Shape from = n.shape(x);
  if (n.failed())
    return;
  int64_t rank = std::max(from.rank(), int64_t(target.size()));
  Dims dims;
  for (int64_t i = -rank; i < 0; ++i) {
    std::string what =
        "axis " + std::to_string(rank + i) + " of the expanded shape";
    DimExpr size = -i > from.rank() ? DimExpr(1) : from[i];
    DimExpr wanted = -i > int64_t(target.size())
                         ? DimExpr(1)
                         : target[target.size() - size_t(-i)];
    if (size.isConstant(1))
      dims.push_back(wanted);
    else if (wanted.isConstant(1) || size == wanted)
      dims.push_back(size);
    else if (n.countsAsOne(wanted, size)) {
      n.equal(wanted, 1, what + ", which keeps the size of the operand");
      dims.push_back(size);
    } else if (!wanted.constantValue() && !n.isSize(wanted)) {
      // Known at run time only: 1 keeps the size.
      n.state.checkEqual(n.loc, size + isZero(wanted - 1) * (DimExpr(1) - size),
                         wanted, what + ": the sizes {lhs} and {rhs} differ");
      dims.push_back(size);
    } else {
      dims.push_back(n.equal(size, wanted, what));
    }
  }
  n.result(0, n.broadcast(x, dims));
}

static void importTranspose(Node &n) {
  int64_t rank = n.rank(n.in(0));
  SmallVector<int64_t> permutation = n.integers("perm");
  if (!n.hasAttr("perm"))
    for (int64_t i = rank - 1; i >= 0; --i)
      permutation.push_back(i);
  SmallVector<int64_t> sorted = permutation;
  llvm::sort(sorted);
  if (ArrayRef(sorted) != ArrayRef(axesFrom(0, rank)))
    return n.fail("attribute 'perm' is no permutation of " + Twine(rank) +
                  " axes");
  n.result(0, n.transpose(n.in(0), permutation));
}

llvm::ArrayRef<OpRow> onnximport::shapeOps() {
  static const OpRow rows[] = {
      {"Shape", 7, Newest, 1, 1, Any, importShape},
      {"Size", 7, Newest, 1, 1, Any, importSize},
      {"Reshape", 7, Newest, 2, 2, Any, importReshape},
      {"Flatten", 7, Newest, 1, 1, Any, importFlatten},
      {"Squeeze", 7, Newest, 1, 2, Any, importSqueeze,
       "axes that are computed, no axes and dynamic sizes"},
      {"Unsqueeze", 7, Newest, 1, 2, Any, importUnsqueeze,
       "axes that are computed"},
      {"Expand", 8, Newest, 2, 2, Any, importExpand},
      {"Transpose", 7, Newest, 1, 1, Any, importTranspose},
  };
  return rows;
}

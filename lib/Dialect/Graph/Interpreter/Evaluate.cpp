//===- Evaluate.cpp - one op ---------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From an op to its function in Kernels.h: attributes and sizes become numbers.
//
//===----------------------------------------------------------------------===//

#include "Evaluate.h"

#include "Elements.h"
#include "Kernels.h"

#include "tilewright/Dialect/Graph/IR/ConstantTensors.h"
#include "tilewright/Support/SizeMessage.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cstring>

namespace tilewright::graph::reference {

namespace {

/// The sizes in the type of a result.
Result<Shape> shapeOf(mlir::Value value, const Frame &f) {
  return f.symbols.evaluate(getDims(value));
}

/// The values of an attribute's expressions.
Result<Shape> sizes(DimsAttr dims, const Frame &f) {
  return f.symbols.evaluate(dims.exprs());
}

Shape toShape(llvm::ArrayRef<int64_t> values) {
  return Shape(values.begin(), values.end());
}

Result<Tensors> one(Result<Tensor> tensor) {
  if (!tensor)
    return tensor.error();
  return Tensors{tensor.take()};
}

/// The element type of the op's result, which the verifier has checked.
DType resultType(mlir::Operation *op) {
  return *getDType(elementOf(op->getResult(0)));
}

/// Runs `fn(shape)` with the sizes in the type of the op's result.
template <typename Op, typename Fn>
Result<Tensors> withShape(Op op, const Frame &f, Fn fn) {
  Result<Shape> shape = shapeOf(op->getResult(0), f);
  if (!shape)
    return shape.error();
  return one(fn(*shape));
}

//===----------------------------------------------------------------------===//
// Constants and sizes
//===----------------------------------------------------------------------===//

Result<Tensors> run(ConstantOp op, const Frame &f) {
  return one(toTensor(op.getValue()));
}

Result<Tensors> run(WeightOp op, const Frame &f) {
  if (!f.weights)
    return error("a kernel that runs alone has no weights");
  std::optional<Weight> weight = f.weights->lookup(op.getKey());
  if (!weight)
    return error("there is no weight with the key ", op.getKey(), " ('",
                 op.getName().str(), "')");
  return Tensors{weight->tensor};
}

Result<Tensors> run(FromDimsOp op, const Frame &f) {
  Result<Shape> values = sizes(op.getDims(), f);
  if (!values)
    return values.error();
  return Tensors{
      Tensor::of<int64_t>(DType::I64, {int64_t(values->size())}, *values)};
}

Result<Tensors> run(BindDimsOp op, const Frame &f) {
  std::vector<int64_t> values = toIntegers(f.operands[0]);
  if (values.size() != op.getSymbols().size())
    return error("there are ", values.size(), " values for ",
                 op.getSymbols().size(), " symbols");
  for (auto [symbol, value] : llvm::zip(op.getSymbols(), values))
    if (Status ok =
            f.symbols.bind(llvm::cast<mlir::StringAttr>(symbol).getValue(),
                           value, "a value that the model computed", op);
        !ok)
      return ok.error();
  return Tensors{};
}

Result<Tensors> run(CheckDimsOp op, const Frame &f) {
  llvm::SmallVector<DimExpr> lhs = op.getLhs().exprs(),
                             rhs = op.getRhs().exprs();
  for (auto [a, b] : llvm::zip(lhs, rhs)) {
    Result<int64_t> x = f.symbols.evaluate(a), y = f.symbols.evaluate(b);
    if (!x || !y)
      return x ? y.error() : x.error();
    if (*x != *y)
      return error(
          sizeMessage(op.getMessage().str(), {a.str(), *x}, {b.str(), *y}));
  }
  return Tensors{};
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

Result<Tensors> run(UnaryOp op, const Frame &f) {
  return one(unary(op.getKind(), f.operands[0]));
}
Result<Tensors> run(BinaryOp op, const Frame &f) {
  return one(binary(op.getKind(), f.operands[0], f.operands[1]));
}
Result<Tensors> run(CompareOp op, const Frame &f) {
  return one(compare(op.getKind(), f.operands[0], f.operands[1]));
}
Result<Tensors> run(SelectOp op, const Frame &f) {
  return one(select(f.operands[0], f.operands[1], f.operands[2]));
}
Result<Tensors> run(CastOp op, const Frame &f) {
  return one(cast(f.operands[0], resultType(op)));
}

//===----------------------------------------------------------------------===//
// Movement and indexing
//===----------------------------------------------------------------------===//

Result<Tensors> run(ReshapeOp op, const Frame &f) {
  return withShape(
      op, f, [&](const Shape &shape) { return reshape(f.operands[0], shape); });
}
Result<Tensors> run(BroadcastOp op, const Frame &f) {
  return withShape(op, f, [&](const Shape &shape) {
    return broadcast(f.operands[0], shape);
  });
}
Result<Tensors> run(TransposeOp op, const Frame &f) {
  return one(transpose(f.operands[0], toShape(op.getPermutation())));
}
Result<Tensors> run(ConcatOp op, const Frame &f) {
  return one(concat(f.operands, op.getAxis()));
}
Result<Tensors> run(SliceOp op, const Frame &f) {
  Result<Shape> starts = sizes(op.getStarts(), f);
  if (!starts)
    return starts.error();
  return withShape(op, f, [&](const Shape &shape) {
    return slice(f.operands[0], *starts, toShape(op.getSteps()), shape);
  });
}
Result<Tensors> run(PadOp op, const Frame &f) {
  Result<Shape> low = sizes(op.getLow(), f), high = sizes(op.getHigh(), f);
  if (!low || !high)
    return low ? high.error() : low.error();
  return one(pad(op.getMode(), f.operands[0],
                 op.getValue() ? &f.operands[1] : nullptr, *low, *high));
}
Result<Tensors> run(RangeOp op, const Frame &f) {
  return withShape(op, f, [&](const Shape &shape) {
    return range(f.operands[0], f.operands[1], shape[0]);
  });
}
Result<Tensors> run(GatherOp op, const Frame &f) {
  return one(gather(f.operands[0], f.operands[1], op.getAxis()));
}
Result<Tensors> run(GatherElementsOp op, const Frame &f) {
  return one(gatherElements(f.operands[0], f.operands[1], op.getAxis()));
}
Result<Tensors> run(GatherNDOp op, const Frame &f) {
  return one(gatherND(f.operands[0], f.operands[1], op.getBatchDims()));
}
Result<Tensors> run(ScatterElementsOp op, const Frame &f) {
  return one(scatterElements(op.getReduction(), f.operands[0], f.operands[1],
                             f.operands[2], op.getAxis()));
}
Result<Tensors> run(ScatterNDOp op, const Frame &f) {
  return one(scatterND(op.getReduction(), f.operands[0], f.operands[1],
                       f.operands[2]));
}
Result<Tensors> run(ReverseSequenceOp op, const Frame &f) {
  return one(reverseSequence(f.operands[0], f.operands[1], op.getTimeAxis(),
                             op.getBatchAxis()));
}

//===----------------------------------------------------------------------===//
// Contractions, windows, sampling
//===----------------------------------------------------------------------===//

Result<Tensors> run(MatmulOp op, const Frame &f) {
  return one(matmul(f.operands[0], f.operands[1], op.getTransposeLhs(),
                    op.getTransposeRhs(), resultType(op)));
}

/// `high` may be null: the op has none.
template <typename Op>
Result<Window> makeWindow(Op op, Shape sizesOfWindow, DimsAttr low,
                          DimsAttr high, const Frame &f) {
  Window window;
  window.sizes = std::move(sizesOfWindow);
  window.strides = toShape(op.getStrides());
  window.dilations = toShape(op.getDilations());
  Result<Shape> before = sizes(low, f);
  if (!before)
    return before.error();
  window.low = before.take();
  if (high) {
    Result<Shape> after = sizes(high, f);
    if (!after)
      return after.error();
    window.high = after.take();
  }
  return window;
}

/// The kernel's sizes of a filter [kernel..., C / groups, O].
Shape kernelSizes(const Tensor &filter) {
  return Shape(filter.shape().begin(), filter.shape().end() - 2);
}

Result<Tensors> run(ConvOp op, const Frame &f) {
  Result<Window> window = makeWindow(op, kernelSizes(f.operands[1]),
                                     op.getPadLow(), op.getPadHigh(), f);
  if (!window)
    return window.error();
  return one(conv(f.operands[0], f.operands[1], *window, op.getGroups(),
                  resultType(op)));
}
Result<Tensors> run(ConvTransposeOp op, const Frame &f) {
  Result<Window> window =
      makeWindow(op, kernelSizes(f.operands[1]), op.getPadLow(), DimsAttr(), f);
  if (!window)
    return window.error();
  return withShape(op, f, [&](const Shape &shape) {
    return convTranspose(f.operands[0], f.operands[1], *window, op.getGroups(),
                         shape, resultType(op));
  });
}
Result<Tensors> run(PoolOp op, const Frame &f) {
  Result<Window> window = makeWindow(op, toShape(op.getWindow()),
                                     op.getPadLow(), op.getPadHigh(), f);
  if (!window)
    return window.error();
  return withShape(op, f, [&](const Shape &shape) {
    return pool(op.getKind(), f.operands[0], *window, shape);
  });
}
Result<Tensors> run(MaxPoolIndicesOp op, const Frame &f) {
  Result<Window> window =
      makeWindow(op, toShape(op.getWindow()), op.getPadLow(), DimsAttr(), f);
  if (!window)
    return window.error();
  return withShape(op, f, [&](const Shape &shape) {
    return maxPoolIndices(f.operands[0], *window, op.getColumnMajor(), shape);
  });
}
Result<Tensors> run(ResizeOp op, const Frame &f) {
  ResizeParameters p;
  p.mode = op.getMode();
  p.coordinates = op.getCoordinates();
  p.rounding = op.getRounding();
  p.scales.assign(op.getScales().begin(), op.getScales().end());
  p.roi.assign(op.getRoi().begin(), op.getRoi().end());
  p.cubicCoefficient = op.getCubicCoefficient().convertToDouble();
  p.extrapolationValue = op.getExtrapolationValue().convertToDouble();
  p.excludeOutside = op.getExcludeOutside();
  p.antialias = op.getAntialias();
  return withShape(op, f, [&](const Shape &shape) {
    return resize(f.operands[0], p, shape);
  });
}
Result<Tensors> run(GridSampleOp op, const Frame &f) {
  return one(gridSample(op.getMode(), op.getPadding(), op.getAlignCorners(),
                        f.operands[0], f.operands[1]));
}
Result<Tensors> run(RoiAlignOp op, const Frame &f) {
  RoiAlignParameters p{op.getKind(), op.getSpatialScale().convertToDouble(),
                       int64_t(op.getSamplingRatio()), op.getHalfPixel()};
  return withShape(op, f, [&](const Shape &shape) {
    return roiAlign(f.operands[0], f.operands[1], f.operands[2], p, shape);
  });
}

//===----------------------------------------------------------------------===//
// Reductions, normalisations, scans
//===----------------------------------------------------------------------===//

Result<Tensors> run(ReduceOp op, const Frame &f) {
  return one(reduce(op.getKind(), f.operands[0], toShape(op.getAxes())));
}
Result<Tensors> run(ArgReduceOp op, const Frame &f) {
  return one(
      argReduce(op.getKind(), f.operands[0], op.getAxis(), op.getLast()));
}
Result<Tensors> run(SoftmaxOp op, const Frame &f) {
  return one(softmax(f.operands[0], op.getAxis(), op.getLog()));
}
Result<Tensors> run(NormalizeOp op, const Frame &f) {
  return one(normalize(f.operands[0], toShape(op.getAxes()),
                       op.getEpsilon().convertToDouble(), op.getRms()));
}
Result<Tensors> run(ScanOp op, const Frame &f) {
  return one(scan(op.getKind(), f.operands[0], op.getAxis(), op.getExclusive(),
                  op.getReverse()));
}
Result<Tensors> run(AttentionOp op, const Frame &f) {
  AttentionParameters p{op.getScale().convertToDouble(),
                        op.getSoftcap().convertToDouble(), op.getCausal(),
                        op.getRows()};
  return one(attention(f.operands[0], f.operands[1], f.operands[2],
                       op.getMask() ? &f.operands[3] : nullptr, p));
}

//===----------------------------------------------------------------------===//
// Sorting and selection
//===----------------------------------------------------------------------===//

Status bindCount(mlir::Operation *op, llvm::StringRef symbol, int64_t count,
                 const Frame &f) {
  return f.symbols.bind(symbol, count, "the number of results of this op", op);
}

Result<Tensors> run(TopKOp op, const Frame &f) {
  Result<Shape> shape = shapeOf(op.getValues(), f);
  if (!shape)
    return shape.error();
  Result<TopK> result = topK(f.operands[0], op.getAxis(),
                             (*shape)[op.getAxis()], op.getSmallest());
  if (!result)
    return result.error();
  return Tensors{result->values, result->indices};
}
Result<Tensors> run(NonZeroOp op, const Frame &f) {
  Result<Tensor> result = nonZero(f.operands[0]);
  if (!result)
    return result.error();
  if (Status ok = bindCount(op, op.getCount(), result->shape()[0], f); !ok)
    return ok.error();
  return Tensors{result.take()};
}
Result<Tensors> run(UniqueOp op, const Frame &f) {
  Result<Unique> result = unique(f.operands[0], op.getAxis(), op.getSorted());
  if (!result)
    return result.error();
  if (Status ok = bindCount(op, op.getCount(), result->counts.size(), f); !ok)
    return ok.error();
  return Tensors{result->values, result->indices, result->inverse,
                 result->counts};
}
Result<Tensors> run(NonMaxSuppressionOp op, const Frame &f) {
  Result<Tensor> result =
      nonMaxSuppression(f.operands[0], f.operands[1], f.operands[2],
                        f.operands[3], f.operands[4], op.getCenterPointBox());
  if (!result)
    return result.error();
  if (Status ok = bindCount(op, op.getCount(), result->shape()[0], f); !ok)
    return ok.error();
  return Tensors{result.take()};
}

} // namespace

Result<Tensors> evaluate(mlir::Operation *op, const Frame &frame) {
  return llvm::TypeSwitch<mlir::Operation *, Result<Tensors>>(op)
      .Case<ConstantOp, WeightOp, FromDimsOp, BindDimsOp, CheckDimsOp, UnaryOp,
            BinaryOp, CompareOp, SelectOp, CastOp, ReshapeOp, BroadcastOp,
            TransposeOp, ConcatOp, SliceOp, PadOp, RangeOp, GatherOp,
            GatherElementsOp, GatherNDOp, ScatterElementsOp, ScatterNDOp,
            ReverseSequenceOp, MatmulOp, ConvOp, ConvTransposeOp, PoolOp,
            MaxPoolIndicesOp, ResizeOp, GridSampleOp, RoiAlignOp, ReduceOp,
            ArgReduceOp, SoftmaxOp, NormalizeOp, ScanOp, AttentionOp, TopKOp,
            NonZeroOp, UniqueOp, NonMaxSuppressionOp>(
          [&](auto known) { return run(known, frame); })
      .Default([](mlir::Operation *unknown) -> Result<Tensors> {
        return error("the interpreter does not know this op");
      });
}

} // namespace tilewright::graph::reference

//===- ShapeContents.cpp - the elements of small tensors as sizes ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A walk over the definition of a value, memoised. An element that is not known
// is std::nullopt, so that concat and gather may still pick known ones.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/ShapeContents.h"

#include "SizeArithmetic.h"
#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Dialect/Graph/IR/ShapeInference.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tilewright::graph {

namespace {

using Elements = SmallVector<MaybeNumber, 4>;
using Shape = SmallVector<int64_t>;

/// The position of flat element `index`.
Shape positionOf(int64_t index, ArrayRef<int64_t> shape) {
  return delinearize(index, computeSuffixProduct(shape));
}

DType typeOf(Value value) { return *getDType(elementOf(value)); }

class Walk {
public:
  explicit Walk(SymbolRanges ranges) : arithmetic(std::move(ranges)) {}

  /// The elements, as far as known; none if the tensor is not small.
  const Elements *operator()(Value value) {
    if (!smallShape(value))
      return nullptr;
    // Operands first: a chain of ops may be deeper than the stack.
    SmallVector<Value> pending{value};
    while (!pending.empty()) {
      Value next = pending.back();
      size_t before = pending.size();
      Operation *op = next.getDefiningOp();
      if (!memo.count(next) && op && isFollowed(op))
        for (Value operand : op->getOperands())
          if (smallShape(operand) && !memo.count(operand))
            pending.push_back(operand);
      if (pending.size() > before)
        continue;
      pending.pop_back();
      if (!memo.count(next))
        memo.emplace(next, compute(next));
    }
    return &memo.find(value)->second;
  }

  const SizeArithmetic arithmetic;

private:
  static std::optional<Shape> smallShape(Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || !type.hasStaticShape() || !getDType(type.getElementType()))
      return std::nullopt;
    int64_t elements = 1;
    for (int64_t size : type.getShape())
      if (__builtin_mul_overflow(elements, size, &elements))
        return std::nullopt;
    if (elements > maxContents)
      return std::nullopt;
    return Shape(type.getShape());
  }
  static Shape shapeOf(Value value) {
    return Shape(cast<RankedTensorType>(value.getType()).getShape());
  }

  Elements compute(Value value) {
    Shape shape = shapeOf(value);
    Elements elements(computeProduct(shape));
    if (Operation *op = value.getDefiningOp())
      visit(op, shape, elements, Followed());
    for (MaybeNumber &element : elements)
      if (element && element->numerator.isOverflow())
        element = std::nullopt;
    for (Operation *user : value.getUsers())
      if (auto bind = dyn_cast<BindDimsOp>(user);
          bind && bind->getBlock() == value.getParentBlock())
        for (auto [element, symbol] : llvm::zip(elements, bind.getSymbols()))
          if (!element)
            element = Number(DimExpr::symbol(
                std::string_view(cast<StringAttr>(symbol).getValue())));
    return elements;
  }

  /// The ops whose results are made of their operands' elements.
  template <typename... Ops> struct OpList {};
  using Followed =
      OpList<ConstantOp, FromDimsOp, UnaryOp, BinaryOp, CompareOp, SelectOp,
             CastOp, ReshapeOp, BroadcastOp, TransposeOp, ConcatOp, SliceOp,
             PadOp, GatherOp, GatherElementsOp, RangeOp, ReduceOp, ScanOp>;

  template <typename... Ops>
  static bool isOneOf(Operation *op, OpList<Ops...>) {
    return isa<Ops...>(op);
  }
  static bool isFollowed(Operation *op) { return isOneOf(op, Followed()); }

  template <typename... Ops>
  void visit(Operation *op, const Shape &shape, Elements &out, OpList<Ops...>) {
    llvm::TypeSwitch<Operation *>(op).Case<Ops...>(
        [&](auto typed) { run(typed, shape, out); });
  }

  /// out[i] = operand's element at position(i), an offset into it.
  void pick(Value operand, Elements &out,
            llvm::function_ref<std::optional<int64_t>(int64_t)> offset) {
    const Elements *from = (*this)(operand);
    if (!from)
      return;
    for (size_t i = 0; i < out.size(); ++i)
      if (std::optional<int64_t> at = offset(int64_t(i)))
        out[i] = (*from)[*at];
  }

  /// The element that stands at `position` of the broadcast operand.
  MaybeNumber broadcastElement(Value operand, ArrayRef<int64_t> position) {
    const Elements *from = (*this)(operand);
    if (!from)
      return std::nullopt;
    Shape shape = shapeOf(operand);
    Shape own(position.take_back(shape.size()));
    for (size_t i = 0; i < shape.size(); ++i)
      if (shape[i] == 1)
        own[i] = 0;
    return (*from)[linearize(own, computeSuffixProduct(shape))];
  }

  void run(ConstantOp op, const Shape &, Elements &out) {
    Type element = op.getType().getElementType();
    if (auto floats = op.getValue().tryGetValues<APFloat>()) {
      for (auto [i, value] : llvm::enumerate(*floats))
        out[i] = SizeArithmetic::constant(value);
      return;
    }
    auto integers = op.getValue().tryGetValues<APInt>();
    if (!integers)
      return;
    bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
    for (auto [i, value] : llvm::enumerate(*integers)) {
      // An u64 above the range of int64 is no size.
      if (isUnsigned && value.getActiveBits() > 63)
        continue;
      out[i] = Number(DimExpr(isUnsigned ? int64_t(value.getZExtValue())
                                         : value.getSExtValue()));
    }
  }

  void run(FromDimsOp op, const Shape &, Elements &out) {
    for (auto [i, expr] : llvm::enumerate(op.getDims().exprs()))
      out[i] = Number(expr);
  }

  void run(UnaryOp op, const Shape &, Elements &out) {
    const Elements *from = (*this)(op.getOperand());
    if (!from)
      return;
    for (size_t i = 0; i < out.size(); ++i)
      if ((*from)[i])
        out[i] = arithmetic.unary(op.getKind(), *(*from)[i],
                                  typeOf(op.getOperand()));
  }

  void run(BinaryOp op, const Shape &shape, Elements &out) {
    for (size_t i = 0; i < out.size(); ++i) {
      Shape position = positionOf(int64_t(i), shape);
      MaybeNumber x = broadcastElement(op.getLhs(), position);
      MaybeNumber y = broadcastElement(op.getRhs(), position);
      if (x && y)
        out[i] = arithmetic.binary(op.getKind(), *x, *y, typeOf(op.getLhs()));
    }
  }

  void run(CompareOp op, const Shape &shape, Elements &out) {
    for (size_t i = 0; i < out.size(); ++i) {
      Shape position = positionOf(int64_t(i), shape);
      MaybeNumber x = broadcastElement(op.getLhs(), position);
      MaybeNumber y = broadcastElement(op.getRhs(), position);
      if (!x || !y)
        continue;
      if (std::optional<bool> yes = arithmetic.compare(op.getKind(), *x, *y))
        out[i] = Number(DimExpr(int64_t(*yes)));
    }
  }

  void run(SelectOp op, const Shape &shape, Elements &out) {
    for (size_t i = 0; i < out.size(); ++i) {
      Shape position = positionOf(int64_t(i), shape);
      MaybeNumber condition = broadcastElement(op.getCondition(), position);
      MaybeNumber x = broadcastElement(op.getOnTrue(), position);
      MaybeNumber y = broadcastElement(op.getOnFalse(), position);
      if (condition && condition->numerator.constantValue())
        out[i] = condition->numerator.isConstant(0) ? y : x;
      else if (x && y && x->numerator == y->numerator &&
               x->denominator == y->denominator)
        out[i] = x;
    }
  }

  void run(CastOp op, const Shape &, Elements &out) {
    const Elements *from = (*this)(op.getOperand());
    if (!from)
      return;
    for (size_t i = 0; i < out.size(); ++i)
      if ((*from)[i])
        out[i] = arithmetic.cast(*(*from)[i], typeOf(op.getOperand()),
                                 typeOf(op.getResult()));
  }

  void run(ReshapeOp op, const Shape &, Elements &out) {
    pick(op.getOperand(), out, [](int64_t i) { return i; });
  }

  void run(BroadcastOp op, const Shape &shape, Elements &out) {
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = broadcastElement(op.getOperand(), positionOf(int64_t(i), shape));
  }

  void run(TransposeOp op, const Shape &shape, Elements &out) {
    Shape strides = computeSuffixProduct(shapeOf(op.getOperand()));
    Shape permuted;
    for (int64_t axis : op.getPermutation())
      permuted.push_back(strides[axis]);
    pick(op.getOperand(), out,
         [&](int64_t i) { return linearize(positionOf(i, shape), permuted); });
  }

  void run(ConcatOp op, const Shape &shape, Elements &out) {
    int64_t axis = op.getAxis(), start = 0;
    for (Value operand : op.getOperands()) {
      auto type = cast<RankedTensorType>(operand.getType());
      if (type.isDynamicDim(unsigned(axis)))
        return;
      int64_t size = type.getDimSize(unsigned(axis));
      if (const Elements *from = (*this)(operand)) {
        Shape strides = computeSuffixProduct(shapeOf(operand));
        for (size_t i = 0; i < out.size(); ++i) {
          Shape position = positionOf(int64_t(i), shape);
          position[axis] -= start;
          if (position[axis] >= 0 && position[axis] < size)
            out[i] = (*from)[linearize(position, strides)];
        }
      }
      start += size;
    }
  }

  void run(SliceOp op, const Shape &shape, Elements &out) {
    std::optional<Shape> from = smallShape(op.getOperand());
    Shape starts;
    for (const DimExpr &start : op.getStarts().exprs()) {
      if (!start.constantValue())
        return;
      starts.push_back(*start.constantValue());
    }
    if (!from)
      return;
    Shape strides = computeSuffixProduct(*from);
    pick(op.getOperand(), out, [&](int64_t i) -> std::optional<int64_t> {
      Shape position = positionOf(i, shape);
      for (size_t axis = 0; axis < shape.size(); ++axis) {
        position[axis] = starts[axis] + position[axis] * op.getSteps()[axis];
        if (position[axis] < 0 || position[axis] >= (*from)[axis])
          return std::nullopt;
      }
      return linearize(position, strides);
    });
  }

  void run(PadOp op, const Shape &shape, Elements &out) {
    std::optional<Shape> from = smallShape(op.getOperand());
    if (op.getMode() != PadMode::Constant || !from)
      return;
    const Elements *fill = (*this)(op.getValue());
    const Elements *elements = (*this)(op.getOperand());
    Shape strides = computeSuffixProduct(*from), low;
    for (const DimExpr &width : op.getLow().exprs()) {
      if (!width.constantValue())
        return;
      low.push_back(*width.constantValue());
    }
    // A negative high width cuts, and then nothing stands there to be read.
    for (size_t i = 0; i < out.size(); ++i) {
      Shape position = positionOf(int64_t(i), shape);
      bool isInside = true;
      for (size_t axis = 0; axis < shape.size(); ++axis) {
        position[axis] -= low[axis];
        isInside &= position[axis] >= 0 && position[axis] < (*from)[axis];
      }
      out[i] =
          isInside ? (*elements)[linearize(position, strides)] : fill->front();
    }
  }

  /// An index as `gather` takes it: from the end if negative, then clamped.
  std::optional<int64_t> index(const MaybeNumber &value, int64_t size) {
    if (!value || !value->numerator.constantValue() || size == 0)
      return std::nullopt;
    int64_t i = *value->numerator.constantValue();
    return std::clamp<int64_t>(i < 0 ? i + size : i, 0, size - 1);
  }

  void run(GatherOp op, const Shape &shape, Elements &out) {
    const Elements *indices = (*this)(op.getIndices());
    std::optional<Shape> from = smallShape(op.getOperand());
    if (!indices || !from)
      return;
    size_t axis = size_t(op.getAxis());
    Shape indexShape = shapeOf(op.getIndices());
    Shape strides = computeSuffixProduct(*from),
          indexStrides = computeSuffixProduct(indexShape);
    pick(op.getOperand(), out, [&](int64_t i) -> std::optional<int64_t> {
      Shape position = positionOf(i, shape);
      ArrayRef<int64_t> all = position;
      std::optional<int64_t> at =
          index((*indices)[linearize(all.slice(axis, indexShape.size()),
                                     indexStrides)],
                (*from)[axis]);
      if (!at)
        return std::nullopt;
      Shape source(all.take_front(axis));
      source.push_back(*at);
      llvm::append_range(source, all.drop_front(axis + indexShape.size()));
      return linearize(source, strides);
    });
  }

  void run(GatherElementsOp op, const Shape &shape, Elements &out) {
    const Elements *indices = (*this)(op.getIndices());
    std::optional<Shape> from = smallShape(op.getOperand());
    if (!indices || !from)
      return;
    size_t axis = size_t(op.getAxis());
    Shape strides = computeSuffixProduct(*from);
    pick(op.getOperand(), out, [&](int64_t i) -> std::optional<int64_t> {
      std::optional<int64_t> at = index((*indices)[i], (*from)[axis]);
      if (!at)
        return std::nullopt;
      Shape position = positionOf(i, shape);
      position[axis] = *at;
      return linearize(position, strides);
    });
  }

  void run(RangeOp op, const Shape &, Elements &out) {
    const Elements *start = (*this)(op.getStart());
    const Elements *delta = (*this)(op.getDelta());
    if (!start->front() || !delta->front())
      return;
    DType type = typeOf(op.getResult());
    for (size_t i = 0; i < out.size(); ++i) {
      MaybeNumber offset = arithmetic.binary(BinaryKind::Mul, *delta->front(),
                                             Number(DimExpr(int64_t(i))), type);
      if (offset)
        out[i] =
            arithmetic.binary(BinaryKind::Add, *start->front(), *offset, type);
    }
  }

  static std::optional<BinaryKind> combiner(ReduceKind kind, DType type) {
    switch (kind) {
    case ReduceKind::Sum:
    case ReduceKind::Mean:
      return BinaryKind::Add;
    case ReduceKind::Prod:
      return BinaryKind::Mul;
    case ReduceKind::Max:
      return type == DType::Bool ? BinaryKind::Or : BinaryKind::Max;
    case ReduceKind::Min:
      return type == DType::Bool ? BinaryKind::And : BinaryKind::Min;
    case ReduceKind::None:
      break;
    }
    return std::nullopt;
  }

  void run(ReduceOp op, const Shape &shape, Elements &out) {
    const Elements *from = (*this)(op.getOperand());
    if (!from)
      return;
    Shape fromShape = shapeOf(op.getOperand());
    DType type = typeOf(op.getOperand());
    ReduceKind kind = op.getKind();
    BinaryKind combine = *combiner(kind, type);
    // The sum of a mean does not wrap in the element type, and no number stands
    // for the value of an extremum of nothing.
    if (kind == ReduceKind::Mean && !tilewright::isFloat(type))
      return;
    bool hasNeutral = kind == ReduceKind::Sum || kind == ReduceKind::Prod;
    int64_t reduced = out.empty() ? 0 : int64_t(from->size() / out.size());
    if (reduced == 0) {
      if (hasNeutral)
        out.assign(out.size(),
                   Number(DimExpr(int64_t(kind == ReduceKind::Prod))));
      return;
    }
    Shape strides = computeSuffixProduct(shape), spread;
    size_t kept = 0;
    for (size_t axis = 0; axis < fromShape.size(); ++axis)
      spread.push_back(llvm::is_contained(op.getAxes(), int64_t(axis))
                           ? 0
                           : strides[kept++]);
    SmallVector<bool> isStarted(out.size(), false);
    for (size_t i = 0; i < from->size(); ++i) {
      int64_t at = linearize(positionOf(int64_t(i), fromShape), spread);
      if (!isStarted[at])
        out[at] = (*from)[i];
      else if (out[at] && (*from)[i])
        out[at] = arithmetic.binary(combine, *out[at], *(*from)[i], type);
      else
        out[at] = std::nullopt;
      isStarted[at] = true;
    }
    if (kind == ReduceKind::Mean)
      for (MaybeNumber &element : out)
        if (element)
          element = arithmetic.binary(BinaryKind::Div, *element,
                                      Number(DimExpr(reduced)), type);
  }

  void run(ScanOp op, const Shape &shape, Elements &out) {
    const Elements *from = (*this)(op.getOperand());
    if (!from || op.getExclusive() || op.getReverse())
      return;
    DType type = typeOf(op.getOperand());
    BinaryKind combine = *combiner(op.getKind(), type);
    size_t axis = size_t(op.getAxis());
    int64_t stride = computeSuffixProduct(shape)[axis];
    for (size_t i = 0; i < out.size(); ++i) {
      if (positionOf(int64_t(i), shape)[axis] == 0)
        out[i] = (*from)[i];
      else if (out[i - stride] && (*from)[i])
        out[i] =
            arithmetic.binary(combine, *out[i - stride], *(*from)[i], type);
    }
  }

  // std::map: references stay valid while operands are visited.
  struct Less {
    bool operator()(Value a, Value b) const {
      return a.getAsOpaquePointer() < b.getAsOpaquePointer();
    }
  };
  std::map<Value, Elements, Less> memo;
};

Walk walkFor(Value value) {
  Operation *around = value.getParentRegion()
                          ? value.getParentRegion()->getParentOp()
                          : value.getDefiningOp();
  return Walk(around ? getSymbolRanges(around) : SymbolRanges());
}

SymbolRange typeRange(DType type) {
  switch (type) {
  case DType::Bool:
    return {0, 1, 1};
  case DType::U64:
    return {0, INT64_MAX, 1};
  case DType::I64:
    return {INT64_MIN, INT64_MAX, 1};
  default: {
    int64_t bits = 8 * byteSize(type);
    if (isUnsigned(type))
      return {0, (int64_t(1) << bits) - 1, 1};
    return {-(int64_t(1) << (bits - 1)), (int64_t(1) << (bits - 1)) - 1, 1};
  }
  }
}

} // namespace

static std::optional<Dims> wholeNumbers(const Elements *elements) {
  if (!elements)
    return std::nullopt;
  Dims dims;
  for (const MaybeNumber &element : *elements) {
    if (!element || !element->isWhole())
      return std::nullopt;
    dims.push_back(element->numerator);
  }
  return dims;
}

std::optional<Dims> foldContents(Value value) {
  Walk walk = walkFor(value);
  return wholeNumbers(walk(value));
}

class ContentsFolder::Impl : public Walk {
public:
  using Walk::Walk;
};

ContentsFolder::ContentsFolder(Operation *module)
    : impl(std::make_unique<Impl>(getSymbolRanges(module))) {}
ContentsFolder::~ContentsFolder() = default;

std::optional<Dims> ContentsFolder::fold(Value value) {
  return wholeNumbers((*impl)(value));
}

std::optional<DimExpr> foldScalar(Value value) {
  std::optional<Dims> dims = foldContents(value);
  if (!dims || dims->size() != 1)
    return std::nullopt;
  return dims->front();
}

std::optional<SmallVector<SymbolRange>> contentsBounds(Value value) {
  Walk walk = walkFor(value);
  const Elements *elements = walk(value);
  if (!elements || tilewright::isFloat(typeOf(value)))
    return std::nullopt;
  SymbolRange unknown = typeRange(typeOf(value));
  // Positions and counts are never negative.
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<ArgReduceOp, NonZeroOp, MaxPoolIndicesOp,
                      NonMaxSuppressionOp>(op) ||
      (isa_and_nonnull<TopKOp>(op) && value == op->getResult(1)))
    unknown.lo = 0;
  SmallVector<SymbolRange> result;
  for (const MaybeNumber &element : *elements)
    result.push_back(element && element->isWhole()
                         ? walk.arithmetic.bounds(element->numerator)
                         : unknown);
  return result;
}

} // namespace tilewright::graph

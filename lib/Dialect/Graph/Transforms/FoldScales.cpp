//===- FoldScales.cpp - scales and shifts after contractions --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Dialect/Graph/Interpreter/ConstantValues.h"
#include "tilewright/Dialect/Graph/Transforms/Passes.h"
#include "tilewright/Support/Elements.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tilewright::graph {
#define GEN_PASS_DEF_FOLDSCALESPASS
#include "tilewright/Dialect/Graph/Transforms/Passes.h.inc"
} // namespace tilewright::graph

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

namespace {

/// scale * x + shift, each a vector of f64 over the output channels (or of one
/// element), or null for 1 and 0.
struct Affine {
  Value scale, shift;
};

/// The numbers that a float type holds with its full precision: 0 and the
/// normal ones.
struct Normal {
  double least, most;

  explicit Normal(const llvm::fltSemantics &type)
      : least(APFloat::getSmallestNormalized(type).convertToDouble()),
        most(APFloat::getLargest(type).convertToDouble()) {}
  bool holds(double number) const {
    double size = std::abs(number);
    return size == 0 || (size >= least && size <= most);
  }
};

class Folder {
public:
  Folder(Operation *op, const WeightStore *weights)
      : op(op), weights(weights), builder(op), loc(op->getLoc()) {}

  /// Folds the affine ops behind a contraction whose filter is constant.
  bool run() {
    Value filter = op->getOperand(1), result = op->getResult(0);
    if (!isa<FloatType>(elementOf(result)) || !isConstant(filter) ||
        elementOf(filter) != elementOf(result))
      return false;
    auto matmul = dyn_cast<MatmulOp>(op);
    if (matmul && getDims(filter).size() != 2)
      return false;

    // Follow the chain while the only user scales or shifts by constants.
    SmallVector<BinaryOp> chain;
    bool scales = false;
    int64_t shifts = 0;
    for (Value value = result; value.hasOneUse(); value = chain.back()) {
      auto next = dyn_cast<BinaryOp>(*value.getUsers().begin());
      if (!next || next->getBlock() != op->getBlock() || !isAffine(next, value))
        break;
      chain.push_back(next);
      bool isScale =
          next.getKind() == BinaryKind::Mul ||
          next.getKind() == BinaryKind::Div ||
          (next.getKind() == BinaryKind::Sub && next.getRhs() == value);
      scales |= isScale;
      shifts += next.getKind() == BinaryKind::Add ||
                next.getKind() == BinaryKind::Sub;
    }
    if (!scales && shifts < 2)
      return false;

    // Constants may be defined behind the contraction: work at the end.
    Operation *before = chain.back()->getPrevNode();
    builder.setInsertionPoint(chain.back());
    Affine affine;
    Value value = result;
    for (BinaryOp next : chain) {
      apply(affine, next, value);
      value = next.getResult();
    }
    bool channelsAreRows = matmul && matmul.getTransposeRhs();
    if (!isExact(filter, affine, channelsAreRows)) {
      while (chain.back()->getPrevNode() != before)
        chain.back()->getPrevNode()->erase();
      return false;
    }
    if (affine.scale) {
      Value scale = affine.scale;
      if (channelsAreRows)
        scale = reshape(scale, {numElements(getDims(scale)), 1});
      filter = toElement(binary(BinaryKind::Mul, toF64(filter), scale),
                         elementOf(filter));
    }
    Operation *copy = builder.clone(*op);
    copy->setOperand(1, filter);
    Value folded = copy->getResult(0);
    if (affine.shift)
      folded = BinaryOp::create(builder, chain.back().getLoc(),
                                result.getType(), BinaryKind::Add, folded,
                                toElement(affine.shift, elementOf(result)));
    chain.back().getResult().replaceAllUsesWith(folded);
    for (BinaryOp next : llvm::reverse(chain))
      next.erase();
    op->erase();
    return true;
  }

private:
  /// Computed from weights and constants only.
  static bool isConstant(Value value) {
    SmallVector<Value> pending{value};
    llvm::DenseSet<Value> seen;
    while (!pending.empty()) {
      Value next = pending.pop_back_val();
      if (!seen.insert(next).second)
        continue;
      Operation *definition = next.getDefiningOp();
      if (!definition || !isPure(definition) ||
          definition->getNumRegions() != 0 ||
          !cast<RankedTensorType>(next.getType()).hasStaticShape())
        return false;
      if (isa<WeightOp, ConstantOp>(definition))
        continue;
      if (definition->getNumOperands() == 0)
        return false;
      llvm::append_range(pending, definition->getOperands());
    }
    return true;
  }

  /// Every element of the folded filter and shift keeps its precision in the
  /// element type: what a scale of 1e30 behind a weight of 1e10 gives is no
  /// f32, though the result may be. Weights whose values are not known pass.
  bool isExact(Value filter, const Affine &affine, bool channelsAreRows) const {
    SmallVector<Value> values;
    for (Value value : {affine.scale, affine.shift})
      if (value)
        values.push_back(value);
    if (affine.scale)
      values.push_back(filter);
    for (Operation *constant : coneOf(values))
      if (auto weight = dyn_cast<WeightOp>(constant))
        if (!weights || !weights->lookup(weight.getKey()))
          return true;
    WeightStore none;
    Result<std::vector<Tensor>> tensors =
        evaluateConstants(values, weights ? *weights : none);
    if (!tensors)
      return false;
    Normal type(cast<FloatType>(elementOf(filter)).getFloatSemantics());
    if (affine.shift) {
      const Tensor &shift = (*tensors)[affine.scale ? 1 : 0];
      for (double number : ArrayRef(shift.as<double>(), shift.size()))
        if (!type.holds(number))
          return false;
    }
    if (!affine.scale)
      return true;
    const Tensor &scale = tensors->front(), &weight = tensors->back();
    const double *factors = scale.as<double>();
    // Elements of one channel that follow each other.
    int64_t run = channelsAreRows ? weight.shape()[1] : 1;
    return dispatchFloat(weight.type(), [&](auto tag) {
      const auto *elements = weight.as<typename decltype(tag)::Type>();
      for (int64_t i = 0, e = weight.size(); i < e; ++i) {
        double element = load(elements[i]);
        double factor = factors[i / run % scale.size()];
        double product = element * factor;
        bool isZero = element == 0 || factor == 0;
        if (!type.holds(product) || (product == 0 && !isZero))
          return false;
      }
      return true;
    });
  }

  /// The operand beside `value` is a constant for each output channel.
  bool isAffine(BinaryOp next, Value value) const {
    switch (next.getKind()) {
    case BinaryKind::Add:
    case BinaryKind::Sub:
    case BinaryKind::Mul:
      break;
    case BinaryKind::Div:
      if (next.getLhs() != value)
        return false;
      break;
    default:
      return false;
    }
    Value other = next.getLhs() == value ? next.getRhs() : next.getLhs();
    if (other == value || next.getType() != value.getType() ||
        !isConstant(other))
      return false;
    Dims dims = getDims(other);
    for (const DimExpr &size : ArrayRef(dims).drop_back(dims.empty() ? 0 : 1))
      if (!size.isConstant(1))
        return false;
    return true;
  }

  void apply(Affine &affine, BinaryOp next, Value value) {
    bool isLeft = next.getLhs() == value;
    Value other = isLeft ? next.getRhs() : next.getLhs();
    Value c = toF64(reshape(other, {numElements(getDims(other))}));
    auto update = [&](Value &part, BinaryKind kind) {
      if (part)
        part = binary(kind, part, c);
      else if (kind == BinaryKind::Add || kind == BinaryKind::Mul)
        part = c;
      else if (kind == BinaryKind::Sub)
        part = UnaryOp::create(builder, loc, UnaryKind::Neg, c);
      else
        part = UnaryOp::create(builder, loc, UnaryKind::Reciprocal, c);
    };
    switch (next.getKind()) {
    case BinaryKind::Add:
      update(affine.shift, BinaryKind::Add);
      return;
    case BinaryKind::Sub:
      if (isLeft) {
        update(affine.shift, BinaryKind::Sub);
        return;
      }
      // c - (scale * x + shift)
      affine.scale =
          affine.scale
              ? UnaryOp::create(builder, loc, UnaryKind::Neg, affine.scale)
                    .getResult()
              : minusOne();
      affine.shift =
          affine.shift ? binary(BinaryKind::Sub, c, affine.shift) : c;
      return;
    default:
      update(affine.scale, next.getKind());
      if (affine.shift)
        affine.shift = binary(next.getKind(), affine.shift, c);
    }
  }

  Value minusOne() {
    auto type = RankedTensorType::get({1}, builder.getF64Type());
    return ConstantOp::create(builder, loc, DenseElementsAttr::get(type, -1.0));
  }
  Value binary(BinaryKind kind, Value lhs, Value rhs) {
    return BinaryOp::create(builder, loc, kind, lhs, rhs);
  }
  Value reshape(Value value, ArrayRef<DimExpr> dims) {
    Type type = getTensorType(builder.getContext(), dims, elementOf(value));
    return value.getType() == type
               ? value
               : ReshapeOp::create(builder, loc, type, value).getResult();
  }
  Value toElement(Value value, Type element) {
    if (elementOf(value) == element)
      return value;
    return CastOp::create(
        builder, loc,
        withElement(cast<RankedTensorType>(value.getType()), element), value);
  }
  Value toF64(Value value) { return toElement(value, builder.getF64Type()); }

  Operation *op;
  const WeightStore *weights;
  OpBuilder builder;
  Location loc;
};

struct FoldScalesPass : graph::impl::FoldScalesPassBase<FoldScalesPass> {
  FoldScalesPass() = default;
  explicit FoldScalesPass(const WeightStore &weights) : weights(&weights) {}

  const WeightStore *weights = nullptr;

  void runOnOperation() override {
    SmallVector<Operation *> contractions;
    getOperation().walk([&](Operation *op) {
      if (isa<ConvOp, ConvTransposeOp, MatmulOp>(op) &&
          !op->getParentOfType<KernelOp>())
        contractions.push_back(op);
    });
    for (Operation *op : contractions)
      numFolded += Folder(op, weights).run();
  }
};

} // namespace

std::unique_ptr<Pass> graph::createFoldScalesPass(const WeightStore &weights) {
  return std::make_unique<FoldScalesPass>(weights);
}

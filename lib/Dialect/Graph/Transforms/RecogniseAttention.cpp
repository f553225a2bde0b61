//===- RecogniseAttention.cpp - softmax(Q K^T) V --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The way up from the second product:
//
//     matmul(weights, value)
//       select(isnan(weights), 0, weights)          perhaps
//         softmax                                   along the last axis
//           + mask, select(mask, ., -inf)           perhaps, several sums
//             c * tanh(. / c)                       perhaps
//               * scale                             perhaps, also on Q or K
//                 matmul(query, key)
//
// Reshapes of the leading axes may stand anywhere between: [B * H, L, S] in the
// products, [B, H, L, S] where the mask is added. The finest of these shapes
// says what the leading axes are; they are cut into batch and heads where the
// mask allows it.
//
//===----------------------------------------------------------------------===//

#include "Matching.h"
#include "RecognisePatterns.h"

#include "tilewright/Dialect/Graph/IR/ShapeInference.h"

#include <cmath>
#include <numeric>

using namespace mlir;

namespace tilewright::graph {

namespace {

DimExpr product(ArrayRef<DimExpr> sizes) { return numElements(sizes); }

/// How many consecutive axes of `fine` make up each axis of `coarse`; none if
/// they do not.
std::optional<SmallVector<size_t>> groupsOf(ArrayRef<DimExpr> fine,
                                            ArrayRef<DimExpr> coarse) {
  SmallVector<size_t> groups;
  size_t next = 0;
  for (const DimExpr &size : coarse) {
    size_t count = 0;
    DimExpr have(1);
    while (have != size && next < fine.size()) {
      have = have * fine[next++];
      ++count;
    }
    if (have != size)
      return std::nullopt;
    groups.push_back(count);
  }
  for (; next < fine.size(); ++next) {
    if (!fine[next].isConstant(1) || groups.empty())
      return std::nullopt;
    ++groups.back();
  }
  return groups;
}

ArrayRef<DimExpr> leading(ArrayRef<DimExpr> dims) { return dims.drop_back(2); }

/// One operand of a product: [leading..., rows, columns] or with the last two
/// axes swapped.
struct Matrix {
  Value value;
  bool isSwapped;

  Dims dims() const { return getDims(value); }
  DimExpr rows() const { return dims()[dims().size() - (isSwapped ? 1 : 2)]; }
  DimExpr columns() const {
    return dims()[dims().size() - (isSwapped ? 2 : 1)];
  }
};

/// A mask and the shape of the scores where it is applied. `drops`: true means
/// that a key is not seen.
struct Mask {
  Value value;
  Dims shape;
  bool drops;
};

bool isMinusInfinity(Value value) {
  std::optional<double> number = scalarOf(value);
  return number && std::isinf(*number) && *number < 0;
}

class AttentionMatch {
public:
  AttentionMatch(MatmulOp root, PatternRewriter &rewriter)
      : root(root), b(rewriter) {}

  LogicalResult run() {
    auto fail = [&](const char *why) {
      return b.notifyMatchFailure(root, why);
    };
    if (!isa<FloatType>(elementOf(root)) || root.getTransposeLhs())
      return fail("no product of weights from the left");
    value = {root.getRhs(), root.getTransposeRhs()};
    Value scores = takeSoftmax(root.getLhs());
    if (!scores)
      return fail("no softmax of scores");
    scores = takeMasks(scores);
    scores = takeSoftcap(scores);
    scores = takeScale(scores);
    auto first = trail.take<MatmulOp>(scores);
    if (!first || first.getTransposeLhs() ||
        elementOf(first) != elementOf(root))
      return fail("the scores are no product");
    query = {takeFactor(first.getLhs()), false};
    // Keys are [S, E]: the product takes them swapped.
    key = {takeFactor(first.getRhs()), !first.getTransposeRhs()};
    addShape(getDims(first));
    if (!std::isfinite(scale) || !trail.isPrivateTo(root))
      return fail("a part has other users");

    Dims lead(leading(getDims(first)));
    Dims rootLead(leading(getDims(root)));
    if (Dims(leading(query.dims())) != lead ||
        Dims(leading(key.dims())) != lead ||
        Dims(leading(getDims(root.getLhs()))) != rootLead ||
        Dims(leading(value.dims())) != rootLead ||
        query.columns() != key.columns() || key.rows() != value.rows() ||
        getDims(first) != withLast(lead, query.rows(), key.rows()) ||
        getDims(root) != withLast(rootLead, query.rows(), value.columns()))
      return fail("the leading axes are broadcast");
    addSplitHeads();
    if (!finestFits())
      return fail("the reshapes do not merge leading axes");

    std::optional<size_t> cut = chooseCut();
    if (!cut)
      return fail("the mask is not one of tw.attention's");
    build(masks.empty() ? Value() : joinMasks(*cut), *cut);
    return success();
  }

private:
  static Dims withLast(Dims dims, const DimExpr &x, const DimExpr &y) {
    dims.push_back(x);
    dims.push_back(y);
    return dims;
  }

  /// Notes the leading axes of one of the shapes that scores have.
  void addShape(const Dims &dims) { shapes.push_back(dims); }

  /// Walks up reshapes that leave the last two axes as they are.
  Value behindLeadReshapes(Value x) {
    while (auto reshape = x.getDefiningOp<ReshapeOp>()) {
      Dims to = getDims(x), from = getDims(reshape.getOperand());
      if (from.size() < 2 ||
          ArrayRef(from).take_back(2) != ArrayRef(to).take_back(2))
        break;
      trail.take<ReshapeOp>(x);
      addShape(to);
      x = reshape.getOperand();
    }
    addShape(getDims(x));
    return x;
  }

  Value takeSoftmax(Value weights) {
    weights = behindLeadReshapes(weights);
    if (auto select = weights.getDefiningOp<SelectOp>()) {
      auto isNaN = select.getCondition().getDefiningOp<UnaryOp>();
      if (!isNaN || isNaN.getKind() != UnaryKind::IsNaN ||
          isNaN.getOperand() != select.getOnFalse() ||
          scalarOf(select.getOnTrue()) != 0.0 ||
          select.getType() != select.getOnFalse().getType())
        return {};
      trail.take<SelectOp>(weights);
      trail.take<UnaryOp>(select.getCondition());
      rows = UndefinedRows::Zero;
      weights = behindLeadReshapes(select.getOnFalse());
    }
    auto softmax = trail.take<SoftmaxOp>(weights);
    if (!softmax || softmax.getLog() ||
        softmax.getAxis() != int64_t(getDims(weights).size()) - 1 ||
        getDims(weights).size() < 2)
      return {};
    return softmax.getOperand();
  }

  Value takeMasks(Value scores) {
    for (;;) {
      scores = behindLeadReshapes(scores);
      Value next, mask;
      bool drops = false;
      if (auto sum = scores.getDefiningOp<BinaryOp>();
          sum && sum.getKind() == BinaryKind::Add) {
        bool isLeft = isScores(sum.getLhs());
        next = isLeft ? sum.getLhs() : sum.getRhs();
        mask = isLeft ? sum.getRhs() : sum.getLhs();
      } else if (auto select = scores.getDefiningOp<SelectOp>()) {
        drops = isMinusInfinity(select.getOnTrue());
        if (!drops && !isMinusInfinity(select.getOnFalse()))
          return scores;
        next = drops ? select.getOnFalse() : select.getOnTrue();
        mask = select.getCondition();
      }
      if (!next || next.getType() != scores.getType() ||
          getDims(mask).size() > getDims(scores).size())
        return scores;
      trail.take<BinaryOp>(scores);
      trail.take<SelectOp>(scores);
      masks.push_back({mask, getDims(scores), drops});
      scores = next;
    }
  }

  /// True if the way up from here soon comes to a product.
  static bool isScores(Value x, int steps = 6) {
    Operation *op = x.getDefiningOp();
    if (!op || steps == 0 || op->getNumResults() != 1)
      return false;
    if (isa<MatmulOp>(op))
      return true;
    return isa<ReshapeOp, UnaryOp, BinaryOp, SelectOp>(op) &&
           llvm::any_of(op->getOperands(), [&](Value operand) {
             return isScores(operand, steps - 1);
           });
  }

  /// x of x * c or x / c, whose sizes are the same.
  std::optional<std::pair<Value, double>> scaled(Value x, Trail &taken) {
    for (BinaryKind kind : {BinaryKind::Mul, BinaryKind::Div}) {
      Trail trial = taken;
      auto factor = trial.withScalar(kind, x);
      if (!factor || factor->first.getType() != x.getType())
        continue;
      taken = trial;
      if (kind == BinaryKind::Div)
        factor->second = 1 / factor->second;
      return factor;
    }
    return std::nullopt;
  }

  Value takeSoftcap(Value scores) {
    Trail trial = trail;
    auto outer = scaled(scores, trial);
    Value inner = outer ? trial.unary(UnaryKind::Tanh, outer->first) : Value();
    auto factor = inner ? scaled(inner, trial) : std::nullopt;
    // One divided by the cap, as far as the element type can say it.
    if (!factor || outer->second <= 0 ||
        std::abs(factor->second * outer->second - 1) > 1e-6)
      return scores;
    trail = trial;
    softcap = outer->second;
    return behindLeadReshapes(factor->first);
  }

  Value takeScale(Value scores) {
    while (auto factor = scaled(scores, trail)) {
      scale *= factor->second;
      scores = behindLeadReshapes(factor->first);
    }
    return scores;
  }

  /// A factor of the query or the key.
  Value takeFactor(Value x) {
    while (x.hasOneUse()) {
      auto factor = scaled(x, trail);
      if (!factor)
        break;
      scale *= factor->second;
      x = factor->first;
    }
    return x;
  }

  /// Products over [B * H]: the query may say what B and H are.
  void addSplitHeads() {
    auto reshape = query.value.getDefiningOp<ReshapeOp>();
    if (!reshape || llvm::any_of(shapes, [](const Dims &shape) {
          return shape.size() != 3;
        }))
      return;
    Dims from = getDims(reshape.getOperand());
    if (from.size() == 4 &&
        ArrayRef(from).take_back(2) == ArrayRef(query.dims()).take_back(2))
      addShape(withLast(Dims(leading(from)), query.rows(), key.rows()));
  }

  /// Chooses the shape with the most leading axes; the others merge them.
  bool finestFits() {
    for (const Dims &shape : shapes)
      if (shape.size() - 2 > finest.size())
        finest = Dims(leading(shape));
    return llvm::all_of(shapes, [&](const Dims &shape) {
      return shape.size() == 2 ? product(finest).isConstant(1)
                               : groupsOf(finest, leading(shape)).has_value();
    });
  }

  /// The mask's sizes beside all the finest axes; none if one is neither 1 nor
  /// that of the scores.
  std::optional<Dims> finestSizes(const Mask &mask) {
    Dims sizes(mask.shape.size(), DimExpr(1)), own = getDims(mask.value);
    llvm::copy(own, sizes.end() - own.size());
    for (auto [size, full] : llvm::zip(sizes, mask.shape))
      if (size != full && !size.isConstant(1))
        return std::nullopt;
    Dims result;
    auto groups = groupsOf(finest, leading(mask.shape));
    size_t axis = 0;
    if (groups)
      for (auto [count, size] : llvm::zip(*groups, sizes))
        for (size_t i = 0; i < count; ++i, ++axis)
          result.push_back(size.isConstant(1) ? DimExpr(1) : finest[axis]);
    result.resize(finest.size(), DimExpr(1));
    return withLast(result, sizes[sizes.size() - 2], sizes.back());
  }

  /// Where the leading axes are cut into batch and heads so that the mask has
  /// all or none of each.
  std::optional<size_t> chooseCut() {
    SmallVector<Dims> all{Dims(finest.size() + 2, DimExpr(1))};
    for (const Mask &mask : masks) {
      std::optional<Dims> sizes = finestSizes(mask);
      Type element = elementOf(mask.value);
      if (!sizes || element != elementOf(masks.front().value) ||
          (element.isInteger(1) && masks.size() > 1))
        return std::nullopt;
      all.push_back(*sizes);
    }
    Result<Dims> joined = broadcastShapes(all);
    if (!joined)
      return std::nullopt;
    joinedSizes = *joined;
    auto isWhole = [&](size_t from, size_t to) {
      ArrayRef<DimExpr> part = ArrayRef(joinedSizes).slice(from, to - from);
      return product(part).isConstant(1) ||
             part == ArrayRef(finest).slice(from, to - from);
    };
    // Heads are the last axis, if that can be; a single axis is the batch.
    size_t count = finest.size();
    SmallVector<size_t> cuts{count > 1 ? count - 1 : count};
    for (size_t cut = 0; cut <= count; ++cut)
      cuts.push_back(count - cut);
    for (size_t cut : cuts)
      if (isWhole(0, cut) && isWhole(cut, count))
        return cut;
    return std::nullopt;
  }

  Value reshape(Value x, const Dims &dims) {
    Type type = getTensorType(b.getContext(), dims, elementOf(x));
    return x.getType() == type
               ? x
               : ReshapeOp::create(b, loc(), type, x).getResult();
  }

  /// The sum of the masks as [B or 1, H or 1, L or 1, S or 1].
  Value joinMasks(size_t cut) {
    Value sum;
    for (const Mask &mask : masks) {
      Value own = reshape(mask.value, *finestSizes(mask));
      if (mask.drops)
        own = UnaryOp::create(b, loc(), UnaryKind::Not, own);
      sum = sum ? BinaryOp::create(b, loc(), BinaryKind::Add, sum, own)
                      .getResult()
                : own;
    }
    ArrayRef<DimExpr> all = joinedSizes;
    return reshape(sum, withLast({product(all.take_front(cut)),
                                  product(all.slice(cut, finest.size() - cut))},
                                 all[finest.size()], all[finest.size() + 1]));
  }

  /// [B, H, rows, columns] as [B, rows, H, columns].
  Value headsInside(const Matrix &m, const DimExpr &batch,
                    const DimExpr &heads) {
    Value x =
        reshape(m.value, {batch, heads, m.isSwapped ? m.columns() : m.rows(),
                          m.isSwapped ? m.rows() : m.columns()});
    return TransposeOp::create(b, loc(), x,
                               m.isSwapped ? ArrayRef<int64_t>{0, 3, 1, 2}
                                           : ArrayRef<int64_t>{0, 2, 1, 3});
  }

  /// What a key or value is repeated from, if every one of its heads serves
  /// some of the query's: [B, G, 1, S, E] over [B, G, H / G, S, E].
  static Value ungrouped(const Matrix &m, const DimExpr &batch,
                         const DimExpr &heads) {
    auto merge = m.value.getDefiningOp<ReshapeOp>();
    auto repeat =
        merge ? merge.getOperand().getDefiningOp<BroadcastOp>() : BroadcastOp();
    if (!repeat)
      return {};
    Dims to = getDims(repeat.getResult()), from = getDims(repeat.getOperand());
    Dims whole = m.dims();
    if (to.size() != 5 || from.size() != 5 || to[0] != batch ||
        from[0] != batch || to[1] != from[1] || !from[2].isConstant(1) ||
        to[1] * to[2] != heads || to[3] != whole[whole.size() - 2] ||
        to[4] != whole.back() || from[3] != to[3] || from[4] != to[4])
      return {};
    return repeat.getOperand();
  }

  void build(Value mask, size_t cut) {
    DimExpr batch = product(ArrayRef(finest).take_front(cut));
    DimExpr heads = product(ArrayRef(finest).drop_front(cut));
    DimExpr groups = heads;
    Value oneKey = ungrouped(key, batch, heads);
    Value oneValue = ungrouped(value, batch, heads);
    if (oneKey && oneValue && getDims(oneKey)[1] == getDims(oneValue)[1]) {
      groups = getDims(oneKey)[1];
      key.value = oneKey;
      value.value = oneValue;
    }
    auto attention = AttentionOp::create(
        b, loc(), headsInside(query, batch, heads),
        headsInside(key, batch, groups), headsInside(value, batch, groups),
        mask, APFloat(scale), APFloat(softcap), rows, false);
    Value result =
        TransposeOp::create(b, loc(), attention, ArrayRef<int64_t>{0, 2, 1, 3});
    b.replaceOp(root, reshape(result, getDims(root)));
  }

  Location loc() const { return trail.location(root); }

  MatmulOp root;
  PatternRewriter &b;
  Trail trail;
  Matrix query, key, value;
  double scale = 1, softcap = 0;
  UndefinedRows rows = UndefinedRows::NaN;
  SmallVector<Mask> masks;
  /// The shapes that scores and weights have, the finest leading axes, and the
  /// sizes of the sum of the masks beside them.
  SmallVector<Dims> shapes;
  Dims finest, joinedSizes;
};

/// Axes that are merged, moved together and split again: only moved.
LogicalResult moveWithoutReshapes(ReshapeOp op, PatternRewriter &rewriter) {
  auto transpose = op.getOperand().getDefiningOp<TransposeOp>();
  auto merge = transpose ? transpose.getOperand().getDefiningOp<ReshapeOp>()
                         : ReshapeOp();
  if (!merge)
    return rewriter.notifyMatchFailure(op, "no transpose between reshapes");
  Dims from = getDims(merge.getOperand()), moved;
  auto groups = groupsOf(from, getDims(merge.getResult()));
  if (!groups)
    return rewriter.notifyMatchFailure(op, "the first reshape does not merge");
  SmallVector<int64_t> permutation;
  for (int64_t axis : transpose.getPermutation()) {
    size_t first =
        std::accumulate(groups->begin(), groups->begin() + axis, size_t(0));
    for (size_t i = 0; i < (*groups)[axis]; ++i) {
      permutation.push_back(int64_t(first + i));
      moved.push_back(from[permutation.back()]);
    }
  }
  if (moved != getDims(op.getResult()))
    return rewriter.notifyMatchFailure(op, "the second reshape is no inverse");
  rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), merge.getOperand(),
                                           permutation);
  return success();
}

LogicalResult recogniseAttention(MatmulOp op, PatternRewriter &rewriter) {
  return AttentionMatch(op, rewriter).run();
}

} // namespace

void addAttentionPatterns(RewritePatternSet &patterns) {
  patterns.add(moveWithoutReshapes);
  patterns.add(recogniseAttention);
}

} // namespace tilewright::graph

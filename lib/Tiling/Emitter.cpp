//===- Emitter.cpp - a kernel in tiles, from its results ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tilewright::tiling {

Emitter::Emitter(func::FuncOp source, func::FuncOp target,
                 const Schedule &schedule)
    : source(source), target(target), schedule(schedule),
      b(target.getContext()), loc(source.getLoc()) {}

//===----------------------------------------------------------------------===//
// Offsets
//===----------------------------------------------------------------------===//

Offset Offset::operator+(const Offset &other) const {
  Offset sum = *this;
  sum.constant += other.constant;
  for (auto [value, coefficient] : other.terms) {
    auto *found = llvm::find_if(
        sum.terms, [&](auto &term) { return term.first == value; });
    if (found == sum.terms.end()) {
      sum.terms.push_back({value, coefficient});
      continue;
    }
    found->second += coefficient;
    if (found->second == 0)
      sum.terms.erase(found);
  }
  return sum;
}

Offset Offset::operator*(int64_t factor) const {
  if (factor == 0)
    return Offset(0);
  Offset product = *this;
  product.constant *= factor;
  for (auto &term : product.terms)
    term.second *= factor;
  return product;
}

bool Offset::operator==(const Offset &other) const {
  if (constant != other.constant || terms.size() != other.terms.size())
    return false;
  return llvm::all_of(
      terms, [&](auto &term) { return llvm::is_contained(other.terms, term); });
}

std::optional<int64_t> Emitter::upperBound(const Offset &offset) {
  int64_t bound = offset.constant;
  for (auto [value, coefficient] : offset.terms) {
    if (coefficient < 0) {
      // All loop indices are at least 0.
      if (!inductions.contains(value))
        return std::nullopt;
      continue;
    }
    auto found = inductions.find(value);
    if (found == inductions.end())
      return std::nullopt;
    auto extent = found->second.extent.constantValue();
    if (!extent || *extent <= 0)
      return std::nullopt;
    bound +=
        coefficient * ((*extent - 1) / found->second.step * found->second.step);
  }
  return bound;
}

std::optional<int64_t> Emitter::lowerBound(const Offset &offset) {
  auto negated = upperBound(offset * -1);
  if (!negated)
    return std::nullopt;
  return -*negated;
}

Offset Emitter::offsetOf(const DimExpr &expr) {
  if (auto constant = expr.constantValue())
    return Offset(*constant);
  return Offset(extentValue(expr));
}

Value Emitter::materialize(const Offset &offset) {
  if (offset.terms.size() == 1 && offset.constant == 0 &&
      offset.terms[0].second == 1)
    return offset.terms[0].first;
  for (auto &[known, value] : offsetMemo)
    if (known == offset && isVisible(value.getParentBlock()) &&
        depthOf(value) <= depth)
      return value;
  OpBuilder::InsertionGuard guard(b);
  Value value;
  if (offset.terms.empty()) {
    b.setInsertionPointToStart(&target.front());
    value = arith::ConstantIndexOp::create(b, loc, offset.constant);
  } else {
    unsigned saved = depth;
    setInsertionPoint(depthOf(offset));
    AffineExpr expr = b.getAffineConstantExpr(offset.constant);
    SmallVector<Value> operands;
    for (auto [term, coefficient] : offset.terms) {
      expr = expr + b.getAffineDimExpr(operands.size()) * coefficient;
      operands.push_back(term);
    }
    value = affine::AffineApplyOp::create(
        b, loc, AffineMap::get(operands.size(), 0, expr), operands);
    depth = saved;
  }
  offsetMemo.push_back({offset, value});
  return value;
}

//===----------------------------------------------------------------------===//
// Scopes
//===----------------------------------------------------------------------===//

/// Depth 0 is the body of the forall; what is defined outside has depth 0 too.
unsigned Emitter::depthOf(Value value) const {
  Block *block = value.getParentBlock();
  for (unsigned i = scopes.size(); i-- > 0;)
    if (scopes[i].block == block)
      return i;
  return 0;
}

unsigned Emitter::depthOf(const Offset &offset) const {
  unsigned result = 0;
  for (auto &term : offset.terms)
    result = std::max(result, depthOf(term.first));
  return result;
}

bool Emitter::isVisible(Block *block) {
  return block == &target.front() ||
         llvm::any_of(scopes,
                      [&](const Scope &scope) { return scope.block == block; });
}

void Emitter::setInsertionPoint(unsigned newDepth) {
  depth = newDepth;
  const Scope &scope = scopes[newDepth];
  if (scope.next)
    b.setInsertionPoint(scope.next);
  else if (scope.block->mightHaveTerminator())
    b.setInsertionPoint(scope.block->getTerminator());
  else
    b.setInsertionPointToEnd(scope.block);
}

Value Emitter::serialLoop(const DimExpr &extent, int64_t step, Value init,
                          function_ref<Value(Offset, Value)> body) {
  auto known = extent.constantValue();
  if (known && *known > 0 && *known <= step)
    return body(Offset(0), init);
  Value zero = materialize(Offset(0)), stride = materialize(Offset(step));
  Value bound = extentValue(extent);
  unsigned outer = depth;
  auto loop = init ? scf::ForOp::create(b, loc, zero, bound, stride, init)
                   : scf::ForOp::create(b, loc, zero, bound, stride);
  // This loop is the continuation of its scope while its body is emitted; the
  // loops that were open below wait.
  SmallVector<Scope> waiting(scopes.begin() + outer + 1, scopes.end());
  scopes.truncate(outer + 1);
  Operation *savedNext = scopes[outer].next;
  scopes[outer].next = loop;
  scopes.push_back({loop.getBody()});
  inductions[loop.getInductionVar()] = {extent, step};
  setInsertionPoint(outer + 1);
  Value carried = body(Offset(loop.getInductionVar()),
                       init ? loop.getRegionIterArgs()[0] : Value());
  if (init && carried) {
    setInsertionPoint(outer + 1);
    if (loop.getBody()->mightHaveTerminator())
      loop.getBody()->getTerminator()->erase();
    b.setInsertionPointToEnd(loop.getBody());
    scf::YieldOp::create(b, loc, carried);
  }
  scopes.truncate(outer + 1);
  scopes[outer].next = savedNext;
  scopes.append(waiting.begin(), waiting.end());
  setInsertionPoint(outer);
  if (!init)
    return {};
  return carried ? loop.getResult(0) : Value();
}

Value Emitter::serialNest(ArrayRef<DimExpr> extents, Value init,
                          function_ref<Value(ArrayRef<Offset>, Value)> body) {
  SmallVector<Offset> position;
  std::function<Value(Value)> nest = [&](Value carried) -> Value {
    if (position.size() == extents.size())
      return body(position, carried);
    return serialLoop(extents[position.size()], 1, carried,
                      [&](Offset offset, Value inner) {
                        position.push_back(offset);
                        Value result = nest(inner);
                        position.pop_back();
                        return result;
                      });
  };
  return nest(init);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Value Emitter::extentValue(const DimExpr &extent) {
  if (auto constant = extent.constantValue())
    return materialize(Offset(*constant));
  Value &argument = sizeArguments[extent.str()];
  if (!argument) {
    argument = target.front().addArgument(b.getIndexType(), loc);
    auto sizes = target->getAttrOfType<ArrayAttr>(tile::kSizesAttr);
    SmallVector<Attribute> texts(sizes.begin(), sizes.end());
    texts.push_back(b.getStringAttr(extent.str()));
    target->setAttr(tile::kSizesAttr, b.getArrayAttr(texts));
  }
  return argument;
}

OpFoldResult Emitter::extentFold(const DimExpr &extent) {
  if (auto constant = extent.constantValue())
    return b.getIndexAttr(*constant);
  return extentValue(extent);
}

Value Emitter::splat(TypedAttr value, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, value.getType());
  return arith::ConstantOp::create(b, loc, DenseElementsAttr::get(type, value));
}

static ArrayRef<int64_t> tileShape(Value tile) {
  return cast<RankedTensorType>(tile.getType()).getShape();
}

Value Emitter::reshape(Value tile, ArrayRef<int64_t> shape) {
  if (tileShape(tile) == shape)
    return tile;
  auto type = cast<RankedTensorType>(tile.getType()).clone(shape);
  return tile::ReshapeOp::create(b, loc, type, tile);
}

Value Emitter::broadcast(Value tile, ArrayRef<int64_t> shape) {
  if (tileShape(tile) == shape)
    return tile;
  auto type = cast<RankedTensorType>(tile.getType()).clone(shape);
  return tile::BroadcastOp::create(b, loc, type, tile);
}

Value Emitter::transpose(Value tile, ArrayRef<int64_t> permutation) {
  bool identity = true;
  SmallVector<int64_t> shape;
  for (auto [i, axis] : llvm::enumerate(permutation)) {
    identity &= int64_t(i) == axis;
    shape.push_back(tileShape(tile)[axis]);
  }
  if (identity)
    return tile;
  auto type = cast<RankedTensorType>(tile.getType()).clone(shape);
  return tile::TransposeOp::create(b, loc, type, tile, permutation);
}

Value Emitter::coordinates(const Request &request, int64_t axis) {
  SmallVector<int64_t> shape = shapeOf(request.axes);
  auto type = RankedTensorType::get(shape, b.getIndexType());
  const Axis &a = request.axes[axis];
  if (a.stride == 1)
    return tile::IotaOp::create(b, loc, type, materialize(a.offset), axis);
  Value steps =
      tile::IotaOp::create(b, loc, type, materialize(Offset(0)), axis);
  Value scaled = arith::MulIOp::create(b, loc, steps,
                                       splat(b.getIndexAttr(a.stride), shape));
  Value start = tile::SplatOp::create(b, loc, type, materialize(a.offset));
  return arith::AddIOp::create(b, loc, scaled, start);
}

SmallVector<int64_t> Emitter::shapeOf(const Axes &axes) const {
  SmallVector<int64_t> shape;
  for (const Axis &axis : axes)
    shape.push_back(axis.size);
  return shape;
}

Axis Emitter::windowAxis(const Axis &out, int64_t stride, const Offset &shift,
                         const DimExpr &padLow) {
  return Axis{out.offset * stride + shift - offsetOf(padLow), out.size,
              out.stride * stride, /*filled=*/true};
}

//===----------------------------------------------------------------------===//
// Bounds
//===----------------------------------------------------------------------===//

/// Sets `below` if an element may be before 0, `above` if one may be at the
/// extent or after it.
bool Emitter::isInside(const Axis &axis, const DimExpr &extent, bool &below,
                       bool &above) {
  int64_t span = (axis.size - 1) * axis.stride;
  auto low = lowerBound(axis.offset), high = upperBound(axis.offset);
  below = !low || *low < 0;
  auto known = extent.constantValue();
  above = !high || !known || *high + span >= *known;
  if (above && axis.stride == 1 && axis.offset.constant == 0 &&
      axis.offset.terms.size() == 1 && axis.offset.terms[0].second == 1) {
    // A loop over this very extent whose step divides it. The symbols' ranges
    // are in the expression only where they were simplified away.
    auto found = inductions.find(axis.offset.terms[0].first);
    if (found != inductions.end() && found->second.extent == extent &&
        found->second.step == axis.size &&
        DimExpr::mod(extent, axis.size).isConstant(0))
      above = false;
  }
  if (axis.size == 1 && axis.offset.terms.size() == 1 &&
      axis.offset.constant == 0 && axis.offset.terms[0].second == 1) {
    auto found = inductions.find(axis.offset.terms[0].first);
    if (found != inductions.end() && found->second.extent == extent)
      above = false;
  }
  return !below && !above;
}

Bounds Emitter::bounds(const Request &request, bool filledOnly) {
  Bounds result;
  Dims extents = dims(request.value);
  for (auto [axis, extent] : llvm::zip(request.axes, extents)) {
    OpFoldResult lo = b.getIndexAttr(0), hi = b.getIndexAttr(axis.size);
    bool below = false, above = false;
    if ((!filledOnly || axis.filled) && !isInside(axis, extent, below, above)) {
      result.full = false;
      unsigned saved = depth;
      OpBuilder::InsertionGuard guard(b);
      Value offset = materialize(axis.offset);
      setInsertionPoint(depthOf(axis.offset));
      AffineExpr d0 = b.getAffineDimExpr(0), s0 = b.getAffineSymbolExpr(0);
      AffineExpr size = b.getAffineConstantExpr(axis.size);
      MLIRContext *context = b.getContext();
      if (above) {
        // hi = clamp(ceildiv(extent - offset, stride), 0, size)
        auto known = extent.constantValue();
        AffineExpr end = known ? b.getAffineConstantExpr(*known) : s0;
        AffineExpr count = (end - d0).ceilDiv(axis.stride);
        SmallVector<Value> operands = {offset};
        if (!known)
          operands.push_back(extentValue(extent));
        Value least = affine::AffineMinOp::create(
            b, loc, AffineMap::get(1, known ? 0 : 1, {count, size}, context),
            operands);
        // The index of a loop over this extent never reaches it.
        bool reached = true;
        if (axis.offset.terms.size() == 1 && axis.offset.terms[0].second == 1 &&
            axis.offset.constant <= 0) {
          auto found = inductions.find(axis.offset.terms[0].first);
          reached = found == inductions.end() || found->second.extent != extent;
        }
        if (reached)
          least = affine::AffineMaxOp::create(
              b, loc,
              AffineMap::get(1, 0, {d0, b.getAffineConstantExpr(0)}, context),
              ValueRange{least});
        hi = least;
      }
      if (below) {
        // lo = clamp(ceildiv(-offset, stride), 0, size)
        Value most = affine::AffineMinOp::create(
            b, loc,
            AffineMap::get(1, 0, {(-d0).ceilDiv(axis.stride), size}, context),
            ValueRange{offset});
        lo =
            affine::AffineMaxOp::create(
                b, loc,
                AffineMap::get(1, 0, {d0, b.getAffineConstantExpr(0)}, context),
                ValueRange{most})
                .getResult();
      }
      depth = saved;
    }
    result.lo.push_back(lo);
    result.hi.push_back(hi);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

Value Emitter::emit(const Request &request) {
  for (Emitted &known : memo[request.value])
    if (known.request == request && isVisible(known.tile.getParentBlock()))
      return known.tile;
  unsigned saved = depth, needed = 0;
  for (const Axis &axis : request.axes)
    needed = std::max(needed, depthOf(axis.offset));
  OpBuilder::InsertionGuard guard(b);
  setInsertionPoint(needed);
  Value tile = emitOp(request);
  depth = saved;
  if (tile)
    memo[request.value].push_back({request, tile});
  return tile;
}

Value Emitter::emitOp(const Request &request) {
  if (isa<BlockArgument>(request.value))
    return emitLoad(request);
  unsigned at = depth;
  Operation *op = request.value.getDefiningOp();
  Location savedLoc = loc;
  loc = op->getLoc();
  Value tile =
      TypeSwitch<Operation *, Value>(op)
          .Case([&](linalg::GenericOp generic) {
            return generic.getNumReductionLoops()
                       ? emitReduction(generic, request)
                       : emitElementwise(generic, request);
          })
          .Case([&](graph::SliceOp slice) { return emitSlice(slice, request); })
          .Case([&](graph::ConcatOp concat) {
            return emitConcat(concat, request);
          })
          .Case([&](graph::PadOp pad) { return emitPad(pad, request); })
          .Case([&](graph::MatmulOp matmul) {
            return emitMatmul(matmul, request);
          })
          .Case([&](graph::ConvOp conv) { return emitConv(conv, request); })
          .Case([&](graph::ConvTransposeOp conv) {
            return emitConvTranspose(conv, request);
          })
          .Case([&](graph::PoolOp pool) { return emitPool(pool, request); })
          .Default([](Operation *op) -> Value {
            op->emitOpError("cannot emit tiles");
            return {};
          });
  if (tile && request.fill) {
    setInsertionPoint(at);
    Bounds inside = bounds(request, /*filledOnly=*/true);
    if (!inside.full)
      tile = tile::ClipOp::create(b, loc, tile, inside.lo, inside.hi,
                                  request.fill);
  }
  loc = savedLoc;
  return tile;
}

Value Emitter::emitLoad(const Request &request) {
  Value buffer = buffers.lookup(request.value);
  auto type = RankedTensorType::get(
      shapeOf(request.axes),
      cast<MemRefType>(buffer.getType()).getElementType());
  SmallVector<Value> offsets;
  SmallVector<int64_t> strides;
  for (const Axis &axis : request.axes) {
    offsets.push_back(materialize(axis.offset));
    strides.push_back(axis.stride);
  }
  Bounds inside = bounds(request);
  return tile::LoadOp::create(b, loc, type, buffer, offsets, inside.lo,
                              inside.hi, strides, request.fill);
}

} // namespace tilewright::tiling

//===- GraphToLinalg.cpp - a tw.kernel as linalg on tensors --------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Conversion/GraphToLinalg/GraphToLinalg.h"
#include "tilewright/Conversion/Scalar/SampleMath.h"
#include "tilewright/Conversion/Scalar/Scalar.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"

#include "KernelConverter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tilewright::graph {

/// `type` with the element type that buffers hold.
static RankedTensorType withStorage(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return tensor.clone(storageType(tensor.getElementType()));
}

Value KernelConverter::size(const DimExpr &expr) {
  if (auto constant = expr.constantValue()) {
    OpBuilder builder(function.getContext());
    builder.setInsertionPointToStart(&function.front());
    return arith::ConstantIndexOp::create(builder, function.getLoc(),
                                          *constant);
  }
  Value &argument = sizeArguments[expr.str()];
  if (!argument) {
    Block &entry = function.front();
    argument = entry.addArgument(b.getIndexType(), function.getLoc());
    sizeExprs.push_back(expr);
  }
  return argument;
}

AffineMap KernelConverter::broadcastMap(const Dims &operand,
                                        const Dims &result) {
  SmallVector<AffineExpr> exprs;
  size_t missing = result.size() - operand.size();
  for (size_t i = 0; i < operand.size(); ++i) {
    bool repeated =
        operand[i].isConstant(1) && !result[missing + i].isConstant(1);
    exprs.push_back(repeated ? b.getAffineConstantExpr(0)
                             : b.getAffineDimExpr(missing + i));
  }
  return AffineMap::get(result.size(), 0, exprs, b.getContext());
}

AffineMap KernelConverter::withoutAxes(int64_t rank, ArrayRef<int64_t> axes) {
  SmallVector<AffineExpr> exprs;
  for (int64_t i = 0; i < rank; ++i)
    if (!llvm::is_contained(axes, i))
      exprs.push_back(b.getAffineDimExpr(i));
  return AffineMap::get(rank, 0, exprs, b.getContext());
}

Value KernelConverter::extract(OpBuilder &builder, Location loc, Value tensor,
                               ArrayRef<Value> coordinates) {
  return tensor::ExtractOp::create(builder, loc, tensor, coordinates);
}

Value KernelConverter::parallel(Location loc, const Dims &shape, Type element,
                                ArrayRef<Input> inputs, Body body) {
  auto type = getTensorType(b.getContext(), shape, element);
  SmallVector<Value> dynamic;
  for (const DimExpr &dim : shape)
    if (!dim.constantValue())
      dynamic.push_back(size(dim));
  Value empty = tensor::EmptyOp::create(b, loc, type, dynamic);
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (const Input &input : inputs) {
    operands.push_back(input.value);
    maps.push_back(input.map);
  }
  maps.push_back(b.getMultiDimIdentityMap(shape.size()));
  SmallVector<utils::IteratorType> iterators(shape.size(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      b, loc, type, operands, empty, maps, iterators,
      [&](OpBuilder &builder, Location bodyLoc, ValueRange args) {
        linalg::YieldOp::create(builder, bodyLoc,
                                body(builder, args.drop_back()));
      });
  return generic.getResult(0);
}

Value KernelConverter::elementwise(Location loc, const Dims &shape,
                                   Type element, ArrayRef<Value> inputs,
                                   Body body) {
  SmallVector<Input> mapped;
  for (Value input : inputs)
    mapped.push_back({input, broadcastMap(getDims(input), shape)});
  return parallel(loc, shape, element, mapped, body);
}

Value KernelConverter::reduce(
    Location loc, Value operand, const Dims &shape, ArrayRef<int64_t> axes,
    TypedAttr neutral, function_ref<Value(OpBuilder &, Value, Value)> combine) {
  Dims kept;
  SmallVector<Value> dynamic;
  SmallVector<utils::IteratorType> iterators;
  for (auto [i, dim] : llvm::enumerate(shape)) {
    bool reduced = llvm::is_contained(axes, int64_t(i));
    iterators.push_back(reduced ? utils::IteratorType::reduction
                                : utils::IteratorType::parallel);
    if (reduced)
      continue;
    kept.push_back(dim);
    if (!dim.constantValue())
      dynamic.push_back(size(dim));
  }
  auto type = getTensorType(b.getContext(), kept, elementOf(operand));
  Value empty = tensor::EmptyOp::create(b, loc, type, dynamic);
  Value start = arith::ConstantOp::create(b, loc, neutral);
  Value init = linalg::FillOp::create(b, loc, start, empty).getResult(0);
  SmallVector<AffineMap> maps = {b.getMultiDimIdentityMap(shape.size()),
                                 withoutAxes(shape.size(), axes)};
  auto generic = linalg::GenericOp::create(
      b, loc, type, operand, init, maps, iterators,
      [&](OpBuilder &builder, Location bodyLoc, ValueRange args) {
        linalg::YieldOp::create(builder, bodyLoc,
                                combine(builder, args[0], args[1]));
      });
  return generic.getResult(0);
}

Value KernelConverter::contracted(Operation *op, Value operand) {
  Type from = elementOf(operand), to = elementOf(op->getResult(0));
  bool tilesWiden = isa<MatmulOp>(op) && isa<FloatType>(from);
  if (storageType(from) == storageType(to) || tilesWiden)
    return get(operand);
  Location loc = op->getLoc();
  return elementwise(loc, getDims(operand), storageType(to), get(operand),
                     [&](OpBuilder &builder, ValueRange args) {
                       ScalarEmitter emit(builder, loc);
                       Value x = emit.load(args[0], from);
                       return emit.store(emit.cast(x, from, to), to);
                     });
}

LogicalResult KernelConverter::keep(Operation *op) {
  bool isContraction = isa<MatmulOp, ConvOp, ConvTransposeOp>(op);
  OperationState state(op->getLoc(), op->getName());
  for (Value operand : op->getOperands())
    state.operands.push_back(isContraction ? contracted(op, operand)
                                           : get(operand));
  for (Type type : op->getResultTypes())
    state.types.push_back(withStorage(type));
  state.attributes = op->getAttrDictionary();
  // The storage type no longer says the signedness.
  if (isa<PoolOp>(op) && elementOf(op->getOperand(0)).isUnsignedInteger())
    state.addAttribute(tile::kUnsignedAttr, b.getUnitAttr());
  Operation *clone = b.create(state);
  for (auto [from, to] : llvm::zip(op->getResults(), clone->getResults()))
    map(from, to);
  return success();
}

static bool emitsOwnTiles(Operation *op) {
  if (auto pad = dyn_cast<PadOp>(op))
    return pad.getMode() == PadMode::Constant;
  if (auto slice = dyn_cast<SliceOp>(op))
    return llvm::all_of(slice.getSteps(),
                        [](int64_t step) { return step > 0; });
  if (auto concat = dyn_cast<ConcatOp>(op))
    return !concat.isWide();
  return isa<MatmulOp, ConvOp, ConvTransposeOp, PoolOp>(op);
}

static bool isElementwise(Operation *op) {
  return isa<UnaryOp, BinaryOp, CompareOp, SelectOp, CastOp>(op);
}
static bool isMovement(Operation *op) {
  return isa<TransposeOp, BroadcastOp, GatherOp, GatherElementsOp, GatherNDOp,
             PadOp, SliceOp, ReverseSequenceOp, RangeOp, ConstantOp>(op);
}
static bool isReduction(Operation *op) {
  return isa<ReduceOp, ArgReduceOp, SoftmaxOp, NormalizeOp>(op);
}

LogicalResult KernelConverter::convert(Operation *op) {
  b.setInsertionPointToEnd(&function.front());
  if (emitsOwnTiles(op))
    return keep(op);
  if (isElementwise(op))
    return convertElementwise(op);
  if (isMovement(op))
    return convertMovement(op);
  if (isReduction(op))
    return convertReduction(op);
  if (isa<ResizeOp, GridSampleOp>(op))
    return convertSampling(op);
  return op->emitOpError("has no conversion to linalg");
}

static FailureOr<func::FuncOp> convertKernel(KernelOp kernel, ModuleOp module) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto function =
      func::FuncOp::create(builder, kernel.getLoc(), kernel.getSymName(),
                           builder.getFunctionType({}, {}));
  Block *entry = function.addEntryBlock();
  KernelConverter converter(function);
  Block &body = kernel.getBody().front();
  for (BlockArgument argument : body.getArguments())
    converter.map(argument, entry->addArgument(withStorage(argument.getType()),
                                               argument.getLoc()));
  for (Operation &op : body.without_terminator())
    if (failed(converter.convert(&op)))
      return failure();

  SmallVector<Value> results;
  for (Value operand : body.getTerminator()->getOperands())
    results.push_back(converter.get(operand));
  builder.setInsertionPointToEnd(entry);
  func::ReturnOp::create(builder, kernel.getLoc(), results);
  SmallVector<Attribute> sizes;
  // The sizes of the buffers themselves belong to the signature too.
  for (Type type : llvm::concat<const Type>(body.getArgumentTypes(),
                                            kernel.getResultTypes()))
    for (const DimExpr &dim : getDims(cast<RankedTensorType>(type)))
      if (!dim.constantValue())
        converter.size(dim);
  for (const DimExpr &expr : converter.sizes())
    sizes.push_back(builder.getStringAttr(expr.str()));
  function->setAttr(tile::kSizesAttr, builder.getArrayAttr(sizes));
  function.setFunctionType(builder.getFunctionType(
      entry->getArgumentTypes(), ValueRange(results).getTypes()));
  return function;
}

} // namespace tilewright::graph

using namespace tilewright;

FailureOr<func::FuncOp>
tilewright::convertKernelToLinalg(graph::KernelOp kernel, ModuleOp module) {
  return graph::convertKernel(kernel, module);
}

bool tilewright::isConvertibleToLinalg(Operation *op) {
  return graph::emitsOwnTiles(op) || graph::isElementwise(op) ||
         graph::isMovement(op) || graph::isReduction(op) ||
         isa<graph::GridSampleOp>(op) ||
         (isa<graph::ResizeOp>(op) &&
          !graph::hasWideFilter(cast<graph::ResizeOp>(op)));
}

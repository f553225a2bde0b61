//===- Outlining.cpp - ops as tw.kernel regions ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Outlining.h"

#include "tilewright/Dialect/Graph/Transforms/SplitKernel.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

static bool isSplat(ConstantOp op) {
  return isa<SplatElementsAttr>(op.getValue());
}

Role graph::roleOf(Operation *op) {
  if (isa<BindDimsOp, CheckDimsOp, IfOp, LoopOp, NonZeroOp, UniqueOp,
          NonMaxSuppressionOp>(op))
    return Role::Barrier;
  if (isa<WeightOp, ReshapeOp, FromDimsOp>(op) ||
      op->hasTrait<OpTrait::IsTerminator>())
    return Role::Outside;
  if (isa<ConstantOp>(op))
    return Role::Outside;
  if (isa<UnaryOp, BinaryOp, CompareOp, SelectOp, CastOp>(op))
    return Role::Elementwise;
  if (isa<TransposeOp, BroadcastOp, RangeOp>(op))
    return Role::Movement;
  if (auto concat = dyn_cast<ConcatOp>(op))
    return concat.isWide() ? Role::Alone : Role::Movement;
  if (auto pad = dyn_cast<PadOp>(op))
    return pad.getMode() == PadMode::Constant ? Role::Movement : Role::Gather;
  if (auto slice = dyn_cast<SliceOp>(op))
    return llvm::all_of(slice.getSteps(), [](int64_t step) { return step > 0; })
               ? Role::Movement
               : Role::Gather;
  // A filter as wide as the sizes make it has a kernel of loops.
  if (auto resize = dyn_cast<ResizeOp>(op);
      resize && resize.getAntialias() &&
      resize.getMode() != ResizeMode::Nearest)
    return Role::Alone;
  if (isa<GatherOp, GatherElementsOp, GatherNDOp, ReverseSequenceOp, ResizeOp,
          GridSampleOp>(op))
    return Role::Gather;
  if (isa<ReduceOp, ArgReduceOp, SoftmaxOp, NormalizeOp>(op))
    return Role::Reduction;
  if (isa<MatmulOp, ConvOp, ConvTransposeOp, PoolOp>(op))
    return Role::Contraction;
  return Role::Alone;
}

bool graph::isAddressed(Operation *op, size_t index) {
  Role role = roleOf(op);
  return role == Role::Alone ||
         (role == Role::Gather &&
          (index == 0 || isa<GatherNDOp, GridSampleOp>(op)));
}

/// "conv" of "tw.conv"; the op that a kernel is named after is its heaviest.
static StringRef nameOf(ArrayRef<Operation *> ops) {
  Operation *best = ops.back();
  auto weight = [](Operation *op) {
    Role role = roleOf(op);
    return role == Role::Contraction   ? 3
           : role == Role::Reduction   ? 2
           : role == Role::Elementwise ? 0
                                       : 1;
  };
  for (Operation *op : llvm::reverse(ops))
    if (weight(op) > weight(best))
      best = op;
  if (auto unary = dyn_cast<UnaryOp>(best))
    return stringifyUnaryKind(unary.getKind());
  if (auto binary = dyn_cast<BinaryOp>(best))
    return stringifyBinaryKind(binary.getKind());
  return best->getName().stripDialect();
}

KernelOp graph::outlineKernel(ArrayRef<Operation *> ops, StringRef suffix,
                              OpBuilder &builder) {
  DenseSet<Operation *> members(ops.begin(), ops.end());
  llvm::SetVector<Value> inputs;
  SmallVector<Value> results;
  SmallVector<Location> locations;
  llvm::SetVector<Operation *> constants;
  for (Operation *op : ops) {
    locations.push_back(op->getLoc());
    for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
      Operation *producer = operand.getDefiningOp();
      if (producer && members.contains(producer))
        continue;
      auto constant = dyn_cast_if_present<ConstantOp>(producer);
      if (constant && isSplat(constant) && !isAddressed(op, index))
        constants.insert(producer);
      else
        inputs.insert(operand);
    }
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) {
            return !members.contains(user);
          }))
        results.push_back(result);
  }
  SmallVector<Value> buffers(inputs.begin(), inputs.end());
  // A kernel of loops has one buffer per operand and result of its op, in
  // order, used or not.
  if (roleOf(ops[0]) == Role::Alone) {
    buffers.assign(ops[0]->operand_begin(), ops[0]->operand_end());
    results.assign(ops[0]->result_begin(), ops[0]->result_end());
  }
  std::string name = (nameOf(ops) + "_" + suffix).str();
  Location loc = builder.getFusedLoc(locations);
  auto kernel = KernelOp::create(builder, loc, ValueRange(results).getTypes(),
                                 name, buffers);
  Block *body = new Block();
  kernel.getBody().push_back(body);
  IRMapping mapping;
  for (Value input : buffers)
    mapping.map(input, body->addArgument(input.getType(), input.getLoc()));
  OpBuilder inside = OpBuilder::atBlockEnd(body);
  for (Operation *constant : constants)
    inside.clone(*constant, mapping);
  for (Operation *op : ops)
    inside.clone(*op, mapping);
  SmallVector<Value> yielded;
  for (Value result : results)
    yielded.push_back(mapping.lookup(result));
  YieldOp::create(inside, loc, yielded);
  for (auto [result, replacement] : llvm::zip(results, kernel.getResults()))
    result.replaceAllUsesWith(replacement);
  for (Operation *op : llvm::reverse(ops))
    op->erase();
  return kernel;
}

SmallVector<KernelOp> graph::splitKernel(KernelOp kernel) {
  // The ops go back to where the kernel is, then each into its own.
  OpBuilder builder(kernel);
  IRMapping mapping;
  Block &body = kernel.getBody().front();
  mapping.map(body.getArguments(), kernel.getInputs());
  SmallVector<Operation *> ops, constants;
  for (Operation &op : body.without_terminator())
    (isa<ConstantOp>(op) ? constants : ops)
        .push_back(builder.clone(op, mapping));
  for (auto [result, value] :
       llvm::zip(kernel.getResults(), body.getTerminator()->getOperands()))
    result.replaceAllUsesWith(mapping.lookup(value));

  SmallVector<KernelOp> kernels;
  for (auto [i, op] : llvm::enumerate(ops)) {
    std::string suffix = (kernel.getSymName() + "_" + Twine(i)).str();
    builder.setInsertionPoint(kernel);
    kernels.push_back(outlineKernel(op, suffix, builder));
  }
  for (Operation *constant : constants)
    if (constant->use_empty())
      constant->erase();
  kernel.erase();
  return kernels;
}

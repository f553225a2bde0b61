//===- BuildPlan.cpp - the runtime plan of a lowered model ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/BuildPlan.h"

#include "tilewright/Dialect/Graph/IR/ConstantTensors.h"
#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Dialect/Graph/IR/NodeNames.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tilewright {

namespace {

std::vector<DimExpr> toVector(const graph::Dims &dims) {
  return {dims.begin(), dims.end()};
}

class PlanBuilder {
public:
  PlanBuilder(const PlanSources &sources) : sources(sources) {}

  Result<Plan> build(func::FuncOp main) {
    for (auto [i, argument] : llvm::enumerate(main.getArguments())) {
      Buffer buffer = describe(argument, BufferKind::Input);
      buffer.index = uint32_t(i);
      buffers[argument] = add(buffer);
    }
    auto outputs = main.front().getTerminator()->getOperands();
    SmallVector<BufferId> outputBuffers;
    for (auto [i, value] : llvm::enumerate(outputs)) {
      Buffer buffer = describe(value, BufferKind::Output);
      buffer.index = uint32_t(i);
      outputBuffers.push_back(add(buffer));
      writeInPlace(value, outputBuffers.back());
    }
    if (Status status = buildBlock(main.front(), plan.commands); !status)
      return status.error();
    for (auto [value, buffer] : llvm::zip(outputs, outputBuffers))
      if (Status status = copyUnlessInPlace(value, buffer, plan.commands);
          !status)
        return status.error();
    return std::move(plan);
  }

private:
  BufferId add(Buffer buffer) {
    plan.buffers.push_back(std::move(buffer));
    return BufferId(plan.buffers.size() - 1);
  }

  Buffer describe(Value value, BufferKind kind) {
    Buffer buffer;
    auto type = cast<RankedTensorType>(value.getType());
    buffer.type = *graph::getDType(type.getElementType());
    buffer.dims = toVector(graph::getDims(type));
    buffer.kind = kind;
    buffer.name = "b" + std::to_string(plan.buffers.size());
    return buffer;
  }

  BufferId view(Value value, BufferId base) {
    Buffer buffer = describe(value, BufferKind::View);
    buffer.base = base;
    return add(buffer);
  }

  /// If a kernel of the same block computes `value`, it writes it to `target`.
  void writeInPlace(Value value, BufferId target) {
    if (!value.getDefiningOp<graph::KernelOp>() || buffers.contains(value))
      return;
    buffers[value] = target;
    inPlace[target] = value;
  }

  Status copyUnlessInPlace(Value value, BufferId target, Commands &commands) {
    auto found = inPlace.find(target);
    if (found != inPlace.end() && found->second == value)
      return Status::success();
    auto from = bufferOf(value);
    if (!from)
      return from.error();
    commands.push_back(
        {CopyCommand{*from, target}, graph::nodesOf(value.getLoc())});
    return Status::success();
  }

  /// The buffer of a value; constants and weights get theirs here.
  Result<BufferId> bufferOf(Value value) {
    auto found = buffers.find(value);
    if (found != buffers.end())
      return found->second;
    Operation *op = value.getDefiningOp();
    if (auto weight = dyn_cast_if_present<graph::WeightOp>(op)) {
      auto index = sources.weightIndex(weight.getKey());
      if (!index)
        return index.error();
      Buffer buffer = describe(value, BufferKind::Weight);
      buffer.name = weight.getName().str();
      buffer.index = *index;
      return buffers[value] = add(buffer);
    }
    if (auto constant = dyn_cast_if_present<graph::ConstantOp>(op)) {
      Result<Tensor> tensor = graph::toTensor(constant.getValue());
      if (!tensor)
        return tensor.error();
      Buffer buffer = describe(value, BufferKind::Constant);
      buffer.bytes.assign(tensor->as<char>(), size_t(tensor->bytes()));
      return buffers[value] = add(buffer);
    }
    if (auto reshape = dyn_cast_if_present<graph::ReshapeOp>(op)) {
      auto base = bufferOf(reshape.getOperand());
      if (!base)
        return base.error();
      BufferId id = view(value, *base);
      return buffers[value] = id;
    }
    return tilewright::error("internal error: no buffer for a result of ",
                             op ? op->getName().getStringRef().str()
                                : std::string("a block argument"));
  }

  Result<BufferId> temporary(Value value) {
    auto found = buffers.find(value);
    if (found != buffers.end())
      return found->second;
    BufferId id = add(describe(value, BufferKind::Temporary));
    return buffers[value] = id;
  }

  Status buildBlock(Block &block, Commands &commands) {
    for (Operation &op : block.without_terminator())
      if (Status status = buildOp(&op, commands); !status)
        return status;
    return Status::success();
  }

  Status buildOp(Operation *op, Commands &commands) {
    return TypeSwitch<Operation *, Status>(op)
        .Case<graph::WeightOp, graph::ConstantOp>(
            [](auto) { return Status::success(); })
        .Case([&](graph::ReshapeOp reshape) -> Status {
          auto buffer = bufferOf(reshape.getResult());
          return buffer ? Status::success() : Status(buffer.error());
        })
        .Case([&](graph::KernelOp kernel) {
          return buildKernel(kernel, commands);
        })
        .Case<graph::NonZeroOp, graph::UniqueOp, graph::NonMaxSuppressionOp>(
            [&](auto) { return buildCounting(op, commands); })
        .Case([&](graph::FromDimsOp fromDims) -> Status {
          auto to = temporary(fromDims.getResult());
          auto exprs = fromDims.getDims().exprs();
          commands.push_back(
              {FillDimsCommand{*to, {exprs.begin(), exprs.end()}},
               graph::nodesOf(op->getLoc())});
          return Status::success();
        })
        .Case([&](graph::BindDimsOp bind) -> Status {
          auto from = bufferOf(bind.getValues());
          if (!from)
            return from.error();
          BindDimsCommand command{*from, {}};
          for (auto symbol : bind.getSymbols().getAsRange<StringAttr>())
            command.symbols.push_back(symbol.str());
          commands.push_back({command, graph::nodesOf(op->getLoc())});
          return Status::success();
        })
        .Case([&](graph::CheckDimsOp check) -> Status {
          auto lhs = check.getLhs().exprs(), rhs = check.getRhs().exprs();
          commands.push_back({CheckDimsCommand{{lhs.begin(), lhs.end()},
                                               {rhs.begin(), rhs.end()},
                                               check.getMessage().str()},
                              graph::nodesOf(op->getLoc())});
          return Status::success();
        })
        .Case([&](graph::IfOp ifOp) { return buildIf(ifOp, commands); })
        .Case([&](graph::LoopOp loop) { return buildLoop(loop, commands); })
        .Default([&](Operation *op) -> Status {
          std::vector<std::string> nodes = graph::nodesOf(op->getLoc());
          return tilewright::error(nodes.empty() ? std::string("a node")
                                                 : "node " + nodes[0],
                                   ": ", op->getName().getStringRef().str(),
                                   " cannot be compiled for this target");
        });
  }

  Status buildKernel(graph::KernelOp kernel, Commands &commands) {
    KernelCommand command;
    for (Value result : kernel.getResults())
      command.outputs.push_back(*temporary(result));
    command.work = workOf(kernel);
    return addLaunch(kernel, std::move(command), commands);
  }

  /// A launch that writes buffers of the largest size, and a count; then the
  /// count gets its name, and views are the results.
  Status buildCounting(Operation *op, Commands &commands) {
    const LoweredKernel &lowered = (*sources.kernels)[nextKernel];
    KernelCommand command;
    for (auto [result, dims] :
         llvm::zip(op->getResults(), lowered.outputDims)) {
      Buffer buffer = describe(result, BufferKind::Temporary);
      buffer.dims = dims;
      command.outputs.push_back(add(buffer));
    }
    Buffer count;
    count.name = "count";
    count.type = DType::I64;
    count.dims = {DimExpr(1)};
    command.outputs.push_back(add(count));
    std::vector<BufferId> outputs = command.outputs;
    if (Status status = addLaunch(op, std::move(command), commands); !status)
      return status;
    commands.push_back({BindDimsCommand{outputs.back(), {lowered.count}},
                        graph::nodesOf(op->getLoc())});
    for (auto [i, result] : llvm::enumerate(op->getResults()))
      buffers[result] = view(result, outputs[i]);
    return Status::success();
  }

  /// Fills in what the lowering says of the next launch, and adds it.
  Status addLaunch(Operation *op, KernelCommand command, Commands &commands) {
    const LoweredKernel &lowered = (*sources.kernels)[nextKernel++];
    command.name = lowered.name;
    for (Value input : op->getOperands()) {
      auto buffer = bufferOf(input);
      if (!buffer)
        return buffer.error();
      command.inputs.push_back(*buffer);
    }
    if (command.inputs.size() + command.outputs.size() != lowered.buffers)
      return error("internal error: kernel ", lowered.name, " takes ",
                   lowered.buffers, " buffers, but is given ",
                   command.inputs.size(), " and ", command.outputs.size());
    command.sizes = lowered.sizes;
    command.blocks = lowered.blocks;
    std::map<std::string, DimExpr> names;
    for (auto [i, size] : llvm::enumerate(lowered.sizes))
      names["s" + std::to_string(i)] = size;
    auto scratch = sources.scratch.find(lowered.symbol);
    if (scratch != sources.scratch.end())
      command.scratchBytes = scratch->second.substitute(names);

    auto [entry, isNew] =
        codes.try_emplace(lowered.symbol, uint32_t(plan.kernels.size()));
    if (isNew)
      plan.kernels.push_back({lowered.symbol, uint32_t(command.inputs.size()),
                              uint32_t(command.outputs.size()),
                              uint32_t(command.sizes.size())});
    command.code = entry->second;
    commands.push_back({std::move(command), graph::nodesOf(op->getLoc())});
    return Status::success();
  }

  /// Scalar operations, roughly: results times what each one takes.
  static DimExpr workOf(graph::KernelOp kernel) {
    DimExpr work = 0;
    for (Operation &op : kernel.getBody().front().without_terminator()) {
      DimExpr each = 1;
      if (auto matmul = dyn_cast<graph::MatmulOp>(op)) {
        graph::Dims lhs = graph::getDims(matmul.getLhs());
        each = lhs[lhs.size() - (matmul.getTransposeLhs() ? 2 : 1)] * 2;
      } else if (isa<graph::ConvOp, graph::ConvTransposeOp>(op)) {
        each = 2;
        graph::Dims filter = graph::getDims(op.getOperand(1));
        filter.pop_back();
        for (const DimExpr &dim : filter)
          each = each * dim;
      } else if (auto pool = dyn_cast<graph::PoolOp>(op)) {
        for (int64_t size : pool.getWindow())
          each = each * size;
      } else if (op.getNumOperands() &&
                 isa<graph::ReduceOp, graph::ArgReduceOp>(op)) {
        work = work + graph::numElements(graph::getDims(op.getOperand(0)));
        continue;
      }
      work = work + graph::numElements(graph::getDims(op.getResult(0))) * each;
    }
    return work;
  }

  Status buildIf(graph::IfOp ifOp, Commands &commands) {
    IfCommand command;
    auto condition = bufferOf(ifOp.getCondition());
    if (!condition)
      return condition.error();
    command.condition = *condition;
    for (Value result : ifOp.getResults())
      (void)temporary(result);
    auto branch = [&](Region &region, std::optional<graph::DimsAttr> dims,
                      Commands &into) -> Status {
      Block &block = region.front();
      if (Status status = buildBlock(block, into); !status)
        return status;
      if (!ifOp.getResultSymbols().empty()) {
        SetDimsCommand set;
        for (auto symbol : ifOp.getResultSymbols().getAsRange<StringAttr>())
          set.symbols.push_back(symbol.str());
        auto exprs = dims->exprs();
        set.values.assign(exprs.begin(), exprs.end());
        into.push_back({set, graph::nodesOf(ifOp.getLoc())});
      }
      for (auto [value, result] :
           llvm::zip(block.getTerminator()->getOperands(), ifOp.getResults()))
        if (Status status = copyUnlessInPlace(value, buffers[result], into);
            !status)
          return status;
      return Status::success();
    };
    if (Status status = branch(ifOp.getThenRegion(), ifOp.getThenDims(),
                               command.thenCommands);
        !status)
      return status;
    if (Status status = branch(ifOp.getElseRegion(), ifOp.getElseDims(),
                               command.elseCommands);
        !status)
      return status;
    commands.push_back({std::move(command), graph::nodesOf(ifOp.getLoc())});
    return Status::success();
  }

  Status buildLoop(graph::LoopOp loop, Commands &commands) {
    LoopCommand command;
    auto read = [&](Value value, BufferId &id) -> Status {
      auto buffer = bufferOf(value);
      if (!buffer)
        return buffer.error();
      id = *buffer;
      return Status::success();
    };
    if (loop.getMaxTrips())
      if (Status status = read(loop.getMaxTrips(), command.maxTrips); !status)
        return status;
    if (loop.getCondition())
      if (Status status = read(loop.getCondition(), command.condition); !status)
        return status;
    Block &body = loop.getBody().front();
    auto yielded = body.getTerminator()->getOperands();
    size_t carriedCount = loop.getCarried().size();
    if (!body.getArgument(0).use_empty()) {
      command.iteration = *temporary(body.getArgument(0));
    }
    for (size_t i = 0; i < carriedCount; ++i) {
      LoopCommand::Carried carried;
      if (Status status = read(loop.getCarried()[i], carried.init); !status)
        return status;
      Value argument = body.getArgument(unsigned(1 + i));
      carried.current = *temporary(argument);
      // A step may change the shape.
      carried.next = add(describe(yielded[1 + i], BufferKind::Temporary));
      writeInPlace(yielded[1 + i], carried.next);
      buffers[loop.getResult(unsigned(i))] = carried.current;
      command.carried.push_back(carried);
    }
    if (Status status = buildBlock(body, command.body); !status)
      return status;
    if (Status status = read(yielded[0], command.bodyCondition); !status)
      return status;
    for (size_t i = 0; i < carriedCount; ++i)
      if (Status status = copyUnlessInPlace(
              yielded[1 + i], command.carried[i].next, command.body);
          !status)
        return status;
    for (size_t i = carriedCount; i < loop.getNumResults(); ++i) {
      LoopCommand::Stacked stacked;
      if (Status status = read(yielded[1 + i], stacked.element); !status)
        return status;
      // The loop's own name for the size; the graph may know it by another.
      Value result = loop.getResult(unsigned(i));
      Buffer buffer = describe(result, BufferKind::Temporary);
      buffer.dims[0] = DimExpr::symbol(loop.getTrips().str());
      bool sameName = buffer.dims[0] == graph::getDims(result)[0];
      stacked.result = add(buffer);
      buffers[result] =
          sameName ? stacked.result : view(result, stacked.result);
      command.stacked.push_back(stacked);
    }
    command.trips = loop.getTrips().str();
    if (loop.getInitDims()) {
      auto init = loop.getInitDims()->exprs(),
           next = loop.getNextDims()->exprs();
      for (auto [i, symbol] :
           llvm::enumerate(loop.getCarriedSymbols().getAsRange<StringAttr>()))
        command.carriedSymbols.push_back({symbol.str(), init[i], next[i]});
    }
    commands.push_back({std::move(command), graph::nodesOf(loop.getLoc())});
    return Status::success();
  }

  const PlanSources &sources;
  Plan plan;
  DenseMap<Value, BufferId> buffers;
  DenseMap<BufferId, Value> inPlace;
  std::map<std::string, uint32_t> codes;
  size_t nextKernel = 0;
};

func::FuncOp findMain(ModuleOp module) {
  return module.lookupSymbol<func::FuncOp>("main");
}

} // namespace

Result<Signature> buildSignature(ModuleOp module) {
  func::FuncOp main = findMain(module);
  if (!main)
    return tilewright::error("expected a function @main");
  Signature signature;
  auto describe = [](Type type, DictionaryAttr attrs,
                     const std::string &otherwise) {
    Argument argument;
    auto tensor = cast<RankedTensorType>(type);
    auto name = attrs ? attrs.getAs<StringAttr>("tw.name") : StringAttr();
    argument.name = name ? name.str() : otherwise;
    argument.type = *graph::getDType(tensor.getElementType());
    argument.dims = toVector(graph::getDims(tensor));
    return argument;
  };
  for (auto [i, type] : llvm::enumerate(main.getArgumentTypes()))
    signature.inputs.push_back(
        describe(type, main.getArgAttrDict(i), "input" + std::to_string(i)));
  for (auto [i, type] : llvm::enumerate(main.getResultTypes()))
    signature.outputs.push_back(describe(type, main.getResultAttrDict(i),
                                         "output" + std::to_string(i)));
  signature.symbols = graph::getSymbolRanges(module);
  return signature;
}

Result<Plan> buildPlan(ModuleOp module, const PlanSources &sources) {
  func::FuncOp main = findMain(module);
  if (!main)
    return tilewright::error("expected a function @main");
  return PlanBuilder(sources).build(main);
}

} // namespace tilewright

//===- PlanVerifier.cpp - is a plan sound? --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A walk over the commands with the state that holds on every way to a command:
// which symbols are bound and which buffers are written. Binding a symbol anew
// makes the buffers whose sizes depend on it unwritten, because their memory
// has been laid out for the old value.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Module/PlanVerifier.h"

#include "tilewright/Module/Lifetimes.h"
#include "tilewright/Module/Module.h"
#include "tilewright/Module/ShapeBinding.h"

#include <algorithm>

namespace tilewright {

void collectBoundSymbols(const Commands &commands,
                         std::set<std::string> &symbols) {
  for (const Command &command : commands) {
    if (auto *bind = command.as<BindDimsCommand>())
      symbols.insert(bind->symbols.begin(), bind->symbols.end());
    if (auto *set = command.as<SetDimsCommand>())
      symbols.insert(set->symbols.begin(), set->symbols.end());
    if (auto *branch = command.as<IfCommand>()) {
      collectBoundSymbols(branch->thenCommands, symbols);
      collectBoundSymbols(branch->elseCommands, symbols);
    }
    if (auto *loop = command.as<LoopCommand>()) {
      symbols.insert(loop->trips);
      for (const auto &carried : loop->carriedSymbols)
        symbols.insert(carried.name);
      collectBoundSymbols(loop->body, symbols);
    }
  }
}

namespace {
/// Bounds the recursion of everything that walks a plan.
constexpr int maxNesting = 24;

struct State {
  std::set<std::string> bound;
  /// By root buffer.
  std::vector<bool> written;
};

class PlanVerifier {
public:
  PlanVerifier(const Plan &plan, const Signature &signature,
               const std::vector<WeightInfo> &weights)
      : plan(plan), signature(signature), weights(weights) {}

  Status verify() {
    if (Status status = checkSymbolsCanBeBound(signature); !status)
      return status;
    for (const Argument &input : signature.inputs)
      for (const DimExpr &dim : input.dims)
        dim.collectSymbols(inputSymbols);
    inputUses.assign(signature.inputs.size(), 0);
    outputUses.assign(signature.outputs.size(), 0);
    for (size_t i = 0; i < plan.buffers.size(); ++i)
      if (Status status = checkBuffer(BufferId(i)); !status)
        return status.error().in(describe(BufferId(i)));
    for (size_t i = 0; i < outputUses.size(); ++i)
      if (outputUses[i] != 1)
        return error("plan: output '", signature.outputs[i].name, "' has ",
                     outputUses[i], " buffers, expected 1");
    for (size_t i = 0; i < inputUses.size(); ++i)
      if (inputUses[i] > 1)
        return error("plan: input '", signature.inputs[i].name,
                     "' has more than one buffer");
    state.bound = inputSymbols;
    state.written.assign(plan.buffers.size(), false);
    for (size_t i = 0; i < plan.buffers.size(); ++i)
      state.written[i] = plan.buffers[i].kind == BufferKind::Input ||
                         plan.buffers[i].kind == BufferKind::Weight ||
                         plan.buffers[i].kind == BufferKind::Constant;
    if (Status status = checkCommands(plan.commands); !status)
      return status;
    for (size_t i = 0; i < plan.buffers.size(); ++i)
      if (plan.buffers[i].kind == BufferKind::Output)
        if (Status status = read(BufferId(i)); !status)
          return status.error().in("plan: at the end");
    return Status::success();
  }

private:
  std::string describe(BufferId id) const {
    return "plan: buffer " + std::to_string(id) + " '" + plan.buffers[id].name +
           "'";
  }

  //===--------------------------------------------------------------------===//
  // Buffers
  //===--------------------------------------------------------------------===//

  Status checkBuffer(BufferId id) {
    const Buffer &buffer = plan.buffers[id];
    switch (buffer.kind) {
    case BufferKind::Input:
      return checkArgument(buffer, signature.inputs, inputUses, "input");
    case BufferKind::Output:
      return checkArgument(buffer, signature.outputs, outputUses, "output");
    case BufferKind::Weight: {
      if (buffer.index >= weights.size())
        return error("weight ", buffer.index, " does not exist");
      const WeightInfo &weight = weights[buffer.index];
      if (weight.reference)
        return error("weight '", weight.name, "' is only a reference weight");
      std::vector<DimExpr> shape(weight.shape.begin(), weight.shape.end());
      if (weight.type != buffer.type || shape != buffer.dims)
        return error("type ", typeString(buffer.type, buffer.dims),
                     " differs from that of weight '", weight.name, "', ",
                     typeString(weight.type, shape));
      return Status::success();
    }
    case BufferKind::Constant: {
      DimExpr bytes = product(buffer.dims) * DimExpr(byteSize(buffer.type));
      if (buffer.bytes.size() > maxConstantBytes)
        return error("a constant of ", buffer.bytes.size(),
                     " bytes; more than ", maxConstantBytes,
                     " belong into a weight");
      if (!bytes.isConstant(int64_t(buffer.bytes.size())))
        return error("type ", typeString(buffer.type, buffer.dims), " needs ",
                     bytes.str(), " bytes, but the constant has ",
                     buffer.bytes.size());
      return Status::success();
    }
    case BufferKind::Temporary:
      return Status::success();
    case BufferKind::View:
      if (buffer.base >= id)
        return error("a view must come after its base");
      return Status::success();
    }
    return error("unknown kind ", int(buffer.kind));
  }

  Status checkArgument(const Buffer &buffer,
                       const std::vector<Argument> &arguments,
                       std::vector<int> &uses, const char *what) {
    if (buffer.index >= arguments.size())
      return error(what, " ", buffer.index, " does not exist");
    const Argument &argument = arguments[buffer.index];
    ++uses[buffer.index];
    if (argument.type != buffer.type || argument.dims != buffer.dims)
      return error("type ", typeString(buffer.type, buffer.dims),
                   " differs from that of ", what, " '", argument.name, "', ",
                   typeString(argument.type, argument.dims));
    return Status::success();
  }

  //===--------------------------------------------------------------------===//
  // Uses
  //===--------------------------------------------------------------------===//

  Status needBound(const DimExpr &expr) const {
    std::set<std::string> symbols;
    expr.collectSymbols(symbols);
    for (const std::string &symbol : symbols)
      if (!state.bound.count(symbol))
        return error("the symbol ", symbol, " in '", expr.str(),
                     "' is not bound yet");
    return Status::success();
  }

  Status needBound(const std::vector<DimExpr> &exprs) const {
    for (const DimExpr &expr : exprs)
      if (Status status = needBound(expr); !status)
        return status;
    return Status::success();
  }

  Status needSizes(BufferId id) const {
    if (id >= plan.buffers.size())
      return error("buffer ", id, " does not exist");
    for (BufferId at = id;; at = plan.buffers[at].base) {
      const Buffer &buffer = plan.buffers[at];
      if (Status status = needBound(buffer.dims); !status)
        return status.error().in(describe(id));
      if (buffer.kind != BufferKind::View)
        return Status::success();
      if (Status status = needBound(buffer.offset); !status)
        return status.error().in(describe(id));
    }
  }

  Status read(BufferId id) const {
    if (Status status = needSizes(id); !status)
      return status;
    if (!state.written[rootOf(plan, id)])
      return error(describe(id), " is read, but nothing has written it");
    return Status::success();
  }

  Status write(BufferId id) {
    if (Status status = needSizes(id); !status)
      return status;
    BufferId root = rootOf(plan, id);
    BufferKind kind = plan.buffers[root].kind;
    if (kind != BufferKind::Temporary && kind != BufferKind::Output)
      return error(describe(id), " is written, but it is read-only");
    if (std::find(frozen.begin(), frozen.end(), root) != frozen.end())
      return error(describe(id), " is written in the loop that carries it");
    state.written[root] = true;
    return Status::success();
  }

  /// One element of one of the types.
  Status readScalar(BufferId id, std::initializer_list<DType> types,
                    const char *what) const {
    if (Status status = read(id); !status)
      return status.error().in(what);
    const Buffer &buffer = plan.buffers[id];
    if (std::find(types.begin(), types.end(), buffer.type) == types.end() ||
        !product(buffer.dims).isConstant(1))
      return error(what, ": ", describe(id), " is ",
                   typeString(buffer.type, buffer.dims),
                   ", expected one element of type ", name(*types.begin()));
    return Status::success();
  }

  void bind(const std::string &symbol) {
    state.bound.insert(symbol);
    forgetBuffersOf({symbol});
  }

  void forgetBuffersOf(const std::set<std::string> &symbols) {
    for (size_t i = 0; i < plan.buffers.size(); ++i) {
      const Buffer &buffer = plan.buffers[i];
      if (buffer.kind != BufferKind::Temporary &&
          buffer.kind != BufferKind::Output)
        continue;
      std::set<std::string> used;
      for (const DimExpr &dim : buffer.dims)
        dim.collectSymbols(used);
      for (const std::string &symbol : used)
        if (symbols.count(symbol))
          state.written[i] = false;
    }
  }

  Status checkBindable(const std::string &symbol) const {
    auto parsed = DimExpr::parse(symbol);
    if (!parsed || parsed->symbolName() != symbol)
      return error("'", symbol, "' is no symbol");
    if (inputSymbols.count(symbol))
      return error("the symbol ", symbol, " is bound by an input's shape");
    return Status::success();
  }

  //===--------------------------------------------------------------------===//
  // Commands
  //===--------------------------------------------------------------------===//

  Status checkCommands(const Commands &commands) {
    if (++nesting > maxNesting)
      return error("plan: more than ", maxNesting,
                   " nested branches and loops");
    for (const Command &command : commands) {
      uint32_t number = next++;
      Status status = std::visit([&](const auto &body) { return check(body); },
                                 command.body);
      if (!status) {
        std::string where = "plan: command " + std::to_string(number);
        if (auto *kernel = command.as<KernelCommand>())
          where += " (kernel '" + kernel->name + "')";
        if (!command.nodes.empty())
          where += " of " + command.nodes.front();
        return status.error().in(where);
      }
    }
    --nesting;
    return Status::success();
  }

  Status check(const KernelCommand &kernel) {
    if (kernel.code >= plan.kernels.size())
      return error("kernel code ", kernel.code, " does not exist");
    const KernelCode &code = plan.kernels[kernel.code];
    if (kernel.inputs.size() != code.inputs ||
        kernel.outputs.size() != code.outputs ||
        kernel.sizes.size() != code.sizes)
      return error("'", code.symbol, "' takes ", code.inputs, " inputs, ",
                   code.outputs, " outputs and ", code.sizes,
                   " sizes, but got ", kernel.inputs.size(), ", ",
                   kernel.outputs.size(), " and ", kernel.sizes.size());
    if (!kernelNames.insert(kernel.name).second)
      return error("another kernel has the same name");
    for (const DimExpr *expr :
         {&kernel.blocks, &kernel.scratchBytes, &kernel.work})
      if (Status status = needBound(*expr); !status)
        return status;
    if (Status status = needBound(kernel.sizes); !status)
      return status;
    for (BufferId id : kernel.inputs)
      if (Status status = read(id); !status)
        return status;
    for (size_t i = 0; i < kernel.outputs.size(); ++i) {
      BufferId id = kernel.outputs[i];
      if (Status status = write(id); !status)
        return status;
      if (std::count(kernel.inputs.begin(), kernel.inputs.end(), id) ||
          std::count(kernel.outputs.begin(), kernel.outputs.end(), id) > 1)
        return error(describe(id), " is an output and another argument too");
    }
    return Status::success();
  }

  Status check(const CopyCommand &copy) {
    if (Status status = read(copy.from); !status)
      return status;
    if (Status status = write(copy.to); !status)
      return status;
    const Buffer &from = plan.buffers[copy.from], &to = plan.buffers[copy.to];
    if (from.type != to.type)
      return error("copy of ", typeString(from.type, from.dims), " to ",
                   typeString(to.type, to.dims));
    return Status::success();
  }

  Status check(const FillDimsCommand &fill) {
    if (Status status = needBound(fill.values); !status)
      return status;
    if (Status status = write(fill.to); !status)
      return status;
    const Buffer &to = plan.buffers[fill.to];
    if (to.type != DType::I64 ||
        !product(to.dims).isConstant(int64_t(fill.values.size())))
      return error(fill.values.size(), " sizes are written to ",
                   typeString(to.type, to.dims), ", expected i64[",
                   fill.values.size(), "]");
    return Status::success();
  }

  Status check(const BindDimsCommand &bindDims) {
    if (Status status = read(bindDims.from); !status)
      return status;
    const Buffer &from = plan.buffers[bindDims.from];
    if (!isInteger(from.type) ||
        !product(from.dims).isConstant(int64_t(bindDims.symbols.size())))
      return error(bindDims.symbols.size(), " symbols are bound from ",
                   typeString(from.type, from.dims), ", expected ",
                   bindDims.symbols.size(), " integers");
    return bindAll(bindDims.symbols);
  }

  Status bindAll(const std::vector<std::string> &symbols) {
    for (const std::string &symbol : symbols)
      if (Status status = checkBindable(symbol); !status)
        return status;
    for (const std::string &symbol : symbols)
      bind(symbol);
    return Status::success();
  }

  Status check(const SetDimsCommand &set) {
    if (set.symbols.size() != set.values.size())
      return error(set.symbols.size(), " symbols, but ", set.values.size(),
                   " values");
    if (Status status = needBound(set.values); !status)
      return status;
    return bindAll(set.symbols);
  }

  Status check(const CheckDimsCommand &checkDims) {
    if (checkDims.lhs.size() != checkDims.rhs.size())
      return error(checkDims.lhs.size(), " sizes are compared with ",
                   checkDims.rhs.size());
    if (Status status = needBound(checkDims.lhs); !status)
      return status;
    return needBound(checkDims.rhs);
  }

  Status check(const IfCommand &branch) {
    if (Status status =
            readScalar(branch.condition, {DType::Bool}, "condition");
        !status)
      return status;
    State before = state;
    if (Status status = checkCommands(branch.thenCommands); !status)
      return status;
    State afterThen = std::move(state);
    state = std::move(before);
    if (Status status = checkCommands(branch.elseCommands); !status)
      return status;
    ++next; // The end has a number too, as in Lifetimes.h.
    std::set<std::string> both;
    std::set_intersection(afterThen.bound.begin(), afterThen.bound.end(),
                          state.bound.begin(), state.bound.end(),
                          std::inserter(both, both.end()));
    state.bound = std::move(both);
    for (size_t i = 0; i < state.written.size(); ++i)
      state.written[i] = state.written[i] && afterThen.written[i];
    return Status::success();
  }

  /// A temporary that belongs to one loop.
  Status checkOwned(BufferId id, const char *what) {
    if (id >= plan.buffers.size())
      return error(what, ": buffer ", id, " does not exist");
    if (plan.buffers[id].kind != BufferKind::Temporary)
      return error(what, ": ", describe(id), " is no temporary");
    if (!owned.insert(id).second)
      return error(what, ": ", describe(id),
                   " has another part in this or another loop");
    return Status::success();
  }

  Status check(const LoopCommand &loop) {
    if (loop.maxTrips != noBuffer)
      if (Status status = readScalar(loop.maxTrips, {DType::I64, DType::I32},
                                     "maximum of trips");
          !status)
        return status;
    if (loop.condition != noBuffer)
      if (Status status =
              readScalar(loop.condition, {DType::Bool}, "condition");
          !status)
        return status;
    if (Status status = checkCarriedTypes(loop); !status)
      return status;
    for (const auto &symbol : loop.carriedSymbols) {
      if (Status status = checkBindable(symbol.name); !status)
        return status;
      if (Status status = needBound(symbol.init); !status)
        return status;
    }
    if (Status status = checkBindable(loop.trips); !status)
      return status;

    // On the second trip everything that the body binds has other values.
    std::set<std::string> changing;
    collectBoundSymbols(loop.body, changing);
    for (const auto &symbol : loop.carriedSymbols)
      changing.insert(symbol.name);
    forgetBuffersOf(changing);
    for (const auto &symbol : loop.carriedSymbols)
      state.bound.insert(symbol.name);
    State before = state;
    size_t frozenBefore = frozen.size();
    for (const auto &carried : loop.carried) {
      if (Status status = write(carried.current); !status)
        return status.error().in("carried");
      frozen.push_back(carried.current);
    }
    if (loop.iteration != noBuffer) {
      if (Status status = write(loop.iteration); !status)
        return status.error().in("iteration");
      if (Status status = readScalar(loop.iteration, {DType::I64}, "iteration");
          !status)
        return status;
      frozen.push_back(loop.iteration);
    }
    for (const auto &stacked : loop.stacked)
      frozen.push_back(stacked.result);

    if (Status status = checkCommands(loop.body); !status)
      return status;
    ++next;
    for (const auto &carried : loop.carried)
      if (Status status = read(carried.next); !status)
        return status.error().in("carried, after the body");
    for (const auto &stacked : loop.stacked)
      if (Status status = read(stacked.element); !status)
        return status.error().in("stacked, after the body");
    if (loop.bodyCondition != noBuffer)
      if (Status status = readScalar(loop.bodyCondition, {DType::Bool},
                                     "condition after the body");
          !status)
        return status;
    for (const auto &symbol : loop.carriedSymbols)
      if (Status status = needBound(symbol.next); !status)
        return status;

    frozen.resize(frozenBefore);
    state = std::move(before);
    state.bound.insert(changing.begin(), changing.end());
    bind(loop.trips);
    for (const auto &carried : loop.carried)
      state.written[carried.current] = true;
    for (const auto &stacked : loop.stacked)
      state.written[stacked.result] = true;
    return Status::success();
  }

  Status checkCarriedTypes(const LoopCommand &loop) {
    for (const auto &carried : loop.carried) {
      if (Status status = read(carried.init); !status)
        return status.error().in("carried");
      for (BufferId id : {carried.current, carried.next})
        if (Status status = checkOwned(id, "carried"); !status)
          return status;
      DType type = plan.buffers[carried.current].type;
      if (plan.buffers[carried.init].type != type ||
          plan.buffers[carried.next].type != type)
        return error("carried: ", describe(carried.current),
                     " changes its element type");
    }
    if (loop.iteration != noBuffer)
      if (Status status = checkOwned(loop.iteration, "iteration"); !status)
        return status;
    for (const auto &stacked : loop.stacked) {
      if (Status status = checkOwned(stacked.result, "stacked"); !status)
        return status;
      if (stacked.element >= plan.buffers.size())
        return error("stacked: buffer ", stacked.element, " does not exist");
      const Buffer &element = plan.buffers[stacked.element];
      const Buffer &result = plan.buffers[stacked.result];
      std::vector<DimExpr> dims{DimExpr::symbol(loop.trips)};
      dims.insert(dims.end(), element.dims.begin(), element.dims.end());
      if (result.type != element.type || result.dims != dims)
        return error("stacked: ", describe(stacked.result), " is ",
                     typeString(result.type, result.dims), ", expected ",
                     typeString(element.type, dims));
    }
    return Status::success();
  }

  const Plan &plan;
  const Signature &signature;
  const std::vector<WeightInfo> &weights;
  std::set<std::string> inputSymbols, kernelNames;
  std::vector<int> inputUses, outputUses;
  State state;
  /// What the body around may not write.
  std::vector<BufferId> frozen;
  std::set<BufferId> owned;
  uint32_t next = 0;
  int nesting = 0;
};
} // namespace

Status verifyPlan(const Plan &plan, const Signature &signature,
                  const std::vector<WeightInfo> &weights) {
  return PlanVerifier(plan, signature, weights).verify();
}

} // namespace tilewright

//===- Program.cpp - a plan, prepared for running -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"

#include "tilewright/Module/PlanVerifier.h"

#include <algorithm>
#include <cstring>

namespace tilewright {

namespace {
class Lowering {
public:
  Lowering(std::shared_ptr<const Module> module, size_t target)
      : program(new Program) {
    program->plan = &module->targets()[target].plan;
    program->module = std::move(module);
  }

  std::unique_ptr<const Program> lower() {
    const Signature &signature = program->module->signature();
    std::set<std::string> earlySet;
    for (const Argument &input : signature.inputs)
      for (const DimExpr &dim : input.dims)
        dim.collectSymbols(earlySet);
    for (const std::string &symbol : earlySet)
      addSymbol(symbol);
    program->earlySymbols = uint32_t(earlySet.size());
    std::set<std::string> lateSet;
    collectBoundSymbols(plan().commands, lateSet);
    for (const std::string &symbol : lateSet)
      addSymbol(symbol);
    bound = earlySet;

    program->lifetimes = computeLifetimes(plan());
    joinCarriedLifetimes(plan().commands);
    lowerBuffers(signature);
    placed.assign(plan().buffers.size(), false);
    program->commands = lowerList(plan().commands);
    program->commandCount = nextNumber;
    collectPrepared(program->commands);
    return std::move(program);
  }

private:
  const Plan &plan() const { return *program->plan; }

  void addSymbol(const std::string &symbol) {
    slots.emplace(symbol, uint32_t(program->symbols.size()));
    program->symbols.push_back(symbol);
  }
  std::vector<uint32_t> slotsOf(const std::vector<std::string> &names) {
    std::vector<uint32_t> result;
    for (const std::string &name : names)
      result.push_back(slots.at(name));
    return result;
  }

  ExprId expr(const DimExpr &e) {
    auto [it, isNew] = exprIds.emplace(e.str(), ExprId(program->exprs.size()));
    if (!isNew)
      return it->second;
    std::set<std::string> used;
    e.collectSymbols(used);
    program->exprs.emplace_back(e, slots);
    program->texts.push_back(e.str());
    program->early.push_back(
        std::all_of(used.begin(), used.end(), [&](const std::string &symbol) {
          // A buffer that nobody uses may have symbols that nobody binds.
          auto slot = slots.find(symbol);
          return slot != slots.end() && slot->second < program->earlySymbols;
        }));
    return it->second;
  }
  std::vector<ExprId> exprList(const std::vector<DimExpr> &list) {
    std::vector<ExprId> result;
    for (const DimExpr &e : list)
      result.push_back(expr(e));
    return result;
  }

  //===--------------------------------------------------------------------===//
  // Buffers
  //===--------------------------------------------------------------------===//

  void lowerBuffers(const Signature &signature) {
    program->inputBuffers.assign(signature.inputs.size(), noBuffer);
    program->outputBuffers.assign(signature.outputs.size(), noBuffer);
    program->fixedAddresses.assign(plan().buffers.size(), nullptr);
    for (size_t i = 0; i < plan().buffers.size(); ++i) {
      const Buffer &buffer = plan().buffers[i];
      BufferId id = BufferId(i);
      BufferInfo info;
      info.root = rootOf(plan(), id);
      info.dims = exprList(buffer.dims);
      info.isView = buffer.kind == BufferKind::View;
      DimExpr offset;
      for (BufferId at = id; plan().buffers[at].kind == BufferKind::View;
           at = plan().buffers[at].base)
        offset = offset + plan().buffers[at].offset;
      info.offset = expr(offset);
      for (ExprId dim : info.dims)
        info.late |= !info.isView && !program->early[dim];
      program->buffers.push_back(std::move(info));
      lowerKind(buffer, id);
    }
    // A pair that a loop swaps has the same kind of memory.
    forEachLoop(plan().commands, [&](const LoopCommand &loop) {
      for (const auto &carried : loop.carried) {
        BufferInfo &current = program->buffers[carried.current];
        BufferInfo &next = program->buffers[carried.next];
        bool late = current.late || next.late;
        current.late = next.late = current.dedicated = next.dedicated = late;
      }
      for (const auto &stacked : loop.stacked)
        program->buffers[stacked.result].dedicated = true;
    });
    for (size_t i = 0; i < plan().buffers.size(); ++i)
      if (plan().buffers[i].kind == BufferKind::Temporary &&
          !program->buffers[i].late && !program->buffers[i].dedicated &&
          program->lifetimes[i].used())
        program->earlyTemporaries.push_back(BufferId(i));
  }

  void lowerKind(const Buffer &buffer, BufferId id) {
    if (buffer.kind == BufferKind::Input)
      program->inputBuffers[buffer.index] = id;
    if (buffer.kind == BufferKind::Output)
      program->outputBuffers[buffer.index] = id;
    if (buffer.kind == BufferKind::Weight)
      program->fixedAddresses[id] =
          program->module->weight(buffer.index).as<std::byte>();
    if (buffer.kind == BufferKind::Constant) {
      Tensor tensor(DType::U8, {int64_t(buffer.bytes.size())});
      std::memcpy(tensor.data(), buffer.bytes.data(), buffer.bytes.size());
      program->fixedAddresses[id] = tensor.as<std::byte>();
      program->constants.push_back(std::move(tensor));
    }
  }

  template <typename Visit>
  static void forEachLoop(const Commands &commands, const Visit &visit) {
    for (const Command &command : commands) {
      if (auto *branch = command.as<IfCommand>()) {
        forEachLoop(branch->thenCommands, visit);
        forEachLoop(branch->elseCommands, visit);
      }
      if (auto *loop = command.as<LoopCommand>()) {
        visit(*loop);
        forEachLoop(loop->body, visit);
      }
    }
  }

  /// After the loop either of the two has the value.
  void joinCarriedLifetimes(const Commands &commands) {
    forEachLoop(commands, [&](const LoopCommand &loop) {
      for (const auto &carried : loop.carried) {
        Lifetime &a = program->lifetimes[carried.current];
        Lifetime &b = program->lifetimes[carried.next];
        a.first = b.first = std::min(a.first, b.first);
        a.last = b.last = std::max(a.last, b.last);
      }
    });
  }

  //===--------------------------------------------------------------------===//
  // Segments
  //===--------------------------------------------------------------------===//

  uint32_t newSegment() {
    program->segments.emplace_back();
    segment = uint32_t(program->segments.size() - 1);
    return segment;
  }

  void write(BufferId id) {
    BufferId root = program->buffers[id].root;
    if (!program->buffers[root].writer)
      program->buffers[root].writer = current;
    const BufferInfo &info = program->buffers[root];
    if (!info.late || placed[root])
      return;
    placed[root] = true;
    Segment &here = program->segments[segment];
    if (plan().buffers[root].kind == BufferKind::Output)
      here.outputs.push_back(root);
    else if (info.dedicated)
      here.dedicated.push_back(root);
    else
      here.block.push_back(root);
  }

  void forgetBuffersOf(const std::set<std::string> &changed) {
    for (size_t i = 0; i < placed.size(); ++i) {
      std::set<std::string> used;
      for (const DimExpr &dim : plan().buffers[i].dims)
        dim.collectSymbols(used);
      for (const std::string &symbol : used)
        if (changed.count(symbol))
          placed[i] = false;
    }
  }

  void bind(const std::vector<std::string> &names) {
    std::set<std::string> changed(names.begin(), names.end());
    bound.insert(changed.begin(), changed.end());
    forgetBuffersOf(changed);
  }

  void endSegment(LoweredCommand &command) {
    command.endsSegment = true;
    command.segmentAfter = newSegment();
  }

  //===--------------------------------------------------------------------===//
  // Commands
  //===--------------------------------------------------------------------===//

  LoweredList lowerList(const Commands &commands) {
    LoweredList list;
    list.startSegment = newSegment();
    list.commands.reserve(commands.size());
    for (const Command &command : commands) {
      LoweredCommand lowered;
      lowered.source = &command;
      lowered.number = nextNumber++;
      current = &command;
      std::visit([&](const auto &body) { lower(body, lowered); }, command.body);
      list.commands.push_back(std::move(lowered));
    }
    return list;
  }

  void lower(const KernelCommand &kernel, LoweredCommand &to) {
    to.buffers = kernel.inputs;
    to.buffers.insert(to.buffers.end(), kernel.outputs.begin(),
                      kernel.outputs.end());
    to.inputs = uint32_t(kernel.inputs.size());
    to.exprs = exprList(kernel.sizes);
    to.blocks = expr(kernel.blocks);
    to.scratch = expr(kernel.scratchBytes);
    to.work = expr(kernel.work);
    for (BufferId id : kernel.outputs)
      write(id);
    program->maxArguments = std::max(program->maxArguments, to.buffers.size());
    program->maxSizes = std::max(program->maxSizes, to.exprs.size());
    if (isEarly(to))
      to.prepared = int32_t(preparedCount++);
  }

  bool isEarly(const LoweredCommand &kernel) const {
    auto early = [&](ExprId id) { return bool(program->early[id]); };
    bool all = early(kernel.blocks) && early(kernel.scratch) &&
               early(kernel.work) &&
               std::all_of(kernel.exprs.begin(), kernel.exprs.end(), early);
    for (BufferId id : kernel.buffers) {
      const BufferInfo &info = program->buffers[id];
      all = all && early(info.offset) && !program->buffers[info.root].late &&
            std::all_of(info.dims.begin(), info.dims.end(), early);
    }
    return all;
  }

  void lower(const CopyCommand &copy, LoweredCommand &to) {
    to.buffers = {copy.from, copy.to};
    write(copy.to);
  }
  void lower(const FillDimsCommand &fill, LoweredCommand &to) {
    to.buffers = {fill.to};
    to.exprs = exprList(fill.values);
    write(fill.to);
  }
  void lower(const BindDimsCommand &command, LoweredCommand &to) {
    to.buffers = {command.from};
    to.slots = slotsOf(command.symbols);
    bind(command.symbols);
    endSegment(to);
  }
  void lower(const SetDimsCommand &set, LoweredCommand &to) {
    to.exprs = exprList(set.values);
    to.slots = slotsOf(set.symbols);
    bind(set.symbols);
    endSegment(to);
  }
  void lower(const CheckDimsCommand &check, LoweredCommand &to) {
    to.exprs = exprList(check.lhs);
    for (ExprId id : exprList(check.rhs))
      to.exprs.push_back(id);
  }

  void lower(const IfCommand &branch, LoweredCommand &to) {
    to.buffers = {branch.condition};
    std::vector<bool> placedBefore = placed;
    std::set<std::string> boundBefore = bound;
    to.first = lowerList(branch.thenCommands);
    std::swap(placed, placedBefore);
    std::swap(bound, boundBefore);
    to.second = lowerList(branch.elseCommands);
    for (size_t i = 0; i < placed.size(); ++i)
      placed[i] = placed[i] && placedBefore[i];
    std::erase_if(bound, [&](const std::string &symbol) {
      return !boundBefore.count(symbol);
    });
    ++nextNumber;
    endSegment(to);
  }

  void lower(const LoopCommand &loop, LoweredCommand &to) {
    std::vector<std::string> carriedNames;
    for (const auto &symbol : loop.carriedSymbols) {
      carriedNames.push_back(symbol.name);
      to.exprs.push_back(expr(symbol.init));
      to.nextExprs.push_back(expr(symbol.next));
    }
    to.slots = slotsOf(carriedNames);
    to.tripsSlot = slots.at(loop.trips);
    std::set<std::string> changing;
    collectBoundSymbols(loop.body, changing);
    changing.insert(carriedNames.begin(), carriedNames.end());
    forgetBuffersOf(changing);
    bound.insert(carriedNames.begin(), carriedNames.end());
    for (const std::string &symbol : changing)
      if (!bound.count(symbol))
        to.zeroSlots.push_back(slots.at(symbol));

    // The loop itself gives these their memory.
    std::vector<bool> placedBefore = placed;
    std::set<std::string> boundBefore = bound;
    for (const auto &carried : loop.carried)
      placed[carried.current] = true;
    for (const auto &stacked : loop.stacked)
      placed[stacked.result] = true;
    to.first = lowerList(loop.body);
    placed = std::move(placedBefore);
    bound = std::move(boundBefore);
    bound.insert(changing.begin(), changing.end());
    bind({loop.trips});
    for (const auto &carried : loop.carried)
      placed[carried.current] = true;
    for (const auto &stacked : loop.stacked)
      placed[stacked.result] = true;
    ++nextNumber;
    endSegment(to);
  }

  /// The commands stand still now, so that they can be pointed to.
  void collectPrepared(const LoweredList &list) {
    program->preparedKernels.resize(preparedCount);
    for (const LoweredCommand &command : list.commands) {
      if (command.prepared >= 0)
        program->preparedKernels[size_t(command.prepared)] = &command;
      collectPrepared(command.first);
      collectPrepared(command.second);
    }
  }

  std::unique_ptr<Program> program;
  std::map<std::string, uint32_t> slots;
  std::map<std::string, ExprId> exprIds;
  std::set<std::string> bound;
  std::vector<bool> placed;
  uint32_t segment = 0, nextNumber = 0;
  const Command *current = nullptr;
  size_t preparedCount = 0;
};
} // namespace

std::unique_ptr<const Program>
Program::build(std::shared_ptr<const Module> module, size_t target) {
  return Lowering(std::move(module), target).lower();
}

} // namespace tilewright

//===- Lifetimes.cpp - when a plan uses its buffers -----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Module/Lifetimes.h"

#include <algorithm>

namespace tilewright {

BufferId rootOf(const Plan &plan, BufferId id) {
  while (plan.buffers[id].kind == BufferKind::View)
    id = plan.buffers[id].base;
  return id;
}

namespace {
class Walker {
public:
  explicit Walker(const Plan &plan)
      : plan(plan), lifetimes(plan.buffers.size()) {
    walk(plan.commands);
  }

  std::vector<Lifetime> take() { return std::move(lifetimes); }

private:
  void walk(const Commands &commands) {
    for (const Command &command : commands) {
      uint32_t at = next++;
      std::visit([&](const auto &body) { visit(body, at); }, command.body);
    }
  }

  void use(BufferId id, uint32_t at) {
    if (id == noBuffer)
      return;
    Lifetime &life = lifetimes[rootOf(plan, id)];
    life.first = std::min(life.first, at);
    life.last = std::max(life.last, at);
    // Remember for the loops around that this use may come again.
    usesInLoops.push_back({rootOf(plan, id)});
  }

  void visit(const KernelCommand &kernel, uint32_t at) {
    for (BufferId id : kernel.inputs)
      use(id, at);
    for (BufferId id : kernel.outputs)
      use(id, at);
  }
  void visit(const CopyCommand &copy, uint32_t at) {
    use(copy.from, at);
    use(copy.to, at);
  }
  void visit(const FillDimsCommand &fill, uint32_t at) { use(fill.to, at); }
  void visit(const BindDimsCommand &bind, uint32_t at) { use(bind.from, at); }
  void visit(const SetDimsCommand &, uint32_t) {}
  void visit(const CheckDimsCommand &, uint32_t) {}
  void visit(const IfCommand &branch, uint32_t at) {
    use(branch.condition, at);
    walk(branch.thenCommands);
    walk(branch.elseCommands);
    ++next;
  }
  void visit(const LoopCommand &loop, uint32_t at) {
    use(loop.maxTrips, at);
    use(loop.condition, at);
    for (const auto &carried : loop.carried)
      use(carried.init, at);
    size_t firstUse = usesInLoops.size();
    walk(loop.body);
    uint32_t end = next++;
    use(loop.bodyCondition, end);
    for (const auto &stacked : loop.stacked)
      use(stacked.element, end);
    for (size_t i = firstUse; i < usesInLoops.size(); ++i) {
      Lifetime &life = lifetimes[usesInLoops[i]];
      if (life.first < at)
        life.last = std::max(life.last, end);
    }
    // The loop's own buffers: from its start, current to its last use.
    auto own = [&](BufferId id) {
      use(id, at);
      use(id, end);
    };
    if (loop.iteration != noBuffer)
      own(loop.iteration);
    for (const auto &carried : loop.carried) {
      own(carried.current);
      own(carried.next);
    }
    for (const auto &stacked : loop.stacked)
      own(stacked.result);
  }

  const Plan &plan;
  std::vector<Lifetime> lifetimes;
  std::vector<BufferId> usesInLoops;
  uint32_t next = 0;
};
} // namespace

std::vector<Lifetime> computeLifetimes(const Plan &plan) {
  return Walker(plan).take();
}

} // namespace tilewright

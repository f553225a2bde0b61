//===- PlanText.cpp - a launch plan as text -------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlanText.h"

#include "Console.h"

namespace tilewright::cli {

namespace {

/// "(a, b)".
template <typename T, typename F>
std::string list(const std::vector<T> &elements, F toText) {
  std::string text = "(";
  for (size_t i = 0; i < elements.size(); ++i)
    text += (i ? ", " : "") + toText(elements[i]);
  return text + ")";
}

class Printer {
public:
  explicit Printer(const Plan &plan) : plan(plan) {}

  void print(const Commands &commands, const std::string &indent) {
    for (const Command &command : commands) {
      this->indent = indent;
      nodes =
          command.nodes.empty() ? "" : "  [" + nodesString(command.nodes) + "]";
      std::visit([&](const auto &body) { print(body); }, command.body);
    }
  }

  std::string text;

private:
  std::string name(BufferId id) const {
    return id == noBuffer ? "-" : plan.buffers[id].name;
  }
  std::string names(const std::vector<BufferId> &ids) const {
    return list(ids, [&](BufferId id) { return name(id); });
  }
  static std::string sizes(const std::vector<DimExpr> &exprs) {
    return list(exprs, [](const DimExpr &expr) { return expr.str(); });
  }
  static std::string symbols(const std::vector<std::string> &names) {
    return list(names, [](const std::string &name) { return name; });
  }
  void line(const std::string &content) {
    text += indent + content + nodes + '\n';
  }

  void print(const KernelCommand &kernel) {
    line(kernel.name + names(kernel.inputs) + " -> " + names(kernel.outputs) +
         "  code " + plan.kernels[kernel.code].symbol + "  blocks " +
         kernel.blocks.str());
  }
  void print(const CopyCommand &copy) {
    line("copy " + name(copy.from) + " -> " + name(copy.to));
  }
  void print(const FillDimsCommand &fill) {
    line("fill " + name(fill.to) + " = " + sizes(fill.values));
  }
  void print(const BindDimsCommand &bind) {
    line("bind " + symbols(bind.symbols) + " = " + name(bind.from));
  }
  void print(const SetDimsCommand &set) {
    line("set " + symbols(set.symbols) + " = " + sizes(set.values));
  }
  void print(const CheckDimsCommand &check) {
    line("check " + sizes(check.lhs) + " == " + sizes(check.rhs));
  }
  void print(const IfCommand &branch) {
    line("if " + name(branch.condition));
    std::string outer = indent;
    print(branch.thenCommands, outer + "  ");
    text += outer + "else\n";
    print(branch.elseCommands, outer + "  ");
  }
  void print(const LoopCommand &loop) {
    std::string carried = list(loop.carried, [&](const auto &each) {
      return name(each.current) + " = " + name(each.init) + " then " +
             name(each.next);
    });
    std::string stacked = list(loop.stacked, [&](const auto &each) {
      return name(each.element) + " into " + name(each.result);
    });
    line("loop " + loop.trips + "  limit " + name(loop.maxTrips) +
         "  condition " + name(loop.condition) + " then " +
         name(loop.bodyCondition) + "  carried " + carried + "  stacked " +
         stacked);
    print(loop.body, indent + "  ");
  }

  const Plan &plan;
  std::string indent, nodes;
};

void collectLaunches(const Commands &commands,
                     std::vector<const Command *> &launches) {
  for (const Command &command : commands) {
    if (command.as<KernelCommand>())
      launches.push_back(&command);
    if (auto *branch = command.as<IfCommand>()) {
      collectLaunches(branch->thenCommands, launches);
      collectLaunches(branch->elseCommands, launches);
    }
    if (auto *loop = command.as<LoopCommand>())
      collectLaunches(loop->body, launches);
  }
}

} // namespace

std::string buffersText(const Plan &plan) {
  static const char *const kinds[] = {"input",    "output",    "weight",
                                      "constant", "temporary", "view"};
  Table table({"buffer", "kind", "type"});
  for (const Buffer &buffer : plan.buffers) {
    std::string kind = kinds[size_t(buffer.kind)];
    switch (buffer.kind) {
    case BufferKind::Input:
    case BufferKind::Output:
    case BufferKind::Weight:
      kind += " " + std::to_string(buffer.index);
      break;
    case BufferKind::View:
      kind += " of " + plan.buffers[buffer.base].name + " at " +
              buffer.offset.str();
      break;
    case BufferKind::Constant:
    case BufferKind::Temporary:
      break;
    }
    table.add({buffer.name, kind, typeString(buffer.type, buffer.dims)});
  }
  return table.str();
}

std::string commandsText(const Plan &plan) {
  Printer printer(plan);
  printer.print(plan.commands, "");
  return printer.text;
}

std::vector<const Command *> kernelLaunches(const Plan &plan) {
  std::vector<const Command *> launches;
  collectLaunches(plan.commands, launches);
  return launches;
}

} // namespace tilewright::cli

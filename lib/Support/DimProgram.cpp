//===- DimProgram.cpp - a size expression ready to be evaluated -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/DimProgram.h"

#include "DimExprNode.h"

#include <algorithm>

namespace tilewright {

/// Enough for anything that the parser accepts.
static constexpr size_t stackSize = 1024;

/// Writes the instructions as the expression shows itself.
class DimProgram::Compiler : public DimExprVisitor {
public:
  Compiler(DimProgram &program, const std::map<std::string, uint32_t> &slots)
      : program(program), slots(slots) {}

  void constant(int64_t value) override { push(Op::Constant, value); }
  void symbol(const std::string &name) override {
    auto slot = slots.find(name);
    push(Op::Symbol, slot == slots.end() ? 0 : int64_t(slot->second));
  }
  void add() override { combine(Op::Add, 0); }
  void multiply() override { combine(Op::Multiply, 0); }
  void call(DimFunction function) override {
    combine(Op::Call, int64_t(function));
  }

  size_t maxDepth = 0;

private:
  void push(Op op, int64_t operand) {
    program.code.push_back({op, operand});
    maxDepth = std::max(maxDepth, ++depth);
  }
  void combine(Op op, int64_t operand) {
    program.code.push_back({op, operand});
    --depth;
  }

  DimProgram &program;
  const std::map<std::string, uint32_t> &slots;
  size_t depth = 0;
};

DimProgram::DimProgram(const DimExpr &expr,
                       const std::map<std::string, uint32_t> &slots) {
  constant = expr.constantValue();
  if (constant)
    return;
  Compiler compiler(*this, slots);
  if (!visit(expr, compiler) || compiler.maxDepth >= stackSize)
    code.clear();
}

static bool fits(__int128 value) {
  return value >= INT64_MIN && value <= INT64_MAX;
}

std::optional<int64_t> DimProgram::run(const int64_t *symbols) const {
  __int128 stack[stackSize];
  // The first element stays unused.
  __int128 *top = stack;
  for (const Instruction &instruction : code) {
    switch (instruction.op) {
    case Op::Constant:
      *++top = instruction.operand;
      break;
    case Op::Symbol:
      *++top = symbols[instruction.operand];
      break;
    case Op::Add:
      --top;
      if (__builtin_add_overflow(top[0], top[1], &top[0]))
        return std::nullopt;
      break;
    case Op::Multiply:
      --top;
      if (__builtin_mul_overflow(top[0], top[1], &top[0]))
        return std::nullopt;
      break;
    case Op::Call: {
      --top;
      if (!fits(top[0]) || !fits(top[1]))
        return std::nullopt;
      auto value = applyFunction(DimFunction(instruction.operand),
                                 int64_t(top[0]), int64_t(top[1]));
      if (!value)
        return std::nullopt;
      top[0] = *value;
      break;
    }
    }
  }
  if (!fits(*top))
    return std::nullopt;
  return int64_t(*top);
}

} // namespace tilewright

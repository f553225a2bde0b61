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

namespace {
/// Enough for anything that the parser accepts.
constexpr size_t stackSize = 1024;

bool hasOverflow(const DimExpr &expr) {
  const auto &node = DimExpr::Node::of(expr);
  if (node.overflow)
    return true;
  for (const DimTerm &term : node.terms)
    for (const auto &factor : term.factors)
      if (factor->kind != DimAtom::Kind::Symbol &&
          (hasOverflow(factor->lhs) || hasOverflow(factor->rhs)))
        return true;
  return false;
}
} // namespace

DimProgram::DimProgram(const DimExpr &expr,
                       const std::map<std::string, uint32_t> &slots) {
  constant = expr.constantValue();
  if (constant || hasOverflow(expr))
    return;
  compile(expr, slots, 0);
  if (maxDepth >= stackSize)
    code.clear();
}

/// Leaves the value on top of a stack that has `depth` elements before.
void DimProgram::compile(const DimExpr &expr,
                         const std::map<std::string, uint32_t> &slots,
                         size_t depth) {
  maxDepth = std::max(maxDepth, depth + 4);
  code.push_back({Op::Constant, 0});
  for (const DimTerm &term : DimExpr::Node::of(expr).terms) {
    code.push_back({Op::Constant, term.coefficient});
    for (const auto &factor : term.factors) {
      if (factor->kind == DimAtom::Kind::Symbol) {
        auto slot = slots.find(factor->text);
        code.push_back(
            {Op::Symbol, slot == slots.end() ? 0 : int64_t(slot->second)});
      } else {
        compile(factor->lhs, slots, depth + 2);
        compile(factor->rhs, slots, depth + 3);
        code.push_back({Op::Call, int64_t(factor->kind)});
      }
      code.push_back({Op::Multiply, 0});
    }
    code.push_back({Op::Add, 0});
  }
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
      auto value = applyFunction(DimAtom::Kind(instruction.operand),
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

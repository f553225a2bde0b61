//===- DimProgram.h - a size expression ready to be evaluated -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A DimExpr compiled for a stack machine whose symbols are numbered, for code
// that evaluates the same expressions over and over: no look-up of names, no
// allocation. Gives what DimExpr::evaluate gives.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_DIMPROGRAM_H
#define TILEWRIGHT_SUPPORT_DIMPROGRAM_H

#include "tilewright/Support/DimExpr.h"

namespace tilewright {

class DimProgram {
public:
  /// `slots` gives every symbol of the expression its number.
  DimProgram(const DimExpr &expr, const std::map<std::string, uint32_t> &slots);

  /// The value; nullopt if it does not fit in 64 bits.
  std::optional<int64_t> evaluate(const int64_t *symbols) const {
    if (code.empty())
      return constant;
    return run(symbols);
  }

private:
  class Compiler;
  enum class Op : uint8_t { Constant, Symbol, Add, Multiply, Call };
  struct Instruction {
    Op op;
    /// The constant, the symbol's number, or the function.
    int64_t operand;
  };
  std::optional<int64_t> run(const int64_t *symbols) const;

  /// Empty: the expression is `constant`, or overflows if that has no value.
  std::vector<Instruction> code;
  std::optional<int64_t> constant;
};

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_DIMPROGRAM_H

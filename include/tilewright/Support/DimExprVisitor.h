//===- DimExprVisitor.h - size expressions from the inside out ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How code reads a DimExpr to build something else of it (instructions, index
// arithmetic): as a stack machine would run it. A constant and a symbol push a
// value, everything else takes the two values on top and pushes one; at the end
// a single value is left.
//
//     2*N + floordiv(H, 4)
//     =  constant 2, symbol N, multiply, symbol H, constant 4, call, add
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_DIMEXPRVISITOR_H
#define TILEWRIGHT_SUPPORT_DIMEXPRVISITOR_H

#include "tilewright/Support/DimExpr.h"

namespace tilewright {

/// The functions of the language; see DimExpr for what they give for 0.
enum class DimFunction { FloorDiv, CeilDiv, Mod, Min, Max };

class DimExprVisitor {
public:
  virtual ~DimExprVisitor() = default;
  virtual void constant(int64_t value) = 0;
  virtual void symbol(const std::string &name) = 0;
  virtual void add() = 0;
  virtual void multiply() = 0;
  virtual void call(DimFunction function) = 0;
};

/// Shows `expr` to the visitor. False if it holds an `overflow()`, which has no
/// value; the visitor has then seen only a part.
bool visit(const DimExpr &expr, DimExprVisitor &visitor);

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_DIMEXPRVISITOR_H

//===- SizeRewriter.cpp - sizes in their simplest form --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SizeRewriter.h"

#include "tilewright/Dialect/Graph/IR/GraphDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace tilewright::graph {

bool SizeRewriter::define(const std::string &symbol, const DimExpr &value) {
  DimExpr known = (*this)(value);
  std::set<std::string> names;
  known.collectSymbols(names);
  auto range = ranges.find(symbol);
  SymbolRange allowed = range == ranges.end() ? SymbolRange() : range->second;
  SymbolRange bounds = known.bounds(ranges);
  if (names.count(symbol) || bounds.lo < allowed.lo || bounds.hi > allowed.hi ||
      bounds.multiple % allowed.multiple != 0)
    return false;
  for (auto &[name, definition] : definitions)
    definition = definition.substitute({{symbol, known}});
  definitions.emplace(symbol, known);
  memo.clear();
  return true;
}

DimExpr SizeRewriter::simplify(const DimExpr &expr) const {
  std::set<std::string> names;
  expr.collectSymbols(names);
  std::map<std::string, DimExpr> multiples, quotients;
  SymbolRanges inner = ranges;
  for (const std::string &name : names) {
    auto found = ranges.find(name);
    if (found == ranges.end() || found->second.multiple <= 1)
      continue;
    auto [lo, hi, multiple] = found->second;
    std::string quotient = name + "_quotient";
    while (names.count(quotient))
      quotient += "_";
    DimExpr m(multiple);
    multiples.emplace(name, m * DimExpr::symbol(quotient));
    quotients.emplace(quotient, DimExpr::floorDiv(DimExpr::symbol(name), m));
    inner[quotient] = {*DimExpr::ceilDiv(DimExpr(lo), m).constantValue(),
                       *DimExpr::floorDiv(DimExpr(hi), m).constantValue(), 1};
  }
  if (multiples.empty())
    return expr.simplify(ranges);
  return expr.substitute(multiples)
      .simplify(inner)
      .substitute(quotients)
      .simplify(ranges);
}

DimExpr SizeRewriter::operator()(const DimExpr &expr) {
  if (expr.constantValue())
    return expr;
  auto [entry, isNew] = memo.emplace(expr.str(), expr);
  if (isNew)
    entry->second = simplify(expr.substitute(definitions));
  return entry->second;
}

Type SizeRewriter::operator()(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.hasStaticShape())
    return type;
  Dims dims = getDims(tensor);
  for (DimExpr &dim : dims)
    dim = (*this)(dim);
  return getTensorType(type.getContext(), dims, tensor.getElementType());
}

void SizeRewriter::rewrite(Operation *root) {
  root->walk([&](Operation *op) {
    for (NamedAttribute attribute : op->getAttrs())
      if (auto dims = dyn_cast<DimsAttr>(attribute.getValue())) {
        Dims exprs = dims.exprs();
        for (DimExpr &expr : exprs)
          expr = (*this)(expr);
        op->setAttr(attribute.getName(), getDimsAttr(op->getContext(), exprs));
      }
    for (Value result : op->getResults())
      result.setType((*this)(result.getType()));
    if (isa<func::FuncOp>(op))
      return;
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (Value argument : block.getArguments())
          argument.setType((*this)(argument.getType()));
  });
}

} // namespace tilewright::graph

//===- ShapeBinding.cpp - from the shapes of inputs to symbols ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Module/ShapeBinding.h"

#include "tilewright/Support/Tensor.h"

namespace tilewright {

std::string typeString(DType type, const std::vector<DimExpr> &dims) {
  std::string text(name(type));
  text += "[";
  for (size_t i = 0; i < dims.size(); ++i)
    text += (i ? ", " : "") + dims[i].str();
  return text + "]";
}

Status checkRange(const std::string &symbol, int64_t value,
                  const SymbolRanges &ranges) {
  auto it = ranges.find(symbol);
  SymbolRange range = it == ranges.end() ? SymbolRange() : it->second;
  if (value < range.lo || value > range.hi) {
    if (value < range.lo && range.hi == SymbolRange().hi)
      return error(symbol, " = ", value, " is less than ", range.lo);
    return error(symbol, " = ", value, " is outside ", range.lo, "..",
                 range.hi);
  }
  if (range.multiple > 1 && value % range.multiple != 0)
    return error(symbol, " = ", value, " is no multiple of ", range.multiple);
  return Status::success();
}

namespace {
/// expr = factor * symbol + rest, with no symbol in factor and rest but known
/// ones; nullopt if it is not so.
struct Linear {
  std::string symbol;
  DimExpr factor, rest;
};

std::optional<Linear> asLinear(const DimExpr &expr,
                               const std::set<std::string> &known) {
  std::set<std::string> symbols, unknown;
  expr.collectSymbols(symbols);
  for (const std::string &symbol : symbols)
    if (!known.count(symbol))
      unknown.insert(symbol);
  if (unknown.size() != 1)
    return std::nullopt;
  Linear linear;
  linear.symbol = *unknown.begin();
  linear.rest = expr.substitute({{linear.symbol, DimExpr(0)}});
  linear.factor = expr.substitute({{linear.symbol, DimExpr(1)}}) - linear.rest;
  if (linear.factor * DimExpr::symbol(linear.symbol) + linear.rest != expr)
    return std::nullopt;
  return linear;
}

/// "input 'x', axis 1 (2*H = 7)".
std::string place(const Argument &input, size_t axis, int64_t extent) {
  return "input '" + input.name + "', axis " + std::to_string(axis) + " (" +
         input.dims[axis].str() + " = " + std::to_string(extent) + ")";
}

class Binder {
public:
  Binder(const Signature &signature,
         const std::vector<std::vector<int64_t>> &shapes)
      : signature(signature), shapes(shapes) {}

  Result<SymbolBindings> bind() {
    // Each round solves what the last one made solvable.
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t i = 0; i < shapes.size(); ++i)
        for (size_t axis = 0; axis < shapes[i].size(); ++axis) {
          Result<bool> solved = solve(i, axis);
          if (!solved)
            return solved.error();
          changed |= *solved;
        }
    }
    if (Status status = checkAll(); !status)
      return status.error();
    return std::move(bindings);
  }

private:
  Result<bool> solve(size_t i, size_t axis) {
    const Argument &input = signature.inputs[i];
    std::optional<Linear> linear = asLinear(input.dims[axis], known);
    if (!linear)
      return false;
    Result<int64_t> factor = linear->factor.evaluate(bindings);
    Result<int64_t> rest = linear->rest.evaluate(bindings);
    int64_t extent = shapes[i][axis], difference;
    if (!factor || !rest || *factor == 0 ||
        __builtin_sub_overflow(extent, *rest, &difference))
      return false;
    // The only quotient that does not fit is far outside any range.
    if ((*factor == -1 && difference == INT64_MIN) || difference % *factor != 0)
      return error(place(input, axis, extent), ": no integer ", linear->symbol,
                   " gives this size");
    int64_t value = difference / *factor;
    if (Status status = checkRange(linear->symbol, value, signature.symbols);
        !status)
      return status.error().in(place(input, axis, extent));
    bindings[linear->symbol] = value;
    known.insert(linear->symbol);
    origin[linear->symbol] = place(input, axis, extent);
    return true;
  }

  Status checkAll() {
    for (size_t i = 0; i < shapes.size(); ++i)
      for (size_t axis = 0; axis < shapes[i].size(); ++axis) {
        const Argument &input = signature.inputs[i];
        int64_t extent = shapes[i][axis];
        Result<int64_t> expected = input.dims[axis].evaluate(bindings);
        if (!expected)
          return expected.error().in(place(input, axis, extent));
        if (*expected == extent)
          continue;
        std::set<std::string> symbols;
        input.dims[axis].collectSymbols(symbols);
        std::string why;
        for (const std::string &symbol : symbols)
          why += ", and " + symbol + " is " + std::to_string(bindings[symbol]) +
                 " by " + origin[symbol];
        if (symbols.empty())
          return error("input '", input.name, "', axis ", axis, " has size ",
                       extent, ", but the model takes ", *expected);
        return error("input '", input.name, "', axis ", axis, " has size ",
                     extent, ", but ", input.dims[axis].str(), " is ",
                     *expected, why);
      }
    return Status::success();
  }

  const Signature &signature;
  const std::vector<std::vector<int64_t>> &shapes;
  SymbolBindings bindings;
  std::set<std::string> known;
  std::map<std::string, std::string> origin;
};
} // namespace

Result<SymbolBindings>
bindShapes(const Signature &signature,
           const std::vector<std::vector<int64_t>> &shapes) {
  for (size_t i = 0; i < shapes.size(); ++i) {
    const Argument &input = signature.inputs[i];
    if (shapes[i].size() != input.dims.size())
      return error("input '", input.name, "' has rank ", shapes[i].size(),
                   " (shape ", shapeString(shapes[i]),
                   "), but the model takes rank ", input.dims.size(), " (",
                   typeString(input.type, input.dims), ")");
  }
  return Binder(signature, shapes).bind();
}

SymbolRanges inputSizes(const Signature &signature) {
  std::set<std::string> names;
  for (const Argument &input : signature.inputs)
    for (const DimExpr &dim : input.dims)
      dim.collectSymbols(names);
  SymbolRanges sizes;
  for (const std::string &name : names) {
    auto known = signature.symbols.find(name);
    sizes[name] =
        known == signature.symbols.end() ? SymbolRange() : known->second;
  }
  return sizes;
}

Status checkSymbolsCanBeBound(const Signature &signature) {
  std::set<std::string> known, all;
  for (bool changed = true; changed;) {
    changed = false;
    for (const Argument &input : signature.inputs)
      for (const DimExpr &dim : input.dims) {
        dim.collectSymbols(all);
        if (auto linear = asLinear(dim, known))
          changed |= known.insert(linear->symbol).second;
      }
  }
  for (const std::string &symbol : all)
    if (!known.count(symbol))
      return error("the value of the symbol ", symbol,
                   " cannot be found from the shapes of the inputs");
  return Status::success();
}

} // namespace tilewright

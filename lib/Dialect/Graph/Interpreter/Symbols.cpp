//===- Symbols.cpp - the values of symbols during a run ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Symbols.h"

namespace tilewright::graph::reference {

namespace {

/// The element type and the rank, which no symbol can change.
Status checkKind(mlir::Type type, const Tensor &tensor,
                 const std::string &name) {
  if (!hasDims(type))
    return error(name, " has a type that is no tensor of the tw dialect");
  auto ranked = llvm::cast<mlir::RankedTensorType>(type);
  std::optional<DType> element = getDType(ranked.getElementType());
  if (element != tensor.type() || ranked.getRank() != tensor.rank())
    return error(name, ": expected ",
                 element ? tilewright::name(*element) : "another type",
                 toString(getDims(ranked)), ", but got ", tensor.typeString());
  return Status::success();
}

} // namespace

Status Symbols::bind(llvm::StringRef symbol, int64_t value,
                     const std::string &source, mlir::Operation *binder) {
  std::string key = symbol.str();
  auto known = values.find(key);
  if (known != values.end() && known->second != value) {
    auto origin = origins.find(key);
    // An op may bind anew, also what its loop has bound without a trip.
    bool isAnew = origin != origins.end() && origin->second.binder && binder &&
                  origin->second.binder->isAncestor(binder);
    if (!isAnew)
      return error(key, " is ", known->second,
                   origin == origins.end() ? ""
                                           : " by " + origin->second.source,
                   ", but ", value, " by ", source);
  }
  // A computed value that is not declared may be anything, a size may not.
  auto declared = ranges.find(key);
  SymbolRange range;
  if (declared != ranges.end())
    range = declared->second;
  else if (binder)
    range.lo = std::numeric_limits<int64_t>::min();
  if (value < range.lo || value > range.hi)
    return error(key, " is ", value, " by ", source, ", outside of its range ",
                 range.lo, "..", range.hi);
  if (range.multiple > 1 && value % range.multiple != 0)
    return error(key, " is ", value, " by ", source,
                 ", but it must be a multiple of ", range.multiple);
  if (known == values.end() || known->second != value)
    origins[key] = {source, binder};
  values[key] = value;
  return Status::success();
}

void Symbols::bindUntouched(const DimExpr &size, mlir::Operation *loop) {
  std::set<std::string> names;
  size.collectSymbols(names);
  for (const std::string &name : names) {
    auto origin = origins.find(name);
    bool isInside = origin != origins.end() && origin->second.binder &&
                    loop->isProperAncestor(origin->second.binder);
    if (values.count(name) && !isInside)
      continue;
    values[name] = 0;
    origins[name] = {"a loop without trips", loop};
  }
}

Result<int64_t> Symbols::evaluate(const DimExpr &size) const {
  return size.evaluate(values);
}

Result<Shape> Symbols::evaluate(llvm::ArrayRef<DimExpr> sizes) const {
  Shape result;
  for (const DimExpr &size : sizes) {
    Result<int64_t> value = evaluate(size);
    if (!value)
      return value.error();
    result.push_back(*value);
  }
  return result;
}

Status Symbols::bindInputs(mlir::TypeRange types, llvm::ArrayRef<Tensor> inputs,
                           llvm::ArrayRef<std::string> names) {
  if (types.size() != inputs.size())
    return error("expected ", types.size(),
                 types.size() == 1 ? " input" : " inputs", ", but got ",
                 inputs.size());
  for (auto [type, input, name] : llvm::zip(types, inputs, names)) {
    if (Status ok = checkKind(type, input, name); !ok)
      return ok;
    Dims dims = getDims(llvm::cast<mlir::RankedTensorType>(type));
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      std::optional<std::string> symbol = dims[axis].symbolName();
      if (!symbol)
        continue;
      if (Status ok = bind(*symbol, input.shape()[axis],
                           name + ", axis " + std::to_string(axis), nullptr);
          !ok)
        return ok;
    }
  }
  for (auto [type, input, name] : llvm::zip(types, inputs, names))
    if (Status ok = check(type, input, name); !ok)
      return ok;
  return Status::success();
}

Status Symbols::check(mlir::Type type, const Tensor &tensor,
                      const std::string &name) const {
  if (Status ok = checkKind(type, tensor, name); !ok)
    return ok;
  Dims dims = getDims(llvm::cast<mlir::RankedTensorType>(type));
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    Result<int64_t> expected = evaluate(dims[axis]);
    if (!expected)
      return expected.error().in(name + ", axis " + std::to_string(axis));
    if (*expected != tensor.shape()[axis])
      return error(name, ", axis ", axis, ": expected ",
                   dims[axis].constantValue() ? "" : dims[axis].str() + " = ",
                   *expected, ", but got ", tensor.shape()[axis]);
  }
  return Status::success();
}

} // namespace tilewright::graph::reference

//===- ImportState.cpp - what one import shares ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImportState.h"

#include "tilewright/Dialect/Graph/IR/ConstantTensors.h"
#include "tilewright/Dialect/Graph/IR/ShapeContents.h"
#include "tilewright/Dialect/Graph/Interpreter/ConstantValues.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

/// Letters, digits, '_' and '.', not starting with a digit or a dot.
static std::string sanitise(StringRef text) {
  std::string name;
  for (char c : text)
    name += llvm::isAlnum(c) || c == '.' ? c : '_';
  if (name.empty() || !(llvm::isAlpha(name[0]) || name[0] == '_'))
    name = "d" + name;
  // The names of the functions of the language are taken.
  Result<DimExpr> expr = DimExpr::parse(name);
  if (!expr || expr->symbolName() != name)
    name += "_";
  return name;
}

std::string ImportState::freshSymbol(StringRef hint) {
  std::string base = sanitise(hint);
  std::string name = base;
  for (int i = 1; !symbols.insert(name).second; ++i)
    name = base + "_" + std::to_string(i);
  return name;
}

std::string ImportState::freshValueSymbol(StringRef hint) {
  std::string name = freshSymbol(hint);
  // All of i64: INT64_MAX as the end of a slice is what exporters write.
  ranges[name].lo = std::numeric_limits<int64_t>::min();
  ranges[name].hi = std::numeric_limits<int64_t>::max();
  publishRanges();
  return name;
}

std::string ImportState::symbolFor(StringRef text) {
  auto [known, isNew] = symbolsByText.try_emplace(text.str());
  if (isNew)
    known->second = freshSymbol(text);
  return known->second;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Value ImportState::constant(Location loc, const Tensor &tensor,
                            StringRef name) {
  if (tensor.bytes() <= 1024)
    return graph::ConstantOp::create(builder, loc,
                                     graph::toAttribute(context, tensor));
  int64_t key = weights.add(name.str(), tensor);
  Type element = graph::getElementType(context, tensor.type());
  return graph::WeightOp::create(builder, loc,
                                 RankedTensorType::get(tensor.shape(), element),
                                 uint64_t(key), name);
}

std::optional<Tensor> ImportState::constantValue(Value value) const {
  if (auto constant = value.getDefiningOp<graph::ConstantOp>())
    if (Result<Tensor> tensor = graph::toTensor(constant.getValue()))
      return tensor.take();
  if (auto weight = value.getDefiningOp<graph::WeightOp>())
    if (std::optional<Weight> found = weights.lookup(int64_t(weight.getKey())))
      return found->tensor;
  return graph::smallConstant(value, weights);
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

bool ImportState::holdsHere(const std::set<Block *> &places) const {
  for (Block *block = builder.getInsertionBlock(); block;
       block = block->getParentOp() ? block->getParentOp()->getBlock()
                                    : nullptr)
    if (places.count(block))
      return true;
  return false;
}

void ImportState::noteSizes(Value value) {
  if (isa<RankedTensorType>(value.getType()))
    for (const DimExpr &size : graph::getDims(value))
      if (size.bounds(ranges).lo < 0)
        sizes[size.str()].insert(builder.getInsertionBlock());
}

bool ImportState::isSize(const DimExpr &expr) const {
  if (expr.bounds(ranges).lo >= 0)
    return true;
  auto found = sizes.find(expr.str());
  return found != sizes.end() && holdsHere(found->second);
}

void ImportState::checkEqual(Location loc, const DimExpr &lhs,
                             const DimExpr &rhs, StringRef message) {
  if (lhs == rhs)
    return;
  auto key = std::minmax(lhs.str(), rhs.str());
  std::set<Block *> &places = checks[{key.first, key.second}];
  if (holdsHere(places))
    return;
  places.insert(builder.getInsertionBlock());
  graph::CheckDimsOp::create(builder, loc, graph::getDimsAttr(context, {lhs}),
                             graph::getDimsAttr(context, {rhs}), message);
}

std::optional<Dims> ImportState::knownContents(Value value) {
  if (auto known = bound.find(value); known != bound.end())
    return known->second;
  return graph::foldContents(value);
}

std::optional<Dims> ImportState::contents(Location loc, Value value,
                                          StringRef hint, size_t longest) {
  std::optional<Dims> known = knownContents(value);
  if (known && llvm::all_of(*known, [&](const DimExpr &expr) {
        return expr.str().size() <= longest;
      }))
    return known;
  auto type = cast<RankedTensorType>(value.getType());
  if (!type.hasStaticShape() || type.getRank() > 1 ||
      type.getNumElements() > 64 || !type.getElementType().isInteger() ||
      type.getElementType().isInteger(1))
    return known;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointAfterValue(value);
  Dims dims;
  SmallVector<StringRef> names;
  std::vector<std::string> storage;
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    std::string name = freshValueSymbol(
        type.getRank() == 0 ? hint.str() : (hint + "." + Twine(i)).str());
    if (known)
      ranges[name] = (*known)[i].bounds(ranges);
    storage.push_back(name);
    dims.push_back(DimExpr::symbol(name));
  }
  publishRanges();
  for (const std::string &name : storage)
    names.push_back(name);
  graph::BindDimsOp::create(builder, loc, value,
                            builder.getStrArrayAttr(names));
  bound[value] = dims;
  return dims;
}

void ImportState::forget(Region &region) {
  auto forgetBlock = [&](Block &block) {
    for (Value argument : block.getArguments())
      bound.erase(argument);
    for (auto &[key, places] : checks)
      places.erase(&block);
    for (auto &[text, places] : sizes)
      places.erase(&block);
  };
  region.walk([&](Operation *op) {
    for (Value result : op->getResults())
      bound.erase(result);
    for (Region &inner : op->getRegions())
      llvm::for_each(inner, forgetBlock);
  });
  llvm::for_each(region, forgetBlock);
}

//===- RandomInputs.cpp - inputs by seed ----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/RandomInputs.h"

#include "tilewright/Module/ShapeBinding.h"
#include "tilewright/Support/Elements.h"

#include <algorithm>

namespace tilewright {

namespace {

/// SplitMix64 (Steele, Lea, Flood 2014).
class Generator {
public:
  explicit Generator(uint64_t seed) : state(seed) {}

  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// Mean 0, variance 1: twelve uniform numbers added, because unlike log and
  /// cos a sum is the same on every machine.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i)
      sum += double(next() >> 11) * 0x1p-53;
    return sum;
  }

private:
  uint64_t state;
};

void fill(Tensor &tensor, Generator &generator) {
  dispatch(tensor.type(), [&](auto tag) {
    using T = typename decltype(tag)::Type;
    constexpr bool isByte = isIntElement<T> && sizeof(T) == 1;
    T *data = tensor.as<T>();
    for (int64_t i = 0, size = tensor.size(); i < size; ++i) {
      if constexpr (isFloatElement<T>)
        data[i] = store<T>(generator.normal());
      else
        data[i] = T(generator.next() >> (isByte ? 56 : 63));
    }
  });
}

/// The value of the range that is nearest to `wish`, at least 1 if possible.
int64_t moveIntoRange(int64_t wish, const SymbolRange &range) {
  int64_t multiple = std::max<int64_t>(range.multiple, 1);
  int64_t value =
      (std::max(wish, range.lo) + multiple - 1) / multiple * multiple;
  if (value > range.hi)
    value = range.hi / multiple * multiple;
  return value;
}

class Chooser {
public:
  Chooser(const Signature &signature, const RandomInputsOptions &options)
      : signature(signature), options(options) {}

  Result<InputShapes> run() {
    if (Status status = bindGiven(); !status)
      return status.error();
    if (Status status = bindSizes(); !status)
      return status.error();
    chooseOthers();
    for (const Argument &input : signature.inputs)
      if (Status status = evaluate(input); !status)
        return status.error().in("input '" + input.name + "'");
    return std::move(result);
  }

private:
  Status bindGiven() {
    Signature some;
    some.symbols = signature.symbols;
    std::vector<std::vector<int64_t>> shapes;
    for (const Argument &input : signature.inputs)
      if (auto found = options.given.find(input.name);
          found != options.given.end()) {
        some.inputs.push_back(input);
        shapes.push_back(found->second.shape());
      }
    for (const auto &[name, tensor] : options.given)
      if (std::none_of(
              some.inputs.begin(), some.inputs.end(),
              [&](const Argument &input) { return input.name == name; }))
        return error("the model has no input '", name, "'; it has ",
                     inputNames());
    // What the given inputs leave open ("M" of an axis "N + M") is found with
    // the sizes below; the run compares all shapes again.
    if (checkSymbolsCanBeBound(some)) {
      auto bound = bindShapes(some, shapes);
      if (!bound)
        return bound.error();
      result.sizes = *bound;
    }
    return Status::success();
  }

  std::string inputNames() const {
    std::string names;
    for (const Argument &input : signature.inputs)
      names += (names.empty() ? "'" : ", '") + input.name + "'";
    return names.empty() ? "none" : names;
  }

  Status bindSizes() {
    std::set<std::string> known;
    for (const Argument &input : signature.inputs)
      for (const DimExpr &dim : input.dims)
        dim.collectSymbols(known);
    for (const auto &[symbol, value] : options.sizes) {
      if (!known.count(symbol)) {
        std::string names;
        for (const std::string &name : known)
          names += (names.empty() ? "" : ", ") + name;
        return error("the model's inputs have no size called '", symbol, "'; ",
                     names.empty() ? "all are fixed" : "there are " + names);
      }
      if (Status status = checkRange(symbol, value, signature.symbols); !status)
        return status;
      auto [place, isNew] = result.sizes.insert({symbol, value});
      if (!isNew && place->second != value)
        return error("the size ", symbol, " is ", place->second,
                     " in the inputs, but ", value, " was asked for");
    }
    return Status::success();
  }

  void chooseOthers() {
    for (const Argument &input : signature.inputs)
      for (size_t axis = 0; axis < input.dims.size(); ++axis) {
        std::set<std::string> symbols;
        input.dims[axis].collectSymbols(symbols);
        for (const std::string &symbol : symbols) {
          auto range = signature.symbols.find(symbol);
          int64_t value = moveIntoRange(
              axis == 0 ? options.firstAxis : options.otherAxes,
              range == signature.symbols.end() ? SymbolRange() : range->second);
          if (result.sizes.insert({symbol, value}).second)
            result.chosen[symbol] = value;
        }
      }
  }

  Status evaluate(const Argument &input) {
    std::vector<int64_t> shape;
    for (const DimExpr &dim : input.dims) {
      auto size = dim.evaluate(result.sizes);
      if (!size)
        return size.error();
      if (*size < 0)
        return error("the size ", dim.str(), " would be ", *size);
      shape.push_back(*size);
    }
    result.shapes.push_back(std::move(shape));
    return Status::success();
  }

  const Signature &signature;
  const RandomInputsOptions &options;
  InputShapes result;
};

} // namespace

Result<InputShapes> chooseInputShapes(const Signature &signature,
                                      const RandomInputsOptions &options) {
  return Chooser(signature, options).run();
}

Result<RandomInputs> randomInputs(const Signature &signature,
                                  const RandomInputsOptions &options) {
  auto shapes = chooseInputShapes(signature, options);
  if (!shapes)
    return shapes.error();
  RandomInputs result;
  result.shapes = shapes.take();
  Generator seeds(options.seed);
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    const Argument &input = signature.inputs[i];
    // Each input has a generator of its own, so that giving one input leaves
    // the others as they were.
    Generator generator(seeds.next());
    if (auto found = options.given.find(input.name);
        found != options.given.end()) {
      result.tensors.push_back(found->second);
      continue;
    }
    auto tensor = Tensor::allocate(input.type, result.shapes.shapes[i]);
    if (!tensor)
      return tensor.error().in("input '" + input.name + "'");
    fill(*tensor, generator);
    result.tensors.push_back(tensor.take());
  }
  return result;
}

} // namespace tilewright

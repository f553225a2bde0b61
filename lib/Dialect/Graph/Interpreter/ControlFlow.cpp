//===- ControlFlow.cpp - branches, loops and kernels ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "Kernels.h"

#include <cstring>

namespace tilewright::graph::reference {

Status Evaluator::bindAll(mlir::Operation *op, mlir::ArrayAttr symbolNames,
                          std::optional<DimsAttr> dims,
                          const std::string &source) {
  if (symbolNames.empty())
    return Status::success();
  if (!dims || dims->exprs().size() != symbolNames.size())
    return error("there are no sizes for the symbols");
  Result<Shape> sizes = symbols.evaluate(dims->exprs());
  if (!sizes)
    return sizes.error();
  for (auto [symbol, size] : llvm::zip(symbolNames, *sizes))
    if (Status ok = symbols.bind(
            llvm::cast<mlir::StringAttr>(symbol).getValue(), size, source, op);
        !ok)
      return ok;
  return Status::success();
}

Result<Tensors> Evaluator::runIf(IfOp op) {
  bool taken = *values.lookup(op.getCondition()).as<bool>();
  mlir::Region &region = taken ? op.getThenRegion() : op.getElseRegion();
  Result<Tensors> results = runBlock(region.front(), {});
  if (!results)
    return results;
  std::string source =
      taken ? "the first branch of an if" : "the second branch of an if";
  if (Status ok = bindAll(op, op.getResultSymbols(),
                          taken ? op.getThenDims() : op.getElseDims(), source);
      !ok)
    return ok.error();
  return results;
}

namespace {

/// What a loop has stacked so far: the outputs of the trips, in order.
Result<Tensor> stack(llvm::ArrayRef<Tensor> slices, DType type,
                     const Shape &shape) {
  Result<Tensor> result = Tensor::allocate(type, shape);
  if (!result)
    return result;
  auto *to = static_cast<char *>(result->data());
  for (const Tensor &slice : slices) {
    if (slice.shape() != Shape(shape.begin() + 1, shape.end()))
      return error("a trip of the loop stacks ", slice.typeString(),
                   ", but the result has the shape ", shapeString(shape));
    if (slice.bytes() > 0)
      std::memcpy(to, slice.data(), slice.bytes());
    to += slice.bytes();
  }
  return result;
}

} // namespace

Result<Tensors> Evaluator::runLoop(LoopOp op) {
  int64_t limit = std::numeric_limits<int64_t>::max();
  if (op.getMaxTrips()) {
    Tensor trips = values.lookup(op.getMaxTrips());
    limit = *cast(trips, DType::I64)->as<int64_t>();
  }
  bool goOn =
      !op.getCondition() || *values.lookup(op.getCondition()).as<bool>();
  Tensors carried;
  for (mlir::Value value : op.getCarried())
    carried.push_back(values.lookup(value));
  if (Status ok = bindAll(op, op.getCarriedSymbols(), op.getInitDims(),
                          "the start of a loop");
      !ok)
    return ok.error();

  size_t stackedCount = op.getNumResults() - carried.size();
  std::vector<Tensors> stacked(stackedCount);
  mlir::Block &body = op.getBody().front();
  int64_t trips = 0;
  for (; goOn && trips < limit; ++trips) {
    Tensors arguments{Tensor::of<int64_t>(DType::I64, {}, {trips})};
    arguments.append(carried.begin(), carried.end());
    Result<Tensors> yielded = runBlock(body, arguments);
    if (!yielded)
      return yielded.error().in("trip " + std::to_string(trips));
    if (yielded->size() != 1 + op.getNumResults())
      return error("the body yields ", yielded->size(), " values, but ",
                   1 + op.getNumResults(), " are needed");
    goOn = *(*yielded)[0].as<bool>();
    for (size_t i = 0; i < carried.size(); ++i)
      carried[i] = (*yielded)[1 + i];
    for (size_t i = 0; i < stackedCount; ++i)
      stacked[i].push_back((*yielded)[1 + carried.size() + i]);
    if (Status ok = bindAll(op, op.getCarriedSymbols(), op.getNextDims(),
                            "a trip of a loop");
        !ok)
      return ok.error();
  }
  if (Status ok = symbols.bind(op.getTrips(), trips,
                               "the number of trips of a loop", op);
      !ok)
    return ok.error();

  Tensors results = carried;
  for (size_t i = 0; i < stackedCount; ++i) {
    auto type = llvm::cast<mlir::RankedTensorType>(
        op.getResult(carried.size() + i).getType());
    if (trips == 0)
      for (const DimExpr &size : getDims(type))
        symbols.bindUntouched(size, op);
    Result<Shape> shape = symbols.evaluate(getDims(type));
    std::optional<DType> element = getDType(type.getElementType());
    if (!shape || !element)
      return shape ? error("a stacked value has no element type of tw")
                   : shape.error();
    Result<Tensor> result = stack(stacked[i], *element, *shape);
    if (!result)
      return result.error();
    results.push_back(result.take());
  }
  return results;
}

Result<Tensors> Evaluator::runKernel(KernelOp op,
                                     llvm::ArrayRef<Tensor> inputs) {
  return runBlock(op.getBody().front(), inputs);
}

} // namespace tilewright::graph::reference

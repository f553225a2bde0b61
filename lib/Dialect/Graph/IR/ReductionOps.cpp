//===- ReductionOps.cpp - reductions, normalisations, scans, attention ----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpChecks.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> location,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  Inference<ReduceOp> infer(context, location, types);
  Type element = elementOf(adaptor.getOperand());
  ReduceKind kind = adaptor.getKind();
  if (kind == ReduceKind::None)
    return infer.fail("none is not a reduction");
  bool isExtremum = kind == ReduceKind::Max || kind == ReduceKind::Min;
  if (!isExtremum && !isNumeric(element))
    return infer.fail(stringifyReduceKind(kind), " expected numbers, but got ",
                      show(element));
  return infer.add(
      reducedShape(getDims(adaptor.getOperand()), adaptor.getAxes()), element);
}

LogicalResult ArgReduceOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> location,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  Inference<ArgReduceOp> infer(context, location, types);
  ReduceKind kind = adaptor.getKind();
  if (kind != ReduceKind::Max && kind != ReduceKind::Min)
    return infer.fail("expected kind max or min, but got ",
                      stringifyReduceKind(kind));
  if (!isNumeric(elementOf(adaptor.getOperand())))
    return infer.fail("expected numbers, but got ",
                      show(elementOf(adaptor.getOperand())));
  return infer.add(
      reducedShape(getDims(adaptor.getOperand()), adaptor.getAxis()),
      IntegerType::get(context, 64));
}

/// Ops that keep the operand's type and work along axes of it.
template <typename OpT>
static LogicalResult sameType(const Inference<OpT> &infer, Value operand,
                              ArrayRef<int64_t> axes) {
  if (Status status = checkAxes(axes, rankOf(operand)); !status)
    return infer.fail(status.error().message);
  return infer.add(getDims(operand), elementOf(operand));
}

LogicalResult SoftmaxOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> location,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  return sameType(Inference<SoftmaxOp>(context, location, types),
                  adaptor.getOperand(), adaptor.getAxis());
}

LogicalResult NormalizeOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> location,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  Inference<NormalizeOp> infer(context, location, types);
  if (adaptor.getAxes().empty())
    return infer.fail("expected at least one axis");
  if (!(adaptor.getEpsilon().convertToDouble() >= 0))
    return infer.fail("expected an epsilon of 0 or more, but got ",
                      adaptor.getEpsilon().convertToDouble());
  return sameType(infer, adaptor.getOperand(), adaptor.getAxes());
}

LogicalResult ScanOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location> location,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  Inference<ScanOp> infer(context, location, types);
  ReduceKind kind = adaptor.getKind();
  if (kind == ReduceKind::None || kind == ReduceKind::Mean)
    return infer.fail("expected kind sum, prod, max or min, but got ",
                      stringifyReduceKind(kind));
  if (!isNumeric(elementOf(adaptor.getOperand())))
    return infer.fail("expected numbers, but got ",
                      show(elementOf(adaptor.getOperand())));
  return sameType(infer, adaptor.getOperand(), adaptor.getAxis());
}

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> location,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  Inference<AttentionOp> infer(context, location, types);
  Dims query = getDims(adaptor.getQuery()), key = getDims(adaptor.getKey());
  Dims value = getDims(adaptor.getValue());
  Type element = elementOf(adaptor.getQuery());
  if (query.size() != 4 || key.size() != 4 || value.size() != 4)
    return infer.fail("expected query, key and value of rank 4, but got ranks ",
                      query.size(), ", ", key.size(), " and ", value.size());
  if (elementOf(adaptor.getKey()) != element ||
      elementOf(adaptor.getValue()) != element)
    return infer.fail(
        "expected query, key and value of one element type, but got ",
        show(element), ", ", show(elementOf(adaptor.getKey())), " and ",
        show(elementOf(adaptor.getValue())));
  auto expectEqual = [&](StringRef what, const DimExpr &a,
                         const DimExpr &b) -> LogicalResult {
    if (mayBeEqual(a, b))
      return success();
    return infer.fail("expected equal ", what, ", but got ", a.str(), " and ",
                      b.str());
  };
  if (failed(expectEqual("batch sizes of query and key", query[0], key[0])) ||
      failed(expectEqual("batch sizes of key and value", key[0], value[0])) ||
      failed(
          expectEqual("sequence lengths of key and value", key[1], value[1])) ||
      failed(expectEqual("numbers of groups of key and value", key[2],
                         value[2])) ||
      failed(expectEqual("head sizes of query and key", query[3], key[3])))
    return failure();
  std::optional<int64_t> heads = query[2].constantValue();
  std::optional<int64_t> groups = key[2].constantValue();
  if (heads && groups && (*groups == 0 ? *heads != 0 : *heads % *groups != 0))
    return infer.fail("expected a number of heads divisible by the number of "
                      "groups, but got ",
                      *heads, " and ", *groups);
  DimExpr batch = merge(merge(query[0], key[0]), value[0]);
  if (Value mask = adaptor.getMask()) {
    Type maskElement = elementOf(mask);
    if (!maskElement.isInteger(1) && maskElement != element)
      return infer.fail("expected a mask of i1 or ", show(element),
                        ", but got ", show(maskElement));
    Dims scores{batch, query[2], query[1], merge(key[1], value[1])};
    Result<Dims> both = broadcastShapes({scores, getDims(mask)});
    if (!both || !mayBeEqual(*both, scores))
      return infer.fail("expected a mask that broadcasts to ", toString(scores),
                        ", but got ", toString(getDims(mask)));
  }
  return infer.add(Dims{batch, query[1], query[2], value[3]}, element);
}

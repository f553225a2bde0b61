//===- Elementwise.cpp - elementwise ops of tw as linalg.generic ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelConverter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tilewright::graph {

LogicalResult KernelConverter::convertElementwise(Operation *op) {
  Location loc = op->getLoc();
  Value result = op->getResult(0);
  Type resultElement = elementOf(result);
  SmallVector<Value> inputs;
  for (Value operand : op->getOperands())
    inputs.push_back(get(operand));
  Value converted = elementwise(
      loc, getDims(result), storageType(resultElement), inputs,
      [&](OpBuilder &builder, ValueRange args) -> Value {
        ScalarEmitter emit(builder, loc);
        SmallVector<Value> x;
        for (auto [arg, operand] : llvm::zip(args, op->getOperands()))
          x.push_back(emit.load(arg, elementOf(operand)));
        Value y = TypeSwitch<Operation *, Value>(op)
                      .Case([&](UnaryOp unary) {
                        return emit.unary(unary.getKind(), x[0],
                                          elementOf(unary.getOperand()));
                      })
                      .Case([&](BinaryOp binary) {
                        return emit.binary(binary.getKind(), x[0], x[1],
                                           elementOf(binary.getLhs()));
                      })
                      .Case([&](CompareOp compare) {
                        return emit.compare(compare.getKind(), x[0], x[1],
                                            elementOf(compare.getLhs()));
                      })
                      .Case([&](SelectOp) -> Value {
                        return arith::SelectOp::create(builder, loc, x[0], x[1],
                                                       x[2]);
                      })
                      .Case([&](CastOp cast) {
                        return emit.cast(x[0], elementOf(cast.getOperand()),
                                         resultElement);
                      });
        return emit.store(y, resultElement);
      });
  map(result, converted);
  return success();
}

} // namespace tilewright::graph

//===- OpChecks.h - what the verifiers and inferences share ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Type inference runs where there may be no op yet, only a location, so its
// errors are built here to read like `emitOpError`'s: "'tw.gather' op ...".
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_IR_OPCHECKS_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_IR_OPCHECKS_H

#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Dialect/Graph/IR/ShapeInference.h"

namespace tilewright::graph {

/// True for integers and floats, not bools.
inline bool isNumeric(mlir::Type element) { return !element.isInteger(1); }
inline bool isFloat(mlir::Type element) {
  return llvm::isa<mlir::FloatType>(element);
}

/// Reports what is wrong with an op of class OpT that may not exist yet, and
/// collects its result types.
template <typename OpT> class Inference {
public:
  Inference(mlir::MLIRContext *context, std::optional<mlir::Location> location,
            llvm::SmallVectorImpl<mlir::Type> &types)
      : context(context), location(location), types(types) {}

  template <typename... Pieces>
  mlir::LogicalResult fail(const Pieces &...pieces) const {
    return mlir::emitOptionalError(location, "'", OpT::getOperationName(),
                                   "' op ", pieces...);
  }

  /// Adds a result of these sizes.
  mlir::LogicalResult add(const Dims &dims, mlir::Type element) const {
    for (auto [axis, size] : llvm::enumerate(dims))
      if (size.constantValue().value_or(0) < 0)
        return fail("axis ", axis, " of the result would have size ",
                    size.str());
    types.push_back(getTensorType(context, dims, element));
    return mlir::success();
  }
  /// The same from a shape function.
  mlir::LogicalResult add(const Result<Dims> &dims, mlir::Type element) const {
    if (!dims)
      return fail(dims.error().message);
    return add(*dims, element);
  }

  mlir::MLIRContext *context;

private:
  std::optional<mlir::Location> location;
  llvm::SmallVectorImpl<mlir::Type> &types;
};

/// A symbol that an op names, as a size; an error of the op if `name` is not an
/// identifier of the size language.
mlir::FailureOr<DimExpr> symbolOf(mlir::Operation *op, llvm::StringRef name);

/// "f32", as messages show an element type.
inline std::string show(mlir::Type type) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << "'" << type << "'";
  return text;
}

} // namespace tilewright::graph

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_IR_OPCHECKS_H

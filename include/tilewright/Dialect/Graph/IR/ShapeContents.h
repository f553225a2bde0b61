//===- ShapeContents.h - the elements of small tensors as sizes -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Models compute shapes with tensors: Shape, Gather, Mul, Concat, and then a
// Reshape takes the result. tw has no operands that hold shapes, so importers
// ask here what the elements are:
//
//     %0 = tw.from_dims <"N", 3, "H"> : tensor<3xi64>
//     %1 = tw.gather %0, [0, 2]              foldContents(%1) = [N, H]
//     %2 = tw.binary mul %1, [1, 2]          foldContents(%2) = [N, 2*H]
//
// Integers, bools (0 or 1) and floats that hold fractions of sizes on their way
// (floor of H * 0.5) are followed. Two assumptions, both the model's own: sizes
// fit the i32 or i64 tensors that the model puts them into, unless small ones
// do not (x + INT64_MAX wraps), and sizes in floats are below 2^21, so that
// they are exact and quotients of them round as fractions do. What would still
// come out otherwise (55 / 49 * 49) is not known.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_SHAPECONTENTS_H
#define TILEWRIGHT_DIALECT_GRAPH_IR_SHAPECONTENTS_H

#include "tilewright/Dialect/Graph/IR/Dims.h"

namespace tilewright::graph {

/// Tensors with more elements are never looked into.
constexpr int64_t maxContents = 64;

/// The elements of `value` in row-major order, each a whole number; none if one
/// of them is not known. What is known of the symbols is the module's
/// `tw.symbols`. Where a `tw.bind_dims` in the same block names a value
/// (`value` or one that it is computed from), its symbols are the elements, so
/// the answer is for places behind it.
std::optional<Dims> foldContents(mlir::Value value);
/// The one element of a tensor of one element.
std::optional<DimExpr> foldScalar(mlir::Value value);

/// The same for many values of a module, as long as the module does not change:
/// what was found for one is remembered for those that are computed from it.
class ContentsFolder {
public:
  explicit ContentsFolder(mlir::Operation *module);
  ~ContentsFolder();
  std::optional<Dims> fold(mlir::Value value);

private:
  class Impl;
  std::unique_ptr<Impl> impl;
};

/// Bounds of each element of an integer or bool tensor, known or not: none if
/// the tensor is too large or dynamic. At worst the range of its type.
std::optional<llvm::SmallVector<SymbolRange>> contentsBounds(mlir::Value value);

} // namespace tilewright::graph

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_SHAPECONTENTS_H

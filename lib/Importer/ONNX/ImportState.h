//===- ImportState.h - what one import shares -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The builder, the weights, the symbols, and what is known of values: shared by
// the graph importer, which walks the nodes, and the op handlers.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_IMPORTSTATE_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_IMPORTSTATE_H

#include "ModelFile.h"

#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Support/WeightStore.h"

#include "mlir/IR/Builders.h"

namespace tilewright::onnximport {

using graph::Dims;

class ImportState {
public:
  ImportState(mlir::MLIRContext *context, ModelFile &file, WeightStore &weights)
      : context(context), builder(context), file(file), weights(weights) {}

  mlir::MLIRContext *context;
  mlir::OpBuilder builder;
  ModelFile &file;
  WeightStore &weights;
  /// `tw.symbols` of the module to be; call `publishRanges` after a change.
  SymbolRanges ranges;
  mlir::ModuleOp module;
  void publishRanges() { graph::setSymbolRanges(module, ranges); }
  std::vector<std::string> warnings;

  /// A symbol that nobody uses yet, named like `hint`.
  std::string freshSymbol(llvm::StringRef hint);
  /// A symbol whose value may be negative (it is read from a tensor).
  std::string freshValueSymbol(llvm::StringRef hint);
  /// Turns any text into a symbol's name; equal texts give equal names.
  std::string symbolFor(llvm::StringRef text);

  /// A constant: `tw.constant` up to 1 KiB, else a weight.
  mlir::Value constant(mlir::Location loc, const Tensor &tensor,
                       llvm::StringRef name);
  /// The numbers of a value that is a constant or weight, or that a few small
  /// ops compute from some.
  std::optional<Tensor> constantValue(mlir::Value value) const;

  /// Emits (once per place) that two sizes must be equal at run time.
  void checkEqual(mlir::Location loc, const DimExpr &lhs, const DimExpr &rhs,
                  llvm::StringRef message);

  /// Remembers that the sizes of a value's axes are sizes wherever it is known.
  void noteSizes(mlir::Value value);
  /// The expression is never negative: by its bounds, or because a value that
  /// is known here has such an axis (where it was made, that was checked).
  bool isSize(const DimExpr &expr) const;

  /// The elements of a small integer tensor as expressions; where nothing is
  /// known of them, or an expression has more than `longest` characters,
  /// `tw.bind_dims` makes them symbols, for the node at `loc`. None if their
  /// number is not known or above 64.
  std::optional<Dims> contents(mlir::Location loc, mlir::Value value,
                               llvm::StringRef hint,
                               size_t longest = maxExpressionText);
  /// Of a longer expression the value is read when the model runs: expressions
  /// that are put into each other grow without bounds.
  static constexpr size_t maxExpressionText = 1024;
  /// As `contents`, but never binds: only what is known.
  std::optional<Dims> knownContents(mlir::Value value);

  /// Forgets what is known of values in a region that is about to be erased.
  void forget(mlir::Region &region);

private:
  std::set<std::string> symbols;
  std::map<std::string, std::string> symbolsByText;
  llvm::DenseMap<mlir::Value, Dims> bound;
  /// Where a check has been made, and where a value has an axis of a size: what
  /// is in a block holds later in it, and in the regions of the ops that
  /// follow.
  std::map<std::pair<std::string, std::string>, std::set<mlir::Block *>> checks;
  std::map<std::string, std::set<mlir::Block *>> sizes;
  bool holdsHere(const std::set<mlir::Block *> &places) const;
};

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_IMPORTSTATE_H

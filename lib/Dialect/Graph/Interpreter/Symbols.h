//===- Symbols.h - the values of symbols during a run --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_SYMBOLS_H
#define TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_SYMBOLS_H

#include "Strides.h"

#include "tilewright/Dialect/Graph/IR/GraphOps.h"
#include "tilewright/Support/Tensor.h"

namespace tilewright::graph::reference {

/// Binds symbols to values and evaluates sizes. Who bound a symbol is
/// remembered: only the same op may bind it anew (an op in a loop does, trip by
/// trip), anybody else has to agree.
class Symbols {
public:
  explicit Symbols(SymbolRanges ranges) : ranges(std::move(ranges)) {}

  /// `source` says where the value comes from ("input 'x', axis 0"); `binder`
  /// is the op, or null for the inputs.
  Status bind(llvm::StringRef symbol, int64_t value, const std::string &source,
              mlir::Operation *binder);
  /// After a loop without trips: what only its body binds, in an earlier run
  /// of the loop or never, is 0.
  void bindUntouched(const DimExpr &size, mlir::Operation *loop);
  /// Values that are known to be right, without a check.
  void assume(const SymbolBindings &known) { values = known; }

  Result<int64_t> evaluate(const DimExpr &size) const;
  Result<Shape> evaluate(llvm::ArrayRef<DimExpr> sizes) const;

  /// Binds the symbols that are axes of the inputs' types, then checks every
  /// axis. `names` are what messages call the inputs.
  Status bindInputs(mlir::TypeRange types, llvm::ArrayRef<Tensor> inputs,
                    llvm::ArrayRef<std::string> names);
  /// Compares a tensor with the element type and the sizes in its type.
  Status check(mlir::Type type, const Tensor &tensor,
               const std::string &name) const;

  const SymbolBindings &bindings() const { return values; }

private:
  struct Origin {
    std::string source;
    mlir::Operation *binder;
  };
  SymbolRanges ranges;
  SymbolBindings values;
  std::map<std::string, Origin> origins;
};

} // namespace tilewright::graph::reference

#endif // TILEWRIGHT_LIB_DIALECT_GRAPH_INTERPRETER_SYMBOLS_H

//===- ReferenceModel.h - runs the IR that a module keeps -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A module that was not stripped holds its model in the tw dialect: as it was
// imported, before any pass, and with its kernels formed. A `ReferenceModel` is
// one of the two, read back and ready for the reference interpreter:
//
//     auto reference = ReferenceModel::load(module, ReferenceModel::Imported);
//     Result<std::vector<Tensor>> outputs = (*reference)->run({x});
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DRIVER_REFERENCEMODEL_H
#define TILEWRIGHT_DRIVER_REFERENCEMODEL_H

#include "tilewright/Dialect/Graph/Interpreter/Interpreter.h"
#include "tilewright/Module/Module.h"

#include "mlir/IR/OwningOpRef.h"

namespace tilewright {

class ReferenceModel {
public:
  /// The names of the two sections.
  static constexpr const char *Imported = "imported";
  static constexpr const char *Kernels = "kernels";

  /// An error if the module has been stripped of the section, or if what is in
  /// it is no IR of this version.
  static Result<std::unique_ptr<ReferenceModel>>
  load(std::shared_ptr<const Module> module, const std::string &section);

  /// Runs it; inputs and outputs in the order of the signature. Safe to use
  /// from several threads.
  Result<std::vector<Tensor>>
  run(llvm::ArrayRef<Tensor> inputs,
      const graph::InterpreterOptions &options = {}) const;

private:
  ReferenceModel() = default;
  std::shared_ptr<const Module> module;
  std::shared_ptr<WeightStore> weights;
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> ir;
  mlir::func::FuncOp main;
};

} // namespace tilewright

#endif // TILEWRIGHT_DRIVER_REFERENCEMODEL_H

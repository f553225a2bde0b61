//===- LowerKernels.cpp
//-----------------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Pipeline/LowerKernels.h"

#include "UnifySizes.h"

#include "tilewright/Conversion/GraphToLinalg/GraphToLinalg.h"
#include "tilewright/Conversion/GraphToLoops/GraphToLoops.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"
#include "tilewright/Dialect/Tile/Transforms/Passes.h"
#include "tilewright/Tiling/Tiler.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/AsmState.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tilewright {

/// Renames the sizes of a tiled function to s0, s1, ...; gives back what they
/// were, and the number of blocks in those terms.
static LoweredKernel canonicalizeSizes(func::FuncOp kernel) {
  LoweredKernel lowered;
  lowered.name = kernel.getSymName().str();
  OpBuilder b(kernel.getContext());
  auto parse = [](StringAttr text) {
    return DimExpr::parse(text.getValue()).take();
  };
  std::map<std::string, std::string> names;
  SmallVector<Attribute> sizes;
  for (auto text : kernel->getAttrOfType<ArrayAttr>("tile.sizes")
                       .getAsRange<StringAttr>()) {
    std::string name = "s" + std::to_string(sizes.size());
    names[text.str()] = name;
    lowered.sizes.push_back(parse(text));
    sizes.push_back(b.getStringAttr(name));
  }
  kernel->setAttr("tile.sizes", b.getArrayAttr(sizes));
  lowered.blocks = parse(kernel->getAttrOfType<StringAttr>("tile.blocks"));
  if (auto count = kernel->getAttrOfType<StringAttr>("tile.count")) {
    lowered.count = count.str();
    unsigned inputs =
        kernel->getAttrOfType<IntegerAttr>("tile.inputs").getInt();
    for (unsigned i = inputs; i < kernel.getNumArguments(); ++i) {
      auto dims = kernel.getArgAttrOfType<ArrayAttr>(i, "tile.dims");
      if (!dims)
        continue;
      std::vector<DimExpr> shape;
      for (auto text : dims.getAsRange<StringAttr>())
        shape.push_back(parse(text));
      lowered.outputDims.push_back(shape);
    }
    kernel->removeAttr("tile.count");
  }
  // The launch knows the number; the function no longer says it by name.
  kernel->setAttr("tile.blocks", b.getStringAttr("1"));
  for (unsigned i = 0; i < kernel.getNumArguments(); ++i) {
    auto dims = kernel.getArgAttrOfType<ArrayAttr>(i, "tile.dims");
    if (!dims)
      continue;
    SmallVector<Attribute> renamed;
    for (auto text : dims.getAsRange<StringAttr>()) {
      auto found = names.find(text.str());
      renamed.push_back(found == names.end() ? text
                                             : b.getStringAttr(found->second));
    }
    kernel.setArgAttr(i, "tile.dims", b.getArrayAttr(renamed));
  }
  return lowered;
}

static std::string printWithoutName(func::FuncOp kernel) {
  std::string name = kernel.getSymName().str();
  kernel.setSymName("kernel");
  std::string text;
  llvm::raw_string_ostream stream(text);
  kernel->print(stream, OpPrintingFlags().enableDebugInfo(false));
  kernel.setSymName(name);
  return text;
}

bool isLaunch(Operation *op) {
  return isa<graph::KernelOp, graph::NonZeroOp, graph::UniqueOp,
             graph::NonMaxSuppressionOp>(op);
}

/// One launch as a function of `module`: of tiles, or of loops if its only op
/// has no tiles.
static FailureOr<func::FuncOp> lower(Operation *launch, const std::string &name,
                                     const UnifySizes &sizes,
                                     const VectorUnit &unit, ModuleOp module) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto kernel = dyn_cast<graph::KernelOp>(launch);
  if (!kernel)
    return emitLoopKernel(launch, name, builder);
  graph::KernelOp unified = sizes.apply(kernel);
  Operation *first = &unified.getBody().front().front();
  FailureOr<func::FuncOp> function;
  if (!isConvertibleToLinalg(first) && hasLoopKernel(first)) {
    function = emitLoopKernel(first, name, builder);
  } else {
    function = convertKernelToLinalg(unified, module);
    if (succeeded(function))
      function = tileKernel(*function, chooseSchedule(*function, unit));
  }
  unified->erase();
  return function;
}

FailureOr<LoweredKernels> lowerKernels(ModuleOp module,
                                       const VectorUnit &unit) {
  MLIRContext *context = module.getContext();
  context->loadDialect<affine::AffineDialect, memref::MemRefDialect,
                       scf::SCFDialect, tile::TileDialect,
                       tensor::TensorDialect, linalg::LinalgDialect,
                       math::MathDialect, arith::ArithDialect>();
  LoweredKernels result;
  result.module = ModuleOp::create(module.getLoc());
  if (auto symbols = module->getAttr("tw.symbols"))
    (*result.module)->setAttr("tw.symbols", symbols);

  SmallVector<Operation *> launches;
  module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (!isLaunch(op))
      return WalkResult::advance();
    launches.push_back(op);
    return WalkResult::skip();
  });
  SmallVector<func::FuncOp> functions;
  UnifySizes sizes(module);
  for (Operation *launch : launches) {
    auto kernel = dyn_cast<graph::KernelOp>(launch);
    std::string name = kernel ? kernel.getSymName().str()
                              : (launch->getName().stripDialect() + "_count_" +
                                 Twine(functions.size()))
                                    .str();
    auto function = lower(launch, name, sizes, unit, *result.module);
    if (failed(function))
      return failure();
    functions.push_back(*function);
  }

  if (failed(cleanUpKernels(*result.module)))
    return failure();

  llvm::StringMap<std::string> seen;
  for (func::FuncOp function : functions) {
    if (failed(tile::verifyKernel(function)))
      return failure();
    LoweredKernel lowered = canonicalizeSizes(function);
    auto [entry, isNew] = seen.try_emplace(printWithoutName(function), "");
    if (isNew) {
      entry->second = "k" + std::to_string(seen.size() - 1);
      function.setSymName(entry->second);
    } else {
      function.erase();
    }
    lowered.symbol = entry->second;
    result.kernels.push_back(std::move(lowered));
  }
  return result;
}

} // namespace tilewright

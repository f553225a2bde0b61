//===- LowerKernels.cpp - kernels become functions of tiles ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Pipeline/LowerKernels.h"

#include "UnifySizes.h"

#include "tilewright/Conversion/GraphToLinalg/GraphToLinalg.h"
#include "tilewright/Conversion/GraphToLoops/GraphToLoops.h"
#include "tilewright/Dialect/Graph/Transforms/SplitKernel.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"
#include "tilewright/Dialect/Tile/Transforms/Passes.h"
#include "tilewright/Tiling/Tiler.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/AsmState.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace mlir;

namespace tilewright {

/// Renames the sizes of a tiled function to s0, s1, ...; gives back what they
/// were, and the number of blocks in those terms.
static LoweredKernel canonicalizeSizes(func::FuncOp kernel) {
  LoweredKernel lowered;
  lowered.name = kernel.getSymName().str();
  lowered.buffers =
      llvm::count_if(kernel.getArgumentTypes(), llvm::IsaPred<MemRefType>);
  OpBuilder b(kernel.getContext());
  auto parse = [](StringAttr text) {
    return DimExpr::parse(text.getValue()).take();
  };
  std::map<std::string, std::string> names;
  SmallVector<Attribute> sizes;
  for (auto text : kernel->getAttrOfType<ArrayAttr>(tile::kSizesAttr)
                       .getAsRange<StringAttr>()) {
    std::string name = "s" + std::to_string(sizes.size());
    names[text.str()] = name;
    lowered.sizes.push_back(parse(text));
    sizes.push_back(b.getStringAttr(name));
  }
  kernel->setAttr(tile::kSizesAttr, b.getArrayAttr(sizes));
  lowered.blocks = parse(kernel->getAttrOfType<StringAttr>(tile::kBlocksAttr));
  if (auto count = kernel->getAttrOfType<StringAttr>(tile::kCountAttr)) {
    lowered.count = count.str();
    unsigned inputs =
        kernel->getAttrOfType<IntegerAttr>(tile::kInputsAttr).getInt();
    for (unsigned i = inputs; i < kernel.getNumArguments(); ++i) {
      auto dims = kernel.getArgAttrOfType<ArrayAttr>(i, tile::kDimsAttr);
      if (!dims)
        continue;
      std::vector<DimExpr> shape;
      for (auto text : dims.getAsRange<StringAttr>())
        shape.push_back(parse(text));
      lowered.outputDims.push_back(shape);
    }
    kernel->removeAttr(tile::kCountAttr);
  }
  // The launch knows the number; the function no longer says it by name.
  kernel->setAttr(tile::kBlocksAttr, b.getStringAttr("1"));
  for (unsigned i = 0; i < kernel.getNumArguments(); ++i) {
    auto dims = kernel.getArgAttrOfType<ArrayAttr>(i, tile::kDimsAttr);
    if (!dims)
      continue;
    SmallVector<Attribute> renamed;
    for (auto text : dims.getAsRange<StringAttr>()) {
      auto found = names.find(text.str());
      renamed.push_back(found == names.end() ? text
                                             : b.getStringAttr(found->second));
    }
    kernel.setArgAttr(i, tile::kDimsAttr, b.getArrayAttr(renamed));
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

namespace {
/// How a launch becomes a function; each is tried if the one before is refused.
/// Kernels of several ops fall apart in between.
enum class Form { Tiles, ScalarLoops };

/// A launch that has no function yet.
struct Pending {
  Operation *launch;
  Form form = Form::Tiles;
};

class Lowering {
public:
  Lowering(ModuleOp module, const LoweringOptions &options)
      : module(module), options(options), sizes(module) {}

  FailureOr<LoweredKernels> run();

private:
  /// Every pending launch once; what is refused is pending again.
  LogicalResult runOnce();
  FailureOr<func::FuncOp> lower(const Pending &pending, StringRef name,
                                ModuleOp into);
  /// Another form for what is refused.
  LogicalResult refuse(Pending refused, StringRef reason);
  std::string nameOf(Operation *launch);

  ModuleOp module;
  const LoweringOptions &options;
  UnifySizes sizes;
  std::vector<Pending> pending;
  bool fellApart = false;
  OwningOpRef<ModuleOp> result;
  DenseMap<Operation *, func::FuncOp> functions;
  DenseMap<Operation *, std::string> names;
};
} // namespace

std::string Lowering::nameOf(Operation *launch) {
  if (auto kernel = dyn_cast<graph::KernelOp>(launch))
    return kernel.getSymName().str();
  std::string &name = names[launch];
  if (name.empty())
    name = (launch->getName().stripDialect() + "_count_" + Twine(names.size()))
               .str();
  return name;
}

/// A module for kernels, with the symbols of the model.
static OwningOpRef<ModuleOp> emptyModule(ModuleOp module) {
  OwningOpRef<ModuleOp> empty = ModuleOp::create(module.getLoc());
  if (auto symbols = module->getAttr("tw.symbols"))
    (*empty)->setAttr("tw.symbols", symbols);
  return empty;
}

/// Whether the ops of a kernel are more than one.
static bool isFused(graph::KernelOp kernel) {
  return llvm::count_if(
             kernel.getBody().front().without_terminator(),
             [](Operation &op) { return !isa<graph::ConstantOp>(op); }) > 1;
}

/// One launch as a function: of tiles, or of loops if its only op has no tiles.
FailureOr<func::FuncOp> Lowering::lower(const Pending &pending, StringRef name,
                                        ModuleOp into) {
  OpBuilder builder = OpBuilder::atBlockEnd(into.getBody());
  auto kernel = dyn_cast<graph::KernelOp>(pending.launch);
  if (!kernel)
    return emitLoopKernel(pending.launch, name, builder);
  graph::KernelOp unified = sizes.apply(kernel);
  Operation *first = &unified.getBody().front().front();
  FailureOr<func::FuncOp> function;
  if (!isConvertibleToLinalg(first) && hasLoopKernel(first)) {
    function = emitLoopKernel(first, name, builder);
  } else {
    function = convertKernelToLinalg(unified, into);
    if (succeeded(function))
      function =
          pending.form == Form::Tiles
              ? tileKernel(*function, chooseSchedule(*function, options.unit))
              : emitScalarLoops(*function);
  }
  unified->erase();
  return function;
}

LogicalResult Lowering::refuse(Pending refused, StringRef reason) {
  auto kernel = dyn_cast<graph::KernelOp>(refused.launch);
  if (!kernel || refused.form == Form::ScalarLoops)
    return refused.launch->emitError(reason);
  if (isFused(kernel)) {
    fellApart = true;
    kernel.emitRemark() << "its ops are not fused: " << reason;
    for (graph::KernelOp part : graph::splitKernel(kernel))
      pending.push_back({part});
    return success();
  }
  kernel.emitRemark() << "is not tiled, but loops on scalars: " << reason;
  pending.push_back({kernel, Form::ScalarLoops});
  return success();
}

LogicalResult Lowering::runOnce() {
  std::vector<Pending> round;
  std::swap(round, pending);
  std::vector<std::pair<Pending, std::string>> refused;
  {
    OwningOpRef<ModuleOp> scratch = emptyModule(module);
    // What is said of a launch is the reason for which it is refused.
    std::string reason;
    ScopedDiagnosticHandler handler(
        module.getContext(), [&](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
            return failure();
          reason += (reason.empty() ? "" : "; ") + diagnostic.str();
          return success();
        });
    std::vector<std::pair<Pending, func::FuncOp>> lowered;
    for (const Pending &each : round) {
      reason.clear();
      auto function = lower(each, nameOf(each.launch), *scratch);
      if (succeeded(function))
        lowered.push_back({each, *function});
      else
        refused.push_back({each, reason});
    }
    SmallVector<func::FuncOp> unfinished = cleanUpKernels(*scratch);
    for (auto &[each, function] : lowered) {
      if (llvm::is_contained(unfinished, function)) {
        refused.emplace_back(each, "its clean-up does not come to an end");
        continue;
      }
      reason.clear();
      if (failed(tile::verifyKernel(function))) {
        refused.push_back({each, reason});
        continue;
      }
      function->moveBefore(result->getBody(), result->getBody()->end());
      functions[each.launch] = function;
    }
  }
  for (auto &[each, reason] : refused)
    if (failed(refuse(each, reason)))
      return failure();
  return success();
}

FailureOr<LoweredKernels> Lowering::run() {
  result = emptyModule(module);
  auto launches = [&] {
    SmallVector<Operation *> found;
    module.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (!isLaunch(op))
        return WalkResult::advance();
      found.push_back(op);
      return WalkResult::skip();
    });
    return found;
  };
  for (Operation *launch : launches())
    pending.push_back(
        {launch, options.scalarLoops ? Form::ScalarLoops : Form::Tiles});
  while (!pending.empty())
    if (failed(runOnce()))
      return failure();

  LoweredKernels lowered;
  llvm::StringMap<std::string> seen;
  for (Operation *launch : launches()) {
    func::FuncOp function = functions.lookup(launch);
    LoweredKernel kernel = canonicalizeSizes(function);
    auto [entry, isNew] = seen.try_emplace(printWithoutName(function), "");
    if (isNew) {
      entry->second = "k" + std::to_string(seen.size() - 1);
      function.setSymName(entry->second);
      function->moveBefore(result->getBody(), result->getBody()->end());
    } else {
      function.erase();
    }
    kernel.symbol = entry->second;
    lowered.kernels.push_back(std::move(kernel));
  }
  lowered.module = std::move(result);
  lowered.fellApart = fellApart;
  return lowered;
}

FailureOr<LoweredKernels> lowerKernels(ModuleOp module,
                                       const LoweringOptions &options) {
  module.getContext()
      ->loadDialect<affine::AffineDialect, memref::MemRefDialect,
                    scf::SCFDialect, tile::TileDialect, tensor::TensorDialect,
                    linalg::LinalgDialect, math::MathDialect,
                    arith::ArithDialect>();
  return Lowering(module, options).run();
}

} // namespace tilewright

//===- Verify.cpp - a module against its reference ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/Verify.h"

#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Graph/IR/NodeNames.h"

#include "mlir/IR/TypeUtilities.h"

#include <cmath>

namespace tilewright {

double ErrorBounds::of(DType type) const {
  switch (type) {
  case DType::F16:
    return f16;
  case DType::BF16:
    return bf16;
  case DType::F32:
    return f32;
  case DType::F64:
    return f64;
  default:
    return 0;
  }
}

bool VerifyReport::ok() const {
  auto allOk = [](const std::vector<Verdict> &verdicts) {
    for (const Verdict &verdict : verdicts)
      if (!verdict.ok())
        return false;
    return true;
  };
  return allOk(kernels) && allOk(outputs);
}

/// Adds one comparison to a verdict, which keeps the worst: the one that is
/// furthest over its bound, since outputs may differ in type.
static void compare(const Tensor &actual, const Tensor &expected, double bound,
                    Verdict &verdict) {
  auto error = relativeError(actual, expected);
  if (!error) {
    if (verdict.problem.empty())
      verdict.problem = error.error().message;
    return;
  }
  auto excess = [](double error, double bound) {
    // With a bound of 0 the error is 0 or infinite.
    return bound > 0 ? error / bound : error;
  };
  bool first = verdict.type.empty();
  if (first || excess(*error, bound) > excess(verdict.error, verdict.bound)) {
    verdict.type = expected.typeString();
    verdict.error = *error;
    verdict.bound = bound;
  }
}

static bool isWithin(const Tensor &actual, const Tensor &expected,
                     double bound) {
  auto error = relativeError(actual, expected);
  return error && *error <= bound;
}

/// What `run` gives with values moved by the bounds before they are rounded or
/// compared, down and up. Empty where it fails: a size may be computed so.
template <typename Run>
static std::vector<std::vector<Tensor>> runNudged(const ErrorBounds &bounds,
                                                  Run run) {
  std::vector<std::vector<Tensor>> results;
  for (double sign : {-1.0, 1.0}) {
    graph::InterpreterOptions options;
    options.nudge = [&](DType type) { return sign * bounds.of(type); };
    Result<std::vector<Tensor>> outputs = run(options);
    if (!outputs)
      return {};
    results.push_back(outputs.take());
  }
  return results;
}

/// Moves `expected` towards `actual`, as far as output `i` of the nudged runs
/// goes.
static void moveToRange(Tensor &expected, const Tensor &actual,
                        const std::vector<std::vector<Tensor>> &nudged,
                        size_t i) {
  std::vector<Tensor> ends = {expected};
  for (const std::vector<Tensor> &results : nudged)
    if (results[i].shape() == expected.shape())
      ends.push_back(results[i]);
  if (auto nearest = moveBetween(actual, ends))
    expected = nearest.take();
}

/// The bound of a type, or that of the narrowest float on the way, if that is
/// larger: what has been rounded to f16 is no better for being f32 at the end.
static double boundOf(DType type, DType narrowest, const ErrorBounds &bounds) {
  double bound = bounds.of(type);
  return bound > 0 ? std::max(bound, bounds.of(narrowest)) : bound;
}

static DType narrower(DType a, DType b) {
  return ErrorBounds().of(a) > ErrorBounds().of(b) ? a : b;
}

/// The narrowest float that a kernel computes; f64 if it computes none.
static DType narrowestFloat(graph::KernelOp kernel) {
  DType narrowest = DType::F64;
  kernel.getBody().walk([&](mlir::Operation *op) {
    for (mlir::Type type : op->getResultTypes())
      if (auto element = graph::getDType(mlir::getElementTypeOrSelf(type)))
        narrowest = narrower(narrowest, *element);
  });
  return narrowest;
}

namespace {

/// Compares kernels as the reference runs them.
class KernelComparison {
public:
  KernelComparison(Session &session, const VerifyOptions &options,
                   VerifyReport &report)
      : session(session), options(options), report(report) {}

  Status observe(const graph::Observation &observation) {
    auto kernel = llvm::dyn_cast<graph::KernelOp>(observation.op);
    if (!kernel)
      return Status::success();
    std::string name = kernel.getSymName().str();
    auto [place, isNew] = index.insert({name, report.kernels.size()});
    if (isNew) {
      Verdict verdict;
      verdict.name = name;
      verdict.nodes = graph::nodesOf(kernel.getLoc());
      report.kernels.push_back(std::move(verdict));
      narrowest = narrower(narrowest, narrowestFloat(kernel));
    }
    Verdict &verdict = report.kernels[place->second];
    ++verdict.runs;
    auto outputs = session.runKernel(name, observation.operands.vec(),
                                     observation.bindings);
    if (!outputs)
      verdict.problem = outputs.error().message;
    else if (outputs->size() != observation.results.size())
      verdict.problem = "it has " + std::to_string(outputs->size()) +
                        " outputs, the reference " +
                        std::to_string(observation.results.size());
    else
      compareOutputs(*outputs, kernel, observation, verdict);
    cancelled = options.progress && !options.progress(++compared);
    return cancelled ? Status(Error{"cancelled"}) : Status::success();
  }

  bool isCancelled() const { return cancelled; }
  /// Of all kernels that have run.
  DType narrowestSeen() const { return narrowest; }

private:
  void compareOutputs(const std::vector<Tensor> &actual, graph::KernelOp kernel,
                      const graph::Observation &observation,
                      Verdict &verdict) const {
    const ErrorBounds &bounds = options.kernelBounds;
    DType kernelNarrowest = narrowestFloat(kernel);
    std::vector<std::vector<Tensor>> nudged;
    for (size_t i = 0; i < actual.size(); ++i) {
      Tensor expected = observation.results[i];
      double bound = boundOf(expected.type(), kernelNarrowest, bounds);
      if (!isWithin(actual[i], expected, bound)) {
        if (nudged.empty())
          nudged = runNudged(bounds, [&](const auto &nudging) {
            return graph::interpretKernel(kernel, observation.operands,
                                          observation.bindings, nudging);
          });
        moveToRange(expected, actual[i], nudged, i);
        verdict.jumped |= isWithin(actual[i], expected, bound);
      }
      compare(actual[i], expected, bound, verdict);
    }
  }

  Session &session;
  const VerifyOptions &options;
  VerifyReport &report;
  std::map<std::string, size_t> index;
  int64_t compared = 0;
  DType narrowest = DType::F64;
  bool cancelled = false;
};

} // namespace

static Status compareNetwork(const ReferenceModel &imported, Session &session,
                             const std::vector<Tensor> &inputs, DType narrowest,
                             const VerifyOptions &options,
                             VerifyReport &report) {
  auto expected = imported.run(inputs);
  if (!expected)
    return expected.error().in("the imported model");
  auto actual = session.run(inputs);
  const Signature &signature = session.module().signature();
  std::vector<std::vector<Tensor>> nudged;
  report.outputs.resize(signature.outputs.size());
  for (size_t i = 0; i < signature.outputs.size(); ++i) {
    Verdict &verdict = report.outputs[i];
    verdict.name = signature.outputs[i].name;
    ++verdict.runs;
    if (!actual) {
      verdict.problem = actual.error().message;
    } else {
      double bound =
          boundOf((*expected)[i].type(), narrowest, options.networkBounds);
      if (!isWithin((*actual)[i], (*expected)[i], bound)) {
        if (nudged.empty())
          nudged = runNudged(options.networkBounds, [&](const auto &nudging) {
            return imported.run(inputs, nudging);
          });
        for (const std::vector<Tensor> &results : nudged)
          if (auto error = relativeError(results[i], (*expected)[i]);
              error && std::isfinite(*error))
            bound = std::max(bound, *error);
        moveToRange((*expected)[i], (*actual)[i], nudged, i);
        verdict.jumped |= isWithin((*actual)[i], (*expected)[i], bound);
      }
      compare((*actual)[i], (*expected)[i], bound, verdict);
    }
  }
  return Status::success();
}

Result<VerifyInputs> inputsToVerify(const Signature &signature,
                                    const RandomInputsOptions &options) {
  VerifyInputs result;
  auto add = [&](RandomInputs inputs) {
    result.runs.push_back(std::move(inputs.tensors));
    result.shapes.push_back(std::move(inputs.shapes));
  };
  auto first = randomInputs(signature, options);
  if (!first)
    return first.error();
  add(first.take());
  RandomInputsOptions other = options;
  other.firstAxis += 1;
  other.otherAxes += 5;
  auto second = randomInputs(signature, other);
  if (!second)
    result.leftOut = second.error().message;
  else if (second->shapes.chosen != result.shapes[0].chosen)
    add(second.take());
  return result;
}

Result<References> References::load(std::shared_ptr<const Module> module) {
  if (Status status = module->verifyWeights(); !status)
    return status.error();
  auto kernels = ReferenceModel::load(module, ReferenceModel::Kernels);
  if (!kernels)
    return kernels.error();
  auto imported =
      ReferenceModel::load(std::move(module), ReferenceModel::Imported);
  if (!imported)
    return imported.error();
  return References{kernels.take(), imported.take()};
}

Result<VerifyReport> verifySession(const References &references,
                                   Session &session, const VerifyInputs &inputs,
                                   const VerifyOptions &options) {
  VerifyReport report;
  report.target = session.target().target;
  report.leftOut = inputs.leftOut;
  KernelComparison comparison(session, options, report);
  graph::InterpreterOptions interpreterOptions;
  interpreterOptions.observer = [&](const graph::Observation &observation) {
    return comparison.observe(observation);
  };
  auto verify = [&](const std::vector<Tensor> &run) -> Status {
    auto outputs = references.kernels->run(run, interpreterOptions);
    if (!outputs)
      return outputs.error();
    return compareNetwork(*references.imported, session, run,
                          comparison.narrowestSeen(), options, report);
  };
  for (size_t i = 0; i < inputs.runs.size(); ++i)
    if (Status status = verify(inputs.runs[i]); !status) {
      if (i == 0 || comparison.isCancelled())
        return status.error();
      report.leftOut = status.error().message;
      break;
    }
  return report;
}

} // namespace tilewright

//===- Verify.cpp ---------------------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Driver/Verify.h"

#include "tilewright/Dialect/Graph/IR/NodeNames.h"
#include "tilewright/Driver/ReferenceModel.h"

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
static void compare(const Tensor &actual, const Tensor &expected,
                    const ErrorBounds &bounds, Verdict &verdict) {
  auto error = relativeError(actual, expected);
  if (!error) {
    if (verdict.problem.empty())
      verdict.problem = error.error().message;
    return;
  }
  double bound = bounds.of(expected.type());
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
      for (size_t i = 0; i < outputs->size(); ++i)
        compare((*outputs)[i], observation.results[i], options.kernelBounds,
                verdict);
    if (options.progress && !options.progress(++compared))
      return error("cancelled");
    return Status::success();
  }

private:
  Session &session;
  const VerifyOptions &options;
  VerifyReport &report;
  std::map<std::string, size_t> index;
  int64_t compared = 0;
};

} // namespace

static Status compareNetwork(const ReferenceModel &imported, Session &session,
                             const std::vector<Tensor> &inputs,
                             const VerifyOptions &options,
                             VerifyReport &report) {
  auto expected = imported.run(inputs);
  if (!expected)
    return expected.error().in("the imported model");
  auto actual = session.run(inputs);
  const Signature &signature = session.module().signature();
  for (size_t i = 0; i < signature.outputs.size(); ++i) {
    Verdict verdict;
    verdict.name = signature.outputs[i].name;
    verdict.runs = 1;
    if (!actual)
      verdict.problem = actual.error().message;
    else
      compare((*actual)[i], (*expected)[i], options.networkBounds, verdict);
    report.outputs.push_back(std::move(verdict));
  }
  return Status::success();
}

Result<VerifyReport> verifySession(std::shared_ptr<const Module> module,
                                   Session &session,
                                   const std::vector<Tensor> &inputs,
                                   const VerifyOptions &options) {
  if (Status status = module->verifyWeights(); !status)
    return status.error();
  auto kernels = ReferenceModel::load(module, ReferenceModel::Kernels);
  if (!kernels)
    return kernels.error();
  auto imported = ReferenceModel::load(module, ReferenceModel::Imported);
  if (!imported)
    return imported.error();

  VerifyReport report;
  report.target = session.target().target;
  KernelComparison comparison(session, options, report);
  graph::InterpreterOptions interpreterOptions;
  interpreterOptions.observer = [&](const graph::Observation &observation) {
    return comparison.observe(observation);
  };
  auto outputs = (*kernels)->run(inputs, interpreterOptions);
  if (!outputs)
    return outputs.error();
  if (Status status =
          compareNetwork(**imported, session, inputs, options, report);
      !status)
    return status.error();
  return report;
}

} // namespace tilewright

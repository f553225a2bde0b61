//===- Verify.cpp - tilewright verify -----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Models.h"

#include "tilewright/Driver/Verify.h"

#include <algorithm>
#include <iostream>
#include <numeric>

namespace tilewright::cli {

static const char *const footer = R"(Examples:
  tilewright verify model.onnx
  tilewright verify model.twm --random-inputs 7 --dim N=3
  tilewright verify model.twm --input x=x.npy --all

Runs the model in the reference interpreter (which is slow), feeds every
compiled kernel the reference's inputs, compares what it computes, and then
compares the outputs of the whole network. Without inputs they are random with
seed 0; where sizes are open it runs twice, with 2 and 64 and with 3 and 69 (if
the model takes these), so that partial tiles are seen, too. The error is the
largest difference over the largest value. Where a value lies so near to a tie
that rounding it up is as right as down, as quantised models have it, either is
taken.
Exit codes: 0 all within the bounds, 1 not so or an error, 2 a mistake on the
command line.)";

namespace {
struct Options {
  ModelOptions model;
  InputOptions inputs;
  RunOptions how;
  bool all = false, json = false;
};
} // namespace

static Json toJson(const std::vector<Verdict> &verdicts) {
  Json list = Json::array();
  for (const Verdict &verdict : verdicts) {
    Json entry = {{"name", verdict.name},   {"ok", verdict.ok()},
                  {"type", verdict.type},   {"error", verdict.error},
                  {"bound", verdict.bound}, {"runs", verdict.runs},
                  {"nodes", verdict.nodes}, {"jumped", verdict.jumped}};
    if (!verdict.problem.empty())
      entry["problem"] = verdict.problem;
    list.push_back(entry);
  }
  return list;
}

static void addRow(Table &table, const Verdict &verdict) {
  table.add(
      {verdict.ok() ? "ok" : "WRONG", verdict.name, verdict.type,
       verdict.problem.empty() ? numberString(verdict.error, 2) : "-",
       numberString(verdict.bound, 2),
       verdict.problem.empty() ? nodesString(verdict.nodes) : verdict.problem});
}

static void printTables(const VerifyReport &report, bool all) {
  size_t wrong = 0;
  Table kernels({"", "kernel", "type", ">error", ">bound", "nodes"});
  for (const Verdict &verdict : report.kernels) {
    wrong += !verdict.ok();
    if (all || !verdict.ok())
      addRow(kernels, verdict);
  }
  if (!all && wrong == 0) {
    // The worst ones show how far from the bounds it is. Equal ones stay in the
    // order of the plan.
    std::vector<size_t> sorted(report.kernels.size());
    std::iota(sorted.begin(), sorted.end(), 0);
    std::sort(sorted.begin(), sorted.end(), [&](size_t a, size_t b) {
      const Verdict &left = report.kernels[a], &right = report.kernels[b];
      double one = left.error * right.bound, other = right.error * left.bound;
      return one != other ? one > other : a < b;
    });
    for (size_t i = 0; i < sorted.size() && i < 10; ++i)
      addRow(kernels, report.kernels[sorted[i]]);
    if (sorted.size() > 10)
      std::cout << "the 10 kernels nearest to their bounds (--all: all "
                << sorted.size() << ")\n";
  }
  std::cout << kernels.str();

  Table outputs({"", "output", "type", ">error", ">bound", ""});
  for (const Verdict &verdict : report.outputs)
    addRow(outputs, verdict);
  std::cout << '\n' << outputs.str() << '\n';
  auto jumped =
      std::count_if(report.kernels.begin(), report.kernels.end(),
                    [](const Verdict &verdict) { return verdict.jumped; });
  if (jumped)
    std::cout
        << jumped
        << " of the kernels differ by a step at ties of a rounding, where "
           "either is right\n";
  std::cout << report.target << ": "
            << (wrong ? std::to_string(wrong) + " of " : "all ")
            << report.kernels.size()
            << (wrong ? " kernels are wrong" : " kernels are right")
            << (report.ok() ? ", the network too"
                            : (wrong ? "" : ", but the network is not"))
            << '\n';
}

static int verify(const Options &options) {
  auto module = loadModel(options.model);
  if (!module)
    return printFailure(module.error());
  const Signature &signature = (*module)->signature();
  auto inputOptions = options.inputs.toOptions(signature, /*defaultSeed=*/0);
  if (!inputOptions)
    return printFailure(inputOptions.error());
  auto inputs = inputsToVerify(signature, *inputOptions);
  if (!inputs)
    return printFailure(inputs.error());
  for (const InputShapes &shapes : inputs->shapes)
    printChosen(shapes);
  auto session = createSession(*module, options.how);
  if (!session)
    return printFailure(session.error());

  auto references = References::load(*module);
  if (!references)
    return printFailure(references.error());

  Progress progress;
  VerifyOptions verifyOptions;
  verifyOptions.progress = [&](int64_t kernels) {
    progress.show("verifying: " + std::to_string(kernels) + " kernels");
    return true;
  };
  auto report = verifySession(*references, **session, *inputs, verifyOptions);
  progress.clear();
  if (!report)
    return printFailure(report.error());
  if (!report->leftOut.empty())
    printNote("not with the second sizes: " + report->leftOut);
  if (options.json)
    printJson({{"ok", report->ok()},
               {"target", report->target},
               {"kernels", toJson(report->kernels)},
               {"outputs", toJson(report->outputs)},
               {"left_out", report->leftOut}});
  else
    printTables(*report, options.all);
  return report->ok() ? exitOk : exitError;
}

Subcommand addVerify(CLI::App &parent) {
  CLI::App *app = parent.add_subcommand(
      "verify", "Compares every kernel of a model with the reference");
  auto options = std::make_shared<Options>();
  options->model.addTo(*app);
  options->inputs.addTo(*app);
  options->how.addTo(*app);
  app->add_flag("--all", options->all, "Print all kernels");
  app->add_flag("--json", options->json, "Print all kernels as JSON");
  app->footer(footer);
  return {app, [options] { return verify(*options); }};
}

} // namespace tilewright::cli

//===- Bench.cpp - tilewright bench -------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Models.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

namespace tilewright::cli {

static const char *const footer = R"(Examples:
  tilewright bench model.twm --threads 1
  tilewright bench model.onnx --dim N=8 --seconds 10 --json

Runs the model again and again on the same inputs (random with seed 0 unless
given) and prints the median, the 10th and the 90th percentile of the time of a
run, and the kernels by time with the nodes of the model that they came from.
The kernels are timed in runs of their own, since timing them takes time.
Exit codes: 0 success, 1 an error, 2 a mistake on the command line.)";

namespace {
using Clock = std::chrono::steady_clock;

struct Options {
  ModelOptions model;
  InputOptions inputs;
  RunOptions how;
  double seconds = 3;
  uint64_t runs = 0;
  size_t kernels = 20;
  bool json = false;
};
} // namespace

static double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Times of single runs, sorted: as many as fit into `seconds`, at least three,
/// or exactly `runs`.
static Result<std::vector<double>> measure(Session &session,
                                           const std::vector<Tensor> &inputs,
                                           double seconds, uint64_t runs) {
  // Outputs are allocated once: a run is then free of allocation.
  auto first = session.run(inputs);
  if (!first)
    return first.error();
  std::vector<Tensor> outputs = first.take();
  std::vector<double> times;
  Clock::time_point begin = Clock::now();
  while (runs ? times.size() < runs
              : times.size() < 3 || secondsSince(begin) < seconds) {
    Clock::time_point start = Clock::now();
    if (Status status = session.run(inputs, outputs); !status)
      return status.error();
    times.push_back(secondsSince(start));
  }
  std::sort(times.begin(), times.end());
  return times;
}

static double percentile(const std::vector<double> &sorted, double part) {
  return sorted[size_t(std::lround(part * double(sorted.size() - 1)))];
}

static int bench(const Options &options) {
  auto module = loadModel(options.model);
  if (!module)
    return printFailure(module.error());
  auto inputs = options.inputs.read((*module)->signature(), /*defaultSeed=*/0);
  if (!inputs)
    return printFailure(inputs.error());

  auto session = createSession(*module, options.how);
  if (!session)
    return printFailure(session.error());
  auto times = measure(**session, *inputs, options.seconds, options.runs);
  if (!times)
    return printFailure(times.error());

  auto profiled = createSession(*module, options.how, /*profile=*/true);
  if (!profiled)
    return printFailure(profiled.error());
  // The first run warms up; it is not to count.
  auto warm = (*profiled)->run(*inputs);
  if (!warm)
    return printFailure(warm.error());
  (*profiled)->resetProfile();
  auto profiledTimes =
      measure(**profiled, *inputs, options.seconds / 4,
              options.runs ? std::min<uint64_t>(options.runs, 10) : 0);
  if (!profiledTimes)
    return printFailure(profiledTimes.error());
  // `measure` runs once to have outputs.
  uint64_t runs = profiledTimes->size() + 1;

  unsigned threads =
      options.how.threads ? options.how.threads : ThreadPool::coreCount();
  double median = percentile(*times, 0.5), low = percentile(*times, 0.1),
         high = percentile(*times, 0.9);
  if (options.json) {
    printJson({{"target", (*session)->target().target},
               {"threads", threads},
               {"runs", times->size()},
               {"median_seconds", median},
               {"p10_seconds", low},
               {"p90_seconds", high},
               {"kernels", profileJson((*profiled)->profile(), runs)}});
    return exitOk;
  }
  std::cout << "target " << (*session)->target().target << ", threads "
            << threads << ", runs " << times->size() << '\n'
            << "median " << timeString(median) << ", p10 " << timeString(low)
            << ", p90 " << timeString(high) << "\n\n"
            << profileTable((*profiled)->profile(), runs, options.kernels);
  return exitOk;
}

Subcommand addBench(CLI::App &parent) {
  CLI::App *app = parent.add_subcommand(
      "bench", "Measures how long a model and its kernels take");
  auto options = std::make_shared<Options>();
  options->model.addTo(*app);
  options->inputs.addTo(*app);
  options->how.addTo(*app);
  app->add_option("--seconds", options->seconds,
                  "How long to measure (default: 3)")
      ->check(CLI::Range(0.0, 1e6))
      // NaN is in every range of CLI11.
      ->check([](const std::string &text) -> std::string {
        bool isNaN = std::isnan(std::strtod(text.c_str(), nullptr));
        return isNaN ? "'" + text + "' is not a number" : "";
      });
  app->add_option("--runs", options->runs,
                  "How many runs to measure, instead of --seconds")
      ->check(CLI::Range(1, 1000000000));
  app->add_option("--kernels", options->kernels,
                  "How many kernels to print (default: 20)");
  app->add_flag("--json", options->json, "Print as JSON, with all kernels");
  app->footer(footer);
  return {app, [options] { return bench(*options); }};
}

} // namespace tilewright::cli

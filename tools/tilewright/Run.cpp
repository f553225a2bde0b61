//===- Run.cpp - tilewright run -----------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Models.h"

#include "tilewright/Driver/ReferenceModel.h"
#include "tilewright/Support/Elements.h"

#include <cmath>
#include <filesystem>
#include <iostream>

namespace tilewright::cli {

static const char *const footer = R"(Examples:
  tilewright run model.twm --input x=picture.npy --output-dir out
  tilewright run model.onnx --random-inputs 0 --dim N=4
  tilewright run model.twm --input sr=rate.npy --random-inputs 0 --threads 1
  tilewright run model.twm --random-inputs 0 --device reference
  tilewright run model.twm --random-inputs 0 --profile

An ONNX model is compiled first, into a temporary module. Prints a line about
every output; --output-dir writes them as NAME.npy, with _ for characters that files
should not have (bf16 as its 16 bits, u16).
Exit codes: 0 success, 1 an error in the model or the inputs, 2 a mistake on the
command line, 130 interrupted while compiling.)";

namespace {
struct Options {
  ModelOptions model;
  InputOptions inputs;
  RunOptions how;
  std::string device = "cpu", outputFolder;
  bool profile = false, json = false;
};

struct Summary {
  double min = 0, max = 0, mean = 0;
  int64_t nans = 0;
};
} // namespace

/// Of the elements that are numbers.
static Summary summarize(const Tensor &tensor) {
  Summary summary;
  double sum = 0;
  int64_t numbers = 0;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    double value = getNumber(tensor, i);
    if (std::isnan(value)) {
      ++summary.nans;
      continue;
    }
    summary.min = numbers ? std::min(summary.min, value) : value;
    summary.max = numbers ? std::max(summary.max, value) : value;
    sum += value;
    ++numbers;
  }
  summary.mean = numbers ? sum / double(numbers) : 0;
  return summary;
}

/// A file name for each output: what a file system or a shell could take amiss
/// becomes '_', and a name that is another output's then gets a number.
static std::vector<std::string>
fileNames(const std::vector<Argument> &outputs) {
  std::vector<std::string> names;
  std::set<std::string> taken, own;
  for (const Argument &output : outputs)
    own.insert(output.name);
  for (const Argument &output : outputs) {
    std::string stem = output.name.empty() ? "output" : output.name;
    for (char &c : stem)
      if (!isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-' &&
          c != '_')
        c = '_';
    if (stem[0] == '.')
      stem[0] = '_';
    std::string unique = stem;
    for (int i = 1; (unique != output.name && own.count(unique)) ||
                    !taken.insert(unique).second;
         ++i)
      unique = stem + "-" + std::to_string(i);
    names.push_back(unique + ".npy");
  }
  return names;
}

static Status writeOutputs(const Options &options,
                           const std::vector<Argument> &arguments,
                           const std::vector<Tensor> &outputs) {
  std::error_code code;
  std::filesystem::create_directories(options.outputFolder, code);
  if (code)
    return error("cannot make the folder '", options.outputFolder,
                 "': ", code.message());
  auto names = fileNames(arguments);
  for (size_t i = 0; i < outputs.size(); ++i)
    if (Status status =
            writeNpy(options.outputFolder + "/" + names[i], outputs[i]);
        !status)
      return status;
  return Status::success();
}

/// NaN and infinity are no JSON.
static Json jsonNumber(double value) {
  if (std::isfinite(value))
    return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

static void print(const Options &options,
                  const std::vector<Argument> &arguments,
                  const std::vector<Tensor> &outputs,
                  const std::vector<ProfileEntry> &profile) {
  bool written = !options.outputFolder.empty();
  std::vector<std::string> files = fileNames(arguments);
  std::vector<std::string> header = {"output", "type",  ">min",
                                     ">max",   ">mean", ">NaNs"};
  if (written)
    header.push_back("file");
  Table table(header);
  Json list = Json::array();
  for (size_t i = 0; i < outputs.size(); ++i) {
    Summary summary = summarize(outputs[i]);
    std::vector<std::string> row = {arguments[i].name,
                                    outputs[i].typeString(),
                                    numberString(summary.min, 6),
                                    numberString(summary.max, 6),
                                    numberString(summary.mean, 6),
                                    std::to_string(summary.nans)};
    if (written)
      row.push_back(files[i]);
    table.add(row);
    list.push_back({{"name", arguments[i].name},
                    {"dtype", std::string(name(outputs[i].type()))},
                    {"shape", outputs[i].shape()},
                    {"min", jsonNumber(summary.min)},
                    {"max", jsonNumber(summary.max)},
                    {"mean", jsonNumber(summary.mean)},
                    {"nans", summary.nans}});
    if (written)
      list.back()["file"] = files[i];
  }
  if (options.json) {
    Json all = {{"outputs", list}};
    if (options.profile)
      all["profile"] = profileJson(profile, 1);
    return printJson(all);
  }
  std::cout << table.str();
  if (options.profile)
    std::cout << '\n' << profileTable(profile, 1, SIZE_MAX);
}

static Result<std::vector<Tensor>>
runReference(std::shared_ptr<const Module> module,
             const std::vector<Tensor> &inputs) {
  auto reference =
      ReferenceModel::load(std::move(module), ReferenceModel::Imported);
  if (!reference)
    return reference.error();
  return (*reference)->run(inputs);
}

static Result<std::vector<Tensor>>
runSession(std::shared_ptr<const Module> module, const Options &options,
           const std::vector<Tensor> &inputs,
           std::vector<ProfileEntry> &profile) {
  auto session = createSession(std::move(module), options.how, options.profile);
  if (!session)
    return session.error();
  auto outputs = (*session)->run(inputs);
  profile = (*session)->profile();
  return outputs;
}

static int run(const Options &options) {
  auto module = loadModel(options.model);
  if (!module)
    return printFailure(module.error());
  auto inputs = options.inputs.read((*module)->signature());
  if (!inputs)
    return printFailure(inputs.error());
  std::vector<ProfileEntry> profile;
  auto outputs = options.device == "reference"
                     ? runReference(*module, *inputs)
                     : runSession(*module, options, *inputs, profile);
  if (!outputs)
    return printFailure(outputs.error());
  const auto &arguments = (*module)->signature().outputs;
  if (!options.outputFolder.empty())
    if (Status status = writeOutputs(options, arguments, *outputs); !status)
      return printFailure(status.error());
  print(options, arguments, *outputs, profile);
  return exitOk;
}

Subcommand addRun(CLI::App &parent) {
  CLI::App *app = parent.add_subcommand("run", "Runs a model once");
  auto options = std::make_shared<Options>();
  options->model.addTo(*app);
  options->inputs.addTo(*app);
  app->add_option("--device", options->device,
                  "cpu, or reference: the interpreter, slow and plain, that "
                  "runs the model as it was imported (default: cpu)")
      ->check(CLI::IsMember({"cpu", "reference"}));
  options->how.addTo(*app);
  app->add_option("--output-dir", options->outputFolder,
                  "Write the outputs into this folder")
      ->type_name("DIR");
  app->add_flag("--profile", options->profile, "Print the time of each kernel");
  app->add_flag("--json", options->json, "Print as JSON");
  app->footer(footer);
  return {app, [options] { return run(*options); }};
}

} // namespace tilewright::cli

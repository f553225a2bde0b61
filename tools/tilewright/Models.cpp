//===- Models.cpp - models and inputs on the command line ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Models.h"

#include "Interrupt.h"

#include "tilewright/Runtime/Device/Cpu/CpuDevice.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace tilewright::cli {

static const char *const interrupted = "interrupted";

int printFailure(const Error &error) {
  printError(error.message);
  return error.message == interrupted ? exitInterrupted : exitError;
}

Result<CompileReport> compileWithProgress(const ModelSource &source,
                                          const std::string &output,
                                          CompileOptions options,
                                          const std::string &folder) {
  Progress progress;
  Interrupt interrupt([&] {
    removeTemporaries(output);
    std::error_code ignored;
    if (!folder.empty())
      std::filesystem::remove_all(folder, ignored);
    // A line of progress may be there.
    if (isatty(STDERR_FILENO))
      std::cerr << '\n';
    printError(interrupted);
  });
  options.progress = [&](const std::string &phase, double fraction) {
    progress.show("compiling: " + std::to_string(int(fraction * 100)) + "% " +
                  phase);
    return !interrupt.requested();
  };
  auto report = compileModel(source, output, options);
  if (!report && interrupt.requested())
    return Error{interrupted};
  return report;
}

/// Adds an option that may be given several times; `take` gets each value.
static CLI::Option *
addRepeated(CLI::App &app, const std::string &name, const std::string &help,
            const std::string &form,
            const std::function<Status(const std::string &)> &take) {
  auto takeAll = [name, take](const std::vector<std::string> &texts) {
    for (const std::string &text : texts)
      if (Status status = take(text); !status)
        throw CLI::ValidationError(
            error(name, " '", text, "': ", status.error().message).message);
  };
  return app.add_option_function<std::vector<std::string>>(name, takeAll, help)
      ->allow_extra_args(false)
      ->type_name(form);
}

/// The two sides of "NAME=VALUE".
static Result<std::pair<std::string, std::string>>
splitAtEquals(const std::string &text, const char *form) {
  // Names of inputs may hold any character, files of ours rarely a '='.
  size_t place = text.rfind('=');
  if (place == std::string::npos || place == 0 || place + 1 == text.size())
    return error("it is not of the form ", form);
  return std::pair{text.substr(0, place), text.substr(place + 1)};
}

void addShapeOption(CLI::App &app, std::vector<ShapeDeclaration> &shapes,
                    const std::string &help) {
  addRepeated(app, "--shape", help, "NAME=SHAPE",
              [&shapes](const std::string &text) -> Status {
                auto declaration = parseShapeDeclaration(text);
                if (!declaration)
                  return declaration.error();
                shapes.push_back(declaration.take());
                return Status::success();
              });
}

void addSizeOption(CLI::App &app, SymbolBindings &sizes,
                   const std::string &help) {
  const char *form = "NAME=SIZE";
  addRepeated(app, "--dim", help, form,
              [&sizes, form](const std::string &text) -> Status {
                auto sides = splitAtEquals(text, form);
                if (!sides)
                  return sides.error();
                auto size = DimExpr::parse(sides->second);
                if (!size || !size->constantValue() ||
                    *size->constantValue() < 0)
                  return error("'", sides->second, "' is no size");
                sizes[sides->first] = *size->constantValue();
                return Status::success();
              });
}

void ModelOptions::addTo(CLI::App &app) {
  app.add_option("MODEL", path, "A module (.twm), or an ONNX model")
      ->required();
  addShapeOption(app, shapes,
                 "Shape of an input if MODEL is an ONNX model; see "
                 "'tilewright compile --help'");
  app.add_option("--jobs", jobs, "Threads to compile an ONNX model with");
}

unsigned jobsOrCores(unsigned jobs) {
  return jobs ? jobs : std::max(1u, ThreadPool::coreCount());
}

namespace {
/// A folder that lives as long as it.
class TemporaryFolder {
public:
  static Result<TemporaryFolder> create() {
    std::error_code code;
    auto base = std::filesystem::temp_directory_path(code);
    std::string pattern = (base / "tilewright-XXXXXX").string();
    if (code || !mkdtemp(pattern.data()))
      return error("cannot make a temporary folder in '", base.string(),
                   "'; TMPDIR can name another place");
    return TemporaryFolder(pattern);
  }
  TemporaryFolder(TemporaryFolder &&other) noexcept {
    std::swap(path, other.path);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path.empty())
      std::filesystem::remove_all(path, ignored);
  }
  std::string path;

private:
  explicit TemporaryFolder(std::string path) : path(std::move(path)) {}
};
} // namespace

Result<std::shared_ptr<const Module>> loadModel(const ModelOptions &options) {
  if (std::filesystem::path(options.path).extension() == ".twm" ||
      isModuleFile(options.path)) {
    if (!options.shapes.empty())
      return error("--shape is for ONNX models, but '", options.path,
                   "' is a module, whose shapes are fixed");
    return Module::load(options.path);
  }
  CompileOptions compileOptions;
  compileOptions.import.shapes = options.shapes;
  compileOptions.jobs = jobsOrCores(options.jobs);
  auto folder = TemporaryFolder::create();
  if (!folder)
    return folder.error();
  std::string path = folder->path + "/model.twm";
  auto report =
      compileWithProgress({options.path}, path, compileOptions, folder->path);
  if (!report)
    return report.error();
  for (const std::string &warning : report->warnings)
    printWarning(warning);
  // The mapping outlives the file.
  return Module::load(path);
}

void RunOptions::addTo(CLI::App &app) {
  app.add_option("--target", target,
                 "Which target of the module (default: the first one that this "
                 "machine can run)");
  app.add_option("--threads", threads,
                 "Threads to run with (default: all cores)");
}

Result<std::unique_ptr<Session>>
createSession(std::shared_ptr<const Module> module, const RunOptions &options,
              bool profile) {
  return Session::create(std::move(module), createCpuDevice(),
                         {.threads = options.threads,
                          .profile = profile,
                          .target = options.target});
}

// Inputs.

void InputOptions::addTo(CLI::App &app) {
  const char *form = "NAME=FILE.npy";
  addRepeated(app, "--input", "An input's values from a .npy file", form,
              [this, form](const std::string &text) -> Status {
                auto sides = splitAtEquals(text, form);
                if (!sides)
                  return sides.error();
                if (!files.insert(*sides).second)
                  return error("'", sides->first, "' is given twice");
                return Status::success();
              });
  app.add_option("--random-inputs", seed,
                 "Random values for all inputs without a file: floats are "
                 "normally distributed, 8-bit integers any, other integers 0 "
                 "or 1")
      ->type_name("SEED")
      ->check(CLI::NonNegativeNumber);
  addSizeOption(app, sizes,
                "A dynamic size of random inputs; without it the first axis "
                "is 2 and others are 64, moved into their range");
}

Result<RandomInputsOptions>
InputOptions::toOptions(const Signature &signature,
                        std::optional<uint64_t> defaultSeed) const {
  RandomInputsOptions options;
  std::optional<uint64_t> chosen = seed ? seed : defaultSeed;
  options.seed = chosen.value_or(0);
  options.sizes = sizes;
  for (const auto &[name, file] : files) {
    auto tensor = readNpy(file);
    if (!tensor)
      return tensor.error().in("--input " + name);
    options.given.insert({name, tensor.take()});
  }
  if (!chosen)
    for (const Argument &input : signature.inputs)
      if (!options.given.count(input.name))
        return error("input '", input.name, "' (",
                     typeString(input.type, input.dims),
                     ") is missing: give --input ", input.name,
                     "=FILE.npy, or --random-inputs SEED");
  // A NumPy file has no bf16: its bits are stored as u16.
  for (const Argument &input : signature.inputs)
    if (auto found = options.given.find(input.name);
        found != options.given.end() && input.type == DType::BF16 &&
        found->second.type() == DType::U16) {
      auto bits = std::make_shared<Tensor>(found->second);
      found->second = Tensor(DType::BF16, bits->shape(), bits->data(), bits);
    }
  return options;
}

void printChosen(const InputShapes &shapes) {
  for (const auto &[name, value] : shapes.chosen) {
    std::ostringstream note;
    note << name << " = " << value << " (choose with --dim " << name
         << "=SIZE)";
    printNote(note.str());
  }
}

Result<std::vector<Tensor>>
InputOptions::read(const Signature &signature,
                   std::optional<uint64_t> defaultSeed) const {
  auto options = toOptions(signature, defaultSeed);
  if (!options)
    return options.error();
  auto inputs = randomInputs(signature, *options);
  if (!inputs)
    return inputs.error();
  printChosen(inputs->shapes);
  return std::move(inputs->tensors);
}

// Profiles.

/// Of all commands but those whose time is that of the commands in them.
static uint64_t totalTime(const std::vector<ProfileEntry> &entries) {
  uint64_t total = 0;
  for (const ProfileEntry &entry : entries)
    if (entry.name != "loop" && entry.name != "if")
      total += entry.nanoseconds;
  return total;
}

std::string profileTable(std::vector<ProfileEntry> entries, uint64_t runs,
                         size_t limit) {
  double total = std::max(1.0, double(totalTime(entries)));
  std::sort(entries.begin(), entries.end(),
            [](const ProfileEntry &a, const ProfileEntry &b) {
              return std::pair(b.nanoseconds, a.number) <
                     std::pair(a.nanoseconds, b.number);
            });
  Table table({"kernel", ">calls", ">time", ">share", "nodes"});
  for (size_t i = 0; i < entries.size() && i < limit; ++i) {
    const ProfileEntry &entry = entries[i];
    table.add({entry.name, numberString(double(entry.calls) / double(runs), 6),
               timeString(double(entry.nanoseconds) * 1e-9 / double(runs)),
               numberString(double(entry.nanoseconds) * 100 / total, 3) + "%",
               nodesString(entry.nodes)});
  }
  std::string text = table.str();
  if (entries.size() > limit)
    text += "and " + std::to_string(entries.size() - limit) + " more\n";
  return text;
}

Json profileJson(const std::vector<ProfileEntry> &entries, uint64_t runs) {
  Json json = Json::array();
  for (const ProfileEntry &entry : entries)
    json.push_back(
        {{"kernel", entry.name},
         {"calls", double(entry.calls) / double(runs)},
         {"seconds", double(entry.nanoseconds) * 1e-9 / double(runs)},
         {"nodes", entry.nodes}});
  return json;
}

} // namespace tilewright::cli

//===- Models.h - models and inputs on the command line -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the commands that run a model share: MODEL is a module, or an ONNX file
// that is compiled on the way, and its inputs come from files or from a seed.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TOOLS_TILEWRIGHT_MODELS_H
#define TILEWRIGHT_TOOLS_TILEWRIGHT_MODELS_H

#include "Commands.h"

#include "tilewright/Driver/Compile.h"
#include "tilewright/Driver/RandomInputs.h"
#include "tilewright/Module/Module.h"
#include "tilewright/Runtime/Session.h"

#include <map>

namespace tilewright::cli {

/// compileModel with a line of progress, until it is done or Ctrl-C. `folder`,
/// if not empty, is a temporary one that Ctrl-C is to remove.
Result<CompileReport> compileWithProgress(const ModelSource &source,
                                          const std::string &output,
                                          CompileOptions options,
                                          const std::string &folder = "");
/// Prints an error; returns the exit code, which tells Ctrl-C from others.
int printFailure(const Error &error);

/// Adds "--shape", which may be given several times. As in the other options of
/// this file, what is not of the right form is a mistake on the command line
/// (exit code 2), whether or not it would fit the model.
void addShapeOption(CLI::App &app, std::vector<ShapeDeclaration> &shapes,
                    const std::string &help);
/// The same for "--dim", a dynamic size.
void addSizeOption(CLI::App &app, SymbolBindings &sizes,
                   const std::string &help);

/// A MODEL of the command line.
struct ModelOptions {
  std::string path;
  std::vector<ShapeDeclaration> shapes;
  unsigned jobs = 0;
  void addTo(CLI::App &app);
};

/// The module at the path. Any other file is taken as an ONNX model and
/// compiled for this machine, with its reference.
Result<std::shared_ptr<const Module>> loadModel(const ModelOptions &options);

/// The number of threads for compiling that 0 stands for.
unsigned jobsOrCores(unsigned jobs);

/// Where the inputs of a run come from.
struct InputOptions {
  /// Input -> file.
  std::map<std::string, std::string> files;
  SymbolBindings sizes;
  std::optional<uint64_t> seed;
  void addTo(CLI::App &app);
  /// Inputs that have no file get random values, by `defaultSeed` if the user
  /// gave none; without either that is an error.
  Result<RandomInputsOptions>
  toOptions(const Signature &signature,
            std::optional<uint64_t> defaultSeed = std::nullopt) const;
  /// Sizes that were chosen are told on stderr.
  Result<std::vector<Tensor>>
  read(const Signature &signature,
       std::optional<uint64_t> defaultSeed = std::nullopt) const;
};

/// Tells on stderr which sizes were chosen, and how to choose others.
void printChosen(const InputShapes &shapes);

/// How a module runs: on this machine's processor.
struct RunOptions {
  std::string target;
  unsigned threads = 0;
  void addTo(CLI::App &app);
};

Result<std::unique_ptr<Session>>
createSession(std::shared_ptr<const Module> module, const RunOptions &options,
              bool profile = false);

/// Kernels (and other commands) by time, the slowest first; `runs` divides the
/// times. At most `limit` rows.
std::string profileTable(std::vector<ProfileEntry> entries, uint64_t runs,
                         size_t limit);
Json profileJson(const std::vector<ProfileEntry> &entries, uint64_t runs);

} // namespace tilewright::cli

#endif // TILEWRIGHT_TOOLS_TILEWRIGHT_MODELS_H

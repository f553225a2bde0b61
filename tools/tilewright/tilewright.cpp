//===- tilewright.cpp - the users' command ------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Commands.h"

#include <algorithm>
#include <iostream>
#include <new>

using namespace tilewright::cli;

static const char *const footer =
    R"(Examples:
  tilewright compile model.onnx -o model.twm     compile once
  tilewright run model.twm --random-inputs 0     run it
  tilewright verify model.twm                    compare every kernel with the reference
  tilewright compile --help                      more about a command

Exit codes: 0 success, 1 an error in the model, an input or a value,
2 a mistake on the command line, 130 interrupted.)";

/// The message of CLI11 begins with a capital and may end with a newline.
static std::string usageMessage(const CLI::ParseError &failure) {
  std::string text = failure.what();
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  return text;
}

static int parseAndRun(int argc, char **argv) {
  CLI::App app("Compiles deep-learning models, and runs and checks them.",
               "tilewright");
  app.require_subcommand(1);
  app.set_version_flag("--version", "tilewright " TILEWRIGHT_VERSION);
  app.footer(footer);
  app.get_formatter()->column_width(30);

  std::vector<Subcommand> commands = {addCompile(app), addRun(app),
                                      addVerify(app),  addBench(app),
                                      addInspect(app), addCheck(app)};
  // The parser would only say that there is no command.
  auto isNamed = [&](const Subcommand &command) {
    return command.app->get_name() == argv[1];
  };
  if (argc > 1 && argv[1][0] != '-' &&
      std::none_of(commands.begin(), commands.end(), isNamed)) {
    printError("there is no command '" + std::string(argv[1]) + "'");
    std::cerr << "Try 'tilewright --help'.\n";
    return exitUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &failure) {
    // Help and version are "errors" that end with 0 and print to stdout.
    if (failure.get_exit_code() == 0)
      return app.exit(failure);
    printError(usageMessage(failure));
    std::string name = "tilewright";
    for (const CLI::App *command : app.get_subcommands())
      name += " " + command->get_name();
    std::cerr << "Try '" << name << " --help'.\n";
    return exitUsage;
  }
  for (const Subcommand &command : commands)
    if (command.app->parsed())
      return command.run();
  return exitUsage;
}

int main(int argc, char **argv) {
  int code = exitError;
  try {
    code = parseAndRun(argc, argv);
  } catch (const std::bad_alloc &) {
    printError("out of memory");
  }
  // A full disk must not look like a success.
  std::cout.flush();
  if (!std::cout && code == exitOk) {
    printError("cannot write to stdout");
    return exitError;
  }
  return code;
}

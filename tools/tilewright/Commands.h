//===- Commands.h - the commands of tilewright --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One function, in a file of its own, for each command: it describes the
// command to the parser of the command line and returns what runs it.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TOOLS_TILEWRIGHT_COMMANDS_H
#define TILEWRIGHT_TOOLS_TILEWRIGHT_COMMANDS_H

#include "Console.h"

#include <CLI/CLI.hpp>

#include <functional>

namespace tilewright::cli {

struct Subcommand {
  CLI::App *app;
  std::function<int()> run;
};

Subcommand addBench(CLI::App &parent);
Subcommand addCheck(CLI::App &parent);
Subcommand addCompile(CLI::App &parent);
Subcommand addInspect(CLI::App &parent);
Subcommand addRun(CLI::App &parent);
Subcommand addVerify(CLI::App &parent);

} // namespace tilewright::cli

#endif // TILEWRIGHT_TOOLS_TILEWRIGHT_COMMANDS_H

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

struct Command {
  CLI::App *app;
  std::function<int()> run;
};

Command addBench(CLI::App &parent);
Command addCheck(CLI::App &parent);
Command addCompile(CLI::App &parent);
Command addInspect(CLI::App &parent);
Command addRun(CLI::App &parent);
Command addVerify(CLI::App &parent);

} // namespace tilewright::cli

#endif // TILEWRIGHT_TOOLS_TILEWRIGHT_COMMANDS_H

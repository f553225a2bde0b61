//===- Check.cpp - tilewright check -------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Models.h"

#include "tilewright/Driver/Check.h"

#include <iostream>

namespace tilewright::cli {

static const char *const footer = R"(Examples:
  tilewright check model.onnx
  tilewright check model.onnx --json

Prints every node that cannot be compiled, with the reason, and compiles nothing.
Exit codes: 0 it can be compiled, 1 it cannot, or is no readable model,
2 a mistake on the command line.)";

namespace {
struct Options {
  std::string model;
  std::vector<ShapeDeclaration> shapes;
  bool json = false;
};
} // namespace

static int check(const Options &options) {
  ImportOptions importOptions;
  importOptions.shapes = options.shapes;
  auto problems = checkModel({options.model}, importOptions);
  if (!problems)
    return printFailure(problems.error());

  if (options.json) {
    Json list = Json::array();
    for (const NodeProblem &problem : *problems)
      list.push_back({{"node", problem.node},
                      {"op", problem.op},
                      {"reason", problem.reason}});
    printJson({{"ok", problems->empty()}, {"problems", list}});
  } else if (problems->empty()) {
    std::cout << "ok: every node can be compiled\n";
  } else {
    Table table({"node", "op", "reason"});
    for (const NodeProblem &problem : *problems)
      table.add({problem.node, problem.op, problem.reason});
    std::cout << table.str();
  }
  if (problems->empty())
    return exitOk;
  printError("'" + options.model +
             "' cannot be compiled: " + std::to_string(problems->size()) +
             (problems->size() == 1 ? " problem" : " problems"));
  return exitError;
}

Subcommand addCheck(CLI::App &parent) {
  CLI::App *app = parent.add_subcommand(
      "check", "Says whether an ONNX model can be compiled, and what cannot");
  auto options = std::make_shared<Options>();
  app->add_option("MODEL", options->model, "The ONNX model")->required();
  addShapeOption(*app, options->shapes,
                 "Shape of an input; see 'tilewright compile --help'");
  app->add_flag("--json", options->json, "Print the table as JSON");
  app->footer(footer);
  return {app, [options] { return check(*options); }};
}

} // namespace tilewright::cli

//===- Compile.cpp - tilewright compile ---------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "ReportText.h"

#include <filesystem>
#include <iostream>

namespace tilewright::cli {

static const char *const footer = R"(Examples:
  tilewright compile m.onnx                       writes m.twm, for this machine
  tilewright compile m.onnx -o out/m.twm --target x86-64-v3 --target x86-64-v4
  tilewright compile m.onnx --shape x=1,3,224,224          fixes a shape
  tilewright compile m.onnx --shape x=N:1..32,3,48,W:32..1280%8
                                  N is 1 to 32; W is 32 to 1280, a multiple of 8
  tilewright compile m.onnx --shape ids=batch,length --shape mask=batch,length
                                  equal names are equal sizes; ? leaves an axis
                                  alone
  tilewright compile m.onnx --save-stages stages --report

Every dynamic size stays dynamic: one module serves all of them. It holds the
weights too: the model is not needed to run it. The file
appears only when it is complete; Ctrl-C leaves nothing.
Exit codes: 0 success, 1 the model cannot be compiled or the file not be
written, 2 a mistake on the command line, 130 interrupted.)";

namespace {
struct Options {
  std::string model, output;
  std::vector<std::string> targets;
  std::vector<ShapeDeclaration> shapes;
  std::string saveStages;
  unsigned jobs = 0;
  bool report = false, json = false, strip = false;
};
} // namespace

static int compile(const Options &options) {
  namespace fs = std::filesystem;
  std::string output = options.output;
  if (output.empty())
    output = fs::path(options.model).filename().replace_extension(".twm");
  CompileOptions compileOptions;
  if (!options.targets.empty())
    compileOptions.targets = options.targets;
  compileOptions.import.shapes = options.shapes;
  compileOptions.jobs = jobsOrCores(options.jobs);
  compileOptions.keepReference = !options.strip;
  compileOptions.saveStages = options.saveStages;
  if (!options.saveStages.empty()) {
    std::error_code code;
    fs::create_directories(options.saveStages, code);
    if (code) {
      printError("cannot make the folder '" + options.saveStages +
                 "': " + code.message());
      return exitError;
    }
  }

  auto report = compileWithProgress({options.model}, output, compileOptions);
  if (!report)
    return printFailure(report.error());
  for (const std::string &warning : report->warnings)
    printWarning(warning);
  if (options.json) {
    printJson(reportJson(*report, output));
    return exitOk;
  }
  if (options.report)
    std::cout << reportText(*report);
  return exitOk;
}

Subcommand addCompile(CLI::App &parent) {
  CLI::App *app =
      parent.add_subcommand("compile", "Compiles an ONNX model to a module");
  auto options = std::make_shared<Options>();
  app->add_option("MODEL", options->model, "The ONNX model")->required();
  app->add_option("-o,--output", options->output,
                  "The module to write (default: MODEL.twm in this folder)")
      ->type_name("FILE.twm");
  app->add_option("--target", options->targets,
                  "What to compile for: cpu (this machine), x86-64-v3, "
                  "x86-64-v4 or a description in FILE.json; repeat it for "
                  "several in one module, the preferred first (default: cpu)")
      ->allow_extra_args(false)
      ->type_name("TARGET");
  addShapeOption(*app, options->shapes,
                 "Shape of an input: sizes and names separated by commas "
                 "or by x; NAME:LO..HI%MULTIPLE says what a size can be");
  app->add_option("--jobs", options->jobs,
                  "Threads to compile with (default: all cores); the result "
                  "is the same");
  app->add_option("--save-stages", options->saveStages,
                  "Write the IR after each phase into this folder")
      ->type_name("DIR");
  app->add_flag("--report", options->report,
                "Print the kernels, what was not fused or vectorised and why, "
                "and the time of each phase");
  app->add_flag("--json", options->json, "Print the report as JSON");
  app->add_flag("--strip", options->strip,
                "Leave out the imported model and its weights, which only "
                "verify and the reference need; a module can be twice as "
                "large with them");
  app->footer(footer);
  return {app, [options] { return compile(*options); }};
}

} // namespace tilewright::cli

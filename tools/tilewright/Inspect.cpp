//===- Inspect.cpp - tilewright inspect ---------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Models.h"
#include "PlanText.h"

#include "tilewright/Driver/RandomInputs.h"
#include "tilewright/Module/ShapeBinding.h"
#include "tilewright/Runtime/Device/Null/NullDevice.h"
#include "tilewright/Support/HostCpu.h"

#include <iostream>

namespace tilewright::cli {

static const char *const footer = R"(Examples:
  tilewright inspect model.twm
  tilewright inspect model.twm --kernels --plan
  tilewright inspect model.twm --dim N=32              memory at that size
  tilewright inspect model.twm --json | jq .inputs

Prints the signature, the targets, the sections of the file with their sizes and
the memory of a run; nothing of it is run.
Exit codes: 0 success, 1 no readable module, 2 a mistake on the command line.)";

namespace {
struct Options {
  std::string module;
  SymbolBindings sizes;
  bool kernels = false, plan = false, weights = false, json = false;
};

struct Memory {
  SymbolBindings sizes;
  /// Of temporaries; nothing if the plan refuses the sizes.
  std::optional<int64_t> arena;
  std::string problem;
};
} // namespace

static Result<Memory> memoryOf(std::shared_ptr<const Module> module,
                               const std::string &target,
                               const SymbolBindings &sizes) {
  RandomInputsOptions inputs;
  inputs.sizes = sizes;
  auto chosen = chooseInputShapes(module->signature(), inputs);
  if (!chosen)
    return chosen.error();
  Memory memory;
  memory.sizes = chosen->sizes;
  // The null device runs every target, also those of other machines.
  auto session = Session::create(module, createNullDevice(),
                                 {.threads = 1, .target = target});
  if (!session)
    return session.error();
  if (auto arena = (*session)->arenaBytes(chosen->shapes))
    memory.arena = *arena;
  else
    memory.problem = arena.error().message;
  return memory;
}

static Json toJson(const std::vector<Argument> &arguments) {
  Json list = Json::array();
  for (const Argument &argument : arguments) {
    Json dims = Json::array();
    for (const DimExpr &dim : argument.dims) {
      if (auto constant = dim.constantValue())
        dims.push_back(*constant);
      else
        dims.push_back(dim.str());
    }
    list.push_back({{"name", argument.name},
                    {"dtype", std::string(name(argument.type))},
                    {"dims", dims}});
  }
  return list;
}

static Json kernelsJson(const Plan &plan) {
  Json list = Json::array();
  for (const Command *command : kernelLaunches(plan)) {
    const auto &kernel = *command->as<KernelCommand>();
    list.push_back({{"name", kernel.name},
                    {"code", plan.kernels[kernel.code].symbol},
                    {"blocks", kernel.blocks.str()},
                    {"scratch_bytes", kernel.scratchBytes.str()},
                    {"nodes", command->nodes}});
  }
  return list;
}

static int64_t weightBytes(const Module &module) {
  int64_t bytes = 0;
  for (size_t i = 0; i < module.weights().size(); ++i)
    if (!module.weights()[i].reference)
      bytes += module.weight(i).bytes();
  return bytes;
}

static Json moduleJson(const Module &module,
                       const std::vector<Memory> &memory) {
  Json symbols = Json::object();
  for (const auto &[name, range] : module.signature().symbols)
    symbols[name] = {
        {"lo", range.lo}, {"hi", range.hi}, {"multiple", range.multiple}};
  Json targets = Json::array();
  for (size_t i = 0; i < module.targets().size(); ++i) {
    const TargetProgram &target = module.targets()[i];
    Json entry = {{"target", target.target},
                  {"features", target.features},
                  {"runs_here", missingCpuFeatures(target.features).empty()},
                  {"code_bytes", module.code(i).size()},
                  {"kernels", kernelsJson(target.plan)},
                  {"buffers", target.plan.buffers.size()},
                  {"memory", {{"sizes", memory[i].sizes}}}};
    if (memory[i].arena)
      entry["memory"]["arena_bytes"] = *memory[i].arena;
    else
      entry["memory"]["problem"] = memory[i].problem;
    targets.push_back(entry);
  }
  Json sections = Json::array();
  for (const SectionInfo &section : module.sections())
    sections.push_back({{"name", section.name},
                        {"offset", section.offset},
                        {"bytes", section.size}});
  return {
      {"producer", module.producer()},
      {"metadata", module.metadata()},
      {"inputs", toJson(module.signature().inputs)},
      {"outputs", toJson(module.signature().outputs)},
      {"symbols", symbols},
      {"weights",
       {{"count", module.weights().size()}, {"bytes", weightBytes(module)}}},
      {"has_reference", !module.ir("imported").empty()},
      {"targets", targets},
      {"sections", sections}};
}

static void printSignature(const Module &module) {
  Table table({"", "name", "type"});
  for (const Argument &input : module.signature().inputs)
    table.add({"input", input.name, typeString(input.type, input.dims)});
  for (const Argument &output : module.signature().outputs)
    table.add({"output", output.name, typeString(output.type, output.dims)});
  std::cout << table.str();
  // Only what the caller chooses, and says more than that it is a size.
  for (const auto &[name, range] : inputSizes(module.signature())) {
    if (!module.signature().symbols.count(name))
      continue;
    std::cout << "size    " << name << ": " << range.lo << " to ";
    if (range.hi == SymbolRange().hi)
      std::cout << "any";
    else
      std::cout << range.hi;
    if (range.multiple > 1)
      std::cout << ", a multiple of " << range.multiple;
    std::cout << '\n';
  }
}

static void printTarget(const Module &module, size_t index,
                        const Memory &memory, const Options &options) {
  const TargetProgram &target = module.targets()[index];
  const Plan &plan = target.plan;
  auto launches = kernelLaunches(plan);
  std::cout << "\ntarget " << target.target;
  auto missing = missingCpuFeatures(target.features);
  std::cout << (missing.empty() ? " (runs here)"
                                : " (does not run here: no " + missing[0] + ")")
            << '\n';
  std::cout << "  kernels  " << launches.size() << " launches of "
            << plan.kernels.size() << " kernels, "
            << bytesString(double(module.code(index).size())) << " of code\n";
  std::cout << "  plan     " << plan.commands.size() << " commands, "
            << plan.buffers.size() << " buffers\n";
  std::cout << "  memory   ";
  if (memory.arena)
    std::cout << bytesString(double(*memory.arena)) << " for temporaries";
  else
    std::cout << memory.problem;
  for (auto it = memory.sizes.begin(); it != memory.sizes.end(); ++it)
    std::cout << (it == memory.sizes.begin() ? ", at " : ", ") << it->first
              << " = " << it->second;
  std::cout << '\n';
  if (options.kernels) {
    Table table({"kernel", "code", ">blocks", "nodes"});
    for (const Command *command : launches) {
      const auto &kernel = *command->as<KernelCommand>();
      table.add({kernel.name, plan.kernels[kernel.code].symbol,
                 kernel.blocks.str(), nodesString(command->nodes)});
    }
    std::cout << '\n' << table.str();
  }
  if (options.plan)
    std::cout << '\n' << buffersText(plan) << '\n' << commandsText(plan);
}

static void printModule(const Module &module, const std::vector<Memory> &memory,
                        const Options &options) {
  printSignature(module);
  if (!module.producer().empty())
    std::cout << "made by " << module.producer() << '\n';
  for (size_t i = 0; i < module.targets().size(); ++i)
    printTarget(module, i, memory[i], options);

  std::cout << "\nweights  " << module.weights().size() << ", "
            << bytesString(double(weightBytes(module))) << " for running\n";
  if (options.weights) {
    Table weights({"weight", "type", "for"});
    for (const WeightInfo &weight : module.weights())
      weights.add({weight.name,
                   std::string(name(weight.type)) + shapeString(weight.shape),
                   weight.reference ? "reference" : "running"});
    std::cout << weights.str();
  }
  Table sections({"section", ">size"});
  for (const SectionInfo &section : module.sections())
    sections.add({section.name, bytesString(double(section.size))});
  std::cout << '\n' << sections.str();
  if (!module.metadata().empty()) {
    // Some models keep whole dictionaries there; --json has all of it.
    constexpr size_t longest = 60;
    Table metadata({"metadata", "value"});
    for (const auto &[key, value] : module.metadata()) {
      std::string line = value.substr(0, value.find('\n'));
      bool cut = line.size() < value.size() || line.size() > longest;
      metadata.add(
          {key,
           line.substr(0, longest) +
               (cut ? "... (" + bytesString(double(value.size())) + ")" : "")});
    }
    std::cout << '\n' << metadata.str();
  }
}

static int inspect(const Options &options) {
  auto module = Module::load(options.module);
  if (!module)
    return printFailure(module.error());
  if (Status status = (*module)->verifyWeights(); !status)
    return printFailure(status.error());
  std::vector<Memory> memory;
  for (const TargetProgram &target : (*module)->targets()) {
    auto one = memoryOf(*module, target.target, options.sizes);
    if (!one)
      return printFailure(one.error());
    memory.push_back(*one);
  }
  if (options.json)
    printJson(moduleJson(**module, memory));
  else
    printModule(**module, memory, options);
  return exitOk;
}

Subcommand addInspect(CLI::App &parent) {
  CLI::App *app =
      parent.add_subcommand("inspect", "Prints what is in a module");
  auto options = std::make_shared<Options>();
  app->add_option("MODULE", options->module, "The module (.twm)")->required();
  app->add_flag("--kernels", options->kernels,
                "Print the kernels with the nodes that they came from");
  app->add_flag("--plan", options->plan, "Print buffers and commands");
  app->add_flag("--weights", options->weights, "Print all weights");
  addSizeOption(*app, options->sizes,
                "A dynamic size for the figure of memory; without it the "
                "first axis is 2 and others are 64, moved into their range");
  app->add_flag("--json", options->json, "Print all of it as JSON");
  app->footer(footer);
  return {app, [options] { return inspect(*options); }};
}

} // namespace tilewright::cli

//===- Target.cpp - finding and reading rows ------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Target/Target.h"

#include "tilewright/Support/File.h"
#include "tilewright/Support/HostCpu.h"

#include <nlohmann/json.hpp>

namespace tilewright {

namespace {
using Json = nlohmann::ordered_json;

/// Calls visit(key, member) for every field: the one list of them.
template <typename Row, typename Visit>
void forEachField(Row &row, Visit visit) {
  visit("name", row.name);
  visit("summary", row.summary);
  visit("triple", row.triple);
  visit("llvmCpu", row.llvmCpu);
  visit("llvmFeatures", row.llvmFeatures);
  visit("requiredFeatures", row.requiredFeatures);
  visit("vectorBits", row.vectorBits);
  visit("vectorRegisters", row.vectorRegisters);
  visit("maskRegisters", row.maskRegisters);
  visit("fma", row.fma);
  visit("f16Conversion", row.f16Conversion);
  visit("vnni", row.vnni);
  visit("bf16Dot", row.bf16Dot);
  visit("fmaPerCycle", row.fmaPerCycle);
  visit("loadsPerCycle", row.loadsPerCycle);
  visit("cacheLineBytes", row.cacheLineBytes);
  visit("l1Bytes", row.l1Bytes);
  visit("l2Bytes", row.l2Bytes);
  visit("l3Bytes", row.l3Bytes);
  visit("clockGHz", row.clockGHz);
  visit("coreGBps", row.coreGBps);
  visit("machineGBps", row.machineGBps);
}

/// Reads a value of the member's type; what was expected if it has another.
const char *read(const Json &value, std::string &to) {
  if (!value.is_string())
    return "a string";
  to = value.get<std::string>();
  return nullptr;
}
const char *read(const Json &value, bool &to) {
  if (!value.is_boolean())
    return "true or false";
  to = value.get<bool>();
  return nullptr;
}
const char *read(const Json &value, int64_t &to) {
  if (!value.is_number_integer() || value.get<int64_t>() <= 0)
    return "a positive integer";
  to = value.get<int64_t>();
  return nullptr;
}
const char *read(const Json &value, double &to) {
  if (!value.is_number() || value.get<double>() <= 0)
    return "a positive number";
  to = value.get<double>();
  return nullptr;
}
const char *read(const Json &value, std::vector<std::string> &to) {
  to.clear();
  if (!value.is_array())
    return "a list of strings";
  for (const Json &element : value) {
    to.emplace_back();
    if (read(element, to.back()))
      return "a list of strings";
  }
  return nullptr;
}

std::string knownNames() {
  std::string names;
  for (const Target &target : knownTargets())
    names += (names.empty() ? "" : ", ") + target.name;
  return names;
}

const Target *findKnown(const std::string &name) {
  for (const Target &target : knownTargets())
    if (target.name == name)
      return &target;
  return nullptr;
}

std::string join(const std::vector<std::string> &words) {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}
} // namespace

Result<Target> parseTarget(std::string_view text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object())
    return error("a target row must be a JSON object");
  Target row;
  bool hasBase = json.contains("base");
  if (hasBase) {
    std::string base;
    if (const char *expected = read(json["base"], base))
      return error("target row: 'base' must be ", expected);
    const Target *known = findKnown(base);
    if (!known)
      return error("target row: unknown base '", base, "'; known are ",
                   knownNames());
    row = *known;
    row.name.clear();
    json.erase("base");
  }
  std::string problem;
  forEachField(row, [&](const std::string &key, auto &member) {
    bool optional = hasBase && key != "name";
    if (!json.contains(key)) {
      if (!optional && problem.empty())
        problem = "'" + key + "' is missing";
      return;
    }
    const char *expected = read(json[key], member);
    if (expected && problem.empty())
      problem =
          "'" + key + "' must be " + expected + ", but is " + json[key].dump();
    json.erase(key);
  });
  if (problem.empty() && !json.empty())
    problem = "unknown field '" + json.begin().key() + "'";
  if (problem.empty() &&
      (row.name.empty() || row.name == "cpu" || findKnown(row.name)))
    problem = "'name' must be new, but is '" + row.name + "'";
  if (!problem.empty())
    return error("target row: ", problem);
  return row;
}

std::string targetToJson(const Target &target) {
  Json json = Json::object();
  forEachField(
      target, [&](const char *key, const auto &member) { json[key] = member; });
  return json.dump(2) + "\n";
}

Result<Target> findTarget(const std::string &name) {
  if (const Target *known = findKnown(name))
    return *known;
  if (name == "cpu") {
    const std::vector<Target> &table = knownTargets();
    for (auto row = table.rbegin(); row != table.rend(); ++row)
      if (missingCpuFeatures(row->requiredFeatures).empty())
        return *row;
    return error("this machine can run code for none of the known targets: ",
                 table.front().name, " needs ",
                 join(missingCpuFeatures(table.front().requiredFeatures)));
  }
  if (name.ends_with(".json")) {
    Result<std::string> text = readFile(name);
    if (!text)
      return text.error();
    Result<Target> row = parseTarget(*text);
    if (!row)
      return row.error().in("'" + name + "'");
    return row;
  }
  return error("unknown target '", name, "'; known are cpu (this machine), ",
               knownNames(), " and FILE.json (a row of your own)");
}

} // namespace tilewright

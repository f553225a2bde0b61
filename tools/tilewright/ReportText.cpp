//===- ReportText.cpp - what compiling tells, for people and programs -----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReportText.h"

#include <algorithm>

namespace tilewright::cli {

namespace {

/// Places by the reason that they share.
class Reasons {
public:
  void add(const std::string &reason, const std::string &place) {
    auto known =
        std::find_if(groups.begin(), groups.end(), [&](const Group &group) {
          return group.reason == reason;
        });
    if (known == groups.end())
      known = groups.insert(groups.end(), Group{reason, {}});
    // A node that became several ops can have one reason several times.
    if (std::find(known->places.begin(), known->places.end(), place) ==
        known->places.end())
      known->places.push_back(place);
  }

  std::string str() const {
    if (groups.empty())
      return "nothing\n";
    // By number, then in the order in which they came.
    std::vector<const Group *> sorted;
    for (const Group &group : groups)
      sorted.push_back(&group);
    std::sort(sorted.begin(), sorted.end(), [](const Group *a, const Group *b) {
      return std::pair(b->places.size(), a) < std::pair(a->places.size(), b);
    });
    std::string text;
    constexpr size_t shown = 4;
    for (const Group *group : sorted) {
      size_t count = group->places.size();
      text += (count == 1 ? "once" : std::to_string(count) + " times") + ": " +
              group->reason + '\n';
      // "and 1 more" would be as long as the one.
      size_t end = count <= shown + 1 ? count : shown;
      for (size_t i = 0; i < end; ++i)
        text += "  " + group->places[i] + '\n';
      if (end < count)
        text +=
            "  and " + std::to_string(count - end) + " more (--json has all)\n";
    }
    return text;
  }

private:
  struct Group {
    std::string reason;
    std::vector<std::string> places;
  };
  std::vector<Group> groups;
};

std::string kernelsText(const CompileReport &report) {
  std::string text;
  auto end = report.kernels.end();
  for (auto begin = report.kernels.begin(); begin != end;) {
    auto next = std::find_if(begin, end, [&](const KernelReport &kernel) {
      return kernel.target != begin->target;
    });
    Table table({"kernel", "nodes"});
    for (auto kernel = begin; kernel != next; ++kernel)
      table.add({kernel->name, nodesString(kernel->nodes)});
    text += begin->target + ": " + std::to_string(next - begin) +
            (next - begin == 1 ? " kernel\n" : " kernels\n") + table.str() +
            '\n';
    begin = next;
  }
  return text;
}

Json toJson(const std::vector<CompileRemark> &remarks) {
  Json list = Json::array();
  for (const CompileRemark &remark : remarks) {
    Json entry = {{"nodes", remark.nodes}};
    if (!remark.producer.empty())
      entry["producer"] = remark.producer;
    entry["reason"] = remark.reason;
    list.push_back(entry);
  }
  return list;
}

} // namespace

std::string reportText(const CompileReport &report) {
  Reasons slow, unfused;
  for (const CompileRemark &remark : report.loweringRemarks)
    slow.add(remark.reason, nodesString(remark.nodes));
  for (const KernelReport &kernel : report.kernels)
    for (const std::string &remark : kernel.remarks)
      slow.add(remark, kernel.name + " (" + kernel.target +
                           "): " + nodesString(kernel.nodes));
  for (const CompileRemark &remark : report.fusionRemarks)
    unfused.add(remark.reason, remark.producer == remark.nodes
                                   ? "within " + nodesString(remark.nodes)
                                   : nodesString(remark.producer) + " -> " +
                                         nodesString(remark.nodes));
  Table seconds({"phase", ">time"});
  for (const auto &[phase, time] : report.seconds)
    seconds.add({phase, timeString(time)});
  return kernelsText(report) + "slower than it could be\n" + slow.str() +
         "\nnot fused (producer -> consumer)\n" + unfused.str() + "\ntime\n" +
         seconds.str();
}

Json reportJson(const CompileReport &report, const std::string &output) {
  Json kernels = Json::array();
  for (const KernelReport &kernel : report.kernels)
    kernels.push_back({{"kernel", kernel.name},
                       {"target", kernel.target},
                       {"nodes", kernel.nodes},
                       {"remarks", kernel.remarks}});
  Json seconds = Json::object();
  for (const auto &[phase, time] : report.seconds)
    seconds[phase] = time;
  return {{"output", output},
          {"warnings", report.warnings},
          {"kernels", kernels},
          {"lowering_remarks", toJson(report.loweringRemarks)},
          {"fusion_remarks", toJson(report.fusionRemarks)},
          {"seconds", seconds}};
}

} // namespace tilewright::cli

//===- Console.cpp - what commands write ----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Console.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <unistd.h>

namespace tilewright::cli {

static void printTo(const char *kind, const std::string &message) {
  std::cerr << "tilewright: " << kind << ": " << message << '\n';
}

void printError(const std::string &message) { printTo("error", message); }
void printWarning(const std::string &message) { printTo("warning", message); }
void printNote(const std::string &message) { printTo("note", message); }

void printJson(const Json &json) {
  // Names of a model need not be UTF-8.
  std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

void Progress::show(const std::string &text) {
  if (!isatty(STDERR_FILENO))
    return;
  clear();
  width = text.size();
  std::cerr << text << std::flush;
}

void Progress::clear() {
  if (width)
    std::cerr << '\r' << std::string(width, ' ') << '\r' << std::flush;
  width = 0;
}

Table::Table(std::vector<std::string> titles) {
  for (std::string &title : titles) {
    onTheRight.push_back(!title.empty() && title[0] == '>');
    this->titles.push_back(onTheRight.back() ? title.substr(1) : title);
  }
}

/// How many columns a UTF-8 text takes, near enough.
static size_t widthOf(const std::string &text) {
  return size_t(std::count_if(text.begin(), text.end(),
                              [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string Table::str() const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < titles.size(); ++i) {
    widths.push_back(widthOf(titles[i]));
    for (const auto &row : rows)
      widths[i] = std::max(widths[i], widthOf(row[i]));
  }
  std::string text;
  auto add = [&](const std::vector<std::string> &row) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      std::string space(widths[i] - widthOf(row[i]), ' ');
      line +=
          (i ? "  " : "") + (onTheRight[i] ? space + row[i] : row[i] + space);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  };
  add(titles);
  for (const auto &row : rows)
    add(row);
  return text;
}

static std::string format(const char *pattern, double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), pattern, value);
  return buffer;
}

std::string bytesString(double bytes) {
  if (bytes < 1024)
    return format("%.0f B", bytes);
  const char *unit = "KiB";
  for (const char *next : {"MiB", "GiB", "TiB"}) {
    if (bytes < 1024 * 1024)
      break;
    bytes /= 1024;
    unit = next;
  }
  return format("%.2f ", bytes / 1024) + unit;
}

std::string timeString(double seconds) {
  if (seconds < 1e-3)
    return format("%.1f us", seconds * 1e6);
  if (seconds < 1)
    return format("%.2f ms", seconds * 1e3);
  return format("%.2f s", seconds);
}

std::string numberString(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), "%.*g", digits, value);
  return buffer;
}

std::string nodesString(const std::vector<std::string> &nodes, size_t limit) {
  std::string text;
  for (size_t i = 0; i < nodes.size() && i < limit; ++i)
    text += (i ? ", " : "") + nodes[i];
  if (nodes.size() > limit)
    text += ", and " + std::to_string(nodes.size() - limit) + " more";
  return text;
}

} // namespace tilewright::cli

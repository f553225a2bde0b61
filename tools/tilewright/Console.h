//===- Console.h - what commands write ----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Data goes to stdout, all else to stderr:
//
//     tilewright: error: no such file: 'm.onnx'
//     tilewright: warning: ...
//     tilewright: note: N = 2 (choose with --dim N=...)
//
// Progress is one line that overwrites itself, only if stderr is a terminal.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TOOLS_TILEWRIGHT_CONSOLE_H
#define TILEWRIGHT_TOOLS_TILEWRIGHT_CONSOLE_H

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tilewright::cli {

/// In the order in which keys were added.
using Json = nlohmann::ordered_json;

/// Exit codes, the same for every command.
enum ExitCode : int {
  exitOk = 0,
  /// Something is wrong with the model, an input or a value.
  exitError = 1,
  /// Something is wrong with the command line.
  exitUsage = 2,
  /// Ctrl-C.
  exitInterrupted = 130,
};

void printError(const std::string &message);
void printWarning(const std::string &message);
void printNote(const std::string &message);
/// To stdout, indented.
void printJson(const Json &json);

class Progress {
public:
  ~Progress() { clear(); }
  void show(const std::string &text);
  void clear();

private:
  size_t width = 0;
};

/// Columns of text, each as wide as its widest cell:
///
///     kernel     time
///     conv1_0  1.20 ms
class Table {
public:
  /// A title that begins with '>' is of a column of numbers, on the right.
  explicit Table(std::vector<std::string> titles);
  void add(std::vector<std::string> row) { rows.push_back(std::move(row)); }
  std::string str() const;

private:
  std::vector<std::string> titles;
  std::vector<bool> onTheRight;
  std::vector<std::vector<std::string>> rows;
};

/// "1.50 MiB".
std::string bytesString(double bytes);
/// "12.3 ms", "850 us".
std::string timeString(double seconds);
/// printf("%.*g").
std::string numberString(double value, int digits);
/// "conv1 (Conv), relu1 (Relu)", with no more than `limit` names.
std::string nodesString(const std::vector<std::string> &nodes,
                        size_t limit = 3);

} // namespace tilewright::cli

#endif // TILEWRIGHT_TOOLS_TILEWRIGHT_CONSOLE_H

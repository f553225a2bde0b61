//===- Interrupt.h - Ctrl-C as a request --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Ctrl-C as a request: while an `Interrupt` lives, SIGINT and SIGTERM do not
// end the process but set a flag. What is long and cannot look at the flag in
// time is not waited for: a moment later it is abandoned (the files that it
// left are removed, the user is told), and the process ends with 130. Where no
// thread can be had to watch, the signals end the process at once, as always.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TOOLS_TILEWRIGHT_INTERRUPT_H
#define TILEWRIGHT_TOOLS_TILEWRIGHT_INTERRUPT_H

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace tilewright::cli {

/// At most one at a time, made before the threads that it is to protect.
class Interrupt {
public:
  /// `abandon` is called on a thread of its own.
  explicit Interrupt(std::function<void()> abandon);
  ~Interrupt();
  Interrupt(const Interrupt &) = delete;
  Interrupt &operator=(const Interrupt &) = delete;

  bool requested() const { return requested_; }

private:
  void watch();
  std::function<void()> abandon;
  std::atomic<bool> requested_ = false;
  sigset_t signals, before;
  int signalDescriptor, endDescriptor;
  std::thread watcher;
};

} // namespace tilewright::cli

#endif // TILEWRIGHT_TOOLS_TILEWRIGHT_INTERRUPT_H

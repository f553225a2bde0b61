//===- Session.h - runs a module ------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//     Result<std::shared_ptr<const Module>> module = Module::load("m.twm");
//     auto session = Session::create(*module, createCpuDevice());
//     Result<std::vector<Tensor>> outputs = (*session)->run({x});
//
// A session may be used by several threads at the same time; each run has
// memory of its own, which the session keeps for the next one. Once it has seen
// the shapes of the inputs, a run with given outputs allocates nothing.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_RUNTIME_SESSION_H
#define TILEWRIGHT_RUNTIME_SESSION_H

#include "tilewright/Runtime/Device.h"

namespace tilewright {

struct SessionOptions {
  /// How many threads a run may use; 0: one per core that the process has.
  unsigned threads = 0;
  /// Measure the time of every command.
  bool profile = false;
  /// Which target of the module; empty: the first that the device supports.
  std::string target;
  /// For how many different input shapes the memory plan is kept.
  size_t cachedShapes = 64;
  /// For tests, and slow: every kernel runs on copies of its buffers between
  /// NaNs, with NaNs in its outputs and scratch. A kernel that writes anywhere
  /// else is an error that names it.
  bool checkMemory = false;
};

/// The time of one command of the plan over all runs.
struct ProfileEntry {
  /// Number of the command, as in Module/Lifetimes.h.
  uint32_t number = 0;
  /// The kernel's name, or "copy", "loop", ...; a branch or loop counts the
  /// time of what is in it, too.
  std::string name;
  std::vector<std::string> nodes;
  uint64_t calls = 0;
  uint64_t nanoseconds = 0;
};

class Session {
public:
  /// Errors: no target that the device supports (says what the module holds),
  /// or code that does not load.
  static Result<std::unique_ptr<Session>>
  create(std::shared_ptr<const Module> module,
         std::shared_ptr<const Device> device, SessionOptions options = {});
  ~Session();

  const Module &module() const;
  /// The target that it runs.
  const TargetProgram &target() const;

  /// One tensor per input, in order. `outputs` is empty, or has one tensor per
  /// output: those with memory get the result in place (their shape must be
  /// right), the others are allocated. Outputs must not share memory with each
  /// other. The errors name what was given and what the model takes.
  Status run(const std::vector<Tensor> &inputs, std::vector<Tensor> &outputs);
  Result<std::vector<Tensor>> run(const std::vector<Tensor> &inputs);

  /// Runs one kernel of the plan alone. Symbols that are no plain size of an
  /// input have to be in `symbols`.
  Result<std::vector<Tensor>> runKernel(const std::string &name,
                                        const std::vector<Tensor> &inputs,
                                        SymbolBindings symbols = {});

  /// The bytes that the temporaries known from the start take together.
  Result<int64_t> arenaBytes(const std::vector<std::vector<int64_t>> &shapes);

  /// In the order of the plan; empty without SessionOptions::profile.
  std::vector<ProfileEntry> profile() const;
  void resetProfile();

private:
  struct State;
  explicit Session(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

} // namespace tilewright

#endif // TILEWRIGHT_RUNTIME_SESSION_H

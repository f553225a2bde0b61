//===- Executor.h - goes through the commands of a plan -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_RUNTIME_EXECUTOR_H
#define TILEWRIGHT_LIB_RUNTIME_EXECUTOR_H

#include "Context.h"

#include "tilewright/Runtime/Session.h"

namespace tilewright {

/// One run. The functions return false when `error` is set.
class Executor {
public:
  Executor(const Program &program, const Executable &executable,
           Context &context, const ThreadLease &threads,
           const SessionOptions &options)
      : program(program), executable(executable), context(context),
        threads(threads), profile(options.profile),
        checkMemory(options.checkMemory),
        evaluator(program, context.binding->values, context.symbols.data()) {}

  /// The context has its binding; the inputs fit it.
  Status run(const std::vector<Tensor> &inputs, std::vector<Tensor> &outputs);

private:
  // Executor.cpp
  bool placeInputs();
  bool placeTemporaries();
  bool placeOutput(BufferId id);
  bool startSegment(uint32_t index);
  bool placeBlock(uint32_t index);
  bool placeDedicated(BufferId id, int64_t bytes);
  void finishOutputs();

  // Commands.cpp
  bool runList(const LoweredList &list);
  bool runTimed(const LoweredCommand &command);
  bool runCommand(const LoweredCommand &command);
  bool run(const LoweredCommand &command, const KernelCommand &kernel);
  bool run(const LoweredCommand &command, const CopyCommand &copy);
  bool run(const LoweredCommand &command, const FillDimsCommand &fill);
  bool run(const LoweredCommand &command, const BindDimsCommand &bind);
  bool run(const LoweredCommand &command, const SetDimsCommand &set);
  bool run(const LoweredCommand &command, const CheckDimsCommand &check);
  bool run(const LoweredCommand &command, const IfCommand &branch);
  bool run(const LoweredCommand &command, const LoopCommand &loop);
  bool startLoop(const LoweredCommand &command, const LoopCommand &loop);
  bool stackElements(const LoopCommand &loop, int64_t trip);
  bool carryOver(const LoweredCommand &command, const LoopCommand &loop);

  // GuardedLaunch.cpp
  bool launchGuarded(const LoweredCommand &command, Launch &launch);

  Error carriedMismatch(BufferId id, int64_t room, int64_t bytes);

  bool bind(uint32_t slot, int64_t value);
  bool reserveScratch(int64_t bytesPerThread);
  /// Address and bytes of a buffer or view.
  bool locate(BufferId id, std::byte *&address, int64_t &bytes);
  bool readBool(BufferId id, bool &value);
  bool readInteger(BufferId id, int64_t index, int64_t &value);
  bool fail(Error error) {
    evaluator.error = std::move(error);
    return false;
  }

  const Program &program;
  const Executable &executable;
  Context &context;
  const ThreadLease &threads;
  bool profile, checkMemory;
  Evaluator evaluator;
  int64_t scratchStride = 0;
  /// Of the loops that run: sizes of carried values, a stack.
  std::vector<int64_t> &initBytes = context.loopBytes;
  const std::vector<Tensor> *inputs = nullptr;
  std::vector<Tensor> *outputs = nullptr;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_RUNTIME_EXECUTOR_H

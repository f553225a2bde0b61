//===- Binding.h - what follows from the shapes of the inputs -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All that a run with inputs of certain shapes needs and that is the same the
// next time: values of the early expressions, offsets of the early temporaries,
// the arguments of kernels. A session keeps the bindings of the last shapes it
// has seen; with a known one a run evaluates nothing.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_RUNTIME_BINDING_H
#define TILEWRIGHT_LIB_RUNTIME_BINDING_H

#include "Program.h"

namespace tilewright {

/// "node 'conv1' (Conv)" for "conv1 (Conv)", as a plan names a node.
std::string describeNode(const std::string &node);

/// Evaluates expressions and checks what depends on their values.
class Evaluator {
public:
  Evaluator(const Program &program,
            const std::vector<std::optional<int64_t>> &earlyValues,
            const int64_t *symbols)
      : program(program), earlyValues(earlyValues), symbols(symbols) {}

  /// These return false with `error` set.
  bool value(ExprId id, int64_t &out);
  /// The bytes of a buffer. A size may not be negative.
  bool bytes(BufferId id, int64_t &out);
  /// The same, and where it is in its root, which it does not exceed.
  bool range(BufferId id, int64_t &offset, int64_t &bytes);
  /// One offset per argument: aligned, and outputs overlap nothing.
  bool kernelArguments(const LoweredCommand &kernel, int64_t *offsets);
  bool shape(BufferId id, std::vector<int64_t> &out);

  std::optional<Error> error;
  /// The error names its node.
  bool located = false;

private:
  bool fail(Error e) {
    error = std::move(e);
    return false;
  }
  std::string describe(BufferId id) const;

  const Program &program;
  const std::vector<std::optional<int64_t>> &earlyValues;
  const int64_t *symbols;
};

struct PreparedKernel {
  /// If not, running the command finds out why.
  bool valid = false;
  int64_t blocks = 0, work = 0;
  /// Into Binding::sizes and Binding::argumentOffsets.
  size_t sizesAt = 0, offsetsAt = 0;
};

struct Binding {
  /// The rank and the sizes of each input.
  std::vector<int64_t> key;
  /// By number; only the early ones.
  std::vector<int64_t> symbols;
  /// By expression; nullopt for late ones and what does not fit in 64 bits.
  std::vector<std::optional<int64_t>> values;
  /// One per Program::earlyTemporaries.
  std::vector<int64_t> offsets;
  int64_t arenaBytes = 0;
  /// Of the prepared kernels, for one thread, a multiple of 64.
  int64_t scratchBytes = 0;
  std::vector<PreparedKernel> kernels;
  std::vector<int64_t> sizes, argumentOffsets;

  /// An error if the shapes do not fit the model.
  static Result<std::shared_ptr<const Binding>>
  create(const Program &program,
         const std::vector<std::vector<int64_t>> &shapes);
};

/// No buffer is larger, so that sums of a few cannot overflow.
constexpr int64_t maxBytes = int64_t(1) << 60;

inline int64_t roundUp64(int64_t bytes) { return (bytes + 63) & ~int64_t(63); }

} // namespace tilewright

#endif // TILEWRIGHT_LIB_RUNTIME_BINDING_H

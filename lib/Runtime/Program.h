//===- Program.h - a plan, prepared for running ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What does not change from run to run: symbols have numbers, expressions are
// compiled, views are resolved to a root and an offset, and it is known when
// the size of each buffer is. Made once per session.
//
// Early and late. Expressions of symbols that the inputs' shapes bind are
// *early*: they are evaluated once per binding (Binding.h). The others are
// *late*, and so are the buffers whose dims use them. Where several commands
// may follow each other without binding a symbol is a *segment*: it starts at
// the start of a list and after each command that may bind. A late buffer gets
// its memory when the segment starts that first writes it; all that a segment
// starts share one block.
//
// The state that says whether a buffer has its memory already is the one that
// the plan verifier calls "written", see there.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_RUNTIME_PROGRAM_H
#define TILEWRIGHT_LIB_RUNTIME_PROGRAM_H

#include "tilewright/Module/Lifetimes.h"
#include "tilewright/Module/Module.h"
#include "tilewright/Support/DimProgram.h"

namespace tilewright {

/// Index into Program::exprs.
using ExprId = uint32_t;

struct LoweredCommand;

struct LoweredList {
  uint32_t startSegment = 0;
  std::vector<LoweredCommand> commands;
};

/// Which members are used depends on the kind of the source.
struct LoweredCommand {
  const Command *source = nullptr;
  /// As in Lifetimes.h.
  uint32_t number = 0;

  /// Kernel: inputs, then outputs. Copy: from, to. FillDims, BindDims, If: one.
  std::vector<BufferId> buffers;
  /// Kernel: sizes. FillDims, SetDims: values. CheckDims: lhs, then rhs.
  /// Loop: the carried symbols' init.
  std::vector<ExprId> exprs;
  /// Loop: the carried symbols' next.
  std::vector<ExprId> nextExprs;
  /// The numbers of the symbols that BindDims, SetDims or a Loop (the carried
  /// ones) bind.
  std::vector<uint32_t> slots;

  // Kernel.
  uint32_t inputs = 0;
  ExprId blocks = 0, scratch = 0, work = 0;
  /// All sizes are early: the kernel's place in Binding::kernels; or -1.
  int32_t prepared = -1;

  /// Body, then-branch.
  LoweredList first;
  LoweredList second;
  /// Loop.
  uint32_t tripsSlot = 0;
  /// Symbols that are 0 after a loop without trips.
  std::vector<uint32_t> zeroSlots;

  /// The segment that starts after the command, if it may bind a symbol.
  bool endsSegment = false;
  uint32_t segmentAfter = 0;
};

struct BufferInfo {
  BufferId root = 0;
  std::vector<ExprId> dims;
  /// From the start of the root.
  ExprId offset = 0;
  bool isView = false;
  /// Roots: the size is known only on the way.
  bool late = false;
  /// Late roots that a loop grows or swaps: they have memory of their own.
  bool dedicated = false;
  /// Roots: the first command that writes it, if it is no loop.
  const Command *writer = nullptr;
};

struct Segment {
  /// Late temporaries that start here, in one block.
  std::vector<BufferId> block;
  /// Late temporaries that start here and have memory of their own.
  std::vector<BufferId> dedicated;
  /// Late outputs that start here.
  std::vector<BufferId> outputs;
  bool empty() const {
    return block.empty() && dedicated.empty() && outputs.empty();
  }
};

struct Program {
  /// The plan is verified.
  static std::unique_ptr<const Program>
  build(std::shared_ptr<const Module> module, size_t target);

  std::shared_ptr<const Module> module;
  const Plan *plan = nullptr;

  std::vector<std::string> symbols;
  /// The first so many are bound by the inputs.
  uint32_t earlySymbols = 0;

  std::vector<DimProgram> exprs;
  std::vector<std::string> texts;
  std::vector<bool> early;

  std::vector<BufferInfo> buffers;
  std::vector<Lifetime> lifetimes;
  /// Weights and constants have their address for good; others null.
  std::vector<std::byte *> fixedAddresses;
  std::vector<BufferId> earlyTemporaries;
  /// By number of the input or output; noBuffer if nobody uses it.
  std::vector<BufferId> inputBuffers, outputBuffers;

  std::vector<Segment> segments;
  LoweredList commands;
  /// Pointers into `commands`: the kernels whose sizes are all early.
  std::vector<const LoweredCommand *> preparedKernels;
  size_t maxArguments = 0, maxSizes = 0;
  uint32_t commandCount = 0;
  std::vector<Tensor> constants;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_RUNTIME_PROGRAM_H

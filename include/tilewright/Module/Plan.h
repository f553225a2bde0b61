//===- Plan.h - the launch plan of a model --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A `Plan` is how a model runs on one target, as data: buffers whose sizes are
// expressions over named symbols, and a list of commands. The runtime binds the
// symbols from the shapes of the inputs, gives every buffer an address and goes
// through the commands; no host code is generated.
//
// For softmax(x) of x: f32[N, 10], reshaped to [N*10] for the caller:
//
//     buffers    0 x        f32[N, 10]  Input 0
//                1 y        f32[N*10]   Output 0
//                2 y.2d     f32[N, 10]  View of 1 at byte 0
//     commands   Kernel "softmax_0" code 0 (0) -> (2) sizes [N] blocks N
//
// Symbols. Those in the dims of the inputs are bound before the first command.
// BindDims, SetDims and Loop bind others on the way, again on each trip of a
// loop. A command may use a buffer only when all symbols in its dims are bound
// and, but for inputs, weights and constants, an earlier command has written it
// (FillDims, Copy, Kernel, Loop). In a branch of an If or the body of a Loop,
// what was written before it may be used; after an If only what both branches
// wrote, after a Loop only its results (Carried::current, Stacked::result) and
// what was written before it.
//
// Memory. Rows are dense, the last axis fastest. The runtime finds the
// lifetimes of temporaries from the commands (Module/Lifetimes.h) and shares
// their memory. Kernel arguments are 64-byte aligned and the outputs of a
// kernel overlap none of its other arguments: a view at an offset that is no
// multiple of 64 can only be used by the other commands.
//
// What a kernel counts (NonZero, NonMaxSuppression): the kernel writes a buffer
// of the largest possible size and the count into an i64 buffer; BindDims gives
// the count its symbol; a View of the large buffer with the symbol in its dims
// is the result.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_MODULE_PLAN_H
#define TILEWRIGHT_MODULE_PLAN_H

#include "tilewright/Support/DType.h"
#include "tilewright/Support/DimExpr.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tilewright {

/// Index into Plan::buffers.
using BufferId = uint32_t;
constexpr BufferId noBuffer = UINT32_MAX;

/// Largest constant that is kept in the plan; larger ones are weights.
constexpr size_t maxConstantBytes = 1024;

enum class BufferKind : uint8_t {
  /// `index` counts the model's inputs; each input has at most one buffer.
  Input = 0,
  /// `index` counts the model's outputs; each output has exactly one buffer.
  Output,
  /// `index` is what ModuleWriter::addWeight returned.
  Weight,
  /// `bytes` are the elements.
  Constant,
  Temporary,
  /// The memory of buffer `base` from byte `offset` on, under another type and
  /// shape. The base comes earlier in the list and may be a view itself.
  View,
};

struct Buffer {
  /// For messages and listings.
  std::string name;
  DType type = DType::F32;
  std::vector<DimExpr> dims;
  BufferKind kind = BufferKind::Temporary;
  uint32_t index = 0;
  std::string bytes;
  BufferId base = noBuffer;
  DimExpr offset;
};

/// An entry point of the target's code. Kernels that are equal up to names
/// share one.
struct KernelCode {
  /// The exported symbol.
  std::string symbol;
  uint32_t inputs = 0, outputs = 0;
  /// How many size arguments it takes.
  uint32_t sizes = 0;
};

struct Command;
using Commands = std::vector<Command>;

/// Runs a kernel over all of its blocks.
struct KernelCommand {
  static constexpr const char *kind = "kernel";
  /// Unique in the plan: the `sym_name` of the tw.kernel.
  std::string name;
  /// Index into Plan::kernels.
  uint32_t code = 0;
  std::vector<BufferId> inputs, outputs;
  std::vector<DimExpr> sizes;
  DimExpr blocks = 1;
  /// Bytes of scratch memory for each thread.
  DimExpr scratchBytes = 0;
  /// About how many scalar operations all blocks do together, to tell kernels
  /// that are worth several threads from those that are not. 0: unknown.
  DimExpr work = 0;
};

/// Copies all bytes of `from` to `to`: same type, same number of elements.
struct CopyCommand {
  static constexpr const char *kind = "copy";
  BufferId from = noBuffer, to = noBuffer;
};

/// Writes the values of expressions into an i64 buffer.
struct FillDimsCommand {
  static constexpr const char *kind = "fill_dims";
  BufferId to = noBuffer;
  std::vector<DimExpr> values;
};

/// Element i of an integer buffer becomes the value of symbol i.
struct BindDimsCommand {
  static constexpr const char *kind = "bind_dims";
  BufferId from = noBuffer;
  std::vector<std::string> symbols;
};

/// Symbols take the values of expressions, all at once. The end of a branch
/// says with it what the sizes of the If's results are, before it writes them.
struct SetDimsCommand {
  static constexpr const char *kind = "set_dims";
  std::vector<std::string> symbols;
  std::vector<DimExpr> values;
};

/// An error with this message and both values unless lhs[i] == rhs[i].
struct CheckDimsCommand {
  static constexpr const char *kind = "check_dims";
  std::vector<DimExpr> lhs, rhs;
  std::string message;
};

/// Runs one list or the other. Both write the buffers that are used after it.
struct IfCommand {
  static constexpr const char *kind = "if";
  /// bool, one element.
  BufferId condition = noBuffer;
  Commands thenCommands, elseCommands;
};

/// A loop with carried values and stacked outputs; the semantics of tw.loop.
///
///     current := init; symbol := init          (all carried ones)
///     for iteration in 0 .. maxTrips, while the condition holds:
///       body                                   (reads current, writes next)
///       result[iteration] := element           (all stacked ones)
///       condition := bodyCondition
///       symbol := next; swap(current, next)
///     trips := number of iterations
struct LoopCommand {
  static constexpr const char *kind = "loop";
  /// i32 or i64, one element; noBuffer: no limit.
  BufferId maxTrips = noBuffer;
  /// bool, one element, read before the first trip; noBuffer: true.
  BufferId condition = noBuffer;
  /// A temporary, i64, one element, that the loop writes before each trip;
  /// noBuffer: the body does not want it.
  BufferId iteration = noBuffer;
  /// bool, one element, read after each trip; noBuffer: true.
  BufferId bodyCondition = noBuffer;

  /// `current` and `next` are temporaries that belong to this loop alone; the
  /// body does not write `current`. `current` is used in the body and after
  /// the loop. What the body passes on unchanged it copies to `next`.
  struct Carried {
    BufferId init = noBuffer, current = noBuffer, next = noBuffer;
  };
  std::vector<Carried> carried;

  /// A symbol of the carried buffers' dims that changes from trip to trip.
  struct CarriedSymbol {
    std::string name;
    DimExpr init, next;
  };
  std::vector<CarriedSymbol> carriedSymbols;

  /// `result` is a temporary of dims [trips, dims of element...].
  struct Stacked {
    BufferId element = noBuffer, result = noBuffer;
  };
  std::vector<Stacked> stacked;

  /// The symbol that is bound when the loop has ended. With no trips, symbols
  /// that only the body binds are 0 after it.
  std::string trips;
  Commands body;
};

struct Command {
  std::variant<KernelCommand, CopyCommand, FillDimsCommand, BindDimsCommand,
               SetDimsCommand, CheckDimsCommand, IfCommand, LoopCommand>
      body;
  /// The nodes of the model that it came from, as messages and profiles show
  /// them: "conv1 (Conv)".
  std::vector<std::string> nodes;

  template <typename T> const T *as() const { return std::get_if<T>(&body); }
};

struct Plan {
  std::vector<Buffer> buffers;
  std::vector<KernelCode> kernels;
  Commands commands;
};

/// An input or output of a model.
struct Argument {
  std::string name;
  DType type = DType::F32;
  std::vector<DimExpr> dims;
};

/// What a caller of the model has to know.
struct Signature {
  std::vector<Argument> inputs, outputs;
  /// What is known of the symbols, those of plans too. One that is missing here
  /// is a size: [0, 2^62].
  SymbolRanges symbols;
};

/// "f32[N, 3]".
std::string typeString(DType type, const std::vector<DimExpr> &dims);

} // namespace tilewright

#endif // TILEWRIGHT_MODULE_PLAN_H

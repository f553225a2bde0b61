//===- Commands.cpp - runs the commands of a plan -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Executor.h"

#include "tilewright/Module/ShapeBinding.h"
#include "tilewright/Support/SizeMessage.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <variant>

namespace tilewright {

bool Executor::runList(const LoweredList &list) {
  if (!startSegment(list.startSegment))
    return false;
  for (const LoweredCommand &command : list.commands) {
    bool ok = profile ? runTimed(command) : runCommand(command);
    if (!ok) {
      // The innermost command with a node says where.
      const std::vector<std::string> &nodes = command.source->nodes;
      if (!nodes.empty() && !evaluator.located) {
        evaluator.error = evaluator.error->in(describeNode(nodes.front()));
        evaluator.located = true;
      }
      return false;
    }
    if (command.endsSegment && !startSegment(command.segmentAfter))
      return false;
  }
  return true;
}

bool Executor::runTimed(const LoweredCommand &command) {
  auto start = std::chrono::steady_clock::now();
  bool ok = runCommand(command);
  auto time = std::chrono::steady_clock::now() - start;
  ++context.calls[command.number];
  context.nanoseconds[command.number] += uint64_t(
      std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
  return ok;
}

bool Executor::runCommand(const LoweredCommand &command) {
  return std::visit([&](const auto &body) { return run(command, body); },
                    command.source->body);
}

//===----------------------------------------------------------------------===//
// Straight-line commands
//===----------------------------------------------------------------------===//

bool Executor::run(const LoweredCommand &command, const KernelCommand &kernel) {
  const Binding &binding = *context.binding;
  Launch launch;
  launch.code = kernel.code;
  launch.name = &kernel.name;
  const int64_t *offsets;
  if (command.prepared >= 0 &&
      binding.kernels[size_t(command.prepared)].valid) {
    const PreparedKernel &prepared = binding.kernels[size_t(command.prepared)];
    launch.sizes = binding.sizes.data() + prepared.sizesAt;
    launch.blocks = prepared.blocks;
    launch.work = prepared.work;
    offsets = binding.argumentOffsets.data() + prepared.offsetsAt;
  } else {
    int64_t scratch;
    for (size_t i = 0; i < command.exprs.size(); ++i)
      if (!evaluator.value(command.exprs[i], context.sizes[i]))
        return false;
    if (!evaluator.value(command.blocks, launch.blocks) ||
        !evaluator.value(command.work, launch.work) ||
        !evaluator.value(command.scratch, scratch) ||
        !evaluator.kernelArguments(command, context.offsets.data()) ||
        !reserveScratch(roundUp64(std::min(scratch, INT64_MAX - 64))))
      return false;
    launch.sizes = context.sizes.data();
    offsets = context.offsets.data();
  }
  for (size_t i = 0; i < command.buffers.size(); ++i)
    context.arguments[i] =
        context.addresses[program.buffers[command.buffers[i]].root] +
        offsets[i];
  launch.buffers = context.arguments.data();
  launch.scratch = context.scratch.data();
  launch.scratchStride = scratchStride;
  launch.threads = &threads;
  if (checkMemory)
    return launchGuarded(command, launch);
  executable.launch(launch);
  return true;
}

bool Executor::locate(BufferId id, std::byte *&address, int64_t &bytes) {
  int64_t offset;
  if (!evaluator.range(id, offset, bytes))
    return false;
  address = context.addresses[program.buffers[id].root] + offset;
  return true;
}

bool Executor::run(const LoweredCommand &command, const CopyCommand &) {
  std::byte *from, *to;
  int64_t fromBytes, toBytes;
  if (!locate(command.buffers[0], from, fromBytes) ||
      !locate(command.buffers[1], to, toBytes))
    return false;
  if (fromBytes != toBytes)
    return fail(error("a copy of ", fromBytes, " bytes to ", toBytes,
                      " bytes (",
                      program.plan->buffers[command.buffers[0]].name, " to ",
                      program.plan->buffers[command.buffers[1]].name, ")"));
  if (toBytes != 0)
    std::memmove(to, from, size_t(toBytes));
  return true;
}

bool Executor::run(const LoweredCommand &command, const FillDimsCommand &) {
  std::byte *to;
  int64_t bytes;
  if (!locate(command.buffers[0], to, bytes))
    return false;
  for (size_t i = 0; i < command.exprs.size(); ++i) {
    int64_t value;
    if (!evaluator.value(command.exprs[i], value))
      return false;
    std::memcpy(to + i * sizeof(value), &value, sizeof(value));
  }
  return true;
}

bool Executor::bind(uint32_t slot, int64_t value) {
  if (Status status = checkRange(program.symbols[slot], value,
                                 program.module->signature().symbols);
      !status)
    return fail(status.error());
  context.symbols[slot] = value;
  return true;
}

bool Executor::run(const LoweredCommand &command, const BindDimsCommand &) {
  for (size_t i = 0; i < command.slots.size(); ++i) {
    int64_t value;
    if (!readInteger(command.buffers[0], int64_t(i), value) ||
        !bind(command.slots[i], value))
      return false;
  }
  return true;
}

bool Executor::run(const LoweredCommand &command, const SetDimsCommand &) {
  // All at once: the values may use the symbols.
  std::vector<int64_t> &values = context.numbers;
  values.resize(command.exprs.size());
  for (size_t i = 0; i < values.size(); ++i)
    if (!evaluator.value(command.exprs[i], values[i]))
      return false;
  for (size_t i = 0; i < values.size(); ++i)
    if (!bind(command.slots[i], values[i]))
      return false;
  return true;
}

bool Executor::run(const LoweredCommand &command,
                   const CheckDimsCommand &check) {
  size_t count = command.exprs.size() / 2;
  for (size_t i = 0; i < count; ++i) {
    ExprId left = command.exprs[i], right = command.exprs[count + i];
    int64_t lhs, rhs;
    if (!evaluator.value(left, lhs) || !evaluator.value(right, rhs))
      return false;
    if (lhs != rhs)
      return fail(error(sizeMessage(check.message, {program.texts[left], lhs},
                                    {program.texts[right], rhs})));
  }
  return true;
}

bool Executor::readBool(BufferId id, bool &value) {
  std::byte *from;
  int64_t bytes;
  if (!locate(id, from, bytes))
    return false;
  value = *from != std::byte(0);
  return true;
}

bool Executor::readInteger(BufferId id, int64_t index, int64_t &value) {
  std::byte *from;
  int64_t bytes;
  if (!locate(id, from, bytes))
    return false;
  auto load = [&](auto zero) {
    std::memcpy(&zero, from + index * int64_t(sizeof(zero)), sizeof(zero));
    return zero;
  };
  switch (program.plan->buffers[id].type) {
  case DType::I8:
    // A number, not a character. NOLINTNEXTLINE(bugprone-signed-char-misuse)
    value = load(int8_t(0));
    return true;
  case DType::I16:
    value = load(int16_t(0));
    return true;
  case DType::I32:
    value = load(int32_t(0));
    return true;
  case DType::U8:
    value = load(uint8_t(0));
    return true;
  case DType::U16:
    value = load(uint16_t(0));
    return true;
  case DType::U32:
    value = load(uint32_t(0));
    return true;
  case DType::U64:
    // Too large for any range if it does not fit.
    value = int64_t(std::min(load(uint64_t(0)), uint64_t(INT64_MAX)));
    return true;
  default:
    value = load(int64_t(0));
    return true;
  }
}

//===----------------------------------------------------------------------===//
// Branches and loops
//===----------------------------------------------------------------------===//

bool Executor::run(const LoweredCommand &command, const IfCommand &) {
  bool condition;
  return readBool(command.buffers[0], condition) &&
         runList(condition ? command.first : command.second);
}

Error Executor::carriedMismatch(BufferId id, int64_t room, int64_t bytes) {
  const Buffer &buffer = program.plan->buffers[id];
  return error("the carried value '", buffer.name, "' of type ",
               typeString(buffer.type, buffer.dims), " takes ", room,
               " bytes, but is given ", bytes);
}

bool Executor::startLoop(const LoweredCommand &command,
                         const LoopCommand &loop) {
  std::vector<int64_t> &values = context.numbers;
  values.resize(command.exprs.size());
  for (size_t i = 0; i < values.size(); ++i)
    if (!evaluator.value(command.exprs[i], values[i]))
      return false;
  // The initial values, whose sizes may use what the symbols are now, go to
  // their places, whose sizes use what the symbols are then.
  for (const auto &carried : loop.carried) {
    std::byte *from;
    int64_t bytes;
    if (!locate(carried.init, from, bytes))
      return false;
    if (program.buffers[carried.current].dedicated) {
      if (!placeDedicated(carried.current, bytes))
        return false;
    } else {
      int64_t room;
      if (!evaluator.bytes(carried.current, room))
        return false;
      if (bytes != room)
        return fail(carriedMismatch(carried.current, room, bytes));
    }
    if (bytes != 0)
      std::memcpy(context.addresses[carried.current], from, size_t(bytes));
    initBytes.push_back(bytes);
  }
  for (size_t i = 0; i < values.size(); ++i)
    if (!bind(command.slots[i], values[i]))
      return false;
  size_t first = initBytes.size() - loop.carried.size();
  for (size_t i = 0; i < loop.carried.size(); ++i) {
    int64_t bytes;
    if (!evaluator.bytes(loop.carried[i].current, bytes))
      return false;
    if (bytes != initBytes[first + i])
      return fail(carriedMismatch(loop.carried[i].current, bytes,
                                  initBytes[first + i]));
  }
  initBytes.resize(first);
  return true;
}

bool Executor::stackElements(const LoopCommand &loop, int64_t trip) {
  for (const auto &stacked : loop.stacked) {
    std::byte *from;
    int64_t bytes, before, all;
    if (!locate(stacked.element, from, bytes))
      return false;
    std::vector<int64_t> &firstShape = context.elementShapes[stacked.result];
    std::vector<int64_t> &shape = trip == 0 ? firstShape : context.numbers;
    if (!evaluator.shape(stacked.element, shape))
      return false;
    if (shape != firstShape)
      return fail(error("the stacked value '",
                        program.plan->buffers[stacked.element].name,
                        "' has shape ", shapeString(shape), " in trip ", trip,
                        ", but ", shapeString(firstShape), " in trip 0"));
    if (__builtin_mul_overflow(bytes, trip, &before) ||
        __builtin_add_overflow(before, bytes, &all) ||
        !context.dedicated[stacked.result].reserve(all, before))
      return fail(error("not enough memory for the stacked value '",
                        program.plan->buffers[stacked.result].name, "'"));
    if (bytes != 0)
      std::memcpy(context.dedicated[stacked.result].data() + before, from,
                  size_t(bytes));
  }
  return true;
}

bool Executor::carryOver(const LoweredCommand &command,
                         const LoopCommand &loop) {
  size_t first = initBytes.size();
  for (const auto &carried : loop.carried) {
    int64_t bytes;
    if (!evaluator.bytes(carried.next, bytes))
      return false;
    initBytes.push_back(bytes);
  }
  std::vector<int64_t> &values = context.numbers;
  values.resize(command.nextExprs.size());
  for (size_t i = 0; i < values.size(); ++i)
    if (!evaluator.value(command.nextExprs[i], values[i]))
      return false;
  for (size_t i = 0; i < values.size(); ++i)
    if (!bind(command.slots[i], values[i]))
      return false;
  for (size_t i = 0; i < loop.carried.size(); ++i) {
    const auto &carried = loop.carried[i];
    int64_t bytes;
    if (!evaluator.bytes(carried.current, bytes))
      return false;
    if (bytes != initBytes[first + i])
      return fail(
          carriedMismatch(carried.current, bytes, initBytes[first + i]));
    std::swap(context.addresses[carried.current],
              context.addresses[carried.next]);
    std::swap(context.dedicated[carried.current],
              context.dedicated[carried.next]);
  }
  initBytes.resize(first);
  return true;
}

bool Executor::run(const LoweredCommand &command, const LoopCommand &loop) {
  int64_t maxTrips = INT64_MAX;
  bool condition = true;
  if ((loop.maxTrips != noBuffer && !readInteger(loop.maxTrips, 0, maxTrips)) ||
      (loop.condition != noBuffer && !readBool(loop.condition, condition)) ||
      !startLoop(command, loop))
    return false;
  int64_t trip = 0;
  for (; trip < maxTrips && condition; ++trip) {
    if (loop.iteration != noBuffer) {
      std::byte *to;
      int64_t bytes;
      if (!locate(loop.iteration, to, bytes))
        return false;
      std::memcpy(to, &trip, sizeof(trip));
    }
    if (!runList(command.first) || !stackElements(loop, trip))
      return false;
    if ((loop.bodyCondition != noBuffer &&
         !readBool(loop.bodyCondition, condition)) ||
        !carryOver(command, loop))
      return false;
  }
  if (trip == 0)
    for (uint32_t slot : command.zeroSlots)
      context.symbols[slot] = 0;
  if (!bind(command.tripsSlot, trip))
    return false;
  for (const auto &stacked : loop.stacked) {
    int64_t bytes;
    if (!evaluator.bytes(stacked.result, bytes))
      return false;
    if (!placeDedicated(stacked.result, bytes))
      return false;
  }
  return true;
}

} // namespace tilewright

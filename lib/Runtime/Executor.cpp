//===- Executor.cpp - gives buffers their memory --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Executor.h"

#include "tilewright/Runtime/MemoryPlanner.h"

#include <algorithm>
#include <cstring>

namespace tilewright {

static Error outOfMemory(const char *what, int64_t bytes) {
  return error("not enough memory for ", what, " (", bytes, " bytes)");
}

Status Executor::run(const std::vector<Tensor> &givenInputs,
                     std::vector<Tensor> &givenOutputs) {
  inputs = &givenInputs;
  outputs = &givenOutputs;
  context.loopBytes.clear();
  const std::vector<int64_t> &early = context.binding->symbols;
  std::copy(early.begin(), early.end(), context.symbols.begin());
  bool ok = placeInputs() && placeTemporaries();
  for (size_t i = 0; ok && i < program.outputBuffers.size(); ++i) {
    context.givenOutputs[i] = (*outputs)[i].data() != nullptr;
    if (!program.buffers[program.outputBuffers[i]].late)
      ok = placeOutput(program.outputBuffers[i]);
  }
  ok = ok && runList(program.commands);
  if (!ok)
    return *evaluator.error;
  finishOutputs();
  return Status::success();
}

bool Executor::placeInputs() {
  for (size_t i = 0; i < inputs->size(); ++i) {
    BufferId id = program.inputBuffers[i];
    if (id == noBuffer)
      continue;
    const Tensor &tensor = (*inputs)[i];
    // Nobody writes to an input.
    auto *data = const_cast<std::byte *>(tensor.as<std::byte>());
    if (reinterpret_cast<uintptr_t>(data) % 64 != 0) {
      if (!context.inputCopies[i].reserve(tensor.bytes()))
        return fail(outOfMemory("an input", tensor.bytes()));
      std::memcpy(context.inputCopies[i].data(), data, size_t(tensor.bytes()));
      data = context.inputCopies[i].data();
    }
    context.addresses[id] = data;
  }
  return true;
}

bool Executor::placeTemporaries() {
  const Binding &binding = *context.binding;
  if (!context.arena.reserve(binding.arenaBytes))
    return fail(outOfMemory("temporary buffers", binding.arenaBytes));
  for (size_t i = 0; i < program.earlyTemporaries.size(); ++i)
    context.addresses[program.earlyTemporaries[i]] =
        context.arena.data() + binding.offsets[i];
  return reserveScratch(binding.scratchBytes);
}

bool Executor::reserveScratch(int64_t bytesPerThread) {
  if (bytesPerThread <= scratchStride)
    return true;
  int64_t all;
  if (__builtin_mul_overflow(bytesPerThread, int64_t(threads.threads()),
                             &all) ||
      !context.scratch.reserve(all))
    return fail(outOfMemory("scratch of each thread", bytesPerThread));
  scratchStride = bytesPerThread;
  return true;
}

static bool overlap(const void *a, int64_t aBytes, const void *b,
                    int64_t bBytes) {
  auto x = reinterpret_cast<uintptr_t>(a), y = reinterpret_cast<uintptr_t>(b);
  return x < y + uintptr_t(bBytes) && y < x + uintptr_t(aBytes);
}

bool Executor::placeOutput(BufferId id) {
  const Buffer &buffer = program.plan->buffers[id];
  size_t index = buffer.index;
  const std::string &outputName =
      program.module->signature().outputs[index].name;
  Tensor &tensor = (*outputs)[index];
  context.copiedOutputs[index] = false;
  int64_t bytes;
  if (!evaluator.bytes(id, bytes))
    return false;
  // Compare without building the shape, which would allocate.
  const std::vector<ExprId> &dims = program.buffers[id].dims;
  bool same = context.givenOutputs[index] && tensor.type() == buffer.type &&
              tensor.shape().size() == dims.size();
  for (size_t axis = 0; same && axis < dims.size(); ++axis) {
    int64_t size;
    if (!evaluator.value(dims[axis], size))
      return false;
    same = tensor.shape()[axis] == size;
  }
  if (!same) {
    std::vector<int64_t> shape;
    if (!evaluator.shape(id, shape))
      return false;
    if (context.givenOutputs[index])
      return fail(error("output '", outputName, "' is ", name(buffer.type),
                        shapeString(shape), ", but the given tensor is ",
                        tensor.typeString()));
    Result<Tensor> fresh = Tensor::allocate(buffer.type, std::move(shape));
    if (!fresh)
      return fail(fresh.error().in("output '" + outputName + "'"));
    tensor = fresh.take();
  }
  bool direct = reinterpret_cast<uintptr_t>(tensor.data()) % 64 == 0;
  if (context.givenOutputs[index])
    for (const Tensor &input : *inputs)
      direct =
          direct && !overlap(tensor.data(), bytes, input.data(), input.bytes());
  if (direct) {
    context.addresses[id] = tensor.as<std::byte>();
    return true;
  }
  if (!context.outputCopies[index].reserve(bytes))
    return fail(outOfMemory("an output", bytes));
  context.copiedOutputs[index] = true;
  context.addresses[id] = context.outputCopies[index].data();
  return true;
}

void Executor::finishOutputs() {
  for (size_t i = 0; i < outputs->size(); ++i)
    if (context.copiedOutputs[i])
      std::memcpy((*outputs)[i].data(), context.outputCopies[i].data(),
                  size_t((*outputs)[i].bytes()));
}

//===----------------------------------------------------------------------===//
// Late buffers
//===----------------------------------------------------------------------===//

bool Executor::startSegment(uint32_t index) {
  const Segment &segment = program.segments[index];
  if (segment.empty())
    return true;
  if (!segment.block.empty() && !placeBlock(index))
    return false;
  for (BufferId id : segment.dedicated) {
    int64_t bytes;
    if (!evaluator.bytes(id, bytes) || !placeDedicated(id, bytes))
      return false;
  }
  for (BufferId id : segment.outputs)
    if (!placeOutput(id))
      return false;
  return true;
}

bool Executor::placeDedicated(BufferId id, int64_t bytes) {
  if (!context.dedicated[id].reserve(bytes))
    return fail(outOfMemory("a buffer of a loop", bytes));
  context.addresses[id] = context.dedicated[id].data();
  return true;
}

bool Executor::placeBlock(uint32_t index) {
  constexpr size_t keptPlans = 16;
  const std::vector<BufferId> &ids = program.segments[index].block;
  SegmentPlans &plans = context.segmentPlans[index];
  std::vector<int64_t> &sizes = context.numbers;
  sizes.resize(ids.size());
  for (size_t i = 0; i < ids.size(); ++i)
    if (!evaluator.bytes(ids[i], sizes[i]))
      return false;
  SegmentPlans::Entry *entry = nullptr;
  for (SegmentPlans::Entry &known : plans.entries)
    if (known.sizes == sizes)
      entry = &known;
  if (!entry) {
    std::vector<MemoryRequest> requests(ids.size());
    for (size_t i = 0; i < ids.size(); ++i) {
      requests[i].bytes = sizes[i];
      requests[i].life = program.lifetimes[ids[i]];
    }
    Result<int64_t> bytes = planMemory(requests);
    if (!bytes)
      return fail(bytes.error());
    if (plans.entries.size() < keptPlans)
      entry = &plans.entries.emplace_back();
    else
      entry = &plans.entries[plans.nextVictim++ % keptPlans];
    entry->sizes = sizes;
    entry->bytes = *bytes;
    entry->offsets.clear();
    for (const MemoryRequest &request : requests)
      entry->offsets.push_back(request.offset);
  }
  Block &block = context.segmentBlocks[index];
  if (!block.reserve(entry->bytes))
    return fail(outOfMemory("temporary buffers", entry->bytes));
  for (size_t i = 0; i < ids.size(); ++i)
    context.addresses[ids[i]] = block.data() + entry->offsets[i];
  return true;
}

} // namespace tilewright

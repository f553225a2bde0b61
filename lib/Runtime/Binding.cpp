//===- Binding.cpp - what follows from the shapes of the inputs -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Binding.h"

#include "tilewright/Module/ShapeBinding.h"
#include "tilewright/Runtime/MemoryPlanner.h"

#include <algorithm>

namespace tilewright {

std::string describeNode(const std::string &node) {
  size_t end = std::min(node.rfind(" ("), node.size());
  return "node '" + node.substr(0, end) + "'" + node.substr(end);
}

//===----------------------------------------------------------------------===//
// Evaluator
//===----------------------------------------------------------------------===//

std::string Evaluator::describe(BufferId id) const {
  const Buffer &buffer = program.plan->buffers[id];
  return "buffer '" + buffer.name + "' of type " +
         typeString(buffer.type, buffer.dims);
}

bool Evaluator::value(ExprId id, int64_t &out) {
  std::optional<int64_t> result =
      program.early[id] ? earlyValues[id] : program.exprs[id].evaluate(symbols);
  if (!result)
    return fail(tilewright::error("the size ", program.texts[id],
                                  " does not fit in 64 bits"));
  out = *result;
  return true;
}

bool Evaluator::bytes(BufferId id, int64_t &out) {
  int64_t total = byteSize(program.plan->buffers[id].type);
  bool empty = false;
  const std::vector<ExprId> &dims = program.buffers[id].dims;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    int64_t size;
    if (!value(dims[axis], size))
      return false;
    if (size < 0) {
      const Command *writer = program.buffers[id].writer;
      if (!writer || writer->nodes.empty())
        return fail(tilewright::error(describe(id), " has the negative size ",
                                      size, " (", program.texts[dims[axis]],
                                      ")"));
      located = true;
      return fail(tilewright::error("axis ", axis,
                                    " of the result has the negative size ",
                                    size)
                      .in(describeNode(writer->nodes.front())));
    }
    empty |= size == 0;
    if (size != 0 &&
        (__builtin_mul_overflow(total, size, &total) || total > maxBytes))
      return fail(tilewright::error(describe(id), " has more than 2^60 bytes"));
  }
  out = empty ? 0 : total;
  return true;
}

bool Evaluator::shape(BufferId id, std::vector<int64_t> &out) {
  int64_t ignored;
  if (!bytes(id, ignored))
    return false;
  out.clear();
  for (ExprId dim : program.buffers[id].dims) {
    int64_t size;
    if (!value(dim, size))
      return false;
    out.push_back(size);
  }
  return true;
}

bool Evaluator::range(BufferId id, int64_t &offset, int64_t &size) {
  if (!bytes(id, size))
    return false;
  offset = 0;
  const BufferInfo &info = program.buffers[id];
  if (!info.isView)
    return true;
  int64_t whole;
  if (!value(info.offset, offset) || !bytes(info.root, whole))
    return false;
  if (offset < 0 || offset > whole || size > whole - offset)
    return fail(tilewright::error(describe(id), " takes bytes ", offset, " to ",
                                  offset, " + ", size, " of ",
                                  describe(info.root), ", which has ", whole));
  return true;
}

bool Evaluator::kernelArguments(const LoweredCommand &kernel,
                                int64_t *offsets) {
  const std::vector<BufferId> &ids = kernel.buffers;
  for (size_t i = 0; i < ids.size(); ++i) {
    int64_t size;
    if (!range(ids[i], offsets[i], size))
      return false;
    if (offsets[i] % 64 != 0)
      return fail(tilewright::error(describe(ids[i]), " starts at byte ",
                                    offsets[i],
                                    ", which is no multiple of 64"));
    // Outputs against everything before them.
    for (size_t j = 0; i >= kernel.inputs && j < i; ++j) {
      if (program.buffers[ids[i]].root != program.buffers[ids[j]].root)
        continue;
      int64_t otherOffset, otherSize;
      if (!range(ids[j], otherOffset, otherSize))
        return false;
      if (offsets[i] < otherOffset + otherSize &&
          otherOffset < offsets[i] + size)
        return fail(tilewright::error(describe(ids[i]), " overlaps ",
                                      describe(ids[j])));
    }
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Binding
//===----------------------------------------------------------------------===//

Result<std::shared_ptr<const Binding>>
Binding::create(const Program &program,
                const std::vector<std::vector<int64_t>> &shapes) {
  Result<SymbolBindings> symbols =
      bindShapes(program.module->signature(), shapes);
  if (!symbols)
    return symbols.error();
  auto binding = std::make_shared<Binding>();
  for (const auto &shape : shapes) {
    binding->key.push_back(int64_t(shape.size()));
    binding->key.insert(binding->key.end(), shape.begin(), shape.end());
  }
  for (uint32_t i = 0; i < program.earlySymbols; ++i)
    binding->symbols.push_back(symbols->at(program.symbols[i]));
  for (size_t i = 0; i < program.exprs.size(); ++i)
    binding->values.push_back(
        program.early[i] ? program.exprs[i].evaluate(binding->symbols.data())
                         : std::nullopt);

  // What is wrong with a buffer or kernel is an error when a command uses it:
  // perhaps it is in a branch that is not taken.
  Evaluator evaluator(program, binding->values, binding->symbols.data());
  std::vector<MemoryRequest> requests;
  for (BufferId id : program.earlyTemporaries) {
    MemoryRequest request;
    request.life = program.lifetimes[id];
    if (!evaluator.bytes(id, request.bytes))
      request.bytes = 0;
    requests.push_back(request);
  }
  Result<int64_t> arena = planMemory(requests);
  if (!arena)
    return arena.error();
  binding->arenaBytes = *arena;
  for (const MemoryRequest &request : requests)
    binding->offsets.push_back(request.offset);

  for (const LoweredCommand *kernel : program.preparedKernels) {
    PreparedKernel prepared;
    prepared.sizesAt = binding->sizes.size();
    prepared.offsetsAt = binding->argumentOffsets.size();
    binding->sizes.resize(prepared.sizesAt + kernel->exprs.size());
    binding->argumentOffsets.resize(prepared.offsetsAt +
                                    kernel->buffers.size());
    int64_t scratch = 0;
    prepared.valid =
        evaluator.value(kernel->blocks, prepared.blocks) &&
        evaluator.value(kernel->work, prepared.work) &&
        evaluator.value(kernel->scratch, scratch) && scratch <= maxBytes &&
        evaluator.kernelArguments(*kernel, binding->argumentOffsets.data() +
                                               prepared.offsetsAt);
    for (size_t i = 0; i < kernel->exprs.size(); ++i)
      prepared.valid = evaluator.value(kernel->exprs[i],
                                       binding->sizes[prepared.sizesAt + i]) &&
                       prepared.valid;
    if (prepared.valid)
      binding->scratchBytes =
          std::max(binding->scratchBytes, roundUp64(scratch));
    binding->kernels.push_back(prepared);
  }
  return std::shared_ptr<const Binding>(std::move(binding));
}

} // namespace tilewright

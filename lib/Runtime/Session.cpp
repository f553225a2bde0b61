//===- Session.cpp - runs a module ----------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Runtime/Session.h"

#include "Executor.h"

#include "tilewright/Module/ShapeBinding.h"

#include <algorithm>
#include <mutex>
#include <pthread.h>
#include <variant>

namespace tilewright {

namespace {
std::mutex processLock;

/// Guards what the runs of sessions share: one for the process, so that a fork
/// takes it, and the child of one never finds it locked by a thread that it
/// does not have.
std::mutex &sharedLock() {
  static const int registered =
      pthread_atfork([] { processLock.lock(); }, [] { processLock.unlock(); },
                     [] { processLock.unlock(); });
  (void)registered;
  return processLock;
}
} // namespace

struct Session::State {
  std::shared_ptr<const Module> module;
  std::shared_ptr<const Device> device;
  SessionOptions options;
  size_t target = 0;
  unsigned threads = 1;
  std::unique_ptr<const Program> program;
  std::unique_ptr<Executable> executable;

  // Under the lock: contexts that nobody uses, bindings from the one used
  // longest ago to the last, and times by command.
  std::vector<std::unique_ptr<Context>> idle;
  std::vector<std::shared_ptr<const Binding>> bindings;
  std::vector<uint64_t> calls, nanoseconds;

  Status checkInputs(const std::vector<Tensor> &inputs) const;
  Status checkOutputs(const std::vector<Tensor> &outputs) const;
  std::unique_ptr<Context> takeContext();
  void giveBack(std::unique_ptr<Context> context);
  Result<std::shared_ptr<const Binding>>
  findBinding(const std::vector<int64_t> &key,
              const std::vector<Tensor> &inputs);
};

//===----------------------------------------------------------------------===//
// Creation
//===----------------------------------------------------------------------===//

Session::Session(std::unique_ptr<State> state) : state(std::move(state)) {}
Session::~Session() = default;
const Module &Session::module() const { return *state->module; }
const TargetProgram &Session::target() const {
  return state->module->targets()[state->target];
}

/// The first target that will do, or why there is none.
static Result<size_t> chooseTarget(const Module &module, const Device &device,
                                   const std::string &wanted) {
  std::string reasons, held;
  for (size_t i = 0; i < module.targets().size(); ++i) {
    const TargetProgram &target = module.targets()[i];
    held += (held.empty() ? "" : ", ") + target.target;
    if (!wanted.empty() && target.target != wanted)
      continue;
    Status status = device.supports(target);
    if (status)
      return i;
    std::string reason = status.error().message;
    reasons +=
        (reasons.empty() ? "" : "; ") + target.target + " (" + reason + ")";
  }
  if (held.empty())
    return error("the module holds code for no target");
  if (reasons.empty())
    return error("the module has no target '", wanted, "'; it has ", held);
  return error("no target of the module can run on device ", device.name(),
               wanted.empty() ? "" : " as target " + wanted,
               "; the module holds: ", reasons);
}

Result<std::unique_ptr<Session>>
Session::create(std::shared_ptr<const Module> module,
                std::shared_ptr<const Device> device, SessionOptions options) {
  auto state = std::make_unique<State>();
  Result<size_t> target = chooseTarget(*module, *device, options.target);
  if (!target)
    return target.error();
  state->target = *target;
  state->threads =
      options.threads == 0 ? ThreadPool::coreCount() : options.threads;
  Result<std::unique_ptr<Executable>> executable =
      device->load(*module, *target);
  if (!executable)
    return executable.error();
  state->executable = executable.take();
  state->program = Program::build(module, *target);
  state->calls.assign(state->program->commandCount, 0);
  state->nanoseconds = state->calls;
  state->module = std::move(module);
  state->device = std::move(device);
  state->options = std::move(options);
  return std::unique_ptr<Session>(new Session(std::move(state)));
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

Status Session::State::checkInputs(const std::vector<Tensor> &inputs) const {
  const Signature &signature = module->signature();
  if (inputs.size() != signature.inputs.size())
    return error("got ", inputs.size(), " inputs, but the model takes ",
                 signature.inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Argument &expected = signature.inputs[i];
    if (inputs[i].type() != expected.type)
      return error("input '", expected.name, "' is ", inputs[i].typeString(),
                   ", but the model takes ",
                   typeString(expected.type, expected.dims));
    for (int64_t size : inputs[i].shape())
      if (size < 0)
        return error("input '", expected.name, "' has the negative size ",
                     size);
    if (!inputs[i].data() && inputs[i].size() != 0)
      return error("input '", expected.name, "' has no data");
  }
  return Status::success();
}

Status Session::State::checkOutputs(const std::vector<Tensor> &outputs) const {
  const Signature &signature = module->signature();
  if (outputs.size() != signature.outputs.size())
    return error("got memory for ", outputs.size(),
                 " outputs, but the model gives ", signature.outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      auto a = reinterpret_cast<uintptr_t>(outputs[i].data());
      auto b = reinterpret_cast<uintptr_t>(outputs[j].data());
      if (a && b && a < b + uintptr_t(outputs[j].bytes()) &&
          b < a + uintptr_t(outputs[i].bytes()))
        return error("the memory given for output '", signature.outputs[i].name,
                     "' overlaps that for '", signature.outputs[j].name, "'");
    }
  return Status::success();
}

std::unique_ptr<Context> Session::State::takeContext() {
  {
    std::lock_guard lock(sharedLock());
    if (!idle.empty()) {
      std::unique_ptr<Context> context = std::move(idle.back());
      idle.pop_back();
      return context;
    }
  }
  return std::make_unique<Context>(*program);
}

void Session::State::giveBack(std::unique_ptr<Context> context) {
  std::lock_guard lock(sharedLock());
  if (options.profile) {
    for (size_t i = 0; i < calls.size(); ++i) {
      calls[i] += std::exchange(context->calls[i], 0);
      nanoseconds[i] += std::exchange(context->nanoseconds[i], 0);
    }
  }
  idle.push_back(std::move(context));
}

Result<std::shared_ptr<const Binding>>
Session::State::findBinding(const std::vector<int64_t> &key,
                            const std::vector<Tensor> &inputs) {
  {
    std::lock_guard lock(sharedLock());
    for (size_t i = bindings.size(); i-- > 0;)
      if (bindings[i]->key == key) {
        std::shared_ptr<const Binding> found = bindings[i];
        std::rotate(bindings.begin() + long(i), bindings.begin() + long(i) + 1,
                    bindings.end());
        return found;
      }
  }
  std::vector<std::vector<int64_t>> shapes;
  for (const Tensor &input : inputs)
    shapes.push_back(input.shape());
  Result<std::shared_ptr<const Binding>> binding =
      Binding::create(*program, shapes);
  if (!binding)
    return binding;
  std::lock_guard lock(sharedLock());
  if (bindings.size() >= std::max<size_t>(options.cachedShapes, 1))
    bindings.erase(bindings.begin());
  bindings.push_back(*binding);
  return binding;
}

Status Session::run(const std::vector<Tensor> &inputs,
                    std::vector<Tensor> &outputs) {
  if (Status status = state->checkInputs(inputs); !status)
    return status;
  if (outputs.empty())
    outputs.resize(state->module->signature().outputs.size());
  if (Status status = state->checkOutputs(outputs); !status)
    return status;
  std::unique_ptr<Context> context = state->takeContext();
  context->key.clear();
  for (const Tensor &input : inputs) {
    context->key.push_back(input.rank());
    context->key.insert(context->key.end(), input.shape().begin(),
                        input.shape().end());
  }
  Status status = Status::success();
  if (!context->binding || context->binding->key != context->key) {
    Result<std::shared_ptr<const Binding>> binding =
        state->findBinding(context->key, inputs);
    if (binding)
      context->binding = *binding;
    else
      status = binding.error();
  }
  if (status) {
    ThreadLease threads(state->threads);
    status = Executor(*state->program, *state->executable, *context, threads,
                      state->options)
                 .run(inputs, outputs);
  }
  state->giveBack(std::move(context));
  return status;
}

Result<std::vector<Tensor>> Session::run(const std::vector<Tensor> &inputs) {
  std::vector<Tensor> outputs;
  if (Status status = run(inputs, outputs); !status)
    return status.error();
  return outputs;
}

Result<int64_t>
Session::arenaBytes(const std::vector<std::vector<int64_t>> &shapes) {
  size_t expected = state->module->signature().inputs.size();
  if (shapes.size() != expected)
    return error("got ", shapes.size(), " shapes, but the model takes ",
                 expected, " inputs");
  Result<std::shared_ptr<const Binding>> binding =
      Binding::create(*state->program, shapes);
  if (!binding)
    return binding.error();
  return (*binding)->arenaBytes;
}

//===----------------------------------------------------------------------===//
// One kernel
//===----------------------------------------------------------------------===//

static const KernelCommand *findKernel(const Commands &commands,
                                       const std::string &name) {
  for (const Command &command : commands) {
    const KernelCommand *found = command.as<KernelCommand>();
    if (found && found->name == name)
      return found;
    found = nullptr;
    if (auto *branch = command.as<IfCommand>()) {
      found = findKernel(branch->thenCommands, name);
      if (!found)
        found = findKernel(branch->elseCommands, name);
    }
    if (auto *loop = command.as<LoopCommand>())
      found = findKernel(loop->body, name);
    if (found)
      return found;
  }
  return nullptr;
}

static Result<std::vector<int64_t>>
evaluateAll(const std::vector<DimExpr> &exprs, const SymbolBindings &symbols) {
  std::vector<int64_t> values;
  for (const DimExpr &expr : exprs) {
    Result<int64_t> value = expr.evaluate(symbols);
    if (!value)
      return value.error();
    values.push_back(*value);
  }
  return values;
}

/// Memory that a kernel can take: aligned.
static Result<Tensor> aligned(const Tensor &tensor) {
  if (reinterpret_cast<uintptr_t>(tensor.data()) % 64 == 0)
    return tensor;
  Result<Tensor> copy = Tensor::allocate(tensor.type(), tensor.shape());
  if (copy)
    std::copy_n(tensor.as<std::byte>(), tensor.bytes(), copy->as<std::byte>());
  return copy;
}

Result<std::vector<Tensor>>
Session::runKernel(const std::string &name, const std::vector<Tensor> &inputs,
                   SymbolBindings symbols) {
  const Plan &plan = *state->program->plan;
  const KernelCommand *kernel = findKernel(plan.commands, name);
  if (!kernel)
    return error("the plan has no kernel '", name, "'");
  std::string where = "kernel '" + name + "'";
  if (inputs.size() != kernel->inputs.size())
    return error(where, ": got ", inputs.size(), " inputs, but it takes ",
                 kernel->inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Buffer &buffer = plan.buffers[kernel->inputs[i]];
    if (inputs[i].type() != buffer.type ||
        inputs[i].shape().size() != buffer.dims.size())
      return error(where, ": input ", i, " is ", inputs[i].typeString(),
                   ", but it takes ", typeString(buffer.type, buffer.dims));
    for (size_t axis = 0; axis < buffer.dims.size(); ++axis)
      if (auto symbol = buffer.dims[axis].symbolName())
        symbols.emplace(*symbol, inputs[i].shape()[axis]);
  }
  std::vector<Tensor> kept, outputs;
  std::vector<void *> arguments;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Buffer &buffer = plan.buffers[kernel->inputs[i]];
    Result<std::vector<int64_t>> shape = evaluateAll(buffer.dims, symbols);
    if (!shape)
      return shape.error().in(where);
    if (*shape != inputs[i].shape())
      return error(where, ": input ", i, " is ", inputs[i].typeString(),
                   ", but it takes ", typeString(buffer.type, buffer.dims),
                   " = ", shapeString(*shape));
    Result<Tensor> input = aligned(inputs[i]);
    if (!input)
      return input.error().in(where);
    arguments.push_back(input->data());
    kept.push_back(input.take());
  }
  for (BufferId id : kernel->outputs) {
    const Buffer &buffer = plan.buffers[id];
    Result<std::vector<int64_t>> shape = evaluateAll(buffer.dims, symbols);
    if (!shape)
      return shape.error().in(where);
    Result<Tensor> output = Tensor::allocate(buffer.type, *shape);
    if (!output)
      return output.error().in(where);
    arguments.push_back(output->data());
    outputs.push_back(output.take());
  }
  Result<std::vector<int64_t>> sizes = evaluateAll(kernel->sizes, symbols);
  if (!sizes)
    return sizes.error().in(where);
  Result<std::vector<int64_t>> rest = evaluateAll(
      {kernel->blocks, kernel->work, kernel->scratchBytes}, symbols);
  if (!rest)
    return rest.error().in(where);

  ThreadLease threads(state->threads);
  Block scratch;
  int64_t stride =
              roundUp64(std::clamp((*rest)[2], int64_t(0), int64_t(1) << 48)),
          all;
  if (__builtin_mul_overflow(stride, int64_t(threads.threads()), &all) ||
      !scratch.reserve(all))
    return error(where, ": not enough memory for ", stride,
                 " bytes of scratch for each thread");
  Launch launch;
  launch.code = kernel->code;
  launch.name = &kernel->name;
  launch.buffers = arguments.data();
  launch.sizes = sizes->data();
  launch.blocks = (*rest)[0];
  launch.work = (*rest)[1];
  launch.scratch = scratch.data();
  launch.scratchStride = stride;
  launch.threads = &threads;
  state->executable->launch(launch);
  return outputs;
}

//===----------------------------------------------------------------------===//
// Profile
//===----------------------------------------------------------------------===//

static std::string commandName(const Command &command) {
  if (auto *kernel = command.as<KernelCommand>())
    return kernel->name;
  return std::visit([](const auto &body) { return body.kind; }, command.body);
}

static void listCommands(const LoweredList &list,
                         std::vector<ProfileEntry> &entries) {
  for (const LoweredCommand &command : list.commands) {
    ProfileEntry entry;
    entry.number = command.number;
    entry.name = commandName(*command.source);
    entry.nodes = command.source->nodes;
    entries.push_back(std::move(entry));
    listCommands(command.first, entries);
    listCommands(command.second, entries);
  }
}

std::vector<ProfileEntry> Session::profile() const {
  std::vector<ProfileEntry> entries;
  if (!state->options.profile)
    return entries;
  listCommands(state->program->commands, entries);
  std::lock_guard lock(sharedLock());
  for (ProfileEntry &entry : entries) {
    entry.calls = state->calls[entry.number];
    entry.nanoseconds = state->nanoseconds[entry.number];
  }
  return entries;
}

void Session::resetProfile() {
  std::lock_guard lock(sharedLock());
  std::fill(state->calls.begin(), state->calls.end(), 0);
  std::fill(state->nanoseconds.begin(), state->nanoseconds.end(), 0);
}

} // namespace tilewright

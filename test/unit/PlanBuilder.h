//===- PlanBuilder.h - plans by hand --------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builds a signature and a plan in a few lines:
//
//     PlanBuilder b;
//     BufferId x = b.input("x", DType::F32, {"N"});
//     BufferId y = b.output("y", DType::F32, {"N"});
//     b.kernel("relu", {x}, {y}, {"N"}, "N");
//     b.write(path);
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TEST_UNIT_PLANBUILDER_H
#define TILEWRIGHT_TEST_UNIT_PLANBUILDER_H

#include "tilewright/Module/Module.h"

#include "TestSupport.h"

namespace tilewright::test {

inline DimExpr dim(const std::string &text) {
  auto parsed = DimExpr::parse(text);
  EXPECT_TRUE(bool(parsed)) << messageOf(parsed);
  return parsed ? *parsed : DimExpr();
}

inline std::vector<DimExpr> dims(const std::vector<std::string> &texts) {
  std::vector<DimExpr> result;
  for (const std::string &text : texts)
    result.push_back(dim(text));
  return result;
}

class PlanBuilder {
public:
  using Texts = std::vector<std::string>;

  Plan plan;
  ModuleInfo info;
  std::vector<Weight> weights;
  std::string code;
  std::vector<std::string> features;
  std::string target = "test";

  PlanBuilder() { lists.push_back(&plan.commands); }
  PlanBuilder(const PlanBuilder &) = delete;

  BufferId input(const std::string &name, DType type, const Texts &shape) {
    info.signature.inputs.push_back({name, type, dims(shape)});
    BufferId id = add(name, type, shape, BufferKind::Input);
    plan.buffers[id].index = uint32_t(info.signature.inputs.size() - 1);
    return id;
  }
  BufferId output(const std::string &name, DType type, const Texts &shape) {
    info.signature.outputs.push_back({name, type, dims(shape)});
    BufferId id = add(name, type, shape, BufferKind::Output);
    plan.buffers[id].index = uint32_t(info.signature.outputs.size() - 1);
    return id;
  }
  BufferId temporary(const std::string &name, DType type, const Texts &shape) {
    return add(name, type, shape, BufferKind::Temporary);
  }
  BufferId view(BufferId base, DType type, const Texts &shape,
                const std::string &offset = "0") {
    BufferId id =
        add(plan.buffers[base].name + ".view", type, shape, BufferKind::View);
    plan.buffers[id].base = base;
    plan.buffers[id].offset = dim(offset);
    return id;
  }
  BufferId weight(const std::string &name, Tensor tensor) {
    Texts shape;
    for (int64_t extent : tensor.shape())
      shape.push_back(std::to_string(extent));
    BufferId id = add(name, tensor.type(), shape, BufferKind::Weight);
    plan.buffers[id].index = uint32_t(weights.size());
    weights.push_back({name, std::move(tensor)});
    return id;
  }
  template <typename T>
  BufferId constant(DType type, const Texts &shape,
                    const std::vector<T> &values) {
    BufferId id = add("constant", type, shape, BufferKind::Constant);
    plan.buffers[id].bytes.assign(reinterpret_cast<const char *>(values.data()),
                                  values.size() * sizeof(T));
    return id;
  }

  Command &command(decltype(Command::body) body) {
    lists.back()->push_back({std::move(body), {}});
    return lists.back()->back();
  }
  /// A kernel whose code has the kernel's name, or another kernel's.
  Command &kernel(const std::string &name, const std::vector<BufferId> &inputs,
                  const std::vector<BufferId> &outputs, const Texts &sizes = {},
                  const std::string &blocks = "1",
                  const std::string &symbol = "") {
    KernelCommand body;
    body.name = name;
    body.inputs = inputs;
    body.outputs = outputs;
    body.sizes = dims(sizes);
    body.blocks = dim(blocks);
    std::string wanted = symbol.empty() ? name : symbol;
    for (body.code = 0; body.code < plan.kernels.size(); ++body.code)
      if (plan.kernels[body.code].symbol == wanted)
        break;
    if (body.code == plan.kernels.size())
      plan.kernels.push_back({wanted, uint32_t(inputs.size()),
                              uint32_t(outputs.size()),
                              uint32_t(sizes.size())});
    Command &result = command(std::move(body));
    result.nodes = {name + " (Test)"};
    return result;
  }
  void copy(BufferId from, BufferId to) { command(CopyCommand{from, to}); }
  void fillDims(BufferId to, const Texts &values) {
    command(FillDimsCommand{to, dims(values)});
  }
  void bindDims(BufferId from, const Texts &symbols) {
    command(BindDimsCommand{from, symbols});
  }
  void setDims(const Texts &symbols, const Texts &values) {
    command(SetDimsCommand{symbols, dims(values)});
  }
  void checkDims(const Texts &lhs, const Texts &rhs,
                 const std::string &message) {
    command(CheckDimsCommand{dims(lhs), dims(rhs), message});
  }
  template <typename Then, typename Else>
  void branch(BufferId condition, Then thenBody, Else elseBody) {
    IfCommand body;
    body.condition = condition;
    within(body.thenCommands, thenBody);
    within(body.elseCommands, elseBody);
    command(std::move(body));
  }
  template <typename Body> void loop(LoopCommand loop, Body body) {
    within(loop.body, body);
    command(std::move(loop));
  }

  Status write(const std::string &path) {
    Result<ModuleWriter> writer = ModuleWriter::create(path);
    if (!writer)
      return writer.error();
    for (size_t i = 0; i < weights.size(); ++i) {
      auto index =
          writer->addWeight(int64_t(i), weights[i].name, weights[i].tensor);
      if (!index)
        return index.error();
    }
    writer->addTarget({target, features, plan, code});
    return writer->finish(info);
  }

  /// Written and loaded again.
  Result<std::shared_ptr<const Module>> module() {
    TemporaryFolder folder;
    if (Status status = write(folder / "m.twm"); !status)
      return status.error();
    return Module::load(folder / "m.twm");
  }

private:
  BufferId add(const std::string &name, DType type, const Texts &shape,
               BufferKind kind) {
    Buffer buffer;
    buffer.name = name;
    buffer.type = type;
    buffer.dims = dims(shape);
    buffer.kind = kind;
    plan.buffers.push_back(std::move(buffer));
    return BufferId(plan.buffers.size() - 1);
  }
  template <typename Body> void within(Commands &list, Body &body) {
    lists.push_back(&list);
    body();
    lists.pop_back();
  }

  std::vector<Commands *> lists;
};

} // namespace tilewright::test

#endif // TILEWRIGHT_TEST_UNIT_PLANBUILDER_H

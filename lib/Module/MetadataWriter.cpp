//===- MetadataWriter.cpp - from Plan.h to FlatBuffers --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Metadata.h"

#include "Module_generated.h"

namespace tilewright {

namespace {
template <typename T> using Offset = flatbuffers::Offset<T>;
template <typename T> using Vector = Offset<flatbuffers::Vector<T>>;

class Encoder {
public:
  Result<std::string> encode(const Metadata &metadata) {
    auto inputs = arguments(metadata.info.signature.inputs);
    auto outputs = arguments(metadata.info.signature.outputs);
    std::vector<Offset<fb::Symbol>> symbols;
    for (const auto &[name, range] : metadata.info.signature.symbols)
      symbols.push_back(fb::CreateSymbol(builder, string(name), range.lo,
                                         range.hi, range.multiple));
    auto symbolVector = builder.CreateVector(symbols);
    std::vector<Offset<fb::Pair>> pairs;
    for (const auto &[key, value] : metadata.info.metadata)
      pairs.push_back(fb::CreatePair(builder, string(key), string(value)));
    auto pairVector = builder.CreateVector(pairs);
    auto producer = string(metadata.info.producer);
    std::vector<Offset<fb::Weight>> weights;
    for (size_t i = 0; i < metadata.weights.size(); ++i) {
      const WeightInfo &weight = metadata.weights[i];
      auto name = string(weight.name);
      auto shape = builder.CreateVector(weight.shape);
      weights.push_back(fb::CreateWeight(
          builder, weight.key, name, uint8_t(weight.type), shape, weight.offset,
          metadata.checksums[i], weight.reference));
    }
    auto weightVector = builder.CreateVector(weights);
    std::vector<Offset<fb::Target>> targets;
    for (const TargetProgram &target : metadata.targets) {
      auto name = string(target.target);
      auto features = strings(target.features);
      auto encoded = plan(target.plan);
      targets.push_back(fb::CreateTarget(builder, name, features, encoded));
    }
    auto targetVector = builder.CreateVector(targets);
    // The list of expressions is complete only now.
    auto expressionVector = strings(expressions);
    if (tooLong) {
      Error problem =
          error("a size expression of ", tooLong,
                " characters; a module can hold ", maxExpressionText);
      return tooLongNode.empty() ? problem : problem.in("node " + tooLongNode);
    }
    builder.Finish(fb::CreateModule(builder, expressionVector, inputs, outputs,
                                    symbolVector, pairVector, producer,
                                    weightVector, targetVector),
                   fb::ModuleIdentifier());
    return std::string(
        reinterpret_cast<const char *>(builder.GetBufferPointer()),
        builder.GetSize());
  }

private:
  Offset<flatbuffers::String> string(const std::string &text) {
    return builder.CreateSharedString(text);
  }
  Vector<Offset<flatbuffers::String>>
  strings(const std::vector<std::string> &texts) {
    std::vector<Offset<flatbuffers::String>> offsets;
    for (const std::string &text : texts)
      offsets.push_back(string(text));
    return builder.CreateVector(offsets);
  }

  uint32_t expression(const DimExpr &expr) {
    auto [it, isNew] =
        expressionIndex.emplace(expr.str(), uint32_t(expressions.size()));
    if (isNew)
      expressions.push_back(expr.str());
    // The first command that has one says whose it is.
    if (expr.str().size() > maxExpressionText && tooLongNode.empty()) {
      tooLong = expr.str().size();
      tooLongNode = node;
    }
    return it->second;
  }
  Vector<uint32_t> exprs(const std::vector<DimExpr> &list) {
    std::vector<uint32_t> indices;
    for (const DimExpr &expr : list)
      indices.push_back(expression(expr));
    return builder.CreateVector(indices);
  }

  Vector<Offset<fb::Argument>> arguments(const std::vector<Argument> &list) {
    std::vector<Offset<fb::Argument>> offsets;
    for (const Argument &argument : list) {
      auto name = string(argument.name);
      auto dims = exprs(argument.dims);
      offsets.push_back(
          fb::CreateArgument(builder, name, uint8_t(argument.type), dims));
    }
    return builder.CreateVector(offsets);
  }

  Offset<fb::Plan> plan(const Plan &plan) {
    std::vector<Offset<fb::Buffer>> buffers;
    for (const Buffer &buffer : plan.buffers) {
      auto name = string(buffer.name);
      auto dims = exprs(buffer.dims);
      auto bytes = builder.CreateVector(
          reinterpret_cast<const uint8_t *>(buffer.bytes.data()),
          buffer.bytes.size());
      buffers.push_back(fb::CreateBuffer(
          builder, name, uint8_t(buffer.type), dims, uint8_t(buffer.kind),
          buffer.index, bytes, buffer.base, expression(buffer.offset)));
    }
    auto bufferVector = builder.CreateVector(buffers);
    std::vector<Offset<fb::KernelCode>> kernels;
    for (const KernelCode &kernel : plan.kernels)
      kernels.push_back(fb::CreateKernelCode(builder, string(kernel.symbol),
                                             kernel.inputs, kernel.outputs,
                                             kernel.sizes));
    auto kernelVector = builder.CreateVector(kernels);
    auto commandVector = commands(plan.commands);
    return fb::CreatePlan(builder, bufferVector, kernelVector, commandVector);
  }

  Vector<Offset<fb::Command>> commands(const Commands &list) {
    std::vector<Offset<fb::Command>> offsets;
    for (const Command &command : list) {
      node = command.nodes.empty() ? "" : command.nodes.front();
      auto [type, body] = std::visit(
          [&](const auto &body) { return encodeBody(body); }, command.body);
      auto nodes = strings(command.nodes);
      offsets.push_back(fb::CreateCommand(builder, type, body, nodes));
    }
    return builder.CreateVector(offsets);
  }

  using Body = std::pair<fb::CommandBody, Offset<void>>;

  Body encodeBody(const KernelCommand &kernel) {
    auto name = string(kernel.name);
    auto inputs = builder.CreateVector(kernel.inputs);
    auto outputs = builder.CreateVector(kernel.outputs);
    auto sizes = exprs(kernel.sizes);
    return {fb::CommandBody::KernelCommand,
            fb::CreateKernelCommand(builder, name, kernel.code, inputs, outputs,
                                    sizes, expression(kernel.blocks),
                                    expression(kernel.scratchBytes),
                                    expression(kernel.work))
                .Union()};
  }
  Body encodeBody(const CopyCommand &copy) {
    return {fb::CommandBody::CopyCommand,
            fb::CreateCopyCommand(builder, copy.from, copy.to).Union()};
  }
  Body encodeBody(const FillDimsCommand &fill) {
    auto values = exprs(fill.values);
    return {fb::CommandBody::FillDimsCommand,
            fb::CreateFillDimsCommand(builder, fill.to, values).Union()};
  }
  Body encodeBody(const BindDimsCommand &bind) {
    auto symbols = strings(bind.symbols);
    return {fb::CommandBody::BindDimsCommand,
            fb::CreateBindDimsCommand(builder, bind.from, symbols).Union()};
  }
  Body encodeBody(const SetDimsCommand &set) {
    auto symbols = strings(set.symbols);
    auto values = exprs(set.values);
    return {fb::CommandBody::SetDimsCommand,
            fb::CreateSetDimsCommand(builder, symbols, values).Union()};
  }
  Body encodeBody(const CheckDimsCommand &check) {
    auto lhs = exprs(check.lhs), rhs = exprs(check.rhs);
    auto message = string(check.message);
    return {fb::CommandBody::CheckDimsCommand,
            fb::CreateCheckDimsCommand(builder, lhs, rhs, message).Union()};
  }
  Body encodeBody(const IfCommand &branch) {
    auto thenVector = commands(branch.thenCommands);
    auto elseVector = commands(branch.elseCommands);
    return {
        fb::CommandBody::IfCommand,
        fb::CreateIfCommand(builder, branch.condition, thenVector, elseVector)
            .Union()};
  }
  Body encodeBody(const LoopCommand &loop) {
    std::vector<Offset<fb::Carried>> carried;
    for (const auto &row : loop.carried)
      carried.push_back(
          fb::CreateCarried(builder, row.init, row.current, row.next));
    auto carriedVector = builder.CreateVector(carried);
    std::vector<Offset<fb::CarriedSymbol>> symbols;
    for (const auto &row : loop.carriedSymbols) {
      auto name = string(row.name);
      symbols.push_back(fb::CreateCarriedSymbol(
          builder, name, expression(row.init), expression(row.next)));
    }
    auto symbolVector = builder.CreateVector(symbols);
    std::vector<Offset<fb::Stacked>> stacked;
    for (const auto &row : loop.stacked)
      stacked.push_back(fb::CreateStacked(builder, row.element, row.result));
    auto stackedVector = builder.CreateVector(stacked);
    auto trips = string(loop.trips);
    auto body = commands(loop.body);
    return {fb::CommandBody::LoopCommand,
            fb::CreateLoopCommand(builder, loop.maxTrips, loop.condition,
                                  loop.iteration, loop.bodyCondition,
                                  carriedVector, symbolVector, stackedVector,
                                  trips, body)
                .Union()};
  }

  flatbuffers::FlatBufferBuilder builder;
  std::vector<std::string> expressions;
  std::map<std::string, uint32_t> expressionIndex;
  /// Of the command that is being encoded.
  std::string node;
  size_t tooLong = 0;
  std::string tooLongNode;
};
} // namespace

Result<std::string> encodeMetadata(const Metadata &metadata) {
  return Encoder().encode(metadata);
}

} // namespace tilewright

//===- MetadataReader.cpp - from FlatBuffers to Plan.h --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// After FlatBuffers' own verifier every offset is inside the buffer; what is
// left to check is what the types do not say: missing fields, enum values,
// indices of expressions. Errors inside are collected in `failure`, so that the
// code reads like the writer's.
//
//===----------------------------------------------------------------------===//

#include "Metadata.h"

#include "Module_generated.h"

namespace tilewright {

namespace {
class Decoder {
public:
  Result<Metadata> decode(std::string_view bytes) {
    const uint8_t *data = reinterpret_cast<const uint8_t *>(bytes.data());
    // Each nested command is two tables.
    flatbuffers::Verifier verifier(data, bytes.size(), /*max_depth=*/128,
                                   /*max_tables=*/100'000'000);
    if (!fb::VerifyModuleBuffer(verifier))
      return error("the metadata is corrupt");
    const fb::Module *module = fb::GetModule(data);
    if (auto *list = module->expressions())
      for (const auto *text : *list)
        expressions.push_back(parse(text));

    Metadata metadata;
    metadata.info.signature.inputs = arguments(module->inputs());
    metadata.info.signature.outputs = arguments(module->outputs());
    if (auto *list = module->symbols())
      for (const auto *row : *list)
        metadata.info.signature.symbols[string(row->name())] = {
            row->lo(), row->hi(), row->multiple()};
    if (auto *list = module->metadata())
      for (const auto *row : *list)
        metadata.info.metadata[string(row->key())] = string(row->value());
    metadata.info.producer = string(module->producer());
    if (auto *list = module->weights())
      for (const auto *row : *list) {
        WeightInfo weight;
        weight.key = row->key();
        weight.name = string(row->name());
        weight.type = type(row->type());
        if (auto *shape = row->shape()) {
          // FlatBuffers' verifier sees to the alignment of the length only.
          if (reinterpret_cast<uintptr_t>(shape->Data()) % sizeof(int64_t))
            return error("the metadata is corrupt: the shape of the weight '",
                         weight.name, "' is not aligned");
          weight.shape.assign(shape->begin(), shape->end());
        }
        weight.offset = row->offset();
        weight.reference = row->reference();
        metadata.weights.push_back(std::move(weight));
        metadata.checksums.push_back(row->checksum());
      }
    if (auto *list = module->targets())
      for (const auto *row : *list) {
        TargetProgram target;
        target.target = string(row->name());
        target.features = strings(row->features());
        if (!row->plan())
          return error("the metadata is corrupt: target '", target.target,
                       "' has no plan");
        target.plan = plan(*row->plan());
        metadata.targets.push_back(std::move(target));
      }
    if (failure)
      return failure->in("the metadata is corrupt");
    return metadata;
  }

private:
  void fail(Error error) {
    if (!failure)
      failure = std::move(error);
  }

  DimExpr parse(const flatbuffers::String *text) {
    if (text->size() > maxExpressionText) {
      fail(error("a size expression of ", text->size(), " characters"));
      return DimExpr();
    }
    Result<DimExpr> parsed = DimExpr::parse(text->str());
    if (!parsed) {
      fail(parsed.error());
      return DimExpr();
    }
    return *parsed;
  }
  DimExpr expression(uint32_t index) {
    if (index < expressions.size())
      return expressions[index];
    fail(error("size expression ", index, " does not exist"));
    return DimExpr();
  }
  std::vector<DimExpr> exprs(const flatbuffers::Vector<uint32_t> *list) {
    std::vector<DimExpr> result;
    if (list)
      for (uint32_t index : *list)
        result.push_back(expression(index));
    return result;
  }
  std::string string(const flatbuffers::String *text) {
    return text ? text->str() : std::string();
  }
  std::vector<std::string>
  strings(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>
              *list) {
    std::vector<std::string> result;
    if (list)
      for (const auto *text : *list)
        result.push_back(text->str());
    return result;
  }
  DType type(uint8_t value) {
    if (value > uint8_t(DType::F64)) {
      fail(error("unknown element type ", int(value)));
      return DType::F32;
    }
    return DType(value);
  }

  std::vector<Argument> arguments(
      const flatbuffers::Vector<flatbuffers::Offset<fb::Argument>> *list) {
    std::vector<Argument> result;
    if (list)
      for (const auto *row : *list)
        result.push_back(
            {string(row->name()), type(row->type()), exprs(row->dims())});
    return result;
  }

  Plan plan(const fb::Plan &from) {
    Plan plan;
    if (auto *list = from.buffers())
      for (const auto *row : *list) {
        Buffer buffer;
        buffer.name = string(row->name());
        buffer.type = type(row->type());
        buffer.dims = exprs(row->dims());
        if (row->kind() > uint8_t(BufferKind::View))
          fail(error("unknown kind of buffer ", int(row->kind())));
        else
          buffer.kind = BufferKind(row->kind());
        buffer.index = row->index();
        if (auto *bytes = row->bytes())
          buffer.bytes.assign(reinterpret_cast<const char *>(bytes->data()),
                              bytes->size());
        buffer.base = row->base();
        buffer.offset = expression(row->offset());
        plan.buffers.push_back(std::move(buffer));
      }
    if (auto *list = from.kernels())
      for (const auto *row : *list)
        plan.kernels.push_back({string(row->symbol()), row->inputs(),
                                row->outputs(), row->sizes()});
    plan.commands = commands(from.commands());
    return plan;
  }

  Commands
  commands(const flatbuffers::Vector<flatbuffers::Offset<fb::Command>> *list) {
    Commands result;
    if (list)
      for (const auto *row : *list) {
        Command command;
        decodeBody(*row, command);
        command.nodes = strings(row->nodes());
        result.push_back(std::move(command));
      }
    return result;
  }

  std::vector<BufferId> ids(const flatbuffers::Vector<uint32_t> *list) {
    if (!list)
      return {};
    return std::vector<BufferId>(list->begin(), list->end());
  }

  void decodeBody(const fb::Command &from, Command &to) {
    if (auto *kernel = from.body_as_KernelCommand()) {
      KernelCommand body;
      body.name = string(kernel->name());
      body.code = kernel->code();
      body.inputs = ids(kernel->inputs());
      body.outputs = ids(kernel->outputs());
      body.sizes = exprs(kernel->sizes());
      body.blocks = expression(kernel->blocks());
      body.scratchBytes = expression(kernel->scratch_bytes());
      body.work = expression(kernel->work());
      to.body = std::move(body);
    } else if (auto *copy = from.body_as_CopyCommand()) {
      to.body = CopyCommand{copy->from(), copy->to()};
    } else if (auto *fill = from.body_as_FillDimsCommand()) {
      to.body = FillDimsCommand{fill->to(), exprs(fill->values())};
    } else if (auto *bind = from.body_as_BindDimsCommand()) {
      to.body = BindDimsCommand{bind->from(), strings(bind->symbols())};
    } else if (auto *set = from.body_as_SetDimsCommand()) {
      to.body = SetDimsCommand{strings(set->symbols()), exprs(set->values())};
    } else if (auto *check = from.body_as_CheckDimsCommand()) {
      to.body = CheckDimsCommand{exprs(check->lhs()), exprs(check->rhs()),
                                 string(check->message())};
    } else if (auto *branch = from.body_as_IfCommand()) {
      to.body =
          IfCommand{branch->condition(), commands(branch->then_commands()),
                    commands(branch->else_commands())};
    } else if (auto *loop = from.body_as_LoopCommand()) {
      to.body = decodeLoop(*loop);
    } else {
      fail(error("unknown command ", int(from.body_type())));
    }
  }

  LoopCommand decodeLoop(const fb::LoopCommand &from) {
    LoopCommand loop;
    loop.maxTrips = from.max_trips();
    loop.condition = from.condition();
    loop.iteration = from.iteration();
    loop.bodyCondition = from.body_condition();
    if (auto *list = from.carried())
      for (const auto *row : *list)
        loop.carried.push_back({row->init(), row->current(), row->next()});
    if (auto *list = from.carried_symbols())
      for (const auto *row : *list)
        loop.carriedSymbols.push_back({string(row->name()),
                                       expression(row->init()),
                                       expression(row->next())});
    if (auto *list = from.stacked())
      for (const auto *row : *list)
        loop.stacked.push_back({row->element(), row->result()});
    loop.trips = string(from.trips());
    loop.body = commands(from.body());
    return loop;
  }

  std::vector<DimExpr> expressions;
  std::optional<Error> failure;
};
} // namespace

Result<Metadata> decodeMetadata(std::string_view bytes) {
  return Decoder().decode(bytes);
}

} // namespace tilewright

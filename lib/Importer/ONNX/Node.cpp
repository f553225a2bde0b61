//===- Node.cpp - one ONNX node while it is imported ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

SmallVector<Value> Node::allInputs() const {
  SmallVector<Value> values;
  for (Value value : inputs)
    if (value)
      values.push_back(value);
  return values;
}

void Node::result(int64_t i, Value value) {
  if (i < numResults())
    results[size_t(i)] = value;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

const onnx::AttributeProto *Node::find(StringRef name) const {
  for (const onnx::AttributeProto &attribute : proto.attribute()) {
    if (attribute.name() != name)
      continue;
    if (attribute.ref_attr_name().empty())
      return &attribute;
    // In the body of a function: the attribute of the call, if it has it.
    if (!call)
      return nullptr;
    auto found = call->find(attribute.ref_attr_name());
    return found == call->end() ? nullptr : found->second;
  }
  return nullptr;
}

/// The kind of an attribute; files of the first versions do not say it.
static onnx::AttributeProto::AttributeType
kindOf(const onnx::AttributeProto &attribute) {
  using Attribute = onnx::AttributeProto;
  if (attribute.type() != Attribute::UNDEFINED)
    return attribute.type();
  return attribute.has_f()              ? Attribute::FLOAT
         : attribute.has_i()            ? Attribute::INT
         : attribute.has_s()            ? Attribute::STRING
         : attribute.has_t()            ? Attribute::TENSOR
         : attribute.has_g()            ? Attribute::GRAPH
         : attribute.floats_size() > 0  ? Attribute::FLOATS
         : attribute.ints_size() > 0    ? Attribute::INTS
         : attribute.strings_size() > 0 ? Attribute::STRINGS
                                        : Attribute::UNDEFINED;
}

const onnx::AttributeProto *
Node::find(StringRef name, onnx::AttributeProto::AttributeType type) {
  read.insert(name.str());
  const onnx::AttributeProto *attribute = find(name);
  if (!attribute)
    return nullptr;
  onnx::AttributeProto::AttributeType found = kindOf(*attribute);
  if (found == type)
    return attribute;
  // An empty list of a file that does not say the kind.
  if (found == onnx::AttributeProto::UNDEFINED &&
      (type == onnx::AttributeProto::INTS ||
       type == onnx::AttributeProto::FLOATS ||
       type == onnx::AttributeProto::STRINGS))
    return attribute;
  fail("attribute '" + name + "': expected the kind " +
       onnx::AttributeProto_AttributeType_Name(type) + ", but got " +
       (onnx::AttributeProto_AttributeType_IsValid(found)
            ? onnx::AttributeProto_AttributeType_Name(found)
            : std::to_string(int(found))));
  return nullptr;
}

bool Node::hasAttr(StringRef name) const { return find(name) != nullptr; }

int64_t Node::integer(StringRef name, int64_t otherwise) {
  const onnx::AttributeProto *a = find(name, onnx::AttributeProto::INT);
  return a ? a->i() : otherwise;
}

bool Node::flag(StringRef name, bool otherwise) {
  int64_t value = integer(name, otherwise);
  if (value != 0 && value != 1)
    fail("attribute '" + name + "': expected 0 or 1, but got " + Twine(value));
  return value != 0;
}

int64_t Node::required(StringRef name) {
  if (!hasAttr(name))
    fail("attribute '" + name + "' is missing");
  return integer(name, 0);
}

double Node::number(StringRef name, double otherwise) {
  const onnx::AttributeProto *a = find(name, onnx::AttributeProto::FLOAT);
  return a ? double(a->f()) : otherwise;
}

std::string Node::text(StringRef name, StringRef otherwise,
                       std::initializer_list<StringRef> allowed) {
  const onnx::AttributeProto *a = find(name, onnx::AttributeProto::STRING);
  std::string value = a ? a->s() : otherwise.str();
  if (allowed.size() != 0 && !llvm::is_contained(allowed, StringRef(value)))
    fail("attribute '" + name + "': expected one of " +
         llvm::join(allowed, ", ") + ", but got '" + value + "'");
  return value;
}

SmallVector<int64_t> Node::integers(StringRef name) {
  const onnx::AttributeProto *a = find(name, onnx::AttributeProto::INTS);
  if (!a)
    return {};
  return SmallVector<int64_t>(a->ints().begin(), a->ints().end());
}

SmallVector<double> Node::numbers(StringRef name) {
  const onnx::AttributeProto *a = find(name, onnx::AttributeProto::FLOATS);
  if (!a)
    return {};
  return SmallVector<double>(a->floats().begin(), a->floats().end());
}

std::vector<std::string> Node::texts(StringRef name) {
  const onnx::AttributeProto *a = find(name, onnx::AttributeProto::STRINGS);
  if (!a)
    return {};
  return {a->strings().begin(), a->strings().end()};
}

const onnx::TensorProto *Node::tensor(StringRef name) {
  const onnx::AttributeProto *a = find(name, onnx::AttributeProto::TENSOR);
  return a ? &a->t() : nullptr;
}

const onnx::SparseTensorProto *Node::sparseTensor(StringRef name) {
  const onnx::AttributeProto *a =
      find(name, onnx::AttributeProto::SPARSE_TENSOR);
  return a ? &a->sparse_tensor() : nullptr;
}

const onnx::GraphProto *Node::subgraph(StringRef name) {
  const onnx::AttributeProto *a = find(name, onnx::AttributeProto::GRAPH);
  if (!a)
    fail("attribute '" + name + "' (a graph) is missing");
  return a ? &a->g() : nullptr;
}

Type Node::elementType(StringRef name, Type otherwise) {
  if (!hasAttr(name)) {
    read.insert(name.str());
    return otherwise;
  }
  Result<DType> type = toDType(int32_t(integer(name, 0)));
  if (type)
    return graph::getElementType(state.context, *type);
  fail("attribute '" + name + "': " + type.error().message);
  return otherwise;
}

void Node::ignore(std::initializer_list<StringRef> names) {
  for (StringRef name : names)
    read.insert(name.str());
}

void Node::checkAllRead() {
  for (const onnx::AttributeProto &attribute : proto.attribute())
    if (!read.count(attribute.name()) && find(attribute.name()))
      fail("unknown attribute '" + attribute.name() + "'");
}

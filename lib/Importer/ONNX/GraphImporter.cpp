//===- GraphImporter.cpp - walks graphs, subgraphs and functions ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"
#include "Registry.h"

#include "tilewright/Support/Elements.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

/// The main domain has two names.
static std::string domainOf(const std::string &domain) {
  return domain == "ai.onnx" ? "" : domain;
}

bool GraphImporter::problem(const std::string &node, const std::string &op,
                            const std::string &reason) {
  // A loop's body may be imported several times.
  for (const NodeProblem &known : problems)
    if (known.node == node && known.op == op && known.reason == reason)
      return false;
  problems.push_back({node, op, reason});
  return false;
}

std::vector<NodeProblem> GraphImporter::takeProblems() {
  for (const auto &[location, file] : unreadable)
    if (size_t others = file.tensors.size() - 1)
      problems[file.problem].reason +=
          "; the file is to hold " + std::to_string(others) +
          (others == 1 ? " more tensor" : " more tensors");
  unreadable.clear();
  return std::move(problems);
}

Location GraphImporter::location(const std::string &name,
                                 const std::string &op) {
  return NameLoc::get(StringAttr::get(state.context, name),
                      NameLoc::get(StringAttr::get(state.context, op)));
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

bool GraphImporter::define(Scope &scope, const std::string &name) {
  return !scope.values.count(name) && !scope.initializers.count(name) &&
         !scope.sparse.count(name) && !scope.broken.count(name);
}

GraphImporter::Lookup
GraphImporter::lookup(Scope &scope, const std::string &name, Value &value) {
  for (Scope *at = &scope; at; at = const_cast<Scope *>(at->parent)) {
    if (auto found = at->values.find(name); found != at->values.end()) {
      value = found->second;
      return Lookup::Found;
    }
    if (at->broken.count(name))
      return Lookup::Broken;
    auto dense = at->initializers.find(name);
    auto sparse = at->sparse.find(name);
    if (dense == at->initializers.end() && sparse == at->sparse.end())
      continue;
    value = dense != at->initializers.end()
                ? buildInitializer(*at, name, *dense->second)
                : buildSparse(*at, name, *sparse->second);
    if (!value)
      return Lookup::Broken;
    at->values[name] = value;
    return Lookup::Found;
  }
  return Lookup::Unknown;
}

Value GraphImporter::placeConstant(const Tensor &tensor,
                                   const std::string &name) {
  OpBuilder::InsertionGuard guard(state.builder);
  if (lastConstant)
    state.builder.setInsertionPointAfter(lastConstant);
  else
    state.builder.setInsertionPointToStart(entry);
  Value value = state.constant(location(name, "initializer"), tensor, name);
  lastConstant = value.getDefiningOp();
  return value;
}

Value GraphImporter::buildInitializer(Scope &scope, const std::string &name,
                                      const onnx::TensorProto &proto) {
  Result<Tensor> tensor = state.file.readTensor(proto);
  if (tensor)
    return placeConstant(*tensor, name);
  scope.broken.insert(name);
  if (std::string location = state.file.unreadableFile(proto);
      !location.empty()) {
    auto [known, isNew] = unreadable.try_emplace(location);
    known->second.tensors.insert(&proto);
    if (!isNew)
      return {};
    known->second.problem = problems.size();
  }
  problem(name, "initializer", tensor.error().message);
  return {};
}

Value GraphImporter::buildSparse(Scope &scope, const std::string &name,
                                 const onnx::SparseTensorProto &proto) {
  Result<Tensor> tensor = state.file.readTensor(proto);
  if (tensor)
    return placeConstant(*tensor, name);
  problem(name, "initializer", tensor.error().message);
  scope.broken.insert(name);
  return {};
}

//===----------------------------------------------------------------------===//
// Order
//===----------------------------------------------------------------------===//

/// Adds the names that a graph takes from outside.
static void collectFree(const onnx::GraphProto &graph,
                        std::set<std::string> &names);

static void collectUses(const onnx::NodeProto &node,
                        std::set<std::string> &names) {
  for (const std::string &input : node.input())
    if (!input.empty())
      names.insert(input);
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g())
      collectFree(attribute.g(), names);
    for (const onnx::GraphProto &graph : attribute.graphs())
      collectFree(graph, names);
  }
}

static void collectFree(const onnx::GraphProto &graph,
                        std::set<std::string> &names) {
  std::set<std::string> used, defined;
  for (const onnx::NodeProto &node : graph.node()) {
    collectUses(node, used);
    defined.insert(node.output().begin(), node.output().end());
  }
  for (const onnx::ValueInfoProto &output : graph.output())
    used.insert(output.name());
  for (const onnx::ValueInfoProto &input : graph.input())
    defined.insert(input.name());
  for (const onnx::TensorProto &tensor : graph.initializer())
    defined.insert(tensor.name());
  for (const std::string &name : used)
    if (!defined.count(name))
      names.insert(name);
}

std::vector<int> GraphImporter::order(Scope &scope,
                                      ArrayRef<const onnx::NodeProto *> nodes) {
  std::map<std::string, int> producer;
  for (auto [i, node] : llvm::enumerate(nodes))
    for (const std::string &output : node->output())
      if (!output.empty())
        producer.try_emplace(output, int(i));
  std::vector<std::vector<int>> needs(nodes.size());
  for (auto [i, node] : llvm::enumerate(nodes)) {
    std::set<std::string> uses;
    collectUses(*node, uses);
    for (const std::string &name : uses)
      if (auto found = producer.find(name); found != producer.end())
        needs[i].push_back(found->second);
  }
  // A depth-first walk in the order of the file leaves a sorted file as it is.
  // The stack is explicit: a graph may be 100,000 nodes deep.
  std::vector<int> sorted;
  std::vector<char> mark(nodes.size(), 0); // 1: on the stack, 2: done
  for (size_t root = 0; root < nodes.size(); ++root) {
    std::vector<std::pair<int, size_t>> stack;
    if (mark[root] == 0) {
      mark[root] = 1;
      stack.push_back({int(root), 0});
    }
    while (!stack.empty()) {
      auto &[node, next] = stack.back();
      if (next == needs[size_t(node)].size()) {
        mark[size_t(node)] = 2;
        sorted.push_back(node);
        stack.pop_back();
        continue;
      }
      int need = needs[size_t(node)][next++];
      if (mark[size_t(need)] == 1) {
        const onnx::NodeProto &proto = *nodes[size_t(need)];
        problem(
            proto.name().empty() ? "(unnamed)" : proto.name(), proto.op_type(),
            "the graph has a cycle through output '" + proto.output(0) + "'");
        continue;
      }
      if (mark[size_t(need)] == 0) {
        mark[size_t(need)] = 1;
        stack.push_back({need, 0});
      }
    }
  }
  return sorted;
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

/// The name, or what stands for it.
static std::string nameOf(const onnx::NodeProto &proto, int index) {
  return proto.name().empty() ? proto.op_type() + "_" + std::to_string(index)
                              : proto.name();
}

bool GraphImporter::importNodes(Scope &scope,
                                ArrayRef<const onnx::NodeProto *> nodes) {
  size_t before = problems.size();
  std::vector<int> sorted = order(scope, nodes);
  if (problems.size() > before)
    return false;
  bool good = true;
  for (int index : sorted) {
    const onnx::NodeProto &proto = *nodes[size_t(index)];
    if (importNode(scope, proto, scope.prefix + nameOf(proto, index)))
      continue;
    good = false;
    for (const std::string &output : proto.output())
      if (!scope.values.count(output))
        scope.broken.insert(output);
  }
  return good;
}

bool GraphImporter::findInputs(Scope &scope, const onnx::NodeProto &proto,
                               const std::string &name,
                               std::vector<Value> &inputs) {
  bool good = true;
  for (const std::string &input : proto.input()) {
    Value value;
    if (!input.empty())
      switch (lookup(scope, input, value)) {
      case Lookup::Found:
        break;
      case Lookup::Broken:
        good = false;
        break;
      case Lookup::Unknown:
        good = problem(name, proto.op_type(),
                       "input '" + input +
                           "' is not the output of a node, an input or an "
                           "initializer");
        break;
      }
    inputs.push_back(value);
  }
  for (const std::string &output : proto.output())
    if (!output.empty() && !define(scope, output))
      return problem(name, proto.op_type(),
                     "output '" + output +
                         "' has the name of another value of the graph");
  return good;
}

/// The element types of a set, "f32, f64".
static std::string listTypes(DTypeSet types) {
  std::string text;
  for (unsigned i = 0; i <= unsigned(DType::F64); ++i)
    if (types & bit(DType(i)))
      text += (text.empty() ? "" : ", ") + std::string(name(DType(i)));
  return text;
}

/// Why a row does not fit a node; empty if it does.
static std::string misfit(const OpRow &row, int64_t opset, const Node &n) {
  if (opset < row.since || opset > row.until)
    return "opset " + std::to_string(opset) + ": the op is supported " +
           (row.until == Newest
                ? "from opset " + std::to_string(row.since) + " on"
                : "in opsets " + std::to_string(row.since) + " to " +
                      std::to_string(row.until));
  int64_t given = n.numInputs();
  while (given > 0 && !n.inputs[size_t(given - 1)])
    --given;
  if (given < row.minInputs || given > row.maxInputs)
    return "expected " + std::to_string(row.minInputs) +
           (row.maxInputs == row.minInputs ? ""
            : row.maxInputs == Many ? " or more"
                                    : " to " + std::to_string(row.maxInputs)) +
           " inputs, but got " + std::to_string(given);
  for (int64_t i = 0; i < row.minInputs; ++i)
    if (!n.has(i))
      return "input " + std::to_string(i) + " is missing";
  if (!n.has(0))
    return "";
  std::optional<DType> type = graph::getDType(n.element(n.in(0)));
  if (!type || !(row.types & bit(*type)))
    return "input 0: expected an element type of " + listTypes(row.types) +
           ", but got " + Emitter::typeName(n.element(n.in(0)));
  return "";
}

/// "Conv", "com.microsoft.Gelu".
static std::string opName(const onnx::NodeProto &proto) {
  std::string domain = domainOf(proto.domain());
  return domain.empty() ? proto.op_type() : domain + "." + proto.op_type();
}

const OpRow *GraphImporter::findRow(const Scope &scope,
                                    const onnx::NodeProto &proto,
                                    const std::string &name) {
  std::string domain = domainOf(proto.domain());
  const OpRow *row = findOp(domain, proto.op_type());
  if (!row) {
    StringRef why = refusal(domain, proto.op_type());
    bool knownDomain = llvm::any_of(chapters(), [&](const Chapter &chapter) {
      return chapter.domain == domain;
    });
    problem(name, opName(proto),
            !why.empty()  ? "the op is not supported: " + why.str()
            : knownDomain ? "the op is not known"
                          : "the domain '" + domain + "' is not known");
    return nullptr;
  }
  if (scope.opsets->count(domain))
    return row;
  problem(name, opName(proto),
          "the model imports no opset of the domain '" +
              (domain.empty() ? "ai.onnx" : domain) + "'");
  return nullptr;
}

void GraphImporter::findRowsInside(const Scope &scope,
                                   const onnx::NodeProto &proto,
                                   const std::string &name) {
  auto visit = [&](const onnx::GraphProto &graph) {
    for (auto [index, inner] : llvm::enumerate(graph.node())) {
      std::string path = name + "/" + nameOf(inner, int(index));
      if (!findFunction(inner) && findRow(scope, inner, path))
        findRowsInside(scope, inner, path);
    }
  };
  for (const onnx::AttributeProto &attribute : proto.attribute()) {
    if (attribute.has_g())
      visit(attribute.g());
    llvm::for_each(attribute.graphs(), visit);
  }
}

bool GraphImporter::importNode(Scope &scope, const onnx::NodeProto &proto,
                               const std::string &name) {
  // A handler may count on one; nobody could use what such a node computes.
  if (proto.output().empty())
    return problem(name, opName(proto), "the node has no outputs");
  if (const onnx::FunctionProto *function = findFunction(proto))
    return importCall(scope, proto, name, *function);
  const OpRow *row = findRow(scope, proto, name);
  if (!row)
    return false;
  std::string op = opName(proto);
  int64_t opset = scope.opsets->at(domainOf(proto.domain()));
  Node n(*this, state, proto, location(name, proto.op_type()), name, opset,
         scope.call);
  if (!findInputs(scope, proto, name, n.inputs)) {
    findRowsInside(scope, proto, name);
    return false;
  }
  if (std::string why = misfit(*row, opset, n); !why.empty())
    return problem(name, op, why);

  Scope *outer = std::exchange(current, &scope);
  row->handler(n);
  current = outer;
  n.checkAllRead();
  for (int64_t i = 0; i < n.numResults() && !n.failed(); ++i)
    if (n.wants(i) && !n.getResult(i))
      n.fail("output " + Twine(i) + " is not supported");
  if (n.failed())
    // No reason: it is a subgraph's, and recorded there.
    return n.reason().empty() ? false : problem(name, op, n.reason());
  for (int64_t i = 0; i < n.numResults(); ++i)
    if (n.wants(i))
      scope.values[proto.output(int(i))] = n.getResult(i);
  return true;
}

//===----------------------------------------------------------------------===//
// Functions and subgraphs
//===----------------------------------------------------------------------===//

const onnx::FunctionProto *
GraphImporter::findFunction(const onnx::NodeProto &node) {
  for (const onnx::FunctionProto &function : state.file.model().functions())
    if (function.name() == node.op_type() &&
        domainOf(function.domain()) == domainOf(node.domain()) &&
        function.overload() == node.overload())
      return &function;
  return nullptr;
}

bool GraphImporter::importCall(Scope &scope, const onnx::NodeProto &proto,
                               const std::string &name,
                               const onnx::FunctionProto &function) {
  // An input that cannot be had does not hide the body's own problems.
  std::vector<Value> inputs;
  bool good = findInputs(scope, proto, name, inputs);
  if (proto.input_size() > function.input_size() ||
      proto.output_size() > function.output_size())
    return problem(name, proto.op_type(),
                   "the call has more inputs or outputs than the function");
  // Bodies are copied: functions that call each other can ask for any number.
  if (callDepth >= 64 || inlinedNodes > 1000000)
    return problem(name, proto.op_type(),
                   "the functions call themselves, or grow beyond a million "
                   "nodes");
  inlinedNodes += function.node_size();

  // Attributes: of the call, else the function's defaults; a reference to an
  // attribute of the caller's own call is resolved here.
  CallAttributes attributes;
  for (const onnx::AttributeProto &attribute : function.attribute_proto())
    attributes[attribute.name()] = &attribute;
  for (const onnx::AttributeProto &attribute : proto.attribute()) {
    const onnx::AttributeProto *meant = &attribute;
    if (!attribute.ref_attr_name().empty()) {
      auto found = scope.call ? scope.call->find(attribute.ref_attr_name())
                              : CallAttributes::const_iterator();
      if (!scope.call || found == scope.call->end())
        continue;
      meant = found->second;
    }
    attributes[attribute.name()] = meant;
  }
  Opsets versions;
  for (const onnx::OperatorSetIdProto &import : function.opset_import())
    versions[domainOf(import.domain())] = import.version();

  Scope inner;
  inner.prefix = name + "/";
  inner.opsets = &versions;
  inner.call = &attributes;
  std::set<std::string> absent;
  for (int i = 0; i < function.input_size(); ++i) {
    Value value = size_t(i) < inputs.size() ? inputs[size_t(i)] : Value();
    if (value)
      inner.values[function.input(i)] = value;
    else if (i < proto.input_size() && !proto.input(i).empty())
      inner.broken.insert(function.input(i));
    else
      absent.insert(function.input(i));
  }
  // An optional input that the call leaves out is left out in the body too.
  std::vector<onnx::NodeProto> edited;
  edited.reserve(size_t(function.node_size()));
  std::vector<const onnx::NodeProto *> nodes;
  for (const onnx::NodeProto &node : function.node()) {
    bool uses = llvm::any_of(node.input(), [&](const std::string &input) {
      return absent.count(input) != 0;
    });
    if (!uses) {
      nodes.push_back(&node);
      continue;
    }
    edited.push_back(node);
    for (std::string &input : *edited.back().mutable_input())
      if (absent.count(input))
        input.clear();
    nodes.push_back(&edited.back());
  }
  ++callDepth;
  good &= importNodes(inner, nodes);
  --callDepth;
  for (int i = 0; i < proto.output_size(); ++i) {
    if (proto.output(i).empty())
      continue;
    Value value;
    Lookup found = lookup(inner, function.output(i), value);
    if (found == Lookup::Found)
      scope.values[proto.output(i)] = value;
    else if (found == Lookup::Unknown)
      good = problem(name, proto.op_type(),
                     "the function does not define its output '" +
                         function.output(i) + "'");
    else
      good = false;
  }
  return good;
}

std::optional<SmallVector<Value>>
GraphImporter::importSubgraph(Node &node, const onnx::GraphProto &graph,
                              ArrayRef<Value> inputs) {
  Scope scope;
  scope.parent = current;
  scope.prefix = node.name + "/";
  scope.opsets = current->opsets;
  scope.call = current->call;
  for (const onnx::TensorProto &tensor : graph.initializer())
    scope.initializers[tensor.name()] = &tensor;
  for (const onnx::SparseTensorProto &tensor : graph.sparse_initializer())
    scope.sparse[tensor.values().name()] = &tensor;
  if (int64_t(inputs.size()) != graph.input_size()) {
    node.fail("the subgraph '" + graph.name() + "' has " +
              Twine(graph.input_size()) + " inputs, but gets " +
              Twine(inputs.size()));
    return std::nullopt;
  }
  for (int i = 0; i < graph.input_size(); ++i)
    scope.values[graph.input(i).name()] = inputs[size_t(i)];
  std::vector<const onnx::NodeProto *> nodes;
  for (const onnx::NodeProto &inner : graph.node())
    nodes.push_back(&inner);
  Scope *outer = std::exchange(current, &scope);
  bool good = importNodes(scope, nodes);
  current = outer;
  SmallVector<Value> outputs;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    Value value;
    Lookup found = lookup(scope, output.name(), value);
    if (found == Lookup::Unknown)
      good =
          problem(node.name, node.proto.op_type(),
                  "the subgraph '" + graph.name() +
                      "' does not define its output '" + output.name() + "'");
    good &= found == Lookup::Found;
    outputs.push_back(value);
  }
  if (good)
    return outputs;
  node.fail("");
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// The main graph
//===----------------------------------------------------------------------===//

/// "[N, 3, ?]".
static std::string shapeString(const onnx::TensorShapeProto &shape) {
  std::string text;
  for (const onnx::TensorShapeProto::Dimension &dim : shape.dim())
    text += (text.empty() ? "" : ", ") +
            (dim.has_dim_value()       ? std::to_string(dim.dim_value())
             : dim.dim_param().empty() ? "?"
                                       : dim.dim_param());
  return "[" + text + "]";
}

/// What the model says of an output is not needed, but a wrong element type is
/// an error and a wrong shape a warning.
static Status checkOutput(const onnx::ValueInfoProto &output, Value value,
                          std::vector<std::string> &warnings) {
  if (!output.type().has_tensor_type())
    return Status::success();
  const onnx::TypeProto::Tensor &declared = output.type().tensor_type();
  auto type = cast<RankedTensorType>(value.getType());
  Result<DType> element = toDType(declared.elem_type());
  std::optional<DType> computed = graph::getDType(type.getElementType());
  if (element && computed && *element != *computed)
    return error("output '", output.name(), "' is declared as ", name(*element),
                 ", but its node computes ", name(*computed));
  if (!declared.has_shape())
    return Status::success();
  bool fits = declared.shape().dim_size() == type.getRank();
  std::string sizes;
  for (auto [axis, size] : llvm::enumerate(graph::getDims(type))) {
    sizes += (sizes.empty() ? "" : ", ") + size.str();
    if (fits && declared.shape().dim(int(axis)).has_dim_value()) {
      int64_t expected = declared.shape().dim(int(axis)).dim_value();
      fits = expected < 0 || !size.constantValue() ||
             *size.constantValue() == expected;
    }
  }
  if (!fits)
    warnings.push_back("output '" + output.name() +
                       "' is declared with the shape " +
                       shapeString(declared.shape()) +
                       ", but its node computes [" + sizes + "]");
  return Status::success();
}

Status GraphImporter::importMain(func::FuncOp function,
                                 const std::map<std::string, Value> &inputs) {
  const onnx::ModelProto &model = state.file.model();
  for (const onnx::OperatorSetIdProto &import : model.opset_import())
    opsets[domainOf(import.domain())] = import.version();
  if (auto main = opsets.find(""); main != opsets.end())
    if (main->second < 7 || main->second > newestOnnxOpset())
      return error("opset ", main->second,
                   " of ai.onnx is not supported: ", "expected 7 to ",
                   newestOnnxOpset());

  entry = &function.getBody().front();
  state.builder.setInsertionPointToEnd(entry);
  const onnx::GraphProto &graph = model.graph();
  Scope scope;
  scope.opsets = &opsets;
  for (const auto &[name, value] : inputs)
    if (value)
      scope.values[name] = value;
    else
      scope.broken.insert(name);
  for (const onnx::TensorProto &tensor : graph.initializer())
    if (!scope.values.count(tensor.name()) &&
        !scope.initializers.emplace(tensor.name(), &tensor).second)
      return error("two initializers have the name '", tensor.name(), "'");
  for (const onnx::SparseTensorProto &tensor : graph.sparse_initializer())
    if (!scope.values.count(tensor.values().name()))
      scope.sparse[tensor.values().name()] = &tensor;
  std::vector<const onnx::NodeProto *> nodes;
  for (const onnx::NodeProto &node : graph.node())
    nodes.push_back(&node);
  if (!importNodes(scope, nodes))
    return Status::success();

  if (graph.output().empty())
    return error("the graph has no outputs");
  SmallVector<Value> results;
  SmallVector<DictionaryAttr> names;
  std::set<std::string> taken;
  for (const onnx::ValueInfoProto &output : graph.output())
    taken.insert(output.name());
  std::set<std::string> seen;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    Value value;
    Lookup found = lookup(scope, output.name(), value);
    if (found == Lookup::Unknown)
      return error("output '", output.name(), "' is not computed by any node");
    if (found == Lookup::Broken)
      continue;
    // A name may be listed twice; those of a module are different.
    std::string name = output.name();
    for (int i = 1; seen.count(name) || (i > 1 && taken.count(name)); ++i)
      name = output.name() + "_" + std::to_string(i);
    seen.insert(name);
    if (name != output.name())
      state.warnings.push_back("output '" + output.name() +
                               "' is listed more than once: here it is '" +
                               name + "'");
    if (Status status = checkOutput(output, value, state.warnings); !status)
      return status;
    results.push_back(value);
    names.push_back(state.builder.getDictionaryAttr(state.builder.getNamedAttr(
        "tw.name", state.builder.getStringAttr(name))));
  }
  if (!problems.empty())
    return Status::success();
  func::ReturnOp::create(state.builder, function.getLoc(), results);
  function.setType(FunctionType::get(state.context, entry->getArgumentTypes(),
                                     ValueRange(results).getTypes()));
  function.setAllResultAttrs(names);
  return Status::success();
}

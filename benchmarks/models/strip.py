"""Strips the weights out of an ONNX model and leaves what `generate.py` needs to draw new ones.

A weight is a float initializer whose role can be told from the nodes that use it:

    role       used as                                                          drawn as (see generate.py)
    weight     the filter of Conv, the matrix of Gemm or MatMul                 normal, scaled by fan-in
    bias       added: Conv, Gemm and norms have an input for it; one-axis Add   away from zero, either sign
    scale      multiplied: a norm's scale, a layer scale; one-axis Mul          between 0.2 and 1.5
    mean       BatchNormalization's mean                                        away from zero, either sign
    variance   BatchNormalization's variance                                    between 0.2 and 1.5
    embedding  the table of a Gather, a position table or bias of several axes  normal

Everything else stays as it is: integers, scalars, masks, the ones and zeros that an exporter invents. A stripped weight
keeps its name, shape and dtype; its data is marked as external, in a file that does not exist, so that no tool mistakes
the graph for a full model; and its `doc_string` says, for example, "role=weight channel_axis=0 fan_in=147 gain=1.3".
"""

import math
import re

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

PLACEHOLDER = "weights-left-out--use-generate.py"

# The role of each input that has one of its own, by op.
ROLES_BY_INPUT = {
    ("Conv", 1): "weight",
    ("Conv", 2): "bias",
    ("Gemm", 1): "weight",
    ("Gemm", 2): "bias",
    ("MatMul", 1): "weight",
    ("BatchNormalization", 1): "scale",
    ("BatchNormalization", 2): "bias",
    ("BatchNormalization", 3): "mean",
    ("BatchNormalization", 4): "variance",
    ("LayerNormalization", 1): "scale",
    ("LayerNormalization", 2): "bias",
    ("InstanceNormalization", 1): "scale",
    ("InstanceNormalization", 2): "bias",
    ("Gather", 0): "embedding",
}

# Ops that only move a tensor's elements: the role is told from whoever uses their result.
MOVES = {"Identity", "Reshape", "Unsqueeze", "Squeeze", "Transpose", "Expand", "Concat", "Cast"}


class UnknownRole(Exception):
    """A float tensor that looks like a weight and is used in a way this file does not know."""


def strip(model, gains):
    """Replaces every weight of `model`, in place, by its shape, dtype and role; drops the exporter's own metadata.

    `gains` is a list of (pattern, gain): the first pattern found in "<node's name> <weight's name>" gives the gain of a
    role=weight, the factor by which its node's output should be larger than its input.
    """
    users = uses_of(model.graph)
    for tensor in model.graph.initializer:
        if not is_weight(tensor):
            continue
        description = describe(tensor, users, gains)
        for part in ("raw_data", "float_data", "external_data"):
            tensor.ClearField(part)
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=PLACEHOLDER)
        tensor.doc_string = " ".join(f"{key}={value}" for key, value in description.items())
    share_equal_constants(model.graph)
    for item in [model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output]:
        item.ClearField("metadata_props")
        item.ClearField("doc_string")
    model.graph.ClearField("value_info")


def is_weight(tensor):
    """Whether a float tensor has more than two distinct values: random weights do, masks and invented ones don't."""
    return tensor.data_type == TensorProto.FLOAT and np.unique(numpy_helper.to_array(tensor)).size > 2


def uses_of(graph):
    """For each value: the nodes that use it, each with the index of the input."""
    users = {}
    for node in graph.node:
        for index, name in enumerate(node.input):
            users.setdefault(name, []).append((node, index))
    return users


def describe(tensor, users, gains):
    """Role, channel axis (a weight's outputs; else the last axis that is not 1) and, for weights, fan-in and gain."""
    shape = list(tensor.dims)
    wide = [axis for axis, size in enumerate(shape) if size > 1]
    node, index = final_use(tensor, users)
    role = ROLES_BY_INPUT.get((node.op_type, index))
    if role is None and node.op_type in ("Add", "Mul"):
        role = "embedding" if len(wide) > 1 else "bias" if node.op_type == "Add" else "scale"
    if role is None:
        raise UnknownRole(f"{tensor.name} {shape} is input {index} of {node.op_type} {node.name}")
    if role != "weight":
        return {"role": role, "channel_axis": wide[-1]}
    if node.op_type == "Gemm":
        axis = 0 if attribute(node, "transB") else 1
    else:
        axis = {"Conv": 0, "MatMul": len(shape) - 1}[node.op_type]
    fan_in = math.prod(shape) // shape[axis]
    gain = next(gain for pattern, gain in gains if re.search(pattern, f"{node.name} {tensor.name}"))
    return {"role": role, "channel_axis": axis, "fan_in": fan_in, "gain": gain}


def final_use(tensor, users):
    """The first node that computes with `tensor` rather than moving it, as (node, input index).

    A Gather wins: a table that is tied to the last matrix is drawn as an embedding.
    """
    found = []
    waiting = [tensor.name]
    while waiting:
        for node, index in users.get(waiting.pop(), []):
            if node.op_type in MOVES:
                waiting.extend(node.output)
            else:
                found.append((node, index))
    return next((use for use in found if use[0].op_type == "Gather"), found[0])


def attribute(node, name):
    return next((onnx.helper.get_attribute_value(a) for a in node.attribute if a.name == name), None)


def share_equal_constants(graph):
    """Keeps one of several equal constants: the same attention mask once rather than once per block."""
    first, renamed = {}, {}
    for tensor in graph.initializer:
        if tensor.data_location != TensorProto.EXTERNAL:
            key = (tensor.data_type, tuple(tensor.dims), numpy_helper.to_array(tensor).tobytes())
            renamed[tensor.name] = first.setdefault(key, tensor.name)
    for node in graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = renamed.get(name, name)
    kept = [tensor for tensor in graph.initializer if renamed.get(tensor.name, tensor.name) == tensor.name]
    del graph.initializer[:]
    graph.initializer.extend(kept)

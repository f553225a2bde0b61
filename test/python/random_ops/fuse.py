"""Puts elementwise ops, transposes and reductions in front of a case's op and behind it."""

import numpy as np
import onnx
from onnx import helper, numpy_helper

from .draw import NUMPY, is_float

NAMES = {kind: name for name, kind in NUMPY.items()}


def add_constant(made, name, value):
    made.values[name] = np.asarray(value)
    made.constants.add(name)
    return name


def produce(draw, made):
    """One input is computed by a node, so that the op sees the same values as before."""
    names = [name for name, value in made.values.items() if name not in made.constants | made.fixed]
    if not names:
        return
    name = draw.pick(names)
    value = made.values[name]
    dtype = NAMES[value.dtype]
    if value.ndim > 1 and draw.chance(0.4):
        order = [int(axis) for axis in draw.rng.permutation(value.ndim)]
        node = helper.make_node("Transpose", [name], ["p"], name="producer", perm=order)
        made.values[name] = np.ascontiguousarray(np.transpose(value, np.argsort(order)))
    elif dtype == "bool":
        node = helper.make_node("Not", [name], ["p"], name="producer")
        made.values[name] = ~value
    elif is_float(dtype):
        half = add_constant(made, "half", np.asarray(0.5, value.dtype))
        node = helper.make_node("Mul", [name, half], ["p"], name="producer")
        made.values[name] = (value * np.asarray(2, value.dtype)).astype(value.dtype)
    else:
        one = add_constant(made, "one", np.asarray(1, value.dtype))
        node = helper.make_node("Sub", [name, one], ["p"], name="producer")
        with np.errstate(over="ignore"):
            made.values[name] = (value + np.asarray(1, value.dtype)).astype(value.dtype)
    for each in made.nodes:
        for i, given in enumerate(each.input):
            if given == name:
                each.input[i] = "p"
    made.nodes.insert(0, node)


def rank_of(made, name):
    """The rank of a value, where onnx can tell."""
    try:
        inferred = onnx.shape_inference.infer_shapes(made.model())
    except Exception:  # It has no one type of error.
        return None
    for value in (*inferred.graph.output, *inferred.graph.value_info):
        if value.name == name and value.type.tensor_type.HasField("shape"):
            return len(value.type.tensor_type.shape.dim)
    return None


def consume(draw, made):
    """The first output goes through another op; sometimes it stays an output, too."""
    name, dtype = made.outputs[0], made.result
    kind = NUMPY[dtype]
    rank = rank_of(made, name)
    inputs, attributes = [name], {}
    if rank and dtype in ("f32", "f64", "i32") and draw.chance(0.3):
        # ONNX Runtime sums i64 in f64.
        op = "ReduceSum"
        axes = add_constant(made, "axes", np.asarray(draw.axes(rank), np.int64))
        inputs, attributes = [name, axes], {"keepdims": draw.integer(0, 1)}
        made.tolerance = max(made.tolerance, 4) if is_float(dtype) else 0
    elif draw.chance(0.25):
        op = "Transpose"
    elif dtype == "bool":
        op = "Not"
    elif draw.chance(0.3):
        op, inputs = "Add", [name, name]
    elif is_float(dtype):
        op = draw.pick(["Relu", "Mul", "Add", "Sigmoid", "Abs"])
        if op in ("Mul", "Add"):
            inputs = [name, add_constant(made, "scale", np.asarray(1.5, kind))]
    else:
        op, inputs = "Sub", [name, add_constant(made, "two", np.asarray(2, kind))]
    made.nodes.append(helper.make_node(op, inputs, ["consumed"], name="consumer", **attributes))
    made.outputs = ["consumed", *(made.outputs if draw.chance(0.3) else made.outputs[1:])]


def fuse(draw, made):
    # The types of the ops around: ONNX has them for all numbers.
    if draw.chance(0.25):
        produce(draw, made)
    if made.result and draw.chance(0.35):
        consume(draw, made)

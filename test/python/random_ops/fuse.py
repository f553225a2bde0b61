"""Puts elementwise ops, transposes and reductions in front of a case's op and behind it."""

import numpy as np
import onnx
from onnx import helper

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
        with np.errstate(over="ignore"):
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


def shape_of(made, name):
    """The shape of a value, where onnx can tell; None for an axis that it cannot."""
    try:
        inferred = onnx.shape_inference.infer_shapes(made.model())
    except Exception:  # It has no one type of error.
        return None
    for value in (*inferred.graph.output, *inferred.graph.value_info):
        if value.name == name and value.type.tensor_type.HasField("shape"):
            axes = value.type.tensor_type.shape.dim
            return [axis.dim_value if axis.HasField("dim_value") else None for axis in axes]
    return None


def operand(draw, made, name, shape, kind):
    """A second operand of an elementwise op: the value itself, a scalar, what broadcasts, or
    rows of a table."""
    if draw.chance(0.3):
        return name
    if shape and all(shape) and len(shape) > 1 and draw.chance(0.2):
        rows = draw.pick([1, 2, 4, 5, 16])
        table = add_constant(made, f"{name}_table", draw.values(NAMES[kind], (rows, *shape[1:])))
        numbers = f"{name}_numbers"
        made.values[numbers] = draw.values("i64", shape[0], -rows, rows - 1)
        made.fixed.add(numbers)
        made.nodes.append(helper.make_node("Gather", [table, numbers], [f"{name}_rows"], name=f"rows_of_{name}"))
        return f"{name}_rows"
    dims = []
    if shape and None not in shape and draw.chance(0.6):
        dims = [1 if draw.chance(0.4) else size for size in shape[draw.integer(0, len(shape) - 1) :]]
    value = draw.values(NAMES[kind], dims)
    constant = f"{name}_with"
    made.values[constant] = value
    if draw.chance(0.6):
        made.constants.add(constant)
    else:
        made.fixed.add(constant)
    return constant


def consume(draw, made, name, result):
    """`name` goes through another op, into `result`."""
    dtype = made.result
    kind = NUMPY[dtype]
    shape = shape_of(made, name)
    inputs, attributes = [name], {}
    # Integers that may be 1 apart have sums that may be anything.
    adds = is_float(dtype) or made.tolerance <= 1
    if shape and dtype in ("f32", "f64", "i32") and adds and draw.chance(0.3):
        # ONNX Runtime sums integers in f64.
        # Of nothing there is no mean and no largest, and None may be 0.
        some = is_float(dtype) and all(shape)
        op = draw.pick(["ReduceSum", "ReduceMax", "ReduceMean"]) if some else "ReduceSum"
        axes = add_constant(made, f"{result}_axes", np.asarray(draw.axes(len(shape)), np.int64))
        inputs, attributes = [name, axes], {"keepdims": draw.integer(0, 1)}
        made.tolerance = max(made.tolerance, 4) if is_float(dtype) else 0
        made.oracle = made.oracle if is_float(dtype) else False
        if op == "ReduceMax":
            # ONNX Runtime may leave out NaN.
            made.oracle = made.oracle in (True, "onnx") and "onnx"
    elif shape and dtype == "f32" and draw.chance(0.15):
        op, attributes = "Softmax", {"axis": draw.axis(len(shape))}
        # Before opset 13 all axes behind are one: ONNX Runtime adds up many elements in f32.
        made.tolerance = max(made.tolerance, 8 if made.opset >= 13 else 30)
    elif draw.chance(0.25):
        op = "Transpose"
    elif dtype == "bool":
        op = "Not"
    elif is_float(dtype):
        op = draw.pick(["Relu", "Mul", "Add", "Sub", "Sigmoid", "Abs"])
        if op == "Sigmoid":
            # ONNX Runtime's is off by some 1e-7.
            made.least = max(made.least, 0.1)
        if op in ("Mul", "Add", "Sub"):
            inputs = [name, operand(draw, made, name, shape, kind)]
    else:
        op, inputs = draw.pick(["Add", "Sub"]), [name, operand(draw, made, name, shape, kind)]
        if inputs == [name, name]:
            # Integers that may be 1 apart are 2 apart then.
            made.tolerance = max(made.tolerance, 2 * made.tolerance - 1)
    made.nodes.append(helper.make_node(op, inputs, [result], name=f"to_{result}", **attributes))
    made.outputs = [result, *(made.outputs if draw.chance(0.2) else made.outputs[1:])]


def fuse(draw, made):
    if len(made.outputs) > 1 and draw.chance(0.3):
        # Nobody reads one of the results.
        unused = draw.integer(0, len(made.outputs) - 1)
        made.outputs = [name for i, name in enumerate(made.outputs) if i != unused]
        if unused == 0:
            made.result = None
    if draw.chance(0.25):
        produce(draw, made)
    if made.result and draw.chance(0.4):
        consume(draw, made, made.outputs[0], "c0")
        if draw.chance(0.4):
            consume(draw, made, "c0", "c1")

"""Casts and constants."""

import numpy as np
from onnx import helper, numpy_helper

from ..case import case
from ..draw import NUMPY, is_float
from ..registry import generator


def castable(draw, dtype, target, shape):
    """Values whose cast to `target` ONNX defines: in its range."""
    if is_float(dtype) and not is_float(target) and target != "bool":
        low = 0 if target[0] == "u" else -100
        return draw.values(dtype, shape, low, 100)
    if is_float(dtype):
        return draw.values(dtype, shape, special=draw.chance(0.3))
    if target == "f16" and NUMPY[dtype].itemsize > 1 and dtype != "i16":
        return draw.values(dtype, shape, 0 if dtype[0] == "u" else -1000, 1000)
    return draw.wide(dtype, shape)


@generator("Cast")
def cast(draw, op, dtype):
    target = draw.pick(list(NUMPY))
    wild = draw.wild()
    values = draw.extreme(dtype, draw.shape()) if wild else castable(draw, dtype, target, draw.shape())
    return case(op, [values], oracle=not wild, result=target, to=helper.np_dtype_to_tensor_dtype(NUMPY[target]))


@generator("CastLike")
def cast_like(draw, op, dtype):
    target = draw.pick(list(NUMPY))
    values = castable(draw, dtype, target, draw.shape())
    return case(op, [values, draw.values(target, draw.shape(budget=100))], result=target)


@generator("Constant")
def constant(draw, op, dtype):
    form = draw.pick(["value", "value", "sparse_value", "value_float", "value_floats", "value_int", "value_ints"])
    if form.startswith("value_"):
        dtype = "f32" if "float" in form else "i64"
        value = draw.values(dtype, draw.size() if form.endswith("s") else ()).tolist()
        # An empty list does not say of what it is.
        return case(op, [], result=dtype, **{form: value if value != [] else [1]})
    array = np.asarray(draw.values(dtype, draw.shape(low=1 if form == "sparse_value" else 0)))
    if form == "value":
        return case(op, [], result=dtype, value=numpy_helper.from_array(array, "value"))
    places = np.flatnonzero(draw.values("bool", array.size))
    values, indices = array.reshape(-1)[places], places.astype(np.int64)
    if draw.chance(0.5):
        indices = np.stack(np.unravel_index(places, array.shape), -1).astype(np.int64)
    tensors = [numpy_helper.from_array(each, name) for each, name in ((values, "values"), (indices, "indices"))]
    made = case(op, [], ["sparse"], result=dtype, sparse_value=helper.make_sparse_tensor(*tensors, array.shape))
    # Neither ONNX Runtime nor onnx gives a sparse result.
    made.nodes.append(helper.make_node("Identity", ["sparse"], ["o0"]))
    made.outputs = ["o0"]
    return made


@generator("Identity")
def identity(draw, op, dtype):
    return case(op, [draw.values(dtype, draw.shape(), special=draw.chance(0.3))], result=dtype)

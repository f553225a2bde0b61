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
    tensor = numpy_helper.from_array(np.asarray(draw.values(dtype, draw.shape())), "value")
    return case(op, [], result=dtype, value=tensor)


@generator("Identity")
def identity(draw, op, dtype):
    return case(op, [draw.values(dtype, draw.shape(), special=draw.chance(0.3))], result=dtype)

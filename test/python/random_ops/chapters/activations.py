"""Activations."""

import numpy as np

from ..case import case
from ..draw import is_float
from ..registry import generator

ATTRIBUTES = {
    "LeakyRelu": {"alpha": (0, 1)},
    "Elu": {"alpha": (0.5, 2)},
    "Selu": {"alpha": (0.5, 2), "gamma": (0.5, 2)},
    "Celu": {"alpha": (0.5, 2)},
    "HardSigmoid": {"alpha": (0.1, 0.5), "beta": (0.2, 0.8)},
    "ThresholdedRelu": {"alpha": (0, 1)},
    "Swish": {"alpha": (0.5, 2)},
}
OPSETS = {"Swish": 24}


@generator(*ATTRIBUTES, "Relu", "Sigmoid", "HardSwish", "Softplus", "Softsign", "Mish")
def activation(draw, op, dtype):
    attributes = {key: draw.real(*span) for key, span in ATTRIBUTES.get(op, {}).items() if draw.chance(0.7)}
    if op == "ThresholdedRelu" and attributes:
        # ONNX Runtime compares in f32 with an alpha that the type may not have.
        attributes["alpha"] = round(attributes["alpha"] * 8) / 8
    wild = draw.wild()
    values = draw.values(dtype, draw.shape(), special=wild)
    # ONNX Runtime computes Mish in three ops and rounds each.
    tolerance = 4 if op == "Mish" else 2
    opset = OPSETS.get(op, 21)
    return case(op, [values], result=dtype, opset=opset, oracle=not wild, tolerance=tolerance, **attributes)


@generator("Gelu")
def gelu(draw, op, dtype):
    approximate = draw.pick([None, "none", "tanh"])
    # Far below 0 it is x times a difference from 1.
    return case(op, [draw.values(dtype, draw.shape())], result=dtype, approximate=approximate, tolerance=2, least=1)


@generator("SwiGLU")
def swiglu(draw, op, dtype):
    shape = draw.shape()
    inputs = [draw.values(dtype, shape), draw.values(dtype, shape)]
    return case(op, inputs, alpha=draw.pick([None, 0.5, 1.7]), result=dtype, opset=28, tolerance=2)


@generator("PRelu")
def prelu(draw, op, dtype):
    shape = draw.shape(low=1)
    slope = tuple(1 if draw.chance(0.3) else size for size in shape)[draw.integer(0, len(shape) - 1) :]
    constants = (1,) if draw.chance(0.5) else ()
    return case(op, [draw.values(dtype, shape), draw.values(dtype, slope)], constants=constants, result=dtype)


@generator("Shrink")
def shrink(draw, op, dtype):
    if is_float(dtype):
        attributes = {"lambd": draw.real(0, 1), "bias": draw.real(-1, 1)}
    else:
        attributes = {"lambd": draw.integer(0, 10) / 2, "bias": draw.integer(0, 6) / 2}
    # For unsigned integers it is open what -lambd is.
    return case(op, [draw.values(dtype, draw.shape())], result=dtype, oracle=dtype[0] != "u", **attributes)


@generator("Clip")
def clip(draw, op, dtype):
    kind = draw.values(dtype, ()).dtype
    low, high = (-1, 0.5) if is_float(dtype) else (0, 5)
    low = np.asarray(low, kind) if draw.chance(0.7) else None
    high = np.asarray(high, kind) if draw.chance(0.7) else None
    if is_float(dtype) and draw.chance(0.2):
        spans = {"min": low and float(low), "max": high and float(high)}
        return case(op, [draw.values(dtype, draw.shape())], opset=10, result=dtype, **spans)
    constants = (1, 2) if draw.chance(0.6) else ()
    wild = draw.wild()
    values = draw.values(dtype, draw.shape(), special=wild)
    return case(op, [values, low, high], constants=constants, oracle=not wild, result=dtype)


@generator("Softmax", "LogSoftmax")
def softmax(draw, op, dtype):
    shape = draw.shape(low=1)
    axis = draw.axis(len(shape)) if draw.chance(0.8) else None
    # Before opset 13 all axes from this one on were one.
    opset = 21 if draw.chance(0.7) else draw.pick([7, 11])
    if opset == 7 and axis is not None:
        axis %= len(shape)
    if opset < 13 and axis is None and len(shape) == 1:
        axis = 0  # Not 1, as it is without one.
    wild = draw.wild()
    values = draw.values(dtype, shape, special=wild)
    return case(op, [values], result=dtype, axis=axis, opset=opset, oracle=not wild, tolerance=2)


@generator("Hardmax")
def hardmax(draw, op, dtype):
    shape = draw.shape(low=1)
    axis = draw.axis(len(shape)) if draw.chance(0.8) else None
    return case(op, [draw.distinct(dtype, shape)], result=dtype, axis=axis)


@generator("Dropout")
def dropout(draw, op, dtype):
    ratio = np.float32(0.25) if draw.chance(0.5) else None
    outputs = draw.integer(1, 2)
    return case(op, [draw.values(dtype, draw.shape()), ratio], outputs, constants=(1,), result=dtype)

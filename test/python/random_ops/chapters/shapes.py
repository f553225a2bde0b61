"""Shapes."""

import numpy as np

from ..case import case
from ..registry import generator


def ints(values):
    return np.asarray(values, np.int64)


@generator("Shape")
def shape_of(draw, op, dtype):
    shape = draw.shape()
    start, end = (draw.integer(-5, 5) if draw.chance(0.4) else None for _ in range(2))
    # onnx counts an end before the first axis from the last one.
    return case(op, [draw.values(dtype, shape)], start=start, end=end, oracle="onnxruntime")


@generator("Size")
def size_of(draw, op, dtype):
    return case(op, [draw.values(dtype, draw.shape())])


def regroup(draw, count):
    """A shape of `count` elements."""
    shape = []
    while count > 1 and len(shape) < 4:
        factors = [factor for factor in range(2, min(count, 130) + 1) if count % factor == 0]
        factor = draw.pick(factors or [count])
        shape.append(factor)
        count //= factor
    return shape + ([count] if count != 1 or draw.chance(0.3) else [])


@generator("Reshape")
def reshape(draw, op, dtype):
    shape = draw.shape(zero=0.01)
    count = int(np.prod(shape, dtype=int))
    if count == 0:
        return case(op, [draw.values(dtype, shape), ints([0, 3])], constants=(1,), allowzero=1, result=dtype)
    target = regroup(draw, count)
    if target and draw.chance(0.5):
        target[draw.integer(0, len(target) - 1)] = -1
    elif shape and target and target[0] == shape[0]:
        target[0] = 0
    made = case(op, [draw.values(dtype, shape), ints(target)], constants=(1,), result=dtype)
    # The target's sizes are those of this input only, but for one.
    made.fixed.add("i0")
    return made


@generator("Flatten")
def flatten(draw, op, dtype):
    shape = draw.shape(low=1)
    axis = draw.integer(-len(shape), len(shape)) if draw.chance(0.8) else None
    return case(op, [draw.values(dtype, shape)], axis=axis, result=dtype)


@generator("Squeeze")
def squeeze(draw, op, dtype):
    shape = list(draw.shape(high=3))
    places = sorted(draw.integer(0, len(shape)) for _ in range(draw.integer(1, 2)))
    for offset, place in enumerate(places):
        shape.insert(place + offset, 1)
    ones = [axis for axis, size in enumerate(shape) if size == 1]
    axes = [axis - len(shape) if draw.chance(0.4) else axis for axis in ones[: draw.integer(1, len(ones))]]
    values = draw.values(dtype, shape)
    # Without axes every axis of size 1 goes, and a dynamic one may be of size 1.
    if draw.chance(0.2):
        return case(op, [values], result=dtype, fixed=(0,))
    if draw.chance(0.2):
        return case(op, [values], axes=axes, opset=11, result=dtype)
    return case(op, [values, ints(axes)], constants=(1,), result=dtype)


@generator("Unsqueeze")
def unsqueeze(draw, op, dtype):
    shape = draw.shape(high=3)
    count = draw.integer(1, 2)
    axes = draw.axes(len(shape) + count, count, count)
    # onnx takes the axes in the order in which they are given.
    if draw.chance(0.2):
        return case(op, [draw.values(dtype, shape)], axes=axes, opset=11, result=dtype, oracle="onnxruntime")
    return case(
        op, [draw.values(dtype, shape), ints(axes)], constants=(1,), result=dtype, oracle="onnxruntime"
    )


@generator("Expand")
def expand(draw, op, dtype):
    given, target = draw.broadcast(2)
    made = case(op, [draw.values(dtype, given), ints(target)], constants=(1,), result=dtype)
    return made


@generator("Transpose")
def transpose(draw, op, dtype):
    shape = draw.shape(high=5)
    order = [int(axis) for axis in draw.rng.permutation(len(shape))] if draw.chance(0.85) else None
    return case(op, [draw.values(dtype, shape)], perm=order if shape else None, result=dtype)

"""Gather and scatter."""

import numpy as np

from ..case import case
from ..registry import generator


@generator("Gather")
def gather(draw, op, dtype):
    shape = draw.shape(low=1, high=3, budget=2000)
    axis = draw.axis(len(shape))
    size = shape[axis]
    picked = draw.shape(high=2, budget=40) if size else (0,)
    constants = (1,) if draw.chance(0.3) else ()
    if draw.wild():
        return case(
            op,
            [draw.values(dtype, shape), draw.index(picked, size, negative="wild")],
            axis=axis,
            oracle=False,
            result=dtype,
        )
    return case(op, [draw.values(dtype, shape), draw.index(picked, size)], axis=axis, constants=constants, result=dtype)


@generator("GatherElements")
def gather_elements(draw, op, dtype):
    shape = draw.shape(low=1, budget=2000, zero=0)
    axis = draw.axis(len(shape))
    picked = [draw.integer(1, size) for size in shape]
    picked[axis] = draw.size(most=70)
    values, wild = draw.values(dtype, shape), draw.wild()
    indices = draw.index(picked, shape[axis], negative="wild" if wild else True)
    return case(op, [values, indices], axis=axis, oracle=not wild, result=dtype)


@generator("GatherND")
def gather_nd(draw, op, dtype):
    shape = draw.shape(low=1, budget=2000, zero=0)
    batch = draw.integer(0, min(2, len(shape) - 1)) if draw.chance(0.4) else 0
    depth = draw.integer(1, len(shape) - batch)
    picked = (*shape[:batch], *draw.shape(high=2, budget=60))
    wild = draw.wild()
    negative = "wild" if wild else True
    indices = [draw.index(picked, size, "i64", negative) for size in shape[batch : batch + depth]]
    return case(
        op,
        [draw.values(dtype, shape), np.stack(indices, -1)],
        batch_dims=batch,
        oracle=not wild,
        result=dtype,
        fixed=(1,),
    )


def reduction(draw, dtype):
    """none more often than others, which ONNX has for numbers."""
    kinds = ["add", "mul", "max", "min"] if dtype != "bool" else [None]
    return draw.pick(kinds) if draw.chance(0.5) else None


def scattered(draw, op, dtype, opset, kind):
    shape = draw.shape(low=1, budget=2000, zero=0)
    axis = draw.axis(len(shape))
    picked = [draw.integer(1, size) for size in shape]
    wild = False
    if kind is None:
        # Without a reduction, two updates of one element are not defined.
        lines = np.argsort(draw.rng.random(shape), axis=axis)
        indices = lines[tuple(slice(size) for size in picked)].astype(draw.pick([np.int32, np.int64]))
        if draw.chance(0.3):
            indices = indices - shape[axis]
            indices = indices.astype(np.int64)
    else:
        wild = draw.wild()
        indices = draw.index(picked, shape[axis], negative="wild" if wild else True)
    values = [draw.values(dtype, shape), indices, draw.values(dtype, picked)]
    # Sums round after each update, which ONNX Runtime does in another order for 16 bits.
    return case(op, values, axis=axis, reduction=kind, opset=opset, oracle=not wild, result=dtype, tolerance=8)


@generator("Scatter")
def scatter(draw, op, dtype):
    return scattered(draw, op, dtype, 10, None)


@generator("ScatterElements")
def scatter_elements(draw, op, dtype):
    return scattered(draw, op, dtype, 21, reduction(draw, dtype))


@generator("ScatterND")
def scatter_nd(draw, op, dtype):
    shape = draw.shape(low=1, budget=2000, zero=0)
    depth = draw.integer(1, len(shape))
    kind = reduction(draw, dtype)
    places = int(np.prod(shape[:depth]))
    count = draw.integer(1, min(places, 40))
    chosen = draw.rng.permutation(places)[:count] if kind is None else draw.values("i64", count, 0, places - 1)
    indices = np.stack(np.unravel_index(chosen, shape[:depth]), -1).astype(np.int64)
    updates = draw.values(dtype, (count, *shape[depth:]))
    return case(
        op, [draw.values(dtype, shape), indices, updates], reduction=kind, result=dtype, fixed=(1,), tolerance=8
    )


@generator("TensorScatter")
def tensor_scatter(draw, op, dtype):
    batch, length, width = draw.integer(1, 3), draw.integer(4, 40), draw.integer(1, 20)
    heads = draw.integer(1, 3)
    part = draw.integer(1, min(length, 6))
    circular = draw.chance(0.4)
    start = draw.values("i64", batch, 0, length - 1 if circular else length - part)
    start = start if draw.chance(0.8) else None
    mode = "circular" if circular else draw.pick([None, "linear"])
    axis = draw.pick([None, -2, 2])
    values = [draw.values(dtype, (batch, heads, size, width)) for size in (length, part)]
    return case(op, [*values, start], mode=mode, axis=axis, opset=24, result=dtype)


@generator("ReverseSequence")
def reverse_sequence(draw, op, dtype):
    shape = draw.shape(low=2, zero=0)
    batch, time = draw.pick([(0, 1), (1, 0)])
    wild = draw.wild()
    lengths = draw.values("i64", shape[batch], -2 if wild else 1, shape[time] + (2 if wild else 0))
    return case(
        op, [draw.values(dtype, shape), lengths], batch_axis=batch, time_axis=time, oracle=not wild, result=dtype
    )


@generator("Compress")
def compress(draw, op, dtype):
    shape = draw.shape(low=1, high=3, budget=1000, zero=0)
    axis = draw.axis(len(shape)) if draw.chance(0.7) else None
    size = shape[axis] if axis is not None else int(np.prod(shape))
    keep = draw.values("bool", draw.integer(1, size))
    return case(op, [draw.values(dtype, shape), keep], axis=axis, fixed=(1,), result=dtype)

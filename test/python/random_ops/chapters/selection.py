"""Sorting and selection."""

import numpy as np

from ..case import case
from ..registry import generator
from .shapes import ints


@generator("TopK")
def top_k(draw, op, dtype):
    shape = draw.shape(low=1, budget=3000, zero=0)
    axis = draw.axis(len(shape))
    size = shape[axis]
    k = draw.integer(1, size)
    order = draw.pick([None, 1])  # An unsorted result is open.
    # Equals keep their order.
    values = draw.distinct(dtype, shape) if draw.chance(0.6) else draw.values("i8", shape, 0, 5).astype(
        draw.values(dtype, ()).dtype
    )
    constants = (1,) if draw.chance(0.7) else ()
    if draw.wild():
        values = draw.values(dtype, shape, special=True)
        return case(
            op, [values, ints([k])], 2, axis=axis, largest=draw.pick([None, 0, 1]), constants=constants, oracle=False
        )
    return case(
        op,
        [values, ints([k])],
        2,
        axis=axis,
        largest=draw.pick([None, 0, 1]),
        sorted=order,
        constants=constants,
        result=dtype,
    )


@generator("NonZero")
def non_zero(draw, op, dtype):
    shape = draw.shape(low=1, high=3, budget=1000)
    values = draw.values("i8", shape, 0, 2).astype(draw.values(dtype, ()).dtype)
    return case(op, [values], result="i64")


@generator("Unique")
def unique(draw, op, dtype):
    shape = draw.shape(low=1, high=3, budget=300, zero=0)
    axis = draw.axis(len(shape)) if draw.chance(0.4) else None
    values = draw.values("i8", shape, 0, 3).astype(draw.values(dtype, ()).dtype)
    outputs, order = draw.integer(1, 4), draw.pick([None, 0, 1])
    # onnx's evaluator sorts in any case.
    oracle = "onnxruntime" if order == 0 else True
    return case(op, [values], outputs, oracle=oracle, axis=axis, sorted=order)


@generator("NonMaxSuppression")
def non_max_suppression(draw, op, dtype):
    batch, classes, boxes = draw.integer(1, 2), draw.integer(1, 3), draw.pick([1, 7, 16, 33])
    center = draw.pick([None, 0, 1])
    corners = draw.values("f32", (batch, boxes, 4), 0, 1)
    if center:
        corners[..., 2:] = corners[..., 2:] * 0.4 + 0.05
    scores = (draw.rng.permutation(batch * classes * boxes) / 100).astype(np.float32).reshape(batch, classes, boxes)
    limits = [
        np.asarray([draw.integer(1, boxes)], np.int64),
        np.asarray([draw.real(0.1, 0.7)], np.float32),
        np.asarray([draw.real(0, 0.4)], np.float32),
    ]
    return case(
        op,
        [corners, scores, *limits[: draw.integer(1, 3)]],
        constants=(2, 3, 4) if draw.chance(0.5) else (),
        center_point_box=center,
    )

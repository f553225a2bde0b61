"""Reductions and scans."""

import numpy as np

from ..case import case
from ..draw import is_float
from ..registry import generator
from .shapes import ints


@generator(
    "ReduceSum",
    "ReduceMean",
    "ReduceMax",
    "ReduceMin",
    "ReduceProd",
    "ReduceL1",
    "ReduceL2",
    "ReduceSumSquare",
    "ReduceLogSum",
    "ReduceLogSumExp",
)
def reduce(draw, op, dtype):
    shape = draw.shape(zero=0.02)
    axes = draw.axes(len(shape), low=0) if shape and draw.chance(0.8) else None
    low, high = (0.5, 1.5) if op in ("ReduceProd", "ReduceLogSum") else (None, None)
    special = draw.wild()
    if not is_float(dtype):
        low, high = (0, 3) if op in ("ReduceLogSum", "ReduceLogSumExp", "ReduceL2") else (None, None)
    values = draw.values(dtype, shape, low, high, special=special)
    attributes = {
        "keepdims": draw.pick([None, 0, 1]),
        "noop_with_empty_axes": draw.integer(0, 1) if draw.chance(0.2) else None,
    }
    # Of integers ONNX does not say how means, roots and logarithms round, and of nothing no mean.
    exact = op in ("ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceSumSquare")
    oracle = (is_float(dtype) or exact) and 0 not in shape and not special
    if oracle and not is_float(dtype):
        # onnx widens them; ONNX Runtime multiplies in f64.
        oracle = "onnxruntime" if op != "ReduceProd" else False
    if oracle is True and dtype in ("f16", "bf16") and op not in ("ReduceMax", "ReduceMin"):
        oracle = "onnxruntime"  # onnx rounds each sum.
    # A product of many factors is far from the largest by its own size only.
    tolerance = 10 if op in ("ReduceProd", "ReduceLogSum") else 4
    if draw.chance(0.3):
        # Before opset 18 (13 for ReduceSum) axes were an attribute.
        del attributes["noop_with_empty_axes"]
        axes = [axis % len(shape) for axis in axes] if axes else None
        return case(
            op, [values], axes=axes, tolerance=tolerance if is_float(dtype) else 0, oracle=oracle, result=dtype,
            opset=draw.pick([7, 11, 12]), **attributes,
        )  # fmt: skip
    inputs = [values, ints(axes) if axes is not None else None]
    return case(
        op,
        inputs,
        constants=(1,),
        tolerance=tolerance if is_float(dtype) else 0,
        oracle=oracle,
        result=dtype,
        opset=20 if draw.chance(0.5) else 18,
        **attributes,
    )


@generator("ArgMax", "ArgMin")
def arg_reduce(draw, op, dtype):
    shape = draw.shape(low=1, zero=0)
    wild = draw.wild()
    values = draw.values(dtype, shape, special=True) if wild else draw.values("i8", shape, 0, 9).astype(
        draw.values(dtype, ()).dtype
    )
    axis = draw.axis(len(shape)) if draw.chance(0.8) else None
    return case(
        op,
        [values],
        oracle=not wild,
        axis=axis,
        keepdims=draw.pick([None, 0, 1]),
        select_last_index=draw.pick([None, 0, 1]),
    )


@generator("CumSum", "CumProd")
def scan(draw, op, dtype):
    shape = draw.shape(low=1)
    axis = np.asarray(draw.axis(len(shape)), draw.pick([np.int32, np.int64]))
    span = (0.8, 1.2) if is_float(dtype) and op == "CumProd" else (None, None)
    values = draw.values(dtype, shape, *span)
    # Other programs round each sum of 16-bit floats.
    oracle = dtype not in ("f16", "bf16")
    opset = 26 if op == "CumProd" else 21
    flags = {"exclusive": draw.pick([None, 0, 1]), "reverse": draw.pick([None, 0, 1])}
    return case(op, [values, axis], constants=(1,), tolerance=4, oracle=oracle, opset=opset, result=dtype, **flags)

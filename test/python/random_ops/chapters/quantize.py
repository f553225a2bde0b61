"""Quantisation. A value between two steps may round either way: results may be 1 apart."""

import numpy as np
from onnx import TensorProto, helper

from ..case import OPSET, case
from ..draw import NUMPY, is_float
from ..registry import generator
from .matrices import batches, product_sizes


def scale(draw, shape=(), dtype="f32"):
    return draw.values(dtype, shape, 0.02, 0.3)


def granularity(draw, shape):
    """(axis, block_size, the shape of the scale): per tensor, per axis or per block."""
    if draw.chance(0.4):
        return None, None, ()
    axis = draw.axis(len(shape))
    if draw.chance(0.5):
        return axis, draw.pick([None, 0]), (shape[axis],)
    block = draw.integer(1, max(1, min(shape[axis], 9)))
    return axis, block, tuple(-(-size // block) if i == axis % len(shape) else size for i, size in enumerate(shape))


@generator("QuantizeLinear")
def quantize(draw, op, dtype):
    shape = draw.shape(low=1)
    axis, block, per = granularity(draw, shape)
    kind = draw.pick(["i8", "u8", "i16", "u16"])
    zero = draw.values(kind, per) if draw.chance(0.8) else None
    # Whole numbers of the type i32 fall between steps often.
    wild = draw.wild()
    values = draw.extreme(dtype, shape) if wild else draw.values(dtype, shape)
    if dtype == "i32" and draw.chance(0.4):
        by = draw.values("i32", per, 1, 5)
    else:
        by = scale(draw, per, dtype if is_float(dtype) else "f32")
    inputs = [values, by, zero]
    said = draw.chance(0.5)
    precision = draw.pick([None, None, TensorProto.FLOAT, TensorProto.FLOAT16])
    return case(
        op,
        inputs,
        oracle=not wild,
        constants=(1, 2) if draw.chance(0.6) else (),
        axis=axis,
        block_size=block,
        output_dtype=helper.np_dtype_to_tensor_dtype(NUMPY[kind]) if said else None,
        precision=precision,
        opset=23 if precision else OPSET,
        tolerance=2,
        result=kind if said or zero is not None else "u8",
    )


@generator("DequantizeLinear")
def dequantize(draw, op, dtype):
    shape = draw.shape(low=1)
    axis, block, per = granularity(draw, shape)
    target = draw.pick(["f32", "f32", "f16"])
    zero = None if dtype == "i32" or draw.chance(0.3) else draw.values(dtype, per)
    # An integer may be more than an f16 holds, and the product need not be.
    values = draw.wide(dtype, shape) if draw.chance(0.4) else draw.values(dtype, shape)
    by = scale(draw, per, target) * NUMPY[target].type(draw.pick([1, 0.01]))
    inputs = [values, by, zero]
    result = draw.pick([None, None, "f32", "f16"])
    return case(
        op,
        inputs,
        constants=(1, 2) if draw.chance(0.6) else (),
        axis=axis,
        block_size=block,
        output_dtype=helper.np_dtype_to_tensor_dtype(NUMPY[result]) if result else None,
        opset=23 if result else OPSET,
        result=result or target,
    )


@generator("DynamicQuantizeLinear")
def dynamic_quantize(draw, op, dtype):
    return case(op, [draw.values(dtype, draw.shape(low=1, zero=0))], 3, tolerance=2, result="u8")


@generator("QLinearMatMul")
def qlinear_matmul(draw, op, dtype):
    m, k, n = product_sizes(draw)
    a, b = batches(draw) if draw.chance(0.3) else ((), ())
    other = draw.pick(["i8", "u8"])
    inputs = [
        draw.values(dtype, (*a, m, k)), scale(draw), draw.values(dtype, ()),
        draw.values(other, (*b, k, n)), scale(draw), draw.values(other, ()),
        np.float32(0.5), draw.values(dtype, ()),
    ]  # fmt: skip
    constants = (1, 2, 4, 5, 6, 7) + ((3,) if draw.chance(0.5) else ())
    # ONNX Runtime leaves memory as it is where there is nothing to add up.
    return case(op, inputs, constants=constants, oracle=k > 0, tolerance=2, result=dtype)

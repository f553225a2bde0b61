"""Signals."""

import numpy as np
from onnx import TensorProto

from ..case import case
from ..registry import generator
from .shapes import ints


@generator("DFT")
def dft(draw, op, dtype):
    shape = [*draw.shape(low=1, high=3, budget=300, zero=0), draw.pick([1, 2])]
    axis = draw.integer(0, len(shape) - 2)
    length = ints(draw.integer(1, 40)) if draw.chance(0.4) else None
    inverse = draw.pick([None, 0, 1])
    onesided = draw.pick([None, 0, 1]) if shape[-1] == 1 and not inverse else None
    given = ints(axis - len(shape) if draw.chance(0.4) else axis)
    # A long sum of terms that cancel out.
    return case(
        op,
        [draw.values(dtype, shape), length, given],
        constants=(1, 2),
        fixed=(0,),
        inverse=inverse,
        onesided=onesided,
        opset=20,
        tolerance=16,
        result=dtype,
    )


@generator("STFT")
def stft(draw, op, dtype):
    frame, step = draw.pick([4, 7, 8, 16]), draw.integer(1, 6)
    length = frame + draw.integer(0, 30)
    window = draw.values(dtype, frame) if draw.chance(0.5) else None
    inputs = [draw.values(dtype, (draw.integer(1, 2), length, 1)), ints(step), window, ints(frame)]
    return case(
        op, inputs, constants=(1, 3), fixed=(0, 2), onesided=draw.pick([None, 0, 1]), tolerance=16, result=dtype
    )


@generator("HannWindow", "HammingWindow", "BlackmanWindow")
def window(draw, op, dtype):
    size = np.asarray(draw.size(most=70, zero=0) + 1, draw.values(dtype, ()).dtype)
    kind = draw.pick([None, TensorProto.FLOAT, TensorProto.DOUBLE])
    constants = (0,) if draw.chance(0.6) else ()
    return case(op, [size], constants=constants, periodic=draw.pick([None, 0, 1]), output_datatype=kind, least=1)


@generator("MelWeightMatrix")
def mel_weights(draw, op, dtype):
    kind = draw.values(dtype, ()).dtype
    bins, length, rate = draw.integer(2, 12), draw.pick([16, 32, 64]), draw.pick([8000, 16000])
    inputs = [*(np.asarray(value, kind) for value in (bins, length, rate)), np.float32(0), np.float32(rate / 2)]
    target = draw.pick([None, TensorProto.FLOAT, TensorProto.DOUBLE])
    return case(op, inputs, constants=(0, 1, 2, 3, 4), output_datatype=target, tolerance=4)

"""Slices, joins, rearrangements and what makes tensors from nothing."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from ..case import OPSET, case
from ..draw import NUMPY, is_float
from ..registry import generator
from .shapes import ints


@generator("Slice")
def slice_(draw, op, dtype):
    shape = draw.shape(low=1)
    axes = draw.axes(len(shape))
    far = 1 << draw.pick([31, 62])
    starts, ends, steps = [], [], []
    for axis in axes:
        size = shape[axis]
        step = draw.pick([1, 1, 1, 2, 3, -1, -1, -2])
        starts.append(draw.integer(-size - 1, size + 1))
        ends.append(draw.pick([far, -far]) if draw.chance(0.3) else draw.integer(-size - 2, size + 2))
        steps.append(step)
    kind = draw.pick([np.int32, np.int64]) if abs(max(map(abs, ends))) < 1 << 31 else np.int64
    if draw.chance(0.15) and min(steps) == max(steps) == 1:
        most = (1 << 31) - 1
        spans = {"starts": starts, "ends": [max(-most, min(most, end)) for end in ends]}
        return case(op, [draw.values(dtype, shape)], axes=axes, opset=9, result=dtype, **spans)
    inputs = [draw.values(dtype, shape), *(np.asarray(each, kind) for each in (starts, ends, axes, steps))]
    # Starts and ends may be known only when it runs.
    constants = (1, 2, 3, 4) if draw.chance(0.85) else (3, 4)
    return case(op, inputs, constants=constants, fixed=(1, 2), result=dtype)


@generator("Split")
def split(draw, op, dtype):
    shape = list(draw.shape(low=1, zero=0))
    axis = draw.axis(len(shape))
    count = draw.integer(1, 4)
    values = lambda: draw.values(dtype, shape)  # noqa: E731
    if draw.chance(0.4):
        shape[axis] = max(shape[axis], count)
        # The last part may be smaller; there must be as many as are asked for.
        size = -(-shape[axis] // count)
        if size * (count - 1) >= shape[axis]:
            shape[axis] = count * size
        return case(op, [values()], count, axis=axis, num_outputs=count, result=dtype, fixed=(0,))
    parts = [draw.size(most=70, zero=0.1) for _ in range(count)]
    shape[axis] = sum(parts)
    if draw.chance(0.2):
        return case(op, [values()], count, axis=axis, split=parts, opset=11, result=dtype)
    made = case(op, [values(), ints(parts)], count, axis=axis, constants=(1,), result=dtype)
    return made


@generator("Concat")
def concat(draw, op, dtype):
    shape = list(draw.shape(low=1, budget=2000))
    axis = draw.axis(len(shape))
    inputs = []
    for _ in range(draw.integer(1, 4)):
        shape[axis] = draw.size(most=70)
        inputs.append(draw.values(dtype, shape))
    constants = tuple(i for i in range(len(inputs)) if draw.chance(0.15))
    return case(op, inputs, axis=axis, constants=constants if len(constants) < len(inputs) else (), result=dtype)


@generator("Pad")
def pad(draw, op, dtype):
    shape = draw.shape(low=1, budget=1500)
    mode = draw.pick([None, "constant", "reflect", "edge", "wrap"])
    axes = draw.axes(len(shape)) if draw.chance(0.4) else list(range(len(shape)))
    widths = []
    for _ in range(2):
        for axis in axes:
            size = shape[axis]
            low = -min(2, size // 3) if draw.chance(0.2) else 0
            high = min(size - 1, 6) if mode in ("reflect", "wrap") and size else 6
            widths.append(draw.integer(low, max(low, high)))
    given = len(axes) < len(shape) or draw.chance(0.3)
    value = draw.values(dtype, ()) if mode in (None, "constant") and draw.chance(0.6) else None
    # Reflection after cropping is done by some on the whole operand, and of nothing by none.
    oracle = (min(widths, default=0) >= 0 and 0 not in shape) or mode in (None, "constant")
    inputs = [draw.values(dtype, shape), ints(widths), value, ints(axes) if given else None]
    return case(op, inputs, mode=mode, constants=(1, 2, 3), oracle=oracle, result=dtype)


@generator("CenterCropPad")
def center_crop_pad(draw, op, dtype):
    shape = draw.shape(low=1, budget=1500, zero=0)
    axes = draw.axes(len(shape)) if draw.chance(0.6) else None
    target = [draw.size(most=20, zero=0) for _ in (axes if axes is not None else shape)]
    return case(op, [draw.values(dtype, shape), ints(target)], constants=(1,), axes=axes, result=dtype)


@generator("Tile")
def tile(draw, op, dtype):
    shape = draw.shape(low=1, budget=500)
    repeats = [draw.pick([0, 1, 1, 2, 3] if draw.chance(0.1) else [1, 1, 2, 3]) for _ in shape]
    return case(op, [draw.values(dtype, shape), ints(repeats)], constants=(1,), result=dtype)


@generator("DepthToSpace")
def depth_to_space(draw, op, dtype):
    block, mode = draw.integer(1, 3), draw.pick([None, "DCR", "CRD"])
    shape = (draw.integer(1, 3), block * block * draw.integer(1, 9), *draw.shape(2, budget=200))
    return case(op, [draw.values(dtype, shape)], blocksize=block, mode=mode, result=dtype, fixed=(0,))


@generator("SpaceToDepth")
def space_to_depth(draw, op, dtype):
    block = draw.integer(1, 3)
    shape = (draw.integer(1, 3), draw.integer(1, 9), *(block * size for size in draw.shape(2, budget=200)))
    mode = draw.pick([None, "DCR", "CRD"])
    opset = OPSET if mode is None else 28
    return case(op, [draw.values(dtype, shape)], blocksize=block, mode=mode, opset=opset, result=dtype, fixed=(0,))


@generator("Col2Im")
def col2im(draw, op, dtype):
    rank = draw.integer(1, 3)
    image = [draw.integer(4, 12) for _ in range(rank)]
    block = [draw.integer(1, 3) for _ in range(rank)]
    strides = [draw.integer(1, 2) for _ in range(rank)]
    dilations = [draw.integer(1, 2) if size > 1 else 1 for size in block]
    pads = [draw.integer(0, 1) for _ in range(2 * rank)]
    steps = [
        (image[i] + pads[i] + pads[rank + i] - dilations[i] * (block[i] - 1) - 1) // strides[i] + 1 for i in range(rank)
    ]
    shape = (draw.integer(1, 2), int(np.prod(block)) * draw.integer(1, 4), int(np.prod(steps)))
    inputs = [draw.values(dtype, shape), ints(image), ints(block)]
    # 16-bit sums: onnx rounds after each. ONNX Runtime is wrong about three axes.
    return case(
        op,
        inputs,
        constants=(1, 2),
        fixed=(0,),
        oracle="onnx",
        strides=strides,
        dilations=dilations,
        pads=pads,
        result=dtype,
        tolerance=4,
    )


@generator("ConstantOfShape")
def constant_of_shape(draw, op, dtype):
    target = draw.pick(list(NUMPY))
    value = numpy_helper.from_array(draw.values(target, (1,)), "value") if draw.chance(0.8) else None
    shape = np.asarray(draw.shape(), draw.values(dtype, ()).dtype)
    return case(
        op,
        [shape],
        constants=(0,) if draw.chance(0.5) else (),
        fixed=(0,),
        value=value,
        result=target if value else "f32",
    )


@generator("Range")
def range_(draw, op, dtype):
    low = draw.integer(0, 5)
    step = draw.integer(1, 3)
    high = low + draw.size(most=70)
    # Unsigned and narrow integers count up only: what ONNX Runtime has are the wide ones.
    down = dtype[0] != "u" and draw.chance(0.3)
    start, limit, delta = (high, low, -step) if down else (low, high, step)
    kind = draw.values(dtype, ()).dtype
    # f32 and f64 also where the quotient is near a whole number.
    scale = draw.pick([0.5, 0.1, 0.7]) if dtype in ("f32", "f64") else 0.5 if is_float(dtype) else 1
    # i64 also beyond what an f64 holds.
    far = draw.pick([2**53, 2**63 - 1 - max(start, limit), -(2**63)]) if dtype == "i64" and draw.chance(0.4) else 0
    inputs = [np.asarray(value * scale, kind) for value in (start + far, limit + far, delta)]
    stash = draw.pick([None, TensorProto.FLOAT])
    return case(
        op,
        inputs,
        constants=(0, 1, 2) if draw.chance(0.5) else (),
        stash_type=stash,
        opset=27 if stash else OPSET,
        result=dtype,
    )


@generator("EyeLike")
def eye_like(draw, op, dtype):
    target = draw.pick([None, *NUMPY])
    to = target and helper.np_dtype_to_tensor_dtype(NUMPY[target])
    offset = draw.integer(-4, 4) if draw.chance(0.6) else None
    return case(op, [draw.values(dtype, draw.shape(2))], result=target or dtype, dtype=to, k=offset)


@generator("Trilu")
def trilu(draw, op, dtype):
    shape = draw.shape(low=2)
    far = draw.pick([2**63 - 1, -(2**63)])
    offset = np.asarray(far if draw.chance(0.1) else draw.integer(-9, 9), np.int64) if draw.chance(0.6) else None
    constants = (1,) if draw.chance(0.6) else ()
    return case(
        op, [draw.values(dtype, shape), offset], upper=draw.pick([None, 0, 1]), constants=constants, result=dtype
    )


@generator("OneHot")
def one_hot(draw, op, dtype):
    shape = draw.shape(high=2, budget=200)
    depth = draw.size(most=30, zero=0)
    target = draw.pick(list(NUMPY))
    low = 0 if dtype[0] == "u" else -depth - 1
    indices = draw.values("i32", shape, low, depth + 1).astype(NUMPY[dtype])
    axis = draw.integer(-len(shape) - 1, len(shape)) if draw.chance(0.7) else None
    inputs = [indices, np.asarray(depth, np.int64), draw.values(target, (2,))]
    return case(op, inputs, axis=axis, constants=(1,), fixed=(2,), result=target)

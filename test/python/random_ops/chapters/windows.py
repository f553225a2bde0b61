"""Convolutions and pooling: ops whose windows slide over spatial axes."""

import dataclasses
from typing import List, Optional

import numpy as np

from ..case import case
from ..draw import is_float
from ..registry import generator


@dataclasses.dataclass
class Window:
    """Attributes that fit an input of spatial shape `image`."""

    image: List[int]
    kernel: List[int]
    strides: Optional[List[int]]
    dilations: Optional[List[int]]
    pads: Optional[List[int]]
    auto_pad: Optional[str]

    def attributes(self):
        return {key: getattr(self, key) for key in ("strides", "dilations", "pads", "auto_pad")}


def window(draw, rank=None, large=40, dilate=True, most_pad=3):
    rank = rank or draw.pick([1, 2, 2, 2, 3])
    kernel = [draw.pick([1, 2, 3, 3, 5] if rank < 3 else [1, 2, 3]) for _ in range(rank)]
    dilations = [draw.pick([1, 1, 2, 3]) for _ in range(rank)] if dilate and draw.chance(0.35) else None
    reach = [(size - 1) * step + 1 for size, step in zip(kernel, dilations or [1] * rank)]
    most = large if rank == 1 else large // 2 if rank == 2 else large // 4
    image = [max(size, draw.size(most=max(most, 5), zero=0)) for size in reach]
    strides = [draw.integer(1, 3) for _ in range(rank)] if draw.chance(0.5) else None
    pads = auto = None
    if draw.chance(0.25):
        auto = draw.pick(["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"])
    elif draw.chance(0.7):
        # No window may lie in the padding only.
        pads = [draw.integer(0, min(most_pad, size - 1)) for size in kernel * 2]
    return Window(image, kernel, strides, dilations, pads, auto)


def channels(draw):
    """(groups, input channels, output channels)."""
    if draw.chance(0.6):
        return 1, draw.pick([1, 2, 3, 5, 8, 16, 17, 19]), draw.pick([1, 3, 4, 7, 8, 15, 16, 17, 32, 33])
    if draw.chance(0.5):
        groups = draw.pick([2, 3, 7, 8, 16, 17])
        return groups, groups, groups * draw.integer(1, 2)  # depthwise
    groups = draw.pick([2, 3])
    return groups, groups * draw.integer(1, 9), groups * draw.integer(1, 9)


def filters(draw):
    """Now and then the filter is a weight."""
    return (1, 2) if draw.chance(0.7) else ()


@generator("Conv")
def conv(draw, op, dtype, domain="", **more):
    spot = window(draw)
    groups, inside, outside = channels(draw)
    x = draw.values(dtype, (draw.pick([1, 1, 2, 3]), inside, *spot.image))
    w = draw.values(dtype, (outside, inside // groups, *spot.kernel))
    bias = draw.values(dtype, (outside,)) if draw.chance(0.6) else None
    return case(
        op, [x, w, bias], constants=filters(draw), fixed=(1, 2), domain=domain, result=dtype, tolerance=2, **more,
        group=groups if groups > 1 or draw.chance(0.3) else None,
        kernel_shape=spot.kernel if draw.chance(0.5) else None, **spot.attributes(),
    )  # fmt: skip


@generator("FusedConv", domain="com.microsoft")
def fused_conv(draw, op, dtype):
    activation = draw.pick(["Relu", "Tanh", "Sigmoid", "LeakyRelu", "Clip", "HardSigmoid"])
    parameters = {"LeakyRelu": [0.2], "Clip": [-0.5, 0.5], "HardSigmoid": [0.2, 0.5]}.get(activation)
    return conv(draw, op, dtype, "com.microsoft", activation=activation, activation_params=parameters)


@generator("ConvInteger")
def conv_integer(draw, op, dtype):
    spot = window(draw)
    groups, inside, outside = channels(draw)
    other = draw.pick(["i8", "u8"])
    x = draw.wide(dtype, (draw.pick([1, 2]), inside, *spot.image))
    w = draw.wide(other, (outside, inside // groups, *spot.kernel))
    zeros = [draw.wide(kind, ()) if draw.chance(0.6) else None for kind in (dtype, other)]
    return case(
        op, [x, w, *zeros], constants=filters(draw), fixed=(1,), group=groups, result="i32",
        kernel_shape=spot.kernel if draw.chance(0.5) else None, **spot.attributes(),
    )  # fmt: skip


@generator("ConvTranspose")
def conv_transpose(draw, op, dtype):
    spot = window(draw, large=24)
    groups, inside, outside = channels(draw)
    x = draw.values(dtype, (draw.pick([1, 2]), inside, *spot.image))
    w = draw.values(dtype, (inside, outside // groups, *spot.kernel))
    bias = draw.values(dtype, (outside,)) if draw.chance(0.6) else None
    attributes = spot.attributes()
    if attributes["auto_pad"] in ("SAME_UPPER", "SAME_LOWER"):
        attributes["dilations"] = None  # The result may be smaller than the strides make it.
    steps = [
        max(pair)
        for pair in zip(spot.strides or [1] * len(spot.kernel), attributes["dilations"] or [1] * len(spot.kernel))
    ]
    extra = [draw.integer(0, step - 1) for step in steps] if spot.pads and draw.chance(0.4) else None
    wanted = None
    if not spot.pads and not spot.auto_pad and draw.chance(0.5):
        wanted = [
            max(1, (size - 1) * stride + (reach - 1) * step + 1 - draw.integer(0, 3))
            for size, reach, stride, step in zip(
                spot.image, spot.kernel, spot.strides or [1] * 3, spot.dilations or [1] * 3
            )
        ]
    # onnx adds the bias of the wrong group, and forgets output_shape.
    oracle = "onnxruntime" if groups > 1 or wanted else True
    if str(spot.auto_pad).startswith("SAME") and any(
        size < step for size, step in zip(spot.kernel, spot.strides or spot.kernel)
    ):
        oracle = False  # A result larger than what the kernel reaches: which end is filled is open.
    return case(
        op, [x, w, bias], constants=filters(draw), fixed=(1, 2), result=dtype, group=groups, tolerance=2,
        oracle=oracle, output_padding=extra, output_shape=wanted,
        kernel_shape=spot.kernel if draw.chance(0.5) else None, **attributes,
    )  # fmt: skip


def scaled(draw, dtype, shape, bias=False):
    return draw.values(dtype, shape, 0.01, 0.2)


@generator("QLinearConv")
def qlinear_conv(draw, op, dtype):
    spot = window(draw)
    groups, inside, outside = channels(draw)
    other = draw.pick(["i8", dtype])
    x = draw.wide(dtype, (draw.pick([1, 2]), inside, *spot.image))
    w = draw.values(other, (outside, inside // groups, *spot.kernel))
    per_channel = (outside,) if draw.chance(0.4) else ()
    # Zero points of weights are 0 in ONNX Runtime if they are int8 per channel.
    weight_zero = np.zeros(per_channel, w.dtype) if per_channel else draw.values(other, ())
    inputs = [
        x, draw.values("f32", (), 0.01, 0.1), draw.values(dtype, ()),
        w, draw.values("f32", per_channel, 0.01, 0.1), weight_zero,
        np.float32(0.3), draw.values(dtype, ()),
        draw.values("i32", (outside,), -99, 99) if draw.chance(0.5) else None,
    ]  # fmt: skip
    # A sum that falls between two steps may round either way. onnx gives scales per channel
    # a result of more axes.
    return case(
        op, inputs, constants=range(1, 9), group=groups, result=dtype, tolerance=2, oracle="onnxruntime",
        kernel_shape=spot.kernel if draw.chance(0.5) else None, **spot.attributes(),
    )  # fmt: skip


# onnx swaps the pads of the axes, so these are compared with ONNX Runtime only.


def pool_attributes(draw, spot):
    return {"ceil_mode": draw.pick([None, 0, 1, 1]), **spot.attributes()}


def pool_oracle(spot):
    """ONNX Runtime forgets the dilations when it makes the sizes the same."""
    return False if str(spot.auto_pad).startswith("SAME") and spot.dilations else "onnxruntime"


def pooled(draw, dtype, spot, special=False):
    shape = (draw.pick([1, 2]), draw.pick([1, 3, 8, 16, 17]), *spot.image)
    return draw.values(dtype, shape, special=special) if is_float(dtype) else draw.wide(dtype, shape)


@generator("MaxPool")
def max_pool(draw, op, dtype):
    spot = window(draw)
    outputs = 2 if draw.chance(0.3) else 1
    order = draw.pick([None, 0]) if outputs == 1 else draw.pick([None, 0, 1])
    wild = draw.wild()
    oracle = False if wild else pool_oracle(spot)
    return case(
        op,
        [pooled(draw, dtype, spot, wild)],
        outputs,
        kernel_shape=spot.kernel,
        storage_order=order,
        oracle=oracle,
        result=dtype,
        **pool_attributes(draw, spot),
    )


@generator("AveragePool")
def average_pool(draw, op, dtype):
    spot = window(draw)
    attributes = pool_attributes(draw, spot)
    return case(
        op,
        [pooled(draw, dtype, spot)],
        kernel_shape=spot.kernel,
        count_include_pad=draw.pick([None, 0, 1]),
        result=dtype,
        oracle=pool_oracle(spot),
        tolerance=2,
        **attributes,
    )


@generator("LpPool")
def lp_pool(draw, op, dtype):
    spot = window(draw)
    p = draw.pick([None, 1, 2, 3])
    attributes = pool_attributes(draw, spot)
    # ONNX Runtime pads SAME_* for a window without dilations.
    same = str(attributes.get("auto_pad")).startswith("SAME")
    return case(
        op,
        [pooled(draw, dtype, spot)],
        kernel_shape=spot.kernel,
        p=p,
        oracle=False if same else "onnxruntime",
        result=dtype,
        tolerance=4,
        **attributes,
    )


@generator("GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool")
def global_pool(draw, op, dtype):
    shape = (*draw.shape(2, budget=100, zero=0), *draw.shape(low=1, high=3, budget=400, zero=0))
    p = draw.pick([None, 1, 2, 3]) if op == "GlobalLpPool" else None
    # onnx takes away the wrong axes.
    oracle = dtype == "f32" and "onnxruntime"
    return case(op, [draw.values(dtype, shape)], p=p, oracle=oracle, result=dtype, tolerance=4)


@generator("MaxUnpool")
def max_unpool(draw, op, dtype):
    batch, depth, height, width = 1, draw.integer(1, 3), draw.integer(2, 9), draw.integer(2, 9)
    count = height * width
    pads = [draw.integer(0, 1) for _ in range(4)] if draw.chance(0.5) else None
    top, left, bottom, right = pads or [0] * 4
    area = (2 * height - top - bottom) * (2 * width - left - right)
    # One place for each element, of the part of the result that is its plane's.
    planes = [
        draw.rng.permutation(area)[:count].reshape(height, width) + plane * area
        for plane in range(batch * depth)
    ]
    indices = np.stack(planes).reshape(batch, depth, height, width).astype(np.int64)
    values = draw.values(dtype, (batch, depth, height, width))
    return case(
        op, [values, indices], kernel_shape=[2, 2], strides=[2, 2], pads=pads, fixed=(0, 1), result=dtype
    )


@generator("DeformConv")
def deform_conv(draw, op, dtype):
    kernel = [draw.integer(1, 3), draw.integer(1, 3)]
    strides = [draw.integer(1, 2), draw.integer(1, 2)]
    pads = [draw.integer(0, 1) for _ in range(4)]
    dilations = [draw.integer(1, 2), draw.integer(1, 2)]
    image = [draw.integer(5, 9), draw.integer(5, 9)]
    groups, inside, outside = draw.pick([(1, 2, 3), (2, 4, 6), (1, 4, 5)])
    offsets = draw.pick([1, 2])
    result = [
        (image[i] + pads[i] + pads[i + 2] - dilations[i] * (kernel[i] - 1) - 1) // strides[i] + 1 for i in range(2)
    ]
    batch, spots = draw.integer(1, 2), kernel[0] * kernel[1]
    inputs = [
        draw.values(dtype, (batch, inside, *image)),
        draw.values(dtype, (outside, inside // groups, *kernel)),
        draw.values(dtype, (batch, offsets * spots * 2, *result)),
        draw.values(dtype, (outside,)) if draw.chance(0.5) else None,
        draw.values(dtype, (batch, offsets * spots, *result)) if draw.chance(0.5) else None,
    ]
    return case(
        op, inputs, fixed=(0, 1, 2, 3, 4), kernel_shape=kernel, strides=strides, pads=pads, dilations=dilations,
        group=groups, offset_group=offsets, result=dtype, tolerance=8,
    )  # fmt: skip

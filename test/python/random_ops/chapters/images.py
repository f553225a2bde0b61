"""Images: interpolation and sampling."""

import numpy as np

from ..case import case
from ..draw import is_float
from ..registry import generator
from .shapes import ints


def spatial(draw, rank, most=24):
    return [draw.size(most=most, zero=0) for _ in range(rank)]


@generator("Resize")
def resize(draw, op, dtype):
    rank = draw.pick([1, 2, 2, 3])
    image = spatial(draw, rank, {1: 60, 2: 24, 3: 9}[rank])
    shape = (draw.integer(1, 2), draw.pick([1, 3, 8, 17]), *image)
    mode = draw.pick([None, "nearest", "linear", "linear", "cubic"] if rank == 2 else [None, "nearest", "linear"])
    coordinates = draw.pick(
        [
            None,
            "half_pixel",
            "half_pixel_symmetric",
            "pytorch_half_pixel",
            "align_corners",
            "asymmetric",
            "tf_crop_and_resize",
        ],
    )
    attributes = {"mode": mode, "coordinate_transformation_mode": coordinates}
    roi = None
    if coordinates == "tf_crop_and_resize":
        low = [0.0, 0.0] + [draw.pick([0.0, 0.25, -0.125]) for _ in image]
        high = [1.0, 1.0] + [draw.pick([1.0, 0.75, 1.125]) for _ in image]
        roi = np.asarray(low + high, np.float32)
        attributes["extrapolation_value"] = draw.pick([None, 2.0])
    nearest = mode in (None, "nearest")
    if nearest:
        attributes["nearest_mode"] = draw.pick([None, "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
    if mode == "cubic":
        attributes["cubic_coeff_a"] = draw.pick([None, -0.5])
    if mode == "cubic" or (mode == "linear" and coordinates != "tf_crop_and_resize"):
        attributes["exclude_outside"] = draw.pick([None, 0, 1]) if mode == "cubic" else None
    sizes = scales = None
    exact = True  # Powers of two: what lies between two elements does not depend on rounding.
    if draw.chance(0.5):
        scales = np.asarray([1, 1] + [draw.pick([0.5, 1, 2, 2, 4, 0.75, 1.5]) for _ in image], np.float32)
        if any(int(size * scale) == 0 for size, scale in zip(image, scales[2:])):
            scales[2:] = 2
    else:
        exact = draw.chance(0.6)
        wanted = [size * draw.pick([1, 2, 4]) if exact else draw.size(most=30, zero=0) for size in image]
        sizes = ints([*shape[:2], *wanted])
    corners = coordinates in ("align_corners", "tf_crop_and_resize")
    keep = sizes is not None and not nearest and draw.chance(0.5)
    if keep:
        sizes = np.minimum(sizes, 2 * np.asarray(shape))
        attributes["keep_aspect_ratio_policy"] = draw.pick(["not_larger", "not_smaller"])
    elif sizes is not None:
        attributes["keep_aspect_ratio_policy"] = draw.pick([None, "stretch"])
    # ONNX Runtime has the corners of the rounded size; onnx takes the wrong neighbours of what
    # is nearly a whole coordinate, and a size of 1.5 elements for more than one.
    oracle = "onnx" if corners else "onnxruntime"
    if nearest and (not exact or coordinates == "half_pixel_symmetric"):
        oracle = False  # Whole coordinates, but for rounding.
    if not nearest and (is_float(dtype) or oracle != "onnxruntime"):
        attributes["antialias"] = draw.pick([None, 0, 1])
        if attributes["antialias"] and not is_float(dtype):
            oracle = "onnx"  # ONNX Runtime rounds after each axis.
    if keep or draw.chance(0.4):
        # What is given is given for these, in their order. Counted from the end they are refused
        # by onnx, and forgotten by ONNX Runtime where it keeps the aspect.
        order = [int(axis) for axis in draw.rng.permutation(range(2, 2 + rank))]
        negative = oracle == "onnxruntime" and not keep and draw.chance(0.3)
        attributes["axes"] = [axis - len(shape) if negative and draw.chance(0.5) else axis for axis in order]
        roi = None if roi is None else roi[[*order, *(len(shape) + axis for axis in order)]]
        scales, sizes = (None if each is None else each[order] for each in (scales, sizes))
    values = draw.values(dtype, shape) if is_float(dtype) else draw.values(dtype, shape, 0, 99)
    if is_float(dtype) and draw.chance(0.15):
        # A weight of 0 hides NaNs and infinities, which is our own rule.
        values, oracle = draw.values(dtype, shape, special=True), False
    return case(
        op,
        [values, roi, scales, sizes],
        constants=(1, 2, 3),
        fixed=(0,),
        oracle=oracle,
        tolerance=4 if is_float(dtype) else 2,
        result=dtype,
        **attributes,
    )


@generator("Upsample")
def upsample(draw, op, dtype):
    shape = (draw.integer(1, 2), draw.integer(1, 5), *spatial(draw, 2, 20))
    scales = np.asarray([1, 1, draw.pick([1, 2, 3]), draw.pick([1, 2, 2.5])], np.float32)
    values = draw.values(dtype, shape) if is_float(dtype) else draw.values(dtype, shape, 0, 99)
    return case(
        op,
        [values, scales],
        constants=(1,),
        fixed=(0,),
        mode=draw.pick([None, "nearest", "linear"]),
        opset=9,
        tolerance=4 if is_float(dtype) else 2,
        result=dtype,
    )


@generator("GridSample")
def grid_sample(draw, op, dtype):
    rank = draw.pick([2, 2, 3])
    image, points = spatial(draw, rank, 17), spatial(draw, rank, 9)
    batch, channels = draw.integer(1, 2), draw.pick([1, 3, 8])
    modes = ["linear", "nearest", "cubic"] if rank == 2 else ["linear", "nearest"]
    grid = draw.values(dtype, (batch, *points, rank), -1.3, 1.3)
    mode, padding = draw.pick([None, *modes]), draw.pick([None, "zeros", "border", "reflection"])
    # ONNX Runtime clamps all coordinates of a point if one is outside.
    oracle = "onnx" if mode == "cubic" else True
    special = draw.chance(0.15)
    return case(
        op, [draw.values(dtype, (batch, channels, *image), special=special), grid], tolerance=8, result=dtype,
        mode=mode, padding_mode=padding,
        align_corners=draw.pick([None, 0, 1]), oracle=oracle if dtype in ("f32", "f64") and not special else False,
    )  # fmt: skip


@generator("AffineGrid")
def affine_grid(draw, op, dtype):
    rank = draw.pick([2, 3])
    batch = draw.integer(1, 3)
    size = ints([batch, draw.integer(1, 3), *spatial(draw, rank, 17)])
    theta = draw.values(dtype, (batch, rank, rank + 1))
    # onnx gives results of other types; where the corners of an axis of one element lie is
    # open.
    oracle = dtype in ("f32", "f64") and 1 not in size[2:] and "onnxruntime"
    return case(
        op,
        [theta, size],
        constants=(1,),
        align_corners=draw.pick([None, 0, 1]),
        oracle=oracle,
        tolerance=4,
        result=dtype,
    )


@generator("RoiAlign")
def roi_align(draw, op, dtype):
    batch, channels, height, width = draw.integer(1, 2), draw.pick([1, 3, 8]), *spatial(draw, 2, 17)
    rois = draw.pick([1, 3, 7])
    corner = draw.values(dtype, (rois, 2), 0, 8)
    boxes = np.concatenate([corner, corner + draw.values(dtype, (rois, 2), 0.5, 9)], 1).astype(corner.dtype)
    inputs = [draw.values(dtype, (batch, channels, height, width)), boxes, draw.values("i64", rois, 0, batch - 1)]
    return case(
        op, inputs, tolerance=8, result=dtype, mode=draw.pick([None, "avg", "max"]),
        coordinate_transformation_mode=draw.pick([None, "half_pixel", "output_half_pixel"]),
        output_height=draw.integer(1, 4), output_width=draw.integer(1, 4),
        sampling_ratio=draw.pick([None, 0, 1, 2]), spatial_scale=draw.pick([None, 0.5]),
    )  # fmt: skip

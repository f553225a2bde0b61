"""Normalisation and losses."""

from onnx import TensorProto

from ..case import case
from ..registry import generator


def weights(draw, first, count):
    return tuple(range(first, first + count)) if draw.chance(0.6) else ()


@generator("BatchNormalization")
def batch_norm(draw, op, dtype):
    shape = draw.shape(low=2, high=5, budget=3000)
    channels = shape[1]
    inputs = [
        draw.values(dtype, shape),
        *(draw.values(dtype, channels) for _ in range(3)),
        draw.values(dtype, channels, 0.5, 2),
    ]
    training = draw.chance(0.3) and 0 not in shape
    return case(
        op,
        inputs,
        3 if training else 1,
        constants=weights(draw, 1, 4),
        epsilon=draw.pick([None, 1e-3]),
        momentum=draw.pick([None, 0.5]),
        training_mode=1 if training else draw.pick([None, 0]),
        result=dtype,
        least=1 if training else 0,
        tolerance=10 if training else 4,
    )


def stash(draw, oracle=True):
    """(stash_type, whom to compare with): what is computed in f32 or more here, others round to
    the 16-bit types."""
    narrow = (TensorProto.FLOAT16, TensorProto.BFLOAT16)
    kind = draw.pick([None, None, TensorProto.FLOAT, TensorProto.DOUBLE, *narrow])
    return {"stash_type": kind, "oracle": oracle if kind not in narrow else False}


@generator("LayerNormalization", "RMSNormalization")
def layer_norm(draw, op, dtype):
    shape = draw.shape(low=1, zero=0)
    axis = draw.axis(len(shape)) if draw.chance(0.8) else None
    scale = shape[axis if axis is not None else -1 :]
    inputs = [draw.values(dtype, shape), draw.values(dtype, scale)]
    outputs = 1
    if op == "LayerNormalization":
        inputs.append(draw.values(dtype, scale) if draw.chance(0.6) else None)
        outputs = draw.pick([1, 1, 3])
    opset = 23 if op == "RMSNormalization" else 21
    # onnx gives the mean of a 16-bit type in that type, not in f32.
    oracle = "onnxruntime" if outputs > 1 else True
    return case(
        op,
        inputs,
        outputs,
        constants=weights(draw, 1, 2),
        axis=axis,
        epsilon=draw.pick([None, 1e-3]),
        opset=opset,
        **stash(draw, oracle),
        result=dtype,
        least=1,
        tolerance=10,
    )


@generator("InstanceNormalization")
def instance_norm(draw, op, dtype):
    shape = (*draw.shape(2, budget=60, zero=0), *draw.shape(low=1, high=3, budget=300, zero=0))
    inputs = [draw.values(dtype, shape), *(draw.values(dtype, shape[1]) for _ in range(2))]
    return case(
        op, inputs, constants=weights(draw, 1, 2), epsilon=draw.pick([None, 1e-3]), result=dtype, least=1, tolerance=10
    )


@generator("GroupNormalization")
def group_norm(draw, op, dtype):
    groups, per = draw.integer(1, 5), draw.integer(1, 5)
    shape = (draw.integer(1, 3), groups * per, *draw.shape(low=1, high=3, budget=300, zero=0))
    inputs = [draw.values(dtype, shape), *(draw.values(dtype, shape[1]) for _ in range(2))]
    return case(
        op,
        inputs,
        constants=weights(draw, 1, 2),
        num_groups=groups,
        epsilon=draw.pick([None, 1e-3]),
        **stash(draw),
        result=dtype,
        least=1,
        tolerance=10,
    )


@generator("MeanVarianceNormalization")
def mean_variance_norm(draw, op, dtype):
    shape = draw.shape(4, zero=0, budget=3000)
    axes = sorted(axis % 4 for axis in draw.axes(4)) if draw.chance(0.6) else None
    # ONNX Runtime divides by a deviation of 0.
    return case(op, [draw.values(dtype, shape)], oracle="onnx", axes=axes, result=dtype, least=1, tolerance=10)


@generator("LRN")
def lrn(draw, op, dtype):
    shape = draw.shape(4, zero=0, budget=3000)
    # onnx does one channel per batch element.
    return case(
        op,
        [draw.values(dtype, shape)],
        oracle="onnxruntime",
        size=draw.pick([1, 3, 5]),
        alpha=draw.pick([None, 0.5]),
        beta=draw.pick([None, 0.5]),
        bias=draw.pick([None, 2.0]),
        result=dtype,
        tolerance=4,
    )


@generator("LpNormalization")
def lp_norm(draw, op, dtype):
    shape = draw.shape(low=1)
    axis = draw.axis(len(shape)) if draw.chance(0.7) else None
    p = draw.pick([None, 1, 2])
    # onnx rounds 16-bit sums, and adds up the values, not their sizes, for p = 1.
    oracle = dtype in ("f32", "f64") and ("onnxruntime" if p == 1 else True)
    return case(op, [draw.values(dtype, shape)], oracle=oracle, axis=axis, p=p, result=dtype, tolerance=4)


@generator("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss")
def loss(draw, op, dtype):
    batch, classes = draw.integer(1, 9), draw.pick([2, 5, 17, 33])
    rest = draw.shape(high=2, budget=40, zero=0)
    scores = draw.values(dtype, (batch, classes, *rest))
    labels = draw.values(draw.pick(["i32", "i64"]), (batch, *rest), 0, classes - 1)
    # All labels may be the one to ignore; their mean is open.
    ignore = draw.integer(0, classes - 1) if draw.chance(0.3) and (labels != labels.flat[0]).any() else None
    given = draw.values(dtype, classes, 0.5, 2) if draw.chance(0.5) else None
    outputs = draw.integer(1, 2) if op == "SoftmaxCrossEntropyLoss" else 1
    reduction = draw.pick([None, "mean", "sum", "none"])
    return case(
        op, [scores, labels, given], outputs, reduction=reduction, ignore_index=ignore, result=dtype, tolerance=8
    )

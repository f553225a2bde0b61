"""ONNX Runtime's own ops."""

import numpy as np

from ..case import case
from ..registry import generator
from .matrices import batches, product_sizes
from .quantize import scale

MICROSOFT = "com.microsoft"


def fused(draw, op, inputs, outputs=1, **attributes):
    constants = tuple(range(1, len(inputs))) if draw.chance(0.5) else ()
    return case(op, inputs, outputs, constants=constants, domain=MICROSOFT, **attributes)


@generator("Gelu", "QuickGelu", domain=MICROSOFT)
def gelu(draw, op, dtype):
    alpha = draw.pick([None, 1.0]) if op == "QuickGelu" else None
    # Far below 0 it is x times a difference from 1.
    return fused(draw, op, [draw.values(dtype, draw.shape())], alpha=alpha, tolerance=2, least=1, result=dtype)


@generator("BiasGelu", "FastGelu", domain=MICROSOFT)
def bias_gelu(draw, op, dtype):
    shape = draw.shape(low=1)
    bias = draw.values(dtype, shape[-1]) if op == "BiasGelu" or draw.chance(0.6) else None
    return fused(draw, op, [draw.values(dtype, shape), bias], tolerance=2, least=1, result=dtype)


@generator("FusedMatMul", domain=MICROSOFT)
def fused_matmul(draw, op, dtype):
    m, k, n = product_sizes(draw)
    a, b = batches(draw) if draw.chance(0.4) else ((), ())
    trans_a, trans_b = draw.pick([None, 0, 1]), draw.pick([None, 0, 1])
    left, right = (k, m) if trans_a else (m, k), (n, k) if trans_b else (k, n)
    shapes, attributes = [(*a, *left), (*b, *right)], {}
    for i, name in enumerate(("transBatchA", "transBatchB")):
        if len(shapes[i]) > 2 and draw.chance(0.4):
            # The rows come before the batch.
            *batch, rows, columns = shapes[i]
            shapes[i], attributes[name] = (rows, *batch, columns), 1
    inputs = [draw.values(dtype, shape) for shape in shapes]
    alpha = draw.pick([None, 0.5])
    return fused(
        draw, op, inputs, transA=trans_a, transB=trans_b, alpha=alpha, tolerance=2, result=dtype, **attributes
    )


@generator("SkipLayerNormalization", "SkipSimplifiedLayerNormalization", domain=MICROSOFT)
def skip_norm(draw, op, dtype):
    shape = draw.shape(3, zero=0, budget=3000)
    vectors = 3 if op == "SkipLayerNormalization" else 2
    optional = [draw.values(dtype, shape[-1]) if draw.chance(0.6) else None for _ in range(vectors - 1)]
    inputs = [draw.values(dtype, shape), draw.values(dtype, shape), draw.values(dtype, shape[-1]), *optional]
    if dtype in ("f32", "f64") and draw.chance(0.4):
        # Small enough that epsilon counts.
        inputs = [value if value is None else value * value.dtype.type(1e-4) for value in inputs]
    made = fused(draw, op, inputs, epsilon=draw.pick([None, 1e-3]), tolerance=20, result=dtype)
    # One element less its mean is 0, or what rounding leaves over the root of epsilon.
    made.oracle = shape[-1] > 1
    made.constants.discard("i1")
    return made


def mask(draw, batch, keys):
    """By length, or an element per key; and what is added to the score of a masked key."""
    if not draw.chance(0.4):
        return None, None
    # A row without keys is softened by the default, -10000, to what rounding leaves of it.
    added = draw.pick([None, -3.0])
    least = 0 if added else 1
    if draw.chance(0.5):
        return draw.values("i32", batch, least, keys), added
    kept = draw.values("i32", (batch, keys), -1, 1)
    kept[:, :least] = 1
    return kept, added


@generator("Attention", domain=MICROSOFT)
def attention(draw, op, dtype):
    batch, steps, heads = draw.integer(1, 2), draw.size(most=20, zero=0), draw.integer(1, 3)
    width, size = draw.pick([4, 8]), draw.pick([5, 16])
    kept, added = mask(draw, batch, steps)
    inputs = [
        draw.values(dtype, (batch, steps, size)),
        draw.values(dtype, (size, 3 * heads * width)),
        draw.values(dtype, 3 * heads * width),
        kept,
    ]
    causal = draw.pick([None, 0, 1])
    return case(
        op,
        inputs,
        constants=(1, 2),
        domain=MICROSOFT,
        fixed=(3,),
        num_heads=heads,
        unidirectional=causal,
        mask_filter_value=added,
        tolerance=8,
        result=dtype,
    )


@generator("MultiHeadAttention", domain=MICROSOFT)
def multi_head_attention(draw, op, dtype):
    batch, heads = draw.integer(1, 2), draw.integer(1, 3)
    queries, keys = draw.size(most=20, zero=0), draw.size(most=20, zero=0)
    width, depth = draw.pick([4, 8]), draw.pick([4, 8])
    kept, added = mask(draw, batch, keys)
    inputs = [
        draw.values(dtype, (batch, queries, heads * width)),
        draw.values(dtype, (batch, keys, heads * width)),
        draw.values(dtype, (batch, keys, heads * depth)),
        draw.values(dtype, heads * (2 * width + depth)) if draw.chance(0.5) else None,
        kept,
    ]
    return case(
        op,
        inputs,
        domain=MICROSOFT,
        fixed=(0, 1, 2, 3, 4),
        num_heads=heads,
        scale=draw.pick([None, 0.4]),
        unidirectional=draw.pick([None, 0, 1]),
        mask_filter_value=added,
        tolerance=8,
        result=dtype,
    )


@generator("QLinearAdd", "QLinearMul", domain=MICROSOFT)
def qlinear_binary(draw, op, dtype):
    a, b = draw.broadcast(2)
    inputs = []
    for shape in (a, b):
        inputs += [draw.values(dtype, shape), scale(draw), draw.values(dtype, ())]
    inputs += [np.float32(0.2), draw.values(dtype, ())]
    return case(op, inputs, constants=(1, 2, 4, 5, 6, 7), domain=MICROSOFT, tolerance=2, result=dtype)


@generator("QLinearConcat", domain=MICROSOFT)
def qlinear_concat(draw, op, dtype):
    shape = list(draw.shape(low=1, high=3, budget=400))
    axis = draw.axis(len(shape))
    kind = draw.pick(["i8", "u8"])
    inputs = [np.float32(0.2), draw.values(kind, ())]
    for _ in range(draw.integer(1, 3)):
        shape[axis] = draw.size(most=20)
        inputs += [draw.wide(kind, shape), scale(draw), draw.values(kind, ())]
    constants = tuple(i for i in range(len(inputs)) if i < 2 or i % 3 != 2)
    return case(op, inputs, constants=constants, domain=MICROSOFT, axis=axis, tolerance=2, result=kind)


def qlinear_unary(draw, op, dtype, shape, **attributes):
    inputs = [draw.wide(dtype, shape), scale(draw), draw.values(dtype, ()), np.float32(0.05), draw.values(dtype, ())]
    return case(op, inputs, constants=(1, 2, 3, 4), domain=MICROSOFT, tolerance=2, result=dtype, **attributes)


@generator("QLinearSigmoid", domain=MICROSOFT)
def qlinear_sigmoid(draw, op, dtype):
    return qlinear_unary(draw, op, dtype, draw.shape())


@generator("QLinearLeakyRelu", domain=MICROSOFT)
def qlinear_leaky_relu(draw, op, dtype):
    return qlinear_unary(draw, op, dtype, draw.shape(), alpha=draw.pick([None, 0.2]))


@generator("QLinearGlobalAveragePool", domain=MICROSOFT)
def qlinear_pool(draw, op, dtype):
    return qlinear_unary(
        draw,
        op,
        dtype,
        (draw.integer(1, 2), draw.pick([1, 3, 8, 17]), *draw.shape(2, budget=300, zero=0)),
        channels_last=draw.pick([0, 1]),
    )


@generator("MatMulIntegerToFloat", domain=MICROSOFT)
def matmul_integer_to_float(draw, op, dtype):
    m, k, n = product_sizes(draw)
    other = draw.pick(["i8", "u8"])
    inputs = [
        draw.wide(dtype, (m, k)), draw.wide(other, (k, n)), scale(draw), scale(draw, draw.pick([(), (n,)])),
        draw.values(dtype, ()) if draw.chance(0.5) else None,
        draw.values(other, ()) if draw.chance(0.5) else None,
        draw.values("f32", n) if draw.chance(0.5) else None,
    ]  # fmt: skip
    constants = (1, 2, 3, 4, 5, 6) if draw.chance(0.5) else ()
    # ONNX Runtime leaves memory as it is where there is nothing to add up.
    return case(op, inputs, constants=constants, domain=MICROSOFT, oracle=k > 0, tolerance=2, result="f32")

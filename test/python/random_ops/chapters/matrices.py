"""Matrix products and Einsum."""

import numpy as np

from ..case import case
from ..draw import is_float
from ..registry import generator


def product_sizes(draw):
    """m, k, n; at most 200,000 multiplications."""
    m, k, n = (draw.size() for _ in range(3))
    while m * k * n > 200_000:
        m, k, n = sorted((m, k, n))[:2] + [draw.size(most=33)]
        m, k, n = (int(size) for size in draw.rng.permutation([m, k, n]))
    return m, k, n


def batches(draw):
    return draw.broadcast(2, high=2, budget=6)


def operands(draw):
    """The shapes of MatMul's operands, vectors among them."""
    m, k, n = product_sizes(draw)
    a, b = batches(draw) if draw.chance(0.5) else ((), ())
    if draw.chance(0.1):
        return (k,), (*b, k, n)
    if draw.chance(0.1):
        return (*a, m, k), (k,)
    return (*a, m, k), (*b, k, n)


def weight(draw):
    """Now and then the right operand is a weight."""
    return (1,) if draw.chance(0.5) else ()


@generator("MatMul")
def matmul(draw, op, dtype):
    a, b = operands(draw)
    return case(op, [draw.values(dtype, a), draw.values(dtype, b)], constants=weight(draw), result=dtype, tolerance=2)


@generator("Gemm")
def gemm(draw, op, dtype):
    m, k, n = product_sizes(draw)
    trans_a, trans_b = draw.pick([None, 0, 1]), draw.pick([None, 0, 1])
    a, b = (k, m) if trans_a else (m, k), (n, k) if trans_b else (k, n)
    bias = draw.pick([None, (), (n,), (1, n), (m, 1), (m, n)])
    scales = {}
    if draw.chance(0.5):
        scales = {"alpha": draw.pick([0.5, 2.0]), "beta": draw.pick([0.5, 2.0, 0.0])}
        if not is_float(dtype):
            scales = draw.pick([{"alpha": 2.0, "beta": 3.0}, {"alpha": 0.5, "beta": 1.5}])
    inputs = [draw.values(dtype, a), draw.values(dtype, b), draw.values(dtype, bias) if bias is not None else None]
    return case(op, inputs, constants=weight(draw), transA=trans_a, transB=trans_b, result=dtype, tolerance=2, **scales)


@generator("MatMulInteger")
def matmul_integer(draw, op, dtype):
    m, k, n = product_sizes(draw)
    a, b = batches(draw) if draw.chance(0.3) else ((), ())
    other = draw.pick(["i8", "u8"])
    zero_a = draw.wide(dtype, ()) if draw.chance(0.6) else None
    zero_b = draw.wide(other, draw.pick([(), (n,)]) if n else ()) if draw.chance(0.6) else None
    inputs = [draw.wide(dtype, (*a, m, k)), draw.wide(other, (*b, k, n)), zero_a, zero_b]
    # ONNX Runtime leaves memory as it is where there is nothing to add up.
    return case(op, inputs, constants=weight(draw), oracle=True if k else "onnx", result="i32")


EQUATIONS = {
    "ij,jk->ik": "mk,kn",
    "bij,bjk->bik": "bmk,bkn",
    "bhid,bhjd->bhij": "bhmk,bhnk",
    "bij->bji": "bmn",
    "ij->": "mn",
    "ii->i": "mm",
    "ij,ij->i": "mk,mk",
    "i,j->ij": "m,n",
    "...ij,...jk->...ik": "bmk,bkn",
    "bij,jk": "bmk,kn",
    "ij,jk,kl->il": "mk,kn,nh",
}


@generator("Einsum")
def einsum(draw, op, dtype):
    equation = draw.pick(list(EQUATIONS))
    sizes = {"b": draw.integer(1, 3), "h": draw.integer(1, 3)}
    sizes["m"], sizes["k"], sizes["n"] = product_sizes(draw)
    shapes = [tuple(sizes[axis] for axis in term) for term in EQUATIONS[equation].split(",")]
    if max(int(np.prod(shape)) for shape in shapes) > 20_000:
        sizes["m"] = sizes["n"] = 9
        shapes = [tuple(sizes[axis] for axis in term) for term in EQUATIONS[equation].split(",")]
    return case(op, [draw.values(dtype, shape) for shape in shapes], equation=equation, result=dtype, tolerance=4)

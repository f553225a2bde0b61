"""Nothing behind the edge of a buffer counts: NaNs lie there."""

import numpy as np
import pytest
import tilewright as tw
from onnx import TensorProto, helper
from surrounded import surrounded


def matmul(a, b, out):
    def info(name, shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    node = helper.make_node("MatMul", ["a", "b"], ["out"])
    graph = helper.make_graph([node], "graph", [info("a", a), info("b", b)], [info("out", out)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


SIZES = [(1, 1, 1), (1, 5, 4), (3, 5, 4), (3, 8, 4), (5, 7, 1), (8, 5, 16), (16, 37, 33), (64, 65, 64), (2, 129, 3)]


def check(model, m, k, n):
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((m, k), dtype=np.float32), rng.standard_normal((k, n), dtype=np.float32)
    np.testing.assert_allclose(model(surrounded(a), surrounded(b))[0], a @ b, rtol=0, atol=2e-5)


# Contractions of known sizes, whole multiples of the tiles and not.
@pytest.mark.parametrize("m, k, n", SIZES)
def test_static_contraction(m, k, n):
    check(tw.compile(matmul((m, k), (k, n), (m, n)), threads=1, check_memory=True), m, k, n)


# The same sizes from one module.
def test_dynamic_contraction():
    model = tw.compile(matmul(("M", "K"), ("K", "N"), ("M", "N")), threads=1, check_memory=True)
    for sizes in SIZES:
        check(model, *sizes)

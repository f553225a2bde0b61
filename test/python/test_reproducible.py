"""The same model gives the same module, byte for byte, and that the same outputs, bit for bit."""

import numpy as np
import onnx
import pytest
import tilewright as tw
from onnx import TensorProto, helper, numpy_helper


def network():
    """A model that has something of each kind of kernel, and constants that fold through libm."""
    rng = np.random.default_rng(5)
    weights = {
        "w": rng.standard_normal((8, 3, 3, 3), dtype=np.float32),
        "m": rng.standard_normal((8, 16), dtype=np.float32),
        "c": rng.standard_normal(16, dtype=np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], name="conv", pads=[1, 1, 1, 1]),
        helper.make_node("Sigmoid", ["a"], ["b"], name="sigmoid"),
        helper.make_node("GlobalAveragePool", ["b"], ["p"], name="pool"),
        helper.make_node("Flatten", ["p"], ["f"], name="flatten"),
        helper.make_node("MatMul", ["f", "m"], ["g"], name="matmul"),
        helper.make_node("Erf", ["c"], ["e"], name="erf"),
        helper.make_node("Exp", ["e"], ["d"], name="exp"),
        helper.make_node("Add", ["g", "d"], ["h"], name="add"),
        helper.make_node("Softmax", ["h"], ["y"], name="softmax"),
    ]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, "H", "W"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 16])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.fixture
def compiled(tilewright, tmp_path):
    """compiled(target, *options, ...): the bytes of the module."""
    path = tmp_path / "network.onnx"
    onnx.save(network(), path)

    def compile(target, *options, model=path, environment=None):
        tilewright("compile", model, "-o", "out.twm", "--target", target, *options, environment=environment)
        return (tilewright.folder / "out.twm").read_bytes()

    return compile


TARGETS = pytest.mark.parametrize("target", ["x86-64-v3", "x86-64-v4"])


# Neither the number of jobs nor chance changes a byte.
@TARGETS
def test_jobs(compiled, target):
    first = compiled(target, "--jobs", 1)
    assert first == compiled(target, "--jobs", 4) == compiled(target, "--jobs", 3)


# Where the model lies and what its file is called do not get into the module.
@TARGETS
def test_path(compiled, target, tmp_path):
    other = tmp_path / "some" / "where" / "else.onnx"
    other.parent.mkdir(parents=True)
    onnx.save(network(), other)
    assert compiled(target) == compiled(target, model=other)


# A host whose C library uses neither AVX-512 nor FMA compiles the same bytes: what
# this machine can show of a host of another kind.
@TARGETS
def test_host(compiled, target):
    plain = "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-FMA,-AVX2_Usable,-FMA_Usable"
    assert compiled(target) == compiled(target, environment={"GLIBC_TUNABLES": plain})


# The number of threads changes no bit of the outputs, run after run.
def test_threads(compiled):
    module = compiled("cpu")
    x = np.random.default_rng(0).standard_normal((37, 3, 29, 31), dtype=np.float32)
    (expected,) = tw.load(module, threads=1)(x)
    for threads in (1, 2, 3):
        model = tw.load(module, threads=threads)
        for _ in range(3):
            np.testing.assert_array_equal(model(x)[0], expected)

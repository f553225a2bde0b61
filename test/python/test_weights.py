"""What becomes of the weights of a model: arithmetic on them is done once, and is that of their types."""

import numpy as np
import onnx.parser
import onnxruntime
import pytest
import tilewright as tw
from onnx import helper, numpy_helper


def model_of(nodes, kind, shape, weights):
    initializers = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    element = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    inputs = [helper.make_tensor_value_info("x", element, shape)]
    graph = helper.make_graph(nodes, "g", inputs, [helper.make_empty_tensor_value_info("y")], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize(
    "kind, weight, scale, x",
    [
        (np.float16, 300.0, 300.0, 0.1),
        (np.float16, 1e-4, 1e-3, 1000.0),
        (np.float32, 1e10, 1e30, 1e-20),
        (np.float32, 1e-20, 1e-30, 1e20),
        (np.float32, 2.0, 3.0, 1.0),
    ],
)
def test_scale_that_a_filter_does_not_hold(kind, weight, scale, x):
    """(x * w) * s is finite and not 0 though w * s may be."""
    nodes = [helper.make_node("MatMul", ["x", "w"], ["m"]), helper.make_node("Mul", ["m", "s"], ["y"])]
    weights = {"w": np.full((1, 1), weight, kind), "s": np.full((1,), scale, kind)}
    model = model_of(nodes, kind, [1, 1], weights)
    value = np.full((1, 1), x, kind)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    expected = session.run(None, {"x": value})[0]
    for device in ("cpu", "reference"):
        np.testing.assert_allclose(tw.compile(model, threads=1, device=device)(value)[0], expected, rtol=4e-3)


def test_weight_of_many_steps_is_stored_once(tmp_path):
    """The steps of an unrolled recurrent net read one weight transposed."""
    steps, size = 20, 128
    nodes = []
    for i in range(steps):
        nodes.append(helper.make_node("Gemm", [f"h{i}", "w"], [f"g{i}"], transB=1))
        nodes.append(helper.make_node("Tanh", [f"g{i}"], [f"h{i + 1}"]))
    nodes[0].input[0], nodes[-1].output[0] = "x", "y"
    weight = np.random.default_rng(0).standard_normal((size, size), dtype=np.float32)
    model = model_of(nodes, np.float32, [2, size], {"w": weight})
    path = tmp_path / "steps.twm"
    tw.compile(model).save(path)
    # Once as the model has it, for the reference, and once as the kernels read it.
    assert path.stat().st_size < 2 * weight.nbytes + 64 * 1024


LOOP = """<ir_version: 8, opset_import: ["" : 17]>
g (float[1] x, int64 n) => (float[M] y) <bool go = {1}, float[1] one = {1}>
{
  y = Loop (n, go, x) <
    body = b (int64 i, bool c, float[K] s) => (bool d, float[L] t) <float[1] w = {0}> {
      d = Identity(c)
      v = Constant<value = float[1] {0}>()
      p = Mul(v, w)
      r = ReduceMax<keepdims = 1>(p)
      q = Add(s, r)
      t = Concat<axis = 0>(q, one)
    }
  >
}"""


def test_weight_in_a_growing_loop_is_stored_once(tmp_path):
    """Its body is imported again when a size turns out to change."""
    model = onnx.parser.parse_model(LOOP)
    body = model.graph.node[0].attribute[0].g
    weights = np.random.default_rng(0).standard_normal((2, 100_000), dtype=np.float32)
    body.initializer[0].CopyFrom(numpy_helper.from_array(weights[0], "w"))
    body.node[1].attribute[0].t.CopyFrom(numpy_helper.from_array(weights[1], "v"))
    path = tmp_path / "loop.twm"
    tw.compile(model).save(path)
    # For the reference; the kernels get the largest product.
    assert path.stat().st_size < weights.nbytes + 64 * 1024

"""Chains of many thousand nodes: no recursion over them, no time that grows with their square."""

import numpy as np
import pytest
import tilewright as tw
from onnx import TensorProto, helper, numpy_helper

DEPTH = 20000


def chain(nodes, kind, weights):
    initializers = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    inputs = [helper.make_tensor_value_info("v0", kind, [1])]
    outputs = [helper.make_tensor_value_info(f"v{len(nodes)}", kind, [1])]
    graph = helper.make_graph(nodes, "g", inputs, outputs, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_integers_that_may_be_sizes(device):
    nodes = [helper.make_node("Add", [f"v{i}", "one"], [f"v{i + 1}"]) for i in range(DEPTH)]
    model = chain(nodes, TensorProto.INT64, {"one": np.array([1], np.int64)})
    result = tw.compile(model, threads=1, device=device)(np.array([5], np.int64))[0]
    assert result[0] == DEPTH + 5


def test_elementwise_ops():
    """They do not all become one kernel."""
    nodes = [helper.make_node(["Abs", "Neg"][i % 2], [f"v{i}"], [f"v{i + 1}"]) for i in range(DEPTH)]
    result = tw.compile(chain(nodes, TensorProto.FLOAT, {}), threads=1)(np.array([3], np.float32))[0]
    assert result[0] == -3

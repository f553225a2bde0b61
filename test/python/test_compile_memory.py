"""How much memory the compiler takes."""

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.external_data_helper import set_external_data

from peak_memory import peak_memory

LAYERS, WIDTH = 8, 2048


def write_network(folder):
    """Matmuls whose weights lie in a file beside the model; returns the weights' bytes."""
    size = WIDTH * WIDTH * 4
    rng = np.random.default_rng(0)
    weights = []
    with open(folder / "weights.bin", "wb") as file:
        for i in range(LAYERS):
            file.write(rng.standard_normal((WIDTH, WIDTH), dtype=np.float32).tobytes())
            weight = onnx.TensorProto(name=f"w{i}", data_type=TensorProto.FLOAT, dims=[WIDTH, WIDTH], raw_data=b"")
            set_external_data(weight, "weights.bin", offset=i * size, length=size)
            weight.ClearField("raw_data")
            weights.append(weight)
    # Every other weight is transposed on the way: it is written in another order.
    nodes = [
        helper.make_node("Gemm", [f"x{i}", f"w{i}"], [f"x{i + 1}"], name=f"layer{i}", transB=i % 2) for i in range(LAYERS)
    ]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("x0", TensorProto.FLOAT, ["N", WIDTH])],
        [helper.make_tensor_value_info(f"x{LAYERS}", TensorProto.FLOAT, ["N", WIDTH])],
        weights,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "network.onnx")
    return LAYERS * size


# Weights are handles while a model is compiled: the peak is far below three times
# their bytes, for they are read from the model's file and go straight to the module.
def test_peak(tilewright, models, tmp_path):
    onnx.save(models.conv_relu(), tmp_path / "small.onnx")
    ground = peak_memory(tilewright.program, "compile", "small.onnx", "-o", "small.twm", folder=tmp_path)
    weights = write_network(tmp_path)
    peak = peak_memory(tilewright.program, "compile", "network.onnx", "-o", "network.twm", folder=tmp_path)
    assert peak - ground < 2 * weights
    assert peak < 3 * weights + (400 << 20)

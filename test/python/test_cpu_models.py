"""benchmarks/cpu_models.py: its arithmetic and its processes."""

import math
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
import cpu_models  # noqa: E402


# Errors are relative to the largest value of each output, and the worst output counts.
def test_largest_error():
    expected = [np.array([1, -4], np.float32), np.array([1], np.float32)]
    actual = [np.array([1, -3.5], np.float32), np.array([1.25], np.float32)]
    assert cpu_models.largest_error(actual, expected) == 0.25


# What cannot be compared is infinitely wrong.
@pytest.mark.parametrize("actual", [np.zeros(3, np.float32), np.full(2, np.nan, np.float32)])
def test_what_cannot_be_compared(actual):
    assert cpu_models.largest_error([actual], [np.ones(2, np.float32)]) == math.inf


# The ratio is of speeds: above 1 is faster than ONNX Runtime; who fails has none and is named below the table.
def test_table():
    def row(contender, ms, problem=None):
        return {"contender": contender, "ms": ms, "error": 2e-6, "problem": problem}

    results = {
        "m": {"tilewright": row("tilewright", 5.0), "onnxruntime": row("onnxruntime", 10.0)},
        "n": {"tilewright": row("tilewright", 20.0), "onnxruntime": row("onnxruntime", 10.0)},
        "o": {"tilewright": row("tilewright", None, "no such op"), "onnxruntime": row("onnxruntime", 1.0)},
    }
    lines = cpu_models.table(results, threads=1)
    assert "| m | 5.0 (2e-06) | 10.0 | - | 2.00x | - |" in lines
    assert "| o | fails | 1.0 | - | - | - |" in lines
    assert "| geometric mean (of how many) | | | | 1.00x (2) | - |" in lines
    assert "- Tilewright fails on o: no such op" in lines


# Contenders run side by side in processes of their own, and one that fails does not stop the others.
def test_measure(tmp_path):
    x = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["N", 3])
    y = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["N", 3])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Exp", ["x"], ["y"])], "g", [x], [y])
    path = tmp_path / "exp.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8), path)
    pythons = {"tilewright": sys.executable, "onnxruntime": sys.executable, "unknown": sys.executable}
    inputs = {"x": np.arange(6, dtype=np.float32).reshape(2, 3)}
    ours, theirs, unknown = cpu_models.measure(path, inputs, pythons, threads=1, rounds=3, budget=1)
    assert ours["runs"] == theirs["runs"] == 3 and ours["ms"] > 0
    assert ours["error"] < 1e-6 and theirs["error"] == 0
    assert "unknown" in unknown["problem"]

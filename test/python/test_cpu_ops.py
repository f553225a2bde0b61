"""benchmarks/cpu_ops.py: its models and its arithmetic."""

import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
import cpu_ops  # noqa: E402


# What is drawn is a model that runs; the same seed draws the same, another one does not.
@pytest.mark.parametrize("kind", cpu_ops.KINDS)
def test_models(kind):
    for index in range(8):
        model, inputs, words = cpu_ops.make(kind, index, seed=3)
        assert cpu_ops.make(kind, index, seed=3)[2] == words
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        (out,) = session.run(None, inputs)
        assert out.size and np.isfinite(out).all(), words
    assert len({cpu_ops.make(kind, index, seed)[2] for index in range(8) for seed in (3, 4)}) > 8


# Ratios by kind and in all, the slowest first.
def test_table():
    def rows(ours):
        return {
            "tilewright": {"contender": "tilewright", "ms": ours, "problem": None},
            "onnxruntime": {"contender": "onnxruntime", "ms": 1.0, "problem": None},
        }

    times = {"conv:0@0": ("Conv a", 0.5), "conv:1@0": ("Conv b", 2.0), "softmax:0@0": ("Softmax", 0.25)}
    results = [(name, words, rows(ms)) for name, (words, ms) in times.items()]
    lines = cpu_ops.table(results, ["tilewright"])
    assert "| conv | 2 | 1.00x | 0.65x |" in lines
    assert "| all | 3 | 1.59x | 0.80x |" in lines
    assert lines[lines.index("The slowest:") + 2] == "- 0.50x conv:1@0: Conv b"

"""Comparing whole networks with ONNX Runtime."""

import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime
import tilewright as tw

ROOT = Path(__file__).parents[2]
GENERATED = ROOT / "build" / "models"
sys.path += [str(ROOT / "benchmarks" / "models"), str(ROOT / "examples" / "ocr")]

# Largest difference over the largest value, of whole networks.
BOUND = 1e-4


def in_package(package, path):
    """A file inside an installed Python package."""
    return Path(find_spec(package).submodule_search_locations[0]) / path


class Networks:
    """The networks of a test session: each is compiled once, and the module serves
    every test and size."""

    def __init__(self):
        self.modules = {}
        self.folder = tempfile.TemporaryDirectory(prefix="tilewright-integration-")

    def compiled(self, path):
        """The compiled network, kept on disk and mapped."""
        key = Path(path)
        if key not in self.modules:
            file = Path(self.folder.name) / f"{len(self.modules)}.twm"
            tw.compile(key, threads=2).save(file)
            self.modules[key] = file
        return tw.load(self.modules[key], threads=2)

    def close(self):
        self.folder.cleanup()


def reference_session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = 2, 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def error(actual, expected):
    """Largest difference over the largest value; infinite if they cannot be compared."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    if actual.shape != expected.shape or actual.dtype != expected.dtype:
        return np.inf
    if expected.dtype.kind != "f":
        return 0.0 if np.array_equal(actual, expected) else np.inf
    if expected.size == 0:
        return 0.0
    difference = np.abs(actual.astype(np.float64) - expected).max()
    return np.inf if np.isnan(difference) else difference / max(np.abs(expected).max(), np.finfo(np.float32).tiny)


def check(model, session, inputs, bound=BOUND):
    """Runs the compiled model and ONNX Runtime on the same inputs; every output has
    to agree. Returns the outputs."""
    expected = session.run(None, inputs)
    actual = model.run(inputs)
    assert list(actual) == [output.name for output in session.get_outputs()]
    sizes = {name: value.shape for name, value in inputs.items()}
    errors = {name: error(actual[name], array) for name, array in zip(actual, expected, strict=True)}
    for name, array in zip(actual, expected):
        assert np.isfinite(array).all(), f"ONNX Runtime's '{name}' is not finite for {sizes}"
        assert actual[name].shape == array.shape, f"'{name}' for {sizes}"
    assert max(errors.values()) <= bound, f"{errors} for {sizes}"
    return actual

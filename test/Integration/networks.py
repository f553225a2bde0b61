"""Comparing whole networks with ONNX Runtime."""

import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime
import tilewright as tw
from surrounded import surrounded

ROOT = Path(__file__).parents[2]
GENERATED = ROOT / "build" / "models"
sys.path += [str(ROOT / "benchmarks" / "models"), str(ROOT / "examples" / "ocr")]

# Largest difference over the largest value, of whole networks.
BOUND = 1e-4


def in_package(package, path):
    """A file inside an installed Python package."""
    return Path(find_spec(package).submodule_search_locations[0]) / path


def verify(model, inputs):
    """Every kernel, fed the reference's inputs, gives what the reference gives, and so does the network."""
    report = tw.verify(model, inputs)
    assert report.kernels and not report.left_out
    assert report.ok, [each for each in report.kernels + report.outputs if not each.ok]


class Networks:
    """The networks of a test session: each is compiled once, and the module serves
    every test and size."""

    def __init__(self):
        self.modules = {}
        self.folder = tempfile.TemporaryDirectory(prefix="tilewright-integration-")

    def compiled(self, path):
        """The compiled network, kept on disk and mapped."""
        path = Path(path)
        if path not in self.modules:
            self.modules[path] = self.compile(path, Path(self.folder.name) / f"{len(self.modules)}.twm")
        if isinstance(self.modules[path], tw.Error):
            raise self.modules[path]
        return tw.load(self.modules[path], threads=2)

    def compile(self, path, module):
        """The module, or the error: it is not tried again either."""
        try:
            tw.compile(path).save(module)
        except tw.Error as error:
            return error
        return module

    def close(self):
        self.folder.cleanup()


def reference_session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = 2, 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def error(actual, expected, scale=0.0):
    """Largest difference over the largest value, or over `scale` if that is larger; infinite if they cannot be compared."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    if actual.shape != expected.shape or actual.dtype != expected.dtype:
        return np.inf
    if expected.dtype.kind != "f":
        return 0.0 if np.array_equal(actual, expected) else np.inf
    if expected.size == 0:
        return 0.0
    difference = np.abs(actual.astype(np.float64) - expected).max()
    return np.inf if np.isnan(difference) else difference / max(np.abs(expected).max(), scale, np.finfo(np.float32).tiny)


def check(model, session, inputs, scale=0.0):
    """Runs the compiled model and ONNX Runtime on the same inputs; every output has
    to agree within BOUND, relative to its largest value (or to `scale`, if that is
    larger: 1 for probabilities, which ONNX Runtime's sigmoid gives within 1e-7 of 1
    even where all of them are 1e-7). Returns the outputs by name."""
    expected = session.run(None, inputs)
    actual = model.run({name: surrounded(array) for name, array in inputs.items()})
    assert list(actual) == [output.name for output in session.get_outputs()]
    sizes = {name: value.shape for name, value in inputs.items()}
    errors = {name: error(actual[name], array, scale) for name, array in zip(actual, expected, strict=True)}
    for name, array in zip(actual, expected):
        assert np.isfinite(array).all(), f"ONNX Runtime's '{name}' is not finite for {sizes}"
        assert actual[name].shape == array.shape, f"'{name}' for {sizes}"
    assert max(errors.values()) <= BOUND, f"{errors} for {sizes}"
    return actual

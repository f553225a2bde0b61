"""Small ONNX models and a way to run the command, for the tests of this folder."""

import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

BUILD = Path(os.environ.get("TILEWRIGHT_BUILD", Path(__file__).resolve().parents[2] / "build" / "release"))


def make_model(nodes, inputs, outputs, weights=None, opset=17, metadata=None):
    """inputs and outputs: name -> (element type, shape); weights: name -> array."""

    def infos(values):
        return [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in values.items()]

    initializers = [numpy_helper.from_array(value, name) for name, value in (weights or {}).items()]
    graph = helper.make_graph(nodes, "graph", infos(inputs), infos(outputs), initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="pytest")
    model.ir_version = 8
    if metadata:
        helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    return model


def conv_relu(batch="N", metadata=None):
    """x: f32[N, 3, 8, 8] -> conv1, relu1 -> y: f32[N, 4, 8, 8]."""
    rng = np.random.default_rng(0)
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], name="conv1", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c"], ["y"], name="relu1"),
    ]
    weights = {
        "w": rng.standard_normal((4, 3, 3, 3), dtype=np.float32),
        "b": rng.standard_normal(4, dtype=np.float32),
    }
    return make_model(
        nodes,
        {"x": (TensorProto.FLOAT, [batch, 3, 8, 8])},
        {"y": (TensorProto.FLOAT, [batch, 4, 8, 8])},
        weights,
        metadata=metadata,
    )


def add(kind=TensorProto.FLOAT, shape=("N", 4)):
    """a + b -> c, all of one type."""
    node = helper.make_node("Add", ["a", "b"], ["c"], name="add1")
    return make_model([node], {"a": (kind, shape), "b": (kind, shape)}, {"c": (kind, shape)})


def reshape_like():
    """x: f32[N, 4], s: i64[2] -> reshape -> y: the sizes come from the values of s."""
    node = helper.make_node("Reshape", ["x", "s"], ["y"], name="reshape1")
    return make_model(
        [node],
        {"x": (TensorProto.FLOAT, ["N", 4]), "s": (TensorProto.INT64, [2])},
        {"y": (TensorProto.FLOAT, ["A", "B"])},
    )


def many_kernels(count=60):
    """x0: f32[N, 3] -> products of many shapes: slow to compile."""
    rng = np.random.default_rng(0)
    nodes, weights = [], {}
    for i in range(count):
        weights[f"w{i}"] = rng.standard_normal((i + 3, i + 4), dtype=np.float32)
        nodes.append(helper.make_node("MatMul", [f"x{i}", f"w{i}"], [f"x{i + 1}"], name=f"matmul{i}"))
    x, y = (TensorProto.FLOAT, ["N", 3]), (TensorProto.FLOAT, ["N", count + 3])
    return make_model(nodes, {"x0": x}, {f"x{count}": y}, weights)


class Models:
    make = staticmethod(make_model)
    conv_relu = staticmethod(conv_relu)
    add = staticmethod(add)
    reshape_like = staticmethod(reshape_like)
    many_kernels = staticmethod(many_kernels)


@pytest.fixture(scope="session")
def models():
    """The functions above."""
    return Models


class Command:
    """Runs the command `tilewright` of the build in a folder."""

    program = BUILD / "bin" / "tilewright"

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, *arguments, code=0, environment=None):
        done = subprocess.run(
            [self.program, *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=300,
        )
        assert done.returncode == code, f"exit code {done.returncode}, not {code}\n{done.stdout}{done.stderr}"
        return done

    def error(self, *arguments, code=1):
        """The message of a run that must fail, and must print nothing to stdout."""
        done = self(*arguments, code=code)
        assert done.stdout == ""
        start = "tilewright: error: "
        lines = [line for line in done.stderr.splitlines() if not line.startswith("tilewright: note: ")]
        assert lines and lines[0].startswith(start), done.stderr
        return "\n".join(lines)[len(start) :]

    def interrupt(self, *arguments, when, timeout=60):
        """Starts a run, waits until `when()` is true, and sends what Ctrl-C sends."""
        process = subprocess.Popen(
            [self.program, *map(str, arguments)],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not when() and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=timeout)
        return process.returncode, out, err


@pytest.fixture
def tilewright(tmp_path):
    return Command(tmp_path)


@pytest.fixture
def conv_relu_file(tmp_path):
    """conv.onnx in the test's folder."""
    path = tmp_path / "conv.onnx"
    onnx.save(conv_relu(metadata={"author": "somebody"}), path)
    return path


@pytest.fixture(scope="session")
def conv_relu_module(tmp_path_factory):
    """The same as a module, compiled once; not to be written to."""
    folder = tmp_path_factory.mktemp("conv")
    onnx.save(conv_relu(metadata={"author": "somebody"}), folder / "conv.onnx")
    Command(folder)("compile", "conv.onnx", "-o", "conv.twm")
    return folder / "conv.twm"


@pytest.fixture
def report(request, capsys):
    """Prints lines also when the test passes. A worker of pytest-xdist prints nowhere,
    so they are kept in a file too, which scripts/run_tests.py prints."""
    folder = BUILD / "test-results"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{request.path.stem}-{request.node.name}.txt"
    path.unlink(missing_ok=True)

    def show(*lines):
        text = "".join(f"{line}\n" for line in lines)
        with path.open("a") as file:
            file.write(text)
        with capsys.disabled():
            print(f"\n{text}", end="")

    return show

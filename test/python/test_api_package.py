"""The package as a neighbour: what it links, exports and loads."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import onnx
import pytest
import tilewright as tw

PACKAGE = Path(tw.__file__).parent


def extension(name):
    (path,) = PACKAGE.glob(f"{name}.*.so")
    return path


def python(code):
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# The runtime needs no LLVM.
def test_runtime_links_no_llvm():
    libraries = subprocess.run(["ldd", extension("_runtime")], capture_output=True, text=True, check=True).stdout
    assert "LLVM" not in libraries and "MLIR" not in libraries and "protobuf" not in libraries


# Importing the package and running a module loads no compiler.
def test_compiler_is_loaded_late(conv_relu_module):
    code = f"""
import sys, numpy as np, tilewright as tw
tw.load({str(conv_relu_module)!r})(np.zeros((1, 3, 8, 8), np.float32))
print("tilewright._compiler" in sys.modules, "libLLVM" in open("/proc/self/maps").read())
"""
    assert python(code) == "False False"


# Only the entry points are visible, so that nothing clashes with other packages.
@pytest.mark.parametrize("name", ["_runtime", "_compiler"])
def test_symbols_are_hidden(name):
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", extension(name)], capture_output=True, text=True, check=True
    ).stdout
    symbols = [line.split()[-1] for line in listing.splitlines()]
    assert [symbol for symbol in symbols if not symbol.startswith("PyInit_")] == []


# A package that brings LLVM, protobuf or thread pools, and what it does with x and the module's bytes.
NEIGHBOURS = {
    "onnxruntime": "onnxruntime.InferenceSession('m.onnx', providers=['CPUExecutionProvider']).run(None, {'x': x})[0]",
    # MLIR and LLVM of another version.
    "jaxlib.mlir.ir": "tw.load(module)(x)[0] if jaxlib.mlir.ir.Module.parse('module {}', jaxlib.mlir.ir.Context()) else None",
    # Its wheel for Linux needs 3 GB of CUDA libraries: tested where it is there.
    "torch": "tw.load(module)(torch.from_numpy(x))[0]",
}


# The package works beside those, imported before or after it.
@pytest.mark.parametrize(
    "other", [pytest.param(name, marks=[pytest.mark.full] if name != "onnxruntime" else []) for name in NEIGHBOURS]
)
@pytest.mark.parametrize("first", [True, False])
def test_beside(models, tmp_path, other, first):
    if other == "torch" and not find_spec("torch"):
        pytest.skip("torch is not installed")
    (tmp_path / "m.onnx").write_bytes(models.conv_relu().SerializeToString())
    imports = [f"import {other}", "import tilewright as tw"]
    code = "\n".join(
        [
            *(imports if first else reversed(imports)),
            f"import os; os.chdir({str(tmp_path)!r})",
            "import numpy as np",
            "x = np.random.default_rng(0).standard_normal((2, 3, 8, 8), dtype=np.float32)",
            "model = tw.compile('m.onnx')",
            "model.save('m.twm'); module = open('m.twm', 'rb').read()",
            f"wanted = {NEIGHBOURS[other]}",
            "print(np.abs(model(x)[0] - wanted).max() < 1e-4)",
        ]
    )
    assert python(code) == "True"


# `pip install .` gives the package and its commands, which work far from the sources.
@pytest.mark.full
def test_install(models, tmp_path):
    root = Path(__file__).resolve().parents[2]
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, f"--target={tmp_path / 'site'}", root], check=True)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}

    def installed(*command):
        command = [tmp_path / "site/bin" / command[0], *command[1:]]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout

    onnx.save(models.conv_relu(), tmp_path / "m.onnx")
    installed("tilewright", "compile", "m.onnx", "-o", "m.twm")
    assert "kernels are right" in installed("tilewright", "verify", "m.twm")
    assert "LLVM" in installed("tw-opt", "--version")
    assert "LSP" in installed("tw-lsp-server", "--help")
    code = "import tilewright as tw, numpy; print(tw.__file__, tw.load('m.twm')(numpy.ones((1, 3, 8, 8), 'f'))[0].shape)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert str(tmp_path / "site") in done.stdout, done.stderr


# The package is typed: every file that a type checker needs is there.
def test_typed():
    for name in ("py.typed", "_runtime.pyi", "_compiler.pyi"):
        assert (PACKAGE / name).exists()


# The stubs name what the extension modules have.
@pytest.mark.parametrize("name", ["_runtime", "_compiler"])
def test_stubs_are_complete(name):
    import ast
    import importlib

    module = importlib.import_module(f"tilewright.{name}")
    stub = ast.parse((PACKAGE / f"{name}.pyi").read_text())
    declared = {node.name for node in stub.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    assert declared == {each for each in vars(module) if not each.startswith("_")}
    for node in stub.body:
        if isinstance(node, ast.ClassDef):
            methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef) and each.name != "__init__"}
            public = {each for each in vars(getattr(module, node.name)) if not each.startswith("_")}
            assert methods == public


# Without the compiler's libraries the error says what to install.
def test_compiler_is_missing():
    code = """
import sys, tilewright as tw
sys.modules["tilewright._compiler"] = None
try:
    tw.compile("m.onnx")
except tw.ModelError as error:
    print(error)
"""
    assert "apt-get install libmlir-22" in python(code)

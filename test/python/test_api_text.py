"""Names and paths that are no UTF-8 text, through the Python package."""

import os

import numpy as np
import onnx
import pytest
import tilewright as tw
from onnx import TensorProto, helper

PLACE = "QQQQ"
BYTES = b"\xff\xfe\xfd\xfc"  # As long, so that protobuf's lengths stay right.
TEXT = "\ufffd" * 4


@pytest.fixture(scope="module")
def named(models):
    """The bytes of a model whose names hold those bytes."""
    node = helper.make_node("Relu", [PLACE + "x"], ["y" + PLACE], name=PLACE + "relu")
    kind = (TensorProto.FLOAT, [2])
    model = models.make([node], {PLACE + "x": kind}, {"y" + PLACE: kind}, metadata={PLACE: "by " + PLACE})
    return model.SerializeToString().replace(PLACE.encode(), BYTES)


# What is no UTF-8 in a model's names is U+FFFD in Python.
def test_names(named):
    model = tw.compile(named)
    assert [each.name for each in model.inputs] == [TEXT + "x"]
    assert [each.name for each in model.outputs] == ["y" + TEXT]
    assert model.metadata == {TEXT: "by " + TEXT}
    x = np.array([-1, 1], np.float32)
    assert model.run({TEXT + "x": x})["y" + TEXT].tolist() == [0, 1]
    assert TEXT + "relu (Relu)" in [node for kernel in model.profile() for node in kernel.nodes]
    report = tw.verify(model, {TEXT + "x": x})
    assert report.ok and report.outputs[0].name == "y" + TEXT


# The messages have it too.
def test_messages(named):
    with pytest.raises(tw.InputError, match=f"'{TEXT}x' is an array of f64"):
        tw.compile(named)(np.zeros(2))
    broken = named.replace(b"Relu", b"Nope")
    with pytest.raises(tw.ModelError, match=TEXT):
        tw.compile(broken)


# And what check finds.
def test_check(named, tmp_path):
    (tmp_path / "m.onnx").write_bytes(named.replace(b"Relu", b"Nope"))
    (problem,) = tw.check(tmp_path / "m.onnx")
    assert problem.node == TEXT + "relu"


# A path is any bytes but zero.
def test_paths(models, tmp_path):
    name = os.fsdecode(BYTES)
    onnx.save(models.conv_relu(), tmp_path / f"{name}.onnx")
    model = tw.compile(tmp_path / f"{name}.onnx", save_stages=tmp_path / f"{name}-stages")
    assert list((tmp_path / f"{name}-stages").iterdir())
    model.save(tmp_path / f"{name}.twm")
    assert tw.load(tmp_path / f"{name}.twm").inputs == model.inputs
    assert tw.check(tmp_path / f"{name}.onnx") == []
    with pytest.raises(tw.ModelError, match=TEXT):
        tw.load(tmp_path / name)


# A path with a zero in it is not the path before the zero.
def test_zeros_in_paths(models, tmp_path, conv_relu_module):
    for read in (tw.load, tw.compile, tw.check):
        with pytest.raises(tw.ModelError, match="has a zero in it"):
            read(f"{conv_relu_module}\0x")
    with pytest.raises(tw.RunError, match="has a zero in it"):
        tw.load(conv_relu_module).save(f"{tmp_path}/m.twm\0x")
    for option in ("target", "save_stages"):
        with pytest.raises(tw.ModelError, match=f"{option}.* has a zero in it"):
            tw.compile(models.conv_relu(), **{option: f"{tmp_path}/m\0x"})
    assert list(tmp_path.iterdir()) == []


# A lone surrogate stands for no bytes.
def test_surrogates(conv_relu_module):
    with pytest.raises(tw.ModelError, match="is no path"):
        tw.load("\ud800.twm")
    with pytest.raises(tw.ModelError, match="cannot be encoded"):
        tw.load(conv_relu_module, target="\ud800")
    with pytest.raises(tw.InputError, match="cannot be encoded"):
        tw.verify(conv_relu_module, sizes={"\ud800": 1})

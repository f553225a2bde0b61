"""The Python package's errors."""

import os
import signal
import subprocess
import sys

import numpy as np
import onnx
import pytest
import tilewright as tw


@pytest.fixture(scope="module")
def model(conv_relu_module):
    return tw.load(conv_relu_module, threads=1)


# The classes can be caught as what they are, and as one.
def test_classes():
    assert issubclass(tw.ModelError, tw.Error) and issubclass(tw.ModelError, ValueError)
    assert issubclass(tw.InputError, tw.Error) and issubclass(tw.InputError, ValueError)
    assert issubclass(tw.RunError, tw.Error) and issubclass(tw.RunError, RuntimeError)


# Files that cannot be read as models.
@pytest.mark.parametrize("content", [None, b"", b"this is no model"])
def test_bad_model_file(tmp_path, content):
    path = tmp_path / "bad.onnx"
    if content is not None:
        path.write_bytes(content)
    for function in (tw.compile, tw.check):
        with pytest.raises(tw.ModelError, match="bad.onnx"):
            function(path)


# A compiled module is no model; the message says what loads it.
def test_model_is_a_module(conv_relu_module):
    for function in (tw.compile, tw.check):
        with pytest.raises(tw.ModelError, match="compiled module already.*tilewright.load"):
            function(conv_relu_module)
    with pytest.raises(tw.ModelError, match="compiled module already"):
        tw.compile(conv_relu_module.read_bytes())


# Bytes that are no model.
@pytest.mark.parametrize("source", [b"", b"this is no model"])
def test_bad_model_bytes(source):
    for function in (tw.compile, tw.check):
        with pytest.raises(tw.ModelError):
            function(source)


# Things that are no model.
def test_no_model():
    with pytest.raises(tw.ModelError, match="int"):
        tw.compile(3)


# Modules that cannot be loaded.
@pytest.mark.parametrize("content", [None, b"", b"no module"])
def test_bad_module(tmp_path, content):
    path = tmp_path / "bad.twm"
    if content is not None:
        path.write_bytes(content)
        with pytest.raises(tw.ModelError):
            tw.load(content)
    with pytest.raises(tw.ModelError, match="bad.twm"):
        tw.load(path)


# Options that mean nothing.
@pytest.mark.parametrize(
    "options, text",
    [
        ({"target": "vax"}, "vax"),
        ({"device": "abacus"}, "abacus"),
        ({"device": 3}, "no device 3"),
        ({"threads": -1}, "threads"),
        ({"threads": 2**40}, "threads is 1099511627776"),
        ({"threads": "2"}, "threads is an int, but got str"),
        ({"jobs": -1}, "jobs"),
        ({"jobs": 1.5}, "jobs is an int, but got float"),
        ({"target": 3}, "target is a name.* but got 3"),
        ({"target": []}, "target is a name.* but got"),
        ({"target": [3]}, "target is no path"),
        ({"save_stages": 3}, "save_stages is no path"),
        ({"shapes": {3: (1,)}}, "a key of shapes is a str"),
        ({"shapes": {"x": (1, 2)}}, "'x'"),
        ({"shapes": {"x": "1xx2"}}, "1xx2"),
        ({"shapes": {"x": (2, True)}}, "of 'x' is an int, a str or None, but got bool"),
        ({"shapes": {"z": (1,)}}, "'z'"),
    ],
)
def test_bad_options(models, options, text):
    with pytest.raises(tw.ModelError, match=text):
        tw.compile(models.conv_relu(), **options)


# A folder for the stages that cannot be made.
def test_no_folder_for_stages(models, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(tw.ModelError, match="cannot make a folder.*file"):
        tw.compile(models.conv_relu(), save_stages=tmp_path / "file" / "stages")


# Options of load and verify that mean nothing.
@pytest.mark.parametrize(
    "options, text",
    [({"threads": None}, "threads"), ({"target": 3}, "target is a str"), ({"target": "vax"}, "vax")],
)
def test_bad_options_of_load(conv_relu_module, options, text):
    with pytest.raises(tw.ModelError, match=text):
        tw.load(conv_relu_module, **options)


@pytest.mark.parametrize(
    "options, text",
    [
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**64}, "seed is"),
        ({"sizes": {"N": -1}}, "the size N is -1"),
        ({"sizes": {"N": "2"}}, "the size N is an int"),
        ({"sizes": [2]}, "sizes is a dict"),
        ({"inputs": [1]}, "inputs is a dict"),
        ({"inputs": {"z": 1}}, "no input 'z'"),
    ],
)
def test_bad_options_of_verify(model, options, text):
    with pytest.raises(tw.InputError, match=text):
        tw.verify(model, **options)


# A model that is not compiled yet is no module; the message says what to do.
def test_verify_of_an_onnx_model(conv_relu_file):
    with pytest.raises(tw.ModelError, match="not a Tilewright module.*tilewright.compile"):
        tw.verify(conv_relu_file)


# A mask would be lost.
def test_masked_array(model):
    x = np.ma.masked_less(np.zeros((1, 3, 8, 8), np.float32), 1)
    for device in (model, lambda x: tw.verify(model, {"x": x})):
        with pytest.raises(tw.InputError, match="'x' is a masked array"):
            device(x)
    model(x.filled(0))


# What is wrong with the inputs is said with both sides.
@pytest.mark.parametrize(
    "inputs, texts",
    [
        ([], ["1 input ('x')", "got 0"]),
        ([np.zeros((1, 3, 8, 8), np.float32)] * 2, ["1 input", "got 2"]),
        ([np.zeros((1, 3, 8, 8))], ["'x'", "f64", "f32[N, 3, 8, 8]"]),
        ([np.zeros((1, 3, 8, 8), np.complex64)], ["'x'", "complex64"]),
        ([np.zeros((3, 8, 8), np.float32)], ["'x'", "rank"]),
        ([np.zeros((1, 4, 8, 8), np.float32)], ["'x'", "4", "3"]),
        ([None], ["'x'", "object"]),
        ([[[1.0, 2.0], [3.0]]], ["'x'"]),
    ],
)
def test_wrong_inputs(model, inputs, texts):
    with pytest.raises(tw.InputError) as failure:
        model(*inputs)
    for text in texts:
        assert text in str(failure.value)


# Names that are missing or unknown.
def test_wrong_names(model):
    with pytest.raises(tw.InputError, match="'x' is missing"):
        model.run({})
    with pytest.raises(tw.InputError, match="no input 'z'"):
        model.run({"x": np.zeros((1, 3, 8, 8), np.float32), "z": 1})


# Two inputs that give one size two values.
def test_contradiction(models):
    model = tw.compile(models.add())
    with pytest.raises(tw.InputError) as failure:
        model(np.zeros((2, 4), np.float32), np.zeros((3, 4), np.float32))
    for text in ("'a'", "'b'", "2", "3"):
        assert text in str(failure.value)


# A size out of its range.
def test_out_of_range(models):
    model = tw.compile(models.conv_relu(), shapes={"x": ("N:1..4", 3, 8, 8)})
    with pytest.raises(tw.InputError, match="1..4"):
        model(np.zeros((5, 3, 8, 8), np.float32))


# Values that cannot be: a size that no shape could tell.
@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_run_error(models, device):
    model = tw.compile(models.reshape_like(), device=device)
    x = np.arange(8, dtype=np.float32).reshape(2, 4)
    assert model(x, np.array([4, 2]))[0].shape == (4, 2)
    with pytest.raises(tw.RunError, match="reshape1"):
        model(x, np.array([5, 2]))


# A folder that is not there.
def test_save_to_nowhere(model, tmp_path):
    with pytest.raises(tw.RunError, match="no/such"):
        model.save(tmp_path / "no/such/m.twm")


# Without the imported model there is no reference and nothing to verify.
def test_stripped(models, tmp_path):
    model = tw.compile(models.conv_relu(), strip=True)
    with pytest.raises(tw.ModelError, match="strip"):
        tw.verify(model)
    model.save(tmp_path / "m.twm")
    with pytest.raises(tw.ModelError, match="strip"):
        tw.load(tmp_path / "m.twm", device="reference")


# Ctrl-C while kernels are compiled is a KeyboardInterrupt, soon, and leaves nothing.
def test_interrupt(models, tmp_path):
    onnx.save(models.many_kernels(), tmp_path / "long.onnx")
    (tmp_path / "temporary").mkdir()
    (tmp_path / "stages").mkdir()
    program = """
import sys, tilewright as tw
try:
    tw.compile("long.onnx", save_stages="stages", jobs=2)
except KeyboardInterrupt:
    sys.exit(42)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
    )
    while not list((tmp_path / "stages").glob("*tiled*")) and process.poll() is None:
        pass
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 42
    assert list((tmp_path / "temporary").iterdir()) == []


# What is no dict of inputs, and what is no dict of shapes, are errors of ours.
def test_arguments_of_another_kind(models):
    model = tw.compile(models.add())
    with pytest.raises(tw.InputError, match="takes a dict of inputs by name"):
        model.run([np.zeros((1, 4), np.float32)])
    with pytest.raises(tw.ModelError, match="shapes is a dict"):
        tw.compile(models.add(), shapes="a=1x4")
    with pytest.raises(tw.ModelError, match="the shape of 'a'"):
        tw.compile(models.add(), shapes={"a": 4})


# verify takes the path or the bytes of a module too.
def test_verify_of_a_module(models, tmp_path):
    tw.compile(models.add()).save(tmp_path / "m.twm")
    assert tw.verify(tmp_path / "m.twm").ok
    assert tw.verify((tmp_path / "m.twm").read_bytes()).ok

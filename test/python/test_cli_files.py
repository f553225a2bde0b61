"""The command on disks that cannot be written to and with modules from elsewhere."""

import ctypes
import json
import os
import resource
import signal
import subprocess

import onnx
import pytest
from onnx import TensorProto, helper


def run(tilewright, *arguments, before):
    """Exit code and stderr of a command whose process called `before`."""
    done = subprocess.run(
        [tilewright.program, *arguments],
        cwd=tilewright.folder,
        capture_output=True,
        text=True,
        preexec_fn=before,
        timeout=300,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def obey_permissions():
    """Takes from root what lets it write anywhere; nothing for others."""
    drop, override, read_search = 24, 1, 2  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    for capability in (override, read_search):
        ctypes.CDLL(None).prctl(drop, capability, 0, 0, 0)


# A folder that cannot be written to is an error, and stays as it is.
def test_read_only_folder(tilewright, conv_relu_file):
    folder = tilewright.folder / "sealed"
    folder.mkdir()
    (folder / "m.twm").write_bytes(b"old")
    folder.chmod(0o555)
    for name in ("m.twm", "new.twm"):
        code, message = run(tilewright, "compile", "conv.onnx", "-o", f"sealed/{name}", before=obey_permissions)
        assert code == 1
        assert message.startswith(f"tilewright: error: cannot write 'sealed/{name}': Permission denied")
    assert [path.name for path in folder.iterdir()] == ["m.twm"]
    assert (folder / "m.twm").read_bytes() == b"old"


# A disk that is full after some bytes (of the module, or of a temporary file): an error that
# names the file, no piece of a module, the old module stays.
@pytest.mark.parametrize("missing", [1, 1000, 10000, 20000])
def test_disk_becomes_full(tilewright, conv_relu_file, monkeypatch, missing):
    temporary = tilewright.folder / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    tilewright("compile", "conv.onnx", "-o", "m.twm")
    whole = (tilewright.folder / "m.twm").read_bytes()

    def limit():
        size = len(whole) - missing
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    for name in ("m.twm", "new.twm"):
        code, message = run(tilewright, "compile", "conv.onnx", "-o", name, before=limit)
        assert code == 1
        assert "File too large" in message
        assert f"cannot write '{name}'" in message or str(temporary) in message
    assert sorted(os.listdir(tilewright.folder)) == ["conv.onnx", "m.twm", "temporary"]
    assert os.listdir(temporary) == []
    assert (tilewright.folder / "m.twm").read_bytes() == whole


# Where the system gives no thread, the one that there is compiles everything.
def test_no_threads(tilewright, models):
    onnx.save(models.many_kernels(8), tilewright.folder / "m.onnx")

    def limit():
        # A stack that the address space has no room for.
        huge = 1 << 47
        resource.setrlimit(resource.RLIMIT_STACK, (huge, huge))

    assert run(tilewright, "compile", "m.onnx", "--jobs", "4", before=limit) == (0, "")


# Where there is no memory for a tensor that the importer computes, the message names its node.
@pytest.mark.parametrize("name", ["Constant", "MelWeightMatrix"])
def test_no_memory(tilewright, name):
    if name == "Constant":
        values = helper.make_tensor("values", TensorProto.DOUBLE, [1], [1.0])
        indices = helper.make_tensor("indices", TensorProto.INT64, [1], [0])
        sparse = helper.make_sparse_tensor(values, indices, [1 << 27])
        nodes = [helper.make_node(name, [], ["y"], sparse_value=sparse, name="big")]
    else:
        numbers = {"bands": 31, "length": 1 << 24, "rate": 1 << 24, "low": 0, "high": 1 << 21}
        nodes = [helper.make_node("Constant", [], [key], value_int=value) for key, value in numbers.items()]
        nodes.append(helper.make_node(name, list(numbers), ["y"], output_datatype=TensorProto.DOUBLE, name="big"))
    output = helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)
    model = helper.make_model(helper.make_graph(nodes, "g", [], [output]), opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, tilewright.folder / "m.onnx")

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

    code, message = run(tilewright, "compile", "m.onnx", before=limit)
    assert code == 1
    assert "big" in message and "not enough memory for a tensor of type f64" in message


# A module of a newer format: the message says both versions.
def test_newer_module(tilewright, conv_relu_module):
    changed = bytearray(conv_relu_module.read_bytes())
    changed[8] = 99
    (tilewright.folder / "newer.twm").write_bytes(changed)
    for command in (["run", "newer.twm", "--random-inputs", "0"], ["inspect", "newer.twm"]):
        message = tilewright.error(*command)
        assert "'newer.twm'" in message and "version 99" in message and "up to 1" in message


# A module for another processor: the message says what it holds and what is missing here.
def test_module_for_another_machine(tilewright, conv_relu_file):
    (tilewright.folder / "vax.json").write_text(
        json.dumps({"base": "x86-64-v3", "name": "vax", "requiredFeatures": ["avx2", "timetravel"]})
    )
    tilewright("compile", "conv.onnx", "--target", "vax.json")
    message = tilewright.error("run", "conv.twm", "--random-inputs", "0")
    assert "vax" in message and "timetravel" in message
    # It can still be looked at.
    assert "vax" in tilewright("inspect", "conv.twm").stdout

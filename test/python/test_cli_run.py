"""tilewright run, verify, bench and inspect."""

import json
import re

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper


def reference(model, **inputs):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def relative(actual, expected):
    return np.abs(actual - expected).max() / np.abs(expected).max()


@pytest.fixture
def x(tmp_path):
    """x.npy in the test's folder, of batch 3."""
    values = np.random.default_rng(1).standard_normal((3, 3, 8, 8), dtype=np.float32)
    np.save(tmp_path / "x.npy", values)
    return values


# Values from files, on either device: what ONNX Runtime computes.
@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_run_from_files(tilewright, models, conv_relu_module, x, device):
    tilewright("run", conv_relu_module, "--input", "x=x.npy", "--output-dir", "out", "--device", device)
    (expected,) = reference(models.conv_relu(), x=x)
    assert relative(np.load(tilewright.folder / "out/y.npy"), expected) < 1e-5


# An ONNX model is compiled on the way, and no module stays.
def test_run_onnx(tilewright, conv_relu_file):
    done = tilewright("run", "conv.onnx", "--random-inputs", "0", "--dim", "N=2")
    assert "f32[2, 4, 8, 8]" in done.stdout
    assert [path.name for path in tilewright.folder.iterdir()] == ["conv.onnx"]


# The same seed gives the same outputs, another one others.
def test_seed(tilewright, conv_relu_module):
    def run(seed):
        return tilewright("run", conv_relu_module, "--random-inputs", seed, "--dim", "N=1").stdout

    assert run(3) == run(3) != run(4)


# Sizes that nobody gave are chosen, and told.
def test_chosen_sizes_are_told(tilewright, conv_relu_module):
    done = tilewright("run", conv_relu_module, "--random-inputs", "0")
    assert "N = 2 (choose with --dim N=SIZE)" in done.stderr


# Any number of threads gives the same bits.
def test_threads(tilewright, conv_relu_module, x):
    outputs = []
    for threads in (1, 2, 3):
        tilewright("run", conv_relu_module, "--input", "x=x.npy", "--threads", threads, "--output-dir", "out")
        outputs.append((tilewright.folder / "out/y.npy").read_bytes())
    assert outputs[0] == outputs[1] == outputs[2]


# --json has the outputs' names, types, shapes and the profile.
def test_run_json(tilewright, conv_relu_module):
    done = tilewright("run", conv_relu_module, "--random-inputs", "0", "--dim", "N=5", "--json", "--profile")
    report = json.loads(done.stdout)
    (output,) = report["outputs"]
    assert (output["name"], output["dtype"], output["shape"]) == ("y", "f32", [5, 4, 8, 8])
    assert any("conv1 (Conv)" in entry["nodes"] for entry in report["profile"])


# Names of outputs that are no file names become some, each its own.
def test_output_file_names(tilewright, models):
    nodes = [
        helper.make_node("Neg", ["x"], ["a/b"]),
        helper.make_node("Abs", ["x"], ["a:b"]),
        helper.make_node("Relu", ["x"], ["../up"]),
    ]
    kind = (TensorProto.FLOAT, [2])
    onnx.save(models.make(nodes, {"x": kind}, {"a/b": kind, "a:b": kind, "../up": kind}), tilewright.folder / "m.onnx")
    tilewright("run", "m.onnx", "--random-inputs", "0", "--output-dir", "out")
    names = sorted(path.name for path in (tilewright.folder / "out").iterdir())
    assert names == ["_._up.npy", "a_b-1.npy", "a_b.npy"]


# What is wrong with the inputs is said with both sides.
@pytest.mark.parametrize(
    "arguments, texts",
    [
        ([], ["'x'", "f32[N, 3, 8, 8]", "--input x="]),
        (["--input", "x=none.npy"], ["none.npy"]),
        (["--input", "x=text.npy"], ["text.npy"]),
        (["--input", "x=double.npy"], ["'x'", "f64", "f32"]),
        (["--input", "x=flat.npy"], ["'x'", "rank"]),
        (["--input", "x=wide.npy"], ["'x'", "8", "9"]),
        (["--input", "z=flat.npy"], ["'x'"]),
        (["--input", "z=flat.npy", "--random-inputs", "0"], ["'z'", "'x'"]),
        (["--input", "x=good.npy", "--random-inputs", "0", "--dim", "N=4"], ["N", "3", "4"]),
        (["--random-inputs", "0", "--dim", "M=4"], ["'M'", "N"]),
    ],
)
def test_wrong_inputs(tilewright, conv_relu_module, arguments, texts):
    folder = tilewright.folder
    np.save(folder / "double.npy", np.zeros((1, 3, 8, 8)))
    np.save(folder / "flat.npy", np.zeros(8, np.float32))
    np.save(folder / "wide.npy", np.zeros((1, 3, 8, 9), np.float32))
    np.save(folder / "good.npy", np.zeros((3, 3, 8, 8), np.float32))
    (folder / "text.npy").write_text("no array")
    message = tilewright.error("run", conv_relu_module, *arguments)
    for text in texts:
        assert text in message


# A size outside its declared range is an error.
@pytest.mark.parametrize("size, text", [(40, "2..32"), (3, "no multiple of 2")])
def test_size_out_of_range(tilewright, conv_relu_file, size, text):
    tilewright("compile", "conv.onnx", "--shape", "x=N:2..32%2,3,8,8")
    message = tilewright.error("run", "conv.twm", "--random-inputs", "0", "--dim", f"N={size}")
    assert f"N = {size}" in message and text in message


# --shape belongs to ONNX models.
def test_shape_for_a_module(tilewright, conv_relu_module):
    assert "--shape" in tilewright.error("run", conv_relu_module, "--random-inputs", "0", "--shape", "x=1x3x8x8")


# A target that the module does not hold: the message says what it holds.
def test_other_target(tilewright, conv_relu_file):
    tilewright("compile", "conv.onnx", "--target", "x86-64-v3")
    message = tilewright.error("run", "conv.twm", "--random-inputs", "0", "--target", "x86-64-v4")
    assert "x86-64-v4" in message and "x86-64-v3" in message


# Files that are no modules.
@pytest.mark.parametrize("content", [None, b"", b"no module", "cut", "newer"])
def test_no_module(tilewright, conv_relu_module, content):
    path = tilewright.folder / "bad.twm"
    whole = bytearray(conv_relu_module.read_bytes())
    if content == "cut":
        content = bytes(whole[:5000])
    if content == "newer":
        whole[8] = 200
        content = bytes(whole)
    if content is not None:
        path.write_bytes(content)
    assert "bad.twm" in tilewright.error("inspect", "bad.twm")
    assert "bad.twm" in tilewright.error("run", "bad.twm", "--random-inputs", "0")


# verify compares every kernel and the network, and says that they are right.
def test_verify(tilewright, conv_relu_module):
    done = tilewright("verify", conv_relu_module, "--dim", "N=3")
    assert "conv1 (Conv)" in done.stdout
    assert "kernels are right, the network too" in done.stdout


# verify takes an ONNX model.
def test_verify_onnx(tilewright, conv_relu_file):
    assert "are right" in tilewright("verify", "conv.onnx").stdout


# The verdicts as JSON.
def test_verify_json(tilewright, conv_relu_module):
    report = json.loads(tilewright("verify", conv_relu_module, "--json").stdout)
    assert report["ok"] and report["kernels"] and report["outputs"][0]["name"] == "y"
    for verdict in report["kernels"] + report["outputs"]:
        assert verdict["ok"] and verdict["error"] <= verdict["bound"]


# bench prints percentiles and the kernels by time.
def test_bench(tilewright, conv_relu_module):
    text = tilewright("bench", conv_relu_module, "--seconds", "0.1", "--threads", "1").stdout
    assert "median " in text and "p10 " in text and "p90 " in text
    assert "conv1 (Conv)" in text


# bench measures as many runs as it is told to.
def test_bench_json(tilewright, conv_relu_module):
    report = json.loads(tilewright("bench", conv_relu_module, "--runs", "7", "--json").stdout)
    assert report["runs"] == 7
    assert 0 < report["p10_seconds"] <= report["median_seconds"] <= report["p90_seconds"]
    assert report["kernels"]


# inspect prints the signature, the target, the memory and the sections.
def test_inspect(tilewright, conv_relu_module):
    text = tilewright("inspect", conv_relu_module).stdout
    for part in ("input", "f32[N, 3, 8, 8]", "target x86-64-", "runs here", "memory", "ir.imported", "somebody"):
        assert part in text


# inspect prints kernels, the plan and the weights when asked.
def test_inspect_more(tilewright, conv_relu_module):
    text = tilewright("inspect", conv_relu_module, "--kernels", "--plan", "--weights").stdout
    for part in ("conv1 (Conv)", "blocks", "temporary", "B for running"):
        assert part in text


# The plan has a line for each buffer and for each launch, with its operands, code and nodes.
def test_inspect_plan(tilewright, conv_relu_module):
    text = tilewright("inspect", conv_relu_module, "--plan").stdout
    assert re.search(r"^b\d+ +input 0 +f32\[N, 3, 8, 8\]$", text, re.MULTILINE)
    assert re.search(r"^b\d+ +output 0 +f32\[N, 4, 8, 8\]$", text, re.MULTILINE)
    launches = re.findall(r"^\w+\(b.*\) -> \(b\d+\)  code k\d+  blocks .*\[(.*)\]$", text, re.MULTILINE)
    assert len(launches) == len(json.loads(tilewright("inspect", conv_relu_module, "--json").stdout)["targets"][0]["kernels"])
    assert any("conv1 (Conv), relu1 (Relu)" in nodes for nodes in launches)


# inspect as JSON.
def test_inspect_json(tilewright, conv_relu_module):
    module = json.loads(tilewright("inspect", conv_relu_module, "--json", "--dim", "N=8").stdout)
    assert module["inputs"] == [{"name": "x", "dtype": "f32", "dims": ["N", 3, 8, 8]}]
    assert module["metadata"] == {"author": "somebody"}
    assert module["has_reference"]
    (target,) = module["targets"]
    assert target["memory"]["sizes"] == {"N": 8}
    assert target["runs_here"] and target["kernels"]


# An output whose name is a file's keeps it, wherever it stands; the table says the files.
def test_names_of_output_files(tilewright, models, tmp_path):
    nodes = [helper.make_node("Neg", ["x"], ["a:0"]), helper.make_node("Abs", ["x"], ["a_0"])]
    shape = (TensorProto.FLOAT, [2])
    onnx.save(models.make(nodes, {"x": shape}, {"a:0": shape, "a_0": shape}), tmp_path / "m.onnx")
    np.save(tmp_path / "x.npy", np.float32([1, -2]))
    printed = tilewright("run", "m.onnx", "--input", "x=x.npy", "--output-dir", "out").stdout
    assert "a_0-1.npy" in printed
    np.testing.assert_array_equal(np.load(tmp_path / "out" / "a_0.npy"), [1, 2])
    np.testing.assert_array_equal(np.load(tmp_path / "out" / "a_0-1.npy"), [-1, 2])


# A weight that is damaged is found by verify and inspect; run reads it as it is.
@pytest.mark.parametrize("command", [["verify"], ["inspect"]])
def test_damaged_weight(tilewright, models, tmp_path, command):
    weight = np.random.default_rng(3).standard_normal((64, 64), dtype=np.float32)
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    shape = (TensorProto.FLOAT, ["N", 64])
    onnx.save(models.make([node], {"x": shape}, {"y": shape}, {"w": weight}), tmp_path / "m.onnx")
    tilewright("compile", "m.onnx", "-o", "m.twm")
    module = (tmp_path / "m.twm").read_bytes()
    (tmp_path / "m.twm").write_bytes(module.replace(weight.tobytes(), (weight + 1).tobytes()))
    assert "the weight 'w' is corrupt" in tilewright.error(*command, "m.twm")

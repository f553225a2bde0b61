"""tilewright compile and check."""

import json
import subprocess
import time

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir() if ".tmp-" in path.name)


# Without -o the module lies in this folder, with the model's name.
def test_default_output(tilewright, conv_relu_file):
    done = tilewright("compile", conv_relu_file)
    assert (tilewright.folder / "conv.twm").exists()
    assert done.stdout == "" and done.stderr == ""


# A shape on the command line fixes an axis.
def test_shape_fixes_an_axis(tilewright, conv_relu_file):
    tilewright("compile", conv_relu_file, "--shape", "x=5x3x8x8")
    module = json.loads(tilewright("inspect", "conv.twm", "--json").stdout)
    assert module["inputs"][0]["dims"] == [5, 3, 8, 8]


# A shape on the command line gives a size a range.
def test_shape_gives_a_range(tilewright, conv_relu_file):
    tilewright("compile", conv_relu_file, "--shape", "x=B:2..32%2,3,8,8")
    module = json.loads(tilewright("inspect", "conv.twm", "--json").stdout)
    assert module["symbols"]["B"] == {"lo": 2, "hi": 32, "multiple": 2}


# A shape that contradicts the model is an error that says both.
def test_shape_contradicts_the_model(tilewright, conv_relu_file):
    message = tilewright.error("compile", conv_relu_file, "--shape", "x=Nx4x8x8")
    assert "'x'" in message and "3" in message and "4" in message


# A shape for an input that the model does not have is an error.
def test_shape_of_unknown_input(tilewright, conv_relu_file):
    assert "'z'" in tilewright.error("compile", conv_relu_file, "--shape", "z=1x2")


# Several targets go into one module, in the given order.
def test_several_targets(tilewright, conv_relu_file):
    tilewright("compile", conv_relu_file, "--target", "x86-64-v4", "--target", "x86-64-v3")
    module = json.loads(tilewright("inspect", "conv.twm", "--json").stdout)
    assert [target["target"] for target in module["targets"]] == ["x86-64-v4", "x86-64-v3"]


# The error for an unknown target lists the known ones.
def test_unknown_target(tilewright, conv_relu_file):
    message = tilewright.error("compile", conv_relu_file, "--target", "vax")
    assert "vax" in message and "x86-64-v3" in message


# A target of one's own with a processor that LLVM does not know is an error that names both.
def test_unknown_processor(tilewright, conv_relu_file):
    row = {"base": "x86-64-v3", "name": "vax", "llvmCpu": "vax780"}
    (tilewright.folder / "vax.json").write_text(json.dumps(row))
    message = tilewright.error("compile", conv_relu_file, "--target", "vax.json")
    assert "target 'vax'" in message and "'vax780'" in message


# The number of jobs changes no byte of the module, nor does a second time.
def test_same_bytes(tilewright, conv_relu_file):
    tilewright("compile", conv_relu_file, "-o", "one.twm", "--jobs", "1")
    tilewright("compile", conv_relu_file, "-o", "two.twm", "--jobs", "2")
    assert (tilewright.folder / "one.twm").read_bytes() == (tilewright.folder / "two.twm").read_bytes()


# --save-stages writes the IR after each phase, in order; tw-opt reads it.
def test_save_stages(tilewright, conv_relu_file):
    tilewright("compile", conv_relu_file, "--save-stages", "a/stages")
    names = sorted(path.name for path in (tilewright.folder / "a/stages").iterdir())
    for stage in ("imported", "graph", "kernels", "tiled"):
        assert any(stage in name for name in names), names
    imported = next(path for path in (tilewright.folder / "a/stages").iterdir() if "imported" in path.name)
    assert "tw.conv" in imported.read_text()
    for name in names:
        subprocess.run(
            [tilewright.program.parent / "tw-opt", name], cwd=tilewright.folder / "a/stages", check=True, capture_output=True
        )


# --report prints the kernels with the nodes that they came from.
def test_report(tilewright, conv_relu_file):
    text = tilewright("compile", conv_relu_file, "--report").stdout
    assert "conv1 (Conv)" in text and "relu1 (Relu)" in text
    assert " kernels\n" in text and "not fused" in text and "time" in text


# --report says a reason once, however many nodes have it, with the nodes on both sides; the JSON has them all.
def test_report_groups_reasons(tilewright, models):
    onnx.save(models.many_kernels(12), tilewright.folder / "m.onnx")
    text = tilewright("compile", "m.onnx", "--report").stdout
    assert text.count("matrix product would compute its operand again") == 1
    assert "11 times: a convolution, pooling or matrix product" in text
    assert "\n  matmul0 (MatMul) -> matmul1 (MatMul)\n" in text
    assert "\n  and 7 more (--json has all)\n" in text
    assert "tw." not in text
    remarks = json.loads(tilewright("compile", "m.onnx", "--json").stdout)["fusion_remarks"]
    assert len(remarks) == 11
    assert remarks[0]["producer"] == ["matmul0 (MatMul)"] and remarks[0]["nodes"] == ["matmul1 (MatMul)"]


# A kernel has at most 256 ops; the 257th begins another, and the report says why.
def test_report_of_a_full_kernel(tilewright, models):
    nodes = [helper.make_node(("Abs", "Neg")[i % 2], [f"v{i}"], [f"v{i + 1}"]) for i in range(257)]
    model = models.make(nodes, {"v0": (TensorProto.FLOAT, [4])}, {"v257": (TensorProto.FLOAT, [4])})
    onnx.save(model, tilewright.folder / "m.onnx")
    report = json.loads(tilewright("compile", "m.onnx", "--json").stdout)
    assert [remark["reason"] for remark in report["fusion_remarks"]] == ["together they have too many ops"]
    assert [len(kernel["nodes"]) for kernel in report["kernels"]] == [256, 1]


# The report as JSON has the same.
def test_report_json(tilewright, conv_relu_file):
    report = json.loads(tilewright("compile", conv_relu_file, "--json").stdout)
    nodes = [node for kernel in report["kernels"] for node in kernel["nodes"]]
    assert "conv1 (Conv)" in nodes and "relu1 (Relu)" in nodes
    assert "write" in report["seconds"]


# A fused kernel that the tiler refuses falls apart: the report says which nodes and why, and the result is right.
# (Should the tiler learn this one, docs/ROADMAP.md's "a concat under a reduction", another has to stand here.)
def test_report_of_a_slow_path(tilewright, models):
    nodes = [
        helper.make_node("Concat", ["re", "im"], ["parts"], name="join", axis=2),
        helper.make_node("Mul", ["parts", "parts"], ["squares"], name="square"),
        helper.make_node("ReduceSum", ["squares", "axes"], ["power"], name="sum", keepdims=0),
    ]
    part, power = (TensorProto.FLOAT, ["N", "F", 1]), (TensorProto.FLOAT, ["N", "F"])
    model = models.make(nodes, {"re": part, "im": part}, {"power": power}, {"axes": np.array([2])})
    onnx.save(model, tilewright.folder / "m.onnx")
    text = tilewright("compile", "m.onnx", "--report").stdout
    slow = text.split("slower than it could be\n")[1].split("\nnot fused")[0]
    assert "its ops are not fused: " in slow and "join (Concat), square (Mul), sum (ReduceSum)" in slow
    (remark,) = json.loads(tilewright("compile", "m.onnx", "--json").stdout)["lowering_remarks"]
    assert remark["nodes"] == ["join (Concat)", "square (Mul)", "sum (ReduceSum)"]
    assert remark["reason"].startswith("its ops are not fused: ") and remark["reason"] in slow
    re, im = np.random.default_rng(0).standard_normal((2, 3, 37, 1), dtype=np.float32)
    np.save(tilewright.folder / "re.npy", re)
    np.save(tilewright.folder / "im.npy", im)
    tilewright("run", "m.twm", "--input", "re=re.npy", "--input", "im=im.npy", "--output-dir", "out")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (expected,) = session.run(None, {"re": re, "im": im})
    np.testing.assert_allclose(np.load(tilewright.folder / "out/power.npy"), expected, rtol=1e-5)


# --strip leaves the reference out; what needs it says so.
def test_strip(tilewright, conv_relu_file):
    tilewright("compile", conv_relu_file, "--strip")
    tilewright("run", "conv.twm", "--random-inputs", "0")
    assert "--strip" in tilewright.error("verify", "conv.twm")
    assert "--strip" in tilewright.error("run", "conv.twm", "--random-inputs", "0", "--device", "reference")


# Files that are no models: the message names the file, and nothing is written.
@pytest.mark.parametrize("content", [None, "folder", b"", b"this is no protobuf", b"\x08\x08\x12"])
def test_no_model(tilewright, content):
    path = tilewright.folder / "bad.onnx"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    for command in ("compile", "check"):
        assert "bad.onnx" in tilewright.error(command, "bad.onnx")
    assert [each.name for each in tilewright.folder.iterdir() if each.name != "bad.onnx"] == []


# A model cut off in the middle.
def test_truncated_model(tilewright, conv_relu_file):
    whole = conv_relu_file.read_bytes()
    conv_relu_file.write_bytes(whole[: len(whole) // 2])
    assert "conv.onnx" in tilewright.error("compile", "conv.onnx")


def with_unknown_ops(folder):
    nodes = [
        helper.make_node("Frobnicate", ["x"], ["a"], name="frob1", domain="example"),
        helper.make_node("Relu", ["a"], ["b"], name="relu1"),
        helper.make_node("Twiddle", ["b"], ["y"], name="twiddle1", domain="example"),
    ]
    info = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in "xy"]
    graph = helper.make_graph(nodes, "graph", info[:1], info[1:])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("example", 1)]
    model = helper.make_model(graph, opset_imports=opsets)
    model.ir_version = 8
    onnx.save(model, folder / "unknown.onnx")


# compile names every node that it does not know, and its op.
def test_compile_unknown_ops(tilewright):
    with_unknown_ops(tilewright.folder)
    message = tilewright.error("compile", "unknown.onnx")
    for text in ("frob1", "Frobnicate", "twiddle1", "Twiddle"):
        assert text in message


# check prints the same as a table, and ends with 1.
def test_check_unknown_ops(tilewright):
    with_unknown_ops(tilewright.folder)
    done = tilewright("check", "unknown.onnx", code=1)
    assert "frob1" in done.stdout and "twiddle1" in done.stdout
    assert "cannot be compiled: 2 problems" in done.stderr
    report = json.loads(tilewright("check", "unknown.onnx", "--json", code=1).stdout)
    assert not report["ok"]
    assert [problem["node"] for problem in report["problems"]] == ["frob1", "twiddle1"]


# check names the inputs that cannot be compiled beside the nodes.
def test_check_inputs(tilewright):
    nodes = [
        helper.make_node("Identity", ["s"], ["t"], name="identity1"),
        helper.make_node("Frobnicate", ["x"], ["y"], name="frob1", domain="example"),
    ]
    inputs = [
        helper.make_tensor_value_info("s", TensorProto.STRING, [2]),
        helper.make_tensor_sequence_value_info("q", TensorProto.FLOAT, [2]),
        helper.make_tensor_value_info("x", TensorProto.FLOAT, [2]),
    ]
    outputs = [
        helper.make_tensor_value_info("t", TensorProto.STRING, [2]),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, [2]),
    ]
    graph = helper.make_graph(nodes, "graph", inputs, outputs)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("example", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), tilewright.folder / "m.onnx")
    report = json.loads(tilewright("check", "m.onnx", "--json", code=1).stdout)
    problems = [(problem["node"], problem["op"]) for problem in report["problems"]]
    assert problems == [("s", "input"), ("q", "input"), ("frob1", "example.Frobnicate")]


# A file of external data that is missing is one problem: it names the file, a tensor, how many more there are.
def test_check_missing_external_data(tilewright, models):
    onnx.save(models.many_kernels(20), tilewright.folder / "m.onnx", save_as_external_data=True, location="w.bin", size_threshold=0)
    (tilewright.folder / "w.bin").unlink()
    (problem,) = json.loads(tilewright("check", "m.onnx", "--json", code=1).stdout)["problems"]
    assert problem["node"] == "w0" and "w.bin" in problem["reason"] and "19 more tensors" in problem["reason"]


# check of a good model says so and writes nothing.
def test_check_good_model(tilewright, conv_relu_file):
    assert tilewright("check", "conv.onnx").stdout.startswith("ok")
    assert [path.name for path in tilewright.folder.iterdir()] == ["conv.onnx"]


# External data that is not there, is too short or lies outside is an error that names it.
@pytest.mark.parametrize("location, size", [("w.bin", None), ("w.bin", 10), ("../w.bin", 1000)])
def test_bad_external_data(tilewright, models, location, size):
    model = models.conv_relu()
    onnx.external_data_helper.convert_model_to_external_data(model, location="w.bin", size_threshold=0)
    folder = tilewright.folder / "inner"
    folder.mkdir()
    onnx.save(model, folder / "m.onnx")
    (folder / "w.bin").unlink()
    if size is not None:
        (folder / location).write_bytes(bytes(size))
    model = onnx.load(folder / "m.onnx", load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = location
    (folder / "m.onnx").write_bytes(model.SerializeToString())
    assert location in tilewright.error("compile", "inner/m.onnx")


# A folder that is not there, or a path that is one, cannot be written to.
@pytest.mark.parametrize("output", ["no/such/folder/m.twm", "."])
def test_unwritable_output(tilewright, conv_relu_file, output):
    assert f"'{output}'" in tilewright.error("compile", "conv.onnx", "-o", output)


# A full disk is an error.
def test_full_disk(tilewright, conv_relu_file):
    assert "/dev/full" in tilewright.error("compile", "conv.onnx", "-o", "/dev/full")


# A module that is there stays as it is if compiling fails.
def test_failure_keeps_the_old_module(tilewright):
    (tilewright.folder / "m.twm").write_bytes(b"old")
    (tilewright.folder / "bad.onnx").write_bytes(b"bad")
    tilewright.error("compile", "bad.onnx", "-o", "m.twm")
    assert (tilewright.folder / "m.twm").read_bytes() == b"old"


# A compiled module is told from a model, and what to do with it is said.
@pytest.mark.parametrize("arguments", [["compile", "m.twm"], ["compile", "m.twm", "-o", "n.twm"], ["check", "m.twm"]])
def test_model_is_a_module(tilewright, conv_relu_module, arguments):
    (tilewright.folder / "m.twm").write_bytes(conv_relu_module.read_bytes())
    message = tilewright.error(*arguments)
    assert "'m.twm' is a compiled module already" in message
    assert "tilewright run" in message and "tilewright inspect" in message


# The output cannot be the model itself.
def test_output_is_the_model(tilewright, conv_relu_file):
    assert "is the model itself" in tilewright.error("compile", "conv.onnx", "-o", "conv.onnx")


# Ctrl-C while compiling ends with 130 and leaves nothing.
def test_interrupt(tilewright, models):
    onnx.save(models.many_kernels(), tilewright.folder / "long.onnx")
    start = time.monotonic()
    code, out, err = tilewright.interrupt(
        "compile",
        "long.onnx",
        "--save-stages",
        "stages",
        when=lambda: any((tilewright.folder / "stages").glob("*imported*")),
    )
    assert code == 130, err
    assert err == "tilewright: error: interrupted\n" and out == ""
    assert time.monotonic() - start < 30
    assert not (tilewright.folder / "long.twm").exists()
    assert leftovers(tilewright.folder) == []


# Ctrl-C while a model to run is compiled removes the temporary folder, too.
def test_interrupt_run(tilewright, models, monkeypatch):
    onnx.save(models.many_kernels(), tilewright.folder / "long.onnx")
    folder = tilewright.folder / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    started = []

    def compiling():
        """A moment after the folder has appeared."""
        if not started and any(folder.iterdir()):
            started.append(time.monotonic())
        return started and time.monotonic() - started[0] > 0.5

    code, out, err = tilewright.interrupt("run", "long.onnx", "--random-inputs", "0", when=compiling)
    assert code == 130, err
    assert err == "tilewright: error: interrupted\n" and out == ""
    assert list(folder.iterdir()) == []


# Where no thread can be had (a stack of 128 TiB has no room), nobody watches for Ctrl-C; the rest goes on.
def test_no_thread_to_be_had(tilewright, conv_relu_file):
    command = f"ulimit -s {2**37}; exec {tilewright.program} compile conv.onnx --jobs 1"
    subprocess.run(["bash", "-c", command], cwd=tilewright.folder, check=True)
    assert (tilewright.folder / "conv.twm").exists()


# The newest opset of ONNX is taken, whatever onnx package the tests use.
def test_newest_opset(tilewright, models):
    newest = onnx.defs.onnx_opset_version()
    node = helper.make_node("Relu", ["x"], ["y"])
    value = (TensorProto.FLOAT, ["N", 4])
    onnx.save(models.make([node], {"x": value}, {"y": value}, opset=newest), tilewright.folder / "m.onnx")
    tilewright("check", "m.onnx")

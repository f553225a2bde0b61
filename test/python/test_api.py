"""The Python package: compile, load, run."""

import gc
import sys
import threading
import time
import types

import numpy as np
import onnx
import onnxruntime
import pytest
import tilewright as tw
from onnx import TensorProto, helper
from tilewright import _verify


def expected(model, *arrays):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {each.name: array for each, array in zip(session.get_inputs(), arrays)})


def relative(actual, wanted):
    return np.abs(actual - wanted).max() / np.abs(wanted).max()


def image(batch):
    return np.random.default_rng(batch).standard_normal((batch, 3, 8, 8), dtype=np.float32)


@pytest.fixture(scope="module")
def model(conv_relu_module):
    return tw.load(conv_relu_module, threads=1)


# A model is a path, bytes or a ModelProto.
@pytest.mark.parametrize("kind", ["path", "str", "bytes", "proto"])
def test_compile_sources(models, tmp_path, kind):
    proto = models.conv_relu()
    onnx.save(proto, tmp_path / "m.onnx")
    source = {
        "path": tmp_path / "m.onnx",
        "str": str(tmp_path / "m.onnx"),
        "bytes": proto.SerializeToString(),
        "proto": proto,
    }[kind]
    (y,) = tw.compile(source, jobs=1)(image(2))
    assert relative(y, expected(proto, image(2))[0]) < 1e-5


# One module serves every batch.
@pytest.mark.parametrize("batch", [1, 2, 7, 16])
def test_dynamic_batch(models, model, batch):
    (y,) = model(image(batch))
    assert relative(y, expected(models.conv_relu(), image(batch))[0]) < 1e-5


# The same by name.
def test_run_by_name(model):
    outputs = model.run({"x": image(3)})
    assert list(outputs) == ["y"]
    assert np.array_equal(outputs["y"], model(image(3))[0])


# Device reference runs what was imported.
def test_reference(models, conv_relu_module):
    model = tw.load(conv_relu_module, device="reference")
    assert model.target == "reference" and model.profile() == []
    assert relative(model(image(2))[0], expected(models.conv_relu(), image(2))[0]) < 1e-6


# What a model says of itself.
def test_signature(model):
    assert model.inputs == [tw.TensorInfo("x", "f32", ("N", 3, 8, 8))]
    assert model.outputs == [tw.TensorInfo("y", "f32", ("N", 4, 8, 8))]
    assert model.metadata == {"author": "somebody"}
    assert model.targets == [model.target]
    assert "f32[N, 3, 8, 8]" in repr(model)


# Shapes fix sizes, name them, or give them ranges.
@pytest.mark.parametrize(
    "shape, result",
    [
        ((1, 3, 8, 8), (1, 3, 8, 8)),
        (("B:1..4", 3, 8, 8), ("B", 3, 8, 8)),
        ((None, 3, None, 8), ("N", 3, 8, 8)),
        ("Qx3x8x8", ("Q", 3, 8, 8)),
    ],
)
def test_shapes(models, shape, result):
    model = tw.compile(models.conv_relu(), shapes={"x": shape})
    assert model.inputs[0].shape == result


# An x in the name of the only axis does not separate, neither with a range.
def test_name_with_an_x(models):
    made = models.add(shape=("N",))
    model = tw.compile(made, shapes={"a": ("max_len:1..8",), "b": ["max_len"]})
    assert model.inputs[0].shape == ("max_len",)
    assert model.sizes == {"max_len": tw.SizeRange(low=1, high=8, multiple=1)}


# The sizes of the inputs have a name each, and what they can be.
def test_sizes(models):
    model = tw.compile(models.conv_relu(), shapes={"x": ("B:2..32%2", 3, 8, 8)})
    assert model.sizes == {"B": tw.SizeRange(low=2, high=32, multiple=2)}
    assert tw.compile(models.add()).sizes == {"N": tw.SizeRange(low=0, high=None, multiple=1)}
    assert tw.compile(models.add(shape=(2, 4))).sizes == {}


# save and load, from a file and from bytes.
def test_save_and_load(model, tmp_path):
    model.save(tmp_path / "m.twm")
    for source in (tmp_path / "m.twm", str(tmp_path / "m.twm"), (tmp_path / "m.twm").read_bytes()):
        assert np.array_equal(tw.load(source)(image(2))[0], model(image(2))[0])


# A compiled model can be saved although its file was a temporary one.
def test_save_compiled(models, tmp_path):
    tw.compile(models.conv_relu()).save(tmp_path / "m.twm")
    assert tw.load(tmp_path / "m.twm")(image(1))[0].shape == (1, 4, 8, 8)


# The profile counts runs, names kernels and nodes, and can be set to zero.
def test_profile(conv_relu_module):
    model = tw.load(conv_relu_module)
    for _ in range(3):
        model(image(1))
    kernels = model.profile()
    assert any("conv1 (Conv)" in kernel.nodes for kernel in kernels)
    assert all(kernel.calls == 3 and kernel.seconds > 0 for kernel in kernels)
    model.reset_profile()
    assert all(kernel.calls == 0 for kernel in model.profile())


# Inputs that are not dense, not row-major, or of the other byte order.
@pytest.mark.parametrize(
    "change",
    [np.asfortranarray, lambda x: np.repeat(x, 2, axis=2)[:, :, ::2], lambda x: x.astype(">f4"), lambda x: x[::-1][::-1]],
)
def test_input_layouts(model, change):
    assert np.array_equal(model(change(image(4)))[0], model(image(4))[0])


# Memory that cannot be written to can be read.
def test_read_only_input(model):
    x = image(2)
    x.flags.writeable = False
    model(x)


class OnlyDLPack:
    """An array that NumPy knows only by the protocol."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **keywords):
        return self.array.__dlpack__(**keywords)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


# Objects that speak DLPack.
def test_dlpack(model):
    assert np.array_equal(model(OnlyDLPack(image(2)))[0], model(image(2))[0])


# DLPack of memory that is not the host's is an error that names the input.
def test_dlpack_elsewhere(model):
    class Elsewhere:
        def __dlpack__(self, **keywords):
            raise BufferError("it is on a GPU")

        def __dlpack_device__(self):
            return 2, 0

    with pytest.raises(tw.InputError, match="'x' is no array in host memory"):
        model(Elsewhere())


# Outputs are new arrays: a second run leaves those of the first alone, and they outlive the model.
def test_outputs_are_new(conv_relu_module):
    model = tw.load(conv_relu_module)
    first = model(image(1))[0]
    kept = first.copy()
    model(image(1) * 2)
    del model
    gc.collect()
    assert np.array_equal(first, kept)
    first[:] = 0


# Every element type goes in and comes out as itself.
@pytest.mark.parametrize(
    "name", ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
)
@pytest.mark.parametrize("device", ["cpu", "reference"])
def test_element_types(models, name, device):
    dtype = np.dtype(name)
    model = tw.compile(models.add(helper.np_dtype_to_tensor_dtype(dtype)), device=device)
    a, b = np.arange(8, dtype=dtype).reshape(2, 4), np.full((2, 4), 3, dtype)
    (c,) = model(a, b)
    assert c.dtype == dtype and np.array_equal(c, a + b)


# bool is one byte.
def test_bool(models):
    kind = (TensorProto.BOOL, ["N"])
    proto = models.make([helper.make_node("And", ["a", "b"], ["c"])], {"a": kind, "b": kind}, {"c": kind})
    a, b = np.array([True, True, False]), np.array([True, False, False])
    (c,) = tw.compile(proto)(a, b)
    assert c.dtype == bool and c.tolist() == [True, False, False]


# bf16 is ml_dtypes' type; its bits as uint16 are accepted too.
def test_bfloat16(models):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    model = tw.compile(models.add(TensorProto.BFLOAT16))
    a = np.arange(8).reshape(2, 4).astype(ml_dtypes.bfloat16)
    (c,) = model(a, a)
    assert c.dtype == ml_dtypes.bfloat16 and np.array_equal(c, a + a)
    (again,) = model(a.view(np.uint16), a.view(np.uint16))
    assert np.array_equal(again, c)


# Scalars are arrays of rank 0.
def test_rank_0(models):
    model = tw.compile(models.add(TensorProto.FLOAT, ()))
    (c,) = model(np.float32(1), np.array(2, np.float32))
    assert c.shape == () and c == 3


# Axes of size 0.
def test_empty(model):
    assert model(image(2)[:0])[0].shape == (0, 4, 8, 8)


# Several threads may run one model.
def test_threads(model):
    wanted = {batch: model(image(batch))[0] for batch in (1, 2, 3, 4)}
    wrong = []

    def work(batch):
        for _ in range(50):
            if not np.array_equal(model(image(batch))[0], wanted[batch]):
                wrong.append(batch)

    threads = [threading.Thread(target=work, args=(batch,)) for batch in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# The interpreter lock is free while a model runs: another thread goes on, although this one would not give the lock
# away by itself.
def test_gil_is_released(models):
    node = helper.make_node("MatMul", ["a", "b"], ["c"])
    kind = (TensorProto.FLOAT, [700, 700])
    model = tw.compile(models.make([node], {"a": kind, "b": kind}, {"c": kind}), device="cpu", threads=1)
    a = np.ones((700, 700), np.float32)
    model(a, a)
    counted, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0)  # Gives the lock away.

    thread = threading.Thread(target=count)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        thread.start()
        before = counted[0]
        for _ in range(20):
            model(a, a)
        after = counted[0]
    finally:
        sys.setswitchinterval(interval)
        stop.set()
        thread.join()
    assert after > before


# verify compares every kernel.
def test_verify(model):
    report = tw.verify(model, sizes={"N": 3})
    assert report.ok and report.kernels and report.outputs[0].name == "y"
    assert tw.verify(model, {"x": image(2)}).ok


# What a kernel rounds to f16 on the way has the error of an f16, whatever its result is.
def test_verify_rounds_on_the_way():
    text = """
        <ir_version: 8, opset_import: ["" : 17]>
        product (float16[64, 999] x, float16[999, 70] y) => (float[64, 70] z) {
          p = MatMul(x, y)
          z = Cast<to = 1>(p)
        }
    """
    report = tw.verify(tw.compile(onnx.parser.parse_model(text)))
    (kernel,), (output,) = report.kernels, report.outputs
    assert report.ok and kernel.bound == 1e-3 and kernel.error > 1e-5 and output.bound == 1e-2


# verify runs the kernels on as many threads as the model does.
def test_verify_threads(conv_relu_module, monkeypatch):
    given = []
    compiler = types.SimpleNamespace(verify=lambda *arguments: given.extend(arguments) or ("", [], [], ""))
    monkeypatch.setattr(_verify, "load_compiler", lambda: compiler)
    tw.verify(tw.load(conv_relu_module, threads=3))
    assert given[-1] == 3


# A second run with other sizes that the model does not take is left out, and it says why.
def test_verify_left_out():
    text = """
        <ir_version: 8, opset_import: ["" : 17]>
        pairs (float[N, 3] x) => (float[M, 6] y) <int64[2] shape = {-1, 6}> { y = Reshape(x, shape) }
    """
    report = tw.verify(tw.compile(onnx.parser.parse_model(text)))
    assert report.ok and "6" in report.left_out
    assert tw.verify(tw.compile(onnx.parser.parse_model(text)), sizes={"N": 4}).left_out == ""


# check lists what cannot be compiled.
def test_check(conv_relu_file):
    for model in (conv_relu_file, conv_relu_file.read_bytes(), onnx.load(conv_relu_file)):
        assert tw.check(model) == []

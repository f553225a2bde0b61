"""The benchmark models: what generate.py writes is sound, runs in ONNX Runtime, and shows a wrong channel order."""

import hashlib
import pathlib
import random
import re
import sys

import numpy as np
import onnx
import onnxruntime
import pytest

ROOT = pathlib.Path(__file__).parents[2]
MODELS = ROOT / "build" / "models"

# Networks are compared within this bound, relative to the output's largest value.
BOUND = 1e-4

# A key's bias adds the same number to all logits of one query, and Softmax takes it away again: it changes no output.
INVISIBLE = re.compile(r"key\.bias|k_proj\.bias")


sys.path.insert(0, str(ROOT / "benchmarks" / "models"))
import generate as generator  # noqa: E402
from inputs import example_inputs  # noqa: E402

ALL = pytest.mark.parametrize("name", generator.names())


def stripped(name):
    return onnx.load(generator.GRAPHS / f"{name}.onnx", load_external_data=False)


def weights(name):
    """What is written about each stripped weight of `name`, by the weight's name."""
    return {
        tensor.name: generator.description(tensor) for tensor in stripped(name).graph.initializer if tensor.doc_string
    }


def session(model):
    """One thread each, since tests run side by side. `model` is a path or the model's bytes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def moved(before, after):
    """How far the outputs moved, relative to the largest value of each; the most of all outputs."""
    return max(np.abs(new - old).max() / np.abs(old).max() for old, new in zip(before, after, strict=True))


# A stripped graph is small, and every weight in it says its role and nothing else.
@ALL
def test_graph_is_stripped(name):
    assert (generator.GRAPHS / f"{name}.onnx").stat().st_size < 1_000_000
    tensors = {tensor.name: tensor for tensor in stripped(name).graph.initializer}
    assert len(weights(name)) > 60
    assert all(not tensors[weight].raw_data and not tensors[weight].float_data for weight in weights(name))


# At least two graphs keep their BatchNorms apart from the convolutions.
def test_two_graphs_keep_batch_norm():
    def has_batch_norm(name):
        return any(node.op_type == "BatchNormalization" for node in stripped(name).graph.node)

    assert sum(map(has_batch_norm, generator.names())) >= 2


# The weights lie where their role says: no bias and no mean is zero, scales and variances are between 0.2 and 1.5.
def test_weights_are_drawn_by_role():
    described = weights("ssdlite320")
    model = onnx.load(generator.generate("ssdlite320", MODELS))
    arrays = {
        tensor.name: onnx.numpy_helper.to_array(tensor)
        for tensor in model.graph.initializer
        if tensor.name in described
    }
    bounds = {"bias": (0.02, 0.2), "mean": (0.02, 0.2), "scale": (0.2, 1.5), "variance": (0.2, 1.5)}
    assert {described[name]["role"] for name in arrays} == {"weight", *bounds}
    for name, array in arrays.items():
        low, high = bounds.get(described[name]["role"], (0, np.inf))
        magnitudes = np.abs(array) if described[name]["role"] != "scale" else array
        assert low <= magnitudes.min() and magnitudes.max() <= np.float32(high), name


# The same name and seed give the same bytes on every machine and with every numpy.
@pytest.mark.parametrize(
    "role, expected",
    [
        ("weight", "92edd1e64055e6a2"),
        ("bias", "8a7052b3d31eed98"),
        ("scale", "29bc1b75c7803707"),
    ],
)
def test_bytes_are_reproducible(role, expected):
    described = {"role": role, "channel_axis": 0, "fan_in": 147, "gain": 1.3}
    values = generator.draw("layer.weight", [64, 3, 7, 7], described, seed=0)
    assert hashlib.sha256(values.tobytes()).hexdigest()[:16] == expected


# Another seed gives other weights.
def test_seed_changes_the_weights():
    described = {"role": "bias", "channel_axis": 0}
    first, second = (generator.draw("bias", [64], described, seed) for seed in (0, 1))
    assert not np.any(first == second)


# A model that is there and up to date is not written again.
def test_model_is_cached(tmp_path):
    path = generator.generate("mobilenet_v2", tmp_path)
    written = path.stat().st_mtime_ns
    assert generator.generate("mobilenet_v2", tmp_path) == path
    assert path.stat().st_mtime_ns == written
    assert [file.name for file in tmp_path.iterdir()] == ["mobilenet_v2.onnx"]


# A static batch is in the signature of the model that is written.
def test_batch_can_be_static(tmp_path):
    path = generator.generate("mobilenet_v2", tmp_path, seed=3, batch=2)
    assert path.name == "mobilenet_v2-seed3-batch2.onnx"
    assert session(path).get_inputs()[0].shape == [2, 3, 224, 224]
    assert session(path).get_outputs()[0].shape == [2, 1000]


# A name that is no model's is refused, with the names there are.
def test_unknown_name_is_refused(tmp_path):
    with pytest.raises(ValueError, match="unknown model 'resnet51'; there are: bert_base, "):
        generator.generate("resnet51", tmp_path)


# ONNX Runtime runs each model at batch 1 and 3; outputs are finite, and differ between samples.
@ALL
def test_runs_with_dynamic_batch(name):
    network = session(generator.generate(name, MODELS))
    for batch in (1, 3):
        outputs = network.run(None, example_inputs(name, batch))
        assert all(len(output) == batch and np.isfinite(output).all() for output in outputs)
    assert all(moved([output[0]], [output[1]]) > 100 * BOUND for output in outputs)


# The test of the test: reversing the channels of any of ten weights moves the output by more than ten times the bound,
# so that a comparison within the bound would have noticed. The ten are overridable initializers, for one session.
@ALL
def test_channel_order_shows(name):
    described = weights(name)
    visible = sorted(weight for weight in described if not INVISIBLE.search(weight))
    chosen = random.Random(0).sample(visible, 10)
    model = onnx.load(generator.generate(name, MODELS))
    tensors = {tensor.name: tensor for tensor in model.graph.initializer if tensor.name in chosen}
    for tensor in tensors.values():
        model.graph.input.add().CopyFrom(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
    network = session(model.SerializeToString())
    inputs = example_inputs(name, 1)
    before = network.run(None, inputs)
    for weight, tensor in tensors.items():
        backwards = np.flip(onnx.numpy_helper.to_array(tensor), described[weight]["channel_axis"])
        after = network.run(None, inputs | {weight: np.ascontiguousarray(backwards)})
        assert moved(before, after) > 10 * BOUND, weight

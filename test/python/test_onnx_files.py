"""What the importer does with large files: it maps them and copies little."""

import os
import subprocess

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from peak_memory import peak_memory

MB = 1 << 20


def model_with(initializers, size):
    """y = x + w for a vector w that is an initializer."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [size])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [size])
    node = helper.make_node("Add", ["x", "w"], ["y"])
    graph = helper.make_graph([node], "g", [x], [y], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def peak(path):
    """Megabytes that tw-import takes at its peak."""
    return peak_memory("tw-import", "--quiet", path) // MB


def test_weights_are_not_copied(tmp_path):
    """Raw data is used in place, or copied once and its pages given back."""
    w = numpy_helper.from_array(np.zeros(64 * MB, np.float32), "w")
    for name in ("a", "ab", "abc", "abcd"):  # One of them is aligned.
        model = model_with([w], 64 * MB)
        model.producer_name = name
        path = tmp_path / "model.onnx"
        path.write_bytes(model.SerializeToString())
        assert peak(path) < 256 + 200


def test_typed_floats_are_not_copied_more(tmp_path):
    """float_data is as good as raw data."""
    w = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[16 * MB])
    w.float_data.extend(np.zeros(16 * MB, np.float32))
    path = tmp_path / "model.onnx"
    path.write_bytes(model_with([w], 16 * MB).SerializeToString())
    assert peak(path) < 64 + 200


def varint(value):
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def test_file_of_more_than_2_gib(tmp_path):
    """Protobuf cannot parse such a file; the importer can."""
    size = (5 << 30) // 4
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[size]).SerializeToString()
    tensor += bytes([9 << 3 | 2]) + varint(4 * size)  # raw_data, a hole in the file
    graph = bytes([5 << 3 | 2]) + varint(len(tensor) + 4 * size) + tensor
    # A second piece of the field `graph`: protobuf joins them.
    data = bytes([7 << 3 | 2]) + varint(len(graph) + 4 * size) + graph
    model = model_with([], size)
    head = model.SerializeToString()
    model.doc_string = " " * ((-len(head) - len(data) - 2) % 64)
    head = model.SerializeToString()
    assert (len(head) + len(data)) % 4 == 0
    path = tmp_path / "model.onnx"
    path.write_bytes(head + data)
    os.truncate(path, len(head) + len(data) + 4 * size)
    assert peak(path) < 200


def test_not_a_model(tmp_path):
    """Files that are no models are errors that say so, with exit code 1."""
    (tmp_path / "empty.onnx").write_bytes(b"")
    (tmp_path / "text.onnx").write_text("this is no model")
    (tmp_path / "cut.onnx").write_bytes(model_with([], 4).SerializeToString()[:-5])
    for name, message in [
        ("absent.onnx", "No such file or directory"),
        ("", "Is a directory"),
        ("empty.onnx", "the file is empty"),
        ("text.onnx", "not a readable ONNX model"),
        ("cut.onnx", "not a readable ONNX model"),
    ]:
        done = subprocess.run(
            ["tw-import", str(tmp_path / name)], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert done.returncode == 1 and message in done.stderr and not done.stdout

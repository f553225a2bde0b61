"""Every op that the importer makes has a node's name and type as its location."""

import re
import subprocess
from pathlib import Path

import onnx
import onnx.backend.test
import onnx_backend
import pytest

LIGHT = Path(onnx.backend.test.__file__).parent / "data" / "light"

# A Dropout is its operand at inference.
LEAVE_NOTHING = {"Dropout"}

# Handlers that make many ops, bodies, and functions that are inlined.
CASES = [
    "test_attention_4d_causal",
    "test_convinteger_with_padding",
    "test_einsum_inner_prod",
    "test_gridsample_bicubic",
    "test_if",
    "test_linear_attention_gated_expanded",
    "test_loop11",
    "test_lstm_with_peepholes",
    "test_maxunpool_export_with_output_shape",
    "test_nllloss_NCd1d2_with_weight_reduction_mean",
    "test_nonmaxsuppression_two_classes",
    "test_qlinearmatmul_2D_uint8_float32",
    "test_resize_upsample_sizes_cubic",
    "test_scan9_sum",
    "test_stft_with_window",
]


def sources(graph, prefix=""):
    """The (name, type) of everything that an op may come from, bodies included."""
    for tensor in graph.initializer:
        yield prefix + tensor.name, "initializer"
    for index, node in enumerate(graph.node):
        name = prefix + (node.name or f"{node.op_type}_{index}")
        yield name, node.op_type
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from sources(attribute.g, name + "/")


def located(path, model):
    """The (name, type) of the locations of all ops; each is one of the model's."""
    text = subprocess.run(["tw-import", "--locations", path], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert "loc(unknown)" not in text
    named = re.compile(r'loc\("([^"]*)"\("([^"]*)"\)\)')
    # The location of an op with bodies comes at their end.
    ops = [line for line in text.splitlines() if re.match(r" *%.* = tw\.", line) and line[-1] != "{"]
    assert ops
    assert not [line for line in ops if not named.search(line)]
    found = set(named.findall(text))
    assert not found - set(sources(model.graph))
    return found


@pytest.mark.parametrize("path", sorted(LIGHT.glob("*.onnx")), ids=lambda path: path.stem)
def test_whole_networks(path):
    """Each node but those that leave no op is somebody's location."""
    model = onnx.load(path)
    found = located(path, model)
    nodes = {source for source in sources(model.graph) if source[1] not in {"initializer", *LEAVE_NOTHING}}
    assert not nodes - found


def test_handlers_of_many_ops(tmp_path):
    """The ops that one node becomes, and those of bodies."""
    cases = {case.name: case for case in onnx_backend.cases()}
    for name in CASES:
        path = tmp_path / f"{name}.onnx"
        onnx.save(cases[name].model, path)
        located(path, cases[name].model)

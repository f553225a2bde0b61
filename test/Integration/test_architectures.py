"""The eleven benchmark models, each compiled once with a dynamic batch."""

import shutil

import pytest
from peak_memory import peak_memory

from networks import GENERATED, check, reference_session, verify

import generate
from inputs import example_inputs

# One module serves batch 1 and batch 2, and agrees with ONNX Runtime.
@pytest.mark.parametrize("name", generate.names())
def test_batches(networks, name):
    path = generate.generate(name, GENERATED)
    model, session = networks.compiled(path), reference_session(path)
    for batch in (1, 2):
        check(model, session, example_inputs(name, batch))


# Those that the reference takes more than some seconds for.
SLOW = ("gpt2", "wav2vec2_base")


# Each kernel gives what the reference gives.
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.full] if name in SLOW else []) for name in generate.names()]
)
def test_kernels(networks, name):
    verify(networks.compiled(generate.generate(name, GENERATED)), example_inputs(name, 1))


# The compiler takes at most three times the weights' bytes and 400 MB: of a network
# with BatchNorm to fold, and of one with a large table and a long list of kernels.
@pytest.mark.parametrize("name", ["resnet50", "gpt2"])
def test_compile_memory(name, tmp_path):
    path = generate.generate(name, GENERATED)
    peak = peak_memory(shutil.which("tilewright"), "compile", path, "-o", tmp_path / "m.twm")
    assert peak < 3 * path.stat().st_size + (400 << 20)


# One module of BERT serves every batch and length, 1 and odd ones too.
@pytest.mark.parametrize(
    "batch, length",
    [(1, 1), (1, 2), (1, 7), (1, 16), (1, 33), (1, 128), (2, 1), (2, 5), (3, 15), (4, 8), (5, 3), (8, 17)],
)
def test_bert_sizes(networks, bert, batch, length):
    path, session = bert
    check(networks.compiled(path), session, example_inputs("bert_base", batch, length))


@pytest.fixture(scope="module")
def bert():
    path = generate.generate("bert_base", GENERATED)
    return path, reference_session(path)

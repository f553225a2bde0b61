"""Silero's detector of speech, with its real weights."""

import numpy as np
import pytest

from networks import check, in_package, reference_session, verify


@pytest.fixture(scope="module")
def silero():
    path = in_package("silero_vad", "data/silero_vad_16k_sequence.onnx")
    return path, reference_session(path)


def windows(count):
    """A tone that wobbles, comes and goes, and noise, at 16 kHz: (count, 576), each window of 512 samples behind the
    last 64 of the one before."""
    time = np.arange(64 + 512 * count) / 16000
    tone = np.sin(2 * np.pi * 220 * time + 3 * np.sin(2 * np.pi * 5 * time)) * (np.sin(2 * np.pi * 2 * time) > 0)
    samples = (0.3 * tone + 0.02 * np.random.default_rng(3).standard_normal(len(time))).astype(np.float32)
    return np.stack([samples[512 * i : 512 * i + 576] for i in range(count)])


def state(seed):
    return 0.5 * np.random.default_rng(seed).standard_normal((1, 1, 128), dtype=np.float32)


# One module serves sound of any length, and the state that it starts from counts.
@pytest.mark.parametrize("count", [1, 2, 3, 7, 32, 100])
def test_silero_lengths(networks, silero, count):
    path, session = silero
    check(networks.compiled(path), session, {"input": windows(count), "h": state(1), "c": state(2)})


# Each kernel gives what the reference gives.
def test_kernels(networks, silero):
    verify(networks.compiled(silero[0]), {"input": windows(7), "h": state(1), "c": state(2)})

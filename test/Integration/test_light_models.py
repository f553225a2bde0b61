"""The `light_*` models inside the onnx package: whole classic networks, whose
weights are made by ConstantOfShape nodes."""

import onnx
import onnx.backend.test
import onnx.numpy_helper
import pytest
from pathlib import Path

import numpy as np

from networks import check, reference_session

FOLDER = Path(onnx.backend.test.__file__).parent / "data" / "light"


# Each runs and agrees with ONNX Runtime on noise.
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.onnx")), ids=lambda path: path.stem)
def test_light_model(networks, path):
    session = reference_session(path)
    rng = np.random.default_rng(1)
    inputs = {each.name: rng.random(each.shape, dtype=np.float32) for each in session.get_inputs()}
    check(networks.compiled(path), session, inputs)

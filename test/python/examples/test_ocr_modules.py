"""The modules that the OCR example keeps."""

import os
import sys
import types
from pathlib import Path

import onnx
import pytest
import tilewright as tw

sys.path.insert(0, str(Path(__file__).parents[3] / "examples" / "ocr"))
import ocr  # noqa: E402


@pytest.fixture
def times(models, tmp_path, monkeypatch):
    """Sets the times of the model, of Tilewright and of the module, compiles, and says
    whether the module is a new one."""
    (tmp_path / "models").mkdir()
    (tmp_path / "tilewright").mkdir()
    model, library, module = tmp_path / "models/m.onnx", tmp_path / "tilewright/_compiler.so", tmp_path / "m.twm"
    onnx.save(models.conv_relu(), model)
    library.touch()
    monkeypatch.setattr(ocr, "find_spec", lambda name: types.SimpleNamespace(submodule_search_locations=[tmp_path]))
    monkeypatch.setattr(tw, "__file__", str(tmp_path / "tilewright/__init__.py"))
    ocr.compile_network("m.onnx", tmp_path, 1)

    def compiled(*seconds):
        for file, second in zip((model, library, module), seconds):
            os.utime(file, (second, second))
        ocr.compile_network("m.onnx", tmp_path, 1)
        return module.stat().st_mtime != seconds[2]

    return compiled


# A module that is newer than all that it was made of is used again.
def test_module_is_kept(times):
    assert not times(100, 200, 300)


# One that is older than the model or Tilewright is not.
@pytest.mark.parametrize("seconds", [(400, 200, 300), (100, 400, 300)])
def test_module_is_old(times, seconds):
    assert times(*seconds)

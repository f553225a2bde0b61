"""The OCR example as a user runs it."""

import re
import subprocess
import sys
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).parents[3] / "examples" / "ocr"
sys.path.insert(0, str(FOLDER))
import signs  # noqa: E402


# It reads what stands on the signs, says where the time went, and draws the boxes.
def test_demo(tmp_path):
    done = subprocess.run(
        [sys.executable, FOLDER / "ocr.py", "--demo", "--output", tmp_path], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    texts = re.findall(r"^  [01]\.\d\d  (.*)$", done.stdout, re.MULTILINE)
    assert sorted(texts) == sorted(signs.TEXTS)
    steps = re.findall(r"^ +\d+\.\d ms  (.*)$", done.stdout, re.MULTILINE)
    assert {"compile or load the detector", "detector", "recogniser", "decode"} <= set(steps)
    with Image.open(tmp_path / "boxes.png") as marked:
        assert marked.size == signs.draw_signs().size
        assert marked.convert("RGB").tobytes() != signs.draw_signs().tobytes()

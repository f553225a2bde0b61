"""The Python examples of the pages are tests, and docs/Python.md has every public name."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
import tilewright as tw

ROOT = Path(__file__).resolve().parents[2]


def examples(page):
    """(code, output) of each python block; what it prints stands behind "prints"."""
    block = r"^```python\n(.*?)^```$(?:\n\nprints\n\n```\n(.*?)^```$)?"
    return re.findall(block, (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)


# The examples of a page, run one after the other, print what the page says.
@pytest.mark.parametrize("page", ["README.md", "docs/Python.md"])
def test_examples(tmp_path, page):
    each = examples(page)
    assert each
    end = "-- end of an example --\n"
    code = "\n".join(f"{code}\nprint({end!r}, end='')" for code, _ in each)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split(end) == [*(output for _, output in each), ""]


def public(thing):
    return [name for name in vars(thing) if not name.startswith("_")]


# Every public name is on the page, and the members of every class.
def test_names():
    classes = [thing for name in tw.__all__ if inspect.isclass(thing := getattr(tw, name))]
    members = [name for each in classes for name in [*public(each), *getattr(each, "_fields", ())]]
    quoted = re.findall(r"`(\w+)(?:`|\()", (ROOT / "docs/Python.md").read_text())
    assert sorted({*tw.__all__, *members} - {*quoted}) == []


# Every function has its arguments in a title, in their order and with their defaults.
@pytest.mark.parametrize("function", [tw.check, tw.compile, tw.load, tw.verify])
def test_arguments(function):
    empty = inspect.Parameter.empty
    signature = inspect.signature(function)
    bare = [each.replace(annotation=empty) for each in signature.parameters.values()]
    title = f"### `{function.__name__}{inspect.Signature(bare)}`"
    assert title in (ROOT / "docs/Python.md").read_text().splitlines()

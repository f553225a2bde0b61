"""The pages of documentation that the build makes from the sources."""

import re
import subprocess

import pytest
from conftest import BUILD, Command

DOCS = BUILD / "docs"


# The table of supported ONNX ops is the importer's own.
def test_onnx_ops():
    table = subprocess.run([Command.program.parent / "tw-import", "--ops"], stdout=subprocess.PIPE, check=True)
    assert (DOCS / "onnx-ops.md").read_bytes() == table.stdout


# Every op of a dialect and every pass has a section.
@pytest.mark.parametrize(
    "page, sources, definition",
    [
        ("Dialects/Graph/Ops.md", "Dialect/Graph/IR", r': \w*Op<"(\w+)"'),
        ("Dialects/Tile/Ops.md", "Dialect/Tile/IR", r': \w*Op<"(\w+)"'),
        ("Passes/Graph.md", "Dialect/Graph/Transforms", r': Pass<"([\w-]+)"'),
        ("Passes/Tile.md", "Dialect/Tile/Transforms", r': Pass<"([\w-]+)"'),
        ("Passes/Pipeline.md", "Pipeline", r': Pass<"([\w-]+)"'),
        ("Passes/CPU.md", "Codegen/CPU", r': Pass<"([\w-]+)"'),
    ],
)
def test_pages(page, sources, definition):
    folder = BUILD.parents[1] / "include/tilewright" / sources
    names = {name for file in folder.glob("*.td") for name in re.findall(definition, file.read_text())}
    titles = [line for line in (DOCS / page).read_text().splitlines() if line.startswith("##")]
    assert names
    assert [name for name in sorted(names) if not any(re.search(rf"[`.-]{name}\b", title) for title in titles)] == []

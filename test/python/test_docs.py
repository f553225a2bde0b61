"""The pages of documentation that the build makes from the sources."""

import re
import subprocess

import pytest
from conftest import BUILD, Command

DOCS = BUILD / "docs"
DIALECTS = ["Dialects/Graph/Ops.md", "Dialects/Tile/Ops.md"]


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


def descriptions(page):
    """Name -> what the page of a dialect says of the op, without the tables of attributes, operands and results."""
    section = r"^#+ `([\w.]+)` \(::[^\n]*\)\n(.*?)(?=^(?:Traits|Interfaces|Effects): |^#+ )"
    return dict(re.findall(section, (DOCS / page).read_text(), re.MULTILINE | re.DOTALL))


def examples(description):
    return re.findall(r"^```mlir\n(.*?)^```$", description, re.MULTILINE | re.DOTALL)


def function(name, example):
    """The example as a function, whose arguments its comments declare: // %x: tensor<4xf32>, %n: index"""
    arguments = ", ".join(re.findall(r"^// (%.*)$", example, re.MULTILINE))
    return f'func.func @"{name}"({arguments}) {{\n{example}return\n}}\n'


# Every op is described in more than its summary and its syntax.
@pytest.mark.parametrize("page", DIALECTS)
def test_op_descriptions(page):
    def prose(text):
        without_code = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        return re.sub(r"^(_.*_|Syntax:)$", "", without_code, flags=re.MULTILINE).strip()

    ops = descriptions(page)
    assert ops
    assert [name for name, text in ops.items() if not prose(text)] == []


# Every op has an example in which it occurs.
@pytest.mark.parametrize("page", DIALECTS)
def test_op_examples(page):
    def is_shown(name, text):
        return any(re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", example) for example in examples(text))

    assert [name for name, text in descriptions(page).items() if not is_shown(name, text)] == []


# The examples are valid IR.
@pytest.mark.parametrize("page", DIALECTS)
def test_op_examples_parse(page):
    module = "".join(
        function(f"{name}-{number}", example)
        for name, text in descriptions(page).items()
        for number, example in enumerate(examples(text))
    )
    done = subprocess.run([Command.program.parent / "tw-opt"], input=module, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

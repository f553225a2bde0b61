"""scripts/check-includes on small trees made for each rule."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "check-includes"
BANNER = "// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n"


@pytest.fixture
def check(tmp_path):
    """Writes files (name -> text) with a first line each, runs the script and returns
    its exit code and output."""

    def run(files, first="//===- {name} - what it is ---===//\n"):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(first.format(name=path.name) + text)
        done = subprocess.run(
            [sys.executable, SCRIPT, tmp_path], capture_output=True, text=True
        )
        return done.returncode, done.stdout

    return run


def source(*includes):
    return BANNER + "".join(f'#include "{name}"\n' for name in includes)


def test_an_include_that_points_down_is_fine(check):
    code, _ = check({"lib/Runtime/A.cpp": source("tilewright/Module/Plan.h", "tilewright/Support/Result.h")})
    assert code == 0


def test_an_include_that_points_up_names_both_layers(check):
    code, output = check({"lib/Runtime/A.cpp": source("tilewright/Driver/Driver.h")})
    assert code == 1
    assert "lib/Runtime/A.cpp:3: includes tilewright/Driver/Driver.h: Runtime must not include Driver" in output


def test_passes_of_two_dialects_do_not_include_each_other(check):
    code, output = check(
        {"lib/Dialect/Graph/Transforms/A.cpp": source("tilewright/Dialect/Tile/Transforms/Passes.h")}
    )
    assert code == 1
    assert "Dialect/Graph/Transforms must not include Dialect/Tile/Transforms" in output


def test_two_conversions_do_not_include_each_other(check):
    code, output = check({"lib/Conversion/AToB/A.cpp": source("tilewright/Conversion/BToC/C.h")})
    assert code == 1
    assert "Conversion/AToB must not include Conversion/BToC" in output


def test_a_library_below_the_line_includes_no_mlir(check):
    code, output = check({"lib/Layout/A.cpp": source("mlir/IR/Builders.h")})
    assert code == 1
    assert "Layout is below the MLIR line" in output


def test_the_runtime_includes_no_llvm_but_layout_may(check):
    code, output = check(
        {"lib/Runtime/A.cpp": source("llvm/ADT/SmallVector.h"), "lib/Layout/A.cpp": source("llvm/ADT/SmallVector.h")}
    )
    assert code == 1
    assert "Runtime must not need LLVM" in output
    assert "Layout" not in output


def test_includes_of_tablegen_files_are_checked_too(check):
    text = BANNER + 'include "tilewright/Dialect/Tile/IR/TileOps.td"\n'
    code, output = check({"include/tilewright/Dialect/Graph/IR/GraphOps.td": text})
    assert code == 1
    assert "Dialect/Graph/IR must not include Dialect/Tile/IR" in output


def test_tools_may_include_everything(check):
    assert check({"tools/tilewright/main.cpp": source("tilewright/Driver/Driver.h", "mlir/IR/Builders.h")})[0] == 0


def test_a_new_folder_needs_a_row(check):
    code, output = check({"lib/Novelty/A.cpp": source("tilewright/Support/Result.h")})
    assert code == 1
    assert "the folder Novelty has no row" in output


def test_an_include_by_dots_is_refused(check):
    code, output = check({"lib/Runtime/A.cpp": source("../Module/Plan.h")})
    assert code == 1
    assert "not by '..'" in output


def test_a_file_of_more_than_1000_lines_is_refused(check):
    code, output = check({"lib/Support/A.cpp": BANNER + "\n" * 999})
    assert code == 1
    assert "lib/Support/A.cpp: 1001 lines" in output


def test_a_file_without_the_banner_is_refused(check):
    code, output = check({"lib/Support/A.cpp": "int x;\n"})
    assert code == 1
    assert "lib/Support/A.cpp: the licence banner is missing" in output


@pytest.mark.parametrize(
    "first", ["", "//===- A.cpp ---===//\n", "//===- B.cpp - what it is ---===//\n", "// A.cpp - what it is\n"]
)
def test_a_file_that_does_not_say_what_it_is_is_refused(check, first):
    code, output = check({"lib/Support/A.cpp": BANNER}, first)
    assert code == 1
    assert "lib/Support/A.cpp: the first line is not '//===- A.cpp - what it is ---===//'" in output


def test_a_tree_without_faults_passes(check):
    assert check({})[0] == 0

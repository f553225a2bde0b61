"""The ONNX node cases through the Python package: compiled once, run on device cpu
and on device reference."""

import itertools
import os
import sys
from pathlib import Path

import onnx_backend
import pytest
import refusals

WORKER = [sys.executable, str(Path(__file__).with_name("backend_worker.py"))]

# A case that the importer takes must compile, run and give the right numbers, on both devices.
DEFECTS = ("wrong", "failed to run", "crashed", "not compiled")


def check(tmp_path, report, mode, at_least, every=1):
    """Prints the counts by outcome and each defect. `every`: 2
    for every second case. TILEWRIGHT_CASES=slice runs the cases with that in their name."""
    selection = os.environ.get("TILEWRIGHT_CASES", "")
    numbers = itertools.count()
    results = onnx_backend.run_all(
        WORKER,
        tmp_path,
        mode,
        selected=lambda name: selection in name and next(numbers) % every == 0,
        devices=("cpu", "reference"),
        count=os.cpu_count() or 1,
    )
    defects = onnx_backend.lines(results, DEFECTS)
    report(f"ONNX node cases, cpu and reference, {mode}: {onnx_backend.table(results)}", *defects)
    assert not defects, "\n".join(defects)
    if mode == "plain":
        assert not refusals.surprises(results)
    if not selection:
        assert sum(outcome.startswith("passed") for outcome, _ in results.values()) >= at_least


def test_node_cases(tmp_path, report):
    """Every case as it is."""
    check(tmp_path, report, "plain", 1500)


def test_half_of_the_node_cases_with_symbolic_sizes(tmp_path, report):
    """Every second case with the sizes of its inputs unknown at compile time."""
    check(tmp_path, report, "symbolic", 650, every=2)


@pytest.mark.full
def test_node_cases_with_symbolic_sizes(tmp_path, report):
    """Every case with the sizes of its inputs unknown at compile time."""
    check(tmp_path, report, "symbolic", 1300)

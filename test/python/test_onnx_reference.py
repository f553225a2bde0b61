"""The ONNX node cases through the importer and the reference interpreter."""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import onnx_backend  # noqa: E402
import refusals  # noqa: E402


def check(tmp_path, report, mode, at_least):
    """Prints the counts and each defect. A case that is not refused must give the right numbers."""
    results = onnx_backend.run_all(shutil.which("tw-interpret"), tmp_path, mode)
    defects = onnx_backend.lines(results, ("wrong", "failed to run", "crashed"))
    report(f"ONNX node cases, reference, {mode}: {onnx_backend.table(results)}", *defects)
    assert not defects, "\n".join(defects)
    if mode == "plain":
        assert not refusals.surprises(results)
    assert sum(outcome.startswith("passed") for outcome, _ in results.values()) >= at_least


def test_node_cases(tmp_path, report):
    """Every case as it is."""
    check(tmp_path, report, "plain", 1500)


def test_node_cases_with_symbolic_sizes(tmp_path, report):
    """Every case with the sizes of its inputs unknown at compile time."""
    check(tmp_path, report, "symbolic", 1400)

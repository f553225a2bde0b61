"""scripts/run_tests.py."""

import sys
import types
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "scripts"))
import run_tests  # noqa: E402


# The step shows what this run's tests had to say, and nothing of an older run.
def test_lines_of_tests_are_printed(tmp_path, monkeypatch, capsys):
    results = tmp_path / "test-results"
    results.mkdir()
    (results / "old.txt").write_text("of an older run\n")

    def run(*command, **keywords):
        (results / "pytest.xml").write_text("<testsuites><testsuite><testcase/></testsuite></testsuites>")
        (results / "new.txt").write_text("1 passed, 2 refused\n")
        return 0

    monkeypatch.setattr(run_tests, "run", run)
    count = run_tests.python(tmp_path, types.SimpleNamespace(full=False))
    assert capsys.readouterr().out == "1 passed, 2 refused\n"
    assert str(count) == "1 passed, 0 failed"

"""Random cases of every op that the importer claims: device cpu against the reference,
the reference against ONNX Runtime. See random_ops/__init__.py."""

import os
import secrets
import shutil

import onnx
import pytest
from random_ops import mismatch, run, table

DEFECTS = ("wrong", "failed to run", "crashed", "not compiled")

#: Attributes that no case has, with the reason.
UNDRAWN = {
    ("Cast", "round_mode"): "of 8-bit floats only",
    ("Cast", "saturate"): "of 8-bit floats only",
    ("CastLike", "round_mode"): "of 8-bit floats only",
    ("CastLike", "saturate"): "of 8-bit floats only",
    ("Constant", "value_string"): "strings are refused",
    ("Constant", "value_strings"): "strings are refused",
    ("Dropout", "seed"): "training only",
    ("QuantizeLinear", "saturate"): "of 8-bit floats only",
}

# This machine's, and the oldest, whose vectors and so tiles are shorter.
TARGETS = pytest.mark.parametrize("target", ["cpu", "x86-64-v3"])


@pytest.fixture(scope="module")
def claimed():
    return table.claimed(shutil.which("tw-import"))


def check(cases, tmp_path, report, title):
    """Prints the counts, and how to run again what went wrong. Returns [(case, verdict)]."""
    verdicts = run.run_all(cases, tmp_path, os.cpu_count() or 1)
    lines = {
        made.name: f"  --random-case {made.name}: {verdict.outcome}: {' '.join(verdict.message.split())[:400]}"
        for made, verdict in sorted(verdicts, key=lambda pair: pair[0].name)
        if verdict.outcome != "passed"
    }
    report(f"Random cases, {title}: {run.table(verdicts)}", *lines.values())
    defects = [lines[made.name] for made, verdict in verdicts if verdict.outcome in DEFECTS]
    assert not defects, "\n".join(defects)
    return verdicts


def check_every_op(claimed, count, seed, target, tmp_path, report):
    """`count` cases of each op: of each op one at least must run, and ONNX Runtime must
    have an opinion on most of them, lest an importer that refuses or an oracle that
    fails look like a success."""
    cases = (run.make(key, claimed[key], i, seed, target) for i in range(count) for key in run.GENERATORS)
    verdicts = check(cases, tmp_path, report, f"{target}, seed {seed}")
    passed = [(made, verdict) for made, verdict in verdicts if verdict.outcome == "passed"]
    ops = [{made.name.split(":")[0] for made, _ in some} for some in (verdicts, passed)]
    assert len(ops[0]) == len(claimed)
    assert not ops[0] - ops[1]
    assert len(passed) >= 0.95 * len(verdicts)
    assert sum(verdict.by == "onnxruntime" for _, verdict in passed) >= 0.6 * len(verdicts)


def named(claimed, name, target="cpu"):
    """The case that --random-case names."""
    title, rest = name.split(":")
    index, seed = map(int, rest.split("@"))
    domain, _, op = title.rpartition(".")
    return run.make((domain, op), claimed[domain, op], index, seed, target)


def test_every_op_has_a_generator(claimed):
    """The importer's table and the generators have the same ops."""
    assert sorted(claimed) == sorted(run.GENERATORS)


def test_every_attribute_is_drawn(claimed):
    """The first cases of ONNX's own ops have all attributes of their newest versions, but UNDRAWN."""
    missing = set()
    for domain, op in claimed:
        if domain:
            continue
        nodes = [node for i in range(60) for node in run.make((domain, op), claimed[domain, op], i, 0).nodes]
        drawn = {attribute.name for node in nodes if node.name == "node" for attribute in node.attribute}
        missing |= {(op, name) for name in onnx.defs.get_schema(op).attributes if name not in drawn}
    assert missing == set(UNDRAWN)


@TARGETS
def test_random_cases(claimed, target, tmp_path, report, request):
    """A few cases of each op with a fixed seed, or the one that --random-case names."""
    if name := request.config.getoption("--random-case"):
        assert check([named(claimed, name, target)], tmp_path, report, f"{target}, files in {tmp_path}")
        return
    check_every_op(claimed, 2, 0, target, tmp_path, report)


def check_sizes(cases, tmp_path, report, title):
    """Prints the counts, and which size of which case is wrong."""
    verdicts = mismatch.run_all(cases, tmp_path, os.cpu_count() or 1)
    wrong = sorted(
        f"  --random-case {made.name}, {size}: {' '.join(why.split())[:400]}"
        for made, sizes in verdicts
        for size, why in sizes
        if why
    )
    runs = sum(len(sizes) for _, sizes in verdicts)
    refused = sum(not sizes for _, sizes in verdicts)
    report(f"Sizes that do not fit, {title}: {runs} runs of {len(verdicts)} cases, {refused} refused", *wrong)
    assert not wrong, "\n".join(wrong)
    return runs, refused


def check_sizes_of_every_op(claimed, count, seed, tmp_path, report):
    """`count` cases of each op: most must compile with unknown sizes and have some."""
    cases = [run.make(key, claimed[key], i, seed) for i in range(count) for key in run.GENERATORS]
    runs, refused = check_sizes(cases, tmp_path, report, f"seed {seed}")
    assert refused <= 0.15 * len(cases)
    assert runs >= 3 * len(cases)


def test_sizes_that_do_not_fit(claimed, tmp_path, report, request):
    """A case of each op whose sizes are all unknown, each size once too long and too short."""
    if name := request.config.getoption("--random-case"):
        check_sizes([named(claimed, name)], tmp_path, report, f"files in {tmp_path}")
        return
    check_sizes_of_every_op(claimed, 1, 0, tmp_path, report)


@pytest.mark.full
def test_more_sizes_that_do_not_fit(claimed, tmp_path, report):
    """More cases of each op, different each time."""
    check_sizes_of_every_op(claimed, 5, secrets.randbelow(1 << 31), tmp_path, report)


@pytest.mark.full
@pytest.mark.parametrize("target, count", [("cpu", 20), ("x86-64-v3", 5)])
def test_more_random_cases(claimed, target, count, tmp_path, report):
    """Many cases of each op, different each time."""
    check_every_op(claimed, count, secrets.randbelow(1 << 31), target, tmp_path, report)
